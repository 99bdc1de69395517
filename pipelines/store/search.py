"""The full-text index: the same keys in FTS5 and in a tsvector, so both databases find the same articles.

In      keys the analyser made (`tokens.index_keys`): lower-cased words, Chinese one character a key, blanks between
Out     rows of `search_doc`; a SELECT of article ids for a query of phrases
Limits  PostgreSQL keeps positions up to 16,383 keys; phrases beyond are found as words only
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, column, func, literal_column, select, table, text
from sqlalchemy.orm import Session

from pipelines.store.rows import put
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


def index_article(session: Session, article_id: int, title_keys: str, body_keys: str, *, new: bool = False) -> None:
    """Write or replace the search document of an article; `new`: it has none yet."""
    if new:
        index_new(session, [(article_id, title_keys, body_keys)])
        return
    row = session.get(SearchDocRow, article_id)
    if row is None:
        row = SearchDocRow(article_id=article_id)
        session.add(row)
    if session.get_bind().dialect.name != "postgresql":
        row.title, row.body = title_keys, body_keys
        return
    session.flush()
    session.execute(
        text("UPDATE search_doc SET tsv = CAST(:vector AS tsvector) WHERE article_id = :id"),
        {"vector": _vector(title_keys.split(), body_keys.split()), "id": article_id},
    )


def index_new(session: Session, documents: Sequence[tuple[int, str, str]]) -> None:
    """Write the search documents of new articles: (article, keys of the title, keys of the text)."""
    if session.get_bind().dialect.name != "postgresql":
        put(session, SearchDocRow, [{"article_id": a, "title": t, "body": b} for a, t, b in documents])
        return
    put(session, SearchDocRow, [{"article_id": number} for number, _, _ in documents])
    session.connection().execute(
        text("UPDATE search_doc SET tsv = CAST(:vector AS tsvector) WHERE article_id = :id"),
        [{"vector": _vector(t.split(), b.split()), "id": number} for number, t, b in documents],
    )


def _vector(title: Sequence[str], body: Sequence[str]) -> str:
    """A tsvector literal. Built here, since PostgreSQL's own parser would split our keys differently."""
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
    query = text("CAST(:tsquery AS tsquery)").bindparams(tsquery=ts_query(phrases, any_of))
    rank = (-func.ts_rank_cd(doc.c.tsv, query)).label("rank")
    return select(doc.c.article_id, rank).where(doc.c.tsv.op("@@")(query))


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
