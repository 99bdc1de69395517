"""Read a feed as it is: RSS 0.9x to 2.0, RDF, Atom, JSON Feed, well-formed or not.

In      bytes as received, the URL they came from, the charset of the HTTP header if any
Out     `FeedReading`: listings in the feed's order, `problem` where they are missing or incomplete
Limits  8 MB, 5,000 items; the slow parser sees at most 512 kB and no deep nesting
How     a recovering XML parser first; if the feed is broken, entry by entry; feedparser where that finds nothing
Never   expands an entity or fetches anything
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from monitor.discovery import jsonfeed, markup
from monitor.discovery.entries import XML_LANG, feed_base, fields, first, name_of, read_entry
from monitor.discovery.fallback import parse_slowly
from monitor.discovery.markup import Element
from monitor.discovery.reading import MAX_FEED_BYTES, MAX_ITEMS, MAX_TITLE, FeedReading, Kind
from monitor.discovery.text import absolute, plain
from pipelines.records import FeedKind, Listing

_ENTRY_TAGS = (
    "{*}item",
    "{*}entry",
    "{*}ITEM",
    "{*}ENTRY",
    "{*}Item",
    "{*}Entry",
    "atom:entry",
    "rss:item",
    "rdf:item",
)
_ENTRY_START = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.I)
_ENDED = re.compile(r"</(?:\w+:)?(?:rss|rdf|feed|channel)\s*>", re.I)
_ROOT_NAME = re.compile(r"<(?:[\w.-]+:)?([A-Za-z]+)")
_KINDS: dict[str, Kind] = {"rss": "rss", "channel": "rss", "rdf": "rdf", "feed": "atom", "item": "rss", "entry": "atom"}
_OTHER = {
    "html": "an HTML page, not a feed",
    "urlset": "a sitemap, not a feed",
    "sitemapindex": "a sitemap index, not a feed",
    "opml": "an OPML list of feeds, not a feed",
}


def parse(content: bytes, url: str, outlet_id: str = "", *, charset: str | None = None) -> FeedReading:
    """Return what a feed lists. Never raises; what went wrong stands in `problem`."""
    body, notes = markup.unpack(content, MAX_FEED_BYTES)
    text = markup.decode(body, charset)
    if not text.strip("\ufeff\0 \t\r\n"):
        return FeedReading(problem="the feed is empty", notes=notes)
    if text.lstrip("\ufeff \t\r\n")[:1] == "{":
        return _noted(jsonfeed.parse(text.lstrip("\ufeff \t\r\n"), url, outlet_id), notes)
    text, odd = markup.prolog(text)
    return _noted(_xml(text, url, outlet_id), notes + odd)


def _xml(text: str, url: str, outlet_id: str) -> FeedReading:
    root_name = _root_name(text)
    if root_name in _OTHER:
        return FeedReading(problem=_OTHER[root_name], kind="html" if root_name == "html" else "unknown")
    root, clean = markup.parse(text)
    if root is not None and clean:
        reading = _tree(root, url, outlet_id)
        return reading if reading.listings or reading.kind != "unknown" else _slow(text, url, outlet_id, reading)
    return _broken(text, url, outlet_id)


def _root_name(text: str) -> str:
    found = _ROOT_NAME.search(text, 0, 2_000)
    return found.group(1).lower() if found else ""


def _tree(root: Element, url: str, outlet_id: str) -> FeedReading:
    """Read a whole tree."""
    head, base = _head(root, url)
    entries = islice(root.iter(*_ENTRY_TAGS), MAX_ITEMS)
    return _filled(head, entries, outlet_id, url, base)


def _head(root: Element, url: str) -> tuple[FeedReading, str]:
    """What the feed says of itself, and the base of its links."""
    kind: Kind = _KINDS.get(name_of(root.tag).rpartition(":")[2], "unknown")
    channel = _channel(root)
    told = fields(channel)
    named = channel.get(XML_LANG) or root.get(XML_LANG) or first(told, ("language", "dc:language")) or ""
    base = url if kind == "atom" else feed_base(url, channel)
    title = plain(first(told, ("title", "dc:title")), MAX_TITLE)
    return FeedReading(title=title, kind=kind, language=named.strip()[:35] or None, next_url=_next(channel, base)), base


def _filled(
    head: FeedReading, entries: Iterable[Element], outlet_id: str, url: str, base: str, *, deep: bool = False
) -> FeedReading:
    kind = FeedKind.ATOM if head.kind == "atom" else FeedKind.RSS
    listings: dict[Listing, None] = {}
    for element in entries:
        entry = read_entry(
            element, outlet_id=outlet_id, feed_url=url, base=base, kind=kind, language=head.language, deep=deep
        )
        if entry:
            listings.setdefault(entry)
    problem = None if listings else "the feed has no items" if head.kind != "unknown" else "not a feed"
    return replace(head, listings=tuple(listings), problem=problem)


def _channel(root: Element) -> Element:
    if name_of(root.tag).rpartition(":")[2] in ("rss", "rdf"):
        for child in root:
            if isinstance(child.tag, str) and name_of(child.tag).rpartition(":")[2] == "channel":
                return child
    return root


def _next(channel: Element, base: str) -> str | None:
    for child in channel:
        if isinstance(child.tag, str) and child.get("rel") == "next" and name_of(child.tag) == "link":
            return absolute(child.get("href"), base)
    return None


def _broken(text: str, url: str, outlet_id: str) -> FeedReading:
    """Not well-formed: mend what has one meaning only, then, if that was not enough, read entry by entry."""
    mended = markup.mend(text)
    root, clean = markup.parse(mended)
    head, base = _head(root, url) if root is not None else (FeedReading(), url)
    if root is not None and clean and head.kind != "unknown":
        return _noted(_tree(root, url, outlet_id), ("not well-formed, mended",))
    if head.kind == "unknown":
        head = replace(head, kind=_KINDS.get(_root_name(text), "unknown"))
    reading = _noted(
        _filled(head, _elements(mended), outlet_id, url, base, deep=True), ("not well-formed, read entry by entry",)
    )
    if len(reading.listings) * 10 < len(_ENTRY_START.findall(mended)) * 7 or not reading.listings:
        slow = _slow(mended, url, outlet_id, reading)
        reading = slow if len(slow.listings) > len(reading.listings) else reading
    closed = _ENDED.search(mended, max(0, len(mended) - 2_000)) is not None
    return reading if closed or not reading.listings else replace(reading, problem="the feed breaks off before its end")


def _elements(text: str) -> Iterator[Element]:
    """Each entry on its own, so that an unclosed tag costs one entry and not the rest."""
    for piece in markup.pieces(text, "item|entry", MAX_ITEMS):
        element, _ = markup.parse(piece)
        if element is not None:
            yield element


def _slow(text: str, url: str, outlet_id: str, reading: FeedReading) -> FeedReading:
    """Ask feedparser; keep what we had if it knows no more."""
    slow = parse_slowly(text, url, outlet_id)
    return slow if slow.listings else _noted(reading, slow.notes)


def _noted(reading: FeedReading, notes: tuple[str, ...]) -> FeedReading:
    if not notes:
        return reading
    return replace(reading, notes=tuple(dict.fromkeys(reading.notes + notes)))
