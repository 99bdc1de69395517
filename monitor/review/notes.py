"""Notes, tags, case folders and assignments: what people write beside articles and stories. The text is not judged.

In      an open session, a target, who and when
Out     rows of `review` with verdict `set` or `unset`; the last one of a value holds
Raises  ReviewError
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.review.target import ReviewError, Target, parse, row_of
from pipelines.store.schema import ArticleRow, AuditRow, ReviewRow, StoryRow

WHATS = ("note", "tag", "folder", "assign")
LONGEST = 200


def annotate(
    session: Session,
    target: str | Target,
    what: str,
    value: str,
    reviewer: str,
    now: datetime,
    *,
    unset: bool = False,
) -> dict[str, Any]:
    """Write a note, tag, case folder or assignment beside a target; `unset` takes one back. Raises ReviewError."""
    asked = parse(target) if isinstance(target, str) else target
    if what not in WHATS:
        raise ReviewError(f"'{what[:40]}' is not one of {', '.join(WHATS)}")
    words = value.strip() if what == "note" else " ".join(value.split())
    if not words or (what != "note" and len(words) > LONGEST):
        raise ReviewError(f"{what}: 1 to {LONGEST} characters are needed")
    row = row_of(session, asked)
    article = row if isinstance(row, ArticleRow) else None
    if article is None and not isinstance(row, StoryRow):
        article = session.get_one(ArticleRow, row.article_id)
    review = ReviewRow(
        kind=what,
        target=str(asked),
        article_id=article.id if article else None,
        story_id=article.story_id if article else row.id,
        anchor={"reading": asked.reading, "revision": article.revision if article else None},
        verdict="unset" if unset else "set",
        value=None if what == "note" else words,
        note=words if what == "note" else None,
        reviewer=reviewer,
        reviewed_at=now,
    )
    session.add(review)
    session.flush()
    detail = {"kind": what, "review": review.id}
    session.add(AuditRow(at=now, actor=reviewer, action=f"review {what}", target=str(asked), detail=detail))
    session.flush()
    return {"id": review.id, "target": str(asked), "kind": what, "value": words, "by": reviewer, "at": now}


def notes_of(session: Session, article_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What stands beside each article now: `tags`, `folders`, `assigned` (None: nobody), `notes`."""
    ids = sorted(set(article_ids))
    found: dict[int, dict[str, Any]] = {}
    for at in range(0, len(ids), 500):
        rows = session.scalars(
            select(ReviewRow)
            .where(ReviewRow.article_id.in_(ids[at : at + 500]), ReviewRow.kind.in_(WHATS))
            .order_by(ReviewRow.id)
        )
        for row in rows:
            if row.article_id is not None:
                _take(found.setdefault(row.article_id, _nothing()), row)
    return found


def _nothing() -> dict[str, Any]:
    return {"tags": [], "folders": [], "assigned": None, "notes": []}


def _take(beside: dict[str, Any], row: ReviewRow) -> None:
    taken = row.verdict == "unset"
    if row.kind == "note":
        entry = {"text": row.note, "by": row.reviewer, "at": row.reviewed_at}
        beside["notes"] = [one for one in beside["notes"] if one["text"] != row.note] + ([] if taken else [entry])
    elif row.kind == "assign":
        beside["assigned"] = None if taken else row.value
    else:
        key = f"{row.kind}s"
        beside[key] = [one for one in beside[key] if one != row.value] + ([] if taken else [row.value])


def articles_with(session: Session, what: str, value: str) -> set[int]:
    """The articles that have a tag, lie in a folder or are assigned to somebody now."""
    rows = session.scalars(
        select(ReviewRow.article_id).where(
            ReviewRow.kind == what, ReviewRow.value == value, ReviewRow.article_id.is_not(None)
        )
    )
    beside = notes_of(session, [number for number in rows if number is not None])
    key = {"tag": "tags", "folder": "folders", "assign": "assigned"}[what]
    return {number for number, one in beside.items() if value == one[key] or value in (one[key] or ())}


def folders(session: Session) -> list[dict[str, Any]]:
    """Every case folder and how many articles lie in it."""
    named = session.scalars(select(ReviewRow.value).where(ReviewRow.kind == "folder").distinct())
    rows = [{"folder": name, "articles": len(articles_with(session, "folder", name))} for name in named if name]
    return sorted((one for one in rows if one["articles"]), key=lambda one: str(one["folder"]))


def history(session: Session, article_id: int) -> list[dict[str, Any]]:
    """Everything people decided and wrote about an article, oldest first."""
    rows = session.scalars(select(ReviewRow).where(ReviewRow.article_id == article_id).order_by(ReviewRow.id))
    return [
        {
            "id": row.id,
            "target": row.target,
            "kind": row.kind,
            "verdict": row.verdict,
            "field": row.anchor.get("column") or None,
            "value": row.value,
            "revision": row.anchor.get("revision"),
            "words": row.anchor.get("text"),
            "note": row.note,
            "by": row.reviewer,
            "at": row.reviewed_at,
        }
        for row in rows
    ]
