"""The caseload: persons somebody asks for, each with the asker's own reference, found in every page and in the archive.

In      a CSV with the columns reference, name, aliases (separated by ;), birth, nationality; the first two are required
Out     `WatchedPerson` tuples; `Match` records of the watch `person:<reference>`, in which no name stands but in spans
Kept    as `caseload.csv` in the workspace, readable by its owner alone
Raises  CaseloadError naming line and column
Limits  10,000 persons
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor.rematch import stored_article
from pipelines.analysis.names import Caseload, Grade, PersonHit, WatchedPerson
from pipelines.records import Article, Figure, Match, Span
from pipelines.store.schema import ArticleRow

FILE = "caseload.csv"
COLUMNS = ("reference", "name", "aliases", "birth", "nationality")
MOST = 10_000
BATCH = 200
SCORES = {"likely": 3.0, "possible": 1.5, "namesake": 1.0}
_REFERENCE = re.compile(r"[^\s:;,]{1,64}")
_BIRTH = re.compile(r"(\d{4})(?:-\d{2}(?:-\d{2})?)?")
_YEARS_APART = 2


class CaseloadError(ValueError):
    """The file cannot be taken; the text names line and column."""


@dataclass(frozen=True, slots=True)
class ArchiveHit:
    """A watched person in a stored article."""

    article_id: int
    title: str | None
    outlet_id: str
    match: Match


def read_csv(path: Path) -> tuple[WatchedPerson, ...]:
    """Read and check a caseload file. Raises CaseloadError; no person of a faulty file is taken."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseloadError(f"{path.name}: not UTF-8 (byte {error.start}); save the table as CSV UTF-8") from error
    delimiter = ";" if ";" in text.partition("\n")[0] and "," not in text.partition("\n")[0] else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        return _people(path.name, rows)
    except csv.Error as error:
        raise CaseloadError(f"{path.name}:{rows.line_num}: {error}") from error


def _people(name: str, rows: csv.DictReader[str]) -> tuple[WatchedPerson, ...]:
    header = [column.strip().lower() for column in rows.fieldnames or ()]
    rows.fieldnames = header
    _check_header(name, header)
    found: dict[str, WatchedPerson] = {}
    for row in rows:
        where = f"{name}:{rows.line_num}"
        if None in row or None in row.values():
            raise CaseloadError(f"{where}: {len(header)} cells are needed; quote cells that hold a comma")
        if not any(value.strip() for value in row.values()):
            continue
        person = _person(where, row)
        if person.reference in found:
            raise CaseloadError(f'{where}: reference: "{person.reference}" stands twice')
        found[person.reference] = person
        if len(found) > MOST:
            raise CaseloadError(f"{where}: more than {MOST:,} persons")
    return tuple(found.values())


def _check_header(name: str, header: Sequence[str]) -> None:
    for column in COLUMNS[:2]:
        if column not in header:
            raise CaseloadError(f"{name}:1: the column {column} is missing; columns are {', '.join(COLUMNS)}")
    for at, column in enumerate(header):
        if column not in COLUMNS:
            raise CaseloadError(f'{name}:1: column {at + 1}: "{column}" is not one of {", ".join(COLUMNS)}')
        if column in header[:at]:
            raise CaseloadError(f"{name}:1: column {at + 1}: {column} stands twice")


def _person(where: str, row: dict[str, str]) -> WatchedPerson:
    reference, name = row["reference"].strip(), " ".join(row["name"].split())
    if not _REFERENCE.fullmatch(reference):
        raise CaseloadError(f"{where}: reference: 1 to 64 characters without blanks, commas and colons are needed")
    aliases = [" ".join(alias.split()) for alias in row.get("aliases", "").split(";")]
    for column, text in (("name", name), *(("aliases", alias) for alias in aliases if alias)):
        if sum(char.isalpha() for char in text) < 2:
            raise CaseloadError(f"{where}: {column}: a name of two letters at least is needed")
    birth, nationality = row.get("birth", "").strip(), row.get("nationality", "").strip().upper()
    if birth and not (_BIRTH.fullmatch(birth) and 1900 <= int(birth[:4]) <= 2100):
        raise CaseloadError(f"{where}: birth: write a year (1990) or a day (1990-05-17)")
    if nationality and not re.fullmatch("[A-Z]{2}", nationality):
        raise CaseloadError(f"{where}: nationality: write the two letters of ISO 3166 (NP, CN)")
    names = tuple(dict.fromkeys([name, *(alias for alias in aliases if alias)]))
    return WatchedPerson(reference, names, int(birth[:4]) if birth else None, nationality or None)


def keep(workspace: Path, people: Iterable[WatchedPerson]) -> Path:
    """Write the caseload into the workspace, for its owner alone; the file is whole or the old one stays."""
    target = workspace / FILE
    fresh = target.with_suffix(".csv.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(COLUMNS)
        for one in people:
            writer.writerow(
                (one.reference, one.names[0], ";".join(one.names[1:]), one.birth or "", one.nationality or "")
            )
    fresh.replace(target)
    return target


def load(workspace: Path) -> tuple[WatchedPerson, ...]:
    """The caseload of a workspace, empty where there is none. Raises CaseloadError."""
    path = workspace / FILE
    return read_csv(path) if path.exists() else ()


def person_matches(article: Article, caseload: Caseload) -> tuple[Match, ...]:
    """One match for every watched person who is named in title, lead or body; the best grade decides.

    Watch, rule and reason carry the reference, never the name; the spans show the words as the article has them.
    """
    people = {person.reference: person for person in caseload.people}
    found: dict[str, list[tuple[str, PersonHit]]] = {}
    for field, text in (("title", article.title), ("lead", article.lead), ("body", article.body)):
        for hit in caseload.find(text or "", article.language):
            found.setdefault(hit.reference, []).append((field, hit))
    return tuple(_match(article, people[reference], hits) for reference, hits in found.items())


def _match(article: Article, person: WatchedPerson, hits: Sequence[tuple[str, PersonHit]]) -> Match:
    graded = [(*_weighed(article, person, field, hit), field, hit) for field, hit in hits]
    grade, reason, _, _ = max(graded, key=lambda one: SCORES[one[0]])
    level: Literal["alert", "possible"] = "alert" if grade == "likely" else "possible"
    texts = {"title": article.title or "", "lead": article.lead or "", "body": article.body}
    spans = tuple(Span(hit.start, hit.end, field, texts[field][hit.start : hit.end]) for field, hit in hits)
    return Match(
        watch=f"person:{person.reference}",
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


def search_archive(
    session: Session, caseload: Caseload, tell: Callable[[int, int], None] | None = None
) -> Iterator[ArchiveHit]:
    """Every watched person in every stored article, oldest article first; `tell(done, all)` after each batch.

    All texts are read: the index knows words, and a name may stand there in a spelling that nobody listed.
    """
    total = session.scalar(select(func.count()).select_from(ArticleRow)) or 0
    last = done = 0
    while True:
        rows = session.scalars(
            select(ArticleRow).where(ArticleRow.id > last).order_by(ArticleRow.id).limit(BATCH)
        ).all()
        if not rows:
            return
        for row in rows:
            if any(caseload.find(text or "") for text in (row.title, row.lead, row.body)):
                for match in person_matches(stored_article(session, row), caseload):
                    yield ArchiveHit(row.id, row.title, row.outlet_id, match)
        last, done = rows[-1].id, done + len(rows)
        session.expunge_all()
        if tell:
            tell(done, total)
