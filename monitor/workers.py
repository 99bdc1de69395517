"""Reading processes: the costly pure work runs beside the event loop, one page in flight each.

Spawned, never forked. A worker that dies or hangs is replaced alone; its page is tried once more and then ends in
`reading_failed`. With one core, or `workers = -1` (200 MB less, and no limit of time for a page), reading runs inline
in a thread instead.

Units   `PAGE_SECONDS` is wall time for one step of one page
"""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import os
import threading
import traceback
from collections.abc import Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from pipelines.analysis.analyst import Analyst, headline_article
from pipelines.ports import Reader, Step
from pipelines.records import Article, Context, Outcome, Page, Watch

log = logging.getLogger(__name__)

PAGE_SECONDS = 60.0
TASKS_PER_WORKER = 2_000
"""A worker is renewed after so many steps: parsers written in C leak a little."""

_analyst: Analyst | None = None


def _start(watches: tuple[Watch, ...]) -> None:
    """Compile the watches, once in each worker."""
    global _analyst  # a worker process is this one object
    _analyst = Analyst(watches)
    settle()


def settle() -> None:
    """Prepare a process for reading many pages: what is loaded stays, the collector comes seldom, parsers are quiet."""
    gc.freeze()
    gc.set_threshold(50_000)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it warns of every page without a text


def _step(step: Step, thing: Page | Article, context: Context) -> Article:
    if _analyst is None:
        raise RuntimeError("a reading worker was used before it was started")
    return attempt(_analyst, step, thing, context)


def attempt(analyst: Analyst, step: Step, thing: Page | Article, context: Context) -> Article:
    """Run a step; a page on which our own code fails ends in `reading_failed`, with the place of the fault."""
    try:
        return analyst.step(step, thing, context)
    except Exception as error:  # noqa: BLE001 - the edge: one page must never cost another
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        log.error("outlet %s: step %s failed: %s at %s", thing.outlet_id, step, type(error).__name__, place)
        return _failed(thing, f"{step}: {type(error).__name__} at {place}")


def _ready() -> bool:
    return _analyst is not None


def make_reader(watches: Sequence[Watch], workers: int = 0) -> Reader:
    """A pool of `workers` processes (0 = one less than the cores, at most 4); inline for -1 and on a single core."""
    cores = os.cpu_count() or 1
    if workers == 0:
        workers = min(4, cores - 1)
    return PoolReader(watches, workers) if workers >= 1 and cores > 1 else InlineReader(watches)


class InlineReader:
    """Reads in this process, in one thread beside the event loop."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.watches = tuple(watches)
        self.analyst: Analyst | None = None
        self.lock = threading.Lock()

    async def run(self, step: Step, thing: Page | Article, context: Context) -> Article:
        """Run one step; see `pipelines.ports.Reader`."""
        return await asyncio.to_thread(self._run, step, thing, context)

    def _run(self, step: Step, thing: Page | Article, context: Context) -> Article:
        with self.lock:  # models and parsers are not made for two threads
            if self.analyst is None:
                self.analyst = Analyst(self.watches)
            return attempt(self.analyst, step, thing, context)

    def close(self) -> None:
        """Nothing runs between steps."""


class PoolReader:
    """Reads in worker processes. Nothing starts before `warm_up` or the first page."""

    def __init__(self, watches: Sequence[Watch], workers: int, seconds: float = PAGE_SECONDS) -> None:
        self.watches = tuple(watches)
        self.workers = workers
        self.seconds = seconds
        self.pool: ProcessPool | None = None
        self.slots = asyncio.Semaphore(workers * 2)

    async def run(self, step: Step, thing: Page | Article, context: Context) -> Article:
        """Run one step in a worker; see `pipelines.ports.Reader`."""
        for number in (1, 2):
            try:
                async with self.slots:
                    return await self._once(step, thing, context)
            except (ProcessExpired, FutureTimeout, MemoryError) as error:
                log.warning("outlet %s: a reading worker failed (%s), try %d", thing.outlet_id, _name(error), number)
                problem = _name(error)
        return _failed(thing, f"{step}: {problem}")

    async def _once(self, step: Step, thing: Page | Article, context: Context) -> Article:
        future = self._open().schedule(_step, args=(step, thing, context), timeout=self.seconds)
        result: Article = await asyncio.wrap_future(future)
        return result

    def warm_up(self) -> None:
        """Start the workers before the first page comes: they load while feeds are asked."""
        if self.pool is None:
            self._open().schedule(_ready, timeout=self.seconds)

    def _open(self) -> ProcessPool:
        if self.pool is None:
            self.pool = ProcessPool(
                max_workers=self.workers,
                max_tasks=TASKS_PER_WORKER,
                initializer=_start,
                initargs=(self.watches,),
                context=multiprocessing.get_context("spawn"),
            )
        return self.pool

    def close(self) -> None:
        """End the workers; a step under way is given up, its page stays in the frontier."""
        if self.pool is not None:
            self.pool.stop()  # type: ignore[no-untyped-call]
            self.pool.join()
            self.pool = None


def _name(error: BaseException) -> str:
    return "no answer in time" if isinstance(error, FutureTimeout) else f"{type(error).__name__}: {error}"


def _failed(thing: Page | Article, detail: str) -> Article:
    if isinstance(thing, Page):
        return headline_article(replace(thing, failure=Outcome.READING_FAILED, detail=detail))
    return replace(thing, outcome=Outcome.READING_FAILED, failure=Outcome.READING_FAILED, detail=detail)
