"""The planner: takes up alert events once, decides what is a new fact for whom and when, and queues the mails.

In      an engine, the watches, the outlets, the instant, a `PlanConfig`
Out     `Planned`: how many events, stories, facts and messages
Runs    alone, under a lock; stopped at any point, the next run goes on where it stood
Rules   a fact is told once to a recipient; what brought none becomes one line of the next digest: nothing stays untold
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from monitor import stories
from monitor.addresses import reachable
from monitor.alerts import load, stops
from monitor.alerts.compose import PlanConfig, compose, no_news
from monitor.alerts.facts import Fact, facts_of
from monitor.alerts.lock import alone
from monitor.alerts.schedule import due, fastest, next_digest
from pipelines.records import Outlet, Recipient, Watch
from pipelines.store.schema import AlertEventRow, ArticleRow, StoryRow, ToldFactRow
from pipelines.store.session import session as open_session

BATCH = 2000
"""Events taken up in one transaction."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a planning did. `held`: another planner was at work, so nothing was done."""

    events: int = 0
    stories: int = 0
    facts: int = 0
    messages: int = 0
    problems: tuple[str, ...] = ()
    held: bool = False


@dataclass(slots=True)
class _Interest:
    """What one recipient is to hear of one story in this planning."""

    address: str
    story_id: int
    events: list[tuple[AlertEventRow, Watch, Recipient]] = field(default_factory=list)


def plan(
    engine: Engine, watches: Mapping[str, Watch], outlets: Mapping[str, Outlet], now: datetime, config: PlanConfig
) -> Planned:
    """Take up every pending event and queue every message that is due."""
    with alone(engine, "planner") as held:
        if not held:
            return Planned(held=True)
        with open_session(engine) as session:
            assigned = stories.assign(session, now)
            watches = stops.without(watches, stops.read(session))
        events = facts = 0
        problems: dict[str, None] = {}
        while True:
            with open_session(engine) as session:
                taken, made = _take_up(session, watches, now, config, problems)
            events, facts = events + taken, facts + made
            if taken < BATCH:
                break
        messages = compose(engine, watches, outlets, now, config)
        if config.say_no_news:
            messages += no_news(engine, watches, outlets, now, config)
        return Planned(events, assigned, facts, messages, tuple(problems))


def _take_up(
    session: Session, watches: Mapping[str, Watch], now: datetime, config: PlanConfig, problems: dict[str, None]
) -> tuple[int, int]:
    pending = session.scalars(
        select(AlertEventRow).where(AlertEventRow.planned_at.is_(None)).order_by(AlertEventRow.id).limit(BATCH)
    ).all()
    articles = load.articles(session, [event.article_id for event in pending])
    _, suppressed = load.clearances(session)
    readings = load.readings(session, articles.values(), suppressed)
    made = 0
    for interest in _interests(pending, articles, watches, problems):
        made += _tell(session, interest, articles, readings, watches, now, config)
    for event in pending:
        event.planned_at = now
    return len(pending), made


def _interests(
    pending: Sequence[AlertEventRow],
    articles: Mapping[int, ArticleRow],
    watches: Mapping[str, Watch],
    problems: dict[str, None],
) -> list[_Interest]:
    found: dict[tuple[str, int], _Interest] = {}
    for event in pending:
        watch = watches.get(event.watch_id)
        article = articles.get(event.article_id)
        if watch is None or article is None or article.story_id is None:
            continue
        for recipient in watch.recipients:
            address = reachable(recipient.address)
            if address is None:
                problems.setdefault(f"watch {watch.id}: a recipient's address cannot be used in a mail")
            elif rate_of(recipient, watch) != "off":
                key = (address, article.story_id)
                found.setdefault(key, _Interest(*key)).events.append((event, watch, recipient))
    return list(found.values())


def rate_of(recipient: Recipient, watch: Watch) -> str:
    """The rate of a recipient of a watch: their own, else the watch's."""
    return recipient.rate or watch.rate


def _tell(
    session: Session,
    interest: _Interest,
    articles: Mapping[int, ArticleRow],
    readings: load.Readings,
    watches: Mapping[str, Watch],
    now: datetime,
    config: PlanConfig,
) -> int:
    told = load.told(session, interest.address, interest.story_id)
    rate, at = _pace(interest, told, watches)
    story = session.get_one(StoryRow, interest.story_id)
    waiting = next((row.due_at for row in told if row.news and row.outbox_id is None and row.rate == rate), None)
    when = waiting or due(rate, at, config.zone, now)
    later = next_digest(rate, at, config.zone, now)
    keys = {row.fact for row in told}
    new: list[tuple[AlertEventRow, Watch, Fact, bool]] = []
    for article_id, events in itertools.groupby(
        sorted(interest.events, key=lambda e: (articles[e[0].article_id].first_seen_at, e[0].article_id)),
        key=lambda e: e[0].article_id,
    ):
        new += _facts(list(events), readings.get(article_id), story, keys, config)
    told_now = any(fact_news for *_, fact_news in new) or waiting is not None
    for event, watch, fact, news in new:
        in_time = news or (fact.kind == "joined" and told_now)
        session.add(
            ToldFactRow(
                recipient=interest.address,
                story_id=interest.story_id,
                fact=fact.key,
                watch_id=watch.id,
                article_id=event.article_id,
                rate=rate if in_time else _digest_rate(rate),
                news=news,
                detail={**fact.detail, "kind": fact.kind, "event": event.kind, "late": event.late},
                created_at=now,
                due_at=(later if event.late else when) if in_time else later,
            )
        )
    return len(new)


def _digest_rate(rate: str) -> str:
    return "daily" if rate == "immediate" else rate


def _pace(interest: _Interest, told: Sequence[ToldFactRow], watches: Mapping[str, Watch]) -> tuple[str, str]:
    pairs = [(rate_of(recipient, watch), watch.at) for _, watch, recipient in interest.events]
    for watch_id in {row.watch_id for row in told}:
        watch = watches.get(watch_id)
        mine = [r for r in watch.recipients if reachable(r.address) == interest.address] if watch else []
        pairs += [(rate_of(r, watch), watch.at) for r in mine if watch]
    rate = fastest(rate for rate, _ in pairs)
    return rate, next(at for found, at in pairs if found == rate)


def _facts(
    events: list[tuple[AlertEventRow, Watch, Recipient]],
    reading: Any,
    story: StoryRow,
    keys: set[str],
    config: PlanConfig,
) -> list[tuple[AlertEventRow, Watch, Fact, bool]]:
    """What one article brings one recipient; `keys` grows by it. Every event of the article is heard."""
    event, watch, _ = min(events, key=lambda e: (e[0].kind == "possible", e[0].historical, e[0].id))
    article_id = event.article_id
    found: list[tuple[AlertEventRow, Watch, Fact, bool]] = []

    def add(fact: Fact, news: bool) -> None:
        if fact.key not in keys:
            keys.add(fact.key)
            found.append((event, watch, fact, news))

    if any(e.kind == "gone" for e, _, _ in events) and (event.historical or event.kind == "possible"):
        add(Fact(f"gone:{article_id}", "gone"), False)
    if event.kind == "possible":
        add(Fact(f"possible:{article_id}", "possible"), False)
        return found
    if event.historical:
        add(Fact(f"historical:{article_id}", "historical"), False)
        return found
    known = story.facts.get("names", [])
    add(Fact("story", "story"), True)
    for fact in facts_of(reading, known, config.scorer):
        add(fact, True)
        if fact.kind == "person" and fact.detail["name"] not in known:
            known = [*known, fact.detail["name"]]
    if known != story.facts.get("names", []):
        story.facts = {**story.facts, "names": known}
    if event.kind == "headline_only":
        add(Fact(f"headline:{article_id}", "headline"), False)
    add(Fact(f"article:{article_id}", "joined"), False)
    return found
