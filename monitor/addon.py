"""The one Scrapy add-on: hands the stages their ports and the spiders their outlets.

Runs after Scrapy copied its settings, since a database engine and worker processes cannot be copied. A caller
that made its own ports (the commands do, tests too) puts a callable under `MONITOR_PORTS`; for plain
`scrapy crawl` the workspace's configuration is read.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from monitor.catalogue import CatalogueError
from monitor.config import ConfigError, load
from monitor.middlewares.guard import GuardedResolver, allowed_hosts
from monitor.settings import for_config
from monitor.watches import WatchError
from monitor.wiring import Workshop, make_ports, open_workshop
from monitor.workers import PoolReader
from pipelines.ports import SETTINGS_KEY, Ports
from pipelines.store.session import DatabaseProblem

WORKSHOP_KEY = "MONITOR_WORKSHOP"
BOOK_KEY = "MONITOR_BOOK"
UNDERSTANDING = ("pipelines.dates.DatesPipeline", "pipelines.figures.FiguresPipeline", "pipelines.match.MatchPipeline")
"""The stages whose steps a worker may take in one go with the reading, if all of them are on."""


class MonitorAddon:
    """Fills `MONITOR_PORTS`, `MONITOR_WORKSHOP` and `MONITOR_BOOK` of a crawler's settings."""

    def update_settings(self, settings: Any) -> None:
        """Called by Scrapy once for each crawler."""
        # its messages carry whole addresses; every failure ends in a named outcome anyway
        logging.getLogger("scrapy.downloadermiddlewares.retry").setLevel(logging.CRITICAL)
        logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # of every page without a text
        given = settings.get(SETTINGS_KEY)
        if isinstance(given, Ports):
            return
        try:
            shop, ports, book = given() if callable(given) else _from_workspace()
        except (ConfigError, CatalogueError, WatchError, DatabaseProblem) as error:
            sys.exit(f"monitor: {error}")
        for key, value in for_config(shop.config).items():
            settings.set(key, value, priority="spider")
        # the resolver is made with the process, before any workspace is known
        GuardedResolver.allowed |= allowed_hosts(shop.config.allow_addresses)
        if isinstance(ports.reader, PoolReader):
            stages = settings.getdict("ITEM_PIPELINES")
            ports.reader.at_once = all(stages.get(name) is not None for name in UNDERSTANDING)
        settings.set(SETTINGS_KEY, ports, priority="cmdline")
        settings.set(WORKSHOP_KEY, shop, priority="cmdline")
        settings.set(BOOK_KEY, book, priority="cmdline")


def _from_workspace() -> tuple[Workshop, Ports, Any]:
    shop = open_workshop(load())
    ports, book = make_ports(shop)
    return shop, ports, book
