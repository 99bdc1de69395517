"""From Scrapy's responses and failures to `Page` records: every end of a request gets its outcome here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response

from monitor.middlewares.guard import AddressRefused
from monitor.middlewares.pause import Paused
from monitor.middlewares.received import exchange_of, pairs
from monitor.middlewares.robots import RobotsDenied
from monitor.middlewares.tdm import Reserved, says_reserved
from pipelines.records import Outcome, Page
from pipelines.store.frontier import Link

BLOCKED = frozenset({401, 402, 403, 407, 429, 451})
GONE = frozenset({404, 410})


def outcome_of_status(status: int) -> Outcome | None:
    """The failure that a status means; None for a page that can be read."""
    if 200 <= status < 300:
        return None
    if status in GONE:
        return Outcome.GONE
    if status == 304:
        return Outcome.UNCHANGED
    return Outcome.BLOCKED if status in BLOCKED else Outcome.HTTP_ERROR


def outcome_of_error(error: BaseException) -> Outcome:
    """The outcome of a request that brought no response."""
    if isinstance(error, RobotsDenied):
        return Outcome.ROBOTS_DENIED
    if isinstance(error, Reserved):
        return Outcome.HEADLINE_ONLY
    if isinstance(error, AddressRefused):
        return Outcome.ADDRESS_REFUSED
    if isinstance(error, DownloadCancelledError) or "DOWNLOAD_MAXSIZE" in str(error):  # as received, or unpacked
        return Outcome.TOO_LARGE
    if isinstance(error, IgnoreRequest):
        return Outcome.HTTP_ERROR
    return Outcome.NETWORK_ERROR


def is_pause(error: BaseException) -> bool:
    """Whether a request was only put off: its page stays in the frontier, uncounted."""
    return isinstance(error, Paused)


def page_of(response: Response, link: Link, now: datetime) -> Page:
    """The response to a link, as the stages take it."""
    status = outcome_of_status(response.status)
    if status is None and says_reserved(response):
        return failed_page(link, Reserved("rights reserved (the page says so)"), None, now)
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1").lower()
    return Page(
        outlet_id=link.listing.outlet_id,
        url=response.url,
        fetched_at=now,
        requested_url=link.listing.url,
        status=response.status,
        content=response.body if status is None else b"",
        content_type=content_type.split(";")[0].strip() or None,
        charset=charset_of(content_type),
        headers=pairs(response.headers),
        historical=link.historical,
        listing=link.listing,
        failure=status,
        detail=None if status is None else f"answered {response.status}",
        exchange=exchange_of(response),
    )


def unchanged_page(response: Response, link: Link, now: datetime) -> Page:
    """An answer with the very bytes that were read before: nothing is understood a second time."""
    page = failed_page(link, Outcome.UNCHANGED, None, now)
    return replace(page, url=response.url, status=response.status, headers=pairs(response.headers))


def header(response: Response, name: str) -> str | None:
    """A header's value as text."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def charset_of(content_type: str) -> str | None:
    """The charset that a Content-Type names, lower case."""
    _, found, rest = content_type.lower().partition("charset=")
    return rest.split(";")[0].strip(" \"'") or None if found else None


def failed_page(link: Link, why: BaseException | Outcome, detail: str | None, now: datetime) -> Page:
    """A link whose page brought no response: what its listing says is all there is."""
    outcome = why if isinstance(why, Outcome) else outcome_of_error(why)
    words = detail or (f"{type(why).__name__}: {why}"[:200] if not isinstance(why, Outcome) else None)
    return Page(
        outlet_id=link.listing.outlet_id,
        url=link.listing.url,
        fetched_at=now,
        requested_url=link.listing.url,
        status=0,
        historical=link.historical,
        listing=link.listing,
        failure=outcome,
        detail=words,
    )
