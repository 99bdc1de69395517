"""One planner and one sender at a time: a lock that the system releases when its holder dies.

In      an engine and the lock's name
Out     a context manager that gives True to its one holder and False, at once, to everybody else
Means   an advisory lock on PostgreSQL; `flock` on a file beside the SQLite database; inside the process for `:memory:`
Raises  OSError when the lock's file cannot be made
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

_IN_MEMORY: dict[str, threading.Lock] = {}


@contextmanager
def alone(engine: Engine, name: str) -> Iterator[bool]:
    """Hold the lock `name` of the database of `engine` while the block runs; gives False when another holds it."""
    if engine.dialect.name == "postgresql":
        with _advisory(engine, name) as held:
            yield held
        return
    database = engine.url.database
    if not database or database == ":memory:":
        with _in_memory(f"{id(engine)}:{name}") as held:
            yield held
        return
    with _file(Path(f"{database}.{name}.lock")) as held:
        yield held


@contextmanager
def _advisory(engine: Engine, name: str) -> Iterator[bool]:
    number = int.from_bytes(hashlib.blake2b(f"monitor:{name}".encode(), digest_size=8).digest(), signed=True)
    # its own connection, in no transaction: the lock lives as long as the connection does
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        held = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}))
        try:
            yield held
        finally:
            if held:
                connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})


@contextmanager
def _file(path: Path) -> Iterator[bool]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


@contextmanager
def _in_memory(key: str) -> Iterator[bool]:
    lock = _IN_MEMORY.setdefault(key, threading.Lock())
    held = lock.acquire(blocking=False)
    try:
        yield held
    finally:
        if held:
            lock.release()
