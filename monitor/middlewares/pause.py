"""Pauses of a host: those it asks for, and those it needs.

Asked   429 and 503 with `Retry-After` (seconds or an HTTP date), at most an hour; without it the wait doubles
Breaker after five failures in a row (no answer, 5xx, refusals) the host is left alone, and is tried again by itself
Kept    on the rows of all outlets that live on this host, so that the next runs keep it too
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from sqlalchemy.exc import SQLAlchemyError

from monitor.addon import BOOK_KEY, WORKSHOP_KEY
from monitor.middlewares.pace import slot_of
from pipelines.ports import ports_of
from pipelines.store import feeds, rhythm
from pipelines.store.batch import writing
from pipelines.store.session import describe

CAP = timedelta(hours=1)
FIRST_WAIT = timedelta(seconds=30)
IN_A_ROW = 5
REFUSALS = frozenset({401, 403, 407, 451})


class Paused(IgnoreRequest):
    """The host rests, and its rest is not over."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"until {until:%H:%M:%S} UTC")
        self.until = until


def asked_pause(value: str | None, now: datetime, refusals: int) -> timedelta:
    """How long to wait: what the host asks, at most an hour; else 30 s doubled with every refusal."""
    if value:
        text = value.strip()
        if text.isdigit():
            return min(timedelta(seconds=int(text[:9])), CAP)
        try:
            until = parsedate_to_datetime(text)
            return min(max(until.astimezone(UTC) - now, timedelta(0)), CAP)
        except (TypeError, ValueError, OverflowError):
            pass
    doubled: timedelta = FIRST_WAIT * 2 ** min(refusals, 8)
    return min(doubled, CAP)


class PauseMiddleware:
    """Leaves hosts alone that ask for it or fail."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.ports = ports_of(crawler)
        self.until: dict[str, datetime] = {}
        self.refusals: dict[str, int] = {}
        self.failures: dict[str, int] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> PauseMiddleware:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise `Paused` while the host's pause lasts; its pages stay in the frontier."""
        until = self.until.get(slot_of(request.url))
        if until is not None and self.ports.clock() < until:
            raise Paused(until)

    def process_response(self, request: Request, response: Response) -> Response:
        """Note a refusal; the answer itself goes on and ends in its outcome."""
        host, now = slot_of(request.url), self.ports.clock()
        if response.status in (429, 503):
            header = response.headers.get("Retry-After")
            wait = asked_pause(header.decode("latin-1") if header else None, now, self.refusals.get(host, 0))
            self.refusals[host] = self.refusals.get(host, 0) + 1
            self._pause(host, request, now + wait, f"answered {response.status}")
        elif response.status >= 500 or response.status in REFUSALS:
            self._failed(host, request, f"answered {response.status}")
        else:
            self.refusals.pop(host, None)
            self.failures.pop(host, None)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Note that a host did not answer; refusals of our own are no fault of it."""
        if not isinstance(exception, IgnoreRequest | DownloadCancelledError):
            self._failed(slot_of(request.url), request, type(exception).__name__)

    def _failed(self, host: str, request: Request, what: str) -> None:
        self.failures[host] = self.failures.get(host, 0) + 1
        if self.failures[host] < IN_A_ROW:
            return
        now = self.ports.clock()
        wait = rhythm.rest(rhythm.FAILURES + self.failures[host] - IN_A_ROW, host, now.date())
        self._pause(host, request, now + wait, f"{feeds.BREAKER}{self.failures[host]} in a row, last {what}")

    def _pause(self, host: str, request: Request, until: datetime, reason: str) -> None:
        self.until[host] = max(until, self.until.get(host, until))
        outlets = self._outlets_on(host) | {str(request.meta.get("outlet_id") or "")}
        try:
            with writing(self.ports.engine) as opened:
                feeds.pause(opened, outlets - {""}, until, reason)
        except SQLAlchemyError as error:
            self.crawler.settings[BOOK_KEY].broke(f"database: {describe(error)}")

    def _outlets_on(self, host: str) -> set[str]:
        shop = self.crawler.settings[WORKSHOP_KEY]
        return {
            one.id
            for one in shop.outlets.values()
            if host in {slot_of(one.homepage), *(slot_of(feed.url) for feed in one.feeds)}
        }
