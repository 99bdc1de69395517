"""Fifth stage: which rules of which watches fire on an article."""

from __future__ import annotations

from typing import Any

from pipelines.ports import Ports, ports_of
from pipelines.records import Article, Outcome

KNOWN_ALREADY = frozenset({Outcome.OFF_TOPIC, Outcome.UNCHANGED, Outcome.DUPLICATE})
"""Ends that say all there is to say: nothing is matched a second time."""


class MatchPipeline:
    """Matches all rules of all watches in one pass."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports

    @classmethod
    def from_crawler(cls, crawler: Any) -> MatchPipeline:
        """Scrapy's constructor."""
        return cls(ports_of(crawler))

    async def process_item(self, item: Article) -> Article:
        """The article with what this stage adds; one that needs no such reading passes as it is."""
        if item.outcome in KNOWN_ALREADY:
            return item
        return await self.ports.reader.run("match", item, self.ports.context(item.outlet_id))
