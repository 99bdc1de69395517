"""Counts, pages and facets that come out of memory are those that the tables give, whatever happened in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from monitor import columns, facets, query, review
from monitor.query import Cursor, Filter
from pipelines.records import Outlet, When
from pipelines.store.declare import declare
from pipelines.store.session import session
from tests import seeded
from tests.seeded import BODY, NOW, match

ASKED = (
    Filter(),
    Filter(limit=2),
    Filter(limit=1, after=Cursor(NOW - timedelta(hours=2), 3)),
    Filter(text="captured"),
    Filter(text="captured", by_relevance=True, limit=2),
    Filter(text="captured -monday"),
    Filter(text="nothing"),
    Filter(text="*"),
    Filter(text="-captured"),
    Filter(outlet="river-post"),
    Filter(outlet="no-such"),
    Filter(language="uk"),
    Filter(country="ua", ownership="state"),
    Filter(watch="volunteers"),
    Filter(text="captured", watch="families"),
    Filter(nationality="np", role="fighter"),
    Filter(nationality="NP", status="captured"),
    Filter(role="captive"),
    Filter(role="fighter", text="captured"),
    Filter(since=NOW - timedelta(hours=3), until=NOW),
    Filter(since=NOW - timedelta(hours=100), until=NOW - timedelta(hours=3)),
    Filter(tag="agency"),
    Filter(reviewed=True),
    Filter(story=1, language="en"),
    Filter(relevant_only=True, upto=3),
)
EXACT = ("outlet", "country", "ownership", "language", "watch", "role")
"""Facets whose values are filters of the same meaning; a status or nationality is looked for in counts, too."""


@pytest.fixture(params=["sqlite", "postgresql"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    yield from seeded.engines(request.param, tmp_path, lambda: request.getfixturevalue("postgres_server"))


def same(base: Engine, held: columns.Columns) -> None:
    with session(base) as opened:
        for asked in ASKED:
            found = facets.look(opened, asked, held)
            assert found.count == query.count_found(opened, replace(asked, after=None)), asked
            assert list(found.ids) == list(query.page_of(opened, asked)), asked
            for name in EXACT:
                for value, number in found.facets[name].items():
                    more: Any = {name: value}
                    narrow = replace(asked, after=None, **more)
                    if getattr(asked, name) is None and not (name == "role" and (asked.nationality or asked.status)):
                        assert query.count_found(opened, narrow) == number, (asked, name, value)


def test_memory_says_what_the_tables_say(base: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "FEW", 0)  # as where articles are many: only what is new is read again
    other = Outlet("kyiv-wire", "Kyiv Wire", "https://kyiv.example/", "UA", ("uk",), tags=("agency",))
    with session(base) as opened:
        declare(opened, [other], (), NOW)
    held = columns.Columns()
    same(base, held)
    first = seeded.article()
    seeded.write(base, first)
    seeded.new(base, matches=(match(), match("families", "held")), outlet_id="kyiv-wire", language="uk")
    seeded.new(base, body="Nobody was captured.", published=None, matches=())
    seeded.new(base, published=When(NOW - timedelta(hours=50), "page"))
    same(base, held)
    seeded.write(base, replace(seeded.article(f"{BODY} Later.", url=first.url), figures=(), language="de"))
    same(base, held)
    with session(base) as opened:
        figure, found = (review.queue(opened, kind=kind, limit=1)[0] for kind in ("person", "match"))
        review.decide(opened, figure["target"], "correct", "ana", NOW, field="role", value="captive")
        review.decide(opened, found["target"], "reject", "ana", NOW)
    same(base, held)


def test_relevance_of_many_hits(base: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL weighs the newest hits alone; none is lost, and those behind them come in the order of time."""
    often = "Captured men, captured arms, captured ships: many were captured on Monday. Captured again."
    for hours, body in ((1, BODY), (2, often), (3, BODY), (4, often)):
        seeded.new(base, body=body, published=When(NOW - timedelta(hours=hours), "page"))
    best = Filter(text="captured", by_relevance=True)
    with session(base) as opened:
        everything = facets.look(opened, best, columns.Columns())
        assert [set(everything.ids[:2]), everything.count] == [{2, 4}, 4]
        monkeypatch.setattr(facets, "RANKED", 2)
        found = facets.look(opened, best, columns.Columns())
    assert list(found.ids) == ([2, 1, 3, 4] if base.dialect.name == "postgresql" else list(everything.ids))


def test_where_much_is_new_all_is_read_again(base: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "FEW", 0)
    monkeypatch.setattr(columns, "SOME", 1)
    held = columns.Columns()
    for _ in range(2):
        for _ in range(3):
            seeded.new(base)
        same(base, held)
