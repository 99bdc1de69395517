"""A SQLite file of every dataset, with the metadata that Datasette shows beside its tables and columns.

In      an open session, a policy, a filter, the path of the new file
Out     the file, whole or not there at all; a dictionary for `metadata.json`
Limits  lists are joined by `; `, as in CSV; times are texts in UTC, so that they sort
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from monitor.exports.codebook import DATASETS, INTRODUCTION, datasets
from monitor.exports.stream import rows
from monitor.exports.writers import plain_cell
from monitor.protection import Policy
from monitor.query import Filter

_TYPES = {"integer": "INTEGER", "boolean": "INTEGER", "number": "REAL"}
_INDEXED = ("article", "story", "outlet", "published_on", "nationality", "status", "role", "watch", "day", "language")
_FACETS = {
    "articles": ["outlet", "language", "relevant"],
    "matches": ["watch", "outlet", "language", "level"],
    "persons": ["role", "status", "nationality"],
    "counts": ["nationality", "status", "bound", "kind"],
    "stories": ["review"],
    "coverage": ["outlet"],
}


def write(
    session: Session,
    path: Path,
    policy: Policy,
    wanted: Filter | None = None,
    only: Iterable[int] | None = None,
    names: tuple[str, ...] = DATASETS,
    workers: int = 0,
) -> dict[str, int]:
    """Write the file; how many rows each table has. Raises OSError."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    these = None if only is None else frozenset(only)
    written = {}
    try:
        with closing(sqlite3.connect(fresh)) as database:
            database.execute("PRAGMA journal_mode = OFF")
            for name in names:
                written[name] = _table(database, name, rows(session, name, policy, wanted, these, workers))
            database.commit()
            database.execute("PRAGMA optimize")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return written


def _table(database: sqlite3.Connection, name: str, pieces: Iterable[list[dict[str, Any]]]) -> int:
    table, number = datasets()[name], 0
    columns = [f'"{c.name}" {_TYPES.get(c.type, "TEXT")}{_key(c.name)}' for c in table.columns]
    database.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
    marks = ", ".join("?" * len(columns))
    for piece in pieces:
        number += len(piece)
        values = ([_cell(row[column]) for column in table.names] for row in piece)
        database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', values)  # noqa: S608 - names are the codebook's
    for column in table.names:
        if column in _INDEXED:
            database.execute(f'CREATE INDEX "{name}_{column}" ON "{name}" ("{column}")')
    return number


def _key(column: str) -> str:
    return " PRIMARY KEY" if column == "id" else ""


def _cell(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else plain_cell(value)


def metadata(title: str = "News monitor") -> dict[str, Any]:
    """What Datasette shows beside the data: `datasette FILE --metadata metadata.json`."""
    return {
        "title": title,
        "description": " ".join(INTRODUCTION),
        "databases": {
            "monitor": {
                "tables": {
                    name: {
                        "description": f"{table.about}.",
                        "columns": {column.name: column.about for column in table.columns},
                        "facets": _FACETS[name],
                        **({"label_column": "title"} if "title" in table.names else {}),
                    }
                    for name, table in datasets().items()
                }
            }
        },
    }
