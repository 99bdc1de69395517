"""The further pages of an article: asked for one after another, and read with the first as one page.

In      the `Page` of an article's first part, and the address that it names as the next
Out     the page with its parts
Rules   a part that cannot be had ends the article: what was read before is kept
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from scrapy import Request

from monitor.spiders.pages import charset_of, header
from pipelines.analysis.parts import MAX_PARTS, next_part
from pipelines.records import Page, Part

log = logging.getLogger(__name__)


class PartsFollower:
    """Fetches what follows, as politely as any page."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler

    async def follow(self, page: Page, url: str) -> Page:
        """See `pipelines.ports.Follower`."""
        address: str | None = url
        while address is not None and len(page.parts) + 1 < MAX_PARTS:
            part = await self._part(page.outlet_id, address)
            if part is None:
                break
            page = replace(page, parts=(*page.parts, part))
            address = next_part(part.content, part.url, first=False)
        return page

    async def _part(self, outlet_id: str, url: str) -> Part | None:
        """A further part; what is no page of text ends the article."""
        asked = Request(url, dont_filter=True, meta={"outlet_id": outlet_id, "page": True})
        try:
            response = await self.crawler.engine.download_async(asked)
        except Exception as error:  # noqa: BLE001 - whatever keeps a part from us, the article is what was read before
            log.info("a further page of an article could not be had: %s", type(error).__name__)
            return None
        kind = header(response, "Content-Type") or ""
        if response.status != 200 or "html" not in kind:
            return None
        return Part(response.url, response.body, charset_of(kind))
