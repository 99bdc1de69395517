"""Run a spider in this process, and `run`: what cron calls.

Out     a `RunResult`: outcomes, problems, exit code (0 ok, 1 something needs a person)
Raises  `Locked` when another run works on this database; declaration and database errors as they are
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from sqlalchemy import Engine, text

from monitor.book import RunBook
from monitor.wiring import Workshop, make_ports
from pipelines.ports import SETTINGS_KEY
from pipelines.records import Outcome

log = logging.getLogger(__name__)

ADVISORY_LOCK = 4_207_311
"""The number under which PostgreSQL keeps one run of a database apart from another."""


class Locked(RuntimeError):
    """Another run holds the lock."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a crawl brought."""

    run_id: int
    outcomes: dict[str, int] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)
    outlets: int = 0
    finished: str = "finished"

    @property
    def exit_code(self) -> int:
        """1 when a write or a stage failed, or the crawl was broken off."""
        broken = self.outcomes.get(Outcome.WRITE_FAILED.value, 0)
        return 1 if broken or self.finished not in ("finished", "") else 0

    def line(self) -> str:
        """The run in one line."""
        ends = ", ".join(f"{number} {name}" for name, number in sorted(self.outcomes.items())) or "no new pages"
        return f"{self.outlets} outlets: {ends}" + (f"; {len(self.problems)} with problems" if self.problems else "")


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
    process.crawl(crawler, **arguments)
    process.start()
    if "book" not in made:
        raise RuntimeError("the crawler did not start; its error stands above")
    book: RunBook = made["book"]
    reason = str(crawler.stats.get_value("finish_reason")) if crawler.stats else "unknown"
    errors = int(crawler.stats.get_value("log_count/ERROR", 0)) if crawler.stats else 0
    result = RunResult(
        run_id=book.id,
        outcomes=dict(book.outcomes()),
        problems={key: tally.problems for key, tally in book.tallies.items() if tally.problems},
        outlets=len(book.tallies),
        finished=reason,
    )
    if errors:
        log.warning("%d errors were logged during the crawl", errors)
    book.save(made["ports"].clock(), exit_code=result.exit_code)
    return result


@contextmanager
def run_lock(engine: Engine, workspace: Path) -> Iterator[None]:
    """Hold the one lock of a database while the block runs; raise `Locked` at once when it is taken.

    The operating system (or PostgreSQL) gives it back when the process dies: there is no file to clean up.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}):
                raise Locked("another run holds the lock of this database")
            yield
        return
    path = Path(engine.url.database or workspace / "monitor.db").with_suffix(".lock")
    with path.open("a") as handle:
        _flock(handle)
        yield


def _flock(handle: IO[str]) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Locked("another run holds the lock of this workspace") from error


def unknown(names: Sequence[str], shop: Workshop) -> list[str]:
    """The outlet names that are none."""
    return [name for name in names if name not in shop.outlets]
