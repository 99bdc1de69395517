"""What every spider of the monitor reaches: the ports of the stages, the workspace's declarations, the run's book.

Set     by the add-on, after a spider was made and before it starts: looked up when they are used
"""

from __future__ import annotations

from scrapy import Spider

from monitor.addon import BOOK_KEY, WORKSHOP_KEY
from monitor.book import RunBook
from monitor.wiring import Workshop
from pipelines.ports import Ports, ports_of


class OwnSpider(Spider):
    """A spider of the monitor."""

    @property
    def ports(self) -> Ports:
        """What the stages use too."""
        return ports_of(self.crawler)

    @property
    def shop(self) -> Workshop:
        """The declarations of the workspace."""
        found: Workshop = self.crawler.settings[WORKSHOP_KEY]
        return found

    @property
    def book(self) -> RunBook:
        """The book of this run."""
        found: RunBook = self.crawler.settings[BOOK_KEY]
        return found
