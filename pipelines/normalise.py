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
        self.ports.held[item.requested_url or item.url] = item
        bare = replace(item, exchange=None)  # the bytes as received are for the archive, not for the worker
        return await self.ports.reader.run("read", bare, self.ports.context(item.outlet_id))
