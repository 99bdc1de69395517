"""What to look for: a frozen `Filter`, the plain language of searches, and the conditions both become.

In      a `Filter`; the text of a search
Out     conditions on `ArticleRow`; the same sets on both databases
Syntax  words are joined by AND, "a phrase", prefix*, -not, title:word; a Slavic, Korean or Arabic word finds its forms
Order   by `dated_at`, then by number; a `Cursor` is a place in that order, so that pages do not shift
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import String, and_, collate, func, literal, or_, select, tuple_, union
from sqlalchemy.orm import Session, aliased

from pipelines.analysis import tokens, wordforms
from pipelines.store import search as index
from pipelines.store import verdicts
from pipelines.store.schema import (
    ArticleRow,
    DateMentionRow,
    FigureRow,
    MatchRow,
    OutletRow,
    PersonRow,
    ReportedCountRow,
    ReviewRow,
    UtcDateTime,
)

_PART = re.compile(r'(-?)(?:(title):)?(?:"([^"]*)"|(\S+))')
_CURSOR = re.compile(r"([0-9]{8}T[0-9]{12})((?:-[0-9]{1,18}){1,2})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: its time, its article's number, and of a claim its own."""

    at: datetime
    article: int
    row: int = 0

    def __str__(self) -> str:
        tail = f"-{self.article}" + (f"-{self.row}" if self.row else "")
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S%f}{tail}"

    @classmethod
    def read(cls, text: str) -> Cursor:
        """The place that `str()` wrote. Raises ValueError.

        >>> str(Cursor.read("20260304T120000000000-812"))
        '20260304T120000000000-812'
        """
        found = _CURSOR.fullmatch(text)
        if not found:
            raise ValueError("this is no place in a list")
        at = datetime.strptime(found[1] + "+0000", "%Y%m%dT%H%M%S%f%z")
        return cls(at, *(int(part) for part in found[2].split("-")[1:]))


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; None = not asked.

    since, until      of publication; of an article without a date, of when it was first seen
    event_since, …    days: a date spoken of in the text lies between them (`event_until` is the first day after)
    tag               of the outlet or of the page, or set by a person
    person            number of a joined person · `figure`: of a person of an article: all of this spelling
    role, status, nationality   one person (or, without a role, one count) of the article has all that are asked
    reviewed          articles, or persons and counts, of which a person judged something (True) or nothing (False)
    after             only what comes after this place in the order by time
    upto              only articles with this number at most
    """

    text: str = ""
    outlet: str | None = None
    tag: str | None = None
    ownership: str | None = None
    language: str | None = None
    watch: str | None = None
    story: int | None = None
    person: int | None = None
    figure: int | None = None
    nationality: str | None = None
    country: str | None = None
    role: str | None = None
    status: str | None = None
    name: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    event_since: date | None = None
    event_until: date | None = None
    relevant_only: bool = False
    reviewed: bool | None = None
    by_relevance: bool = False
    limit: int = 20
    offset: int = 0
    after: Cursor | None = None
    upto: int | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything is asked besides the order and the page."""
        shape = {"limit", "offset", "by_relevance", "after", "upto"}
        return any(getattr(self, f.name) != f.default for f in fields(self) if f.name not in shape)


def parse(text: str) -> tuple[index.Phrase, ...]:
    """Read a query. Any text is a query: what is no operator is looked for as it stands."""
    found = []
    for minus, field, quoted, word in _PART.findall(text.replace("\x00", " ")):
        raw = quoted or word
        prefix = not quoted and raw.endswith("*")
        keys = tokens.query_keys(raw.rstrip("*") if prefix else raw)
        if keys:
            forms = wordforms.forms(keys[0]) if len(keys) == 1 and not prefix and not quoted else ()
            found.append(index.Phrase(tuple(keys), prefix, bool(minus), field == "title", forms))
    return tuple(found)


def words_of(text: str) -> list[str]:
    """The keys that a query looks for, in all their forms, to mark them in texts."""
    return [key for phrase in parse(text) if not phrase.negative for key in phrase.forms or phrase.keys]


def matching(dialect: str, text: str) -> Any:
    """A subquery `(article_id, rank)` of the articles with these words; None for no words, False for none at all."""
    phrases = parse(text)
    if not phrases:
        return False if text.strip() else None
    if all(phrase.negative for phrase in phrases):
        return False
    return index.ids_matching(dialect, phrases).subquery()


def after(cursor: Cursor, claim: Any = None) -> Any:
    """The condition that a row comes after a place: newest first, an article's claims in reading order."""
    at, number = literal(cursor.at, UtcDateTime()), literal(cursor.article)
    before = tuple_(ArticleRow.dated_at, ArticleRow.id) < tuple_(at, number)
    if claim is None:
        return before
    same = and_(ArticleRow.dated_at == at, ArticleRow.id == number, claim.id > cursor.row)
    return and_(ArticleRow.dated_at <= at, or_(before, same))


SHOWN = "INDEXED BY ix_article_shown"
"""What SQLite is told where only columns of this index are needed: it would read the rows, long texts and all."""
BY_TIME = "INDEXED BY ix_article_dated_at_id"
NEWEST = (ArticleRow.dated_at.desc(), ArticleRow.id.desc())


def hint(wanted: Filter) -> str:
    """Which index SQLite takes for a page of articles: it guesses badly how many a condition leaves."""
    if wanted.text or wanted.story or wanted.person or wanted.figure or wanted.tag or wanted.reviewed:
        return SHOWN
    spread = wanted.watch or wanted.nationality or wanted.role or wanted.status
    apart = wanted.outlet or wanted.language or wanted.country or wanted.ownership
    return BY_TIME if spread and not apart else ""


def conditions(session: Session, wanted: Filter) -> list[Any]:
    """Every condition but the words, on `ArticleRow`."""
    equal = {
        ArticleRow.outlet_id: wanted.outlet,
        ArticleRow.language: wanted.language,
        ArticleRow.story_id: wanted.story,
    }
    found: list[Any] = [column == value for column, value in equal.items() if value]
    if wanted.country or wanted.ownership:
        found.append(ArticleRow.outlet_id.in_(_outlets(session, wanted)))
    if wanted.since:
        found.append(ArticleRow.dated_at >= wanted.since)
    if wanted.until:
        found.append(ArticleRow.dated_at < wanted.until)
    if wanted.upto is not None:
        found.append(ArticleRow.id <= wanted.upto)
    if wanted.watch:
        found.append(ArticleRow.id.in_(select(MatchRow.article_id).where(MatchRow.watch_id == wanted.watch)))
    elif wanted.relevant_only:
        found.append(ArticleRow.relevant)
    if wanted.reviewed is not None:
        judged = select(ReviewRow.article_id).where(ReviewRow.article_id == ArticleRow.id, verdicts.standing())
        found.append(judged.exists() if wanted.reviewed else ~judged.exists())
    if wanted.tag:
        found.append(_tagged(session, wanted.tag))
    if wanted.event_since or wanted.event_until:
        found.append(_spoken_of(session, wanted))
    return [*found, *_persons(session, wanted)]


def _outlets(session: Session, wanted: Filter) -> list[str]:
    """The outlets of a country and an ownership: they are few, so no article is joined with them."""
    asked = select(OutletRow.id)
    if wanted.country:
        asked = asked.where(OutletRow.country == wanted.country.upper())
    if wanted.ownership:
        asked = asked.where(OutletRow.ownership == wanted.ownership)
    return list(session.scalars(asked))


def _tagged(session: Session, tag: str) -> Any:
    """Outlets are few: their lists are read here. A page's own tags are compared as JSON writes them."""
    outlets = [row.id for row in session.execute(select(OutletRow.id, OutletRow.tags)) if tag in (row.tags or ())]
    later = aliased(ReviewRow)
    taken = select(later.id).where(
        later.article_id == ReviewRow.article_id, later.kind == "tag", later.value == tag, later.id > ReviewRow.id
    )
    by_hand = select(ReviewRow.article_id).where(
        ReviewRow.kind == "tag", ReviewRow.value == tag, ReviewRow.verdict == "set",
        ReviewRow.article_id.is_not(None), ~taken.exists(),
    )  # fmt: skip
    return or_(ArticleRow.outlet_id.in_(outlets), ArticleRow.id.in_(by_hand))


def _spoken_of(session: Session, wanted: Filter) -> Any:
    """Dates are ISO texts, cut to their precision; ranges are `start/end`. They compare as texts, byte by byte."""
    value: Any = DateMentionRow.value
    if session.get_bind().dialect.name == "postgresql":
        value = collate(value, "C")
    asked: list[Any] = [DateMentionRow.article_id == ArticleRow.id, DateMentionRow.revision == ArticleRow.revision]
    if wanted.event_until:
        asked.append(value < wanted.event_until.isoformat())
    if wanted.event_since:
        since = wanted.event_since.isoformat()
        ends = func.substr(value, 12, 10, type_=String)  # a month or a year that holds the day counts
        month = and_(func.length(value) < 10, value + literal("~") >= since)
        asked.append(or_(value >= since, month, and_(value.like("%/%"), ends >= since)))
    return select(DateMentionRow.id).where(*asked).exists()


def _persons(session: Session, wanted: Filter) -> list[Any]:
    """One person of the article, or one count where no role is asked, has everything that is asked of persons."""
    nationality = wanted.nationality.upper() if wanted.nationality else None
    shared = {"status": wanted.status, "nationality": nationality}
    asked = {name: value for name, value in {**shared, "role": wanted.role}.items() if value}
    found = []
    if asked:
        some = _having(FigureRow, asked)
        every: Any = some if wanted.role else union(some, _having(ReportedCountRow, asked))
        found.append(ArticleRow.id.in_(every))
    if wanted.person is not None:
        person = session.get(PersonRow, wanted.person)
        number = person.redirect_to or person.id if person else -1
        found.append(ArticleRow.id.in_(_having(FigureRow, {"person_id": number})))
    if wanted.figure is not None:
        figure = session.get(FigureRow, wanted.figure)
        found.append(ArticleRow.id.in_(_having(FigureRow, {"name_key": figure.name_key if figure else ""})))
    return found


def _having(table: Any, asked: dict[str, Any]) -> Any:
    """A SELECT of the articles whose newest revision has a reading with these values."""
    equal = [getattr(table, name) == value for name, value in asked.items()]
    other = aliased(ArticleRow)
    held = select(table.article_id).join(other, (other.id == table.article_id) & (other.revision == table.revision))
    return held.where(*equal).with_hint(other, SHOWN, "sqlite")
