"""Read a JSON Feed (1.0 and 1.1), also one that ends early.

In      text that begins with `{`
Out     `FeedReading`
Raises  nothing
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from monitor.discovery.reading import MAX_ITEMS, MAX_SUMMARY, MAX_TAGS, MAX_TITLE, FeedReading
from monitor.discovery.text import absolute, plain
from pipelines.records import FeedKind, Listing

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_TITLE = re.compile(r'"title"\s*:\s*("(?:[^"\\]|\\.){0,500}")')


def parse(text: str, url: str, outlet_id: str = "") -> FeedReading:
    """Return the entries of a JSON Feed."""
    notes: tuple[str, ...] = ()
    problem = None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        data = _salvage(text)
        problem = f"JSON breaks off: {str(error)[:120]}"
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        return FeedReading(problem="JSON, but not a feed: it has no list of items", kind="json")
    language = _string(data.get("language"))
    base = absolute(_string(data.get("home_page_url")), url) or url
    found = (_entry(item, outlet_id, url, base, language) for item in data["items"][:MAX_ITEMS])
    listings = tuple(dict.fromkeys(item for item in found if item))
    if len(data["items"]) > MAX_ITEMS:
        notes = (f"only the first {MAX_ITEMS} items were read",)
    return FeedReading(
        listings=listings,
        title=plain(_string(data.get("title")), MAX_TITLE),
        problem=problem or (None if listings else "the feed has no items"),
        kind="json",
        language=language,
        next_url=absolute(_string(data.get("next_url")), url),
        notes=notes,
    )


def _entry(item: object, outlet_id: str, url: str, base: str, language: str | None) -> Listing | None:
    if not isinstance(item, dict):
        return None
    identity = _string(item.get("id")) or ""
    link = _string(item.get("url")) or _string(item.get("external_url"))
    link = link or (identity if identity[:4].lower() == "http" else None)
    address = absolute(link, base)
    if address is None:
        return None
    summary = plain(_string(item.get("summary")), MAX_SUMMARY)
    content = _string(item.get("content_text")) or _string(item.get("content_html"))
    tags = item.get("tags")
    return Listing(
        outlet_id=outlet_id,
        url=address,
        title=plain(_string(item.get("title")), MAX_TITLE),
        summary=summary if summary and len(summary) >= 40 else plain(content, MAX_SUMMARY) or summary,
        published=(_string(item.get("date_published")) or _string(item.get("date_modified")) or "")[:100] or None,
        language=_string(item.get("language")) or language,
        feed_url=url,
        feed_kind=FeedKind.JSON,
        tags=tuple(word for tag in tags[:MAX_TAGS] if (word := plain(_string(tag), 80)))
        if isinstance(tags, list)
        else (),
    )


def _salvage(text: str) -> Mapping[str, Any]:
    """The whole items of a document that cannot be read to its end."""
    start = _ITEMS.search(text)
    if not start:
        return {}
    decoder, at = json.JSONDecoder(), start.end()
    items: list[Any] = []
    while len(items) < MAX_ITEMS:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        items.append(item)
    title = _TITLE.search(text, 0, start.start())
    return {"items": items, "title": _unquote(title.group(1)) if title else None}


def _unquote(quoted: str) -> str | None:
    try:
        return _string(json.loads(quoted))
    except ValueError:
        return None


def _string(value: object) -> str | None:
    """JSON strings, and numbers where a writer forgot the quotes."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8") or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18 else None
