"""The full-text index: the same keys in FTS5 and in a tsvector, so both databases find the same articles.

In      keys the analyser made (`tokens.index_keys`): lower-cased words, Chinese one character a key, blanks between
Out     rows of `search_doc` (which keys of an article are indexed); a SELECT of article ids for a query of phrases
SQLite  the index keeps words and places, no text: the text is the article's own, so the tables cannot differ in it
Limits  PostgreSQL keeps positions up to 16,383 keys; phrases beyond are found as words only
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, cast

from sqlalchemy import Connection, Select, Table, column, func, insert, literal_column, select, table, text
from sqlalchemy.orm import Session

from pipelines.store import search_left
from pipelines.store.schema import SearchDocRow

_MAX_POSITION = 16_383
_MAX_PER_KEY = 255


@dataclass(frozen=True, slots=True)
class Phrase:
    """Keys that stand side by side; `prefix` lets the last one go on; `negative` phrases must not occur.

    `forms`: instead of the only key, any of these.
    """

    keys: tuple[str, ...]
    prefix: bool = False
    negative: bool = False
    title_only: bool = False
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Keys:
    """The analyser's keys of title and text, for the full-text index."""

    title: str = ""
    body: str = ""

    @property
    def sum(self) -> int:
        """A number that tells these keys from others."""
        made = blake2b(f"{self.title}\n{self.body}".encode(), digest_size=8).digest()
        return int.from_bytes(made, "big", signed=True)


def index_new(session: Session, documents: Sequence[tuple[int, Keys]]) -> None:
    """Write the search documents of new articles."""
    add(session.connection(), documents)


def add(write: Connection, documents: Sequence[tuple[int, Keys]]) -> None:
    """Write the search documents of articles that have none."""
    if not documents:
        return
    rows = [{"article_id": number, "keys_sum": keys.sum} for number, keys in documents]
    if write.dialect.name == "postgresql":
        made = [{**row, **_of_vector(number, keys)} for row, (number, keys) in zip(rows, documents, strict=True)]
        write.execute(_INSERT_VECTOR, made)  # at once: a row that is changed leaves its first version in the pages
        return
    if left := search_left.documents(write, [number for number, _ in documents]):
        search_left.take_out(write, left)  # of articles that somebody deleted by hand
    write.execute(_INSERT, rows)
    write.execute(_ADD, [_named(number, keys) for number, keys in documents])


def index_again(session: Session, article_id: int, old: Keys, new: Keys, *, surely: bool = False) -> None:
    """Replace the search document of an article.

    SQLite's index holds no texts: it lets go of a document by its `old` keys. Where those are not what was indexed
    (an older analyser read the text), the words of the old text stay until the index is made anew, and the row says
    so; `surely` reads the whole index to find them.
    """
    row = session.get(SearchDocRow, article_id)
    if row is None:
        session.flush()
        index_new(session, [(article_id, new)])
        return
    session.flush()
    exact = row.keys_sum == old.sum
    if session.get_bind().dialect.name == "postgresql":
        row.keys_sum = new.sum
        session.flush()
        session.connection().execute(_SET_VECTOR, _of_vector(article_id, new))
        return
    row.keys_sum = new.sum if exact or surely else None
    if surely and not exact:
        search_left.take_out(session.connection(), [article_id])
    else:
        # by words that are not there FTS5 would count itself below nothing, and call the database malformed
        session.connection().execute(_TAKE_OUT, _named(article_id, old if exact else Keys()))
    session.connection().execute(_ADD, _named(article_id, new))


_INSERT = insert(cast("Table", SearchDocRow.__table__))
_INSERT_VECTOR = text(
    "INSERT INTO search_doc (article_id, keys_sum, tsv) VALUES (:id, :keys_sum, CAST(:vector AS tsvector))"
)
_SET_VECTOR = text("UPDATE search_doc SET tsv = CAST(:vector AS tsvector) WHERE article_id = :id")
_ADD = text("INSERT INTO search_index (rowid, title, body) VALUES (:id, :title, :body)")
_TAKE_OUT = text("INSERT INTO search_index (search_index, rowid, title, body) VALUES ('delete', :id, :title, :body)")


def _named(number: int, keys: Keys) -> dict[str, Any]:
    return {"id": number, "title": keys.title, "body": keys.body}


def _of_vector(number: int, keys: Keys) -> dict[str, Any]:
    return {"id": number, "vector": vector(keys)}


def vector(keys: Keys) -> str:
    """A tsvector literal. Built here, since PostgreSQL's own parser would split our keys differently."""
    return _vector(keys.title.split(), keys.body.split())


def _vector(title: Sequence[str], body: Sequence[str]) -> str:
    places: dict[str, list[str]] = {}
    for number, key in enumerate(title, 1):
        places.setdefault(key, []).append(f"{min(number, _MAX_POSITION)}A")
    gap = len(title) + 8  # a phrase must not run from the title into the body
    for number, key in enumerate(body, gap):
        found = places.setdefault(key, [])
        if len(found) < _MAX_PER_KEY:
            found.append(str(min(number, _MAX_POSITION)))
    return " ".join(f"{_quoted(key)}:{','.join(at)}" for key, at in places.items())


def _quoted(key: str) -> str:
    return "'" + key.replace("\\", "\\\\").replace("'", "''") + "'"


def ids_matching(dialect: str, phrases: Sequence[Phrase], *, any_of: bool = False) -> Select[tuple[int, float]]:
    """A SELECT of `(article_id, rank)`; smaller rank = more relevant. At least one phrase must be positive.

    `any_of`: one of the phrases is enough, instead of all of them; none may be negative then.
    """
    return _sqlite(phrases, any_of) if dialect == "sqlite" else _postgres(phrases, any_of)


def _sqlite(phrases: Sequence[Phrase], any_of: bool) -> Select[tuple[int, float]]:
    index = table("search_index", column("rowid"), column("rank"))
    return select(
        index.c.rowid.label("article_id"), literal_column("bm25(search_index, 4.0, 1.0)").label("rank")
    ).where(literal_column("search_index").op("MATCH")(fts5_query(phrases, any_of)))


def fts5_query(phrases: Sequence[Phrase], any_of: bool = False) -> str:
    """The FTS5 text: every key quoted, so that no word of a user is read as an operator."""
    positive = [_fts5_phrase(p) for p in phrases if not p.negative]
    negative = [_fts5_phrase(p) for p in phrases if p.negative]
    query = (" OR " if any_of else " AND ").join(positive)
    return f"({query}) NOT ({' OR '.join(negative)})" if negative else query


def _fts5_phrase(phrase: Phrase) -> str:
    if phrase.forms:
        made = "(" + " OR ".join('"' + form.replace('"', "") + '"' for form in phrase.forms) + ")"
    else:
        quoted = " ".join(key.replace('"', "") for key in phrase.keys)
        made = f'"{quoted}"' + (" *" if phrase.prefix else "")
    return f"{{title}} : {made}" if phrase.title_only else made


def _postgres(phrases: Sequence[Phrase], any_of: bool) -> Select[tuple[int, float]]:
    doc = table("search_doc", column("article_id"), column("tsv"))
    # by SELECT, the planner does not see the words: of rare forms it makes half the table, and then reads all of it
    name = "places" if _of_places(phrases) else "words"  # a plan is kept by its text: each kind has its own
    query = text(f"(SELECT CAST(:tsquery AS tsquery) AS {name})").bindparams(tsquery=ts_query(phrases, any_of))
    rank = (-func.ts_rank_cd(doc.c.tsv, query)).label("rank")
    return select(doc.c.article_id, rank).where(doc.c.tsv.op("@@")(query))


def ranks_of(phrases: Sequence[Phrase], ids: Sequence[int]) -> Select[tuple[int, float]]:
    """A SELECT of `(article_id, rank)` of these articles alone, on PostgreSQL: it reads a vector for each."""
    asked = _postgres(phrases, False).selected_columns
    wanted = text("article_id = ANY(CAST(:ids AS bigint[]))").bindparams(ids=list(ids))
    return select(*asked).where(wanted)


def _of_places(phrases: Sequence[Phrase]) -> bool:
    """Whether it matters where the words stand: that is not in PostgreSQL's index."""
    return any(len(phrase.keys) > 1 or phrase.title_only for phrase in phrases)


@contextmanager
def side_by_side(session: Session, phrases: Sequence[Phrase]) -> Iterator[None]:
    """Until the block ends, let PostgreSQL share the reading of vectors among its workers.

    Places of words are in the vectors, not in the index: of a phrase each hit's vector is fetched from the side table
    of long values, which the planner holds to cost nothing.
    """
    if not _of_places(phrases) or session.get_bind().dialect.name != "postgresql":
        yield
        return
    told = {"cpu_operator_cost": "10", "parallel_setup_cost": "100", "parallel_tuple_cost": "0.01",
            "min_parallel_table_scan_size": "0", "jit": "off"}  # fmt: skip
    before = session.execute(select(*(func.current_setting(name) for name in told))).one()
    session.execute(select(*(func.set_config(name, value, True) for name, value in told.items())))
    yield
    session.execute(select(*(func.set_config(name, old, True) for name, old in zip(told, before, strict=True))))


def ts_query(phrases: Sequence[Phrase], any_of: bool = False) -> str:
    """The tsquery literal that means what `fts5_query` means."""
    parts = []
    for phrase in phrases:
        if phrase.forms:
            weight = ":A" if phrase.title_only else ""
            made = "(" + " | ".join(_quoted(form) + weight for form in phrase.forms) + ")"
            parts.append(f"!{made}" if phrase.negative else made)
            continue
        marks = ("*" if phrase.prefix else "") + ("A" if phrase.title_only else "")
        keys = [_quoted(key) + (":A" if phrase.title_only else "") for key in phrase.keys[:-1]]
        keys.append(_quoted(phrase.keys[-1]) + (f":{marks}" if marks else ""))
        made = "(" + " <-> ".join(keys) + ")"
        parts.append(f"!{made}" if phrase.negative else made)
    return (" | " if any_of else " & ").join(parts)
