"""Copy one database into another, SQLite or PostgreSQL, as it stood at one instant, and count every table after it.

In      two engines; the target is of this program's version and empty
Out     `Copied` for each table; the target is written in one transaction: whole, or not at all
Index   PostgreSQL keeps keys with their places, SQLite the keys in order: each is made of the other
Limits  PostgreSQL takes no NUL characters: they are left out and counted
Raises  DatabaseProblem: a target that is not empty, numbers of rows that differ
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, insert, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from pipelines.store import search
from pipelines.store.migrations import require_current
from pipelines.store.schema import Base
from pipelines.store.session import DatabaseProblem, describe

PIECE = 1000
KeysOf = Callable[[Any], search.Keys]


@dataclass(frozen=True, slots=True)
class Copied:
    """One table: how many rows were copied, and in how many texts NUL characters were left out."""

    table: str
    rows: int
    cleaned: int = 0


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as it stands now, whatever is written meanwhile; nobody waits for it."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        connection.execute(text("SELECT count(*) FROM alembic_version")).scalar()  # the instant is that of this reading
        yield connection
        connection.rollback()


def copy(source: Engine, target: Engine, keys_of: KeysOf, *, replace: bool = False) -> tuple[Copied, ...]:
    """Copy every table of `source` into the empty `target`; `replace` empties it first. Raises DatabaseProblem.

    `keys_of` reads the full-text keys of an article's row.
    """
    require_current(source)
    require_current(target)
    try:
        with snapshot(source) as read, target.begin() as write:
            _empty(write) if replace else _require_empty(write)
            done = tuple(_copy_table(read, write, table, keys_of) for table in Base.metadata.sorted_tables)
            if target.dialect.name == "postgresql":
                _set_sequences(write)
            _verify(read, write, done)
        if target.dialect.name == "postgresql":
            with target.connect().execution_options(isolation_level="AUTOCOMMIT") as tidy:
                tidy.execute(text("ANALYZE"))
    except SQLAlchemyError as error:
        raise DatabaseProblem(f"the copy failed, the target is as it was: {describe(error)}") from error
    return done


def _empty(write: Connection) -> None:
    """In the transaction of the copy: if that fails, what was there is there still."""
    if write.dialect.name == "sqlite":
        write.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    for table in reversed(Base.metadata.sorted_tables):
        write.execute(delete(table))


def _require_empty(write: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        if write.scalar(select(1).select_from(table).limit(1)) is not None:
            raise DatabaseProblem(f"the target is not empty: its table {table.name} has rows; name an empty database")


def _copy_table(read: Connection, write: Connection, table: Table, keys_of: KeysOf) -> Copied:
    if table.name == "search_doc":
        return _copy_index(read, write, table, keys_of)
    rows = cleaned = 0
    clean = write.dialect.name == "postgresql"
    order = list(table.primary_key.columns)
    kept = [column for column in table.columns if column.computed is None]  # the target works the others out itself
    result = read.execution_options(yield_per=PIECE).execute(select(*kept).order_by(*order))
    for piece in result.mappings().partitions(PIECE):
        values = [dict(row) for row in piece]
        cleaned += sum(map(_clean, values)) if clean else 0
        write.execute(insert(table), values)
        rows += len(values)
    return Copied(table.name, rows, cleaned)


def _clean(row: dict[str, Any]) -> int:
    """Take NUL characters out of a row's texts; how many texts had one."""
    found = 0
    for key, value in row.items():
        fresh = _without_nul(value)
        if fresh is not value:
            row[key] = fresh
            found += 1
    return found


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "") if "\x00" in value else value
    if isinstance(value, list):
        fresh: Any = [_without_nul(one) for one in value]
        return fresh if any(a is not b for a, b in zip(fresh, value, strict=True)) else value
    if isinstance(value, dict):
        fresh = {_without_nul(key): _without_nul(one) for key, one in value.items()}
        same = all(a is b for a, b in zip(fresh.values(), value.values(), strict=False)) and list(fresh) == list(value)
        return value if same else fresh
    return value


def _copy_index(read: Connection, write: Connection, table: Table, keys_of: KeysOf) -> Copied:
    """The full-text index is made anew, in the form of the target's database, of the copied articles' texts."""
    rows = 0
    there = select(table.c.article_id)
    query = select(_article.id, _article.title, _article.lead, _article.body).where(_article.id.in_(there))
    for piece in read.execution_options(yield_per=PIECE).execute(query.order_by(_article.id)).partitions(PIECE):
        search.add(write, [(row.id, keys_of(row)) for row in piece])
        rows += len(piece)
    return Copied(table.name, rows)


_article = Base.metadata.tables["article"].c


def _set_sequences(write: Connection) -> None:
    """New rows are numbered after the copied ones."""
    for table in Base.metadata.sorted_tables:
        for column in table.primary_key.columns:
            if column.autoincrement is True:
                highest = write.scalar(select(func.max(column)))
                if highest is not None:
                    write.execute(
                        text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"),
                        {"table": f'"{table.name}"', "column": column.name, "highest": highest},
                    )


def _verify(read: Connection, write: Connection, done: Iterable[Copied]) -> None:
    for one in done:
        table = Base.metadata.tables[one.table]
        had, has = (connection.scalar(select(func.count()).select_from(table)) for connection in (read, write))
        if not had == has == one.rows:
            raise DatabaseProblem(f"table {one.table}: {had} rows were to be copied, {has} arrived; nothing is kept")


def is_empty(engine: Engine) -> bool:
    """Whether a database has no tables of ours, or none with a row."""
    tables = set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        return not any(
            connection.scalar(select(1).select_from(table).limit(1)) is not None
            for table in Base.metadata.sorted_tables
            if table.name in tables
        )
