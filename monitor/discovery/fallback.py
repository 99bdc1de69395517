"""The second opinion on broken feeds: feedparser, slow and forgiving, kept on a short leash.

In      text without prolog (no document type, so no entities)
Out     `FeedReading`, empty with a note where the leash forbids or feedparser gives up
Limits  512 kB, nesting of 200
Raises  nothing
"""

from __future__ import annotations

import io
from typing import Any

import feedparser

from monitor.discovery.markup import depth
from monitor.discovery.reading import MAX_ITEMS, MAX_SUMMARY, MAX_TAGS, MAX_TITLE, FeedReading
from monitor.discovery.text import absolute, plain
from pipelines.records import FeedKind, Listing

MAX_BYTES = 512 * 1024
MAX_DEPTH = 200


def parse_slowly(text: str, url: str, outlet_id: str = "") -> FeedReading:
    """Return what feedparser finds in `text`; it may be nothing."""
    if not any(mark in text[:200_000].lower() for mark in ("<item", "<entry", ":item", ":entry")):
        return FeedReading(problem="not a feed")
    if depth(text, MAX_DEPTH) >= MAX_DEPTH:
        return FeedReading(problem="elements nest too deep", notes=("elements nest too deep for a second reading",))
    data = text[:MAX_BYTES].encode("utf-8", "replace")[:MAX_BYTES]
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        parsed = feedparser.parse(
            io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # noqa: BLE001 - a third party's parser on hostile bytes may raise anything; the reading names it
        return FeedReading(problem="not a feed", notes=(f"the second reading failed: {type(error).__name__}",))
    found = (_entry(entry, url, outlet_id) for entry in parsed.entries[:MAX_ITEMS])
    listings = tuple(dict.fromkeys(item for item in found if item))
    atom = str(parsed.get("version") or "").startswith("atom")
    return FeedReading(
        listings=listings,
        title=plain(_string(parsed.feed, "title"), MAX_TITLE),
        problem=None if listings else "the feed has no items",
        kind="atom" if atom else "rss",
        language=_string(parsed.feed, "language"),
        notes=("not well-formed, read by feedparser",) if listings else (),
    )


def _entry(entry: Any, url: str, outlet_id: str) -> Listing | None:
    address = absolute(_string(entry, "link"), url)
    if address is None:
        return None
    terms = [plain(_string(tag, "term"), 80) for tag in entry.get("tags") or ()][:MAX_TAGS]
    return Listing(
        outlet_id=outlet_id,
        url=address,
        title=plain(_string(entry, "title"), MAX_TITLE),
        summary=plain(_string(entry, "summary"), MAX_SUMMARY),
        published=_string(entry, "published") or _string(entry, "updated"),
        language=_string(entry, "language"),
        feed_url=url,
        feed_kind=FeedKind.RSS,
        tags=tuple(term for term in terms if term),
    )


def _string(mapping: Any, key: str) -> str | None:
    value = mapping.get(key)
    return value.strip()[:100_000] or None if isinstance(value, str) else None
