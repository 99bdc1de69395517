"""A page of a search with what stands beside it: the count of all hits and facets, in one reading of the index.

In      an open session, a `Filter` (its `after` and `by_relevance` cut the page, its facets are of all hits)
Out     `Found`: numbers of the page's articles, how many there are in all, facet -> value -> number of articles
Facets  outlet, country, ownership, tag (of outlets), language, watch, role, status, nationality; the largest values
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import BigInteger, Float, Text, cast, func, literal, null, select, tuple_, union_all
from sqlalchemy.orm import Session

from monitor.filters import SHOWN, Filter, conditions, matching
from pipelines.store.schema import ArticleRow, FigureRow, MatchRow, OutletRow, UtcDateTime

NAMES = ("outlet", "country", "ownership", "tag", "language", "watch", "role", "status", "nationality")
VALUES = 12


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits. `ids`: in order, one more than the page's limit where another page follows."""

    ids: Sequence[int] = ()
    count: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def look(session: Session, wanted: Filter) -> Found:
    """The page that `wanted` asks for."""
    hits = _hits(session, wanted)
    if hits is None:
        return Found()
    parts = [_page(hits, wanted), _groups(hits), _watches(hits), *(_persons(hits, name) for name in NAMES[-3:])]
    rows = session.execute(union_all(*parts)).all()
    page = sorted((row for row in rows if row.kind == "hit"), key=lambda row: row.n)
    facets: dict[str, Counter[str]] = {name: Counter() for name in NAMES}
    count = _add_outlets(session, facets, [row for row in rows if row.kind == "group"])
    for row in rows:
        if row.kind in facets and row.a:
            facets[row.kind][row.a] += int(row.n)
    shown = {
        name: dict(sorted(one.items(), key=lambda pair: (-pair[1], pair[0]))[:VALUES]) for name, one in facets.items()
    }
    return Found([int(row.a) for row in page], count, shown)


def _hits(session: Session, wanted: Filter) -> Any:
    """Every hit with what pages and facets ask of it, read once."""
    columns = (ArticleRow.id, ArticleRow.dated_at, ArticleRow.outlet_id, ArticleRow.language, ArticleRow.revision)
    found = matching(session.get_bind().dialect.name, wanted.text)
    if found is False:
        return None
    query: Any = select(*columns).with_hint(ArticleRow, SHOWN, "sqlite")
    if found is not None:
        query = query.join(found, found.c.article_id == ArticleRow.id)
        if wanted.by_relevance:
            query = query.add_columns(found.c.rank)
    query = query.where(*conditions(session, replace(wanted, after=None)))
    return query.cte("hits").prefix_with("MATERIALIZED")


def _row(kind: str, a: Any, b: Any, n: Any) -> Any:
    return select(literal(kind, Text).label("kind"), a.label("a"), b.label("b"), cast(n, Float).label("n"))


_NOTHING = cast(null(), Text)


def _page(hits: Any, wanted: Filter) -> Any:
    """The page's numbers; `n` is their place in it."""
    order = [hits.c.dated_at.desc(), hits.c.id.desc()]
    if "rank" in hits.c:
        order.insert(0, hits.c.rank)
    query = select(hits.c.id, func.row_number().over(order_by=order).label("place")).order_by(*order)
    if wanted.after is not None:
        place = tuple_(literal(wanted.after.at, UtcDateTime()), literal(wanted.after.article, BigInteger))
        query = query.where(tuple_(hits.c.dated_at, hits.c.id) < place)
    page = query.limit(wanted.limit + 1).offset(wanted.offset).subquery()
    return _row("hit", cast(page.c.id, Text), _NOTHING, page.c.place)


def _groups(hits: Any) -> Any:
    groups = select(hits.c.outlet_id, hits.c.language, func.count().label("n")).group_by(
        hits.c.outlet_id, hits.c.language
    )
    made = groups.subquery()
    return _row("group", made.c.outlet_id, made.c.language, made.c.n)


def _watches(hits: Any) -> Any:
    number = func.count(func.distinct(MatchRow.article_id))
    made = select(MatchRow.watch_id, number.label("n")).join(hits, hits.c.id == MatchRow.article_id)
    one = made.group_by(MatchRow.watch_id).subquery()
    return _row("watch", one.c.watch_id, _NOTHING, one.c.n)


def _persons(hits: Any, name: str) -> Any:
    value = getattr(FigureRow, name)
    newest = (hits.c.id == FigureRow.article_id) & (hits.c.revision == FigureRow.revision)
    made = select(value.label("value"), func.count(func.distinct(FigureRow.article_id)).label("n")).join(hits, newest)
    one = made.where(value.is_not(None)).group_by(value).subquery()
    return _row(name, one.c.value, _NOTHING, one.c.n)


def _add_outlets(session: Session, facets: dict[str, Counter[str]], groups: Sequence[Any]) -> int:
    """What follows from the outlet is added up here, since outlets are few; gives the number of all hits."""
    known = {
        row.id: row
        for row in session.execute(select(OutletRow.id, OutletRow.country, OutletRow.ownership, OutletRow.tags))
    }
    count = 0
    for row in groups:
        number, outlet = int(row.n), known.get(row.a)
        count += number
        facets["outlet"][row.a] += number
        facets["language"][row.b or ""] += number
        if outlet is not None:
            facets["country"][outlet.country] += number
            facets["ownership"][outlet.ownership] += number
            for tag in outlet.tags or ():
                facets["tag"][str(tag)] += number
    del facets["language"][""]
    return count
