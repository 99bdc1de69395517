"""Rows of what was understood of one revision: persons with their mentions, counts, dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy.orm import Session

from pipelines.records import ANALYSIS_VERSION, Article, DateMention, Figure, ReportedCount
from pipelines.store.rows import put, put_numbered
from pipelines.store.schema import DateMentionRow, FigureMentionRow, FigureRow, ReportedCountRow

_COLUMNS = {"name", "role", "status", "nationality", "mentions", "quote", "confidence", "pseudonym"}
_FURTHER = tuple(field.name for field in fields(Figure) if field.name not in _COLUMNS)
_COUNT = tuple(field.name for field in fields(ReportedCount))
_DATE = tuple(field.name for field in fields(DateMention))


def name_key(name: str) -> str:
    """The form under which equal names meet: case folded, single blanks."""
    return " ".join(name.casefold().split())


def write_derived(session: Session, article_id: int, revision: int, article: Article) -> None:
    """Add the rows of `article`'s figures, counts and dates; those of earlier revisions stay."""
    write_derived_all(session, [(article_id, revision, article)])


def write_derived_all(session: Session, read: Sequence[tuple[int, int, Article]]) -> None:
    """The same for several articles: (number, revision, article)."""
    of = [{"article_id": number, "revision": n, "analysis_version": ANALYSIS_VERSION} for number, n, _ in read]
    owned = [(own, article) for own, (_, _, article) in zip(of, read, strict=True)]
    figures = [(figure, own) for own, article in owned for figure in article.figures]
    numbers = put_numbered(session, FigureRow, [_figure(figure) | own for figure, own in figures])
    mentions = [
        {"figure_id": number, "field": m.field, "start": m.start, "end": m.end, "text": m.text}
        for number, (figure, _) in zip(numbers, figures, strict=True)
        for m in figure.mentions
    ]
    put(session, FigureMentionRow, mentions)
    put(session, ReportedCountRow, [_count(count) | own for own, article in owned for count in article.counts])
    put(session, DateMentionRow, [_date(mention) | own for own, article in owned for mention in article.dates])


def _figure(figure: Figure) -> dict[str, Any]:
    rest = ((key, getattr(figure, key)) for key in _FURTHER)
    return {
        "name": figure.name,
        "name_key": name_key(figure.name),
        "role": figure.role.value if figure.role else None,
        "status": figure.status.value if figure.status else None,
        "nationality": figure.nationality,
        "quote": figure.quote,
        "confidence": figure.confidence,
        "pseudonym": figure.pseudonym,
        "attributes": {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in rest
            if value not in (None, (), False)
        },
    }


def _count(count: ReportedCount) -> dict[str, Any]:
    values = {name: getattr(count, name) for name in _COUNT}
    return values | {"status": count.status.value if count.status else None}


def _date(mention: DateMention) -> dict[str, Any]:
    return {name: getattr(mention, name) for name in _DATE}
