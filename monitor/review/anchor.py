"""The anchor of a verdict: the revision and span that were judged, their words, and what the machine had read.

In      a row of a reading and its article
Out     a dictionary for `ReviewRow.anchor`: what `pipelines.store.anchors` finds again, and the row itself
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from pipelines.store import anchors
from pipelines.store.schema import ArticleRow, FigureMentionRow, RevisionRow
from pipelines.store.verdicts import COLUMNS, KEPT, machine_value

_NOT_KEPT = frozenset({"id", "article_id", "revision", "rejected", "reviewed", "name_key", "matched_at", "person_id"})


def anchor_of(session: Session, article: ArticleRow, row: Any, reading: str) -> dict[str, Any]:
    """The anchor of a figure, count, date or match."""
    texts = _texts(session, article, row.revision)
    field, start, end, quote = _span(session, row, reading, texts)
    values = {c.key: getattr(row, c.key) for c in inspect(row).mapper.column_attrs if c.key not in _NOT_KEPT}
    values |= {name: machine_value(row, name) for name in COLUMNS[reading]}
    if reading == "match":
        values["rule"] = row.rule.removesuffix(KEPT)
    if reading == "figure":
        values["mentions"] = [[m.field, m.start, m.end, m.text] for m in _mentions(session, row.id)]
    return {
        "reading": reading,
        "revision": row.revision,
        **anchors.make(texts.get(field, ""), field, start, end),
        "quote": quote,
        "row": values,
    }


def _texts(session: Session, article: ArticleRow, revision: int) -> dict[str, str]:
    kept: Any = article
    if revision != article.revision:
        kept = session.scalar(
            select(RevisionRow).where(RevisionRow.article_id == article.id, RevisionRow.number == revision)
        )
    if kept is None:
        return {}
    return {
        "title": kept.title or "",
        "lead": kept.lead or "",
        "body": article.body if kept.body is None else kept.body,
    }


def _span(session: Session, row: Any, reading: str, texts: dict[str, str]) -> tuple[str, int, int, str | None]:
    """Where the words stand that were judged, and the sentence whose change ends the verdict."""
    whole = " ".join(" ".join(texts.values()).split())
    quote = row.quote if getattr(row, "quote", None) and " ".join(row.quote.split()) in whole else None
    if reading == "match":
        spans = [(name, start, end) for name, start, end, *_ in row.spans]
        name, start, end = next(iter(spans), ("title", 0, len(texts.get("title", ""))))
        return name, start, end, quote
    if reading == "figure":
        return *_best_mention(session, row, texts), quote
    return row.field, row.start, row.end, quote


def _best_mention(session: Session, row: Any, texts: dict[str, str]) -> tuple[str, int, int]:
    """The mention inside the quoted sentence, else the first one."""
    mentions = _mentions(session, row.id)
    for one in mentions:
        at = texts.get(one.field, "").find(row.quote) if row.quote else -1
        if 0 <= at <= one.start < at + len(row.quote):
            return one.field, one.start, one.end
    if mentions:
        return mentions[0].field, mentions[0].start, mentions[0].end
    at = texts.get("body", "").find(row.name)
    return "body", max(at, 0), max(at, 0) + (len(row.name) if at >= 0 else 0)


def _mentions(session: Session, figure_id: int) -> list[FigureMentionRow]:
    return list(
        session.scalars(
            select(FigureMentionRow).where(FigureMentionRow.figure_id == figure_id).order_by(FigureMentionRow.id)
        )
    )
