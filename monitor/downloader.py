"""Scrapy's downloader, which also waits while many pages are being read or wait to be written.

The library counts their bytes alone, so hundreds of small pages could be on their way at once; whatever is on its way
when a crawl dies is asked for again.

In      setting `MONITOR_PAGES_HELD`: so many pages at most are between their response and the database; the spider's
        `waiting_out`, of how many answers nothing is held
Raises  nothing
"""

from __future__ import annotations

from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler


class PatientDownloader(Downloader):
    """Sends nothing more while too many pages are held."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.most_held = crawler.settings.getint("MONITOR_PAGES_HELD")

    def needs_backout(self) -> bool:
        """Whether no more requests may be sent at the moment."""
        return super().needs_backout() or self.held() >= self.most_held

    def held(self) -> int:
        """How many answers came and are not done with; those that wait out a host's pause are not among them."""
        engine = self.crawler.engine
        slot = engine.scraper.slot if engine is not None else None
        if slot is None:
            return 0
        return len(slot.queue) + len(slot.active) - getattr(self.crawler.spider, "waiting_out", 0)
