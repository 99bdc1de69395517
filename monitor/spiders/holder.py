"""Who holds a lease: host, process and a token; and whether a holder on this host is dead.

A lease of a process that is no more need not run out: a run after a crash takes up its outlets at once.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable


def new_holder() -> str:
    """A name for this crawl: host:pid:token."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def dead_among(holders: Iterable[str], me: str) -> tuple[str, ...]:
    """Those of `holders` that ran on this host and are gone. What runs elsewhere is believed to live."""
    return tuple(holder for holder in holders if holder != me and _is_dead(holder, me))


def _is_dead(holder: str, me: str) -> bool:
    host, _, rest = holder.rpartition(":")[0].rpartition(":")
    if not host or not rest.isdigit() or host != socket.gethostname():
        return False
    pid = int(rest)
    if pid == os.getpid():
        return holder.split(":")[-1] != me.split(":")[-1]  # a process of the same number before this one
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:  # noqa: PTH123 - not a file of ours
            return file.read().rpartition(")")[2].split()[:1] == ["Z"]
    except OSError:
        return False
