"""A page is written whole and once; what is read again says so; old news is historical."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from pipelines.analysis.urls import key
from pipelines.records import (
    Article,
    Figure,
    FigureMention,
    Listing,
    Match,
    Outcome,
    Reading,
    ReportedCount,
    Role,
    Span,
    Status,
    When,
)
from pipelines.store import frontier
from pipelines.store.schema import (
    AlertEventRow,
    ArticleRow,
    FigureMentionRow,
    FigureRow,
    FrontierRow,
    MatchRow,
    OutletRow,
    ReportedCountRow,
    RevisionRow,
    UrlMergeRow,
    WatchRow,
)
from pipelines.store.search import Keys
from pipelines.store.session import session
from pipelines.store.writer import Written, write_article

URL = "https://news.example/2026/captured"
MATCH = Match("prisoners-of-war", "captured-foreigner", 4.0, spans=(Span(0, 8, "title", "Captured"),), reason="…")


def make(now: datetime, **changes: object) -> Article:
    article = Article(
        outlet_id="example",
        url=URL,
        fetched_at=now,
        canonical_url=URL,
        url_key=key(URL),
        requested_url=URL,
        title="Two captured",
        body="Two fighters were captured, Zhou Anping among them.",
        language="en",
        content_hash="a",
        published=When(now - timedelta(hours=1), "page"),
        figures=(Figure("Zhou Anping", Role.CAPTIVE, Status.CAPTURED, "CN", (FigureMention(28, 39, "Zhou Anping"),)),),
        counts=(ReportedCount(0, 12, 2, 2, "Two fighters", noun="fighters", status=Status.CAPTURED),),
        matches=(MATCH,),
        relevant=True,
    )
    return replace(article, **changes)  # type: ignore[arg-type]


def write(engine: Engine, article: Article, now: datetime) -> Written:
    with session(engine) as opened:
        return write_article(opened, article, Keys("two captured", "two fighters"), (key(article.url),), now)


def number(engine: Engine, table: type) -> int:
    with session(engine) as opened:
        return opened.scalar(select(func.count()).select_from(table)) or 0


def test_everything_of_a_page_is_written_and_its_link_closed(engine: Engine, now: datetime) -> None:
    with session(engine) as opened:
        frontier.add(opened, [(key(URL), Listing("example", URL, "Two captured"))], now)
    written = write(engine, make(now), now)
    assert written.outcome is Outcome.STORED
    tables = (ArticleRow, RevisionRow, FigureRow, FigureMentionRow, ReportedCountRow, MatchRow, AlertEventRow)
    assert [number(engine, table) for table in tables] == [1] * len(tables)
    with session(engine) as opened:
        link = opened.scalar(select(FrontierRow))
        assert link is not None
        assert (link.state, link.outcome, link.article_id) == ("done", "stored", written.article_id)


def test_the_same_page_again_changes_nothing(engine: Engine, now: datetime) -> None:
    write(engine, make(now), now)
    assert write(engine, make(now), now + timedelta(hours=1)).outcome is Outcome.UNCHANGED
    assert (number(engine, RevisionRow), number(engine, AlertEventRow)) == (1, 1)


def test_a_changed_text_is_a_revision_and_keeps_the_old_claims(engine: Engine, now: datetime) -> None:
    write(engine, make(now), now)
    second = write(engine, make(now, body="Three fighters were captured.", content_hash="b"), now)
    assert (second.outcome, second.revision) == (Outcome.REVISED, 2)
    assert (number(engine, ArticleRow), number(engine, RevisionRow), number(engine, ReportedCountRow)) == (1, 2, 2)


def test_another_address_of_a_known_article_is_a_duplicate_and_logged(engine: Engine, now: datetime) -> None:
    write(engine, make(now), now)
    other = write(engine, make(now, url=URL + "/amp", requested_url=URL + "/amp", content_hash="c"), now)
    assert other.outcome is Outcome.DUPLICATE
    assert (number(engine, ArticleRow), number(engine, RevisionRow), number(engine, UrlMergeRow)) == (1, 1, 1)


@pytest.mark.parametrize(("age_hours", "historical"), [(1, False), (71, False), (73, True), (24 * 400, True)])
def test_old_news_at_first_sight_is_historical(engine: Engine, now: datetime, age_hours: int, historical: bool) -> None:
    with session(engine) as opened:
        opened.add(OutletRow(id="example", name="E", country="UA", ownership="independent", first_seen_at=now))
        opened.add(WatchRow(id="prisoners-of-war", name="P", version="1", origin="test", first_seen_at=now))
    write(engine, make(now, published=When(now - timedelta(hours=age_hours), "page")), now)
    with session(engine) as opened:
        event = opened.scalar(select(AlertEventRow))
        assert event is not None
        assert event.historical is historical


def test_a_headline_waits_for_its_page(engine: Engine, now: datetime) -> None:
    with session(engine) as opened:
        frontier.add(opened, [(key(URL), Listing("example", URL, "Two captured"))], now)
    headline = make(
        now, body="", reading=Reading.HEADLINE, outcome=Outcome.HEADLINE_ONLY, failure=Outcome.NETWORK_ERROR, figures=()
    )
    assert write(engine, headline, now).outcome is Outcome.HEADLINE_ONLY
    with session(engine) as opened:
        link = opened.scalar(select(FrontierRow))
        assert link is not None
        assert (link.state, link.next_try_at) == ("pending", now + frontier.RETRY_AFTER[0])
    assert write(engine, make(now), now).outcome is Outcome.REVISED
    with session(engine) as opened:
        kinds = list(opened.scalars(select(AlertEventRow.kind).order_by(AlertEventRow.id)))
    assert kinds == ["headline_only", "match"]


def test_a_page_that_is_gone_is_told(engine: Engine, now: datetime) -> None:
    write(engine, make(now), now)
    gone = make(now, body="", outcome=Outcome.GONE, failure=Outcome.GONE, reading=Reading.HEADLINE, matches=())
    assert write(engine, gone, now).outcome is Outcome.GONE
    with session(engine) as opened:
        assert opened.scalars(select(AlertEventRow.kind).order_by(AlertEventRow.id)).all() == ["match", "gone"]
        assert opened.scalar(select(ArticleRow.body)) != ""


def test_times_keep_their_zone(engine: Engine, now: datetime) -> None:
    from monitor.query import article

    stamp = datetime.fromisoformat("2026-03-04T10:30:00+02:00")
    written = write(engine, make(now, published=When(stamp, "page")), now)
    with session(engine) as opened:
        row = opened.get(ArticleRow, written.article_id)
        assert row is not None
        assert row.published_at == stamp.astimezone(UTC)
        found = article(opened, row.id)
    assert found is not None
    assert found["published"] == "2026-03-04T10:30+02:00"
