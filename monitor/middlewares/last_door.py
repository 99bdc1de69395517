"""The last door before the wire: a request that waited its turn is asked once more whether its host rests now.

Requests queue for their host after all middlewares have seen them; a pause that began meanwhile holds for them too.
Behind it the ways part: most pages are fetched, few are shown by a browser first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Response

from monitor.middlewares.access import ANY_CERTIFICATE, any_certificate
from monitor.middlewares.browser import RENDER
from monitor.middlewares.pause import PauseMiddleware

if TYPE_CHECKING:
    from monitor.middlewares.chromium import ChromiumHandler


class LastDoorHandler(HTTP11DownloadHandler):
    """Scrapy's own handler for http and https behind the check."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._monitor_crawler = crawler
        self._monitor_browser: ChromiumHandler | None = None
        self._monitor_unverified: HTTP11DownloadHandler | None = None

    async def download_request(self, request: Request) -> Response:
        """Raise `Paused` while the host rests; else fetch."""
        check_pause(self._monitor_crawler, request)
        path = request.meta.get(RENDER)
        if path is None and request.meta.get(ANY_CERTIFICATE):
            return await self._unverified().download_request(request)
        if path is None:
            return await super().download_request(request)
        from monitor.middlewares.chromium import ChromiumHandler  # an extra, and slow to load

        self._monitor_browser = ChromiumHandler.of(self._monitor_crawler, path)
        return await self._monitor_browser.render(request)

    def _unverified(self) -> HTTP11DownloadHandler:
        """A second handler, with connections of its own, for outlets whose certificates are not checked."""
        if self._monitor_unverified is None:
            self._monitor_unverified = HTTP11DownloadHandler(self._monitor_crawler)
            self._monitor_unverified._contextFactory = any_certificate()
        return self._monitor_unverified

    async def close(self) -> None:
        """Close what was opened, the browser too."""
        if self._monitor_unverified is not None:
            await self._monitor_unverified.close()
        if self._monitor_browser is not None:
            await self._monitor_browser.close()
        await super().close()


def check_pause(crawler: Any, request: Request) -> None:
    """Raise `Paused` while the host of `request` rests."""
    pauses = crawler.get_downloader_middleware(PauseMiddleware)
    if pauses is not None:
        pauses.process_request(request)
