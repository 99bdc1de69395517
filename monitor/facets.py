"""A page of a search with what stands beside it: the count of all hits and facets, in one reading of the index.

In      an open session, the columns in memory, a `Filter` (`after`, `offset`, `by_relevance` cut the page alone)
Out     `Found`: numbers of the page's articles, how many there are in all, facet -> value -> number of articles
Facets  outlet, country, ownership, tag (of outlets), language, watch, role, status, nationality; the largest values
How     words are asked of the full-text index, what columns know is asked of them, the rest of the tables
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from monitor.columns import Columns, Entries, Numbers, Table, once, raw
from monitor.filters import SHOWN, Filter, conditions, parse
from pipelines.store import search as index
from pipelines.store.schema import ArticleRow, OutletRow

NAMES = ("outlet", "country", "ownership", "tag", "language", "watch", "role", "status", "nationality")
VALUES = 12
RANKED = 4_000
"""Of how many hits, the newest, PostgreSQL works out the relevance: it reads the whole vector of each."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_IN_COLUMNS: dict[str, Any] = dict.fromkeys(
    ("outlet", "language", "country", "ownership", "since", "until", "watch", "role", "status", "nationality")
)
"""What of a filter columns know; a copy without these is what the tables are asked."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits. `ids`: in order, one more than the page's limit where another page follows."""

    ids: Sequence[int] = ()
    count: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def look(session: Session, wanted: Filter, columns: Columns, *, beside: bool = True) -> Found:
    """The page that `wanted` asks for; `beside`: with the facets of all its hits."""
    table = columns.table(session)
    outlets = {
        row.id: row
        for row in session.execute(select(OutletRow.id, OutletRow.country, OutletRow.ownership, OutletRow.tags))
    }
    if wanted.text:
        asked = (table.stamp, wanted.text, wanted.by_relevance)
        ids, ranks = columns.hits(asked, lambda: _hits(session, wanted, table))
    else:
        ids, ranks = _hits(session, wanted, table)
    keep = _kept(wanted, table, columns, outlets)[ids]
    rest = replace(wanted, **_IN_COLUMNS, text="", after=None, by_relevance=False, offset=0)
    if rest.narrows or rest.upto is not None:
        keep &= table.mark(_others(session, rest, table))[ids]
    ids, ranks = ids[keep], None if ranks is None else ranks[keep]
    if wanted.by_relevance and ranks is None and wanted.text.strip() and len(ids):
        ranks = _ranked(session, wanted, table, ids)
    page = _page(wanted, table, ids, ranks)
    return Found(page, len(ids), _facets(table, columns, outlets, ids) if beside else {})


def _hits(session: Session, wanted: Filter, table: Table) -> tuple[Numbers, Numbers | None]:
    """The articles with these words, all where none are asked; on SQLite, how far from the best each is."""
    phrases = parse(wanted.text)
    if not phrases:
        return (np.zeros(0, np.int64) if wanted.text.strip() else np.flatnonzero(table.outlet)), None
    if all(phrase.negative for phrase in phrases):
        return np.zeros(0, np.int64), None
    dialect = session.get_bind().dialect.name
    asked: Any = index.ids_matching(dialect, phrases)
    if not wanted.by_relevance or dialect != "sqlite":
        with index.side_by_side(session, phrases):
            return _there(session, table, asked.with_only_columns(asked.selected_columns[0])), None
    with raw(session, asked) as cursor:
        rows = np.fromiter(chain.from_iterable(cursor), np.float64).reshape(-1, 2)
    rows = rows[rows[:, 0] < len(table.outlet)]
    ids = rows[:, 0].astype(np.int64)
    there = table.outlet[ids] > 0
    return ids[there], rows[there, 1]


def _ranked(session: Session, wanted: Filter, table: Table, ids: Numbers) -> Numbers:
    """How far from the best each is; those behind the newest `RANKED` come last, in the order of time."""
    ranks = np.full(len(ids), np.inf)
    newest = np.argsort(table.dated[ids], kind="stable")[-RANKED:]
    asked = index.ranks_of(parse(wanted.text), ids[newest].tolist())
    found = {row.article_id: row.rank for row in session.execute(asked)}
    ranks[newest] = [found.get(number, np.inf) for number in ids[newest].tolist()]
    return ranks


def _there(session: Session, table: Table, query: Any) -> Numbers:
    """Numbers of articles, without those that columns do not know yet."""
    if session.get_bind().dialect.name == "postgresql":  # one long value costs a third of as many rows
        one = query.subquery().c[0]
        packed = session.scalar(select(func.string_agg(func.int8send(one), literal_column("''::bytea"))))
        ids = np.frombuffer(packed or b"", ">i8").astype(np.int64)
    else:
        with raw(session, query) as cursor:
            ids = np.fromiter(chain.from_iterable(cursor), np.int64)
    ids = ids[ids < len(table.outlet)]
    return ids[table.outlet[ids] > 0]


def _others(session: Session, rest: Filter, table: Table) -> Numbers:
    query = select(ArticleRow.id).with_hint(ArticleRow, SHOWN, "sqlite").where(*conditions(session, rest))
    return _there(session, table, query)


def _kept(wanted: Filter, table: Table, columns: Columns, outlets: Mapping[str, Any]) -> Numbers:
    """By number, whether an article has what is asked of columns."""
    keep = table.outlet > 0
    if wanted.outlet:
        keep &= table.outlet == columns.codes["outlet"].find(wanted.outlet)
    if wanted.language:
        keep &= table.language == columns.codes["language"].find(wanted.language)
    if wanted.country or wanted.ownership:
        country = wanted.country.upper() if wanted.country else None
        some = [one.id for one in outlets.values()
                if country in (None, one.country) and wanted.ownership in (None, "", one.ownership)]  # fmt: skip
        keep &= np.isin(table.outlet, [columns.codes["outlet"].find(number) for number in some])
    if wanted.since:
        keep &= table.dated >= _micros(wanted.since)
    if wanted.until:
        keep &= table.dated < _micros(wanted.until)
    if wanted.watch:
        keep &= _with(table, columns, table.matches, {"watch": wanted.watch})
    nationality = wanted.nationality.upper() if wanted.nationality else None
    asked = {"status": wanted.status, "nationality": nationality, "role": wanted.role}
    asked = {name: value for name, value in asked.items() if value}
    if asked:  # one person has all of it, or one count where no role is asked
        some_have = _with(table, columns, table.figures, asked)
        keep &= some_have if wanted.role else some_have | _with(table, columns, table.counts, asked)
    return keep


def _with(table: Table, columns: Columns, entries: Entries, asked: Mapping[str, str | None]) -> Numbers:
    """By number, whether an article has an entry with all these values."""
    chosen = np.ones(len(entries.owner), dtype=bool)
    for name, value in asked.items():
        chosen &= entries.codes[name] == columns.codes[name].find(value)
    return table.mark(entries.owner[chosen])


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _page(wanted: Filter, table: Table, ids: Numbers, ranks: Numbers | None) -> list[int]:
    """The page's numbers in order: the newest first, of one instant the one read last; or the best first."""
    dated = table.dated[ids]
    if wanted.after is not None:
        at = _micros(wanted.after.at)
        behind = (dated < at) | ((dated == at) & (ids < wanted.after.article))
        ids, dated = ids[behind], dated[behind]
        ranks = None if ranks is None else ranks[behind]
    need = wanted.offset + wanted.limit + 1
    if ranks is None and len(ids) > 4 * need:
        edge = np.partition(dated, len(dated) - need)[len(dated) - need]
        ids, dated = ids[dated >= edge], dated[dated >= edge]
    order = np.lexsort((-ids, -dated) if ranks is None else (-ids, -dated, ranks))
    return [int(number) for number in ids[order[wanted.offset : need]]]


def _facets(table: Table, columns: Columns, outlets: Mapping[str, Any], ids: Numbers) -> dict[str, dict[str, int]]:
    names = {name: codes.names for name, codes in columns.codes.items()}
    found: dict[str, Counter[str]] = {name: Counter() for name in NAMES}
    for code, number in enumerate(np.bincount(table.outlet[ids], minlength=1).tolist()):
        if number:
            _add_outlet(found, names["outlet"][code], outlets.get(names["outlet"][code]), number)
    found["language"].update(_counted(table.language[ids], names["language"]))
    mark = table.mark(ids)
    for entries in (table.matches, table.figures):
        here = mark[entries.owner]
        for name in NAMES[-4:]:
            if name in entries.codes:
                found[name].update(_counted(entries.codes[name][here & entries.codes[once(name)]], names[name]))
    return {name: _largest(values) for name, values in found.items()}


def _counted(codes: Numbers, names: Sequence[str]) -> dict[str, int]:
    numbers = np.bincount(codes, minlength=1).tolist()
    return {names[code]: number for code, number in enumerate(numbers) if number and code}


def _add_outlet(facets: dict[str, Counter[str]], name: str, outlet: Any, number: int) -> None:
    """What follows from the outlet is added up by outlet, since outlets are few."""
    facets["outlet"][name] += number
    if outlet is not None:
        facets["country"][outlet.country] += number
        facets["ownership"][outlet.ownership] += number
        for tag in outlet.tags or ():
            facets["tag"][str(tag)] += number


def _largest(values: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:VALUES])
