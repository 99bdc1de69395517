"""Read sitemaps: news sitemaps with their fields, plain ones told apart, indexes, gzip, lists of addresses as text.

In      bytes as received, the URL they came from
Out     `FeedReading` of kind news_sitemap, sitemap (with a `problem`: addresses without news fields) or sitemap_index
Units   `published` is raw text: news:publication_date, else lastmod
Limits  32 MB unpacked, 50,000 addresses
Raises  nothing
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from monitor.discovery import markup
from monitor.discovery.entries import name_of
from monitor.discovery.markup import Element
from monitor.discovery.reading import (
    MAX_SITEMAP_BYTES,
    MAX_SITEMAP_URLS,
    MAX_TAGS,
    MAX_TITLE,
    Child,
    FeedReading,
)
from monitor.discovery.text import absolute, plain
from pipelines.records import FeedKind, Listing

T = TypeVar("T")

PLAIN = "not a news sitemap: addresses and lastmod only"


def parse(content: bytes, url: str, outlet_id: str = "", *, charset: str | None = None) -> FeedReading:
    """Return the articles of a sitemap, or the children of an index. Never raises."""
    body, notes = markup.unpack(content, MAX_SITEMAP_BYTES)
    text, odd = markup.prolog(markup.decode(body, charset))
    notes += odd
    if not text.strip("\0"):
        return FeedReading(problem="the sitemap is empty", notes=notes)
    if "<" not in text[:1_000]:
        return _lines(text, url, outlet_id, notes)
    root, clean = markup.parse(text)
    if not clean:
        mended = markup.mend(text)
        root, clean = markup.parse(mended)
        notes += ("not well-formed, mended",)
        if not clean:
            return _salvaged(mended, root, url, outlet_id, notes)
    if root is None:
        return FeedReading(problem="not a sitemap: not XML", notes=notes)
    kind = name_of(root.tag)
    if kind == "sitemapindex":
        return _index(root.iter("{*}sitemap", "sitemap"), url, notes)
    if kind == "urlset":
        return _urlset(root.iter("{*}url", "url"), url, outlet_id, notes)
    what = "an HTML page" if kind == "html" else f"<{kind[:40]}>"
    return FeedReading(problem=f"not a sitemap: {what}", kind="html" if kind == "html" else "unknown", notes=notes)


def _salvaged(text: str, root: Element | None, url: str, outlet_id: str, notes: tuple[str, ...]) -> FeedReading:
    """A broken sitemap is read entry by entry."""
    notes += ("read entry by entry",)
    if "<sitemapindex" in text[:5_000].lower():
        reading = _index(_elements(text, "sitemap"), url, notes)
    elif "<urlset" in text[:5_000].lower() or (root is not None and name_of(root.tag) == "url"):
        reading = _urlset(_elements(text, "url"), url, outlet_id, notes)
    else:
        return FeedReading(problem="not a sitemap", notes=notes)
    if not any(end in text[-1_000:].lower() for end in ("</urlset", "</sitemapindex")):
        return replace(reading, problem="the sitemap breaks off before its end")
    return reading


def _elements(text: str, name: str) -> Iterator[Element]:
    for piece in markup.pieces(text, name, MAX_SITEMAP_URLS):
        element, _ = markup.parse(piece)
        if element is not None:
            yield element


def _urlset(elements: Iterable[Element], url: str, outlet_id: str, notes: tuple[str, ...]) -> FeedReading:
    listings: dict[str, Listing] = {}
    news = False
    for element in elements:
        if len(listings) >= MAX_SITEMAP_URLS:
            notes += (f"only the first {MAX_SITEMAP_URLS} addresses were read",)
            break
        told = _told(element)
        address = absolute(told.get("loc"), url)
        if address is None:
            continue
        news = news or any(key.startswith("news:") for key in told)
        listings.setdefault(address, _listing(address, told, url, outlet_id))
    problem = None if news else PLAIN
    return FeedReading(
        listings=tuple(listings.values()),
        problem=problem if listings else "the sitemap has no addresses",
        kind="news_sitemap" if news else "sitemap",
        notes=notes,
    )


def _told(element: Element) -> dict[str, str]:
    """The fields of one entry by plain name; image and video captions are not among them."""
    told: dict[str, str] = {}
    for node in element.iter():
        if isinstance(node.tag, str) and node.text:
            name = name_of(node.tag)
            if name == "loc" or name == "lastmod" or name.startswith("news:"):
                told.setdefault(name, node.text.strip())
    return told


def _listing(address: str, told: dict[str, str], url: str, outlet_id: str) -> Listing:
    words = (plain(word, 80) for word in told.get("news:keywords", "").split(","))
    tags = tuple(dict.fromkeys(word for word in words if word))
    return Listing(
        outlet_id=outlet_id,
        url=address,
        title=plain(told.get("news:title"), MAX_TITLE),
        published=(told.get("news:publication_date") or told.get("lastmod") or "")[:100] or None,
        language=told.get("news:language", "")[:35] or None,
        feed_url=url,
        feed_kind=FeedKind.SITEMAP,
        tags=tags[:MAX_TAGS],
    )


def _index(elements: Iterable[Element], url: str, notes: tuple[str, ...]) -> FeedReading:
    children: dict[str, Child] = {}
    for element in elements:
        told = _told(element)
        address = absolute(told.get("loc"), url)
        if address and len(children) < MAX_SITEMAP_URLS:
            children.setdefault(address, Child(address, told.get("lastmod", "")[:100] or None))
    problem = None if children else "the sitemap index names no sitemap"
    return FeedReading(children=tuple(children.values()), problem=problem, kind="sitemap_index", notes=notes)


def _lines(text: str, url: str, outlet_id: str, notes: tuple[str, ...]) -> FeedReading:
    """A sitemap may also be a list of addresses, one a line."""
    found: dict[str, Listing] = {}
    for line in text.splitlines()[:MAX_SITEMAP_URLS]:
        address = absolute(line, url) if line.strip()[:4].lower() == "http" else None
        if address:
            found.setdefault(address, _listing(address, {}, url, outlet_id))
    if not found:
        return FeedReading(problem="not a sitemap: not XML", notes=notes)
    return FeedReading(listings=tuple(found.values()), problem=PLAIN, kind="sitemap", notes=notes)


def recent(reading: FeedReading, since: datetime) -> FeedReading:
    """Return `reading` with only what is dated at or after `since` (aware), newest first; undated entries go last.

    A plain sitemap holds an archive: its undated addresses are dropped, those of a news sitemap or an index are kept.
    """
    keep_undated = reading.kind != "sitemap"
    listings = _newest(((item.published, item) for item in reading.listings), since, keep_undated)
    children = _newest(((child.lastmod, child) for child in reading.children), since, True)
    return replace(reading, listings=listings, children=children)


def _newest(dated: Iterable[tuple[str | None, T]], since: datetime, undated: bool) -> tuple[T, ...]:
    read = [(_moment(raw), item) for raw, item in dated]
    known = [(moment, place, item) for place, (moment, item) in enumerate(read) if moment and moment >= since]
    known.sort(key=lambda row: (-row[0].timestamp(), row[1]))
    rest = [item for moment, item in read if moment is None] if undated else []
    return (*(item for _, _, item in known), *rest)


def _moment(raw: str | None) -> datetime | None:
    """A W3C date as an instant; a day counts until its end."""
    if not raw:
        return None
    try:
        value = datetime.fromisoformat(raw.strip())
    except ValueError:
        return None
    if len(raw.strip()) <= 10:
        value = value.replace(hour=23, minute=59)
    return value if value.tzinfo else value.replace(tzinfo=UTC)
