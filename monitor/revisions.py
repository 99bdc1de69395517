"""What changed between two readings of an article: its words, its title, and the facts that were read in it.

In      a session, the id of an article, two of its revisions
Out     `Difference`: paragraphs with what came and went, and `Fact`s: a person or a number that came, went or changed
Raises  `LookupError` with the revisions that there are
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.analysis.diff import Block, Piece, compare_texts, compare_words
from pipelines.store.schema import ArticleRow, FigureRow, ReportedCountRow, RevisionRow

Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A person or a reported count that came, went or changed; `old` and `new` as words."""

    change: Change
    kind: Literal["person", "count"]
    what: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Revision `old` of an article beside its revision `new`. `title` is None where it stayed."""

    article_id: int
    old: int
    new: int
    old_fetched_at: datetime
    new_fetched_at: datetime
    gone_at: datetime | None
    title: tuple[Piece, ...] | None
    blocks: tuple[Block, ...]
    facts: tuple[Fact, ...]

    def row(self) -> dict[str, Any]:
        """As JSON has it; paragraphs that stayed are left out."""
        made = asdict(self)
        for name in ("old_fetched_at", "new_fetched_at", "gone_at"):
            made[name] = made[name].isoformat() if made[name] else None
        made["blocks"] = [block for block in made["blocks"] if block["kind"] != "same"]
        return made


def compare(session: Session, article_id: int, new: int | None = None, old: int | None = None) -> Difference:
    """Compare two revisions: the newest with the one before it, unless others are named."""
    rows = session.scalars(select(RevisionRow).where(RevisionRow.article_id == article_id)).all()
    known = {row.number: row for row in rows}
    if not known:
        raise LookupError(f"there is no article {article_id}; `monitor search` lists them")
    newer = max(known) if new is None else new
    older = newer - 1 if old is None else old
    missing = [number for number in (older, newer) if number not in known]
    if missing or older == newer:
        asked, there = missing[0] if missing else older, ", ".join(map(str, sorted(known)))
        raise LookupError(f"article {article_id} has no revision {asked} to compare with; it has {there}")
