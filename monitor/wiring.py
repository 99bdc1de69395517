"""Put the parts together: configuration, outlets, watches, database and workers become the stages' ports.

Raises  ConfigError, CatalogueError, WatchError, DatabaseProblem: each with the place and the mend
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from monitor.book import RunBook
from monitor.caseload import person_watches
from monitor.catalogue import load_outlets
from monitor.config import Config
from monitor.evidence.writer import WarcEvidence
from monitor.watches import load_watches
from pipelines.ports import Clock, Ports, Reader
from pipelines.records import Context, Outlet, Watch
from pipelines.store.declare import declare
from pipelines.store.migrations import require_current
from pipelines.store.session import be_patient, make_engine, session


def utc_now() -> datetime:
    """The clock of a real run."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything that one workspace declares, and its database."""

    config: Config
    outlets: Mapping[str, Outlet]
    watches: Mapping[str, Watch]
    engine: Engine


def open_workshop(config: Config) -> Workshop:
    """Load and check the declarations, open the database, note outlets and watches that are new."""
    outlets = load_outlets(config.workspace)
    watches = {**load_watches(config.workspace), **person_watches(config.workspace)}
    engine = make_engine(config.database)
    require_current(engine)
    return Workshop(config, outlets, watches, engine)


def context_of(outlet: Outlet) -> Context:
    """What reading may know of an outlet."""
    return Context(
        outlet_id=outlet.id,
        country=outlet.country,
        languages=outlet.languages,
        timezone=outlet.timezone,
        timezone_assumed=outlet.timezone_assumed,
        ownership=outlet.ownership.value,
        tags=outlet.tags,
        conflicts=outlet.conflicts,
        store=outlet.store,
        select=outlet.select,
    )


def make_ports(
    shop: Workshop, kind: str = "crawl", *, clock: Clock = utc_now, reader: Reader | None = None
) -> tuple[Ports, RunBook]:
    """Ports for one crawl of this workspace, and the book that counts it."""
    from monitor.workers import make_reader  # the whole analysis: only where pages are read

    note_declarations(shop.engine, shop.outlets.values(), shop.watches.values(), clock())
    book = RunBook(shop.engine, kind, clock())
    be_patient(shop.engine)
    active = [watch for watch in shop.watches.values() if watch.enabled]
    reader = reader or make_reader(active, shop.config.workers, tell=book.broke)
    ports = Ports(
        engine=shop.engine,
        reader=reader,
        contexts={outlet.id: context_of(outlet) for outlet in shop.outlets.values()},
        watches=shop.watches,
        evidence=WarcEvidence(shop.config.workspace / "evidence", shop.outlets, clock),
        book=book,
        clock=clock,
        held={},
    )
    return ports, book


def note_declarations(engine: Engine, outlets: Iterable[Outlet], watches: Iterable[Watch], now: datetime) -> None:
    """Remember since when each outlet and watch is known, and what its file says now."""
    with session(engine) as opened:
        declare(opened, outlets, watches, now)
