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

from monitor import query
from monitor.filters import SHOWN, Filter, conditions, matching
from pipelines.records import Reading
from pipelines.store.schema import ArticleRow, FigureRow, MatchRow, OutletRow, UtcDateTime

NAMES = ("outlet", "country", "ownership", "tag", "language", "watch", "role", "status", "nationality")
VALUES = 12
MOST = 20_000
"""Without words nearly everything may fit: facets are of so many articles then, those read last."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits. `ids`: in order, one more than the page's limit where another page follows.

    looked_at: over how many articles, those read last, the facets were counted; None = over all that fit.
    """

    ids: Sequence[int] = ()
    count: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    looked_at: int | None = None


def look(session: Session, wanted: Filter) -> Found:
    """The page that `wanted` asks for, with the facets of all its hits."""
    hits = _hits(session, wanted)
    if hits is None:
        return Found()
    people = _people(hits)
    parts = [_groups(hits), _watches(hits), *(_persons(people, name) for name in NAMES[-3:])]
    rows = session.execute(union_all(_page(hits, wanted), *parts) if wanted.text else union_all(*parts)).all()
    facets: dict[str, Counter[str]] = {name: Counter() for name in NAMES}
    count = _add_outlets(session, facets, [row for row in rows if row.kind == "group"])
    for row in rows:
        if row.kind in facets and row.a:
            facets[row.kind][row.a] += int(row.n)
    shown = {name: _largest(values) for name, values in facets.items()}
    if wanted.text:
        page = [int(row.a) for row in sorted((one for one in rows if one.kind == "hit"), key=lambda one: one.n)]
        return Found(page, count, shown)
    every = count if count < MOST else query.count_found(session, replace(wanted, after=None))
    return Found(query.page_of(session, wanted), every, shown, count if count < every else None)


def _largest(values: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:VALUES])


def _hits(session: Session, wanted: Filter) -> Any:
    """Every hit with what pages and facets ask of it, read once."""
    columns = (ArticleRow.id, ArticleRow.dated_at, ArticleRow.outlet_id, ArticleRow.language, ArticleRow.revision,
               ArticleRow.reading)  # fmt: skip
    found = matching(session.get_bind().dialect.name, wanted.text)
    if found is False:
        return None
    made: Any = select(*columns).with_hint(ArticleRow, SHOWN, "sqlite")
    if found is not None:
        made = made.join(found, found.c.article_id == ArticleRow.id)
        if wanted.by_relevance:
            made = made.add_columns(found.c.rank)
    made = made.where(*conditions(session, replace(wanted, after=None)))
    if found is None:
        made = made.order_by(ArticleRow.id.desc()).limit(MOST)
    return made.cte("hits").prefix_with("MATERIALIZED")


def _row(kind: str, a: Any, b: Any, n: Any) -> Any:
    return select(literal(kind, Text).label("kind"), a.label("a"), b.label("b"), cast(n, Float).label("n"))


_NOTHING = cast(null(), Text)


def _page(hits: Any, wanted: Filter) -> Any:
    """The page's numbers; `n` is their place in it."""
    order = [hits.c.dated_at.desc(), hits.c.id.desc()]
    if "rank" in hits.c:
        order.insert(0, hits.c.rank)
    made = select(hits.c.id, func.row_number().over(order_by=order).label("place")).order_by(*order)
    if wanted.after is not None:
        place = tuple_(literal(wanted.after.at, UtcDateTime()), literal(wanted.after.article, BigInteger))
        made = made.where(tuple_(hits.c.dated_at, hits.c.id) < place)
    page = made.limit(wanted.limit + 1).offset(wanted.offset).subquery()
    return _row("hit", cast(page.c.id, Text), _NOTHING, page.c.place)


def _groups(hits: Any) -> Any:
    groups = select(hits.c.outlet_id, hits.c.language, func.count().label("n")).group_by(
        hits.c.outlet_id, hits.c.language
    )
    made = groups.subquery()
    return _row("group", made.c.outlet_id, made.c.language, made.c.n)


def _closely(hits: Any) -> Any:
    """Of fast text no persons were read, and no rule matched it: most articles need not be looked up."""
    return hits.c.reading != Reading.FAST_TEXT.value


def _watches(hits: Any) -> Any:
    number = func.count(func.distinct(MatchRow.article_id))
    made = select(MatchRow.watch_id, number.label("n")).join(hits, (hits.c.id == MatchRow.article_id) & _closely(hits))
    made = made.with_hint(MatchRow, "INDEXED BY ix_match_shown", "sqlite")
    one = made.group_by(MatchRow.watch_id).subquery()
    return _row("watch", one.c.watch_id, _NOTHING, one.c.n)


def _people(hits: Any) -> Any:
    """The persons of all hits. SQLite is told to go from the hits to the persons: it would read all persons."""
    newest = (hits.c.id == FigureRow.article_id) & (hits.c.revision == FigureRow.revision) & _closely(hits)
    columns = (FigureRow.article_id, FigureRow.role, FigureRow.status, FigureRow.nationality)
    joined = select(*columns).join(hits, newest).with_hint(FigureRow, "INDEXED BY ix_figure_shown", "sqlite")
    return joined.cte("people").prefix_with("MATERIALIZED")


def _persons(people: Any, name: str) -> Any:
    value = people.c[name]
    number = func.count(func.distinct(people.c.article_id)).label("n")
    one = select(value.label("value"), number).where(value.is_not(None)).group_by(value).subquery()
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
