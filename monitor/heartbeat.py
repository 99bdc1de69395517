"""Tell a watchdog that a run started, went well or failed: one small request, which can never harm the run.

In      the heartbeat address of the settings, what happened, a line of counts
Out     nothing on success; a line that says why the watchdog was not reached
Guard   only public addresses (or those of the allow list), the checked address is the one connected to; no redirects
Limits  `PATIENCE` seconds in all, name resolution included; the address itself (it is a secret) is never in the answer
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from monitor import outward
from monitor.config import Config
from monitor.run_lock import Locked
from monitor.signals import orderly

PATIENCE = 8.0
MAX_LINE = 2_000
Happened = Literal["start", "success", "fail"]
_PATHS: dict[str, str] = {"start": "/start", "success": "", "fail": "/fail"}


@dataclass(slots=True)
class Beat:
    """What one run tells its watchdog. `problems`: signs of life that did not arrive."""

    config: Config
    failed: bool = True
    line: str = ""
    problems: list[str] = field(default_factory=list)

    def ended(self, exit_code: int, line: str) -> None:
        """The run came to its end; the watchdog hears of it when the block ends."""
        self.failed, self.line = exit_code != 0, line

    def tell(self, happened: Happened, line: str = "") -> None:
        """One sign of life."""
        problem = ping(self.config.heartbeat_url, happened, line, self.config.allow_addresses)
        self.problems += [problem] if problem else []


@contextmanager
def watched(config: Config) -> Iterator[Beat]:
    """Tell the watchdog that a run starts, and how it ends: in any way but being killed or finding the lock taken."""
    beat = Beat(config)
    with orderly():
        beat.tell("start")
        try:
            yield beat
        except Locked:
            raise  # the run that holds the lock tells how it ends
        except BaseException as error:
            beat.tell("fail", f"the run was broken off: {type(error).__name__}")
            raise
        beat.tell("fail" if beat.failed else "success", beat.line)


def ping(url: str, happened: Happened, line: str = "", allowed: Iterable[str] = ()) -> str | None:
    """Send one sign of life; None when it arrived, or when no address is set."""
    if not url:
        return None
    try:
        address = _address(url, _PATHS[happened])
    except ValueError:
        return f"heartbeat ({happened}) not delivered: address refused: not a web address"
    body = line[:MAX_LINE].encode("utf-8", "replace")
    answer = outward.post(address, body, {"Content-Type": "text/plain; charset=utf-8"}, allowed, PATIENCE)
    if answer.status is not None and 200 <= answer.status < 300:
        return None
    why = answer.problem or f"answered {answer.status}"
    return f"heartbeat ({happened}) not delivered: {why}"


def _address(url: str, path: str) -> str:
    parts = urlsplit(url)
    return parts._replace(path=parts.path.rstrip("/") + path or "/").geturl()
