"""When a page is shown in a browser: always for outlets that say so, else only where the plain page has no text.

In      a fetched page and how it was read; the outlet's `render`
Out     the page as the browser shows it, or with `no_browser` as its failure, or None: nothing to mend
Limits  `PAGES` a run and outlet; after `IN_VAIN` renderings that brought no text the outlet is left alone
Raises  nothing: a browser that fails is a passing failure of its page
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scrapy import Request
from scrapy.http import Response

from monitor.addon import BOOK_KEY
from monitor.middlewares import browser
from monitor.middlewares.received import pairs
from monitor.spiders.pages import charset_of, header, outcome_of_error, outcome_of_status
from pipelines.records import Article, Listing, Outcome, Outlet, Page, Reading, Render

PAGES = 40
IN_VAIN = 5
SHORT = 300
_ASKS = re.compile(r"java\s?script", re.I)
_SCRIPT = re.compile(rb"<script\b", re.I)


def lacks_text(page: Page, article: Article) -> bool:
    """Whether a plain page's text is yet to be written by its scripts."""
    if page.failure is not None or page.rendered or not _SCRIPT.search(page.content):
        return False
    if article.outcome is Outcome.EMPTY_BODY:
        return True
    # "please switch JavaScript on" is no text
    return article.reading is not Reading.HEADLINE and len(article.body) < SHORT and bool(_ASKS.search(article.body))


class CrawlRenderer:
    """The browser of one crawl, for the stages and the spider."""

    def __init__(self, crawler: Any, outlets: Mapping[str, Outlet], configured: str) -> None:
        self.crawler = crawler
        self.outlets = outlets
        self.path = browser.available(configured)
        self.shown: Counter[str] = Counter()
        self.in_vain: Counter[str] = Counter()
        self.under_way: set[str] = set()

    def missing(self, outlet: Outlet) -> bool:
        """Whether the outlet can only be read in a browser and there is none; said once."""
        if outlet.render is not Render.ALWAYS or self.path is not None:
            return False
        self._say(outlet.id)
        return True

    def meta(self, outlet: Outlet) -> dict[str, Any]:
        """Meta for the requests of an outlet whose pages are all rendered; else nothing."""
        return browser.meta(outlet.id, self.path) if outlet.render is Render.ALWAYS and self.path else {}

    async def again(self, page: Page, article: Article) -> Page | None:
        """See `pipelines.ports.Renderer`."""
        outlet = self.outlets.get(page.outlet_id)
        if outlet is None or outlet.render is not Render.AUTO or not lacks_text(page, article):
            return None
        if self.path is None:
            self._say(outlet.id)
            title = page.listing.title if page.listing else None
            listing = replace(page.listing or Listing(outlet.id, page.url), title=title or article.title)
            return replace(page, failure=Outcome.NO_BROWSER, detail="no browser", listing=listing)
        if self.shown[outlet.id] >= PAGES or self.in_vain[outlet.id] >= IN_VAIN:
            return None
        self.shown[outlet.id] += 1
        self.in_vain[outlet.id] += 1  # until a text proves the contrary
        self.under_way.add(page.requested_url or page.url)
        return await self._show(page, self.path)

    def done(self, item: Any) -> None:
        """A page is through all stages: a text where there was none says that rendering is worth its time."""
        if isinstance(item, Article) and item.requested_url in self.under_way:
            self.under_way.discard(item.requested_url)
            if item.body:
                self.in_vain.pop(item.outlet_id, None)

    async def _show(self, page: Page, path: str) -> Page:
        asked = Request(page.url, dont_filter=True, meta={**browser.meta(page.outlet_id, path), "page": True})
        try:
            response = await self.crawler.engine.download_async(asked)
        except Exception as error:  # noqa: BLE001 - the edge to a whole browser: whatever fails there costs one page
            words = f"browser: {type(error).__name__}"
            return replace(page, failure=outcome_of_error(error), detail=words)
        return rendered_page(response, page)

    def _say(self, outlet_id: str) -> None:
        self.crawler.settings[BOOK_KEY].problem(outlet_id, browser.NO_BROWSER)


def rendered_page(response: Response, page: Page) -> Page:
    """`page` as the browser shows it. The exchange of the plain page is not what is shown: it is let go."""
    status = outcome_of_status(response.status)
    kind = (header(response, "Content-Type") or "").lower()
    return replace(
        page,
        url=response.url,
        status=response.status,
        content=response.body if status is None else b"",
        content_type=kind.split(";")[0].strip() or None,
        charset=charset_of(kind) or getattr(response, "encoding", None),
        headers=pairs(response.headers),
        rendered=True,
        exchange=None,
        failure=status,
        detail=None if status is None else f"answered {response.status}",
    )
