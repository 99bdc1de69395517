"""Datasets of which one row stands for many: distinct claims, stories, what was read of each outlet and day.

In      an open session, a `Filter`
Out     rows in an order of their own; one story's claims are held in memory at a time
Claim   the same number of the same people in the same story; outside stories, in copies of the same text
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Text, case, cast, func, select
from sqlalchemy.orm import Session

from monitor.exports.shared import ARTICLE, Row, asked_of, judged, of_article, text_of
from monitor.query import Filter
from pipelines.store import verdicts
from pipelines.store.schema import (
    ArticleRow,
    FigureRow,
    MatchRow,
    OutletRow,
    ReportedCountRow,
    ReviewRow,
    StoryRow,
)

_CLAIM = ("low", "high", "bound", "of", "kind", "nationality", "status", "side", "negated", "as_of", "period")
"""What makes two counts one claim."""

PIECE = 200


def counts(session: Session, wanted: Filter, only: frozenset[int] | None) -> Iterator[Row]:
    """One row for each distinct claim."""
    more = ("id", "noun", "attributed_to", "quote", "analysis_version", "reviewed")
    asked = asked_of(session, wanted, only)
    query: Any = (
        select(*ARTICLE, *(getattr(ReportedCountRow, name) for name in (*_CLAIM, *more)))
        .select_from(ReportedCountRow)
        .join(
            ArticleRow,
            (ArticleRow.id == ReportedCountRow.article_id) & (ArticleRow.revision == ReportedCountRow.revision),
        )
        .outerjoin(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .order_by(
            func.coalesce(ArticleRow.story_id, 0),
            func.coalesce(ArticleRow.cluster_id, 0),
            ArticleRow.id,
            ReportedCountRow.id,
        )
    )
    query = query if asked is None else query.where(asked)
    if wanted.nationality:
        query = query.where(ReportedCountRow.nationality == wanted.nationality.upper())
    if wanted.status:
        query = query.where(ReportedCountRow.status == wanted.status)
    result = session.execute(query.execution_options(yield_per=1000))
    for _, members in groupby(result, _where):
        claims: dict[tuple[Any, ...], list[Any]] = {}
        for row in members:
            claims.setdefault(tuple(getattr(row, name) for name in _CLAIM), []).append(row)
        yield from map(_claim, claims.values())


def _where(row: Any) -> tuple[str, int | str]:
    """Where two equal numbers are one claim: in one story, else in one text."""
    return ("story", row.story) if row.story is not None else ("text", text_of(row.cluster_id, row.article))


def _claim(rows: list[Any]) -> Row:
    first = min(rows, key=lambda row: row.id)
    best = max(rows, key=lambda row: (row.reviewed is not None, -row.id))
    times = [row.published for row in rows if row.published is not None]
    values = {
        **of_article(first),
        **{name: getattr(first, name) for name in (*_CLAIM, "id", "quote", "analysis_version")},
        **judged(best.reviewed),
        "noun": _distinct(row.noun for row in rows),
        "attributed_to": _distinct(row.attributed_to for row in rows),
        "independent_texts": len({text_of(row.cluster_id, row.article) for row in rows}),
        "articles": len({row.article for row in rows}),
        "outlets": _distinct(row.outlet for row in rows),
        "languages": _distinct(row.language for row in rows),
        "first_published": min(times, default=None),
        "last_published": max(times, default=None),
    }
    return Row(values, tuple(dict.fromkeys(row.article for row in rows)))


def _distinct(values: Iterable[str | None]) -> list[str]:
    return sorted({value for value in values if value})


def stories(session: Session, wanted: Filter, only: frozenset[int] | None) -> Iterator[Row]:
    """One row for each story that has an article."""
    asked = asked_of(session, wanted, only)
    members = select(ArticleRow.story_id).where(ArticleRow.story_id.is_not(None))
    members = members if asked is None else members.where(asked)
    query = select(StoryRow.id, StoryRow.title, StoryRow.first_seen_at, StoryRow.updated_at)
    query = query.where(StoryRow.redirect_to.is_(None), StoryRow.id.in_(members)).order_by(StoryRow.id)
    for piece in session.execute(query.execution_options(yield_per=PIECE)).partitions(PIECE):
        ids = [row.id for row in piece]
        reports = _reports(session, ids)
        numbers = [one.id for every in reports.values() for one in every]
        nations, names, watches, seen = _of_reports(session, numbers)
        for row in piece:
            yield _story(row, reports[row.id], nations, names, watches, seen)


def _reports(session: Session, ids: list[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {number: [] for number in ids}
    columns = (ArticleRow.id, ArticleRow.story_id, ArticleRow.outlet_id, ArticleRow.language, ArticleRow.cluster_id,
               ArticleRow.published_at)  # fmt: skip
    for one in session.execute(select(*columns).where(ArticleRow.story_id.in_(ids)).order_by(ArticleRow.id)):
        found[one.story_id].append(one)
    return found


def _of_reports(
    session: Session, numbers: list[int]
) -> tuple[dict[int, set[str]], dict[int, set[str]], dict[int, set[str]], set[int]]:
    nations: dict[int, set[str]] = {}
    names: dict[int, set[str]] = {}
    watches: dict[int, set[str]] = {}
    seen: set[int] = set()
    for at in range(0, len(numbers), 500):
        part = numbers[at : at + 500]
        for table in (FigureRow, ReportedCountRow):
            rows = session.execute(_newest(table.article_id, table.nationality, table=table, ids=part))
            for number, code in rows:
                nations.setdefault(number, set()).update([code] if code else [])
        for number, name in session.execute(
            _newest(FigureRow.article_id, FigureRow.name_key, table=FigureRow, ids=part)
        ):
            names.setdefault(number, set()).add(name)
        for number, watch in session.execute(
            _newest(MatchRow.article_id, MatchRow.watch_id, table=MatchRow, ids=part).distinct()
        ):
            watches.setdefault(number, set()).add(watch)
        judged = select(ReviewRow.article_id).where(ReviewRow.article_id.in_(part), verdicts.standing())
        for reviewed in session.scalars(judged):
            seen.update([reviewed] if reviewed is not None else [])
    return nations, names, watches, seen


def _newest(*columns: Any, table: Any, ids: list[int]) -> Any:
    joined = (ArticleRow.id == table.article_id) & (ArticleRow.revision == table.revision)
    return select(*columns).select_from(table).join(ArticleRow, joined).where(table.article_id.in_(ids))


def _story(
    row: Any,
    reports: list[Any],
    nations: dict[int, set[str]],
    names: dict[int, set[str]],
    watches: dict[int, set[str]],
    seen: set[int],
) -> Row:
    times = [one.published_at for one in reports if one.published_at is not None]
    numbers = [one.id for one in reports]
    every: set[str] = set()
    values = {
        "id": row.id,
        "title": row.title,
        "first_seen": row.first_seen_at,
        "updated": row.updated_at,
        "first_published": min(times, default=None),
        "last_published": max(times, default=None),
        "articles": len(reports),
        "independent_texts": len({text_of(one.cluster_id, one.id) for one in reports}),
        "outlets": _distinct(one.outlet_id for one in reports),
        "languages": _distinct(one.language for one in reports),
        "nationalities": sorted(every.union(*(nations.get(number, ()) for number in numbers))),
        "persons": len(every.union(*(names.get(number, ()) for number in numbers))),
        "watches": sorted(every.union(*(watches.get(number, ()) for number in numbers))),
        "review": "reviewed in part" if seen & set(numbers) else "machine reading",
    }
    return Row(values, tuple(numbers))


def coverage(session: Session, wanted: Filter) -> Iterator[Row]:
    """Articles read, one row for each outlet and day; of the filter, only outlet, country, language and times hold."""
    limits = Filter(outlet=wanted.outlet, country=wanted.country, language=wanted.language, since=wanted.since,
                    until=wanted.until)  # fmt: skip
    instant: Any = ArticleRow.dated_at
    if session.get_bind().dialect.name == "postgresql":
        instant = func.timezone("UTC", instant)
    day = func.date(instant)
    text = func.coalesce("t" + cast(ArticleRow.cluster_id, Text), "a" + cast(ArticleRow.id, Text))
    query = (
        select(
            ArticleRow.outlet_id.label("outlet"),
            OutletRow.name.label("outlet_name"),
            OutletRow.ownership,
            OutletRow.country,
            OutletRow.first_seen_at,
            day.label("day"),
            func.count().label("articles"),
            func.count(func.distinct(text)).label("texts"),
            _share(ArticleRow.relevant).label("relevant"),
            _share(ArticleRow.reading == "headline").label("headline_only"),
            _share(ArticleRow.historical).label("historical"),
        )
        .outerjoin(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .group_by(ArticleRow.outlet_id, OutletRow.name, OutletRow.ownership, OutletRow.country, OutletRow.first_seen_at,
                  day)
        .order_by(ArticleRow.outlet_id, day)
    )  # fmt: skip
    asked = asked_of(session, limits, None)
    names = ("outlet", "outlet_name", "ownership", "country", "articles", "texts", "relevant", "headline_only",
             "historical")  # fmt: skip
    for row in session.execute((query if asked is None else query.where(asked)).execution_options(yield_per=1000)):
        since = row.first_seen_at.date() if row.first_seen_at else None
        values = {name: getattr(row, name) for name in names}
        yield Row({**values, "day": _day(row.day), "watched_since": since})


def _share(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
