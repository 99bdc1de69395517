"""What facets and filters ask of articles, held in memory as columns: a count over all hits takes milliseconds.

In      an open session
Out     `Table`: arrays by an article's number, and entries (persons, counts, matches) that point to articles
Fresh   each asking looks at the newest numbers of the database and reads again what they speak of; all is read again
        after a purge or an erasure, every ten minutes, and always where articles are few
Memory  about 30 bytes an article; a table is never changed, who holds one keeps it
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, String, cast, extract, func, select, type_coerce
from sqlalchemy.orm import Session

from monitor.filters import SHOWN
from pipelines.store.schema import (
    ArticleRow,
    AuditRow,
    FigureRow,
    MatchRow,
    ReportedCountRow,
    ReviewRow,
    RevisionRow,
)

Numbers = NDArray[Any]
FEW, PIECE, SOME = 2_000, 10_000, 5_000
OLD_SECONDS = 600
MOST_HITS = 4
"""Of how many searches the hits are remembered: who turns pages or tries filters asks the same words again."""
_STAMPS: tuple[Any, ...] = (RevisionRow, FigureRow, ReportedCountRow, MatchRow, ReviewRow, AuditRow)
_SWEEPING = ("purge", "person erase")


class Codes:
    """Small numbers for texts, in the order of their first sight; 0 is nothing."""

    def __init__(self) -> None:
        self.names: list[str] = [""]
        self._known: dict[str | None, int] = {None: 0, "": 0}

    def of(self, name: str | None) -> int:
        """The number of a text."""
        if name not in self._known:
            self._known[name] = len(self.names)
            self.names.append(name or "")
        return self._known[name]

    def all(self, names: Sequence[str | None]) -> list[int]:
        """The numbers of many texts."""
        for name in set(names):
            self.of(name)
        return [self._known[name] for name in names]

    def find(self, name: str | None) -> int:
        """The number of a text, -1 for one that no article has."""
        return self._known.get(name, -1)


@dataclass(frozen=True, slots=True)
class Entries:
    """Readings: `owner` is the article; the others are codes by the name of the column."""

    owner: Numbers
    codes: dict[str, Numbers]

    def without(self, gone: Numbers) -> Entries:
        """Those of other articles. `gone`: by number, whether an article goes."""
        kept = ~gone[self.owner]
        return Entries(self.owner[kept], {name: column[kept] for name, column in self.codes.items()})

    def with_(self, more: Entries) -> Entries:
        """These and others."""
        both = {name: np.concatenate((column, more.codes[name])) for name, column in self.codes.items()}
        return Entries(np.concatenate((self.owner, more.owner)), both)


@dataclass(frozen=True, slots=True)
class Table:
    """The columns. `outlet` is 0 where no article has the number; `dated` is in microseconds since 1970, UTC."""

    stamp: tuple[int, ...]
    outlet: Numbers
    language: Numbers
    dated: Numbers
    figures: Entries
    counts: Entries
    matches: Entries

    def mark(self, ids: Numbers) -> Numbers:
        """By number, whether it is among `ids`."""
        made = np.zeros(len(self.outlet), dtype=bool)
        made[ids] = True
        return made


class Columns:
    """The columns of one database, brought up to date as they are asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._table: Table | None = None
        self._read_at = 0.0
        self._hits: OrderedDict[Any, Any] = OrderedDict()
        self.codes = {name: Codes() for name in ("outlet", "language", "watch", "role", "status", "nationality")}

    def table(self, session: Session) -> Table:
        """The columns as the database is now."""
        with self._lock:
            have, stamp = self._table, _stamp(session)
            old = time.monotonic() - self._read_at > OLD_SECONDS
            if have is not None and have.stamp == stamp and not old and len(have.outlet) > FEW:
                return have
            changed = None if have is None or old or len(have.outlet) <= FEW else _changed(session, have.stamp)
            if have is None or changed is None:
                self._table, self._read_at = self._read(session, stamp, None), time.monotonic()
            else:
                self._table = _merged(have, self._read(session, stamp, changed), changed)
            return self._table

    def hits(self, key: Any, find: Callable[[], Any]) -> Any:
        """What `find` finds, or found already. `key`: the words, and the stamp of the table, which all news changes."""
        with self._lock:
            if key in self._hits:
                self._hits.move_to_end(key)
                return self._hits[key]
        found = find()
        with self._lock:
            self._hits[key] = found
            while len(self._hits) > MOST_HITS:
                self._hits.popitem(last=False)
        return found

    def _read(self, session: Session, stamp: tuple[int, ...], only: Sequence[int] | None) -> Table:
        last = session.scalar(select(func.max(ArticleRow.id))) or 0
        outlet, language = np.zeros(last + 1, np.uint16), np.zeros(last + 1, np.uint16)
        dated = np.zeros(last + 1, np.int64)
        lite = session.get_bind().dialect.name == "sqlite"
        for rows in _articles(session, only, lite):
            numbers, outlets, languages, times = zip(*rows, strict=True)
            ids = np.array(numbers, np.int64)
            outlet[ids], language[ids] = self.codes["outlet"].all(outlets), self.codes["language"].all(languages)
            dated[ids] = np.array(times, "datetime64[us]").astype(np.int64) if lite else times
        people, states = ("role", "status", "nationality"), ("status", "nationality")
        figures = self._entries(session, FigureRow, people, only, newest=True)
        counts = self._entries(session, ReportedCountRow, states, only, newest=True)
        matches = self._entries(session, MatchRow, ("watch_id",), only, newest=False)
        return Table(stamp, outlet, language, dated, _with_once(figures), counts, _with_once(matches))

    def _entries(
        self, session: Session, table: Any, names: tuple[str, ...], only: Sequence[int] | None, *, newest: bool
    ) -> Entries:
        columns = (table.article_id, *(getattr(table, name) for name in names))
        query: Any = select(*columns).where(table.rejected.is_(False))
        if newest:
            of = (ArticleRow.id == table.article_id) & (ArticleRow.revision == table.revision)
            query = query.join(ArticleRow, of).with_hint(ArticleRow, SHOWN, "sqlite")
        owners: list[Numbers] = [np.zeros(0, np.int32)]
        read: dict[str, list[Numbers]] = {name.removesuffix("_id"): [np.zeros(0, np.uint16)] for name in names}
        for part in _parts(only):
            for rows in _rows(session, query if part is None else query.where(table.article_id.in_(part))):
                owner, *said = zip(*rows, strict=True)
                owners.append(np.array(owner, np.int32))
                for name, values in zip(read, said, strict=True):
                    read[name].append(np.array(self.codes[name].all(values), np.uint16))
        return Entries(np.concatenate(owners), {name: np.concatenate(parts) for name, parts in read.items()})


def once(name: str) -> str:
    """The column that marks, of each article, the first entry of each value: an article counts once for a value."""
    return f"{name} once"


def _with_once(entries: Entries) -> Entries:
    made = dict(entries.codes)
    for name, codes in entries.codes.items():
        _, first = np.unique(entries.owner.astype(np.int64) * 65_536 + codes, return_index=True)
        made[once(name)] = np.zeros(len(codes), dtype=bool)
        made[once(name)][first] = True
    return Entries(entries.owner, made)


def _stamp(session: Session) -> tuple[int, ...]:
    newest = [select(func.max(table.id)).scalar_subquery() for table in (ArticleRow, *_STAMPS)]
    return tuple(number or 0 for number in session.execute(select(*newest)).one())


def _changed(session: Session, stamp: tuple[int, ...]) -> list[int] | None:
    """Articles that something new speaks of; None: so much is new that all is read again."""
    found: set[int] = set()
    for table, last in zip(_STAMPS, stamp[1:], strict=True):
        if table is AuditRow:
            swept = select(AuditRow.id).where(AuditRow.id > last, AuditRow.action.in_(_SWEEPING))
            if session.scalar(swept.limit(1)) is not None:
                return None
            continue
        of = select(table.article_id).where(table.id > last).distinct().limit(SOME + 1)
        found |= {number for number in session.scalars(of) if number is not None}
        if len(found) > SOME:
            return None
    return sorted(found)


def _merged(have: Table, fresh: Table, changed: Sequence[int]) -> Table:
    """`have`, with the articles of `changed` as they are in `fresh`."""
    gone = np.zeros(max(len(have.outlet), len(fresh.outlet), max(changed, default=0) + 1), dtype=bool)
    gone[list(changed)] = True

    def column(old: Numbers, new: Numbers) -> Numbers:
        both = np.zeros(len(new), new.dtype)
        both[: min(len(old), len(new))] = old[: len(new)]
        both[gone[: len(new)]] = new[gone[: len(new)]]
        return both

    return Table(
        fresh.stamp,
        column(have.outlet, fresh.outlet),
        column(have.language, fresh.language),
        column(have.dated, fresh.dated),
        have.figures.without(gone).with_(fresh.figures),
        have.counts.without(gone).with_(fresh.counts),
        have.matches.without(gone).with_(fresh.matches),
    )


def _parts(only: Sequence[int] | None) -> Iterator[Sequence[int] | None]:
    if only is None:
        yield None
        return
    for at in range(0, len(only), 500):
        yield only[at : at + 500]


def _articles(session: Session, only: Sequence[int] | None, lite: bool) -> Iterable[Sequence[Any]]:
    """Number, outlet, language and time of articles, some at a time."""
    at: Any = type_coerce(ArticleRow.dated_at, String)
    if not lite:
        at = cast(extract("epoch", ArticleRow.dated_at) * 1_000_000, BigInteger)
    query: Any = select(ArticleRow.id, ArticleRow.outlet_id, ArticleRow.language, at)
    query = query.with_hint(ArticleRow, SHOWN, "sqlite")
    for part in _parts(only):
        asked = query if part is None else query.where(ArticleRow.id.in_(part))
        yield from _rows(session, asked)


def _rows(session: Session, query: Any) -> Iterator[Sequence[Any]]:
    ask = session.connection()
    if ask.dialect.name != "sqlite":
        yield from ask.execute(query, execution_options={"yield_per": PIECE}).partitions()
        return
    with raw(session, query) as cursor:
        while rows := cursor.fetchmany(PIECE):
            yield rows


@contextmanager
def raw(session: Session, query: Any) -> Iterator[Any]:
    """The driver's own cursor of a query: rows as objects cost three times as much, and there may be a million."""
    result = session.connection().execute(query)
    try:
        yield result.cursor
    finally:
        result.close()


__all__ = ["Codes", "Columns", "Entries", "Table", "once", "raw"]
