"""Outlet health: rules by the row, the rhythm on simulated outlets, an alarm's life, and its mail."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from itertools import pairwise
from math import exp, log, pi, sin
from typing import Any

import pytest
from sqlalchemy import Engine, select

from monitor import health_mail, health_store
from monitor.alerts.compose import PlanConfig
from monitor.health import FeedSeen, Finding, Known, Observed, Told, judge, step
from monitor.rhythm import HOUR, WEEK, WEEKS, Rhythm, learn
from pipelines.records import Expect, Feed, FeedKind, Outlet
from pipelines.store.schema import FeedStateRow, FrontierRow, OutboxRow, OutletRow, RunRow
from pipelines.store.session import session

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
URL = "https://post.example/rss"
OUTLET = Outlet("post", "Example Post", "https://post.example/", "KE", ("en",), feeds=(Feed(FeedKind.RSS, URL),))


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def seen(*feeds: FeedSeen, **more: Any) -> Observed:
    given = {"since": ago(days=100), "awake_since": ago(days=90), "arrivals": (ago(hours=1),), "outlet": OUTLET} | more
    return Observed(feeds=feeds or (FeedSeen("working", NOW, 30, url=URL),), **given)


def outlet(**more: Any) -> Outlet:
    return Outlet("post", "Example Post", "https://post.example/", "KE", ("en",), **{"feeds": OUTLET.feeds, **more})


LONG = tuple([2000] * 30)
RULES = [
    (seen(), None),
    (seen(FeedSeen("blocked", ago(hours=7))), "blocked"),
    (seen(FeedSeen("blocked", ago(hours=5))), None),
    (seen(FeedSeen("blocked", ago(days=2)), awake_since=ago(hours=1)), None),
    (seen(FeedSeen("blocked", ago(days=2)), FeedSeen("working", NOW)), None),
    (seen(FeedSeen("dead", None)), "failing"),
    (seen(FeedSeen("dead", None), since=ago(hours=2)), None),
    (seen(FeedSeen("failing", ago(days=1)), FeedSeen("empty", ago(days=2))), "failing"),
    (seen(FeedSeen("empty", ago(days=1))), "no_links"),
    (seen(FeedSeen("moved", NOW, url=URL, moved_to="https://www.post.example/feed")), None),
    (seen(FeedSeen("moved", NOW, url=URL, moved_to="https://other.example/feed")), "moved"),
    (seen(pages={"stored": 10, "empty_body": 2}), None),
    (seen(pages={"empty_body": 9, "off_topic": 1}), "no_bodies"),
    (seen(pages={"empty_body": 4}), None),
    (seen(pages={"headline_only": 9}, outlet=outlet(feeds=(Feed(FeedKind.RSS, URL, discovery_only=True),))), None),
    (seen(pages={"blocked": 8, "stored": 1}), "blocked"),
    (seen(bodies=tuple([300] * 8) + LONG), "short_bodies"),
    (seen(bodies=tuple([900] * 8) + LONG), None),
    (seen(bodies=tuple([300] * 8) + LONG[:10]), None),
    (seen(bodies=tuple([300] * 3) + LONG), None),
    (seen(arrivals=(ago(hours=30),), outlet=outlet(expect=Expect(silent_after_hours=24))), "silent"),
    (seen(arrivals=(ago(hours=20),), outlet=outlet(expect=Expect(silent_after_hours=24))), None),
    (
        seen(arrivals=(ago(hours=30),), awake_since=ago(hours=3), outlet=outlet(expect=Expect(silent_after_hours=24))),
        None,
    ),
    (seen(arrivals=(ago(days=2),), outlet=outlet(expect=Expect(articles_per_day=20))), "silent"),
    (seen(arrivals=(ago(hours=8),), outlet=outlet(expect=Expect(articles_per_day=20))), "quiet"),
    (seen(arrivals=(ago(days=6),)), None),
    (seen(arrivals=(ago(days=8),)), "frozen"),
    (seen(FeedSeen("blocked", ago(days=7)), outlet=outlet(enabled=False)), None),
    (seen(arrivals=()), None),
]


@pytest.mark.parametrize(("observed", "kind"), RULES)
def test_what_is_wrong_is_named(observed: Observed, kind: str | None) -> None:
    found = judge(observed, NOW)
    assert (found.kind if found else None) == kind, found


def test_quiet_is_shown_and_no_alarm() -> None:
    found = judge(seen(arrivals=(ago(hours=8),), outlet=outlet(expect=Expect(articles_per_day=20))), NOW)
    assert found is not None
    assert not found.alarm


# ── the rhythm, on simulated outlets ────────────────────────────────────────


def week_of(moment: datetime, per_day: float) -> float:
    """Articles an hour of a newspaper: days busier than nights, weekends at a third."""
    day = 1 + 0.9 * sin((moment.hour - 7) / 24 * 2 * pi)
    return per_day / 24 * day * (0.33 if moment.weekday() >= 5 else 1.27)


def simulated(chance: random.Random, per_day: float, days: int, start: datetime, *, even: bool) -> list[datetime]:
    """Arrivals by chance, hour by hour."""
    found = []
    for hour in range(days * 24):
        begin = start + hour * HOUR
        rate = per_day / 24 if even else week_of(begin, per_day)
        at = chance.expovariate(1.0)
        while at < rate:
            found.append(begin + HOUR * (at / rate))
            at += chance.expovariate(1.0)
    return found


def alarms_in(arrivals: list[datetime], first: datetime, end: datetime) -> int:
    """How often a silence passed the limit while the outlet lived; the rhythm is learnt anew every day."""
    known: Rhythm | None = None
    learnt = first
    alarms = 0
    for number, (before, after) in enumerate(pairwise(arrivals)):
        if after > end:
            break
        if known is None or before - learnt > timedelta(days=7):
            known, learnt = learn(arrivals[: number + 1], first), before
        alarms += known is not None and known.expected(before, after) > known.alarm_after
    return alarms


@pytest.mark.parametrize("even", [True, False], ids=["even", "daily rhythm"])
@pytest.mark.parametrize("per_day", [0.5, 3, 12, pytest.param(40, marks=pytest.mark.long)])
def test_less_than_one_false_alarm_a_year(per_day: float, even: bool) -> None:
    start, outlets, years = datetime(2025, 1, 6, tzinfo=UTC), 6, 1.0
    alarms = 0
    for number in range(outlets):
        chance = random.Random(f"{per_day} {even} {number}")
        arrivals = simulated(chance, per_day, int(365 * years + WEEKS * 7), start, even=even)
        alarms += alarms_in(arrivals, start, arrivals[-1])
    assert alarms / (outlets * years) < 1


@pytest.mark.parametrize("even", [True, False], ids=["even", "daily rhythm"])
@pytest.mark.parametrize("per_day", [0.5, 3, 12, 40])
def test_a_dead_outlet_is_shown_within_three_gaps_and_alarmed_soon_after(per_day: float, even: bool) -> None:
    """No rule can alarm within three mean gaps and stay under one false alarm a year: e^-3 of all gaps are longer."""
    start = datetime(2025, 1, 6, tzinfo=UTC)
    quiet, alarm = [], []
    for number in range(8):
        chance = random.Random(f"dead {per_day} {even} {number}")
        arrivals = simulated(chance, per_day, WEEKS * 7 + 14, start, even=even)
        known = learn(arrivals, start)
        assert known is not None
        for limit, found in ((known.quiet_after, quiet), (known.alarm_after, alarm)):
            at = arrivals[-1]
            while known.expected(arrivals[-1], at) <= limit:
                at += timedelta(minutes=2)
            found.append(known.expected(arrivals[-1], at))
    assert max(quiet) < 3.2  # two minutes of a busy hour
    gaps_a_year = per_day * 365
    assert sorted(alarm)[len(alarm) // 2] < 1.5 * log(gaps_a_year / 0.2)
    assert exp(-min(alarm)) * gaps_a_year < 1  # chance alone stays under one a year


def test_nights_and_weekends_are_no_silence() -> None:
    start = datetime(2025, 1, 6, tzinfo=UTC)
    arrivals = simulated(random.Random(5), 12, WEEKS * 7 + 14, start, even=False)
    known = learn(arrivals, start)
    assert known is not None
    wednesday, saturday = datetime(2025, 3, 12, 9, tzinfo=UTC), datetime(2025, 3, 15, 22, tzinfo=UTC)
    assert known.expected(wednesday, wednesday + 8 * HOUR) > 3 * known.expected(saturday, saturday + 8 * HOUR)


def test_before_eight_weeks_nothing_is_learnt() -> None:
    start = datetime(2025, 1, 6, tzinfo=UTC)
    assert learn(simulated(random.Random(1), 12, WEEKS * 7 - 3, start, even=True), start) is None


def test_expectation_adds_up_over_weeks() -> None:
    start = datetime(2025, 1, 6, tzinfo=UTC)
    known = learn(simulated(random.Random(1), 12, WEEKS * 7 + 7, start, even=False), start)
    assert known is not None
    assert known.expected(start, start + 3 * WEEK) == pytest.approx(3 * known.sums[-1])
    assert known.expected(start, start + HOUR / 2) == pytest.approx(known.rates[0] / 2)
    assert 10 < known.sums[-1] / 7 < 14


# ── an alarm's life ─────────────────────────────────────────────────────────

BLOCKED = Finding("blocked", NOW, "refuses us")
LIFE = [
    (Known(), None, None, None),
    (Known(), BLOCKED, "opened", "blocked"),
    (Known(), Finding("quiet", NOW, "", alarm=False), None, None),
    (Known("blocked", ago(hours=5), ago(hours=5)), BLOCKED, None, "blocked"),
    (Known("blocked", ago(hours=25), ago(hours=25)), BLOCKED, "repeated", "blocked"),
    (Known("blocked", ago(hours=5), ago(hours=5)), None, "mended", None),
    (Known("silent", ago(hours=5), ago(hours=5)), BLOCKED, "opened", "blocked"),
    (Known(None, ago(hours=1), ago(hours=5)), BLOCKED, None, "blocked"),
    (Known(None, ago(hours=1), ago(hours=25)), BLOCKED, "opened", "blocked"),
    (Known("blocked", ago(hours=1), ago(hours=5)), None, None, None),
]


@pytest.mark.parametrize(("known", "found", "tell", "kind"), LIFE)
def test_an_alarm_opens_once_repeats_daily_and_is_mended(
    known: Known, found: Finding | None, tell: str | None, kind: str | None
) -> None:
    after = step(known, found, NOW)
    assert (after.tell, after.known.kind) == (tell, kind)


def test_one_that_flaps_for_a_week_is_told_once_a_day() -> None:
    known, told = Known(), []
    for hour in range(24 * 7):
        after = step(known, BLOCKED if hour % 2 else None, NOW + hour * HOUR)
        known = after.known
        told.append(after.tell)
    assert 6 <= told.count("opened") + told.count("repeated") <= 8
    assert told.count("mended") <= 8


# ── with a database ─────────────────────────────────────────────────────────


def remember(engine: Engine, *, verdict: str, ok: datetime) -> None:
    with session(engine) as opened:
        opened.add(
            OutletRow(id="post", name="Example Post", country="KE", ownership="independent", first_seen_at=ago(days=30))
        )
        opened.add(FeedStateRow(url=URL, outlet_id="post", kind="rss", checked_at=NOW, ok_at=ok, verdict=verdict))
        for hour in range(200):
            begun = ago(hours=hour)
            opened.add(RunRow(kind="watch", host="h", pid=1, started_at=begun, heartbeat_at=begun, finished_at=begun))


def test_alarms_are_kept_told_and_mended(engine: Engine) -> None:
    remember(engine, verdict="blocked", ok=ago(days=1))
    outlets = {"post": OUTLET}
    with session(engine) as opened:
        told = health_store.check(opened, outlets, NOW)
        assert [(one.what, one.kind) for one in told] == [("opened", "blocked")]
        assert "post: blocked: refuses us" in told[0].line()
    with session(engine) as opened:
        assert health_store.check(opened, outlets, NOW + HOUR) == ()
        row = opened.get_one(OutletRow, "post")
        assert (row.health, row.health_told_at) == ("blocked", NOW)
        assert [one.what for one in health_store.check(opened, outlets, NOW + 25 * HOUR)] == ["repeated"]
        opened.get_one(FeedStateRow, URL).verdict = "working"
        opened.flush()
        assert [one.line() for one in health_store.check(opened, outlets, NOW + 26 * HOUR)] == ["post: blocked: mended"]
        assert opened.get_one(OutletRow, "post").health is None


def test_our_own_pause_is_not_the_outlets_silence(engine: Engine) -> None:
    remember(engine, verdict="working", ok=NOW)
    with session(engine) as opened:
        link = FrontierRow(outlet_id="post", url="https://post.example/1", url_key="1", discovered_at=ago(hours=40))
        opened.add(link)
        for row in opened.scalars(select(RunRow).where(RunRow.started_at < ago(hours=1))):
            opened.delete(row)
        strict = {"post": outlet(expect=Expect(silent_after_hours=24))}
        assert health_store.check(opened, strict, NOW) == ()
        for hour in range(1, 60):
            opened.add(RunRow(kind="watch", host="h", pid=1, started_at=ago(hours=hour), heartbeat_at=ago(hours=hour)))
        opened.flush()
        assert [one.kind for one in health_store.check(opened, strict, NOW)] == ["silent"]


TOLD = (
    Told("post", "Example Post", "opened", "blocked", "refuses us since 2026-03-01", NOW),
    Told("time", "Example <Time>\r\nBcc: x@example.org", "mended", "silent", "", NOW),
)


def test_the_owner_gets_one_mail_of_it_all(engine: Engine) -> None:
    config = PlanConfig(sender="Monitor <monitor@example.org>")
    with session(engine) as opened:
        assert health_mail.queue(opened, "Desk <desk@example.org>", TOLD, ["only 5 MB of disk are free"], NOW, config)
        row = opened.scalars(select(OutboxRow)).one()
        mail = message_from_bytes(bytes(row.message), policy=policy.default)
        assert (row.recipient, mail["To"], mail["Bcc"]) == ("desk@example.org", "desk@example.org", None)
        assert mail["Subject"] == "[monitor health] 1 problem of the run · Example Post blocked · 1 mended"
        text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        for words in ("post: blocked: refuses us since 2026-03-01", "time: silent: mended", "only 5 MB of disk"):
            assert words in text
            assert words in html


def test_a_problem_of_the_run_is_told_once_a_day(engine: Engine) -> None:
    config = PlanConfig(sender="monitor@example.org")
    with session(engine) as opened:
        told = [
            health_mail.queue(opened, "desk@example.org", (), [f"only {free} MB of disk are free"], when, config)
            for free, when in ((50, NOW), (49, NOW + HOUR), (48, NOW + 30 * HOUR))
        ]
        assert told == [True, False, True]
        assert not health_mail.queue(opened, "", TOLD, [], NOW, config)
        assert not health_mail.queue(opened, "desk@example.org", (), [], NOW, config)
