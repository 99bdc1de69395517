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
    """Compare two revisions: the newest with the one before it, unless others are named.

    An article of one revision is compared with itself: nothing changed, but it may be gone.
    """
    rows = session.scalars(select(RevisionRow).where(RevisionRow.article_id == article_id)).all()
    known = {row.number: row for row in rows}
    if not known:
        raise LookupError(f"there is no article {article_id}; `monitor search` lists them")
    newer = max(known) if new is None else new
    alone = len(known) == 1 and new is None and old is None
    older = newer if alone else newer - 1 if old is None else old
    missing = [number for number in (older, newer) if number not in known]
    if missing or (older == newer and not alone):
        asked, there = missing[0] if missing else older, ", ".join(map(str, sorted(known)))
        raise LookupError(f"article {article_id} has no revision {asked} to compare with; it has {there}")
    article, was, now = session.get_one(ArticleRow, article_id), known[older], known[newer]
    return Difference(
        article_id,
        older,
        newer,
        was.fetched_at,
        now.fetched_at,
        article.gone_at,
        None if was.title == now.title else compare_words(was.title or "", now.title or ""),
        compare_texts(_text(was, article), _text(now, article)),
        (*_persons(session, article_id, older, newer), *_counts(session, article_id, older, newer)),
    )


def _text(row: RevisionRow, article: ArticleRow) -> str:
    body = article.body if row.body is None else row.body
    return f"{row.lead}\n{body}" if row.lead else body


def _persons(session: Session, article_id: int, old: int, new: int) -> Iterable[Fact]:
    was, now = (
        {row.name_key: row for row in session.scalars(_of(FigureRow, article_id, revision))} for revision in (old, new)
    )
    for key in dict.fromkeys((*now, *was)):
        before, after = was.get(key), now.get(key)
        told = [_person(row) if row else None for row in (before, after)]
        if told[0] != told[1]:
            name = (after or before or now[key]).name
            yield Fact("changed" if before and after else "added" if after else "removed", "person", name, *told)


def _person(row: FigureRow) -> str:
    return ", ".join(part for part in (row.role, row.status, row.nationality) if part) or "role not known"


def _counts(session: Session, article_id: int, old: int, new: int) -> Iterable[Fact]:
    """Numbers of the same people in the same fate are the same count: 155 became 163."""
    was, now = (_by_subject(session.scalars(_of(ReportedCountRow, article_id, revision))) for revision in (old, new))
    for what in dict.fromkeys((*now, *was)):
        gone = [value for value in was.get(what, ()) if value not in now.get(what, ())]
        come = [value for value in now.get(what, ()) if value not in was.get(what, ())]
        if gone or come:
            change: Change = "changed" if gone and come else "added" if come else "removed"
            yield Fact(change, "count", what, ", ".join(gone) or None, ", ".join(come) or None)


def _by_subject(rows: Iterable[ReportedCountRow]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        what = " ".join(part for part in (row.nationality, row.noun or row.kind, row.status) if part)
        low, high = row.low, row.high
        number = f"“{row.quote}”" if low is None else f"{low}" if high in (None, low) else f"{low}-{high}"
        value = ("not " if row.negated else "") + ("" if row.bound == "exact" else f"{row.bound} ") + number
        if value.replace("_", " ") not in found.setdefault(what, []):
            found[what].append(value.replace("_", " "))
    return found


def _of(table: Any, article_id: int, revision: int) -> Any:
    return select(table).where(table.article_id == article_id, table.revision == revision).order_by(table.id)
