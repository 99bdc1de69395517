"""The same planning, locking and sending on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from monitor.alerts.lock import alone
from monitor.alerts.outbox import send
from monitor.alerts.planner import plan
from pipelines.store import migrations
from pipelines.store.session import make_engine
from tests.alerts.conftest import CONFIG, NOW, World, watch


@pytest.fixture
def either(empty_url: str) -> Iterator[Engine]:
    made = make_engine(empty_url)
    migrations.upgrade(made)
    yield made
    made.dispose()


def test_stories_digests_and_locks(either, smtp, inbox):
    world = World(either)
    watches = {"volunteers": watch(), "second": watch("second", rate="daily", to=("other@example.net",))}
    person = {"name": "Ivan Smilenko", "role": "captive", "status": "captured", "nationality": "XA"}
    for n in range(3):
        world.article(
            outlet=f"mirror-{n}", content_hash="one text", figures=(person,), watches=("volunteers", "second")
        )
    with alone(either, "planner") as held:
        assert held
        assert plan(either, watches, {}, NOW, CONFIG).held
    assert plan(either, watches, {}, NOW, CONFIG).messages == 1
    assert plan(either, watches, {}, NOW + timedelta(days=1), CONFIG).messages == 1
    assert plan(either, watches, {}, NOW + timedelta(days=1), CONFIG).messages == 0
    assert send(either, smtp, lambda: NOW + timedelta(days=1)).sent == 2
    assert {mail["To"] for mail in inbox.mails} == {"reader@example.net", "other@example.net"}
