"""A database with a few articles in it, made once a module, on SQLite and on PostgreSQL. All names are invented."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from pipelines.persist import keys_of, keys_of_row
from pipelines.records import (
    Article,
    DateMention,
    EvidenceRef,
    Figure,
    FigureMention,
    Match,
    Outlet,
    ReportedCount,
    Role,
    Span,
    Status,
    When,
)
from pipelines.store.declare import declare
from pipelines.store.migrations import upgrade
from pipelines.store.session import make_engine, session
from pipelines.store.writer import Written, write_article

NOW = datetime(2031, 3, 4, 12, 0, tzinfo=UTC)
NAME = "Anping Smilenko"
QUOTE = "Anping Smilenko, a citizen of Nepal, was captured near the river."
BODY = f"Officials spoke on Monday. {QUOTE} At least 12 Nepali nationals were captured, the ministry said."
_numbers = itertools.count(1)


def database(kind: str, folder: Path, server: Any) -> str:
    """The address of an empty database of its own; `server` gives that of the PostgreSQL server."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'monitor.db'}"
    name = f"seeded{next(_numbers)}"
    admin = make_engine(f"{server()}/postgres")
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return f"{server()}/{name}"


def made(url: str) -> Engine:
    """An engine on a database of the newest version that knows one outlet."""
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).write_bytes(_empty_sqlite())  # the migrations run once, not for every test
    else:
        upgrade(engine)
    outlet = Outlet("river-post", "River Post", "https://river.example/", "GB", ("en",))
    with session(engine) as opened:
        declare(opened, [outlet], (), NOW - timedelta(days=30))
    return engine


@cache
def _empty_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/empty.db")
        upgrade(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        return Path(folder, "empty.db").read_bytes()


def article(body: str = BODY, **changes: Any) -> Article:
    """An article as reading hands it to the store, its spans found in `body`."""
    number = next(_numbers)
    url = changes.pop("url", f"https://river.example/news/{number}")
    at, low = body.find(NAME), body.find("At least 12")
    given = Article(
        outlet_id="river-post",
        url=url,
        canonical_url=url,
        url_key=url,
        fetched_at=NOW,
        title="Nepali soldiers captured near the river",
        body=body,
        language="en",
        content_hash=f"{number}",
        published=When(NOW - timedelta(hours=2), "page"),
        relevant=True,
        authors=("Ida Reporter",),
        figures=() if at < 0 else (Figure(NAME, Role.FIGHTER, Status.CAPTURED, "NP",
                                          (FigureMention(at, at + len(NAME), NAME),), quote=QUOTE),),
        counts=() if low < 0 else (ReportedCount(low, low + 31, 12, None, body[low : low + 67], "at_least",
                                                 noun="nationals", nationality="NP", status=Status.CAPTURED),),
        dates=(DateMention(body.find("Monday"), body.find("Monday") + 6, "Monday", "2031-03-03", "day"),),
        matches=(match(),),
        evidence=EvidenceRef(f"2031-03/{number}.warc.gz", 100, 200, f"{number:064x}"),
    )  # fmt: skip
    return replace(given, **changes)


def match(watch: str = "volunteers", rule: str = "captured", **more: Any) -> Match:
    """A match of the headline."""
    return Match(watch, rule, 4.0, spans=(Span(16, 24, "title", "captured"),), reason="captured", quote=QUOTE, **more)


def write(engine: Engine, one: Article, now: datetime = NOW) -> Written:
    """Store an article as a crawl does, its words in the index."""
    with session(engine) as opened:
        return write_article(opened, one, keys_of(one), (), now, keys_of_row=keys_of_row)


def new(engine: Engine, **changes: Any) -> int:
    """Store a fresh article; its number."""
    return write(engine, article(**changes)).article_id or 0


def engines(kind: str, folder: Path, server: Any) -> Iterator[Engine]:
    """An engine for a fixture."""
    engine = made(database(kind, folder, server))
    yield engine
    engine.dispose()
