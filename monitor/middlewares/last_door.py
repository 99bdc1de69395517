"""The last door before the wire: a request that waited its turn is asked once more whether its host rests now.

Requests queue for their host after all middlewares have seen them; a pause that began meanwhile holds for them too.
"""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Response

from monitor.middlewares.pause import PauseMiddleware


class LastDoorHandler(HTTP11DownloadHandler):
    """Scrapy's own handler for http and https behind the check."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._monitor_crawler = crawler

    async def download_request(self, request: Request) -> Response:
        """Raise `Paused` while the host rests; else fetch."""
        check_pause(self._monitor_crawler, request)
        return await super().download_request(request)


def check_pause(crawler: Any, request: Request) -> None:
    """Raise `Paused` while the host of `request` rests."""
    pauses = crawler.get_downloader_middleware(PauseMiddleware)
    if pauses is not None:
        pauses.process_request(request)
