"""What is told, to whom, when, and only once: planned on a real database, sent to a real mail server."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from monitor.alerts.outbox import send
from monitor.alerts.planner import plan
from pipelines.store.schema import AlertEventRow, OutboxRow
from pipelines.store.session import session
from tests.alerts.conftest import CONFIG, NOW, text_of, watch


def test_one_match_is_one_mail_and_a_repeat_is_none(engine, world, smtp, inbox):
    world.article()
    watches = {"volunteers": watch()}
    planned = plan(engine, watches, {}, NOW, CONFIG)
    assert (planned.events, planned.stories, planned.messages) == (1, 1, 1)
    assert send(engine, smtp, lambda: NOW).sent == 1
    assert plan(engine, watches, {}, NOW, CONFIG).messages == 0
    assert send(engine, smtp, lambda: NOW).sent == 0
    (mail,) = inbox.mails
    assert mail["To"] == "reader@example.net"
    assert "captured" in text_of(mail)


def test_a_watch_without_recipients_queues_nothing_and_leaves_nothing_pending(engine, world):
    world.article()
    plan(engine, {"volunteers": watch(to=())}, {}, NOW, CONFIG)
    with session(engine) as opened:
        assert opened.scalar(select(OutboxRow.id)) is None
        assert opened.scalar(select(AlertEventRow.id).where(AlertEventRow.planned_at.is_(None))) is None


def test_daily_news_come_at_their_hour(engine, world):
    world.article()
    watches = {"volunteers": watch(rate="daily")}
    assert plan(engine, watches, {}, NOW, CONFIG).messages == 0
    assert plan(engine, watches, {}, NOW + timedelta(hours=20), CONFIG).messages == 0
    assert plan(engine, watches, {}, NOW + timedelta(hours=22), CONFIG).messages == 1
