"""The only read API: search, article, figures, counts, timeline of runs. Doors (command line, pages) hold no SQL.

In      a session and a frozen `Filter`; text queries in the plain language of `parse`
Out     dictionaries ready for JSON; newest first unless relevance is asked for
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from sqlalchemy import false, func, select
from sqlalchemy.orm import Session

from monitor.filters import BY_TIME, NEWEST, SHOWN, Cursor, Filter, after, conditions, hint, matching, parse, words_of
from monitor.labels import fields_reviewed
from pipelines.analysis import tokens
from pipelines.store import verdicts
from pipelines.store.derive import name_key
from pipelines.store.schema import (
    ArticleRow,
    DateMentionRow,
    FigureMentionRow,
    FigureRow,
    MatchRow,
    OutletRow,
    ReportedCountRow,
    ReviewRow,
    RevisionRow,
)

__all__ = [
    "Cursor",
    "Filter",
    "article",
    "count_found",
    "counts",
    "figures",
    "hits",
    "ids_of",
    "parse",
    "place_of",
    "published_text",
    "search",
    "snippet",
    "utc_now",
    "words_of",
]


def search(session: Session, wanted: Filter) -> Iterator[dict[str, Any]]:
    """Articles that fit, with a snippet, the watches that matched and the outlet's name and ownership."""
    query = _ids(session, wanted)
    if query is not None:
        ids = session.scalars(query.limit(wanted.limit).offset(wanted.offset)).all()
        yield from hits(session, rows_of(session, ids), wanted.text)


def page_of(session: Session, wanted: Filter) -> Sequence[int]:
    """The numbers of a page's articles in order, and one more where another page follows."""
    query = _ids(session, wanted)
    return [] if query is None else session.scalars(query.limit(wanted.limit + 1).offset(wanted.offset)).all()


def rows_of(session: Session, ids: Sequence[int]) -> list[Any]:
    """Articles with their outlet's name and ownership, in the order of `ids`."""
    query = (
        select(ArticleRow, OutletRow.name, OutletRow.ownership)
        .outerjoin(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .where(ArticleRow.id.in_(ids))
    )
    found = {row.ArticleRow.id: row for row in session.execute(query)} if ids else {}
    return [found[number] for number in ids if number in found]


def hits(session: Session, rows: Sequence[Any], text: str) -> Iterator[dict[str, Any]]:
    """Rows of articles as they are shown in a list."""
    ids = [row.ArticleRow.id for row in rows]
    watches, reviews = _watches_of(session, ids), reviews_of(session, ids)
    keys = words_of(text)
    for row in rows:
        article = row.ArticleRow
        yield {
            "id": article.id,
            "published": published_text(article),
            "outlet": article.outlet_id,
            "outlet_name": row.name,
            "ownership": row.ownership,
            "language": article.language,
            "title": article.title,
            "watches": watches.get(article.id, []),
            "snippet": snippet(article, keys),
            "story": article.story_id,
            "url": article.canonical_url,
            "reading": article.reading,
            **reviews.get(article.id, fields_reviewed(None)),
        }


def count_found(session: Session, wanted: Filter) -> int:
    """How many articles fit."""
    query = ids_of(session, wanted)
    if query is None:
        return 0
    query = query.with_hint(ArticleRow, SHOWN, "sqlite")
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def ids_of(session: Session, wanted: Filter) -> Any:
    """A SELECT of the numbers of all articles that fit, without order; None where the query can find nothing."""
    query = _ids(session, wanted)
    return None if query is None else query.order_by(None)


def _ids(session: Session, wanted: Filter) -> Any:
    """A SELECT of the numbers of the articles that fit, in order; None where the words can find nothing."""
    query: Any = select(ArticleRow.id)
    order: list[Any] = list(NEWEST)
    found = matching(session.get_bind().dialect.name, wanted.text)
    if found is False:
        return None
    if found is not None:
        query = query.join(found, found.c.article_id == ArticleRow.id)
        if wanted.by_relevance:
            order.insert(0, found.c.rank)
    if wanted.after is not None:
        query = query.where(after(wanted.after))
    if told := hint(wanted):
        query = query.with_hint(ArticleRow, told, "sqlite")
    return query.where(*conditions(session, wanted)).order_by(*order)


def _watches_of(session: Session, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(MatchRow.article_id, MatchRow.watch_id).where(MatchRow.article_id.in_(ids)).distinct()
    )
    for row in rows:
        found.setdefault(row.article_id, []).append(row.watch_id)
    return {key: sorted(value) for key, value in found.items()}


def reviews_of(session: Session, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Of each article of which a person judged something: who did last, when, and what."""
    bearing = select(ReviewRow.article_id).where(ReviewRow.article_id.in_(ids), verdicts.standing())
    given = select(ReviewRow).where(ReviewRow.article_id.in_(bearing), ReviewRow.verdict.in_(verdicts.VERDICTS))
    found: dict[int, dict[tuple[str, str], dict[str, Any]]] = {}
    for row in session.scalars(given.order_by(ReviewRow.id)):
        if row.article_id is None:
            continue
        said = found.setdefault(row.article_id, {})
        if row.verdict == "reopen":
            whole = not row.anchor.get("column")
            for key in [k for k in said if k[1] == row.target and (whole or k[0] == row.kind)]:
                del said[key]
        else:
            said[(row.kind, row.target)] = {"by": row.reviewer, "at": row.reviewed_at.isoformat()}
    return {
        number: fields_reviewed({kind: entry for (kind, _), entry in said.items()}) for number, said in found.items()
    }


def published_text(article: ArticleRow) -> str | None:
    """The publication time in the page's own zone, or the bare day where only that is known."""
    if article.published_at is None:
        return None
    if article.published_offset is None:
        return article.published_on.isoformat() if article.published_on else None
    zone = timezone(timedelta(minutes=article.published_offset))
    return article.published_at.astimezone(zone).isoformat(timespec="minutes")


def place_of(article: ArticleRow) -> Cursor:
    """Where an article stands in the order by time."""
    return Cursor(article.published_at or article.first_seen_at, article.id)


@lru_cache(maxsize=64)
def _patterns(keys: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    wanted = "|".join(map(re.escape, sorted(keys, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{wanted})(?!\w)"), re.compile(wanted)


def snippet(article: ArticleRow, keys: list[str], width: int = 200) -> str:
    """A piece of the text around the first word that was looked for."""
    text = " ".join((article.body or article.lead or "").split())
    at = 0
    if keys:
        folded, (whole, inside) = tokens.fold(text), _patterns(tuple(keys))
        first = whole.search(folded) or inside.search(folded)
        at = first.start() if first else 0
    start = max(0, at - width // 3)
    piece = text[start : start + width]
    return ("…" if start else "") + piece + ("…" if start + width < len(text) else "")


def article(session: Session, article_id: int) -> dict[str, Any] | None:
    """One article with everything understood of its newest revision; None for an unknown id."""
    row = session.get(ArticleRow, article_id)
    if row is None:
        return None
    outlet = session.get(OutletRow, row.outlet_id)
    return {
        "id": row.id,
        "title": row.title,
        "outlet": row.outlet_id,
        "outlet_name": outlet.name if outlet else None,
        "ownership": outlet.ownership if outlet else None,
        "language": row.language,
        "published": published_text(row),
        "published_source": row.published_source,
        "modified": row.modified_at.isoformat() if row.modified_at else None,
        "authors": row.authors,
        "url": row.url,
        "canonical_url": row.canonical_url,
        "url_key": row.url_key,
        "lead": row.lead,
        "body": row.body,
        "reading": row.reading,
        "outcome": row.outcome,
        "historical": row.historical,
        "revision": row.revision,
        "gone_at": row.gone_at.isoformat() if row.gone_at else None,
        "flags": row.flags,
        "machine_reading": True,
        "story": story_coverage(session, row.story_id) if row.story_id is not None else None,
        "figures": list(figures(session, Filter(limit=1000), article_id=row.id)),
        "counts": list(counts(session, Filter(limit=1000), article_id=row.id)),
        "dates": _rows(session, DateMentionRow, row, ("text", "value", "precision", "field", "start", "end")),
        "matches": _rows(
            session, MatchRow, row, ("watch_id", "rule", "score", "level", "reason", "quote", "spans", "historical")
        ),
        "revisions": [
            {"number": r.number, "title": r.title, "fetched_at": r.fetched_at, "content_hash": r.content_hash}
            for r in session.scalars(
                select(RevisionRow).where(RevisionRow.article_id == row.id).order_by(RevisionRow.number)
            )
        ],
    }


def story_coverage(session: Session, story_id: int) -> dict[str, Any]:
    """Who carries a story: reports, outlets, texts of their own (copies of one text count once), and where it began."""
    columns = (ArticleRow.id, ArticleRow.cluster_id, ArticleRow.outlet_id, ArticleRow.first_seen_at)
    rows = session.execute(
        select(*columns).where(ArticleRow.story_id == story_id).order_by(ArticleRow.first_seen_at, ArticleRow.id)
    ).all()
    return {
        "id": story_id,
        "articles_count": len(rows),
        "outlets_count": len({row.outlet_id for row in rows}),
        "independent_texts": independent_texts((row.id, row.cluster_id) for row in rows),
        "first_seen": rows[0].first_seen_at if rows else None,
        "first_outlet": rows[0].outlet_id if rows else None,
    }


def independent_texts(articles: Iterable[tuple[int, int | None]]) -> int:
    """How many texts these articles (id, cluster) are; copies of one text are one."""
    return len({("cluster", cluster) if cluster is not None else ("article", number) for number, cluster in articles})


def _rows(session: Session, table: Any, row: ArticleRow, names: tuple[str, ...]) -> list[dict[str, Any]]:
    found = session.scalars(
        select(table).where(table.article_id == row.id, table.revision == row.revision).order_by(table.id)
    )
    return [{**{name: getattr(one, name) for name in names}, **fields_reviewed(one.reviewed)} for one in found]


def figures(session: Session, wanted: Filter, article_id: int | None = None) -> Iterator[dict[str, Any]]:
    """Persons spoken of in the newest revisions, newest articles first."""
    more = [FigureRow.role == wanted.role] if wanted.role else []
    if wanted.name:
        more.append(FigureRow.name_key.contains(name_key(wanted.name), autoescape=True))
    rows = _claims(session, FigureRow, wanted, article_id, more)
    mentions = _mentions(session, [figure.id for figure, _ in rows])
    for figure, article in rows:
        yield {
            "id": figure.id,
            "name": figure.name,
            "role": figure.role,
            "status": figure.status,
            "nationality": figure.nationality,
            "mentions": mentions.get(figure.id, 0),
            "quote": figure.quote,
            **figure.attributes,
            **_source(article),
            **fields_reviewed(figure.reviewed),
        }


def _mentions(session: Session, ids: list[int]) -> dict[int, int]:
    rows = session.execute(
        select(FigureMentionRow.figure_id, func.count())
        .where(FigureMentionRow.figure_id.in_(ids))
        .group_by(FigureMentionRow.figure_id)
    )
    return {row[0]: row[1] for row in rows}


def counts(session: Session, wanted: Filter, article_id: int | None = None) -> Iterator[dict[str, Any]]:
    """Reported counts of the newest revisions, newest articles first. Claims are listed side by side."""
    names = ("low", "high", "bound", "of", "kind", "noun", "nationality", "side", "status", "attributed_to", "as_of",
             "period", "negated", "quote", "field")  # fmt: skip
    for claim, article in _claims(session, ReportedCountRow, wanted, article_id, []):
        yield {
            "id": claim.id,
            **{name: getattr(claim, name) for name in names},
            **_source(article),
            **fields_reviewed(claim.reviewed),
        }


def _claims(
    session: Session, table: Any, wanted: Filter, article_id: int | None, more: list[Any]
) -> list[tuple[Any, ArticleRow]]:
    """Persons or counts with their articles. The page is chosen first, without the articles' long rows."""
    newest = (ArticleRow.id == table.article_id) & (ArticleRow.revision == table.revision)
    chosen: Any = select(table.id).join(ArticleRow, newest)
    if article_id is not None:
        chosen = chosen.where(table.article_id == article_id, *more).order_by(table.id)
    else:
        chosen = chosen.where(*_of_claims(session, table, wanted), *more).order_by(*NEWEST, table.id)
        chosen = chosen.with_hint(ArticleRow, SHOWN if _is_rare(session, table, wanted) else BY_TIME, "sqlite")
    ids = session.scalars(chosen.limit(wanted.limit).offset(wanted.offset)).all()
    rows: dict[int, tuple[Any, ArticleRow]] = {}
    if ids:
        both = select(table, ArticleRow).join(ArticleRow, ArticleRow.id == table.article_id).where(table.id.in_(ids))
        rows = {row[0].id: (row[0], row[1]) for row in session.execute(both)}
    return [rows[number] for number in ids if number in rows]


MANY = 3000
"""So many persons or counts of a kind are met soon when articles are gone through from the newest on."""


def _is_rare(session: Session, table: Any, wanted: Filter) -> bool:
    """Whether SQLite should look up all that are of the kind, and sort them."""
    if wanted.name or wanted.text or session.get_bind().dialect.name != "sqlite":
        return True
    asked = {"nationality": wanted.nationality and wanted.nationality.upper(), "status": wanted.status}
    if table is FigureRow:
        asked["role"] = wanted.role
    equal = [getattr(table, name) == value for name, value in asked.items() if value]
    if not equal:
        return False
    some = select(table.id).where(*equal).limit(MANY).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) < MANY


def _of_claims(session: Session, table: Any, wanted: Filter) -> list[Any]:
    """Conditions on persons or counts and on their articles."""
    found: list[Any] = []
    if wanted.nationality:
        found.append(table.nationality == wanted.nationality.upper())
    if wanted.status:
        found.append(table.status == wanted.status)
    if wanted.reviewed is not None:
        found.append(table.reviewed.is_not(None) if wanted.reviewed else table.reviewed.is_(None))
    words = matching(session.get_bind().dialect.name, wanted.text)
    if words is not None:
        found.append(false() if words is False else ArticleRow.id.in_(select(words.c.article_id)))
    if wanted.after is not None:
        found.append(after(wanted.after, table))
    article = replace(wanted, nationality=None, status=None, role=None, reviewed=None, text="")
    return [*found, *conditions(session, article)]


def _source(article: ArticleRow) -> dict[str, Any]:
    return {
        "article": article.id,
        "outlet": article.outlet_id,
        "language": article.language,
        "published": published_text(article),
        "title": article.title,
    }


def utc_now() -> datetime:
    """The clock of a caller that has none of its own."""
    return datetime.now(UTC)
