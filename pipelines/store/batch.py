"""Write transactions that wait for their turn instead of failing when two processes write to one SQLite file.

A transaction that begins by reading and then writes is refused at once by SQLite when another process wrote in
between; one that takes the write lock first waits for it (busy timeout). PostgreSQL needs nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from pipelines.store.session import session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session whose transaction holds the right to write from its start; see `session` for its end."""
    with session(engine) as opened:
        if engine.dialect.name == "sqlite":
            opened.connection().exec_driver_sql("BEGIN IMMEDIATE")
        yield opened
