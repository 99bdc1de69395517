"""Back a database up while the monitor works, and bring it back.

In      an engine; a file to write, or to read
Out     one file: of SQLite, or an archive of `pg_dump`; it is checked before it gets its name, for its owner alone
Instant everything in a backup is of one instant; neither a crawl nor a reader waits for it
Not in  evidence (WARC files), settings, secret: copy the workspace's folder after the database, never before it
Raises  DatabaseProblem with the mend; a failed restore leaves what was there
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DatabaseError

from pipelines.persist import keys_of_row
from pipelines.store import integrity, transfer
from pipelines.store.migrations import require_current, upgrade
from pipelines.store.schema import EvidenceRow
from pipelines.store.session import DatabaseProblem, describe, make_engine

SQLITE, PG_DUMP = b"SQLite format 3\x00", b"PGDMP"


@dataclass(frozen=True, slots=True)
class Backup:
    """A written backup. `means`: sqlite, pg_dump, or copy (of PostgreSQL into a SQLite file)."""

    path: Path
    means: str
    size: int


def backup(engine: Engine, path: Path, *, portable: bool = False) -> Backup:
    """Write a backup of the database to `path`, over an older one. Raises DatabaseProblem, OSError.

    `portable`: of PostgreSQL too as a SQLite file, which either database can be restored from.
    """
    require_current(engine)
    if not path.absolute().parent.is_dir():
        raise DatabaseProblem(f"there is no folder {path.parent} for the backup; make it, or mount its disk, first")
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    try:
        if engine.dialect.name == "sqlite":
            means = _of_sqlite(Path(str(engine.url.database)), fresh)
        elif not portable and (tool := _tool("pg_dump", engine)):
            means = _of_postgres(tool, engine, fresh)
        else:
            means = _as_copy(engine, fresh)
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return Backup(path, means, path.stat().st_size)


def _of_sqlite(source: Path, fresh: Path) -> str:
    """SQLite's own online backup, in one step: writers go on, and all of it is of one instant."""
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(fresh)) as write,
    ):
        read.backup(write, pages=-1)
        write.execute("PRAGMA journal_mode = DELETE")  # one file, no others beside it
    _check(fresh)
    return "sqlite"


def _check(file: Path) -> None:
    engine = make_engine(f"sqlite:///{file}", read_only=True)
    try:
        with engine.connect() as connection:
            said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(5)")]
        if said != ["ok"]:
            raise DatabaseProblem(f"{file.name} is damaged: {'; '.join(said)}")
    except DatabaseError as error:
        raise DatabaseProblem(f"{file.name} is damaged: {describe(error)}") from error
    finally:
        engine.dispose()


def _as_copy(engine: Engine, fresh: Path) -> str:
    target = make_engine(f"sqlite:///{fresh}")
    try:
        upgrade(target)
        transfer.copy(engine, target, keys_of_row)
        with target.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
    finally:
        target.dispose()
    _check(fresh)
    return "copy"


def _tool(name: str, engine: Engine) -> str | None:
    """A tool of PostgreSQL that is not older than the server; None where there is none."""
    found = shutil.which(name)
    if found is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    number = re.search(r"(\d+)", said)
    with engine.connect() as connection:
        server = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
    return found if number is not None and int(number.group(1)) >= server else None


def _environment(engine: Engine) -> Mapping[str, str]:
    """How the tools find the database: by environment, so that no password stands in the list of processes."""
    url = engine.url
    given = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": url.port or url.query.get("port"),
        "PGUSER": url.username or url.query.get("user"),
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
    }
    return {**os.environ, **{key: str(value) for key, value in given.items() if value}}


def _of_postgres(tool: str, engine: Engine, fresh: Path) -> str:
    _call(engine, tool, "--format=custom", "--no-owner", "--no-privileges", "--file", str(fresh))
    return "pg_dump"


def _call(engine: Engine, *command: str) -> None:
    done = subprocess.run(command, env=_environment(engine), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise DatabaseProblem(f"{Path(command[0]).name} failed: {' '.join(done.stderr.split())[:300]}")


def restore(file: Path, url: str, now: datetime, *, replace: bool = False) -> Engine:
    """Bring the backup `file` into the database at `url`; an engine on it. Raises DatabaseProblem, OSError.

    A database that holds anything is only replaced when `replace` says so; of SQLite, the old file is kept aside.
    """
    with file.open("rb") as opened:
        magic = opened.read(16)
    if not magic.startswith((SQLITE, PG_DUMP)):
        raise DatabaseProblem(f"{file.name} is no backup of this program: neither a SQLite file nor one of pg_dump")
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        if magic.startswith(PG_DUMP):
            raise DatabaseProblem("this backup is of PostgreSQL; make one with --portable to bring it into SQLite")
        _into_sqlite(file, Path(str(engine.url.database)), now, replace)
    else:
        _into_postgres(file, engine, magic.startswith(PG_DUMP), replace)
    upgrade(engine)
    if found := integrity.problems(engine):
        raise DatabaseProblem(f"the restored database is not sound: {'; '.join(found[:5])}")
    return engine


def _into_sqlite(file: Path, goal: Path, now: datetime, replace: bool) -> None:
    _check(file)
    if goal.exists() and not replace and not _is_empty(f"sqlite:///{goal}"):
        raise DatabaseProblem(f"{goal} holds data; --replace keeps it aside and puts the backup in its place")
    fresh = goal.with_name(goal.name + ".restoring")
    fresh.unlink(missing_ok=True)
    goal.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh.touch(mode=0o600)
    try:
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as read,
            closing(sqlite3.connect(fresh)) as write,
        ):
            read.backup(write, pages=-1)
        _check(fresh)
        if goal.exists():
            _aside(goal, now)
        fresh.replace(goal)
    finally:
        for name in ("", "-wal", "-shm"):
            fresh.with_name(fresh.name + name).unlink(missing_ok=True)


def _is_empty(url: str) -> bool:
    engine = make_engine(url)
    try:
        return transfer.is_empty(engine)
    finally:
        engine.dispose()


def _aside(goal: Path, now: datetime) -> None:
    """Keep the old database: what its log still holds is written into it first, and no log is left to be misread."""
    with closing(sqlite3.connect(goal)) as old:
        busy, *_ = old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise DatabaseProblem("the database is in use; stop `monitor run` and `monitor serve` first")
    goal.replace(goal.with_name(f"{goal.name}.before-{now:%Y%m%dT%H%M%SZ}"))
    for name in ("-wal", "-shm"):
        goal.with_name(goal.name + name).unlink(missing_ok=True)


def _into_postgres(file: Path, engine: Engine, dumped: bool, replace: bool) -> None:
    if not transfer.is_empty(engine) and not replace:
        raise DatabaseProblem("the database holds data; --replace empties it first, or name an empty one")
    if dumped:
        tool = _tool("pg_restore", engine)
        if tool is None:
            raise DatabaseProblem("pg_restore is not installed, or older than the server (Debian: postgresql-client)")
        _call(engine, tool, "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction",
              "--exit-on-error", "--dbname", str(engine.url.database), str(file))  # fmt: skip
        return
    _check(file)
    source = _upgraded(file)
    try:
        upgrade(engine)
        transfer.copy(source, engine, keys_of_row, replace=replace)
    finally:
        source.dispose()
        if source.url.database != str(file):
            Path(str(source.url.database)).unlink(missing_ok=True)


def _upgraded(file: Path) -> Engine:
    """The backup as a database of this program's version; of an older one a copy, since backups stay as written."""
    source = make_engine(f"sqlite:///{file}", read_only=True)
    try:
        require_current(source)
    except DatabaseProblem:
        source.dispose()
        copy = file.with_name(file.name + ".upgrading")
        copy.unlink(missing_ok=True)
        shutil.copyfile(file, copy)
        copy.chmod(0o600)
        source = make_engine(f"sqlite:///{copy}")
        upgrade(source)
    return source


def missing_evidence(engine: Engine, folder: Path) -> list[str]:
    """Archive files that the database refers to and that are not there, or shorter than a record needs."""
    ends = func.max(EvidenceRow.offset + EvidenceRow.length)
    with engine.connect() as connection:
        rows = connection.execute(select(EvidenceRow.warc, ends, func.count()).group_by(EvidenceRow.warc)).all()
    found = []
    for warc, end, number in rows:
        path = folder / warc
        if not path.is_file():
            found.append(f"the archive file {warc} is missing ({number} records)")
        elif path.stat().st_size < end:
            found.append(f"the archive file {warc} is cut short: {path.stat().st_size} bytes, {end} are needed")
    return found


__all__ = ["Backup", "backup", "missing_evidence", "restore"]
