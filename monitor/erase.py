"""Erase a person: their readings go, their name is taken out of every text that is kept, and stays hidden from now on.

In      an open session, a `Subject`, who erases, why, and the instant
Out     `Step` tuple: what was deleted, redacted or kept, how many rows, and why; nothing is committed here
Redact  each letter of the name becomes `▒`, so that every other span still stands where it stood
Kept    bytes and hashes of evidence, addresses of pages, numbers of people, the audit; each step says why
Limits  in articles that name them, a part of the name is taken out wherever it stands, a namesake's too
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import default as mail_policy
from typing import Any

from sqlalchemy import JSON, CursorResult, Text, delete, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from monitor import name_index
from monitor.protection_spelling import fold, known_spans, words
from monitor.stories import person_key
from monitor.subjects import Subject
from pipelines.analysis import tokens
from pipelines.persist import keys_of_row
from pipelines.store import search
from pipelines.store.derive import name_key
from pipelines.store.schema import (
    WITH_REJECTED,
    AlertEventRow,
    ArticleRow,
    AuditRow,
    Base,
    ClearanceRow,
    EvidenceRow,
    FigureMentionRow,
    FigureRow,
    FrontierRow,
    MatchRow,
    OutboxRow,
    PersonRow,
    ReportedCountRow,
    ReviewRow,
    RevisionRow,
    StoryRow,
    SuggestionRow,
    ToldFactRow,
)
from pipelines.store.search import Keys

PIECE = 200
_WHY_EVIDENCE = (
    "the bytes as received prove what was published; one record cannot be taken out of an archive file "
    "without breaking the proof of the others"
)
_WHY_ADDRESSES = (
    "without them the pages would be read again; an address that may name a protected person is never shown"
)
_LOOKED_AT = frozenset(
    {
        "article", "revision", "figure", "figure_mention", "match", "reported_count", "review", "story", "told_fact",
        "outbox", "frontier", "person", "suggestion", "clearance", "search_doc", "date_mention", "name_index",
        # addresses and what is made of whole texts
        "article_url", "fetch_state", "evidence", "url_merge", "feed_state", "signature", "bin", "alert_event",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done, or left. `done`: deleted, redacted, kept, added."""

    what: str
    done: str
    rows: int
    why: str = ""


class Pen:
    """Takes the names of a subject out of texts, letter by letter."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        parts = [part for name in names for part in words(name)]
        # inflected at the end where words are parted by blanks; where they are not, a given name may stand alone
        cased = {part.folded[: max(3, len(part.folded) - 2)] for part in parts if part.cased}
        self._parts = tuple(cased | {part.folded[-2:] for part in parts if not part.cased})

    def text(self, text: str) -> str:
        """`text` with the names inked over, its length unchanged."""
        folded = fold.__wrapped__(text)  # whole articles are not kept in its memory
        if not text or not any(part in folded for part in self._parts):
            return text
        out, at = [], 0
        for start, end, _ in known_spans(text, self.names):
            out += [text[at:start], "".join(c if c.isspace() else "▒" for c in text[start:end])]
            at = end
        return "".join([*out, text[at:]])

    def any(self, value: Any) -> Any:
        """A value of JSON with every text in it inked over."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.any(one) for one in value]
        if isinstance(value, dict):
            return {self.text(str(key)): self.any(one) for key, one in value.items()}
        return value

    def row(self, row: Any, columns: Iterable[str]) -> bool:
        """Ink some columns of a row over; whether anything changed."""
        changed = False
        for name in columns:
            old = getattr(row, name)
            new = self.any(old)
            if new != old:
                setattr(row, name, new)
                flag_modified(row, name)
                changed = True
        return changed


def erase(
    session: Session, subject: Subject, actor: str, reason: str, now: datetime, *, suppress: bool = True
) -> tuple[Step, ...]:
    """Erase `subject`; `suppress` keeps the name hidden where it is read again. Nothing is committed here."""
    pen = Pen(subject.names)
    articles = _articles(session, subject)
    steps = [
        *_readings(session, subject),
        *_texts(session, pen, articles),
        *_told(session, pen, subject, articles),
        *_kept(session, articles),
        Step("names in the index", "deleted", name_index.forget(session, subject.names)),
        *_left(session, pen),
    ]
    if suppress:
        steps.append(_suppress(session, subject, actor, reason, now))
    detail = {step.what: f"{step.done} {step.rows}" for step in steps}
    session.add(AuditRow(at=now, actor=actor, action="person erase", target="a person",
                         detail={"reason": pen.text(reason), "steps": detail}))  # fmt: skip
    session.flush()
    return tuple(steps)


def _articles(session: Session, subject: Subject) -> list[int]:
    """Articles that name them: where a figure is, where the index has the name, and who matched their watch."""
    found: set[int] = set()
    for part in _pieces(subject.figures):
        found |= set(
            session.scalars(
                select(FigureRow.article_id).where(FigureRow.id.in_(part)).execution_options(**WITH_REJECTED)
            )
        )
    dialect = session.get_bind().dialect.name
    for name in subject.names:
        keys = tokens.query_keys(name)
        if keys:
            hits = search.ids_matching(dialect, [search.Phrase(tuple(keys))]).subquery()
            found |= set(session.scalars(select(hits.c.article_id)))
    if subject.watch:
        found |= set(session.scalars(select(MatchRow.article_id).where(MatchRow.watch_id == subject.watch)))
    return sorted(found)


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(ids), PIECE):
        yield ids[at : at + PIECE]


def _texts(session: Session, pen: Pen, articles: Sequence[int]) -> Iterator[Step]:
    """Texts of articles and their revisions, what was quoted of them, and the index over them."""
    yield Step("article texts", "redacted", _ink(session, pen, ArticleRow, ArticleRow.id, articles,
               ("title", "lead", "body", "authors", "tags", "section"), again=True))  # fmt: skip
    for what, table, columns in (
        ("revisions", RevisionRow, ("title", "lead", "body")),
        ("matches", MatchRow, ("quote", "reason", "spans", "parts", "reviewed")),
        ("counts", ReportedCountRow, ("quote", "attributed_to", "noun", "reviewed")),
        ("other persons' quotes", FigureRow, ("quote", "attributes", "reviewed")),
        ("reviews", ReviewRow, ("anchor", "value", "note")),
    ):
        yield Step(what, "redacted", _ink(session, pen, table, table.article_id, articles, columns))


def _ink(
    session: Session,
    pen: Pen,
    table: Any,
    column: Any,
    ids: Sequence[int],
    columns: tuple[str, ...],
    again: bool = False,
) -> int:
    changed = 0
    for part in _pieces(ids):
        rows = session.scalars(select(table).where(column.in_(part)).execution_options(**WITH_REJECTED)).all()
        for row in rows:
            old = keys_of_row(row) if again else Keys()
            if pen.row(row, columns):
                changed += 1
                if again:
                    search.index_again(session, row.id, old, keys_of_row(row), surely=True)
        session.flush()
    return changed


def _told(session: Session, pen: Pen, subject: Subject, articles: Sequence[int]) -> Iterator[Step]:
    """Stories, what was told, mails, links that wait: everything that repeats a name outside the articles."""
    stories = 0
    for row in session.scalars(select(StoryRow)):
        # signs are read anew from the redacted articles; those of older versions hold the letters of names
        kept = {key: value for key, value in row.facts.items() if key not in ("signs", "persons", "sketches")}
        if kept != row.facts:
            row.facts = kept
        stories += pen.row(row, ("title", "facts"))
    yield Step("stories", "redacted", stories)
    facts_changed = 0
    for part in _pieces(articles):
        for fact in session.scalars(select(ToldFactRow).where(ToldFactRow.article_id.in_(part))).all():
            facts_changed += _fact(session, pen, subject, fact)
    session.flush()
    yield Step("told facts", "redacted", facts_changed)
    links = 0
    for link in session.scalars(select(FrontierRow).where(FrontierRow.title.is_not(None)).execution_options(
            yield_per=1000)):  # fmt: skip
        links += pen.row(link, ("title", "summary"))
    yield Step("links", "redacted", links)
    mails = 0
    for mail in session.scalars(select(OutboxRow).execution_options(yield_per=100)):
        if mail.message and _names_in(pen, mail.message):
            mail.message, mails = b"", mails + 1
            mail.state = "suppressed" if mail.state in ("pending", "failed") else mail.state
    yield Step("mails", "redacted", mails, "their text is deleted; that they were sent is kept")


def _fact(session: Session, pen: Pen, subject: Subject, fact: ToldFactRow) -> bool:
    if fact.outbox_id is None and person_key(str(fact.detail.get("name", ""))) in subject.keys:
        session.delete(fact)  # nobody was told yet, and nobody is
        return True
    changed = pen.row(fact, ("detail",))
    parts = fact.fact.split(":")
    if any(part in subject.keys for part in parts):
        fact.fact = ":".join(f"erased-{fact.id}" if part in subject.keys else part for part in parts)
        changed = True
    return changed


def _names_in(pen: Pen, message: bytes) -> bool:
    mail = message_from_bytes(message, policy=mail_policy)
    texts = [str(mail.get("subject", ""))]
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            texts.append(str(part.get_content()))
    return any(_full_name(pen, text) for text in texts)


def _full_name(pen: Pen, text: str) -> bool:
    """Whether a whole name stands there; a mail that only has "Ivan" is of somebody else."""
    return any(len(words(text[start:end])) >= min(2, len(words(name)))
               for start, end, name in known_spans(text, pen.names))  # fmt: skip


def _readings(session: Session, subject: Subject) -> Iterator[Step]:
    """The person as the machine read them, and what people made of that."""
    kinds = ("person", "role", "status", "nationality")
    targets = {f"figure:{number}" for number in subject.figures}
    gone = [
        row.id
        for row in session.scalars(select(ReviewRow).where(ReviewRow.kind.in_(kinds)))
        if row.target in targets or person_key(str(row.anchor.get("row", {}).get("name", ""))) in subject.keys
    ]
    plan: tuple[tuple[str, Any, Any, Sequence[int]], ...] = (
        ("verdicts on the person", ReviewRow, ReviewRow.id, gone),
        ("mentions", FigureMentionRow, FigureMentionRow.figure_id, subject.figures),
        ("suggestions", SuggestionRow, SuggestionRow.figure_id, subject.figures),
        ("suggestions", SuggestionRow, SuggestionRow.other_id, subject.figures),
        ("figures", FigureRow, FigureRow.id, subject.figures),
    )
    for what, table, column, ids in plan:
        number = 0
        for part in _pieces(ids):
            number += _deleted(session, delete(table).where(column.in_(part)))
        yield Step(what, "deleted", number)
    free = [one for one in subject.persons
            if not session.scalar(select(func.count()).where(FigureRow.person_id == one))]  # fmt: skip
    redirects = or_(PersonRow.id.in_(free), PersonRow.redirect_to.in_(free))
    yield Step("persons", "deleted", _deleted(session, delete(PersonRow).where(redirects)) if free else 0)
    if subject.watch:
        theirs = delete(MatchRow).where(MatchRow.watch_id == subject.watch)
        yield Step("matches of their watch", "deleted", _deleted(session, theirs))
        told = delete(AlertEventRow).where(AlertEventRow.watch_id == subject.watch)
        yield Step("events of their watch", "deleted", _deleted(session, told))


def _deleted(session: Session, statement: Any) -> int:
    done = session.execute(statement, execution_options={"synchronize_session": False})
    return done.rowcount if isinstance(done, CursorResult) else 0


def _kept(session: Session, articles: Sequence[int]) -> Iterator[Step]:
    files = 0
    for part in _pieces(articles):
        files += session.scalar(
            select(func.count(EvidenceRow.id.distinct()))
            .join(RevisionRow, RevisionRow.evidence_id == EvidenceRow.id)
            .where(RevisionRow.article_id.in_(part))
        ) or 0  # fmt: skip
    yield Step("evidence records", "kept", files, _WHY_EVIDENCE)
    yield Step("addresses of pages", "kept", len(articles), _WHY_ADDRESSES)


def _left(session: Session, pen: Pen) -> Iterator[Step]:
    """Tables that nothing above looks into, such as the audit: what names them there is said, not changed."""
    for table in Base.metadata.sorted_tables:
        columns = [c for c in table.columns if isinstance(c.type, Text | JSON)]
        if table.name in _LOOKED_AT or not columns:
            continue
        rows = session.execute(select(*columns).execution_options(yield_per=1000))
        number = sum(any(_full_name(pen, str(value)) for value in row if value) for row in rows)
        if number:
            yield Step(f"rows of {table.name}", "kept", number, "not changed by itself: look at them by hand")


def _suppress(session: Session, subject: Subject, actor: str, reason: str, now: datetime) -> Step:
    known = {person_key(row.name) for row in session.scalars(select(ClearanceRow).where(
        ClearanceRow.verdict == "suppress"))}  # fmt: skip
    added = 0
    for name in subject.names:
        if person_key(name) not in known:
            known.add(person_key(name))
            session.add(ClearanceRow(name=name, name_key=name_key(name), verdict="suppress", reason=reason,
                                     decided_by=actor, decided_at=now))  # fmt: skip
            added += 1
    return Step("suppressed names", "added", added, "so that nobody is shown the name where an outlet prints it again")


__all__ = ["Pen", "Step", "erase"]
