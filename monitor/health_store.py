"""Outlet health and the database: what was seen of each outlet, and the alarms that stand on its row.

In      an open session, the outlets, the instant
Out     `observe`: an `Observed` an outlet; `check`: what is to be told now, the rows brought up to date
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor.health import BEFORE, NEWEST, FeedSeen, Known, Observed, Told, judge, step
from monitor.rhythm import WEEK, WEEKS
from pipelines.records import Outlet
from pipelines.store.schema import ArticleRow, FeedStateRow, FrontierRow, OutletRow, OutletRunRow, RunRow

REMEMBERED = (WEEKS + 2) * WEEK
PAGES_OF = timedelta(days=3)
OUR_PAUSE = timedelta(hours=3)
"""No run for so long (or three times the usual pause): what was silent meanwhile is not the outlets' fault."""


def check(session: Session, outlets: Mapping[str, Outlet], now: datetime) -> tuple[Told, ...]:
    """Judge every outlet, keep its alarm on its row, and return what is to be told."""
    told = []
    rows = {row.id: row for row in session.scalars(select(OutletRow))}
    for seen in observe(session, outlets, now):
        row = rows[seen.outlet.id]
        found = judge(seen, now)
        before = Known(row.health, row.health_since_at, row.health_told_at)
        after = step(before, found, now)
        row.health, row.health_since_at, row.health_told_at = after.known.kind, after.known.since, after.known.told
        if after.tell is not None:
            kind = before.kind if found is None or not found.alarm else found.kind
            words = found.words if found is not None else ""
            told.append(Told(seen.outlet.id, seen.outlet.name, after.tell, kind or "", words, after.known.since))
    return tuple(told)


def observe(session: Session, outlets: Mapping[str, Outlet], now: datetime) -> list[Observed]:
    """What is known of each outlet."""
    rows = {row.id: row for row in session.scalars(select(OutletRow))}
    feeds = _feeds(session, outlets)
    arrivals, pages, awake = _arrivals(session, now), _pages(session, now), awake_since(session, now)
    found = []
    for outlet in outlets.values():
        row = rows.get(outlet.id)
        if row is None:
            continue
        found.append(
            Observed(
                outlet,
                row.first_seen_at,
                # an alarm that stands is not mended by a pause of our own
                row.first_seen_at if row.health else max(awake, row.first_seen_at),
                tuple(feeds.get(outlet.id, ())),
                tuple(arrivals.get(outlet.id, ())),
                pages.get(outlet.id, {}),
                _bodies(session, outlet.id) if row.last_success_at else (),
                row.last_success_at,
            )
        )
    return found


def _feeds(session: Session, outlets: Mapping[str, Outlet]) -> dict[str, list[FeedSeen]]:
    """The access points that are declared now; those found on the home page where none is."""
    found: dict[str, list[FeedSeen]] = {}
    for row in session.scalars(select(FeedStateRow).where(FeedStateRow.checked_at.is_not(None))):
        outlet = outlets.get(row.outlet_id)
        declared = {feed.url for feed in outlet.feeds if feed.enabled} if outlet else set()
        if outlet is not None and (not declared or row.url in declared):
            seen = FeedSeen(row.verdict, row.ok_at, row.entries, row.problem, row.moved_to, row.url)
            found.setdefault(row.outlet_id, []).append(seen)
    return found


def _arrivals(session: Session, now: datetime) -> dict[str, list[datetime]]:
    """The instants at which each outlet showed something new; what came with one reading is one arrival."""
    query = (
        select(FrontierRow.outlet_id, FrontierRow.discovered_at)
        .where(FrontierRow.discovered_at > now - REMEMBERED, FrontierRow.historical.is_(False))
        .distinct()
        .order_by(FrontierRow.discovered_at)
    )
    found: dict[str, list[datetime]] = {}
    for outlet_id, moment in session.execute(query):
        found.setdefault(outlet_id, []).append(moment)
    return found


def _pages(session: Session, now: datetime) -> dict[str, Counter[str]]:
    query = (
        select(OutletRunRow.outlet_id, OutletRunRow.outcomes)
        .join(RunRow, RunRow.id == OutletRunRow.run_id)
        .where(RunRow.started_at > now - PAGES_OF, RunRow.kind == "watch")
    )
    found: dict[str, Counter[str]] = {}
    for outlet_id, outcomes in session.execute(query):
        found.setdefault(outlet_id, Counter()).update(outcomes)
    return found


def _bodies(session: Session, outlet_id: str) -> tuple[int, ...]:
    """Lengths of the newest texts, newest first."""
    query = (
        select(func.length(ArticleRow.body))
        .where(ArticleRow.outlet_id == outlet_id, ArticleRow.reading != "headline", ArticleRow.historical.is_(False))
        .order_by(ArticleRow.id.desc())
        .limit(NEWEST + 2 * BEFORE)
    )
    return tuple(int(length) for length in session.scalars(query) if length)


def awake_since(session: Session, now: datetime) -> datetime:
    """Since when the monitor itself has been running without a long pause."""
    query = (
        select(RunRow.started_at, RunRow.heartbeat_at)
        .where(RunRow.kind == "watch", RunRow.started_at > now - REMEMBERED)
        .order_by(RunRow.started_at.desc())
    )
    runs = session.execute(query).all()
    usual = median([a.started_at - b.started_at for a, b in pairwise(runs)]) if len(runs) > 1 else OUR_PAUSE
    since = now
    for started, beat in runs:
        if since - max(started, beat) > max(OUR_PAUSE, 3 * usual):
            break
        since = started
    return since
