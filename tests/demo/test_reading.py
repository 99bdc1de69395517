"""What the monitor understands of the demo's pages, by its real analyst, against the answer sheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from monitor.catalogue import load_outlets
from monitor.demo.newsroom import write_outlets
from monitor.demo.site.build import build
from monitor.demo.site.content import load
from monitor.demo.site.story import Press
from monitor.demo.truth import Expected, PageTruth, load_expected, load_truth, urls
from pipelines.records import Article, Page

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
PRESS = Press(NOW, "http://127.0.0.1:8123")
SITE = build(load(), PRESS)
ADDRESSES = urls(PRESS)
READABLE = tuple(truth for truth in load_truth() if truth.outcome is None)

Reader = Callable[[str, bool], Article]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Read a page of the newsroom as the crawl does; `closely` adds persons, counts and dates."""
    from monitor.watches import load_watches
    from monitor.wiring import context_of
    from pipelines.analysis.analyst import Analyst

    folder = tmp_path_factory.mktemp("workspace")
    write_outlets(PRESS.base_url, folder / "outlets")
    outlets = load_outlets(folder)
    wanted = ("foreign-fighters", "prisoners-of-war")
    analyst = Analyst([watch for watch in load_watches(folder).values() if watch.id in wanted])

    def read_one(page_id: str, closely: bool) -> Article:
        url = ADDRESSES[page_id]
        resource = SITE[url.removeprefix(PRESS.base_url)]
        outlet = outlets[page_id.split("/")[0]]
        kind, _, charset = resource.content_type.partition("; charset=")
        page = Page(outlet.id, url, NOW, content=resource.body, content_type=kind, charset=charset)
        context = context_of(outlet)
        if closely:
            return analyst.analyse(page, context)
        return analyst.match(analyst.read(page, context), context)

    return read_one


@pytest.fixture(scope="module")
def expected() -> Expected:
    return load_expected(PRESS)


@pytest.fixture(scope="module")
def article(read: Reader, expected: Expected) -> Article:
    return read(expected.page, True)


def test_headline_standfirst_author_and_language(article: Article, expected: Expected) -> None:
    assert (article.title, article.lead) == (expected.title, expected.lead)
    assert (article.authors, article.language) == (expected.authors, expected.language)
    assert article.canonical_url == expected.url


def test_the_body_is_the_article_and_nothing_else(article: Article, expected: Expected) -> None:
    assert article.body.startswith(expected.body_starts)
    assert article.body.endswith(expected.body_ends)
    assert expected.title not in article.body
    assert [words for words in expected.body_lacks if words in article.body] == []


def test_the_persons_are_these_and_nobody_else(article: Article, expected: Expected) -> None:
    found = {figure.name: figure for figure in article.figures}
    assert {(one.name, one.role) for one in article.figures} == {(one.name, one.role) for one in expected.figures}
    for person in expected.figures:
        if person.nationality:
            assert found[person.name].nationality == person.nationality


def test_the_count_is_this_and_no_other(article: Article, expected: Expected) -> None:
    wanted = expected.counts[0]
    assert {(one.low, one.nationality, one.status) for one in article.counts} == {
        (wanted.low, wanted.nationality, wanted.status)
    }
    said = [one for one in article.counts if one.bound == wanted.bound and one.attributed_to]
    assert said, "nobody is named who says it"
    assert "Zelenskyy" in (said[0].attributed_to or "")


def test_the_dates_are_these(article: Article, expected: Expected) -> None:
    assert tuple(one.value for one in article.dates) == expected.dates


def test_both_watches_say_why(article: Article, expected: Expected) -> None:
    alerts = [match for match in article.matches if match.level == "alert"]
    assert {match.watch for match in alerts} == set(expected.watches)
    assert all(match.reason and match.spans for match in alerts)


@pytest.mark.parametrize("truth", READABLE, ids=lambda truth: truth.page)
def test_a_watch_tells_what_is_news_and_leaves_the_rest_alone(read: Reader, truth: PageTruth) -> None:
    alerts = {match.watch for match in read(truth.page, False).matches if match.level == "alert"}
    if truth.on_topic:
        assert alerts & set(truth.watches), "missed"
    else:
        assert alerts == set(), truth.why


def test_titles_languages_and_days_of_every_page(read: Reader) -> None:
    content = load()
    wrong = []
    for truth in READABLE:
        article, page = read(truth.page, False), content.page(truth.page)
        outlet = content.outlets[page.outlet]
        if article.title != page.title or article.language != outlet.languages[0]:
            wrong.append((truth.page, article.title, article.language))
        day = article.published.value if article.published else None
        about = NOW - timedelta(hours=page.hours)
        if day is None or abs((datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - about).days) > 1:
            wrong.append((truth.page, str(day), about.isoformat()))
    assert wrong == [], "\n".join(map(str, wrong))


def test_the_page_that_lies_about_its_encoding_is_read(read: Reader) -> None:
    body = read("slobidskyi-kurier/rodyny-polonenykh-na-ploshchi", False).body
    assert "Микола Петрусенко" in body
    assert "\N{REPLACEMENT CHARACTER}" not in body
