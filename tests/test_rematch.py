"""Today's watches over the past: what is found is older news unless asked, and a second time changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from monitor.config import Config
from monitor.rematch import rematch_all
from monitor.wiring import Workshop
from pipelines.records import Article, Outcome, Reading, RuleText, Watch, When
from pipelines.store.schema import AlertEventRow, ArticleRow, FigureRow, MatchRow, ReportedCountRow
from pipelines.store.search import Keys
from pipelines.store.session import session
from pipelines.store.writer import write_article

TEXT = "Hired guns fight in Ukraine. At least 12 Kenyan nationals were captured, an official said."


def watch(query: str = '"hired gun*"', name: str = "guns", version: str = "1") -> Watch:
    return Watch(name, name, (RuleText("r", query),), version=version)


def shop_of(engine: Engine, *watches: Watch) -> Workshop:
    return Workshop(Config(workspace=Path("/nonexistent")), {}, {one.id: one for one in watches}, engine)


def store(engine: Engine, now: datetime, body: str = TEXT, **more: object) -> int:
    url = f"https://news.example/{abs(hash((body, str(more))))}"
    given = {
        "reading": Reading.FAST_TEXT,
        "outcome": Outcome.OFF_TOPIC,
        "published": When(now),
        "title": "A day",
    } | more
    article = Article("some-outlet", url, now, url, url, body=body, language="en", content_hash=url, **given)  # type: ignore[arg-type]
    with session(engine) as opened:
        return write_article(opened, article, Keys(), (), now).article_id or 0


def rows(engine: Engine, table: type) -> list[object]:
    with session(engine) as opened:
        return list(opened.scalars(select(table)))


def test_fast_text_is_read_closely_when_it_matches(engine: Engine, now: datetime) -> None:
    found, other = store(engine, now), store(engine, now, "Rain in the north.")
    done = rematch_all(shop_of(engine, watch()), None, now)
    assert (done.articles, done.matched, done.new, done.gone) == (2, 1, 1, 0)
    with session(engine) as opened:
        hit, miss = opened.get_one(ArticleRow, found), opened.get_one(ArticleRow, other)
        assert (hit.reading, hit.outcome, hit.relevant) == ("close", "stored", True)
        assert (miss.reading, miss.outcome, miss.relevant) == ("fast_text", "off_topic", False)
        assert [row.low for row in opened.scalars(select(ReportedCountRow))] == [12]


@pytest.mark.parametrize("alert", [False, True])
def test_finds_are_historical_unless_asked(engine: Engine, now: datetime, alert: bool) -> None:
    store(engine, now)
    rematch_all(shop_of(engine, watch()), None, now, alert=alert)
    events = rows(engine, AlertEventRow)
    assert [(event.kind, event.historical) for event in events] == [("match", not alert)]  # type: ignore[attr-defined]
    assert [match.historical for match in rows(engine, MatchRow)] == [not alert]  # type: ignore[attr-defined]


def test_a_second_time_changes_nothing(engine: Engine, now: datetime) -> None:
    store(engine, now)
    rematch_all(shop_of(engine, watch()), None, now)
    before = [(row.id, row.matched_at) for row in rows(engine, MatchRow)]  # type: ignore[attr-defined]
    done = rematch_all(shop_of(engine, watch()), None, now + timedelta(days=1), alert=True)
    assert (done.matched, done.new) == (1, 0)
    assert [(row.id, row.matched_at) for row in rows(engine, MatchRow)] == before  # type: ignore[attr-defined]
    assert len(rows(engine, AlertEventRow)) == 1
    assert len(rows(engine, FigureRow)) == len({row.name for row in rows(engine, FigureRow)})  # type: ignore[attr-defined]


def test_news_stays_news_when_its_rule_changes(engine: Engine, now: datetime) -> None:
    store(engine, now)
    rematch_all(shop_of(engine, watch()), None, now, alert=True)
    rematch_all(shop_of(engine, watch("hired", version="2")), None, now)
    found = rows(engine, MatchRow)
    assert [(row.watch_version, row.historical) for row in found] == [("2", False)]  # type: ignore[attr-defined]
    assert len(rows(engine, AlertEventRow)) == 1


def test_a_match_that_is_none_any_more_goes_and_is_not_told(engine: Engine, now: datetime) -> None:
    article = store(engine, now)
    rematch_all(shop_of(engine, watch()), None, now, alert=True)
    done = rematch_all(shop_of(engine, watch("zeppelin", version="2")), None, now)
    assert (done.matched, done.gone) == (0, 1)
    assert rows(engine, MatchRow) == []
    assert rows(engine, AlertEventRow) == []
    with session(engine) as opened:
        row = opened.get_one(ArticleRow, article)
        assert (row.relevant, row.outcome) == (False, "off_topic")


def test_another_watch_is_left_alone(engine: Engine, now: datetime) -> None:
    store(engine, now)
    both = shop_of(engine, watch(), watch("captured", "captives"))
    rematch_all(both, None, now)
    changed = replace(both, watches={**both.watches, "captives": watch("zeppelin", "captives", "2")})
    done = rematch_all(changed, "captives", now)
    assert done.gone == 1
    assert [row.watch_id for row in rows(engine, MatchRow)] == ["guns"]  # type: ignore[attr-defined]


def test_a_headline_stays_a_headline(engine: Engine, now: datetime) -> None:
    article = store(engine, now, "", title="Hired guns seen", reading=Reading.HEADLINE, outcome=Outcome.HEADLINE_ONLY)
    done = rematch_all(shop_of(engine, watch()), None, now)
    assert (done.new, done.untested) == (1, 0)
    with session(engine) as opened:
        row = opened.get_one(ArticleRow, article)
        assert (row.outcome, row.reading) == ("headline_only", "headline")
    assert [event.kind for event in rows(engine, AlertEventRow)] == ["headline_only"]  # type: ignore[attr-defined]


def test_rules_about_nationalities_see_what_is_stored_and_what_is_read_anew(engine: Engine, now: datetime) -> None:
    store(engine, now)
    asks = watch("nationality:KE AND guns")
    assert rematch_all(shop_of(engine, asks), None, now).new == 1
    assert rematch_all(shop_of(engine, asks), None, now).gone == 0


def test_articles_without_text_are_counted(engine: Engine, now: datetime) -> None:
    store(engine, now, "", reading=Reading.CLOSE, outcome=Outcome.STORED, title=None)
    assert rematch_all(shop_of(engine, watch()), None, now).untested == 1


def test_since_leaves_the_older_ones(engine: Engine, now: datetime) -> None:
    store(engine, now)
    assert rematch_all(shop_of(engine, watch()), None, now, since=now + timedelta(hours=1)).articles == 0
