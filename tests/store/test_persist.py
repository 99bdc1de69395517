"""The last stage: pages in batches, each with its bytes; what fails costs one page, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, make_url, select, text
from sqlalchemy.exc import OperationalError

from monitor.evidence.writer import WarcEvidence
from pipelines.persist import PersistPipeline
from pipelines.ports import Ports
from pipelines.records import Article, EvidenceRef, Match, Outcome, Page, Reading
from pipelines.store.batch import writing
from pipelines.store.migrations import upgrade
from pipelines.store.schema import ArticleRow, EvidenceRow
from pipelines.store.session import be_patient, is_passing, make_engine, session
from tests.conftest import free_port
from tests.gate import Gate

NAMES = ("first", "bad", "last")


class Archive(WarcEvidence):
    """Refuses a page whose address says so."""

    def keep(self, pages: Sequence[tuple[Page, tuple[Match, ...]]]) -> list[EvidenceRef | None]:
        if any("bad" in page.url for page, _ in pages):
            raise OSError(28, "No space left on device")
        return super().keep(pages)


class Book:
    def __init__(self) -> None:
        self.ends: list[Outcome] = []

    def count(self, outlet_id: str, outcome: Outcome) -> None:
        self.ends.append(outcome)


def stage(engine: Engine, folder: Path, clock: Any) -> PersistPipeline:
    reader: Any = None  # nothing is read here
    return PersistPipeline(Ports(engine, reader, {}, {}, Archive(folder, {}, clock), Book(), clock, {}))


async def run(persist: PersistPipeline, now: datetime) -> list[Article | BaseException]:
    """Pages on topic, which come in one after the other while the others are on their way."""
    items = []
    for name in NAMES:
        url = f"https://x.example/{name}"
        persist.ports.held[url] = Page("x", url, now, status=200, content=b"<p>Two captured</p>")
        items.append(
            Article("x", url, now, url, url, requested_url=url, title=name, body=name, content_hash=name,
                    reading=Reading.CLOSE, matches=(Match("w", "r", 1.0, reason="…"),))
        )  # fmt: skip

    async def late(place: int, item: Article) -> Article:
        await asyncio.sleep(0.01 * place)
        return await persist.process_item(item)

    return await asyncio.gather(*(late(n, item) for n, item in enumerate(items)), return_exceptions=True)


def test_bytes_that_cannot_be_kept_cost_no_match(
    sqlite_engine: Engine, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.persist.PATIENCE_SECONDS", 1000)  # the last page on its way ends the waiting
    persist = stage(sqlite_engine, tmp_path / "evidence", lambda: now)
    done = asyncio.run(asyncio.wait_for(run(persist, now), 60))
    assert persist.ports.evidence is not None
    persist.ports.evidence.close()
    assert [one.flags for one in done if isinstance(one, Article)] == [(), ("evidence_failed",), ()]
    assert persist.ports.book.ends == [Outcome.STORED] * 3  # type: ignore[attr-defined]
    with session(sqlite_engine) as opened:
        kept = opened.execute(select(ArticleRow.url_key, EvidenceRow.url).outerjoin(EvidenceRow)).all()
        assert {tuple(row) for row in kept} == {
            (f"https://x.example/{n}", f"https://x.example/{n}" if n != "bad" else None) for n in NAMES
        }


def test_a_fault_of_the_stage_is_told_to_every_page(sqlite_engine: Engine, tmp_path: Path, now: datetime) -> None:
    def clock() -> datetime:
        raise RuntimeError("no clock")

    persist = stage(sqlite_engine, tmp_path / "evidence", clock)
    persist.ports.evidence = None
    done = asyncio.run(asyncio.wait_for(run(persist, now), 10))
    assert [type(one) for one in done] == [RuntimeError] * 3
    with session(sqlite_engine) as opened:
        assert opened.scalar(select(func.count()).select_from(ArticleRow)) == 0


@pytest.mark.postgres
def test_a_database_that_restarts_is_waited_for(postgres_server: str, tmp_path: Path, now: datetime) -> None:
    gate = Gate(make_url(postgres_server).port or 0)
    admin = make_engine(f"{postgres_server}/postgres")
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS restarts WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE restarts"))
    admin.dispose()
    engine = make_engine(make_url(f"{postgres_server}/restarts").set(port=gate.port).render_as_string())
    upgrade(engine)
    be_patient(engine, 30)
    persist = stage(engine, tmp_path / "evidence", lambda: now)
    gate.shut()  # the connections that the engine has die with it
    threading.Timer(1.5, gate.open).start()
    asyncio.run(asyncio.wait_for(run(persist, now), 60))
    assert persist.ports.book.ends == [Outcome.STORED] * 3  # type: ignore[attr-defined]
    assert persist.ports.evidence is not None
    persist.ports.evidence.close()
    engine.dispose()
    gate.shut()


def test_without_patience_a_database_that_is_not_there_fails_at_once(now: datetime) -> None:
    engine = make_engine(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    started = time.monotonic()
    with pytest.raises(OperationalError) as caught, session(engine) as opened:
        opened.scalar(select(1))
    assert is_passing(caught.value)
    assert time.monotonic() - started < 10


def test_patience_with_whoever_writes_to_the_same_file(sqlite_engine: Engine) -> None:
    be_patient(sqlite_engine, 30)
    with closing(
        sqlite3.connect(str(sqlite_engine.url.database), isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.5, other.execute, ["ROLLBACK"]).start()
        with writing(sqlite_engine) as opened:
            assert opened.scalar(text("PRAGMA busy_timeout")) == 30_000
