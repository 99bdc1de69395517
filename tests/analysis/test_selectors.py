"""An outlet's own selectors: CSS and XPath, what they give, what they miss, what is refused."""

from __future__ import annotations

import pytest

from pipelines.analysis.page import read_page
from pipelines.analysis.selectors import check
from pipelines.records import Article, Context, Page, Select
from tests.conftest import NOW

HTML = """<html lang="en"><head><title>Site</title></head><body>
<h1>News of the day</h1><div class="top"><b class="head">Two men came home</b><i>By Mira Halloran</i></div>
<time class="out" datetime="2026-03-02T09:30:00+02:00">Monday</time>
<main><p>Our newsletter brings you everything that happened in the valley, every morning and for free.</p></main>
<div id="t"><p>Two men who were held in the valley came home on Monday.</p><script>x()</script><ul><li>One is ill.</li></ul></div>
</body></html>"""


def read(select: Select, html: str = HTML) -> Article:
    page = Page("x", "https://x.example/news/1", NOW, content=html.encode(), content_type="text/html", charset="utf-8")
    return read_page(page, Context(select=select, timezone="Europe/Kyiv", timezone_assumed=False))


def test_what_the_outlet_says_stands() -> None:
    found = read(Select(title=".head", body="//div[@id='t']", authors=".top i", date="time.out"))
    assert (found.title, found.authors) == ("Two men came home", ("Mira Halloran",))
    assert found.body == "Two men who were held in the valley came home on Monday.\n\nOne is ill."
    assert found.published is not None
    assert (found.published.isoformat(), found.published.source) == ("2026-03-02T09:30:00+02:00", "select")
    assert not any(flag.startswith("select") for flag in found.flags)


# What stands in the chosen element, and its paragraphs.
BODIES = [
    (
        "text in a bare box beside paragraphs",
        "Two men came home.<p>One is ill.</p>",
        ["Two men came home.", "One is ill."],
    ),
    ("boxes alone", "<div>Two men came home.</div><div>One is ill.</div>", ["Two men came home.", "One is ill."]),
    (
        "one break is a space, two are a paragraph",
        "Two men<br>came home.<br><br>One is ill.",
        ["Two men came home.", "One is ill."],
    ),
    (
        "words behind a script",
        "<p>Two <script>x()</script>men <b>came</b> home.</p>\n\nOne.",
        ["Two men came home.", "One."],
    ),
    (
        "a list within a paragraph's box",
        "<div>They say:<ul><li>a</li><li>b</li></ul>so</div>",
        ["They say:", "a", "b", "so"],
    ),
]


@pytest.mark.parametrize(("what", "inner", "paragraphs"), BODIES, ids=[row[0] for row in BODIES])
def test_no_word_of_the_chosen_text_is_lost(what: str, inner: str, paragraphs: list[str]) -> None:
    html = f"<html><body><h1>News</h1><div id='t'>{inner}</div></body></html>"
    assert read(Select(body="#t"), html).body.split("\n\n") == paragraphs


def test_what_a_selector_misses_is_read_as_ever_and_flagged() -> None:
    plain, found = read(Select()), read(Select(title=".nothing", date="h1"))
    assert (found.title, found.body, found.published) == (plain.title, plain.body, plain.published)
    assert {"select_missed_title", "select_missed_date"} <= set(found.flags)


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        (".head", None),
        ("(//time)[1]/@datetime", None),
        ("./body", None),
        ("div >", "is no CSS selector"),
        ("//div[", "is no XPath"),
        ("div::nothing(", "is no CSS selector"),
        ("h1::text", "XPath also texts and attributes"),
        ("string(//h1)", "XPath begins with /"),
        ("//p[matches(., 'x')]", r"no function matches\(\)"),
        ("//p[contains(., 'foo(bar)')]", None),
        ("//x:p", "is no XPath"),
        ("a:hover", "finds nothing on a page"),
    ],
)
def test_a_selector_is_checked(selector: str, says: str | None) -> None:
    if says is None:
        check(selector)
    else:
        with pytest.raises(ValueError, match=says):
            check(selector)
