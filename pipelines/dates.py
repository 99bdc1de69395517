"""Third stage: the dates a text speaks of."""

from __future__ import annotations

from typing import Any

from pipelines.ports import Ports, ports_of
from pipelines.records import Article


class DatesPipeline:
    """Finds in-text dates, anchored at the day of publication."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports

    @classmethod
    def from_crawler(cls, crawler: Any) -> DatesPipeline:
        """Scrapy's constructor."""
        return cls(ports_of(crawler))

    async def process_item(self, item: Article) -> Article:
        """The article with what this stage adds; one that needs no such reading passes as it is."""
        if not item.deserves_close_reading:
            return item
        return await self.ports.reader.run("dates", item, self.ports.context(item.outlet_id))
