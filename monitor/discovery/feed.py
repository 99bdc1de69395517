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
from dataclasses import replace

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
    kind: Kind = _KINDS.get(name_of(root.tag).rpartition(":")[2], "unknown")
    channel = _channel(root)
    head = fields(channel)
    language = (channel.get(XML_LANG) or root.get(XML_LANG) or first(head, ("language", "dc:language")) or "").strip()[
        :35
    ]
    base = url if kind == "atom" else feed_base(url, channel)
    listings: dict[Listing, None] = {}
    for count, element in enumerate(root.iter(*_ENTRY_TAGS)):
        if count >= MAX_ITEMS:
            break
        entry = read_entry(
            element, outlet_id=outlet_id, feed_url=url, base=base, kind=_feed_kind(kind), language=language or None
        )
        if entry:
            listings.setdefault(entry)
    return FeedReading(
        listings=tuple(listings),
        title=plain(first(head, ("title", "dc:title")), MAX_TITLE),
        problem=None if listings else ("the feed has no items" if kind != "unknown" else "not a feed"),
        kind=kind,
        language=language or None,
        next_url=_next(channel, base),
    )


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


def _feed_kind(kind: Kind) -> FeedKind:
    return FeedKind.ATOM if kind == "atom" else FeedKind.RSS


def _broken(text: str, url: str, outlet_id: str) -> FeedReading:
    """Not well-formed: mend what has one meaning only, then, if that was not enough, read entry by entry."""
    mended = markup.mend(text)
    root, clean = markup.parse(mended)
    whole = _tree(root, url, outlet_id) if root is not None else FeedReading(problem="not XML")
    if clean and whole.kind != "unknown":
        return _noted(whole, ("not well-formed, mended",))
    started = len(_ENTRY_START.findall(mended))
    reading = _salvaged(mended, url, outlet_id, whole, root)
    if len(reading.listings) * 10 < started * 7 or not reading.listings:
        slow = _slow(mended, url, outlet_id, reading)
        if len(slow.listings) > len(reading.listings):
            return slow
    return reading


def _salvaged(text: str, url: str, outlet_id: str, whole: FeedReading, root: Element | None) -> FeedReading:
    """Read each entry on its own, so that an unclosed tag costs one entry and not the rest."""
    kind: Kind = whole.kind if whole.kind != "unknown" else _KINDS.get(_root_name(text), "unknown")
    base = feed_base(url, _channel(root)) if root is not None and kind != "atom" else url
    listings: dict[Listing, None] = {}
    for piece in markup.pieces(text, "item|entry", MAX_ITEMS):
        element, _ = markup.parse(piece)
        if element is None:
            continue
        entry = read_entry(
            element,
            outlet_id=outlet_id,
            feed_url=url,
            base=base,
            kind=_feed_kind(kind),
            language=whole.language,
            deep=True,
        )
        if entry:
            listings.setdefault(entry)
    closed = re.search(r"</(?:\w+:)?(?:rss|rdf|feed|channel)\s*>", text[-2_000:], re.I) is not None
    problem = None if listings else ("the feed has no items" if kind != "unknown" else "not a feed")
    if listings and not closed:
        problem = "the feed breaks off before its end"
    return FeedReading(
        listings=tuple(listings),
        title=whole.title,
        problem=problem,
        kind=kind,
        language=whole.language,
        next_url=whole.next_url,
        notes=("not well-formed, read entry by entry",),
    )


def _slow(text: str, url: str, outlet_id: str, reading: FeedReading) -> FeedReading:
    """Ask feedparser; keep what we had if it knows no more."""
    slow = parse_slowly(text, url, outlet_id)
    return slow if slow.listings else _noted(reading, slow.notes)


def _noted(reading: FeedReading, notes: tuple[str, ...]) -> FeedReading:
    if not notes:
        return reading
    return replace(reading, notes=tuple(dict.fromkeys(reading.notes + notes)))
