"""Rights reserved against text and data mining (EU 2019/790 Art. 4): such pages are not fetched, or not kept.

Asked   `/.well-known/tdmrep.json`, once an origin, before its first page; what it reserves is not fetched
Seen    `tdm-reservation: 1` in a response's header: the page's bytes go no further. A meta element is found by whoever
        parses the page, and nothing of such a page is kept
Left    headline and link, as the outlet's own feed shows them
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from monitor.middlewares.pause import Paused

log = logging.getLogger(__name__)

WELL_KNOWN = "/.well-known/tdmrep.json"
TIMEOUT = 15
MAX_BYTES = 256_000
MAX_RULES = 1_000
_OWN_REQUEST = "monitor_tdm_request"


class Reserved(IgnoreRequest):
    """The publisher reserves this page against text and data mining."""


def read_reservations(content: bytes) -> tuple[str, ...]:
    """The location patterns that a tdmrep.json reserves. Anything else than such a file reserves nothing."""
    try:
        rules = json.loads(content[:MAX_BYTES].decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return ()
    found = []
    for rule in rules[:MAX_RULES] if isinstance(rules, list) else ():
        if isinstance(rule, dict) and rule.get("tdm-reservation") in (1, "1") and isinstance(rule.get("location"), str):
            found.append(rule["location"][:2_000])
    return tuple(found)


def covers(pattern: str, path: str) -> bool:
    """Whether a location pattern (`*` anything, `$` the end, as in robots.txt) covers a path.

    >>> covers("/news/*", "/news/1"), covers("/*.pdf$", "/a.pdf?x"), covers("/", "/anything")
    (True, False, True)
    """
    ends = pattern.endswith("$")
    parts = pattern.removesuffix("$").split("*")
    place = 0
    for number, part in enumerate(parts):
        found = path.find(part, place)
        if found < 0 or (number == 0 and found != 0):
            return False
        place = found + len(part)
    return not ends or place == len(path) or (parts[-1] == "" and len(parts) > 1) or path.endswith(parts[-1])


def says_reserved(response: Response) -> bool:
    """Whether a page's header reserves its text."""
    header = response.headers.get("tdm-reservation")
    return header is not None and header.strip() == b"1"


class ReservationMiddleware:
    """Refuses pages that their publisher reserves; feeds are published to be read."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.loading: dict[str, asyncio.Task[tuple[str, ...]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> ReservationMiddleware:
        """Scrapy's constructor."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait for the origin's reservations; raise `Reserved` where they cover the page."""
        if not request.meta.get("page") or request.meta.get(_OWN_REQUEST):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self.loading:
            self.loading[origin] = asyncio.create_task(self._load(origin, request))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        for pattern in await asyncio.shield(self.loading[origin]):
            if covers(pattern, path):
                raise Reserved("rights reserved (tdmrep.json)")

    async def _load(self, origin: str, request: Request) -> tuple[str, ...]:
        asked = Request(
            f"{origin}{WELL_KNOWN}",
            priority=900,
            meta={
                _OWN_REQUEST: True,
                "outlet_id": request.meta.get("outlet_id"),
                "download_timeout": TIMEOUT,
                "download_maxsize": MAX_BYTES,
                "dont_retry": True,
            },
        )
        try:
            response = await self.crawler.engine.download_async(asked)
        except Paused:
            self.loading.pop(origin, None)  # asked again once the host has rested; until then its pages wait, too
            raise
        except Exception as error:  # noqa: BLE001 - whatever keeps the file from us; pages still may say so
            log.info("%s%s could not be had (%s): nothing counts as reserved by it", origin, WELL_KNOWN, error)
            return ()
        return read_reservations(response.body) if response.status == 200 else ()
