"""A real database and a real mail server on loopback for the alerts' tests. All names and texts are invented."""

from __future__ import annotations

import atexit
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine

from monitor.alerts.compose import PlanConfig
from monitor.alerts.smtp import SmtpSettings
from pipelines.records import Recipient, RuleText, Watch
from pipelines.store import migrations
from pipelines.store.schema import AlertEventRow, ArticleRow, FigureRow, MatchRow, OutletRow, ReportedCountRow
from pipelines.store.session import make_engine, session

NOW = datetime(2031, 3, 4, 9, 30, tzinfo=UTC)
SECRET = b"a secret of the tests"
CONFIG = PlanConfig(sender="Monitor <monitor@example.org>", bounce="bounce@example.org", secret=SECRET)


def watch(
    id: str = "volunteers", rate: str = "immediate", to: tuple[str, ...] = ("reader@example.net",), **more: Any
) -> Watch:
    return Watch(
        id=id,
        name=more.pop("name", f"Watch {id}"),
        rules=more.pop("rules", (RuleText("abroad", "captured"),)),
        recipients=tuple(Recipient(address) for address in to),
        rate=rate,  # type: ignore[arg-type]
        **more,
    )


class World:
    """Writes what a crawl would write, in the same tables."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._numbers = itertools.count(1)

    def article(
        self,
        title: str = "Two fighters captured near the river",
        body: str = "",
        figures: tuple[dict[str, Any], ...] = (),
        counts: tuple[dict[str, Any], ...] = (),
        watches: tuple[str, ...] = ("volunteers",),
        kind: str = "match",
        quote: str = "Two fighters were captured near the river.",
        outlet: str = "example-post",
        at: datetime = NOW,
        content_hash: str | None = None,
        **more: Any,
    ) -> int:
        number = next(self._numbers)
        values = {
            "historical": False,
            "late": False,
            "language": "en",
            "url": f"https://{outlet}.example/news/{number}",
            **more,
        }
        with session(self.engine) as opened:
            if opened.get(OutletRow, outlet) is None:
                opened.add(
                    OutletRow(
                        id=outlet,
                        name=outlet.replace("-", " ").title(),
                        country="XX",
                        ownership="state",
                        homepage=f"https://{outlet}.example/",
                        first_seen_at=at,
                        last_success_at=at,
                    )
                )
            row = ArticleRow(
                outlet_id=outlet,
                url=values["url"],
                canonical_url=values["url"],
                url_key=values["url"],
                title=title,
                body=body or f"Report {number}. {quote}",
                language=values["language"],
                published_at=at - timedelta(hours=1),
                published_on=(at - timedelta(hours=1)).date(),
                published_zone="page",
                published_offset=0,
                first_seen_at=at,
                fetched_at=at,
                content_hash=content_hash or f"hash-{number}",
                reading=values.get("reading", "close"),
                relevant=True,
                outcome="stored",
                analysis_version="1",
                revision=1,
            )
            opened.add(row)
            opened.flush()
            self._derived(opened, row.id, figures, counts)
            for watch_id in watches:
                self._event(opened, row.id, watch_id, kind, quote, values, at)
            return row.id

    def _derived(self, opened: Any, article_id: int, figures: Any, counts: Any) -> None:
        for figure in figures:
            fields = {
                "revision": 1,
                "attributes": {},
                "analysis_version": "1",
                "name_key": figure["name"].casefold(),
                **figure,
            }
            opened.add(FigureRow(article_id=article_id, **fields))
        for count in counts:
            fields = {
                "field": "body",
                "start": 0,
                "end": 1,
                "high": count.get("low"),
                "bound": "exact",
                "kind": "total",
                "quote": "",
                "revision": 1,
                "analysis_version": "1",
                **count,
            }
            opened.add(ReportedCountRow(article_id=article_id, **fields))

    def _event(
        self, opened: Any, article_id: int, watch_id: str, kind: str, quote: str, values: Any, at: datetime
    ) -> None:
        opened.add(
            MatchRow(
                article_id=article_id,
                revision=1,
                watch_id=watch_id,
                watch_version="1",
                rule=values.get("rule", "abroad"),
                score=4.0,
                level="possible" if kind == "possible" else "alert",
                reason="captured",
                quote=quote,
                spans=[["body", 0, 8, "captured"]],
                historical=values["historical"],
                matched_at=at,
                analysis_version="1",
            )
        )
        opened.add(
            AlertEventRow(
                article_id=article_id,
                revision=1,
                watch_id=watch_id,
                kind=kind,
                historical=values["historical"],
                late=values["late"],
                created_at=at,
            )
        )


@cache
def _fresh() -> Path:
    """A database of the newest version, made once and copied for each test."""
    path = Path(tempfile.mkdtemp(prefix="monitor-fresh-")) / "monitor.db"
    atexit.register(shutil.rmtree, path.parent)
    made = make_engine(f"sqlite:///{path}")
    migrations.upgrade(made)
    with made.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    made.dispose()
    return path


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    shutil.copy(_fresh(), tmp_path / "monitor.db")
    made = make_engine(f"sqlite:///{tmp_path / 'monitor.db'}")
    yield made
    made.dispose()


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


class Inbox:
    """What a mail server received; `answers` are what it says to the next recipients or messages instead of 250."""

    def __init__(self) -> None:
        self.received: list[tuple[str, list[str], bytes]] = []
        self.mail_answer = "250 OK"
        self.rcpt_answers: dict[str, str] = {}
        self.data_answers: list[str] = []

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.mail_answer.startswith("250"):
            envelope.mail_from = address
        return self.mail_answer

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.rcpt_answers.get(address, "250 OK")
        if answer.startswith("25"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.data_answers.pop(0) if self.data_answers else "250 taken"
        if answer.startswith("250") or answer == "lost":
            self.received.append(
                (envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content or envelope.content)
            )
        if answer == "lost":
            server.transport.abort()
        return answer if answer != "lost" else "250 taken"

    @property
    def mails(self) -> list[EmailMessage]:
        return [parse(content) for _, _, content in self.received]


def parse(content: bytes) -> EmailMessage:
    found = BytesParser(policy=policy.default).parsebytes(content)
    assert isinstance(found, EmailMessage)
    return found


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def html_of(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def smtp(inbox: Inbox) -> Iterator[SmtpSettings]:
    controller = Controller(inbox, hostname="127.0.0.1", port=0)
    # port 0: the controller's own self-test would ask for port 0, so it is told the real one
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    yield SmtpSettings("127.0.0.1", controller.port, "none", timeout_seconds=5, local_name="localhost")
    controller.stop()
