"""One run at a time: the lock of a database, given back by the system when its holder dies.

Means   `flock` on a file beside the SQLite database; an advisory lock on PostgreSQL. No file needs cleaning up
Raises  `Locked` at once when another run holds it
Light   no crawler is loaded for it, so that a second run leaves in well under a second
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, text

ADVISORY_LOCK = 4_207_311
"""The number under which PostgreSQL keeps one run of a database apart from another."""


class Locked(RuntimeError):
    """Another run holds the lock."""


@contextmanager
def run_lock(engine: Engine, workspace: Path) -> Iterator[None]:
    """Hold the one lock of a database while the block runs; raise `Locked` at once when it is taken."""
    if engine.dialect.name == "postgresql":
        # no transaction stays open meanwhile: it would keep old rows from being cleaned up for the whole run
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}):
                raise Locked("another run holds the lock of this database")
            try:
                yield
            finally:
                # the connection goes back to the pool alive, and the lock would stay with it
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
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
