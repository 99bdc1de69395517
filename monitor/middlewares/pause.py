"""Retry-After, obeyed: a host that asks for a pause gets it, in this run and the next ones.

429 and 503 with `Retry-After` (seconds or an HTTP date) pause the host; the pause is kept on the outlet's row.
Without the header the wait grows with every refusal.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from pipelines.ports import ports_of
from pipelines.store.schema import OutletRow
from pipelines.store.session import session

CAP = timedelta(hours=1)
FIRST_WAIT = timedelta(seconds=30)


class Paused(IgnoreRequest):
    """The host asked for a pause that is not over."""


def asked_pause(value: str | None, now: datetime, refusals: int) -> timedelta:
    """How long to wait: what the host asks, at most an hour; else 30 s doubled with every refusal."""
    if value:
        text = value.strip()
        if text.isdigit():
            return min(timedelta(seconds=int(text)), CAP)
        try:
            until = parsedate_to_datetime(text)
            return min(max(until.astimezone(UTC) - now, timedelta(0)), CAP)
        except (TypeError, ValueError):
            pass
    doubled: timedelta = FIRST_WAIT * 2 ** min(refusals, 8)
    return min(doubled, CAP)


class RetryAfterMiddleware:
    """Pauses hosts that answer 429 or 503."""

    def __init__(self, crawler: Any) -> None:
        self.ports = ports_of(crawler)
        self.until: dict[str, datetime] = {}
        self.refusals: dict[str, int] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> RetryAfterMiddleware:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise `Paused` while the host's pause lasts; its pages stay in the frontier."""
        until = self.until.get(urlsplit(request.url).netloc)
        if until is not None and self.ports.clock() < until:
            raise Paused(f"until {until:%H:%M:%S} UTC")

    def process_response(self, request: Request, response: Response) -> Response:
        """Note a refusal; the answer itself goes on and ends in its outcome."""
        host = urlsplit(request.url).netloc
        if response.status not in (429, 503):
            self.refusals.pop(host, None)
            return response
        now = self.ports.clock()
        header = response.headers.get("Retry-After")
        wait = asked_pause(header.decode("latin-1") if header else None, now, self.refusals.get(host, 0))
        self.refusals[host] = self.refusals.get(host, 0) + 1
        self.until[host] = now + wait
        outlet_id = request.meta.get("outlet_id")
        if outlet_id:
            with session(self.ports.engine) as opened:
                row = opened.get(OutletRow, outlet_id)
                if row is not None:
                    row.paused_until_at, row.pause_reason = now + wait, f"answered {response.status}"
        return response
