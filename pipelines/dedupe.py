"""Second stage: an article that is known already is not understood a second time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from pipelines.ports import Ports, ports_of
from pipelines.records import Article, Outcome, Reading
from pipelines.store.lookup import find_known
from pipelines.store.session import session


class DedupePipeline:
    """Names what is known by its URL key: the same text again, or another address of it."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports

    @classmethod
    def from_crawler(cls, crawler: Any) -> DedupePipeline:
        """Scrapy's constructor."""
        return cls(ports_of(crawler))

    async def process_item(self, item: Article) -> Article:
        """The same article, with outcome unchanged or duplicate where it is known."""
        if item.outcome is not None or item.reading is Reading.HEADLINE:
            return item  # one off topic is not understood anyway: whether it is known shows when it is written
        known = await asyncio.to_thread(self._known, item)
        if known is None:
            return item
        # it may have been understood in one go with the reading: what is known is not told again
        return replace(item, outcome=known, dates=(), figures=(), counts=(), matches=(), relevant=False)

    def _known(self, item: Article) -> Outcome | None:
        with session(self.ports.engine) as opened:
            return find_known(opened, item)
