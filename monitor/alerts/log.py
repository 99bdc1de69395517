"""Each message's life: when it was queued, every try, what the server said.

In      an open session
Out     plain dictionaries, newest message first, times aware UTC; no subject, no text, no name
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.store.schema import DeliveryRow, OutboxRow


def lives(session: Session, limit: int = 20, states: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The newest `limit` messages (in one of `states`, if any are given), each with its tries in order."""
    query = select(OutboxRow).order_by(OutboxRow.id.desc()).limit(limit)
    if states:
        query = query.where(OutboxRow.state.in_(states))
    rows = session.scalars(query).all()
    tries: dict[int, list[dict[str, Any]]] = {row.id: [] for row in rows}
    wanted = select(DeliveryRow).where(DeliveryRow.outbox_id.in_(list(tries))).order_by(DeliveryRow.id)
    for one in session.scalars(wanted):
        tries[one.outbox_id].append({"at": one.at, "result": one.result, "code": one.code, "answer": one.answer})
    return [_life(row, tries[row.id]) for row in rows]


def _life(row: OutboxRow, tries: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "recipient": row.recipient,
        "state": row.state,
        "attempts": row.attempts,
        "created": row.created_at,
        "next_try": row.next_try_at if row.state == "pending" else None,
        "sent": row.sent_at,
        "error": row.last_error,
        "message_id": row.message_id,
        "bytes": len(row.message),
        "tries": tries,
    }
