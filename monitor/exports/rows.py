"""The rows of every dataset, read from the database as they are asked for: memory does not grow with their number.

In      an open session, a `Filter` (its limit and offset are not used), the secret of the workspace
Out     pieces of rows with the columns of the codebook, unmasked, beside the numbers of the articles they speak of
Order   by number, so that two exports of one database are equal
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor.exports import grouped
from monitor.exports.shared import ARTICLE, Row, asked_of, judged, of_article
from monitor.protection import reference
from monitor.query import Filter
from pipelines.store import verdicts
from pipelines.store.schema import (
    ArticleRow,
    EvidenceRow,
    FigureMentionRow,
    FigureRow,
    MatchRow,
    OutletRow,
    ReportedCountRow,
    ReviewRow,
)

PIECE = 500


def read(
    session: Session, dataset: str, wanted: Filter, secret: bytes = b"", only: frozenset[int] | None = None
) -> Iterator[list[Row]]:
    """Pieces of at most `PIECE` rows of a dataset. `only`: no other articles than these."""
    made: Mapping[str, Callable[[], Iterator[Row]]] = {
        "articles": lambda: _articles(session, wanted, only),
        "matches": lambda: _matches(session, wanted, only),
        "persons": lambda: _persons(session, wanted, secret, only),
        "counts": lambda: grouped.counts(session, wanted, only),
        "stories": lambda: grouped.stories(session, wanted, only),
        "coverage": lambda: grouped.coverage(session, wanted),
    }
    rows = made[dataset]()
    while piece := list(islice(rows, PIECE)):
        yield piece


def _streamed(session: Session, query: Any) -> Iterator[list[Any]]:
    """Pieces of a result, by a cursor of the server where the database has one."""
    result = session.execute(query.execution_options(yield_per=PIECE))
    yield from (list(piece) for piece in result.partitions(PIECE))


_KEPT = ("reading", "outcome", "relevant", "historical", "revision", "content_hash", "analysis_version", "authors")


def _articles(session: Session, wanted: Filter, only: frozenset[int] | None) -> Iterator[Row]:
    query = (
        select(
            *ARTICLE,
            *(getattr(ArticleRow, name) for name in _KEPT),
            ArticleRow.canonical_url,
            ArticleRow.first_seen_at,
            ArticleRow.fetched_at,
            ArticleRow.gone_at,
            EvidenceRow.sha256,
        )
        .outerjoin(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .outerjoin(EvidenceRow, EvidenceRow.id == ArticleRow.evidence_id)
        .order_by(ArticleRow.id)
    )
    asked = asked_of(session, wanted, only)
    for piece in _streamed(session, query if asked is None else query.where(asked)):
        ids = [row.article for row in piece]
        watches, persons, counts, seen = _beside(session, ids)
        for row in piece:
            number = row.article
            yield Row(
                {
                    **of_article(row),
                    **{name: getattr(row, name) for name in _KEPT},
                    "id": number,
                    "url": row.canonical_url,
                    "watches": watches.get(number, []),
                    "persons": persons.get(number, 0),
                    "counts": counts.get(number, 0),
                    "first_seen": row.first_seen_at,
                    "fetched": row.fetched_at,
                    "gone": row.gone_at,
                    "evidence_sha256": row.sha256,
                    "review": "reviewed in part" if number in seen else "machine reading",
                },
                (number,),
            )


def _beside(
    session: Session, ids: list[int]
) -> tuple[dict[int, list[str]], dict[int, int], dict[int, int], frozenset[int]]:
    """Of each article: its watches, how many persons and counts its newest revision has, whether it was reviewed."""
    watches: dict[int, list[str]] = {}
    matched = select(MatchRow.article_id, MatchRow.watch_id).where(MatchRow.article_id.in_(ids)).distinct()
    for number, watch in session.execute(matched.order_by(MatchRow.watch_id)):
        watches.setdefault(number, []).append(watch)
    judged = select(ReviewRow.article_id).where(ReviewRow.article_id.in_(ids), verdicts.standing())
    return (
        watches,
        _numbers(session, FigureRow, ids),
        _numbers(session, ReportedCountRow, ids),
        frozenset(number for number in session.scalars(judged.distinct()) if number is not None),
    )


def _numbers(session: Session, table: Any, ids: list[int]) -> dict[int, int]:
    rows = session.execute(
        select(table.article_id, func.count())
        .join(ArticleRow, (ArticleRow.id == table.article_id) & (ArticleRow.revision == table.revision))
        .where(table.article_id.in_(ids))
        .group_by(table.article_id)
    )
    return {row[0]: row[1] for row in rows}


def newest(table: Any, *columns: Any) -> Any:
    """A SELECT of readings of the newest revisions, with their articles, in the order of their numbers."""
    return (
        select(*ARTICLE, *columns)
        .select_from(table)
        .join(ArticleRow, (ArticleRow.id == table.article_id) & (ArticleRow.revision == table.revision))
        .outerjoin(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .order_by(table.id)
    )


_MATCH = ("id", "rule", "level", "score", "reason", "quote", "historical", "watch_version", "analysis_version")


def _matches(session: Session, wanted: Filter, only: frozenset[int] | None) -> Iterator[Row]:
    columns = [getattr(MatchRow, name) for name in (*_MATCH, "watch_id", "matched_at", "reviewed")]
    query, asked = newest(MatchRow, *columns), asked_of(session, wanted, only)
    query = query if asked is None else query.where(asked)
    if wanted.watch:
        query = query.where(MatchRow.watch_id == wanted.watch)
    for piece in _streamed(session, query):
        for row in piece:
            values = {**of_article(row), **{name: getattr(row, name) for name in _MATCH}, **judged(row.reviewed)}
            yield Row({**values, "watch": row.watch_id, "matched": row.matched_at}, (row.article,))


_FIGURE = ("id", "name", "role", "status", "nationality", "quote", "confidence", "pseudonym", "analysis_version")


def _persons(session: Session, wanted: Filter, secret: bytes, only: frozenset[int] | None) -> Iterator[Row]:
    columns = [getattr(FigureRow, name) for name in (*_FIGURE, "person_id", "reviewed")]
    query = newest(FigureRow, *columns)
    asked = asked_of(session, wanted, only)
    for column, value in ((FigureRow.role, wanted.role), (FigureRow.status, wanted.status)):
        query = query.where(column == value) if value else query
    if wanted.nationality:
        query = query.where(FigureRow.nationality == wanted.nationality.upper())
    for piece in _streamed(session, query if asked is None else query.where(asked)):
        mentions = _mentions(session, [row.id for row in piece])
        for row in piece:
            values = {**of_article(row), **{name: getattr(row, name) for name in _FIGURE}, **judged(row.reviewed)}
            more = {
                "person": row.person_id,
                "reference": f"p-{reference(row.name, secret)}",
                "mentions": mentions.get(row.id, 0),
            }
            yield Row({**values, **more}, (row.article,))


def _mentions(session: Session, ids: Iterable[int]) -> dict[int, int]:
    rows = session.execute(
        select(FigureMentionRow.figure_id, func.count())
        .where(FigureMentionRow.figure_id.in_(list(ids)))
        .group_by(FigureMentionRow.figure_id)
    )
    return {row[0]: row[1] for row in rows}
