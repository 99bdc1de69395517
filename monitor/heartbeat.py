"""Tell a watchdog that a run started, went well or failed: one small request, which can never harm the run.

In      the heartbeat address of the settings, what happened, a line of counts
Out     nothing on success; a line that says why the watchdog was not reached
Guard   only public addresses (or those of the allow list), the checked address is the one connected to; no redirects
Limits  `PATIENCE` seconds in all, name resolution included; the address itself (it is a secret) is never in the answer
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlsplit

from monitor import outward

PATIENCE = 8.0
MAX_LINE = 2_000
Happened = Literal["start", "success", "fail"]
_PATHS: dict[str, str] = {"start": "/start", "success": "", "fail": "/fail"}


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
