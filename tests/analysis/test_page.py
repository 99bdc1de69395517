"""Pages from bytes to articles; nothing ever raises."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.analysis.fingerprint import content_hash
from pipelines.analysis.page import read_page
from pipelines.records import Article, Context, Listing, Outcome, Page, Reading
from tests.effort import bounded

URL = "https://news.example.com/2025/a-story"
P = "The ministry said on Monday that two captured fighters had been moved to a camp, and doctors had seen them there."
HTML = (
    "<!DOCTYPE html><html lang='en'><head><title>Two fighters moved - Example News</title>"
    f"<link rel='canonical' href='{URL}'><meta property='article:published_time' content='2025-04-09T18:30:00+03:00'>"
    "<meta name='author' content='Anna Sample'></head>"
    f"<body><article><h1>Two fighters moved</h1><p>{P} One.</p><p>{P} Two.</p><p>{P} Three.</p></article></body></html>"
)


def fetched(content: bytes, content_type: str | None = "text/html", charset: str | None = None, **more: object) -> Page:
    return Page(
        "x",
        URL + "?utm_source=mail",
        datetime(2026, 1, 1, tzinfo=UTC),
        content=content,
        content_type=content_type,
        charset=charset,
        **more,
    )  # type: ignore[arg-type]


def read(
    content: bytes, content_type: str | None = "text/html", *, close: bool = True, charset: str | None = None
) -> Article:
    return read_page(fetched(content, content_type, charset), Context(), close=close)


@pytest.mark.parametrize("close", [True, False])
def test_a_page_is_read_whole(close: bool) -> None:
    article = read(HTML.encode(), close=close)
    assert (article.title, article.language, article.canonical_url) == ("Two fighters moved", "en", URL)
    assert article.authors == (("Anna Sample",) if close else ())
    assert article.body.split("\n\n") == [f"{P} One.", f"{P} Two.", f"{P} Three."]
    assert article.published is not None
    assert article.published.isoformat() == "2025-04-09T18:30:00+03:00"
    assert article.content_hash == content_hash(article.title, article.body)
    assert article.reading == (Reading.CLOSE if close else Reading.FAST_TEXT)
    assert article.outcome is None


OUTCOMES = [
    (b"", "text/html", Outcome.EMPTY_BODY),
    (b"   \n", "text/html", Outcome.EMPTY_BODY),
    (b"<html><body></body></html>", "text/html", Outcome.EMPTY_BODY),
    (b"\0\0\0\0", "text/html", Outcome.EMPTY_BODY),
    (b"\x89PNG\r\n", "image/png", Outcome.NOT_HTML),
    (b'{"a": 1}', "application/json", Outcome.NOT_HTML),
]


@pytest.mark.parametrize(("content", "kind", "outcome"), OUTCOMES)
def test_what_is_no_article_says_so(content: bytes, kind: str, outcome: Outcome) -> None:
    assert read(content, kind).outcome == outcome


def test_the_feed_speaks_where_the_page_is_silent() -> None:
    listing = Listing("x", URL, title="Two moved", published="Wed, 09 Apr 2025 18:30:00 +0300")
    silent = f"<html><body><p>{P} One.</p><p>{P} Two.</p><p>{P} Three.</p></body></html>"
    article = read_page(fetched(silent.encode(), listing=listing), Context())
    assert article.title == "Two moved"
    assert article.published is not None
    assert (article.published.isoformat(), article.published.source) == ("2025-04-09T18:30:00+03:00", "listing")


def test_a_failed_page_keeps_its_outcome() -> None:
    assert read_page(fetched(b"", failure=Outcome.GONE, detail="410"), Context()).outcome == Outcome.GONE


def test_plain_text_is_taken_as_given() -> None:
    page = Page(
        "x",
        URL,
        datetime(2026, 1, 1, tzinfo=UTC),
        text=" One.\r\nTwo\u0308. \n\n\n Three. ",
        title=" A  title ",
        language="de",
    )
    article = read_page(page, Context())
    assert (article.title, article.body, article.language) == ("A title", "One.\n\nTw\u00f6.\n\nThree.", "de")


def test_a_wrong_header_still_gives_words() -> None:
    text = "Двоє полонених повернулися додому після обміну, повідомив речник міністерства у понеділок. "
    article = read(HTML.replace(P, text * 2).encode("cp1251"), charset="iso-8859-1")
    assert text.strip() in article.body
    assert article.language == "uk"


PARAGRAPH = b"<p>some words of text, and more of them</p>"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=400),
    st.sampled_from([True, False]),
    st.sampled_from([b"", b"<html><body><p>", HTML.encode()[:700]]),
)
def test_no_bytes_raise(junk: bytes, close: bool, before: bytes) -> None:
    read(before + junk, close=close)


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>" + b"<div>" * 20_000 + b"x",
        b"<html><body>" + PARAGRAPH * 8_000,
        pytest.param(b"<html><body>" + PARAGRAPH * 700_000, marks=pytest.mark.long),
        b"<html><script>" + b"x" * 30_000_000,
    ],
    ids=["deep", "many paragraphs", "thirty megabytes", "one script"],
)
def test_monstrous_pages_end_soon(content: bytes) -> None:
    bounded(lambda: read(content), 20)


@pytest.mark.data
def test_the_seed_page() -> None:
    folder = os.environ.get("MONITOR_TEST_DATA")
    if not folder:
        pytest.skip("MONITOR_TEST_DATA names no folder of development data")
    article = read((Path(folder) / "seed" / "article.html").read_bytes())
    assert article.title is not None
    assert article.title.startswith("Beijing denies")
    assert article.title.endswith("for Russia")
    assert article.body.startswith("The Chinese government has denied")
    assert article.body.endswith("Volodymyr Zelenskyy.")
    assert article.title not in article.body
    for words in ("Ctrl", "patron", "ad blocker", "Related Posts", "Credit:", "correction", "General Oleh"):
        assert words not in article.body
    assert article.lead is not None
    assert article.lead.startswith("Meanwhile, European Union diplomat")
    assert article.published is None
