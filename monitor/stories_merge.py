"""Make two stories one: everything that pointed to the younger points to the older, its number leads on.

In      an open session, the story that stays and the one that goes; nothing is committed here
Out     articles, what was told, messages and verdicts are the older story's; `redirect_to` leads there from old links
Rules   a fact told of either is not told again: of two equal ones the one that was told, or is to be told first, stays
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pipelines.store.schema import ArticleRow, OutboxRow, ReviewRow, StoryRow, ToldFactRow


def merge(session: Session, into: StoryRow, gone: StoryRow, now: datetime) -> None:
    """Bring everything of `gone` into `into`."""
    _told(session, into, gone)
    for table in (ArticleRow, OutboxRow, ReviewRow):
        session.execute(update(table).where(table.story_id == gone.id).values(story_id=into.id))
    pointing = (StoryRow.id == gone.id) | (StoryRow.redirect_to == gone.id)
    session.execute(update(StoryRow).where(pointing).values(redirect_to=into.id))
    why = {**gone.facts.get("why", {}), **into.facts.get("why", {})}
    names = list(dict.fromkeys([*into.facts.get("names", []), *gone.facts.get("names", [])]))
    into.facts = {**into.facts, "why": why, "names": names, "merged": [*into.facts.get("merged", []), gone.id]}
    into.first_seen_at, into.updated_at = min(into.first_seen_at, gone.first_seen_at), now
    gone.facts = {}


def _told(session: Session, into: StoryRow, gone: StoryRow) -> None:
    facts = session.scalars(select(ToldFactRow).where(ToldFactRow.story_id.in_((into.id, gone.id)))).all()
    kept = {(row.recipient, row.fact): row for row in facts if row.story_id == into.id}
    for row in facts:
        if row.story_id == into.id:
            continue
        twin = kept.get((row.recipient, row.fact))
        if twin is None:
            row.story_id = into.id
        elif twin.outbox_id is None and row.outbox_id is not None:
            twin.outbox_id = row.outbox_id
            session.delete(row)
        else:
            session.delete(row)
    session.flush()
