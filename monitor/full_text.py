"""The full-text index against the texts of the articles: is what stands there found, and the index made anew.

In      an engine on a database of this program's version
Out     problems in words, none where every text looked at is found; the number of articles indexed anew
Looks   at a title and three places of a text, spread over the articles; with `every`, of all articles
Anew    one transaction: until it ends searches find what they found before, and other writers wait
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, select
from sqlalchemy.exc import DatabaseError

from pipelines.persist import keys_of_row
from pipelines.store import search
from pipelines.store.schema import ArticleRow, SearchDocRow
from pipelines.store.session import describe

SAMPLE, PIECE = 200, 500
WINDOW, FAR = 12, 6000
"""Keys that are looked for side by side; how far into a text, since PostgreSQL keeps no places behind 16,383."""


def problems(engine: Engine, *, every: bool = False) -> list[str]:
    """What of the texts the index does not hold."""
    missed = stale = 0
    first: int | None = None
    try:
        with engine.connect() as connection:
            for row in _rows(connection, every):
                keys = keys_of_row(row)
                stale += row.keys_sum not in (None, keys.sum)
                if not all(_held(connection, row.id, phrase) for phrase in _phrases(keys)):
                    missed += 1
                    first = first or row.id
    except DatabaseError as error:
        return [f"the full-text index cannot be asked: {describe(error)}; `monitor db reindex` makes it anew"]
    found = [f"{missed} texts are not found by their own words, that of article {first} first"] if missed else []
    if stale:
        found.append(f"{stale} texts are not the ones that were indexed, or an older analyser read them")
    return [f"{one}; `monitor db reindex` makes the index anew" for one in found]


def _rows(connection: Connection, every: bool) -> Iterator[Any]:
    query: Any = select(ArticleRow.id, ArticleRow.title, ArticleRow.lead, ArticleRow.body, SearchDocRow.keys_sum)
    query = query.join(SearchDocRow, SearchDocRow.article_id == ArticleRow.id).order_by(ArticleRow.id)
    if every:
        yield from connection.execute(query.execution_options(yield_per=PIECE))
        return
    last = connection.scalar(select(func.max(ArticleRow.id))) or 0
    places = sorted({1 + last * number // SAMPLE for number in range(SAMPLE)})
    for part in range(0, len(places), 50):
        yield from connection.execute(query.where(ArticleRow.id.in_(places[part : part + 50])))


def _phrases(keys: search.Keys) -> Iterator[search.Phrase]:
    title, body = keys.title.split(), keys.body.split()[:FAR]
    if title:
        yield search.Phrase(tuple(title[:WINDOW]), title_only=True)
    for at in sorted({0, max(0, len(body) // 2 - WINDOW), max(0, len(body) - WINDOW)} if body else ()):
        yield search.Phrase(tuple(body[at : at + WINDOW]))


def _held(connection: Connection, number: int, phrase: search.Phrase) -> bool:
    found = search.ids_matching(connection.dialect.name, [phrase]).subquery()
    return connection.scalar(select(found.c.article_id).where(found.c.article_id == number)) is not None


def rebuild(engine: Engine, told: Callable[[int], None] = lambda number: None) -> int:
    """Make the index anew of the articles as they stand; how many. `told` hears how far it is."""
    done = 0
    with engine.begin() as write:
        if write.dialect.name == "sqlite":
            write.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('delete-all')")
        write.execute(delete(SearchDocRow))
        for piece in _pieces(write):
            search.add(write, [(row.id, keys_of_row(row)) for row in piece])
            done += len(piece)
            told(done)
    return done


def _pieces(connection: Connection) -> Iterator[Sequence[Any]]:
    """Articles in order, each piece asked for by itself, so that no cursor is open while others write."""
    last = 0
    query = select(ArticleRow.id, ArticleRow.title, ArticleRow.lead, ArticleRow.body).order_by(ArticleRow.id)
    while rows := connection.execute(query.where(ArticleRow.id > last).limit(PIECE)).all():
        yield rows
        last = rows[-1].id


__all__ = ["problems", "rebuild"]
