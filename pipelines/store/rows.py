"""Rows straight into their tables, past the ORM: for what is written by the hundred and not changed there.

A page on topic leaves some two hundred rows; as objects they cost four times what the database asks for them. On SQLite
they go past SQLAlchemy's statements too, by the same types, for a quarter less of all that writing a page costs.

In      an open session whose pending objects that the rows point to are flushed; values by column name
Out     rows of the caller's transaction; columns left out get the table's own default
Raises  SQLAlchemyError as it is
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Dialect, Insert, Select, func, insert, select
from sqlalchemy.orm import Session

from pipelines.store.schema.base import Base

Values = Mapping[str, Any]


@cache
def _insert(table: type[Base], *, returning: bool) -> Insert:
    """The statement of a table, put together once."""
    core: Any = table.__table__
    return insert(core).returning(core.c.id, sort_by_parameter_order=True) if returning else insert(core)


@cache
def _last(table: type[Base]) -> Select[tuple[int]]:
    """The last number of a table."""
    core: Any = table.__table__
    return select(func.coalesce(func.max(core.c.id), 0))


def put(session: Session, table: type[Base], rows: Sequence[Values]) -> None:
    """Insert rows that all name the same columns; no rows are nothing to do."""
    if not rows:
        return
    ask = session.connection()
    if ask.dialect.name != "sqlite":
        ask.execute(_insert(table, returning=False), rows)
        return
    statement, columns, rest = _plan(table, ask.dialect, tuple(rows[0]))
    ask.exec_driver_sql(statement, list(_lines(rows, columns, rest)))


Process = Callable[[Any], Any] | None
"""What a type makes of a value for the driver; None: nothing."""


@lru_cache(maxsize=256)
def _plan(
    table: type[Base], dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, tuple[tuple[str, Process], ...], tuple[tuple[Any, Process], ...]]:
    """How rows of these columns are inserted: the statement, what is made of each value, the defaults of the rest."""
    core: Any = table.__table__
    left = [c for c in core.columns if c.key not in names and c.default is not None]
    columns = [*(core.columns[name] for name in names), *left]
    process = [c.type.dialect_impl(dialect).bind_processor(dialect) for c in columns]
    write = dialect.identifier_preparer
    named, places = ", ".join(map(write.format_column, columns)), ", ".join("?" * len(columns))
    defaults = tuple((c.default, made) for c, made in zip(left, process[len(names) :], strict=True))
    statement = f"INSERT INTO {write.format_table(core)} ({named}) VALUES ({places})"  # noqa: S608 - names of our own
    return statement, tuple(zip(names, process, strict=False)), defaults


def _lines(
    rows: Sequence[Values], columns: Sequence[tuple[str, Process]], rest: Sequence[tuple[Any, Process]]
) -> Iterator[tuple[Any, ...]]:
    """The values as the driver takes them. What the row before had too, the very same object, is made once."""
    defaults = tuple(_default(default, process) for default, process in rest)
    seen: list[Any] = [_lines] * len(columns)
    made: list[Any] = [None] * len(columns)
    for row in rows:
        for place, (name, process) in enumerate(columns):
            value = row[name]
            if value is not seen[place]:
                seen[place], made[place] = value, value if process is None else process(value)
        yield (*made, *defaults)


def _default(default: Any, process: Process) -> Any:
    value = default.arg(None) if default.is_callable else default.arg
    return value if process is None else process(value)


def put_numbered(session: Session, table: type[Base], rows: Sequence[Values]) -> list[int]:
    """Insert rows and return the numbers that the database gave them, in order."""
    if not rows:
        return []
    ask = session.connection()
    if len(rows) == 1:
        key: Any = ask.execute(_insert(table, returning=False), rows[0]).inserted_primary_key
        return [key[0]]
    if ask.dialect.name == "sqlite":
        # asked for the numbers it gave, it would be given row by row; they are the next ones, and it has one writer
        after: Any = ask.execute(_last(table)).scalar()
        numbers = list(range(after + 1, after + 1 + len(rows)))
        put(session, table, [{**row, "id": number} for number, row in zip(numbers, rows, strict=True)])
        return numbers
    made = ask.execute(_insert(table, returning=True), rows)
    return [number for (number,) in made]


def values_of(row: Base) -> dict[str, Any]:
    """An object that is in no session, as values; what is unset and has a default is left to the table."""
    keys, defaults = _columns(type(row))
    found = {key: getattr(row, key) for key in keys}
    return {key: value for key, value in found.items() if value is not None or key not in defaults}


@cache
def _columns(table: type[Base]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The columns that are written, and those of them with a default of their own."""
    columns = [c for c in table.__table__.columns if c.key != "id" and c.computed is None]
    return tuple(c.key for c in columns), frozenset(c.key for c in columns if c.default is not None)
