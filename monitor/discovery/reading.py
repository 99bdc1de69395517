"""What every discovery parser hands back: `FeedReading`, and the limits they all keep.

Units   `published` and `lastmod` are the source's own words (raw text); only `newest` reads them
Limits  `MAX_…` below; what lies beyond a limit is dropped and named in `notes`
Raises  nothing
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from pipelines.records import Listing

Kind = Literal[
    "rss", "rdf", "atom", "json", "news_sitemap", "sitemap", "sitemap_index", "section", "telegram", "html", "unknown"
]

MAX_FEED_BYTES = 8 * 1024 * 1024
MAX_SITEMAP_BYTES = 32 * 1024 * 1024
MAX_PAGE_BYTES = 6 * 1024 * 1024
MAX_ITEMS = 5_000
MAX_SITEMAP_URLS = 50_000
MAX_SECTION_LINKS = 400
MAX_TITLE = 500
MAX_SUMMARY = 8_000
MAX_TAGS = 20


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap named by a sitemap index; `lastmod` is raw text."""

    url: str
    lastmod: str | None = None


@dataclass(frozen=True, slots=True)
class FeedReading:
    """Everything one response tells about an outlet's articles.

    `problem` says why the listings are missing or cannot be taken for the whole; `notes` say what was mended.
    `next_url` is where older entries stand (paged feeds, channel previews). `children` are a sitemap index's sitemaps.
    """

    listings: tuple[Listing, ...] = ()
    title: str | None = None
    problem: str | None = None
    kind: Kind = "unknown"
    language: str | None = None
    children: tuple[Child, ...] = ()
    next_url: str | None = None
    notes: tuple[str, ...] = ()


def fresh(
    before: Iterable[Listing], after: Iterable[Listing], key: Callable[[str], str] = str.strip
) -> tuple[Listing, ...]:
    """Return the listings of `after` that `before` did not have, or had with other words, in the order of `after`.

    `key` makes URLs comparable (hand over the project's URL key). A changed date alone counts as a change, unless more
    than half of the known items changed it at once: then it is the clock of the feed's generator.
    """
    old = {key(item.url): item for item in before}
    items = tuple(after)
    known = [(old[key(item.url)], item) for item in items if key(item.url) in old]
    moved = sum(was.published != now.published for was, now in known)
    dates_count = moved * 2 <= len(known)
    return tuple(item for item in items if _differs(old.get(key(item.url)), item, dates_count))


def _differs(was: Listing | None, now: Listing, dates_count: bool) -> bool:
    if was is None:
        return True
    if (was.title, was.summary) != (now.title, now.summary):
        return True
    return dates_count and was.published != now.published


def newest(listings: Iterable[Listing], now: datetime) -> datetime | None:
    """The latest date that entries bear in the forms that feeds and sitemaps should use; none from the future."""
    found = None
    for raw in {one.published for one in listings if one.published}:
        moment = _moment(raw)
        if moment is not None and (found is None or moment > found) and moment < now + timedelta(days=1):
            found = moment
    return found


def _moment(raw: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            value = read(raw.strip())
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None
