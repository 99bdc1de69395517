"""Everything this installation holds about one person: found, and handed out.

In      an open session; whom: `person:3` (joined by hand), `figure:12`, `p-abcdefgh` (as in mails and exports),
        or the reference of a watched person
Out     a `Subject` (names, figures); a dictionary of all that is held, ready for JSON, names unmasked
Limits  figures of the same name belong to the subject, other spellings only where somebody joined or names them
Raises  ReviewError for nobody
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor import persons
from monitor.caseload import PREFIX
from monitor.protection import reference
from monitor.query import published_text
from monitor.review.target import ReviewError
from monitor.stories import person_key
from pipelines.records import WatchedPerson
from pipelines.store.schema import (
    WITH_REJECTED,
    ArticleRow,
    ClearanceRow,
    FigureMentionRow,
    FigureRow,
    MatchRow,
    PersonRow,
    ReviewRow,
    ToldFactRow,
)

_REFERENCE = re.compile(r"p-[a-z2-7]{8}")


@dataclass(frozen=True, slots=True)
class Subject:
    """A person: every spelling, the figures and persons that bear one of them, the watch on them if there is one."""

    names: tuple[str, ...]
    figures: tuple[int, ...]
    persons: tuple[int, ...]
    watch: str | None = None

    @property
    def keys(self) -> frozenset[str]:
        """The names as they are compared."""
        return frozenset(person_key(name) for name in self.names)


def find(
    session: Session,
    whom: str,
    secret: bytes,
    caseload: Iterable[WatchedPerson] = (),
    also: Sequence[str] = (),
) -> Subject:
    """The person meant by `whom`; `also`: other spellings of theirs. Raises ReviewError."""
    names, watch = _names(session, whom, secret, {one.reference: one for one in caseload})
    names = list(dict.fromkeys([*names, *also]))
    keys = {person_key(name) for name in names}
    figures: set[int] = set()
    joined: set[int] = set()
    for row in session.execute(
        select(FigureRow.id, FigureRow.name, FigureRow.person_id, FigureRow.reviewed), execution_options=WITH_REJECTED
    ):
        if keys & {person_key(one) for one in (row.name, *_machine_names(row.reviewed))}:
            figures.add(row.id)
            joined |= {row.person_id} if row.person_id is not None else set()
    for person in session.scalars(select(PersonRow)):
        if person.id in joined or keys & {person_key(one) for one in (person.name, *person.aliases)}:
            joined.add(person.id)
            names += [person.name, *person.aliases]
    known = {person_key(name) for name in names}
    if known != keys:  # spellings that somebody joined bring figures of their own
        return find(session, whom, secret, caseload, tuple(dict.fromkeys([*also, *names])))
    return Subject(tuple(dict.fromkeys(names)), tuple(sorted(figures)), tuple(sorted(joined)), watch)


def _names(
    session: Session, whom: str, secret: bytes, caseload: dict[str, WatchedPerson]
) -> tuple[list[str], str | None]:
    kind, _, number = whom.partition(":")
    if kind in ("figure", "person") and number.isdigit() and len(number) < 19:
        table: Any = FigureRow if kind == "figure" else PersonRow
        row = session.get(table, int(number), execution_options=WITH_REJECTED)
        if row is not None:
            return [row.name, *(getattr(row, "aliases", None) or [])], None
    elif whom in caseload:
        return list(caseload[whom].names), PREFIX + whom
    elif _REFERENCE.fullmatch(whom):
        every = session.scalars(select(FigureRow.name).distinct().execution_options(**WITH_REJECTED))
        found = [name for name in every if f"p-{reference(name, secret)}" == whom]
        if found:
            return found, None
    raise ReviewError(
        f"there is no person '{whom[:40]}'; write person:NUMBER, figure:NUMBER (`monitor people search NAME`), "
        "the p-… of a mail, or the reference of a watched person"
    )


def _machine_names(reviewed: dict[str, Any] | None) -> list[str]:
    return [str(entry["machine"]["name"]) for entry in (reviewed or {}).values() if "name" in entry.get("machine", {})]


def similar(session: Session, subject: Subject) -> list[dict[str, Any]]:
    """Other spellings that may be theirs, in any script, best first; they are not taken as theirs by themselves."""
    found: dict[str, dict[str, Any]] = {}
    for name in subject.names:
        for hit in persons.search(session, name, 50):
            if person_key(hit["name"]) not in subject.keys:
                known = found.setdefault(hit["name"], {"name": hit["name"], "score": 0.0, "grade": "", "figures": []})
                known["figures"] = sorted({*known["figures"], hit["figure"]})
                if hit["score"] > known["score"]:
                    known |= {"score": hit["score"], "grade": hit["grade"], "reason": hit["reason"]}
    return sorted(found.values(), key=lambda one: (-one["score"], one["name"]))


def held(session: Session, subject: Subject) -> dict[str, Any]:
    """All that is held about them: for the person themself, or who acts for them."""
    figures = _figures(session, subject)
    articles = sorted({one["article"] for one in figures})
    told = session.scalars(select(ToldFactRow).where(ToldFactRow.article_id.in_(articles))).all() if articles else []
    clearances = session.scalars(select(ClearanceRow).order_by(ClearanceRow.id))
    return {
        "names": list(subject.names),
        "perhaps_theirs": similar(session, subject),
        "persons": [
            {"person": row.id, "name": row.name, "aliases": row.aliases, "since": row.created_at}
            for row in session.scalars(select(PersonRow).where(PersonRow.id.in_(subject.persons)))
        ],
        "mentions": figures,
        "reviews": _reviews(session, articles, subject),
        "watch": _watch(session, subject),
        "decisions_on_the_name": [
            {"verdict": row.verdict, "reason": row.reason, "by": row.decided_by, "at": row.decided_at}
            for row in clearances
            if person_key(row.name) in subject.keys
        ],
        "told": [
            {"article": row.article_id, "kind": row.detail.get("kind"), "at": row.created_at}
            for row in told
            if person_key(str(row.detail.get("name", ""))) in subject.keys
        ],
    }


def _figures(session: Session, subject: Subject) -> list[dict[str, Any]]:
    found = []
    for at in range(0, len(subject.figures), 500):
        rows = session.execute(
            select(FigureRow, ArticleRow)
            .join(ArticleRow, ArticleRow.id == FigureRow.article_id)
            .where(FigureRow.id.in_(subject.figures[at : at + 500]))
            .order_by(FigureRow.id)
            .execution_options(**WITH_REJECTED)
        )
        for figure, article in rows:
            mentions = session.scalars(select(FigureMentionRow).where(FigureMentionRow.figure_id == figure.id))
            found.append(
                {
                    "figure": figure.id,
                    "article": article.id,
                    "revision": figure.revision,
                    "outlet": article.outlet_id,
                    "title": article.title,
                    "url": article.canonical_url,
                    "published": published_text(article),
                    "name": figure.name,
                    "role": figure.role,
                    "status": figure.status,
                    "nationality": figure.nationality,
                    "attributes": figure.attributes,
                    "quote": figure.quote,
                    "rejected": figure.rejected,
                    "reviewed": figure.reviewed,
                    "mentions": [[one.field, one.start, one.end, one.text] for one in mentions],
                    "evidence": article.evidence_id is not None,
                }
            )
    return found


def _reviews(session: Session, articles: Sequence[int], subject: Subject) -> list[dict[str, Any]]:
    kinds = ("person", "role", "status", "nationality")
    rows = session.scalars(select(ReviewRow).where(ReviewRow.kind.in_(kinds), ReviewRow.article_id.in_(articles)))
    return [
        {"target": row.target, "verdict": row.verdict, "value": row.value, "note": row.note, "by": row.reviewer,
         "at": row.reviewed_at}
        for row in rows
        if person_key(str(row.anchor.get("row", {}).get("name", ""))) in subject.keys
    ]  # fmt: skip


def _watch(session: Session, subject: Subject) -> dict[str, Any] | None:
    if subject.watch is None:
        return None
    rows = session.scalars(select(MatchRow).where(MatchRow.watch_id == subject.watch))
    return {
        "reference": subject.watch.removeprefix(PREFIX),
        "matches": [
            {"article": row.article_id, "grade": row.rule, "reason": row.reason, "at": row.matched_at} for row in rows
        ],
    }
