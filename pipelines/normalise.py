"""First stage: a fetched page becomes an article (metadata, URL, language, times, text)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipelines.ports import Ports, ports_of
from pipelines.records import Article, Page


class NormalisePipeline:
    """Reads the page, cheaply first; the page is held until it is persisted."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports

    @classmethod
    def from_crawler(cls, crawler: Any) -> NormalisePipeline:
        """Scrapy's constructor."""
        return cls(ports_of(crawler))

    async def process_item(self, item: Page) -> Article:
        """`Page` in, `Article` out."""
        article = await self._read(item)
        if article.next_url is not None and self.ports.follower is not None:
            whole = await self.ports.follower.follow(item, article.next_url)
            if whole.parts:
                item, article = whole, await self._read(whole)
        if self.ports.renderer is None:
            return article
        rendered = await self.ports.renderer.again(item, article)
        return article if rendered is None else await self._read(rendered)

    async def _read(self, page: Page) -> Article:
        self.ports.held[page.requested_url or page.url] = page
        bare = replace(page, exchange=None)  # the bytes as received are for the archive, not for the worker
        return await self.ports.reader.run("read", bare, self.ports.context(page.outlet_id))
