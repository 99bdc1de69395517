"""One article for its page: what `query.article` reads, with the places to mark, its copies and its revisions.

In      an open session and an article's number
Out     a plain dictionary, or None; `marks` are (field, start, end, kind, label), without overlap, in reading order
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor import query
from monitor.labels import fields_reviewed
from monitor.review import notes_of
from monitor.revisions import compare
from pipelines.store.schema import (
    ArticleRow,
    DateMentionRow,
    EvidenceRow,
    FigureMentionRow,
    FigureRow,
    MatchRow,
    OutletRow,
    ReportedCountRow,
    RevisionRow,
)

_RANK = {"person": 0, "count": 1, "date": 2, "match": 3}
MOST_COPIES, MOST_CHANGES = 50, 20


def read_article(session: Session, article_id: int) -> dict[str, Any] | None:
    """Everything the page of an article shows; None for an unknown number."""
    data = query.article(session, article_id)
    row = session.get(ArticleRow, article_id)
    if data is None or row is None:
        return None
    evidence = session.get(EvidenceRow, row.evidence_id) if row.evidence_id else None
    return {
        **data,
        **_reviewed(session, row),
        "story": row.story_id,
        "first_seen": row.first_seen_at,
        "fetched_at": row.fetched_at,
        "evidence_sha256": evidence.sha256 if evidence else None,
        "evidence_warc": evidence.warc if evidence else None,
        "marks": _apart(_marks(session, row)),
        "copies": _copies(session, row),
        "changes": _changes(session, row),
        "beside": notes_of(session, [row.id]).get(row.id),
    }


def _reviewed(session: Session, row: ArticleRow) -> dict[str, Any]:
    """Who judged something of the article last; `label` says so in words."""
    return query.reviews_of(session, [row.id]).get(row.id, fields_reviewed(None))


def _marks(session: Session, row: ArticleRow) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    mentions = session.execute(
        select(FigureMentionRow, FigureRow.role, FigureRow.status)
        .join(FigureRow, FigureRow.id == FigureMentionRow.figure_id)
        .where(FigureRow.article_id == row.id, FigureRow.revision == row.revision)
    )
    for mention, role, status in mentions:
        words = ", ".join(word for word in (role, status) if word)
        found.append(_mark(mention.field, mention.start, mention.end, "person", words or "person"))
    for count in _derived(session, ReportedCountRow, row):
        words = " ".join(word for word in (count.bound, count.nationality, count.status) if word)
        found.append(_mark(count.field, count.start, count.end, "count", words))
    for day in _derived(session, DateMentionRow, row):
        found.append(_mark(day.field, day.start, day.end, "date", day.value))
    for match in _derived(session, MatchRow, row):
        for name, start, end, *_ in match.spans:
            found.append(_mark(name, start, end, "match", f"{match.watch_id}: {match.rule}"))
    return found


def _derived(session: Session, table: Any, row: ArticleRow) -> Any:
    return session.scalars(select(table).where(table.article_id == row.id, table.revision == row.revision))


def _mark(name: str, start: int, end: int, kind: str, label: str) -> dict[str, Any]:
    return {"field": name, "start": start, "end": end, "kind": kind, "label": label}


def _apart(marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Marks without overlap: persons win over counts, these over dates, these over words of rules."""
    kept: list[dict[str, Any]] = []
    for mark in sorted(marks, key=lambda m: (_RANK[m["kind"]], m["start"] - m["end"], m["start"])):
        free = all(m["field"] != mark["field"] or mark["end"] <= m["start"] or m["end"] <= mark["start"] for m in kept)
        if free and 0 <= mark["start"] < mark["end"]:
            kept.append(mark)
    return sorted(kept, key=lambda m: (m["field"], m["start"]))


def _copies(session: Session, row: ArticleRow) -> list[dict[str, Any]]:
    if row.cluster_id is None:
        return []
    rows = session.execute(
        select(ArticleRow, OutletRow.name)
        .outerjoin(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .where(ArticleRow.cluster_id == row.cluster_id, ArticleRow.id != row.id)
        .order_by(ArticleRow.first_seen_at)
        .limit(MOST_COPIES)
    )
    return [
        {"id": a.id, "title": a.title, "outlet": a.outlet_id, "outlet_name": name, "published": query.published_text(a)}
        for a, name in rows
    ]


def _changes(session: Session, row: ArticleRow) -> list[dict[str, Any]]:
    """What each later revision changed: paragraphs with what came and went, and facts; the newest first."""
    every = session.scalars(
        select(RevisionRow.number).where(RevisionRow.article_id == row.id).order_by(RevisionRow.number)
    ).all()
    made = []
    for old, new in list(pairwise(every))[: -MOST_CHANGES - 1 : -1]:
        found = compare(session, row.id, new, old)
        shown = found.row()
        made.append({"number": new, "at": found.new_fetched_at, "blocks": shown["blocks"], "facts": shown["facts"]})
    return made
