"""Search for pages: hits with snippets, facets with counts, the count of all; the same articles as `monitor search`.

In      an open session, a `Filter`, and the newest article that existed when the first page was asked for
Out     plain dictionaries; a page of hits does not shift while new articles arrive, since later ones are left out
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor import query
from monitor.query import Filter
from pipelines.analysis import tokens
from pipelines.store.schema import ArticleRow, MatchRow, OutletRow

FACET_VALUES = 12


def newest_id(session: Session) -> int:
    """The number of the newest article: what a search of now is fixed to."""
    return session.scalar(select(func.max(ArticleRow.id))) or 0


def keys_of(text: str) -> list[str]:
    """The keys that a query looks for, to mark them in texts."""
    return [key for phrase in query.parse(text) if not phrase.negative for key in phrase.keys]


def search(session: Session, wanted: Filter, upto: int) -> dict[str, Any]:
    """Count, hits and facets of one page."""
    base = query._articles(session, wanted)
    if base is None:
        return {"count": 0, "articles": [], "facets": {}}
    base = base.where(ArticleRow.id <= upto)
    rows = session.execute(base.limit(wanted.limit).offset(wanted.offset)).all()
    watches = query._watches_of(session, [row.ArticleRow.id for row in rows])
    keys = keys_of(wanted.text)
    hits = [_hit(row, watches.get(row.ArticleRow.id, []), keys) for row in rows]
    facets = _facets(session, base)
    return {"count": sum(facets.pop("all").values()), "articles": hits, "facets": facets}


def _hit(row: Any, watches: list[str], keys: list[str]) -> dict[str, Any]:
    article = row.ArticleRow
    return {
        "id": article.id,
        "published": query.published_text(article),
        "outlet": article.outlet_id,
        "outlet_name": row.name,
        "ownership": row.ownership,
        "language": article.language,
        "title": article.title,
        "snippet": query.snippet(article, keys),
        "watches": watches,
        "story": article.story_id,
        "url": article.canonical_url,
        "reading": article.reading,
    }


def _facets(session: Session, base: Any) -> dict[str, dict[str, int]]:
    """Outlets, languages, countries and watches of all hits, the largest first; `all` counts every hit."""
    picked = base.with_only_columns(ArticleRow.id, ArticleRow.outlet_id, ArticleRow.language, OutletRow.country)
    hits = picked.order_by(None).cte("hits").prefix_with("MATERIALIZED", dialect="postgresql")
    # one pass over the hits: the few combinations are added up here
    groups = session.execute(
        select(hits.c.outlet_id, hits.c.language, hits.c.country, func.count()).group_by(
            hits.c.outlet_id, hits.c.language, hits.c.country
        )
    ).all()
    watches = session.execute(
        select(MatchRow.watch_id, func.count(func.distinct(MatchRow.article_id)))
        .join(hits, hits.c.id == MatchRow.article_id)
        .group_by(MatchRow.watch_id)
    ).all()
    found: dict[str, dict[str, int]] = {"outlet": {}, "language": {}, "country": {}, "watch": {}, "all": {}}
    for outlet, language, country, number in groups:
        for name, value in (("outlet", outlet), ("language", language), ("country", country), ("all", "all")):
            if value:
                found[name][value] = found[name].get(value, 0) + number
    found["watch"] = {row[0]: row[1] for row in watches}
    return {name: _largest(values) for name, values in found.items()}


def _largest(values: dict[str, int]) -> dict[str, int]:
    return dict(sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:FACET_VALUES])


def pieces(text: str, keys: list[str]) -> list[tuple[str, bool]]:
    """`text` cut at the words that bear one of `keys`: (piece, whether it is such a word).

    >>> pieces("Held soldiers.", ["soldiers"])
    [('Held ', False), ('soldiers', True), ('.', False)]
    """
    wanted, out, at = set(keys), [], 0
    if not wanted:
        return [(text, False)]
    read = tokens.tokenise(text)
    for start, end, key in zip(read.starts, read.ends, read.keys, strict=True):
        if start >= at and (key in wanted or any(key.startswith(k) for k in wanted if len(k) > 3)):
            out += [(text[at:start], False), (text[start:end], True)]
            at = end
    return [piece for piece in [*out, (text[at:], False)] if piece[0]]
