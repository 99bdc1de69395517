"""Watched persons in an article: one match a person, under the asker's reference, graded, with the reason.

In      an `Article` with its figures, the compiled `Caseload`
Out     `Match` records of the watch `person:<reference>`; names stand in spans alone, as the article has them
Grades  likely (level alert), possible and namesake (level possible); another age or nationality makes a namesake
Raises  nothing
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pipelines.analysis.names_caseload import Caseload, PersonHit
from pipelines.analysis.names_compare import Grade
from pipelines.records import Article, Figure, Match, Span, WatchedPerson

PREFIX = "person:"
SCORES = {"likely": 3.0, "possible": 1.5, "namesake": 1.0}
_YEARS_APART = 2


def person_matches(article: Article, caseload: Caseload) -> tuple[Match, ...]:
    """One match for every watched person who is named in title, lead or body; the best grade decides."""
    if not len(caseload):
        return ()
    found: dict[str, list[tuple[str, PersonHit]]] = {}
    for field, text in (("title", article.title), ("lead", article.lead), ("body", article.body)):
        for hit in caseload.find(text or "", article.language):
            found.setdefault(hit.reference, []).append((field, hit))
    return tuple(_match(article, caseload.by_reference[reference], hits) for reference, hits in found.items())


def _match(article: Article, person: WatchedPerson, hits: Sequence[tuple[str, PersonHit]]) -> Match:
    graded = [(*_weighed(article, person, field, hit), field, hit) for field, hit in hits]
    grade, reason, _, _ = max(graded, key=lambda one: SCORES[one[0]])
    level: Literal["alert", "possible"] = "alert" if grade == "likely" else "possible"
    texts = {"title": article.title or "", "lead": article.lead or "", "body": article.body}
    spans = tuple(Span(hit.start, hit.end, field, texts[field][hit.start : hit.end]) for field, hit in hits)
    return Match(
        watch=PREFIX + person.reference,
        rule=grade,
        score=SCORES[grade],
        level=level,
        reason=f"{person.reference}: {grade}, {reason}",
        spans=spans,
    )


def _weighed(article: Article, person: WatchedPerson, field: str, hit: PersonHit) -> tuple[Grade, str]:
    """The hit's grade after what the article says of that person: another age or nationality makes a namesake."""
    figure = next((one for one in article.figures if _names(one, field, hit)), None)
    if figure is None:
        return hit.grade, hit.reason
    if person.nationality and figure.nationality and figure.nationality != person.nationality:
        return "namesake", f"the article says nationality {figure.nationality}"
    when = _year(article)
    if person.birth and figure.age and when and abs(when - figure.age - person.birth) > _YEARS_APART:
        return "namesake", f"the article says age {figure.age}"
    return hit.grade, hit.reason


def _names(figure: Figure, field: str, hit: PersonHit) -> bool:
    return any(one.field == field and one.start < hit.end and hit.start < one.end for one in figure.mentions)


def _year(article: Article) -> int:
    value: date | datetime = article.published.value if article.published else article.fetched_at
    return value.year
