"""Engines and sessions: SQLite with no set-up, PostgreSQL by URL.

In      a SQLAlchemy URL; `sqlite:///path` and `postgresql+psycopg://…` are served
Out     an `Engine` whose SQLite connections run in WAL mode with foreign keys on and a busy timeout
Raises  `DatabaseProblem` with the mend, when the database cannot be reached or has another schema version
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

BUSY_TIMEOUT_MS = 10_000
PATIENCE_SECONDS = 60.0
"""So long a crawl waits for a PostgreSQL that went away, or for another that writes to its SQLite file."""
RETRY_SECONDS = 0.5
READERS, PAGES_KB = 3, 3_000


class DatabaseProblem(RuntimeError):
    """The database is missing, unreachable, too old or too new; the text says what to do."""


def _in_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


class _Hinting(SQLiteCompiler):
    """Writes `INDEXED BY` hints out: SQLite knows them, SQLAlchemy leaves them away."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        """The hint, as it was given."""
        return text


def normal_url(url: str) -> str:
    """Name the driver that is shipped: `postgres://` and `postgresql://` mean psycopg."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def make_engine(url: str, *, read_only: bool = False) -> Engine:
    """Return an engine for `url`; nothing is opened yet. `read_only` refuses every write on either database."""
    try:
        parsed = make_url(normal_url(url))
        # parameters (names of captives among them) stay out of error texts and logs
        lite = parsed.get_backend_name() == "sqlite"
        # each connection keeps pages in memory: a server of many readers has few, and the rest wait
        few = (
            {"pool_size": READERS, "max_overflow": 0, "pool_timeout": 120}
            if read_only and not _in_memory(parsed)
            else {}
        )
        engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=not lite, **few)
    except (ArgumentError, NoSuchModuleError) as error:
        raise DatabaseProblem(
            f"DATABASE_URL is not a database address ({error}); "
            "write sqlite:///monitor.db or postgresql://user@host/name"
        ) from error
    except ModuleNotFoundError as error:
        raise DatabaseProblem(
            f"the driver {error.name} is not installed; pip install 'fighters-pow-monitor[postgresql]'"
        ) from error
    if engine.dialect.name == "sqlite":
        engine.dialect.statement_compiler = _Hinting
        event.listen(engine, "connect", _sqlite_read_only if read_only else _sqlite_pragmas)
    elif read_only:
        event.listen(engine, "connect", _postgres_read_only)
    return engine


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA page_size = 8192")  # of a new file: a text and its row fill a page of 4096 badly
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _sqlite_read_only(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA query_only = ON")
    cursor.execute(f"PRAGMA cache_size = -{PAGES_KB}")  # a search looks pages of indexes up by the thousand
    cursor.close()


def _postgres_read_only(connection: Any, _record: Any) -> None:
    connection.read_only = True


def be_patient(engine: Engine, seconds: float = PATIENCE_SECONDS) -> None:
    """From now on wait longer: for a server that restarts, for whoever writes to a SQLite file; for long work.

    To be called once the database has answered at all.
    """
    if engine.dialect.name != "sqlite":
        event.listen(
            engine, "do_connect", lambda dialect, _record, words, named: _connect(dialect, words, named, seconds)
        )
    elif not _in_memory(engine.url):
        event.listen(
            engine, "connect", lambda made, _record: made.execute(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")
        )
        engine.dispose()  # those that are open would not wait


def _connect(dialect: Any, words: Any, named: Any, seconds: float) -> Any:
    end = time.monotonic() + seconds
    while True:
        try:
            return dialect.connect(*words, **named)
        except dialect.loaded_dbapi.OperationalError:
            if time.monotonic() >= end:
                raise
            time.sleep(RETRY_SECONDS)


def is_passing(error: Exception) -> bool:
    """Whether the database may take the same a little later: its server went away, or somebody else writes to it."""
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.orig, "sqlstate", "")
    # without a state the server said nothing; 08: no connection; 57P: shutting down, starting up
    gone = state is None or state.startswith(("08", "57P"))
    return error.connection_invalidated or gone or "database is locked" in str(error.orig)


@contextmanager
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is one transaction: committed at the end, rolled back on any error."""
    with Session(engine, expire_on_commit=False) as opened, opened.begin():
        yield opened


_MENDS = {
    "unable to open database file": "its folder must be writable, since SQLite keeps a log beside the file",
    "attempt to write a readonly database": "the file and its folder must be writable",
    "database or disk is full": "free some room and run it again, nothing of the unfinished work is kept by halves",
}


def describe(error: SQLAlchemyError) -> str:
    """The database's own words in one line, without parameters; with the mend where they name none."""
    said = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
    return next((f"{said}; {mend}" for words, mend in _MENDS.items() if words in said), said)
