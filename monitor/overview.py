"""How the monitor is doing, for `monitor status` and the coverage lines of digests: read from the database alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipelines.records import Outlet
from pipelines.store.schema import (
    AlertEventRow,
    ArticleRow,
    FeedStateRow,
    FrontierRow,
    MatchRow,
    OutboxRow,
    OutletRow,
    RunRow,
)

HEARTBEAT_DEAD = timedelta(minutes=5)


def summary(session: Session, outlets: Mapping[str, Outlet], now: datetime) -> dict[str, Any]:
    """Numbers over everything, the last run, and the outlets that need a look."""
    last = session.scalar(select(RunRow).order_by(RunRow.id.desc()).limit(1))
    return {
        "articles": _number(session, ArticleRow.id),
        "matched": session.scalar(select(func.count(func.distinct(MatchRow.article_id)))) or 0,
        "links_waiting": session.scalar(select(func.count()).where(FrontierRow.state == "pending")) or 0,
        "events_unplanned": session.scalar(select(func.count()).where(AlertEventRow.planned_at.is_(None))) or 0,
        "mails": dict(session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state)).all()),
        "last_run": _run(last, now) if last else None,
        "outlets": dict(Counter(row["state"] for row in outlet_states(session, outlets, now))),
    }


def _number(session: Session, column: Any) -> int:
    return session.scalar(select(func.count(column))) or 0


def _run(row: RunRow, now: datetime) -> dict[str, Any]:
    dead = row.finished_at is None and now - row.heartbeat_at > HEARTBEAT_DEAD
    return {
        "id": row.id,
        "kind": row.kind,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "state": "broken off" if dead else "running" if row.finished_at is None else "finished",
        "exit_code": row.exit_code,
        **row.summary,
    }


def outlet_states(session: Session, outlets: Mapping[str, Outlet], now: datetime) -> list[dict[str, Any]]:
    """One row an outlet: healthy, silent, blocked, failing, paused, never verified or disabled, and since when."""
    feeds: dict[str, list[FeedStateRow]] = {}
    for feed in session.scalars(select(FeedStateRow)):
        feeds.setdefault(feed.outlet_id, []).append(feed)
    known = {row.id: row for row in session.scalars(select(OutletRow))}
    return [_outlet_state(outlet, known.get(outlet.id), feeds.get(outlet.id, []), now) for outlet in outlets.values()]


def note_health(session: Session, outlets: Mapping[str, Outlet], now: datetime) -> None:
    """Keep each outlet's state and since when on its row, for the coverage lines and the alarms."""
    for state in outlet_states(session, outlets, now):
        row = session.get(OutletRow, state["outlet"])
        word = None if state["state"] in ("healthy", "never verified") else state["state"]
        if row is not None and row.health != word:
            row.health, row.health_since_at = word, now


def _outlet_state(outlet: Outlet, row: OutletRow | None, feeds: list[FeedStateRow], now: datetime) -> dict[str, Any]:
    verdicts = {feed.verdict for feed in feeds if feed.checked_at is not None}
    state = "never verified"
    if not outlet.enabled:
        state = "disabled"
    elif row is not None and row.paused_until_at is not None and row.paused_until_at > now:
        state = "paused"
    elif verdicts & {"working", "moved"}:
        silent = outlet.expect.silent_after_hours
        since = row.last_article_at if row else None
        quiet = silent is not None and since is not None and now - since > timedelta(hours=silent)
        state = "silent" if quiet else "healthy"
    elif verdicts:
        state = "blocked" if "blocked" in verdicts else "empty" if verdicts == {"empty"} else "failing"
    return {
        "outlet": outlet.id,
        "name": outlet.name,
        "state": state,
        "last_success": row.last_success_at if row else None,
        "last_article": row.last_article_at if row else None,
        "feeds": len([feed for feed in outlet.feeds if feed.enabled]),
        "problem": next((feed.problem for feed in feeds if feed.problem), None),
    }
