"""A bar on a terminal that says how far a crawl is. Where nobody looks (cron, a pipe) there is none.

In      Scrapy's signals; of the watching spider how many outlets it has and how many are done
Out     one line on standard error while the crawl runs, gone when it ends
Raises  nothing: a crawl without a terminal goes on without the bar
"""

from __future__ import annotations

import sys
from typing import Any

from scrapy import Spider, signals
from scrapy.exceptions import NotConfigured


class CrawlBar:
    """A Scrapy extension."""

    def __init__(self) -> None:
        from rich.console import Console  # only where somebody looks: cron does not wait for it
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("outlets, {task.fields[pages]} pages, {task.fields[matches]} on topic"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self.task = self.bar.add_task("crawl", total=None, pages=0, matches=0)
        self.pages = self.matches = 0

    @classmethod
    def from_crawler(cls, crawler: Any) -> CrawlBar:
        """Scrapy's constructor; without a terminal the extension is left out."""
        if not sys.stderr.isatty():
            raise NotConfigured
        made = cls()
        crawler.signals.connect(made.opened, signal=signals.spider_opened)
        crawler.signals.connect(made.answered, signal=signals.response_received)
        crawler.signals.connect(made.written, signal=signals.item_scraped)
        crawler.signals.connect(made.closed, signal=signals.spider_closed)
        return made

    def opened(self, spider: Spider) -> None:
        """The bar appears."""
        self.bar.start()

    def answered(self, spider: Spider) -> None:
        """Something came: a feed, too."""
        done, total = getattr(spider, "outlets_done", (0, None))
        self.bar.update(self.task, completed=done, total=total, pages=self.pages, matches=self.matches)

    def written(self, item: Any, spider: Spider) -> None:
        """A page came through all stages."""
        self.pages += 1
        self.matches += bool(getattr(item, "relevant", False))
        self.answered(spider)

    def closed(self, spider: Spider) -> None:
        """The bar goes; the one line of the run takes its place."""
        self.bar.stop()
