"""`monitor crawl` with a watch on its event loop, for the crawl benchmark.

python benchmarks/crawl_inside.py REPORT [--reading] WORDS OF MONITOR…      --reading: the first stage alone

Out     REPORT: JSON with the median and the 99th percentile of the loop's lag while pages were read, in milliseconds
Lag     how much later than asked a task wakes that sleeps 10 ms; what other processes take of a full machine counts too
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from scrapy import signals

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

STEP = 0.01
REPORT = "MONITOR_BENCHMARK_REPORT"


class Lag:
    """A Scrapy extension that measures the loop's lag from the first page that is written to the last."""

    def __init__(self) -> None:
        self.lags: list[float] = []
        self.task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Any) -> Lag:
        """Scrapy's constructor."""
        made = cls()
        crawler.signals.connect(made.page, signal=signals.item_scraped)
        crawler.signals.connect(made.close, signal=signals.spider_closed)
        return made

    def page(self) -> None:
        """Begin with the first page: before it libraries are loaded."""
        if self.task is None:
            self.task = asyncio.get_running_loop().create_task(self.watch())

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
        lags = sorted(self.lags) or [0.0]
        found = {"p50": lags[len(lags) // 2], "p99": lags[len(lags) * 99 // 100], "samples": len(lags)}
        Path(os.environ[REPORT]).write_text(json.dumps(found))


def main() -> None:
    """Run the command with the extension."""
    report, *words = sys.argv[1:]
    os.environ[REPORT] = report
    from monitor import settings
    from monitor.cli import main as monitor

    if words[0] == "--reading":
        words = words[1:]
        settings.ITEM_PIPELINES = {"pipelines.normalise.NormalisePipeline": 100}
    settings.EXTENSIONS = {"benchmarks.crawl_inside.Lag": 1}  # type: ignore[attr-defined]
    sys.argv = ["monitor", *words]
    monitor()


if __name__ == "__main__":
    main()
