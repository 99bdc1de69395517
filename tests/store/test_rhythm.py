"""When feeds are asked again, what a gap is, how long a failing outlet rests, which articles are read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from pipelines.records import Article, Feed, FeedKind, When
from pipelines.store import feeds, reread, rhythm
from pipelines.store.feeds import Answer
from pipelines.store.reread import Fetched
from pipelines.store.schema import ArticleRow, ArticleUrlRow, FeedStateRow, FetchStateRow, OutletRow
from pipelines.store.session import session

HOUR = 3600
FEED = Feed(FeedKind.RSS, "https://news.example/rss")


@pytest.mark.parametrize(
    ("previous", "elapsed", "new", "length", "gap", "expected"),
    [
        (None, None, 30, 30, False, rhythm.FIRST),  # the first reading says nothing of the rhythm
        (900, 900, 0, 30, False, 1350),  # nothing new: by and by less often
        (20_000, 20_000, 0, 30, False, rhythm.LONGEST),
        (900, 900, 2, 30, False, 900),  # what is aimed at
        (3600, 3600, 12, 30, False, 600),
        (3600, 3600, 25, 30, False, 300),  # never under five minutes
        (3600, 3600, 4, 4, False, 900),  # a short feed moves on whole: a quarter of it may pass
        (900, 9000, 1, 30, False, 1350),  # a missed run is no new rhythm
        (3600, 3600, 30, 30, True, 900),
        (600, 600, 30, 30, True, 300),
    ],
)
def test_interval(previous: int | None, elapsed: float | None, new: int, length: int, gap: bool, expected: int) -> None:
    assert rhythm.interval(previous, elapsed, new, length, gap=gap) == expected


def test_jitter_belongs_to_name_and_day() -> None:
    days = [date(2026, 3, 4), date(2026, 3, 5)]
    found = [rhythm.jitter(name, day) for name in ("a", "b", "c") for day in days]
    assert found == [rhythm.jitter(name, day) for name in ("a", "b", "c") for day in days]
    assert len(set(found)) == 6
    assert all(-1 <= one <= 1 for one in found)


def test_a_rest_grows_and_ends(now: datetime) -> None:
    rests = [rhythm.rest(failures, "daily", now.date()).total_seconds() / 60 for failures in range(12)]
    assert rests[:3] == [0, 0, 0]
    assert 8 <= rests[3] <= 12
    assert rests[4] == pytest.approx(2 * rests[3])
    assert max(rests) <= 6 * 60 * 1.2


@pytest.fixture
def outlet(engine: Engine, now: datetime) -> Engine:
    with session(engine) as opened:
        opened.add(OutletRow(id="daily", name="D", country="UA", ownership="independent", first_seen_at=now))
    return engine


def note(engine: Engine, now: datetime, keys: list[str], new: int = 0) -> feeds.Gap | None:
    with session(engine) as opened:
        return feeds.note(opened, "daily", FEED, Answer(200, keys=keys, new=new), now)


def test_a_gap_is_seen_filled_and_forgotten(outlet: Engine, now: datetime) -> None:
    def gap_at() -> datetime | None:
        with session(outlet) as opened:
            row = opened.get(FeedStateRow, FEED.url)
            assert row is not None
            return row.gap_at

    assert note(outlet, now, ["a", "b"]) is None
    assert note(outlet, now, ["b", "c"]) is None
    gap = note(outlet, now, ["x", "y"])
    assert gap is not None
    assert (gap.before, gap.now, gap_at()) == ({"b", "c"}, {"x", "y"}, now)
    assert not gap.filled_by(["x", "q"])
    assert not gap.filled_by(["b", "q"])
    assert gap.filled_by(["b", "q", "x"])
    assert gap.filled_by(["b", "q"], follows=True)
    with session(outlet) as opened:
        feeds.fill(opened, gap)
    assert gap_at() is None
    assert note(outlet, now, ["m"]) is not None
    assert note(outlet, now + timedelta(days=6), ["m"]) is None
    assert gap_at() == now
    assert note(outlet, now + timedelta(days=8), ["m"]) is None
    assert gap_at() is None


def test_what_is_due(outlet: Engine, now: datetime) -> None:
    def due(at: datetime) -> bool:
        with session(outlet) as opened:
            return bool(feeds.due(opened, [FEED.url], at))

    assert due(now)
    note(outlet, now, ["a"])
    assert not due(now + timedelta(seconds=rhythm.FIRST * 0.5))
    assert due(now + timedelta(seconds=rhythm.FIRST * 1.11))
    assert due(now + timedelta(days=30))


def test_the_breaker_opens_after_failed_runs_and_closes_with_a_success(outlet: Engine, now: datetime) -> None:
    def close(ok: bool) -> timedelta:
        with session(outlet) as opened:
            return feeds.close_outlet(opened, "daily", ok=ok, failed=not ok, now=now)

    def paused(at: datetime, insist: bool = False) -> bool:
        with session(outlet) as opened:
            return bool(feeds.paused(opened, ["daily"], at, insist=insist))

    assert [bool(close(ok=False)) for _ in range(3)] == [False, False, True]
    assert paused(now)
    assert not paused(now, insist=True)
    assert not paused(now + timedelta(minutes=13))
    close(ok=False)
    close(ok=True)
    assert not paused(now)
    with session(outlet) as opened:
        feeds.pause(opened, ["daily"], now + timedelta(hours=1), "answered 429")
    close(ok=True)
    assert paused(now, insist=True)  # what the host asked for holds


# ── reading again ──


def article(now: datetime, url: str, age: timedelta = timedelta(0)) -> Article:
    return Article("daily", url, now, published=When(now - age))


def test_the_schedule_falls_and_ends(engine: Engine, now: datetime) -> None:
    at, ages = now, []
    with session(engine) as opened:
        for _ in range(6):
            reread.note(opened, article(now, "https://n.example/a"), Fetched("https://n.example/a", 200, '"e"'), at)
            row = opened.get(FetchStateRow, "https://n.example/a")
            assert row is not None
            if row.next_due_at is None:
                break
            ages.append(row.next_due_at - now)
            at = row.next_due_at
    assert tuple(ages) == reread.SCHEDULE


def test_matched_articles_come_first_and_old_or_gone_ones_never(engine: Engine, now: datetime) -> None:
    urls = {name: f"https://n.example/{name}" for name in ("plain", "matched", "old", "gone", "failed")}
    with session(engine) as opened:
        row = ArticleRow(
            outlet_id="daily", url=urls["matched"], canonical_url=urls["matched"], url_key="k", first_seen_at=now,
            fetched_at=now, content_hash="h", reading="close", relevant=True, outcome="stored", analysis_version="1",
        )  # fmt: skip
        opened.add(row)
        opened.flush()
        opened.add(ArticleUrlRow(url=urls["matched"], article_id=row.id, seen_at=now))
        for name in ("plain", "matched", "gone"):
            reread.note(opened, article(now, urls[name]), Fetched(urls[name], 200, last_modified="then"), now)
        reread.note(opened, article(now, urls["old"], timedelta(days=8)), Fetched(urls["old"], 200), now)
        reread.note(opened, article(now, urls["gone"]), Fetched(urls["gone"], 404), now)
        reread.note(opened, article(now, urls["failed"]), Fetched(urls["failed"], 500), now)
        later = now + timedelta(hours=2)
        due = reread.due(opened, "daily", later, 10)
        assert [one.url for one in due] == [urls["matched"], urls["plain"]]
        assert due[0].headers == {"If-Modified-Since": "then"}
        assert reread.outlets_due(opened, ["daily", "other"], later) == {"daily"}
        assert reread.due(opened, "daily", now, 10) == ()


def test_a_304_keeps_the_validators(engine: Engine, now: datetime) -> None:
    url = "https://n.example/a"
    with session(engine) as opened:
        for fetched in (Fetched(url, 200, '"e"', sha256="s"), Fetched(url, 304)):
            reread.note(opened, replace(article(now, url), url=url), fetched, now)
        row = opened.get(FetchStateRow, url)
        assert row is not None
        assert (row.etag, row.body_sha256, row.last_status, row.reads) == ('"e"', "s", 304, 2)
