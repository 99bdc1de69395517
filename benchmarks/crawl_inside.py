"""`monitor crawl` with a clock and a watch on its event loop, for the crawl benchmark.

python benchmarks/crawl_inside.py REPORT BASE PAGES [--reading] WORDS OF MONITOR…      --reading: the first stage alone

Out     REPORT: JSON with CPU milliseconds a page of the crawl's process and of its workers, from the moment at which the
        outlet `bench` opens its feed to the end of its last page; CPU seconds before; median and 99th percentile of the
        loop's lag meanwhile, in milliseconds; pages a second
Lag     how much later than asked a task wakes that sleeps 10 ms; what other processes take of a full machine counts too
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from scrapy import signals

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crawl_site import WARM

STEP = 0.01
ARGUMENTS = "MONITOR_BENCHMARK"


def descendants(pid: int) -> list[int]:
    """All processes below one."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in task.read_text().split()]
        except OSError:
            continue
        for one in children:
            found += [one, *descendants(one)]
    return found


def seconds_of(pid: int) -> float:
    """Processor time of one process."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError):
        return 0.0


def spent() -> tuple[float, float, float]:
    """Seconds on the wall, processor time of this process, and of all below it."""
    return time.monotonic(), time.process_time(), sum(map(seconds_of, descendants(os.getpid())))


class Clock:
    """A Scrapy extension: opens the site's feed when the crawl is warm, and measures from there to the last page."""

    def __init__(self) -> None:
        report, self.base, pages = os.environ[ARGUMENTS].split("|")
        self.report, self.pages, self.warm, self.done = Path(report), int(pages), 0, 0
        self.lags: list[float] = []
        self.task: asyncio.Task[None] | None = None
        self.before = self.after = spent()

    @classmethod
    def from_crawler(cls, crawler: Any) -> Clock:
        """Scrapy's constructor."""
        made = cls()
        crawler.signals.connect(made.page, signal=signals.item_scraped)
        crawler.signals.connect(made.close, signal=signals.spider_closed)
        return made

    def page(self, item: Any) -> None:
        """Count pages; begin when the warm ones are read, end with the last."""
        if item.outlet_id == "warm":
            self.warm += 1
            if self.warm == WARM:
                self.before = spent()
                self.task = asyncio.get_running_loop().create_task(self.watch())
                threading.Thread(target=urllib.request.urlopen, args=(f"{self.base}/go",), daemon=True).start()
            return
        self.done += 1
        if self.done == self.pages:
            self.after = spent()

    async def watch(self) -> None:
        """Sleep and see."""
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(STEP)
            self.lags.append(1000 * (loop.time() - before - STEP))

    def close(self) -> None:
        """Write the report."""
        if self.task is not None:
            self.task.cancel()
        if self.done != self.pages:
            sys.exit(f"{self.done} of {self.pages} pages were read")
        lags = sorted(self.lags) or [0.0]
        wall, main, workers = (after - before for before, after in zip(self.before, self.after, strict=True))
        found = {
            "crawl": 1000 * main / self.pages,
            "workers": 1000 * workers / self.pages,
            "start": self.before[1] + self.before[2],
            "pace": self.pages / wall,
            "p50": lags[len(lags) // 2],
            "p99": lags[len(lags) * 99 // 100],
        }
        self.report.write_text(json.dumps(found))


def main() -> None:
    """Run the command with the extension."""
    report, base, pages, *words = sys.argv[1:]
    os.environ[ARGUMENTS] = "|".join((report, base, pages))
    from monitor import settings
    from monitor.cli import main as monitor

    if words[0] == "--reading":
        words = words[1:]
        settings.ITEM_PIPELINES = {"pipelines.normalise.NormalisePipeline": 100}
    settings.EXTENSIONS = {"benchmarks.crawl_inside.Clock": 1}  # type: ignore[attr-defined]
    settings.DOWNLOAD_TIMEOUT = 900  # the feed waits for the crawl to be warm
    sys.argv = ["monitor", *words]
    monitor()


if __name__ == "__main__":
    main()
