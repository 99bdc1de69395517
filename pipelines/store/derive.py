"""Rows of what was understood of one revision: persons with their mentions, counts, dates."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.orm import Session

from pipelines.records import ANALYSIS_VERSION, Article, DateMention, Figure, ReportedCount
from pipelines.store.schema import DateMentionRow, FigureMentionRow, FigureRow, ReportedCountRow

_COLUMNS = {"name", "role", "status", "nationality", "mentions", "quote", "confidence", "pseudonym"}


def name_key(name: str) -> str:
    """The form under which equal names meet: case folded, single blanks."""
    return " ".join(name.casefold().split())


def write_derived(session: Session, article_id: int, revision: int, article: Article) -> None:
    """Add the rows of `article`'s figures, counts and dates; those of earlier revisions stay."""
    rows = [_figure(article_id, revision, figure) for figure in article.figures]
    session.add_all(rows)
    if rows:
        session.flush()  # for their ids
    session.add_all(
        FigureMentionRow(figure_id=row.id, field=m.field, start=m.start, end=m.end, text=m.text)
        for row, figure in zip(rows, article.figures, strict=True)
        for m in figure.mentions
    )
    session.add_all(_count(article_id, revision, count) for count in article.counts)
    session.add_all(_date(article_id, revision, mention) for mention in article.dates)


def _figure(article_id: int, revision: int, figure: Figure) -> FigureRow:
    rest = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in asdict(figure).items()
        if key not in _COLUMNS and value not in (None, (), False)
    }
    return FigureRow(
        article_id=article_id,
        revision=revision,
        name=figure.name,
        name_key=name_key(figure.name),
        role=figure.role.value if figure.role else None,
        status=figure.status.value if figure.status else None,
        nationality=figure.nationality,
        quote=figure.quote,
        confidence=figure.confidence,
        pseudonym=figure.pseudonym,
        attributes=rest,
        analysis_version=ANALYSIS_VERSION,
    )


def _count(article_id: int, revision: int, count: ReportedCount) -> ReportedCountRow:
    values = asdict(count)
    values["status"] = count.status.value if count.status else None
    return ReportedCountRow(article_id=article_id, revision=revision, analysis_version=ANALYSIS_VERSION, **values)


def _date(article_id: int, revision: int, mention: DateMention) -> DateMentionRow:
    return DateMentionRow(
        article_id=article_id, revision=revision, analysis_version=ANALYSIS_VERSION, **asdict(mention)
    )
