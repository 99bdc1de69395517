"""The frontier: links once, outlets on lease, passing failures put off."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from monitor.spiders.holder import dead_among, new_holder
from pipelines.records import Listing, Outcome
from pipelines.store import frontier
from pipelines.store.schema import FrontierRow
from pipelines.store.session import session


def links(number: int) -> list[tuple[str, Listing]]:
    return [(f"k{i}", Listing("example", f"https://news.example/{i}")) for i in range(number)]


def test_a_link_enters_once(engine: Engine, now: datetime) -> None:
    with session(engine) as opened:
        assert frontier.add(opened, links(3), now) == 3
        assert frontier.add(opened, links(5), now) == 2
        assert len(frontier.pending(opened, "example", now, 100)) == 5
        assert frontier.pending(opened, "other", now, 100) == ()


def test_a_thousand_links_at_once(engine: Engine, now: datetime) -> None:
    with session(engine) as opened:
        assert frontier.add(opened, links(1200), now) == 1200


def test_an_outlet_is_leased_to_one(engine: Engine, now: datetime) -> None:
    with session(engine) as opened:
        assert frontier.lease(opened, ["a", "b"], "one", now, 60) == ("a", "b")
    with session(engine) as opened:
        assert frontier.lease(opened, ["a", "c"], "two", now, 60) == ("c",)
        assert frontier.lease(opened, ["a"], "one", now, 60) == ("a",)
        assert frontier.lease(opened, ["b"], "two", now + timedelta(seconds=61), 60) == ("b",)
        frontier.release(opened, "one")
        assert frontier.lease(opened, ["a"], "two", now, 60) == ("a",)


def test_a_passing_failure_is_tried_again_and_ends_at_last(engine: Engine, now: datetime) -> None:
    at = now
    with session(engine) as opened:
        frontier.add(opened, links(1), now)
        for wait in frontier.RETRY_AFTER:
            frontier.acknowledge(opened, ["k0"], Outcome.NETWORK_ERROR, at)
            assert frontier.pending(opened, "example", at, 10) == ()
            at += wait
            assert len(frontier.pending(opened, "example", at, 10)) == 1
        frontier.acknowledge(opened, ["k0"], Outcome.NETWORK_ERROR, at)
        assert frontier.pending(opened, "example", at + timedelta(days=9), 10) == ()


def test_a_dead_holders_outlet_is_free_at_once(engine: Engine, now: datetime) -> None:
    with session(engine) as opened:
        assert frontier.lease(opened, ["a", "b"], "dead", now, 60) == ("a", "b")
    with session(engine) as opened:
        assert frontier.holders(opened) == ("dead",)
        assert frontier.lease(opened, ["a"], "two", now, 60, dead=["other"]) == ()
        assert frontier.lease(opened, ["a"], "two", now, 60, dead=["dead"]) == ("a",)
        assert frontier.renew(opened, "dead", now, 60) == {"b"}


def test_what_another_crawl_finished_meanwhile_is_not_done_again(engine: Engine, now: datetime) -> None:
    later = now + timedelta(seconds=5)
    with session(engine) as opened:
        assert frontier.lease(opened, ["a"], "one", now, 60) == ("a",)
        frontier.finish(opened, "one", "a", later)
        assert frontier.lease(opened, ["a"], "two", later, 60, since=now) == ()
        assert frontier.lease(opened, ["a"], "two", later, 60, since=later + timedelta(seconds=1)) == ("a",)


def test_a_closed_link_stays_closed_when_its_page_is_read_again(engine: Engine, now: datetime) -> None:
    with session(engine) as opened:
        frontier.add(opened, links(1), now)
        frontier.acknowledge(opened, ["k0"], Outcome.STORED, now, article_id=7)
        frontier.acknowledge(opened, ["k0"], Outcome.NETWORK_ERROR, now)
        row = opened.scalar(select(FrontierRow))
        assert row is not None
        assert (row.state, row.outcome, row.attempts, row.article_id) == ("done", "stored", 1, 7)


def test_holders_that_are_dead() -> None:
    me = new_holder()
    host, pid, _ = me.split(":")
    gone = subprocess.Popen(["true"])
    gone.wait()
    holders = [me, f"{host}:{pid}:0", f"{host}:{gone.pid}:1", f"{host}:1:2", f"elsewhere:{gone.pid}:3", "odd"]
    assert dead_among(holders, me) == (f"{host}:{pid}:0", f"{host}:{gone.pid}:1")
