"""Finding article links: pure parsers, bytes in, listings out.

In      a declared `Feed`, the response's bytes, the URL they came from (after redirects)
Out     `FeedReading`: listings, or a `problem` in words
Limits  bytes, items and depth of each parser (see `reading`); time follows from them
Never   fetches, expands entities or raises
"""

from __future__ import annotations

import re
from dataclasses import replace

from monitor.discovery import autodiscover, markup, section, sitemap, telegram
from monitor.discovery import feed as _feed
from monitor.discovery.reading import MAX_FEED_BYTES, Child, FeedReading, fresh, newest
from pipelines.records import Feed, FeedKind

__all__ = ["Child", "FeedReading", "fresh", "newest", "read"]

_SITEMAP_ROOT = re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", re.I)
_FEED_ROOT = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf)[\s>]", re.I)


def read(feed: Feed, content: bytes, url: str = "", outlet_id: str = "", *, charset: str | None = None) -> FeedReading:
    """Return what `content` lists, read as what it is, whatever the feed was declared to be.

    A feed's language fills in where a listing has none. An HTML page in place of a feed names the feeds it links to.
    """
    url = url or feed.url
    reading = _parse(feed.kind, content, url, outlet_id, charset)
    if feed.language:
        listings = tuple(item if item.language else replace(item, language=feed.language) for item in reading.listings)
        reading = replace(reading, listings=listings)
    return reading


def _parse(kind: FeedKind, content: bytes, url: str, outlet_id: str, charset: str | None) -> FeedReading:
    if kind is FeedKind.TELEGRAM:
        return telegram.parse(content, url, outlet_id, charset=charset)
    head = markup.decode(markup.unpack(content, MAX_FEED_BYTES)[0][:20_000], charset)
    if _SITEMAP_ROOT.search(head):
        return sitemap.parse(content, url, outlet_id, charset=charset)
    if kind is FeedKind.SECTION and not _FEED_ROOT.search(head):
        return section.parse(content, url, outlet_id, charset=charset)
    if kind is FeedKind.SITEMAP and not _FEED_ROOT.search(head):
        return sitemap.parse(content, url, outlet_id, charset=charset)
    reading = _feed.parse(content, url, outlet_id, charset=charset)
    return _advised(reading, content, url, charset) if reading.kind == "html" else reading


def _advised(reading: FeedReading, content: bytes, url: str, charset: str | None) -> FeedReading:
    named = [item.url for item in autodiscover.find(content, url, charset=charset) if item.why == "named by the page"]
    hint = f"; it names {', '.join(named[:3])}" if named else ""
    return replace(reading, problem=f"{reading.problem}{hint}")
