"""Words that SQLite's full-text index still holds of a text that nobody has any more, read out of the index itself.

In      an open connection to SQLite; numbers of documents
Out     their words are out of the index
Cost    `take_out` reads the whole index once, however few documents are asked for: seconds for each 100,000 articles
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text

_HELD = text("SELECT id FROM search_index_docsize WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))
_WORDS = text(
    "SELECT doc, col, group_concat(term, ' ') AS keys FROM temp.search_words WHERE doc IN :ids GROUP BY doc, col"
).bindparams(bindparam("ids", expanding=True))
_DELETE = text("INSERT INTO search_index (search_index, rowid, title, body) VALUES ('delete', :id, :title, :body)")


def documents(write: Connection, ids: Sequence[int]) -> list[int]:
    """Those of `ids` that the index holds."""
    return list(write.execute(_HELD, {"ids": list(ids)}).scalars())


def take_out(write: Connection, ids: Sequence[int]) -> None:
    """Take documents out of the index, whatever words it holds of them."""
    write.exec_driver_sql(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words USING fts5vocab(main, search_index, instance)"
    )
    held: dict[int, dict[str, Any]] = {number: {"id": number, "title": "", "body": ""} for number in ids}
    for row in write.execute(_WORDS, {"ids": list(ids)}):
        held[row.doc][row.col] = row.keys
    write.execute(_DELETE, list(held.values()))
