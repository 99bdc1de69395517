"""Is a database sound? What its engine says of itself, and what our tables must hold among each other.

In      an engine whose database is of this program's version
Out     problems in words, none for a sound database; numbers of rows by table
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from pipelines.store.schema import ArticleRow, Base, OutboxRow, RevisionRow, SearchDocRow, ToldFactRow
from pipelines.store.session import describe

SPARE_BYTES = 50_000_000
"""From how much free room in SQLite's file on it is worth a word."""
REINDEX = "; `monitor db reindex` makes it anew"


def problems(engine: Engine) -> list[str]:
    """Everything that is wrong with the database."""
    try:
        with engine.connect() as connection:
            found = _of_sqlite(connection) if engine.dialect.name == "sqlite" else _of_postgres(connection)
            return found + _of_ours(connection)
    except DatabaseError as error:
        return [f"the database cannot be read: {describe(error)}"]


def _of_sqlite(connection: Connection) -> list[str]:
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)") if row[0] != "ok"]
    for table, rowid, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(20):
        found.append(f"{table} row {rowid} points to a {parent} that is not there")
    try:
        connection.exec_driver_sql("INSERT INTO search_index(search_index) VALUES ('integrity-check')")
    except DatabaseError as error:
        found.append(f"the full-text index is damaged: {describe(error)}{REINDEX}")
    connection.rollback()
    for words, one, other in (
        ("articles are not in the full-text index", "search_doc", "search_index_docsize"),
        ("documents of the full-text index have no article", "search_index_docsize", "search_doc"),
    ):
        keys = {"search_doc": "article_id", "search_index_docsize": "id"}
        query = f"SELECT count(*) FROM {one} WHERE {keys[one]} NOT IN (SELECT {keys[other]} FROM {other})"  # noqa: S608
        if number := connection.exec_driver_sql(query).scalar():
            found.append(f"{number} {words}{REINDEX}")
    query = "SELECT count(*) FROM search_doc WHERE keys_sum IS NULL"
    if number := connection.exec_driver_sql(query).scalar():
        found.append(f"of {number} articles words of an earlier text are in the full-text index{REINDEX}")
    return found


def _of_postgres(connection: Connection) -> list[str]:
    query = text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
    broken = connection.scalar(query) or 0
    without = connection.scalar(text("SELECT count(*) FROM search_doc WHERE tsv IS NULL")) or 0
    found = [f"{broken} indexes are not valid; REINDEX mends them"] if broken else []
    return found + ([f"{without} articles have no full-text keys"] if without else [])


def _of_ours(connection: Connection) -> list[str]:
    """What no constraint says."""
    revision = select(RevisionRow.id).where(
        RevisionRow.article_id == ArticleRow.id, RevisionRow.number == ArticleRow.revision
    )
    textless = RevisionRow.body.is_(None) & (RevisionRow.number != ArticleRow.revision)
    lost = select(func.count(RevisionRow.id)).join(ArticleRow, ArticleRow.id == RevisionRow.article_id).where(textless)
    document = select(SearchDocRow.article_id).where(SearchDocRow.article_id == ArticleRow.id)
    told = select(OutboxRow.id).where(OutboxRow.id == ToldFactRow.outbox_id)
    checks: tuple[tuple[str, Any], ...] = (
        ("articles have no revision of their number", select(func.count(ArticleRow.id)).where(~revision.exists())),
        ("earlier revisions have no text", lost),
        ("articles are not in the full-text index", select(func.count(ArticleRow.id)).where(~document.exists())),
        ("told facts point to a mail that is not there",
         select(func.count(ToldFactRow.id)).where(ToldFactRow.outbox_id.is_not(None), ~told.exists())),
    )  # fmt: skip
    numbers = ((words, connection.scalar(query) or 0) for words, query in checks)
    return [f"{number} {words}" for words, number in numbers if number]


def scrub(engine: Engine) -> str | None:
    """Write over what deleted rows leave in the files of the database; words where that cannot be done now.

    PostgreSQL gives freed places to new rows; its files forget the old ones by and by.
    """
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("VACUUM"))
                return None
            # merged, the index holds no word that no document has
            connection.exec_driver_sql("INSERT INTO search_index(search_index) VALUES ('optimize')")
            connection.exec_driver_sql("VACUUM")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first()
    except OperationalError as error:
        return f"freed places of the database could not be written over now: {describe(error)}"
    return "freed places stay in the database's log until nobody reads it" if busy and busy[0] else None


def spare(engine: Engine) -> str | None:
    """Words where much of an SQLite file is room that nothing stands in; PostgreSQL gives its room to new rows."""
    if engine.dialect.name == "postgresql":
        return None
    with engine.connect() as connection:
        size, pages, free = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("page_size", "page_count", "freelist_count")
        )
    if free * size < SPARE_BYTES or free < pages / 5:
        return None
    freed, whole = (number * size // 1_000_000 for number in (free, pages))
    return f"{freed:,} of its {whole:,} MB are free; `monitor db vacuum` gives them back"


def counts(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
