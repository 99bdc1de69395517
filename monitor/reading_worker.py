"""A reading process: takes pages from a socket, gives articles back, one after the other.

In      a socket's number; the compiled watches come as the first message
Wire    eight bytes of length, then a pickle; both ends are this program, on this machine. A message is steps, page or
        article, context; the answer is the article and how many of the steps were taken: those after the reading are
        not, where the article needs none
Ends    when the socket closes, so a crawl that dies takes its workers along
"""

from __future__ import annotations

import gc
import importlib
import logging
import pickle
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.ports import Step
from pipelines.records import Article, Context, Outcome, Page, Watch

log = logging.getLogger(__name__)

LENGTH = struct.Struct("!Q")
READ: Step = "read"
READY = "ready"
"""What a worker says first."""
Work = Callable[[Step, Page | Article, Context], Article]
ANALYST = "monitor.reading_worker:analyst"
"""What a worker does by default: a factory that takes the watches and returns the work."""


def analyst(watches: tuple[Watch, ...]) -> Work:
    """Compile the watches; return the steps of the analyst, each of which ends in an article whatever happens."""
    from pipelines.analysis.analyst import Analyst  # the whole analysis: only where pages are read

    made = Analyst(watches)

    def work(step: Step, thing: Page | Article, context: Context) -> Article:
        try:
            return made.step(step, thing, context)
        except Exception as error:  # noqa: BLE001 - the edge: one page must never cost another
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(last.filename).name}:{last.lineno}"
            log.error("outlet %s: step %s failed: %s at %s", thing.outlet_id, step, type(error).__name__, place)
            return failed(thing, f"{step}: {type(error).__name__} at {place}")

    return work


def failed(thing: Page | Article, detail: str) -> Article:
    """A page that could not be read, by its headline."""
    from pipelines.analysis.analyst import headline_article

    if isinstance(thing, Page):
        return headline_article(replace(thing, failure=Outcome.READING_FAILED, detail=detail))
    return replace(thing, outcome=Outcome.READING_FAILED, failure=Outcome.READING_FAILED, detail=detail)


def settle() -> None:
    """Prepare a process for reading many pages: what is loaded stays, the collector comes seldom, parsers are quiet."""
    gc.freeze()
    gc.set_threshold(50_000)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it warns of every page without a text


def packed(message: object) -> bytes:
    """A message with its length before it."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(data)) + data


def main(number: int, factory: str) -> None:
    """Serve the socket `number` until it closes; `factory` names the module and the function that makes the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the crawl, which ends this
    with socket.socket(fileno=number) as channel:
        module, _, name = factory.partition(":")
        watches = _receive(channel)
        if watches is None:
            return
        gc.set_threshold(50_000)  # compiling the rules makes a million objects, all of which stay
        work: Work = getattr(importlib.import_module(module), name)(watches)
        settle()
        channel.sendall(packed(READY))
        while (message := _receive(channel)) is not None:
            steps, thing, context = message
            taken = 0
            for step in steps:
                if taken and steps[0] == READ and not thing.deserves_close_reading:
                    break
                thing = work(step, thing, context)
                taken += 1
            try:
                channel.sendall(packed((thing, taken)))
            except BrokenPipeError:
                return


def _receive(channel: socket.socket) -> Any:
    head = _exactly(channel, LENGTH.size)
    data = _exactly(channel, LENGTH.unpack(head)[0]) if head else None
    return None if data is None else pickle.loads(data)  # noqa: S301 - from the crawl that started this process


def _exactly(channel: socket.socket, size: int) -> bytearray | None:
    """So many bytes; None when the other end is gone."""
    data = bytearray(size)
    view, place = memoryview(data), 0
    while place < size:
        try:
            got = channel.recv_into(view[place:])
        except ConnectionResetError:
            return None
        if not got:
            return None
        place += got
    return data


def command(number: int, factory: str) -> list[str]:
    """How a worker is started: the same interpreter, the same places to import from."""
    code = f"import sys; sys.path[:] = {sys.path!r}; from monitor.reading_worker import main; "
    code += f"main({number}, {factory!r})"
    return [sys.executable, "-c", code]
