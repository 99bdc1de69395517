"""Pages as a browser shows them: one Chromium a crawl, started with the first page that needs it.

In      requests whose meta asks for it (`browser.meta`)
Out     the page when its text has settled; images, fonts and media are never loaded
Guard   each request is checked before it is sent (scheme, address, robots.txt), and the only way out is the gate
        (`browser_gate`), which checks the address it connects to; no other protocol, no service workers
Limits  `TABS` at once, `MAX_REQUESTS` and `browser.SECONDS` a page; a browser that dies is started again
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Collection
from functools import partial
from typing import Any
from urllib.parse import urljoin
from weakref import WeakKeyDictionary

from playwright.async_api import Browser as Chromium
from playwright.async_api import Error as BrowserError
from playwright.async_api import Page as Tab
from playwright.async_api import Request as Wanted
from playwright.async_api import Route
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod
from scrapy_playwright.provider import PlaywrightBrowserProvider

from monitor.middlewares.access import ANY_CERTIFICATE
from monitor.middlewares.browser import BROWSER_HEADERS, SECONDS
from monitor.middlewares.browser_gate import BrowserGate
from monitor.middlewares.guard import AddressRefused, refusal
from monitor.middlewares.pace import slot_of
from monitor.middlewares.robots import ROBOTS_TIMEOUT, RobotsMiddleware

TABS = 2
MAX_REQUESTS = 200
MAX_REDIRECTS = 5
LOADED = frozenset({"document", "script", "stylesheet", "xhr", "fetch"})
"""What a text may depend on. Pictures, fonts, films, sockets, beacons are not loaded."""

SETTLED_CHARACTERS = 400
SETTLE_SECONDS = 8.0
LOOK_SECONDS = 0.25
ARGUMENTS = (
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",  # the gate carries no datagrams
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # names are resolved at the gate alone
)
WITHOUT = (
    "for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport', 'SharedWorker']) "
    "delete window[name]"
)
"""No article needs them, and what they send is not seen here."""

_handlers: WeakKeyDictionary[Any, ChromiumHandler] = WeakKeyDictionary()


class GuardedProvider(PlaywrightBrowserProvider):  # type: ignore[misc]
    """Starts Chromium behind the gate."""

    async def launch_browser(self) -> Chromium:
        """A browser without any other way out."""
        if self.browser_type is None:
            raise BrowserError("the browser's driver did not start")
        made: Chromium = await self.browser_type.launch(**self.config.launch_options)
        return made


class ChromiumHandler(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """scrapy-playwright behind the guard."""

    def __init__(self, crawler: Any, path: str) -> None:
        super().__init__(crawler)
        logging.getLogger("scrapy-playwright").setLevel(logging.CRITICAL)  # it names whole addresses
        self.crawler = crawler
        self.allowed = frozenset(crawler.settings.getlist("MONITOR_ALLOW_ADDRESSES"))
        self.gate = BrowserGate(self.allowed)
        self.abort_request = self.refuses
        self.counts: WeakKeyDictionary[Tab, int] = WeakKeyDictionary()
        self.unchecked: WeakKeyDictionary[Tab, Collection[str]] = WeakKeyDictionary()
        """Tabs whose certificates are not looked at, and the hosts they may ask."""
        self.starting = asyncio.Lock()
        self.started = False
        self.config.max_pages_per_context = TABS
        self.config.navigation_timeout_ms = SECONDS * 500
        self.config.launch_options = {
            "executable_path": path,
            "args": list(ARGUMENTS),
            # the sandbox of Chromium does not work for root
            "chromium_sandbox": os.geteuid() != 0,
        }

    @classmethod
    def of(cls, crawler: Any, path: str) -> ChromiumHandler:
        """The one handler of a crawl."""
        if crawler not in _handlers:
            _handlers[crawler] = cls(crawler, path)
        return _handlers[crawler]

    async def render(self, request: Request) -> Response:
        """The response with the page's markup as it stands when its text has settled."""
        await self._begin()
        request.meta["playwright_context_kwargs"] = {
            "service_workers": "block",  # what they ask for passes by the checks
            "accept_downloads": False,
            "user_agent": str(self.crawler.settings["USER_AGENT"]),
            "ignore_https_errors": ANY_CERTIFICATE in request.meta,
        }
        request.meta["playwright_page_init_callback"] = self.prepare
        request.meta["playwright_page_goto_kwargs"] = {"wait_until": "domcontentloaded"}
        request.meta["playwright_page_methods"] = [PageMethod(settle)]
        async with asyncio.timeout(SECONDS):
            response: Response = await self.download_request(request)
        await self._check_end(request, response)
        return response

    async def _begin(self) -> None:
        async with self.starting:
            if self.started:
                return
            # the gate is named to the browser before the browser can start
            self.config.launch_options["proxy"] = {"server": await self.gate.open(), "bypass": "<-loopback>"}
            await self._launch()
            self.started = True

    async def _check_end(self, request: Request, response: Response) -> None:
        """A page may have led elsewhere: what holds for a redirect holds for where it ended."""
        if response.url == request.url:
            return
        problem = refusal(response.url, self.allowed)
        if problem:
            raise AddressRefused(f"the page led to {problem}")
        await self._robots(response.url, dict(request.meta))

    async def refuses(self, wanted: Wanted) -> bool:
        """Whether the browser must not send this request."""
        if wanted.resource_type not in LOADED or refusal(wanted.url, self.allowed):
            return True
        try:
            tab = wanted.frame.page
        except BrowserError:
            return True  # of no page: nobody waits for it
        if tab in self.unchecked and slot_of(wanted.url) not in self.unchecked[tab]:
            return True  # the browser would take any certificate from these, too
        self.counts[tab] = self.counts.get(tab, 0) + 1
        if self.counts[tab] > MAX_REQUESTS:
            return True
        if tab.url == "about:blank" or slot_of(wanted.url) == slot_of(tab.url):
            return False  # the page itself, or its own host, whose rules let the page through
        try:
            async with asyncio.timeout(ROBOTS_TIMEOUT):
                await self._robots(wanted.url, {})
        except (IgnoreRequest, TimeoutError):
            return True
        return False

    async def prepare(self, tab: Tab, request: Request) -> None:
        """Take from the page's scripts the ways out that pass by requests; see to the outlet's own headers."""
        await tab.add_init_script(WITHOUT)
        hosts, headers = request.meta.get(BROWSER_HEADERS) or ((), {})
        if ANY_CERTIFICATE in request.meta:
            self.unchecked[tab] = hosts
        if headers:
            await tab.route("**/*", partial(self._dressed, hosts=hosts, headers=headers))

    async def _dressed(self, route: Route, wanted: Wanted, *, hosts: Collection[str], headers: dict[str, str]) -> None:
        """Send the outlet's headers to its own hosts. Added to a request they would go along with its redirects, which
        the browser does not show beforehand: so it is sent here, and led to another host it ends."""
        url, sent = wanted.url, {**wanted.headers, **headers}
        if slot_of(url) not in hosts:
            await route.fallback()
            return
        if await self.refuses(wanted):
            await route.abort()
            return
        for _ in range(MAX_REDIRECTS):
            answer = await route.fetch(url=url, headers=sent, max_redirects=0)
            to = answer.headers.get("location")
            if not (to and 300 <= answer.status < 400):
                await route.fulfill(response=answer)
                return
            url = urljoin(url, to)
            if slot_of(url) not in hosts or refusal(url, self.allowed):
                break
        await route.abort()

    async def _robots(self, url: str, meta: dict[str, Any]) -> None:
        robots = self.crawler.get_downloader_middleware(RobotsMiddleware)
        if robots is not None:
            await robots.process_request(Request(url, meta=meta))

    async def close(self) -> None:
        """End the browser; one that is gone already is no problem."""
        _handlers.pop(self.crawler, None)
        with contextlib.suppress(BrowserError, OSError):
            async with asyncio.timeout(SECONDS):
                await super().close()
        await self.gate.close()


async def settle(tab: Tab) -> None:
    """Wait until the page shows text that no longer grows, or `SETTLE_SECONDS`."""
    before, until = -1, asyncio.get_running_loop().time() + SETTLE_SECONDS
    while asyncio.get_running_loop().time() < until:
        now = int(await tab.evaluate("document.body ? document.body.innerText.length : 0"))
        if now == before and now >= SETTLED_CHARACTERS:
            return
        before = now
        await asyncio.sleep(LOOK_SECONDS)
