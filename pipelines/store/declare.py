"""Outlets and watches as their files declare them now, and since when each is known.

In      an open session, the declarations, the instant
Out     one row each; two processes that start at the same moment both come through
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from pipelines.records import Outlet, Watch
from pipelines.store.schema import OutletRow, WatchRow

Declared = TypeVar("Declared", OutletRow, WatchRow)


def declare(session: Session, outlets: Iterable[Outlet], watches: Iterable[Watch], now: datetime) -> None:
    """Write what is new and what has changed; `first_seen_at` stays what it was."""
    _write(
        session,
        OutletRow,
        {
            outlet.id: {
                "name": outlet.name,
                "country": outlet.country,
                "ownership": outlet.ownership.value,
                "share": outlet.share.value,
                "homepage": outlet.homepage,
                "tags": list(outlet.tags),
            }
            for outlet in outlets
        },
        {"failures": 0},
        now,
    )
    _write(
        session,
        WatchRow,
        {
            watch.id: {
                "name": watch.name,
                "version": watch.version,
                "enabled": watch.enabled,
                "origin": watch.source_file or "packaged",
            }
            for watch in watches
        },
        {},
        now,
    )


def _write(
    session: Session,
    table: type[Declared],
    declared: Mapping[str, Mapping[str, Any]],
    first: Mapping[str, Any],
    now: datetime,
) -> None:
    known = {row.id: row for row in session.scalars(select(table)) if row.id in declared}
    for key, values in declared.items():
        row = known.get(key)
        for name, value in values.items() if row is not None else ():
            if getattr(row, name) != value:
                setattr(row, name, value)
    new = [{"id": key, "first_seen_at": now, **first, **values} for key, values in declared.items() if key not in known]
    if new:
        insert = postgres_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
        # another run may have declared them since we looked: its rows say the same
        session.execute(insert(table).on_conflict_do_nothing(), new)
