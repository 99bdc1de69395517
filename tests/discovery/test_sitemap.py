"""Sitemaps: news fields kept, plain ones told apart, indexes, zipped, broken, hostile."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from monitor.discovery import sitemap
from monitor.discovery.reading import Child
from pipelines.records import FeedKind
from tests.effort import bounded

URL = "https://news.example.org/sitemap-news.xml"
SPACE = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)


def entry(number: int, title: str = "Prisoners &amp; guards") -> str:
    return (
        f"<url><loc>https://news.example.org/a/{number}</loc><lastmod>2026-11-2{number}</lastmod><news:news><news:publication>"
        f"<news:name>N</news:name><news:language>uk</news:language></news:publication><news:title>{title} {number}</news:title>"
        f"<news:publication_date>2026-11-2{number}T10:00:00+02:00</news:publication_date>"
        "<news:keywords>war, prisoners,, war</news:keywords></news:news>"
        "<image:image><image:loc>https://news.example.org/i.jpg</image:loc></image:image></url>"
    )


def news(body: str | None = None) -> str:
    return f'<?xml version="1.0"?>\n<urlset {SPACE}>{body or "".join(map(entry, range(4)))}</urlset>'


FORMS = [
    ("plain", news().encode()),
    ("zipped", gzip.compress(news().encode())),
    ("white space first", b"\n\n  " + news().encode()),
    ("bare ampersand", news().replace("&amp;", "&").encode()),
    ("no namespace", news().replace(SPACE, "").encode()),
    ("style sheet and comment", news().replace("\n", "<?xml-stylesheet href='x.xsl'?><!-- made at 10 -->", 1).encode()),
    ("prefix of its own", news().replace("news:", "n:").replace("xmlns:n:", "xmlns:n").replace("xmlns:news", "xmlns:n").encode()),
    ("utf-16", news().encode("utf-16")),
]  # fmt: skip


@pytest.mark.parametrize("content", [pytest.param(body, id=name) for name, body in FORMS])
def test_news_fields_are_kept(content: bytes) -> None:
    reading = sitemap.parse(content, URL, "example")
    assert (reading.kind, reading.problem) == ("news_sitemap", None)
    assert [listing.url for listing in reading.listings] == [f"https://news.example.org/a/{n}" for n in range(4)]
    first = reading.listings[0]
    assert first.title == "Prisoners & guards 0"
    assert first.published == "2026-11-20T10:00:00+02:00"
    assert (first.language, first.tags, first.feed_kind) == ("uk", ("war", "prisoners"), FeedKind.SITEMAP)


def test_plain_urlset_is_told_apart() -> None:
    body = f"<urlset {SPACE}><url><loc> /a </loc><lastmod>2026-11-22</lastmod></url><url><loc>ftp://x/y</loc></url></urlset>"
    reading = sitemap.parse(body.encode(), URL)
    assert (reading.kind, reading.problem) == ("sitemap", sitemap.PLAIN)
    assert [(item.url, item.published) for item in reading.listings] == [("https://news.example.org/a", "2026-11-22")]


def test_index_names_its_children() -> None:
    body = f"<sitemapindex {SPACE}><sitemap><loc>/s1.xml</loc><lastmod>2026-11-22</lastmod></sitemap><sitemap/></sitemapindex>"
    reading = sitemap.parse(body.encode(), URL)
    assert (reading.kind, reading.problem, reading.listings) == ("sitemap_index", None, ())
    assert reading.children == (Child("https://news.example.org/s1.xml", "2026-11-22"),)


def test_cut_sitemap_keeps_whole_entries() -> None:
    text = news()
    reading = sitemap.parse(text[: text.index("/a/3") + 2].encode(), URL)
    assert [item.url[-1] for item in reading.listings] == ["0", "1", "2"]
    assert reading.problem == "the sitemap breaks off before its end"


def test_list_of_addresses() -> None:
    reading = sitemap.parse(b"https://news.example.org/a\nhttps://news.example.org/b\nnot one\n", URL)
    assert [item.url[-1] for item in reading.listings] == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the sitemap is empty"),
        (b"<html><body>404</body></html>", "not a sitemap: an HTML page"),
        (b"<rss><channel/></rss>", "not a sitemap: <rss>"),
        (b"plain words", "not a sitemap: not XML"),
        (b"<urlset></urlset>", "the sitemap has no addresses"),
        (b"<sitemapindex></sitemapindex>", "the sitemap index names no sitemap"),
        (b"\x1f\x8bbroken", "the sitemap is empty"),
    ],
)
def test_problem_is_named(content: bytes, problem: str) -> None:
    assert sitemap.parse(content, URL).problem == problem


def test_recent_sorts_and_cuts() -> None:
    since = datetime(2026, 11, 22, tzinfo=UTC)
    assert [item.url[-1] for item in sitemap.recent(sitemap.parse(news().encode(), URL), since).listings] == ["3", "2"]
    body = f"<urlset {SPACE}><url><loc>/a</loc></url><url><loc>/b</loc><lastmod>2026-11-22</lastmod></url></urlset>"
    assert [item.url[-1] for item in sitemap.recent(sitemap.parse(body.encode(), URL), since).listings] == ["b"]
    undated = news(entry(1).replace("2026-11-21", "yesterday"))
    assert len(sitemap.recent(sitemap.parse(undated.encode(), URL), since).listings) == 1


@pytest.mark.parametrize(
    "content",
    [
        f'<!DOCTYPE urlset [<!ENTITY e SYSTEM "file:///etc/passwd">]>{news(entry(1, "&e;"))[21:]}'.encode(),
        b"<urlset>" + b"<url>" * 200_000,
        gzip.compress(b"<urlset>" + b" " * 200_000_000),
        news("".join(f"<url><loc>/a/{n}</loc></url>" for n in range(60_000))).encode(),
    ],
    ids=["external entity", "nesting", "zip bomb", "60,000 addresses"],
)
def test_hostile_sitemaps_are_bounded(content: bytes) -> None:
    reading = bounded(lambda: sitemap.parse(content, URL), 4)
    assert "root:" not in repr(reading.listings[:5])
    assert len(reading.listings) <= 50_000
