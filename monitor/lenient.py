"""Open a workspace for a run although a file of it is broken: the broken ones are named, the others go on.

In      the settings
Out     `Opened`: a workshop of what is sound, the faults as lines
Watches a broken file leaves its watch out altogether: falling back to the shipped one of the same name would mark its
        alerts as planned for nobody. What is read meanwhile is matched by the first run after the mending
Raises  database errors as they are
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from monitor.caseload import CaseloadError, person_watches
from monitor.catalogue import CatalogueError, load_outlets
from monitor.config import Config
from monitor.watches import WatchError, load_watches
from monitor.wiring import Workshop
from pipelines.records import Outlet, Watch
from pipelines.store.migrations import require_current
from pipelines.store.schema import AlertEventRow, RunRow, WatchRow
from pipelines.store.session import make_engine, session

WATCH_FAULTS = "watch_faults"
"""The word in a run's summary that says: some watch could not be read."""
LOOK_BACK = 5_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A workshop of everything sound; `watches_broken` when a watch is missing from it."""

    shop: Workshop
    faults: tuple[str, ...] = ()
    watches_broken: bool = False


def open_leniently(config: Config) -> Opened:
    """Load what can be loaded, open the database."""
    engine = make_engine(config.database)
    require_current(engine)
    faults: list[str] = []
    outlets: Mapping[str, Outlet]
    watches: Mapping[str, Watch]
    broken = False
    try:
        outlets = load_outlets(config.workspace)
    except CatalogueError as error:
        faults += error.faults
        outlets = error.outlets
    try:
        watches = load_watches(config.workspace)
    except WatchError as error:
        faults += error.faults
        watches, broken = _without_stand_ins(engine, error.watches), True
    try:
        watches = {**watches, **person_watches(config.workspace)}
    except CaseloadError as error:
        faults += error.faults
        broken = True
    return Opened(Workshop(config, outlets, watches, engine), tuple(faults), broken)


def _without_stand_ins(engine: Engine, watches: Mapping[str, Watch]) -> dict[str, Watch]:
    """Leave out a shipped watch that stands where the workspace's own one stood in the last run."""
    with session(engine) as opened:
        origins = {row.id: row.origin for row in opened.scalars(select(WatchRow))}
    return {
        key: one
        for key, one in watches.items()
        if key not in origins or origins[key] == (one.source_file or "packaged")
    }


def events_of_missing(engine: Engine, watches: Mapping[str, Watch]) -> int:
    """How many alerts wait for watches that cannot be read now: planning would tell them to nobody."""
    with session(engine) as opened:
        query = select(func.count()).where(
            AlertEventRow.planned_at.is_(None), AlertEventRow.watch_id.not_in(list(watches))
        )
        return opened.scalar(query) or 0


def broken_since(engine: Engine) -> datetime | None:
    """Since when the runs before this one went without some watch; None when the last one had all."""
    with session(engine) as opened:
        runs = opened.execute(
            select(RunRow.started_at, RunRow.summary)
            .where(RunRow.kind == "watch", RunRow.finished_at.is_not(None))
            .order_by(RunRow.id.desc())
            .limit(LOOK_BACK)
        )
        since = None
        for started, summary in runs:
            if not summary.get(WATCH_FAULTS):
                break
            since = started
    return since
