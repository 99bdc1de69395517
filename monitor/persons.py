"""Persons above figures: search by name in any script, suggest who may be one, and merge, split, name by hand.

In      an open session; the clock and the actor are handed in
Out     dictionaries ready for JSON; rows of `suggestion`, `person`, `figure.person_id`, each decision with its audit
Limits  the machine only suggests: nothing here joins two figures unless a person asked for it by their numbers
Raises  PersonsError when a number is unknown
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor import name_index
from pipelines.analysis.names import NameScore, compare, keys, office_holder, profile
from pipelines.store.derive import name_key
from pipelines.store.schema import ArticleRow, AuditRow, FigureRow, MatchRow, PersonRow, SuggestionRow

OFFICIALS = frozenset({"official", "spokesperson", "head_of_state"})
WATCHED = "person:"
ONE_PART = 0.3
CROWD = 300
"""A key that so many names share tells nothing: its pairs are looked for by their other keys."""


class PersonsError(ValueError):
    """A figure or a person is not known by that number."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """What a round of suggestions brought."""

    names: int
    compared: int
    fresh: int


def search(session: Session, name: str, limit: int = 20) -> list[dict[str, Any]]:
    """Figures whose name may be `name` in any script, best first, with score, grade and reason."""
    scored: list[tuple[NameScore, str]] = []
    for known in name_index.alike(session, name):
        score = _score(name, known)
        if score.grade != "none":
            scored.append((score, known))
    scored.sort(key=lambda one: (-one[0].score, one[1]))
    out: list[dict[str, Any]] = []
    for score, known in scored:
        out += [_figure(figure, article, score) for figure, article in _figures(session, known)]
        if len(out) >= limit:
            break
    return out[:limit]


def _score(name: str, known: str) -> NameScore:
    """How alike two names are, for somebody who looks for one: who asks for a single part means all who bear it."""
    score = compare(name, known)
    asked = profile(name)
    if score.grade != "none":
        return score
    if asked.han or asked.hangul:
        bears = len(name) <= name_index.SURNAME and known.startswith(name)
    else:
        bears = len(asked.parts) == 1 and score.score > 0
    return NameScore(ONE_PART, "possible", "bears this name among others") if bears else score


def _figures(session: Session, name: str) -> Iterator[tuple[FigureRow, ArticleRow]]:
    rows = session.execute(
        select(FigureRow, ArticleRow)
        .join(ArticleRow, ArticleRow.id == FigureRow.article_id)
        .where(FigureRow.name_key == name_key(name), FigureRow.name == name, FigureRow.revision == ArticleRow.revision)
        .order_by(FigureRow.id.desc())
    )
    yield from ((figure, article) for figure, article in rows)


def _figure(figure: FigureRow, article: ArticleRow, score: NameScore) -> dict[str, Any]:
    return {
        "figure": figure.id,
        "name": figure.name,
        "score": score.score,
        "grade": score.grade,
        "reason": score.reason,
        "person": figure.person_id,
        "role": figure.role,
        "status": figure.status,
        "nationality": figure.nationality,
        "article": article.id,
        "outlet": article.outlet_id,
        "title": article.title,
    }


def watched(session: Session, reference: str | None = None) -> list[dict[str, Any]]:
    """The matches of watched persons (of one, by its reference), newest article first, with grade and reason."""
    wanted = MatchRow.watch_id == WATCHED + reference if reference else MatchRow.watch_id.startswith(WATCHED)
    rows = session.execute(
        select(MatchRow, ArticleRow)
        .join(ArticleRow, ArticleRow.id == MatchRow.article_id)
        .where(wanted, MatchRow.revision == ArticleRow.revision)
        .order_by(ArticleRow.id.desc(), MatchRow.id)
    )
    return [
        {
            "reference": match.watch_id.removeprefix(WATCHED),
            "grade": match.rule,
            "article": article.id,
            "outlet": article.outlet_id,
            "words": list(dict.fromkeys(span[3] for span in match.spans)),
            "reason": match.reason,
            "historical": match.historical,
            "title": article.title,
        }
        for match, article in rows
    ]


def suggest(session: Session, now: datetime) -> Suggested:
    """Write a suggestion for every two figures of different articles who may be one person. Merges nobody."""
    by_name: dict[str, list[FigureRow]] = {}
    rows = session.scalars(
        select(FigureRow)
        .join(ArticleRow, ArticleRow.id == FigureRow.article_id)
        .where(FigureRow.revision == ArticleRow.revision, FigureRow.pseudonym.is_(False))
        .order_by(FigureRow.id)
    )
    for row in rows:
        if row.role not in OFFICIALS and office_holder(row.name) is None:
            by_name.setdefault(row.name, []).append(row)
    known = {(one, other) for one, other in session.execute(select(SuggestionRow.figure_id, SuggestionRow.other_id))}
    before, compared = len(known), 0
    for figures in by_name.values():
        alike = compare(figures[0].name, figures[0].name)
        if alike.grade == "likely":
            for one, other in pairwise(figures):
                _note(session, one, other, alike, known, now)
    for first, second in _candidates(sorted(by_name)):
        compared += 1
        score = compare(first, second)
        if score.grade in ("likely", "possible"):
            pair = _apart(by_name[first], by_name[second])
            if pair:
                _note(session, *pair, score, known, now)
    session.flush()
    return Suggested(len(by_name), compared, len(known) - before)


def _candidates(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    blocks: dict[str, list[str]] = {}
    for name in names:
        for key in keys(name):
            blocks.setdefault(key, []).append(name)
    seen: set[tuple[str, str]] = set()
    for key in sorted(blocks):
        if len(blocks[key]) <= CROWD:
            for pair in combinations(blocks[key], 2):
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def _apart(ones: Sequence[FigureRow], others: Sequence[FigureRow]) -> tuple[FigureRow, FigureRow] | None:
    """Two figures of different articles: within one article the names were told apart already."""
    return next(((a, b) for a in ones for b in others if a.article_id != b.article_id), None)


def _note(
    session: Session, one: FigureRow, other: FigureRow, score: NameScore, known: set[tuple[int, int]], now: datetime
) -> None:
    pair = (min(one.id, other.id), max(one.id, other.id))
    same = one.person_id is not None and one.person_id == other.person_id
    differ = one.nationality and other.nationality and one.nationality != other.nationality
    if pair in known or same or differ or one.article_id == other.article_id:
        return
    known.add(pair)
    session.add(
        SuggestionRow(figure_id=pair[0], other_id=pair[1], score=score.score, reason=score.reason, created_at=now)
    )


def suggestions(session: Session, state: str = "open", limit: int = 50) -> list[dict[str, Any]]:
    """Suggestions with both names, best first."""
    rows = session.scalars(
        select(SuggestionRow).where(SuggestionRow.state == state).order_by(SuggestionRow.score.desc(), SuggestionRow.id)
    ).fetchmany(limit)
    out = []
    for row in rows:
        one, other = _known(session, row.figure_id), _known(session, row.other_id)
        out.append(
            {
                "figure": one.id,
                "name": one.name,
                "article": one.article_id,
                "other": other.id,
                "other_name": other.name,
                "other_article": other.article_id,
                "score": row.score,
                "reason": row.reason,
            }
        )
    return out


def merge(session: Session, figure_ids: Sequence[int], actor: str, now: datetime) -> PersonRow:
    """Make the figures one person: theirs if one of them has one, else a new one. Raises PersonsError."""
    figures = [_known(session, number) for number in dict.fromkeys(figure_ids)]
    if len(figures) < 2:
        raise PersonsError("two figures at least are needed")
    theirs = sorted({figure.person_id for figure in figures if figure.person_id is not None})
    person = session.get(PersonRow, theirs[0]) if theirs else None
    if person is None:
        person = PersonRow(name=figures[0].name, name_key=name_key(figures[0].name), aliases=[], created_at=now)
        session.add(person)
        session.flush()
    moved = list(session.scalars(select(FigureRow).where(FigureRow.person_id.in_(theirs[1:])))) if theirs[1:] else []
    before = {str(figure.id): figure.person_id for figure in (*figures, *moved)}
    for gone in theirs[1:]:
        old = session.get(PersonRow, gone)
        if old is not None:
            old.redirect_to = person.id
    for figure in (*figures, *moved):
        figure.person_id = person.id
    person.aliases = _aliases(person, [figure.name for figure in (*figures, *moved)])
    _decide(session, [figure.id for figure in (*figures, *moved)], "accepted")
    detail = {"figures": [figure.id for figure in figures], "before": before}
    session.add(AuditRow(at=now, actor=actor, action="merge", target=f"person:{person.id}", detail=detail))
    session.flush()
    return person


def split(session: Session, figure_id: int, actor: str, now: datetime) -> int:
    """Take a figure out of its person; gives the person's number. Raises PersonsError."""
    figure = _known(session, figure_id)
    person_id = figure.person_id
    if person_id is None:
        raise PersonsError(f"figure {figure_id} belongs to no person")
    rest = session.scalars(select(FigureRow).where(FigureRow.person_id == person_id, FigureRow.id != figure_id)).all()
    figure.person_id = None
    person = session.get(PersonRow, person_id)
    if person is not None and figure.name not in {other.name for other in rest}:
        person.aliases = [alias for alias in person.aliases if alias != figure.name]
    for other in rest:
        _decide(session, [figure_id, other.id], "rejected")
    session.add(
        AuditRow(at=now, actor=actor, action="split", target=f"person:{person_id}", detail={"figures": [figure_id]})
    )
    session.flush()
    return person_id


def alias(session: Session, person_id: int, name: str, actor: str, now: datetime) -> PersonRow:
    """Add another spelling to a person. Raises PersonsError."""
    person = session.get(PersonRow, person_id)
    if person is None:
        raise PersonsError(f"there is no person {person_id}")
    person.aliases = _aliases(person, [" ".join(name.split())])
    detail = {"aliases": len(person.aliases)}
    session.add(AuditRow(at=now, actor=actor, action="alias", target=f"person:{person_id}", detail=detail))
    session.flush()
    return person


def _aliases(person: PersonRow, names: Sequence[str]) -> list[str]:
    return [name for name in dict.fromkeys([*person.aliases, *names]) if name != person.name]


def _decide(session: Session, ids: Sequence[int], state: str) -> None:
    for row in session.scalars(
        select(SuggestionRow).where(SuggestionRow.figure_id.in_(ids), SuggestionRow.other_id.in_(ids))
    ):
        row.state = state


def _known(session: Session, number: int) -> FigureRow:
    found = session.get(FigureRow, number)
    if found is None:
        raise PersonsError(f"there is no figure {number}; `monitor people search NAME` shows the numbers")
    return found
