"""One article for its page: what `query.article` reads, with the places to mark, its copies and its revisions.

In      an open session and an article's number
Out     a plain dictionary, or None; `marks` are (field, start, end, kind, label), without overlap, in reading order
"""

from __future__ import annotations

import difflib
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor import query
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
MOST_COPIES = 50


def read_article(session: Session, article_id: int) -> dict[str, Any] | None:
    """Everything the page of an article shows; None for an unknown number."""
    data = query.article(session, article_id)
    row = session.get(ArticleRow, article_id)
    if data is None or row is None:
        return None
    evidence = session.get(EvidenceRow, row.evidence_id) if row.evidence_id else None
    return {
        **data,
        "story": row.story_id,
        "first_seen": row.first_seen_at,
        "fetched_at": row.fetched_at,
        "evidence_sha256": evidence.sha256 if evidence else None,
        "evidence_warc": evidence.warc if evidence else None,
        "marks": _apart(_marks(session, row)),
        "copies": _copies(session, row),
        "changes": _changes(session, row),
    }


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
    """What each later revision took out and put in, a sentence or paragraph a line."""
    every = list(
        session.scalars(select(RevisionRow).where(RevisionRow.article_id == row.id).order_by(RevisionRow.number))
    )
    return [
        {"number": new.number, "at": new.fetched_at, "lines": _diff(_lines(old), _lines(new))}
        for old, new in pairwise(every)
    ]


def _lines(revision: RevisionRow) -> list[str]:
    return [revision.title or "", *(part for part in revision.body.split("\n") if part.strip())]


def _diff(old: list[str], new: list[str]) -> list[dict[str, str]]:
    out: list[dict[str, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            out += [{"kind": "removed", "text": line} for line in old[a:b]]
            out += [{"kind": "added", "text": line} for line in new[c:d]]
    return out
