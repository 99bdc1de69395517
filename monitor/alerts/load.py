"""Rows of the store as what planning and mails need: articles, readings, matches, outlets, clearances.

In      an open session and the ids asked for
Out     dictionaries by article id; an id without rows is missing or has an empty entry
Limits  reads only; ids are asked for in pieces, since both databases limit the parameters of a query
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.alerts.facts import Count, Person, Reading
from monitor.stories import person_key
from pipelines.analysis import office_holders
from pipelines.store import verdicts
from pipelines.store.schema import (
    ArticleRow,
    ClearanceRow,
    EvidenceRow,
    FigureRow,
    MatchRow,
    OutletRow,
    ReportedCountRow,
    ReviewRow,
    StoryRow,
    ToldFactRow,
)

Readings = Mapping[int, Reading]
T = TypeVar("T")
PIECE = 500


def pieces(items: Iterable[T]) -> Iterator[list[T]]:
    """`items` in lists short enough for one query."""
    every = list(items)
    for start in range(0, len(every), PIECE):
        yield every[start : start + PIECE]


def articles(session: Session, ids: Iterable[int]) -> dict[int, ArticleRow]:
    """Articles by id."""
    found: dict[int, ArticleRow] = {}
    for part in pieces(dict.fromkeys(ids)):
        found |= {row.id: row for row in session.scalars(select(ArticleRow).where(ArticleRow.id.in_(part)))}
    return found


def stories(session: Session, ids: Iterable[int]) -> dict[int, StoryRow]:
    """Stories by id."""
    found: dict[int, StoryRow] = {}
    for part in pieces(dict.fromkeys(ids)):
        found |= {row.id: row for row in session.scalars(select(StoryRow).where(StoryRow.id.in_(part)))}
    return found


def readings(
    session: Session, rows: Iterable[ArticleRow], suppressed: frozenset[str] = frozenset()
) -> dict[int, Reading]:
    """What was understood of each article in its newest revision; persons the last revision dropped are `removed`.

    Nothing is read of persons whose key is `suppressed`.
    """
    wanted = {row.id: row for row in rows}
    figures: dict[int, list[FigureRow]] = {key: [] for key in wanted}
    counts: dict[int, list[ReportedCountRow]] = {key: [] for key in wanted}
    for part in pieces(wanted):
        for figure in session.scalars(select(FigureRow).where(FigureRow.article_id.in_(part)).order_by(FigureRow.id)):
            if person_key(figure.name) not in suppressed:
                figures[figure.article_id].append(figure)
        query = select(ReportedCountRow).where(ReportedCountRow.article_id.in_(part)).order_by(ReportedCountRow.id)
        for count in session.scalars(query):
            counts[count.article_id].append(count)
    return {key: _reading(row, figures[key], counts[key]) for key, row in wanted.items()}


def _reading(article: ArticleRow, figures: Sequence[FigureRow], counts: Sequence[ReportedCountRow]) -> Reading:
    persons = tuple(person(figure) for figure in figures if figure.revision == article.revision)
    present = {person_key(one.name) for one in persons}
    before = (person(figure) for figure in figures if figure.revision == article.revision - 1)
    return Reading(
        article_id=article.id,
        persons=persons,
        counts=tuple(_count(count) for count in counts if count.revision == article.revision),
        gone=article.gone_at is not None,
        removed=tuple(
            p.name for p in before if p.is_news and article.gone_at is None and person_key(p.name) not in present
        ),
    )


def person(row: FigureRow) -> Person:
    """A figure's row as a person."""
    return Person(
        name=row.name,
        role=row.role,
        status=row.status,
        nationality=row.nationality,
        quote=row.attributes.get("status_quote") or row.quote,
        negated=bool(row.attributes.get("negated")),
        office=office_holders.office_holder(row.name),
        attributes=dict(row.attributes),
    )


def _count(row: ReportedCountRow) -> Count:
    return Count(
        low=row.low,
        high=row.high,
        bound=row.bound,
        quote=row.quote,
        of=row.of,
        kind=row.kind,
        noun=row.noun,
        nationality=row.nationality,
        status=row.status,
        attributed_to=row.attributed_to,
        negated=row.negated,
    )


def told(session: Session, recipient: str, story_id: int) -> Sequence[ToldFactRow]:
    """Every fact of a story that a recipient was, or will be, told."""
    return session.scalars(
        select(ToldFactRow).where(ToldFactRow.recipient == recipient, ToldFactRow.story_id == story_id)
    ).all()


def matches(session: Session, rows: Iterable[ArticleRow]) -> dict[int, list[MatchRow]]:
    """The matches of each article in its newest matched revision, best first."""
    wanted = {row.id: row for row in rows}
    found: dict[int, list[MatchRow]] = {key: [] for key in wanted}
    for part in pieces(wanted):
        query = select(MatchRow).where(MatchRow.article_id.in_(part)).order_by(MatchRow.score.desc(), MatchRow.id)
        for row in session.scalars(query):
            found[row.article_id].append(row)
    for key, rows_ in found.items():
        newest = max((row.revision for row in rows_), default=0)
        found[key] = [row for row in rows_ if row.revision == newest]
    return found


@dataclass(frozen=True, slots=True)
class OutletFacts:
    """What a mail says of an outlet."""

    name: str
    ownership: str = ""
    share: str = "excerpt"
    homepage: str = ""


def outlets(session: Session) -> dict[str, OutletFacts]:
    """Every outlet the database knows."""
    return {
        row.id: OutletFacts(row.name, row.ownership, row.share, row.homepage)
        for row in session.scalars(select(OutletRow))
    }


def evidence(session: Session, rows: Iterable[ArticleRow]) -> dict[int, str]:
    """SHA-256 of the kept bytes, by article id."""
    by_evidence = {row.evidence_id: row.id for row in rows if row.evidence_id}
    found: dict[int, str] = {}
    for part in pieces(by_evidence):
        query = select(EvidenceRow.id, EvidenceRow.sha256).where(EvidenceRow.id.in_(part))
        found |= {by_evidence[row.id]: row.sha256 for row in session.execute(query)}
    return found


def reviewed(session: Session, ids: Iterable[int]) -> set[int]:
    """The articles that a person has judged."""
    found: set[int] = set()
    for part in pieces(dict.fromkeys(ids)):
        rows = session.scalars(select(ReviewRow.article_id).where(ReviewRow.article_id.in_(part), verdicts.standing()))
        found |= {i for i in rows if i}
    return found


def clearances(session: Session) -> tuple[frozenset[str], frozenset[str]]:
    """Keys of the names cleared by hand, and of those that nobody may see; the last decision on a name holds."""
    verdicts: dict[str, Any] = {}
    for row in session.scalars(select(ClearanceRow).order_by(ClearanceRow.decided_at, ClearanceRow.id)):
        verdicts[person_key(row.name)] = row.verdict
    cleared = frozenset(key for key, verdict in verdicts.items() if verdict == "clear")
    return cleared, frozenset(key for key, verdict in verdicts.items() if verdict == "suppress")
