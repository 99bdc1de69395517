"""Verdicts on an article itself (when it came out, which story it belongs to) and on a story.

In      an open session, the review being written, the judged row
Out     the row changed; `anchor.row` keeps what stood there before the first verdict
Raises  ReviewError for a story that is not there
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.review.target import ReviewError
from pipelines.store import published
from pipelines.store.schema import ArticleRow, ReviewRow, StoryRow


def judge(session: Session, review: ReviewRow, row: Any, field: str, given: Any, now: datetime) -> None:
    """Judge an article's date or story, or a story. Raises ReviewError."""
    if isinstance(row, StoryRow):
        _story(session, review, row, field, given)
    elif field == "published":
        _published(session, review, row, given)
    elif field == "story":
        _membership(session, review, row, given, now)
    else:
        raise ReviewError("of an article, its fields published and story are judged; its text is the outlet's")


def _first(session: Session, review: ReviewRow, column: str, row: dict[str, Any]) -> dict[str, Any]:
    """What stood there before anybody judged it."""
    mine = ReviewRow.article_id == review.article_id if review.article_id else ReviewRow.story_id == review.story_id
    earlier = session.scalars(select(ReviewRow).where(mine).order_by(ReviewRow.id))
    for one in earlier:
        if one.anchor.get("column") == column and one.anchor.get("reading") in ("article", "story"):
            return dict(one.anchor["row"])
    return row


def _keep(session: Session, review: ReviewRow, revision: int | None, column: str, row: dict[str, Any]) -> None:
    reading = "article" if review.article_id is not None else "story"
    first = _first(session, review, column, row)
    review.anchor = {"reading": reading, "revision": revision, "column": column, "row": first}
    session.add(review)
    session.flush()


def _published(session: Session, review: ReviewRow, row: ArticleRow, given: str | None) -> None:
    review.article_id, review.story_id = row.id, row.story_id
    _keep(session, review, row.revision, "published", {name: _plain(getattr(row, name)) for name in published.COLUMNS})
    published.lay(row, review)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _membership(session: Session, review: ReviewRow, row: ArticleRow, given: Any, now: datetime) -> None:
    """Whether the article belongs to its story: a rejection gives it one of its own."""
    review.article_id, review.story_id = row.id, row.story_id
    _keep(session, review, row.revision, "story", {"story_id": row.story_id})
    if review.verdict == "confirm":
        return
    if review.verdict == "reopen":
        goal = review.anchor["row"]["story_id"]
    elif review.verdict == "reject" or given == "new":
        story = StoryRow(created_at=now, first_seen_at=row.first_seen_at, updated_at=now, title=row.title, facts={})
        session.add(story)
        session.flush()
        goal = story.id
    else:
        goal = given
    story_row = session.get(StoryRow, goal) if goal is not None else None
    if goal is not None and story_row is None:
        raise ReviewError(f"there is no story {goal}")
    row.story_id = goal
    review.value = None if goal is None else str(goal)
    if story_row is not None:
        why = {**story_row.facts.get("why", {}), str(row.id): f"reviewed by {review.reviewer}"}
        story_row.facts, story_row.updated_at = {**story_row.facts, "why": why}, now


def _story(session: Session, review: ReviewRow, row: StoryRow, field: str, given: Any) -> None:
    review.story_id = row.id
    _keep(session, review, None, field, {"title": row.title})
    if field == "title" and review.verdict == "correct":
        row.title = given
    elif field == "title" and review.verdict in ("reject", "reopen"):
        row.title = None if review.verdict == "reject" else review.anchor["row"]["title"]
