"""Run a spider in this process, and `run`: what cron calls.

Out     a `RunResult`: outcomes, problems, exit code (0 ok, 1 something needs a person)
Raises  `Locked` when another run works on this database; declaration and database errors as they are
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from sqlalchemy.exc import SQLAlchemyError

from monitor.book import RunBook
from monitor.labels import plural
from monitor.run_lock import Locked, run_lock
from monitor.wiring import Workshop, make_ports
from pipelines.ports import SETTINGS_KEY
from pipelines.records import Outcome
from pipelines.store.session import describe

log = logging.getLogger(__name__)

__all__ = ["Locked", "RunResult", "run_lock", "run_spider", "unknown"]


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a crawl brought."""

    run_id: int
    outcomes: dict[str, int] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)
    outlets: int = 0
    finished: str = "finished"
    faults: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 when a write or a stage failed, or the crawl was broken off."""
        broken = self.outcomes.get(Outcome.WRITE_FAILED.value, 0)
        return 1 if broken or self.faults or self.finished not in ("finished", "") else 0

    def line(self) -> str:
        """The run in one line."""
        ends = ", ".join(f"{number} {name}" for name, number in sorted(self.outcomes.items())) or "no new pages"
        problems = f"; {len(self.problems)} with problems" if self.problems else ""
        return f"{plural(self.outlets, 'outlet')}: {ends}{problems}" + "".join(f"; {fault}" for fault in self.faults)


def run_spider(
    shop: Workshop, spider: str, arguments: dict[str, str], extra: dict[str, Any] | None = None
) -> RunResult:
    """Run one spider to its end. One call a process: Scrapy's reactor starts only once."""
    from monitor import settings as project

    made: dict[str, Any] = {}

    def ports() -> tuple[Workshop, Any, RunBook]:
        made["ports"], made["book"] = make_ports(shop, kind=spider)
        return shop, made["ports"], made["book"]

    settings = Settings()
    settings.setmodule(project, priority="project")
    settings.setdict(project.for_config(shop.config), priority="project")
    settings.setdict({SETTINGS_KEY: ports, **(extra or {})}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(spider)
    crawl = process.crawl(crawler, **arguments)
    process.start()
    if "book" not in made:  # what went wrong before the first request is told like any other error
        failed = crawl.exception() if crawl.done() and not crawl.cancelled() else None
        raise failed or RuntimeError("the crawler did not start; its error stands above")
    book: RunBook = made["book"]
    reason = str(crawler.stats.get_value("finish_reason")) if crawler.stats else "unknown"
    errors = int(crawler.stats.get_value("log_count/ERROR", 0)) if crawler.stats else 0
    result = RunResult(
        run_id=book.id,
        outcomes=dict(book.outcomes()),
        problems={key: tally.problems for key, tally in book.tallies.items() if tally.problems},
        outlets=len(book.tallies),
        finished=reason,
        faults=tuple(book.faults),
    )
    if errors:
        log.warning("%d errors were logged during the crawl", errors)
    try:
        book.save(made["ports"].clock(), exit_code=result.exit_code)
    except SQLAlchemyError as error:
        return replace(result, faults=(*result.faults, f"database: {describe(error)}"))
    return result


def unknown(names: Sequence[str], shop: Workshop) -> list[str]:
    """The outlet names that are none."""
    return [name for name in names if name not in shop.outlets]
