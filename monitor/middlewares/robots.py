"""robots.txt, obeyed under concurrency: one loading an origin, every request waits for it.

Scrapy's own middleware lets waiting requests through while several wait for one robots.txt; this one keeps a task
an origin and awaits it. 4xx = all allowed, 5xx or unreachable = nothing allowed (RFC 9309), `Crawl-delay` becomes the
host's delay when it is longer than ours.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from monitor.middlewares.pace import slot_of, slow_down

CRAWL_DELAY_CAP = 60.0
ROBOTS_TIMEOUT = 15
MAX_BYTES = 512_000
ROBOTS_REQUEST = "monitor_robots_request"
"""Meta of requests for robots.txt itself, which is always allowed."""


class RobotsDenied(IgnoreRequest):
    """The outlet's robots.txt forbids this address, or could not be read."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin allows. `parser` None = everything, `closed` = nothing."""

    parser: Protego | None = None
    closed: str | None = None

    def allows(self, url: str, agent: str) -> bool:
        """Whether `agent` may fetch `url`."""
        return self.closed is None and (self.parser is None or bool(self.parser.can_fetch(url, agent)))


class RobotsMiddleware:
    """Refuses what robots.txt forbids; keeps its delays."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.agent: str = crawler.settings.get("USER_AGENT", "")
        self.obey: bool = crawler.settings.getbool("ROBOTSTXT_OBEY")
        self.loading: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> RobotsMiddleware:
        """Scrapy's constructor."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait for the origin's rules; raise `RobotsDenied` when they forbid the address."""
        if not self.obey or request.meta.get(ROBOTS_REQUEST) or request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self.loading:
            self.loading[origin] = asyncio.create_task(self._load(origin, request))
        rules = await asyncio.shield(self.loading[origin])
        if not rules.allows(request.url, self.agent):
            raise RobotsDenied(rules.closed or "forbidden by robots.txt")
        self._keep_delay(rules, request)

    async def _load(self, origin: str, request: Request) -> Rules:
        asked = Request(
            f"{origin}/robots.txt",
            priority=1000,
            meta={
                ROBOTS_REQUEST: True,
                "outlet_id": request.meta.get("outlet_id"),
                "download_timeout": ROBOTS_TIMEOUT,
                "download_maxsize": MAX_BYTES,
            },
        )
        try:
            response = await self.crawler.engine.download_async(asked)
        except Exception as error:  # noqa: BLE001 - whatever keeps robots.txt from us, the answer is "not allowed"
            return Rules(closed=f"robots.txt unreachable ({type(error).__name__})")
        return read_rules(response)

    def _keep_delay(self, rules: Rules, request: Request) -> None:
        if rules.parser is None:
            return
        wanted = rules.parser.crawl_delay(self.agent)
        if not wanted:
            return
        slow_down(self.crawler.engine.downloader, slot_of(request.url), min(float(wanted), CRAWL_DELAY_CAP))


def read_rules(response: Response) -> Rules:
    """The rules of an answer to a request for robots.txt."""
    if response.status >= 500:
        return Rules(closed=f"robots.txt answered {response.status}")
    if response.status >= 400:
        return Rules()
    return Rules(parser=Protego.parse(response.body.decode("utf-8", "replace")))
