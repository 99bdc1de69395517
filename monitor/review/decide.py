"""Decide: confirm, correct, reject a reading, or open it again. One row of `review`, and the reading follows.

In      an open session, a target, a verdict, who and when
Out     the judged item, as `queue` gives it; its audit row; waiting mails follow the verdict
Raises  ReviewError
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor import name_index
from monitor.review import articles
from monitor.review.anchor import anchor_of
from monitor.review.queue import item
from monitor.review.target import ReviewError, Target, check_field, parse, row_of, value_of
from monitor.stories import person_key
from pipelines.store import verdicts
from pipelines.store.schema import ArticleRow, AuditRow, ReviewRow, ToldFactRow


def decide(
    session: Session,
    target: str | Target,
    verdict: str,
    reviewer: str,
    now: datetime,
    *,
    field: str = "",
    value: str | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    """Write a verdict on `target` (on one `field` of it; "" = all of it) and lay it over the reading.

    verdict: confirm, correct (needs `field` and `value`), reject, reopen. Raises ReviewError.
    """
    asked = parse(target) if isinstance(target, str) else target
    check_field(asked, field)
    if verdict not in verdicts.VERDICTS:
        raise ReviewError(f"'{verdict[:40]}' is not one of {', '.join(verdicts.VERDICTS)}")
    if verdict == "correct" and not field:
        raise ReviewError("a correction names the field and its value, such as role=captive")
    if not reviewer.strip():
        raise ReviewError("a verdict needs the name of the person who gives it")
    row = row_of(session, asked)
    given = value_of(field, value) if verdict == "correct" else None
    review = ReviewRow(
        kind=_kind(asked.reading, field),
        target=str(asked),
        verdict=verdict,
        value=None if given is None else str(given),
        note=note,
        reviewer=reviewer.strip(),
        reviewed_at=now,
    )
    if asked.reading in ("article", "story"):
        articles.judge(session, review, row, field, given, now)
    else:
        _judge_reading(session, review, asked, row, field, given, now)
    session.add(AuditRow(at=now, actor=reviewer.strip(), action=f"review {verdict}", target=str(asked),
                         detail={"field": field, "kind": review.kind, "review": review.id}))  # fmt: skip
    session.flush()
    if asked.reading == "count" and verdict == "correct" and None not in (row.low, row.high) and row.low > row.high:
        other = "low" if field == "high" else "high"  # "155" of what was read as 140: nobody means from 155 to 140
        return decide(session, asked, verdict, reviewer, now, field=other, value=value, note=note)
    return item(session, asked)


def _kind(reading: str, field: str) -> str:
    if reading == "figure":
        return field if field in ("role", "status", "nationality") else "person"
    if reading == "article":
        return "date" if field == "published" else "story"
    return reading


def _judge_reading(
    session: Session, review: ReviewRow, asked: Target, row: Any, field: str, given: Any, now: datetime
) -> None:
    article = session.get_one(ArticleRow, row.article_id)
    held: dict[str, Any] = {}
    if review.verdict == "correct":
        held = {field: given}
    elif review.verdict == "confirm" and asked.reading != "match":
        held = {name: getattr(row, name) for name in ([field] if field else verdicts.COLUMNS[asked.reading])}
    review.article_id, review.story_id = article.id, article.story_id
    review.anchor = {**anchor_of(session, article, row, asked.reading), "column": field, "held": held}
    session.add(review)
    session.flush()
    before = {name: getattr(row, name) for name in verdicts.COLUMNS[asked.reading]}
    if row.revision == article.revision:
        verdicts.apply(session, article, now)
    else:
        verdicts.lay(row, review, asked.reading)
    if review.verdict == "correct" and field == "name":
        name_index.add(session, [str(given)])
    if asked.reading in ("figure", "count"):
        _waiting(session, asked.reading, row, before)


def _waiting(session: Session, reading: str, row: Any, before: dict[str, Any]) -> None:
    """What waits for a digest is told as the verdict has it, or not at all; what was sent stays sent."""
    facts = session.scalars(
        select(ToldFactRow).where(ToldFactRow.article_id == row.article_id, ToldFactRow.outbox_id.is_(None))
    )
    for fact in facts:
        detail = dict(fact.detail)
        if reading == "figure":
            same = detail.get("kind") in ("person", "status", "denial") and person_key(
                str(detail.get("name", ""))
            ) == person_key(before["name"])
        else:
            same = detail.get("kind") in ("count", "count_denial") and detail.get("quote") == row.quote
            same = same and all(detail.get(name) == before[name] for name in ("low", "high", "nationality"))
        if not same:
            continue
        if row.rejected or (detail.get("kind") in ("status", "denial") and row.status is None):
            session.delete(fact)
            continue
        fact.detail = {**detail, **{name: getattr(row, name) for name in before if name in detail}}
