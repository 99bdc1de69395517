"""Being told to stop: SIGTERM and SIGHUP become an orderly end, so that whoever waits is told that a run failed.

Out     context managers; outside of them, and in other threads than the main one, signals do what they did
Raises  `Terminated` (a SystemExit with 128 + the signal's number) inside `orderly`
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

STOPPING = (signal.SIGTERM, signal.SIGHUP)
HANDLED = (*STOPPING, signal.SIGINT)


class Terminated(SystemExit):
    """The process was told to end."""


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated(128 + number)


@contextmanager
def orderly() -> Iterator[None]:
    """End by an exception, which every `finally` hears, when told to stop while the block runs."""
    with kept():
        if threading.current_thread() is threading.main_thread():
            for number in STOPPING:
                if signal.getsignal(number) is not signal.SIG_IGN:  # nohup asked not to be ended
                    signal.signal(number, _end)
        yield


@contextmanager
def kept() -> Iterator[None]:
    """What the block does to the handlers of signals (a crawler installs its own) ends with it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in HANDLED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
