"""Apply today's watches to the articles read so far: new matches are found, stale ones go, nothing is fetched.

In      a workshop; all watches or one; since when an article must have been seen
Out     `Rematched`: how many were tried, match, match newly, no longer match, and how many have no text left to try
Path    as in a crawl: fast text that could match is read closely first; a headline stays `headline_only`
History what is found is told once, in the watch's next digest, unless the caller asks for alerts
Writes  each batch in one short transaction, after the reading; a second rematch changes nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from monitor.wiring import Workshop, context_of, note_declarations
from pipelines.analysis.analyst import Analyst
from pipelines.records import (
    Article,
    Context,
    Figure,
    FigureMention,
    Match,
    Outcome,
    Reading,
    ReportedCount,
    Role,
    Status,
    Watch,
    When,
)
from pipelines.store import verdicts
from pipelines.store.batch import writing
from pipelines.store.claims import add_matches
from pipelines.store.derive import write_derived
from pipelines.store.schema import (
    WITH_REJECTED,
    AlertEventRow,
    ArticleRow,
    FigureMentionRow,
    FigureRow,
    MatchRow,
    ReportedCountRow,
)
from pipelines.store.session import session

BATCH = 100
_ASKS_PERSONS = re.compile(r"\b(?:figure|nationality):", re.IGNORECASE)


@dataclass(slots=True)
class Rematched:
    """How many articles were tried, match, match newly, match no longer; `untested` have no text left."""

    articles: int = 0
    matched: int = 0
    new: int = 0
    gone: int = 0
    untested: int = 0


@dataclass(frozen=True, slots=True)
class _Tried:
    """One article matched anew, beside what the database says of it."""

    row_id: int
    revision: int
    before: frozenset[tuple[str, str, float]]
    found: Article
    closely: Article | None


class Rereader:
    """Matches stored articles along the same path as a crawl."""

    def __init__(self, watches: Iterable[Watch]) -> None:
        self.watches = tuple(watches)
        self.analyst = Analyst(self.watches)
        self.ids = frozenset(watch.id for watch in self.watches)
        self.asks_persons = any(_ASKS_PERSONS.search(rule.query) for one in self.watches for rule in one.rules)

    def match(self, article: Article, context: Context) -> tuple[Article, Article | None]:
        """The article with its matches, and its close reading where only the fast text was kept until now."""
        if article.reading is not Reading.FAST_TEXT:
            return self.analyst.match(article, context), None
        text = "\n".join(filter(None, (article.title, article.lead, article.body)))
        if not self.analyst.on_topic(text, article.language):
            return replace(article, matches=()), None
        if not self.asks_persons:
            found = self.analyst.match(article, context)
            if not found.matches:
                return found, None
        closely = replace(article, reading=Reading.CLOSE, outcome=None)
        closely = self.analyst.figures(self.analyst.dates(closely, context), context)
        found = self.analyst.match(closely, context)
        return found, closely if found.matches else None


def rematch_all(
    shop: Workshop, only: str | None, now: datetime, *, alert: bool = False, since: datetime | None = None
) -> Rematched:
    """Match every stored article (first seen at or after `since`) again, in batches."""
    note_declarations(shop.engine, shop.outlets.values(), shop.watches.values(), now)
    reader = Rereader(watch for watch in shop.watches.values() if watch.enabled and only in (None, watch.id))
    done, last = Rematched(), 0
    while True:
        with session(shop.engine) as opened:
            query = select(ArticleRow).where(ArticleRow.id > last).order_by(ArticleRow.id).limit(BATCH)
            if since is not None:
                query = query.where(ArticleRow.first_seen_at >= since)
            rows = list(opened.scalars(query))
            loaded = [(row, stored_article(opened, row), _matches_of(opened, row, reader)) for row in rows]
        if not rows:
            return done
        last = rows[-1].id
        # reading takes time: no lock of the database is held meanwhile
        tried = [_try(row, article, before, reader, shop, done) for row, article, before in loaded]
        with writing(shop.engine) as opened:
            for one in tried:
                _write(opened, one, reader, now, alert)


def _matches_of(opened: Session, row: ArticleRow, reader: Rereader) -> frozenset[tuple[str, str, float]]:
    found = opened.execute(
        select(MatchRow.watch_id, MatchRow.rule, MatchRow.score, MatchRow.watch_version).where(
            MatchRow.article_id == row.id,
            MatchRow.revision == row.revision,
            MatchRow.rule.not_like(f"%{verdicts.KEPT}"),  # what only a verdict keeps is not the machine's
        ),
        execution_options=WITH_REJECTED,
    )
    mine = (one for one in found if one.watch_id in reader.ids)
    return frozenset((f"{one.watch_id}", f"{one.rule} {one.watch_version}", one.score) for one in mine)


def _try(
    row: ArticleRow,
    article: Article,
    before: frozenset[tuple[str, str, float]],
    reader: Rereader,
    shop: Workshop,
    done: Rematched,
) -> _Tried:
    found, closely = reader.match(article, context_for(shop, row.outlet_id))
    old, new = {watch for watch, *_ in before}, {match.watch for match in found.matches}
    done.articles += 1
    done.matched += bool(new)
    done.new += bool(new - old)
    done.gone += bool(old - new)
    done.untested += not article.body and article.reading is not Reading.HEADLINE
    return _Tried(row.id, row.revision, before, found, closely)


def _write(opened: Session, one: _Tried, reader: Rereader, now: datetime, alert: bool) -> None:
    row = opened.get(ArticleRow, one.row_id)
    if row is None or row.revision != one.revision:
        return  # a crawl brought a newer text meanwhile, and matched that
    after = frozenset((m.watch, f"{m.rule} {m.watch_version}", m.score) for m in one.found.matches)
    if one.closely is not None:
        write_derived(opened, row.id, row.revision, one.closely)
        row.reading, row.outcome = Reading.CLOSE.value, Outcome.STORED.value
    if after == one.before:
        if one.closely is not None:
            verdicts.apply(opened, row, now)
        return
    known = {watch for watch, *_ in one.before}
    historical = _historical(opened, row)
    opened.execute(
        delete(MatchRow).where(
            MatchRow.article_id == row.id, MatchRow.revision == row.revision, MatchRow.watch_id.in_(known)
        )
    )
    _forget_events(opened, row, known - {match.watch for match in one.found.matches})
    for watch in {match.watch for match in one.found.matches}:
        mine: tuple[Match, ...] = tuple(match for match in one.found.matches if match.watch == watch)
        # what was told as news stays news: only a first match is historical
        old = historical.get(watch, row.historical or not alert)
        tell = set() if watch in known else {watch}
        add_matches(opened, row, replace(one.found, matches=mine), now, tell=tell, historical=old)
    verdicts.apply(opened, row, now)
    _restate(opened, row, one.found)


def _historical(opened: Session, row: ArticleRow) -> dict[str, bool]:
    found = opened.execute(
        select(MatchRow.watch_id, MatchRow.historical).where(
            MatchRow.article_id == row.id, MatchRow.revision == row.revision
        ),
        execution_options=WITH_REJECTED,
    )
    return {one.watch_id: one.historical for one in found}


def _forget_events(opened: Session, row: ArticleRow, watches: set[str]) -> None:
    """A match that is none any more is not told either, as long as nobody planned it."""
    opened.execute(
        delete(AlertEventRow).where(
            AlertEventRow.article_id == row.id,
            AlertEventRow.watch_id.in_(watches),
            AlertEventRow.kind != "gone",
            AlertEventRow.planned_at.is_(None),
        )
    )


def _restate(opened: Session, row: ArticleRow, found: Article) -> None:
    rest = opened.scalar(
        select(MatchRow.id).where(MatchRow.article_id == row.id, MatchRow.revision == row.revision).limit(1)
    )
    row.relevant = rest is not None
    if found.outcome is Outcome.HEADLINE_ONLY:
        row.outcome = Outcome.HEADLINE_ONLY.value
    elif row.outcome in (Outcome.STORED.value, Outcome.OFF_TOPIC.value):
        row.outcome = (Outcome.STORED if row.relevant else Outcome.OFF_TOPIC).value


def context_for(shop: Workshop, outlet_id: str) -> Context:
    """What reading may know of an outlet, also of one that is in no file any more."""
    outlet = shop.outlets.get(outlet_id)
    return context_of(outlet) if outlet else Context(outlet_id=outlet_id)


def stored_article(opened: Session, row: ArticleRow) -> Article:
    """A stored article as the record that matching reads, persons and counts included; its outcome undecided."""
    persons = tuple(
        _figure(opened, one)
        for one in opened.scalars(
            select(FigureRow)
            .where(FigureRow.article_id == row.id, FigureRow.revision == row.revision)
            .order_by(FigureRow.id)
        )
    )
    claims = opened.scalars(
        select(ReportedCountRow)
        .where(ReportedCountRow.article_id == row.id, ReportedCountRow.revision == row.revision)
        .order_by(ReportedCountRow.id)
    )
    return replace(article_of(row), figures=persons, counts=tuple(_count(one) for one in claims))


def _figure(opened: Session, row: FigureRow) -> Figure:
    rest: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.attributes.items()
    }
    names = {one.name for one in fields(Figure)}
    mentions = opened.scalars(select(FigureMentionRow).where(FigureMentionRow.figure_id == row.id))
    return Figure(
        name=row.name,
        role=Role(row.role) if row.role else None,
        status=Status(row.status) if row.status else None,
        nationality=row.nationality,
        mentions=tuple(FigureMention(one.start, one.end, one.text, one.field) for one in mentions),
        quote=row.quote,
        confidence=row.confidence,
        pseudonym=row.pseudonym,
        **{key: value for key, value in rest.items() if key in names},
    )


def _count(row: ReportedCountRow) -> ReportedCount:
    values = {one.name: getattr(row, one.name) for one in fields(ReportedCount)}
    return ReportedCount(**{**values, "status": Status(row.status) if row.status else None})


def article_of(row: ArticleRow) -> Article:
    """The row of an article as a record, without what was derived from it."""
    published = None
    if row.published_at is not None and row.published_offset is not None:
        zone = timezone(timedelta(minutes=row.published_offset))
        published = When(row.published_at.astimezone(zone), "page", row.published_source or "")
    elif row.published_on is not None:
        published = When(row.published_on, "none", row.published_source or "")
    reading = Reading(row.reading)
    empty = not row.body and reading is Reading.CLOSE and row.outcome in ("empty_body", "headline_only")
    return Article(
        outlet_id=row.outlet_id,
        url=row.url,
        fetched_at=row.fetched_at,
        canonical_url=row.canonical_url,
        url_key=row.url_key,
        title=row.title,
        lead=row.lead,
        body=row.body,
        language=row.language,
        section=row.section,
        tags=tuple(row.tags),
        published=published,
        reading=reading,
        historical=row.historical,
        outcome=Outcome.EMPTY_BODY if empty else None,
    )
