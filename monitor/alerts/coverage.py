"""Coverage: how many outlets could be read, and which could not, so that "no news" can be believed.

In      an open session, or plain `OutletState` records
Out     lines for the end of a digest; every outlet that is not healthy is named, with since when
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipelines.store.schema import FeedStateRow, OutletRow, RunRow

HEALTHY = frozenset({None, "", "ok", "healthy", "working"})
NAMED = 12
"""Outlets named for each trouble; the rest is counted."""


@dataclass(frozen=True, slots=True)
class OutletState:
    """One outlet: `trouble` is None when it has none; `since` when that began.

    `gap_since`: a feed of it lost entries between two readings then, whatever else is the matter.
    """

    name: str
    trouble: str | None = None
    since: datetime | None = None
    gap_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """All outlets that are watched, and the last run that came to its end."""

    outlets: tuple[OutletState, ...] = ()
    last_run_at: datetime | None = None


def read(session: Session, declared: Iterable[str] | None = None) -> Coverage:
    """The coverage as the database knows it; `declared` limits it to the outlets that are watched now."""
    wanted = None if declared is None else set(declared)
    earliest = select(FeedStateRow.outlet_id, func.min(FeedStateRow.gap_at)).where(FeedStateRow.gap_at.is_not(None))
    gaps = {row[0]: row[1] for row in session.execute(earliest.group_by(FeedStateRow.outlet_id))}
    rows = session.scalars(select(OutletRow).order_by(OutletRow.name))
    states = tuple(_state(row, gaps.get(row.id)) for row in rows if wanted is None or row.id in wanted)
    last = session.scalar(
        select(RunRow.finished_at).where(RunRow.finished_at.is_not(None)).order_by(RunRow.finished_at.desc()).limit(1)
    )
    return Coverage(states, last)


def _state(row: OutletRow, gap_at: datetime | None) -> OutletState:
    if row.health not in HEALTHY:
        return OutletState(row.name, str(row.health).replace("_", " "), row.health_since_at, gap_at)
    if row.paused_until_at is not None and row.pause_reason:
        return OutletState(row.name, "paused", row.health_since_at, gap_at)
    if row.last_success_at is None:
        return OutletState(row.name, "never verified", row.first_seen_at, gap_at)
    return OutletState(row.name, gap_since=gap_at)


def lines(coverage: Coverage) -> tuple[str, ...]:
    """The coverage in words.

    >>> lines(Coverage((OutletState("Example Post"), OutletState("Example Times", "silent"))))
    ('Coverage: 1 of 2 outlets healthy.', 'silent: Example Times')
    """
    total = len(coverage.outlets)
    if not total:
        return ("Coverage: no outlet has been read yet.",)
    troubled: dict[str, list[OutletState]] = {}
    for state in coverage.outlets:
        if state.trouble:
            troubled.setdefault(state.trouble, []).append(state)
        if state.gap_since:
            troubled.setdefault("gapped", []).append(replace(state, since=state.gap_since))
    healthy = sum(not (state.trouble or state.gap_since) for state in coverage.outlets)
    run = f" Last complete run: {coverage.last_run_at:%Y-%m-%d %H:%M} UTC." if coverage.last_run_at else ""
    return (f"Coverage: {healthy} of {total} outlets healthy.{run}", *_troubles(troubled))


def _troubles(troubled: dict[str, list[OutletState]]) -> Sequence[str]:
    found = []
    for trouble, states in sorted(troubled.items()):
        named = [s.name + (f" (since {s.since:%Y-%m-%d})" if s.since else "") for s in states[:NAMED]]
        rest = f", +{len(states) - NAMED} more" if len(states) > NAMED else ""
        found.append(f"{trouble}: {', '.join(named)}{rest}")
    return found
