"""Lay what people decided over what the machine read: a verdict wins, and survives that the machine reads anew.

In      an open session, an article with its rows of figures, counts, dates and matches as the machine wrote them
Out     the same rows as judged: values set, `rejected` set, `reviewed` says who and when and what the machine had
Kept    a confirmed reading that the machine does not find any more is written again, as long as its words stand
Limits  verdicts on other revisions hold where the words around them are unchanged (`anchors`)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from pipelines.store import anchors, published
from pipelines.store.derive import name_key
from pipelines.store.schema import (
    WITH_REJECTED,
    AlertEventRow,
    ArticleRow,
    DateMentionRow,
    FigureMentionRow,
    FigureRow,
    MatchRow,
    ReportedCountRow,
    ReviewRow,
    ToldFactRow,
)

COLUMNS: dict[str, tuple[str, ...]] = {
    "figure": ("name", "role", "status", "nationality"),
    "count": ("low", "high", "bound", "of", "kind", "noun", "nationality", "side", "status", "attributed_to", "as_of",
              "period", "negated"),
    "date": ("value", "precision"),
    "match": ("level",),
}  # fmt: skip
"""What of each reading can be judged by itself."""

TABLES: dict[str, Any] = {
    "figure": FigureRow,
    "count": ReportedCountRow,
    "date": DateMentionRow,
    "match": MatchRow,
}
VERDICTS = ("confirm", "correct", "reject", "reopen")
KEPT = " (kept by review)"
"""Follows the rule's name of a match that only a verdict keeps."""


def standing() -> ColumnElement[bool]:
    """The condition on `ReviewRow` that its article bears a verdict now; one that was taken back says nothing."""
    # plain tables: a rejected reading is judged too
    tables = [table.__table__ for table in TABLES.values()]
    borne = [select(t.c.id).where(t.c.article_id == ReviewRow.article_id, t.c.reviewed.is_not(None)) for t in tables]
    later = aliased(ReviewRow)
    same = (later.article_id == ReviewRow.article_id) & (later.target == ReviewRow.target)
    back = select(later.id).where(same, later.verdict == "reopen", later.id > ReviewRow.id)
    of_article = ReviewRow.target.startswith("article:") & ~back.exists()
    return ReviewRow.verdict.in_(VERDICTS[:-1]) & or_(of_article, *(one.exists() for one in borne))


def apply(session: Session, article: ArticleRow, now: datetime) -> None:
    """Lay every verdict on `article` over the rows of its newest revision, in the order they were given."""
    session.flush()
    _keep_persons(session, article)
    reviews = session.scalars(
        select(ReviewRow)
        .where(ReviewRow.article_id == article.id, ReviewRow.verdict.in_(VERDICTS))
        .order_by(ReviewRow.id)
    ).all()
    touched = {judge(session, article, review, now) for review in reviews}
    dated = [one for one in reviews if one.anchor.get("column") == "published"]
    if dated and dated[-1].verdict in ("correct", "reject"):
        published.lay(article, dated[-1])
    if "match" in touched:
        _settle_matches(session, article, now)
    session.flush()


def _keep_persons(session: Session, article: ArticleRow) -> None:
    """Whom somebody joined to a person stays joined in the next revision, under the same name."""
    figures = session.scalars(
        select(FigureRow)
        .where(FigureRow.article_id == article.id)
        .order_by(FigureRow.revision, FigureRow.id)
        .execution_options(**WITH_REJECTED)
    ).all()
    joined: dict[str, int] = {}
    for row in figures:
        keys = (row.name_key, name_key(str(machine_value(row, "name"))))
        if row.revision < article.revision:
            # the revision before decides: who was taken out of a person there stays out
            joined = {key: number for key, number in joined.items() if key not in keys}
            joined |= dict.fromkeys(keys, row.person_id) if row.person_id is not None else {}
        elif row.person_id is None:
            row.person_id = next((joined[key] for key in keys if key in joined), None)


def judge(session: Session, article: ArticleRow, review: ReviewRow, now: datetime) -> str:
    """Lay one verdict over its rows; gives what kind of reading it judged ("" for one of the article itself)."""
    kind = str(review.anchor.get("reading", ""))
    if kind in TABLES:
        place = _place(article, review)
        rows = _rows(session, article, review, kind, place)
        if not rows and place is not None and review.verdict in ("confirm", "correct"):
            rows = [_again(session, article, review, kind, place, now)]
        for row in rows:
            lay(row, review, kind)
    return kind


def lay(row: Any, review: ReviewRow, kind: str) -> None:
    """Change one row as the verdict says."""
    column = str(review.anchor.get("column", ""))
    said = dict(row.reviewed or {})
    if review.verdict == "reopen":
        for key in [column] if column else list(said):
            for name, value in said.pop(key, {}).get("machine", {}).items():
                _set(row, name, value)
        row.rejected = bool(said.get("", {}).get("verdict") == "reject")
        row.reviewed = said or None
        return
    held = dict(review.anchor.get("held", {}))
    wanted = held if review.verdict != "reject" else ({column: None} if column else {})
    before = {**said.get("", {}).get("machine", {}), **said.get(column, {}).get("machine", {})}
    machine = {name: before.get(name, getattr(row, name)) for name in wanted}
    for name, value in wanted.items():
        _set(row, name, value)
    if not column:
        row.rejected = review.verdict == "reject"
    entry = {"verdict": review.verdict, "by": review.reviewer, "at": review.reviewed_at.isoformat()}
    changed = {name: value for name, value in machine.items() if value != wanted[name]}
    said[column] = {**entry, "machine": changed} if changed else entry
    row.reviewed = {key: said[key] for key in COLUMNS[kind] if key in said} | ({"": said[""]} if "" in said else {})


def _set(row: Any, name: str, value: Any) -> None:
    setattr(row, name, value)
    if name == "name":
        row.name_key = name_key(value)


def text_of(article: ArticleRow, field: str) -> str:
    """The text a span of `field` stands in."""
    return {"title": article.title, "lead": article.lead}.get(field, article.body) or ""


def _place(article: ArticleRow, review: ReviewRow) -> tuple[int, int] | None:
    anchor = review.anchor
    if anchor.get("revision") == article.revision:
        return int(anchor.get("start", 0)), int(anchor.get("end", 0))
    place = anchors.find(anchor, text_of(article, str(anchor.get("field"))))
    quote = anchor.get("quote")
    whole = " ".join((article.title or "", article.lead or "", article.body)).split()
    return place if not quote or " ".join(str(quote).split()) in " ".join(whole) else None


def _rows(
    session: Session, article: ArticleRow, review: ReviewRow, kind: str, place: tuple[int, int] | None
) -> Sequence[Any]:
    table = TABLES[kind]
    every = session.scalars(
        select(table)
        .where(table.article_id == article.id, table.revision == article.revision)
        .order_by(table.id)
        .execution_options(**WITH_REJECTED)
    ).all()
    anchor = review.anchor
    if kind == "match":
        return [row for row in every if place is not None and row.watch_id == anchor["row"]["watch_id"]]
    if place is None:
        return ()
    if kind == "figure":
        return _figures(session, every, anchor, place)
    return [row for row in every if anchors.overlap(anchor, row.field, row.start, row.end, place)]


def _figures(session: Session, every: Sequence[FigureRow], anchor: Any, place: tuple[int, int]) -> list[FigureRow]:
    """By the name as the machine read it; where it now reads another, by the place."""
    wanted = name_key(anchor["row"]["name"])
    named = [row for row in every if wanted in (row.name_key, name_key(machine_value(row, "name")))]
    if named:
        return named
    ids = {row.id: row for row in every}
    mentions = session.scalars(select(FigureMentionRow).where(FigureMentionRow.figure_id.in_(ids)))
    here = {one.figure_id for one in mentions if anchors.overlap(anchor, one.field, one.start, one.end, place)}
    return [ids[number] for number in sorted(here)]


def machine_value(row: Any, name: str) -> Any:
    """What the machine read, whatever a person made of it."""
    for entry in (row.reviewed or {}).values():
        if name in entry.get("machine", {}):
            return entry["machine"][name]
    return getattr(row, name)


def _again(
    session: Session, article: ArticleRow, review: ReviewRow, kind: str, place: tuple[int, int], now: datetime
) -> Any:
    """Write a reading that only the verdict keeps, at the place where its words stand."""
    values = dict(review.anchor["row"])
    mentions = values.pop("mentions", ())
    if kind in ("count", "date"):
        values |= {"start": place[0], "end": place[1]}
    if kind == "match":
        values |= {"matched_at": now, "rule": values["rule"].removesuffix(KEPT) + KEPT}
    if kind == "figure":
        values["name_key"] = name_key(values["name"])
    row = TABLES[kind](article_id=article.id, revision=article.revision, **values)
    session.add(row)
    session.flush()
    if kind == "figure":
        moved = place[0] - int(review.anchor["start"])
        session.add_all(_mentions(article, row.id, mentions, str(review.anchor["field"]), moved))
        session.flush()
    return row


def _mentions(
    article: ArticleRow, figure_id: int, mentions: Iterable[Any], field: str, moved: int
) -> Iterable[FigureMentionRow]:
    for name, start, end, words in mentions:
        by = moved if name == field else 0
        if text_of(article, name)[start + by : end + by] == words:
            yield FigureMentionRow(figure_id=figure_id, field=name, start=start + by, end=end + by, text=words)


def _settle_matches(session: Session, article: ArticleRow, now: datetime) -> None:
    """A match that was rejected is not told; one the machine finds again needs no keeping; relevance follows."""
    rows = session.scalars(
        select(MatchRow)
        .where(MatchRow.article_id == article.id, MatchRow.revision == article.revision)
        .execution_options(**WITH_REJECTED)
    ).all()
    found = {row.watch_id for row in rows if not row.rule.endswith(KEPT)}
    kept = [row.id for row in rows if row.rule.endswith(KEPT) and row.watch_id in found]
    session.execute(delete(MatchRow).where(MatchRow.id.in_(kept)))
    gone = {row.watch_id for row in rows if row.rejected} - {row.watch_id for row in rows if not row.rejected}
    silence(session, article.id, gone, now)
    article.relevant = bool(
        session.scalar(
            select(
                exists().where(
                    MatchRow.article_id == article.id,
                    MatchRow.revision == article.revision,
                    MatchRow.rejected.is_(False),
                )
            )
        )
    )


def silence(session: Session, article_id: int, watch_ids: Iterable[str], now: datetime) -> None:
    """What a rejected match would still bring, by a coming mail or a waiting digest, is not told."""
    ids = sorted(watch_ids)
    events = update(AlertEventRow).where(
        AlertEventRow.article_id == article_id, AlertEventRow.watch_id.in_(ids), AlertEventRow.planned_at.is_(None)
    )
    session.execute(events.values(planned_at=now))
    session.execute(
        delete(ToldFactRow).where(
            ToldFactRow.article_id == article_id, ToldFactRow.watch_id.in_(ids), ToldFactRow.outbox_id.is_(None)
        )
    )
