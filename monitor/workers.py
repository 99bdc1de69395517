"""Reading processes: the costly pure work runs beside the event loop.

Started anew, never forked. A worker that dies or hangs is replaced alone; the page it was reading is tried once more
and then ends in `reading_failed`; one that only waited behind it goes to another worker. Where workers cannot even
start, that is said once, and every page ends in `reading_failed` at once, to be read later. With one core, or
`workers = -1` (200 MB less, and no limit of time for a page), reading runs inline in a thread instead.

Units   `PAGE_SECONDS` is wall time for one step of one page
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pickle
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from monitor.reading_worker import ANALYST, LENGTH, READ, Work, analyst, command, failed, packed, settle
from pipelines.ports import Reader, Step
from pipelines.records import Article, Context, Page, Watch

log = logging.getLogger(__name__)

__all__ = ["InlineReader", "PoolReader", "make_reader", "settle"]

PAGE_SECONDS = 60.0
START_SECONDS = 120.0
"""A worker's first step also waits for its start: libraries, models, the rules' compilation."""
STARTS = 4
"""So many workers in a row may die before they are ready; then something is wrong that no other start will mend."""
STEPS_PER_WORKER = 20_000
"""A worker is renewed after so many steps: parsers written in C leak a little."""
CANNOT_START = "reading workers cannot start"
AFTER_READING: tuple[Step, ...] = ("dates", "figures", "match")
BEGINS: dict[Step, tuple[Step, ...]] = {READ: (READ, *AFTER_READING), AFTER_READING[0]: AFTER_READING}
"""The steps that a worker takes in one go: an article on topic is large, and each step alone would send it there and
back again. Where the stage between them finds a page known, what was understood of it is let go."""
DONE_AT_ONCE = 256
"""Articles of which all steps are done and the later ones not asked for yet; more are forgotten and done again."""
SEND_BYTES = 1 << 20
AHEAD = 2
"""Pages sent to a worker at once: one is read, one waits, so that it need not wait for the event loop."""


def cores_here() -> int:
    """The cores that this process may use: a container or `taskset` may leave it fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make_reader(watches: Sequence[Watch], workers: int = 0, tell: Callable[[str], None] | None = None) -> Reader:
    """A pool of `workers` processes (0 = one less than the cores, at most 4); inline for -1 and on a single core.

    `tell` is called, once, where workers cannot start.
    """
    cores = cores_here()
    if workers == 0:
        workers = min(4, cores - 1)
    return PoolReader(watches, workers, tell=tell) if workers >= 1 and cores > 1 else InlineReader(watches)


class InlineReader:
    """Reads in this process, in one thread beside the event loop."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.watches = tuple(watches)
        self.work: Work | None = None
        self.lock = threading.Lock()

    async def run(self, step: Step, thing: Page | Article, context: Context) -> Article:
        """Run one step; see `pipelines.ports.Reader`."""
        return await asyncio.to_thread(self._run, step, thing, context)

    def _run(self, step: Step, thing: Page | Article, context: Context) -> Article:
        with self.lock:  # models and parsers are not made for two threads
            if self.work is None:
                self.work = analyst(self.watches)
            return self.work(step, thing, context)

    def close(self) -> None:
        """Nothing runs between steps."""


class WorkerLost(Exception):
    """A worker died or was killed. `guilty`: it was reading this very page."""

    def __init__(self, words: str, *, guilty: bool) -> None:
        super().__init__(words)
        self.guilty = guilty


class Worker:
    """One process, and the pages sent to it that have not come back, in order."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.process = process
        self.seconds = seconds
        self.waiting: deque[asyncio.Future[tuple[Article, int]]] = deque()
        self.steps = 0
        self.ready = False
        self.lost: str | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.writer: asyncio.StreamWriter
        self.task: asyncio.Task[None]

    @classmethod
    async def start(cls, watches: tuple[Watch, ...], seconds: float, factory: str) -> Worker:
        """Start a process; it loads while the first pages are on their way."""
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):  # a page and the next go in one piece each, and nobody is woken for the rest of one
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        with theirs:
            argv = command(theirs.fileno(), factory)
            process = await asyncio.to_thread(subprocess.Popen, argv, pass_fds=(theirs.fileno(),))
        made = cls(process, seconds)
        reader, made.writer = await asyncio.open_connection(sock=ours, limit=1 << 22)
        made.writer.write(packed(watches))
        made.task = asyncio.create_task(made._listen(reader))
        return made

    async def ask(self, message: bytes) -> tuple[Article, int]:
        """Send steps, wait for their article and how many were taken. Raises WorkerLost."""
        if self.lost is not None:  # while another was being started: nobody would ever answer
            raise WorkerLost(self.lost, guilty=False)
        future = asyncio.get_running_loop().create_future()
        self.waiting.append(future)
        self.steps += 1
        if len(self.waiting) == 1 and self.ready:
            self._watch()
        self.writer.write(message)
        answer: tuple[Article, int] = await future
        return answer

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        self.timer = asyncio.get_running_loop().call_later(START_SECONDS, self._lose, "not ready in time")
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            await _message(reader)
            self.ready = True
            self._watch()
            while True:
                answer = await _message(reader)
                future = self.waiting.popleft()
                if not future.cancelled():
                    future.set_result(answer)
                self._watch()
        self._lose("it died")

    def _watch(self) -> None:
        """The clock of the page that is read now."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.waiting:
            loop = asyncio.get_running_loop()
            self.timer = loop.call_later(self.seconds, self._lose, "no answer in time")

    def _lose(self, words: str) -> None:
        if self.lost is None:
            self.lost = words
            for number, future in enumerate(self.waiting):
                if not future.done():
                    future.set_exception(WorkerLost(words, guilty=number == 0))
            self.waiting.clear()
            self.end()

    def end(self) -> None:
        """Kill the process; nothing waits for it any more."""
        self.lost = self.lost or "it was ended"
        if self.timer is not None:
            self.timer.cancel()
        for future in self.waiting:
            future.cancel()
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(RuntimeError):  # the loop may be closed already
            self.writer.close()


async def _message(reader: asyncio.StreamReader) -> Any:
    """The next message of a worker."""
    size = LENGTH.unpack(await reader.readexactly(LENGTH.size))[0]
    return pickle.loads(await reader.readexactly(size))  # noqa: S301 - from a process we started


class PoolReader:
    """Reads in worker processes. Nothing starts before `warm_up` or the first page."""

    def __init__(
        self,
        watches: Sequence[Watch],
        workers: int,
        seconds: float = PAGE_SECONDS,
        factory: str = ANALYST,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.watches = tuple(watches)
        self.size = workers
        self.seconds = seconds
        self.factory = factory
        self.workers: list[Worker] = []
        self.slots = asyncio.Semaphore(workers * AHEAD)
        self.starting = asyncio.Lock()
        self.failed_starts = 0
        self.tell = tell or log.error
        self.done: dict[int, Article] = {}
        self.at_once = True
        """Whether steps are taken in one go; not where a stage that would ask for one of them is switched off."""

    async def run(self, step: Step, thing: Page | Article, context: Context) -> Article:
        """Run one step in a worker, or all that are to follow where one begins; see `pipelines.ports.Reader`."""
        if isinstance(thing, Article) and self.done.get(id(thing)) is thing:
            if step == AFTER_READING[-1]:
                del self.done[id(thing)]
            return thing
        if step not in BEGINS or not self.at_once:
            return (await self._run((step,), thing, context))[0]
        article, taken = await self._run(BEGINS[step], thing, context)
        if taken == len(BEGINS[step]) and article.outcome is None:
            self.done[id(article)] = article
            if len(self.done) > DONE_AT_ONCE:
                del self.done[next(iter(self.done))]
        return article

    async def _run(self, steps: tuple[Step, ...], thing: Page | Article, context: Context) -> tuple[Article, int]:
        message, step = packed((steps, thing, context)), steps[0]
        tries = 0
        while self.failed_starts < STARTS:
            try:
                async with self.slots:
                    return await (await self._free()).ask(message)
            except WorkerLost as error:
                if not error.guilty:
                    continue  # it only waited behind the page that broke the worker
                tries += 1
                log.warning("outlet %s: a reading worker was lost (%s), try %d", thing.outlet_id, error, tries)
                if tries > 1:
                    return failed(thing, f"{step}: {error}"), 0
                if step == READ:  # if a later step broke it, the text is had all the same
                    message = packed(((READ,), thing, context))
        return failed(thing, f"{step}: {CANNOT_START}"), 0

    async def _free(self) -> Worker:
        """The worker with the fewest pages, started or renewed where need be."""
        async with self.starting:
            self._sort_out()
            idle = next((one for one in self.workers if not one.waiting), None)
            if idle is not None and idle.steps >= STEPS_PER_WORKER:
                idle.end()
                self.workers.remove(idle)
                idle = None
            if idle is None and len(self.workers) < self.size:
                self.workers.append(await Worker.start(self.watches, self.seconds, self.factory))
            return idle or min(self.workers, key=lambda one: len(one.waiting))

    def _sort_out(self) -> None:
        """Let go of the workers that are lost, and count those that never were ready."""
        for one in self.workers:
            if one.ready:
                self.failed_starts = 0
        lost = [one for one in self.workers if one.lost is not None]
        self.workers = [one for one in self.workers if one.lost is None]
        for one in lost:
            if not one.ready:
                self.failed_starts += 1
                if self.failed_starts == STARTS:
                    self.tell(f"{CANNOT_START} ({one.lost}, exit code {one.process.returncode}): no page can be read")
        if self.failed_starts >= STARTS:
            raise WorkerLost(CANNOT_START, guilty=False)

    async def warm_up(self) -> None:
        """Start the workers before the first page comes: they load while feeds are asked."""
        async with self.starting:
            while len(self.workers) < self.size:
                self.workers.append(await Worker.start(self.watches, self.seconds, self.factory))

    def close(self) -> None:
        """End the workers; a step under way is given up, its page stays in the frontier."""
        for one in self.workers:
            one.end()
        self.workers = []
