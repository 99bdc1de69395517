"""Rows straight into their tables, past the ORM: for what is written by the hundred and not changed there.

A page on topic leaves some two hundred rows; as objects they cost four times what the database asks for them.

In      an open session whose pending objects that the rows point to are flushed; values by column name
Out     rows of the caller's transaction; columns left out get the table's own default
Raises  SQLAlchemyError as it is
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert, Select, func, insert, select
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
    if rows:
        session.connection().execute(_insert(table, returning=False), rows)


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
