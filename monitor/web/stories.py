"""Stories for pages: the newest, and one over outlets, languages and time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import Session

from monitor import query
from monitor.query import Cursor
from monitor.web.params import Param
from monitor.web.views import PAGE, PAGING, Ask, Missing, Page
from pipelines.store.schema import ArticleRow, FigureRow, MatchRow, OutletRow, ReportedCountRow, StoryRow, UtcDateTime

SPOKESMEN = ("official", "spokesperson", "head_of_state", "analyst")
TODAY = (Param("days", "number", "Stories that moved within so many days", most=90, default=1), *PAGING)
COLUMNS = ("id", "title", "updated", "first_seen", "articles_count", "outlets", "languages", "watches")


def today(ask: Ask) -> Page:
    """Stories that moved within the last days; the newest ones when none did."""
    limit, after = ask.params["limit"], ask.params["after"]
    since = ask.now - timedelta(days=ask.params["days"])
    alive = select(StoryRow).where(StoryRow.redirect_to.is_(None))
    fresh = alive.where(StoryRow.updated_at >= since)
    count = ask.session.scalar(select(func.count()).select_from(fresh.subquery())) or 0
    chosen = fresh if count else alive
    if after is not None:
        place = tuple_(literal(after.at, UtcDateTime()), literal(after.article))
        chosen = chosen.where(tuple_(StoryRow.updated_at, StoryRow.id) < place)
    rows = ask.session.scalars(chosen.order_by(StoryRow.updated_at.desc(), StoryRow.id.desc()).limit(limit + 1)).all()
    told = _told(ask.session, rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    data = {"count": count, "quiet": not count, "days": ask.params["days"], "stories": told,
            "next": str(Cursor(last.updated_at, last.id)) if last else None}  # fmt: skip
    ids = [one["id"] for story in told for one in story["articles"]]
    return Page("Today's stories" if count else "Newest stories", data, "stories", COLUMNS, ids,
                {"read": ask.session.scalar(select(func.max(ArticleRow.id)))})  # fmt: skip


def _told(session: Session, rows: Iterable[StoryRow]) -> list[dict[str, Any]]:
    rows = list(rows)
    articles = _articles(session, [row.id for row in rows])
    ids = [one["id"] for members in articles.values() for one in members]
    watches = query._watches_of(session, ids)
    persons, counts = _persons(session, ids), _counts(session, ids)
    out = []
    for row in rows:
        members = articles.get(row.id, [])
        inside = [one["id"] for one in members]
        out.append(
            {
                "id": row.id,
                "title": row.title,
                "first_seen": row.first_seen_at,
                "updated": row.updated_at,
                "articles_count": len(members),
                "independent_texts": query.independent_texts((one["id"], one["cluster"]) for one in members),
                "first_outlet": _first_outlet(members),
                "outlets": sorted({str(one["outlet_name"] or one["outlet"]) for one in members}),
                "languages": sorted({one["language"] for one in members if one["language"]}),
                "watches": sorted({watch for i in inside for watch in watches.get(i, [])}),
                "persons": _distinct([p for i in inside for p in persons.get(i, [])]),
                "counts": [c for i in inside for c in counts.get(i, [])][:4],
                "articles": members,
            }
        )
    return out


def _first_outlet(members: list[dict[str, Any]]) -> str | None:
    first = min(members, key=lambda one: (one["first_seen"], one["id"]), default=None)
    return str(first["outlet_name"] or first["outlet"]) if first else None


def _distinct(persons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in persons:
        kept = found.setdefault(one["name"], one)
        if kept["status"] is None and one["status"]:
            found[one["name"]] = one
    return list(found.values())[:8]


def _articles(session: Session, stories: list[int]) -> dict[int, list[dict[str, Any]]]:
    rows = session.execute(
        select(ArticleRow, OutletRow.name, OutletRow.ownership, OutletRow.country)
        .outerjoin(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .where(ArticleRow.story_id.in_(stories))
        .order_by(ArticleRow.dated_at, ArticleRow.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for article, name, ownership, country in rows:
        found.setdefault(article.story_id or 0, []).append(
            {
                "id": article.id,
                "title": article.title,
                "published": query.published_text(article),
                "first_seen": article.first_seen_at,
                "outlet": article.outlet_id,
                "outlet_name": name,
                "ownership": ownership,
                "country": country,
                "language": article.language,
                "cluster": article.cluster_id,
                "url": article.canonical_url,
            }
        )
    return found


def _persons(session: Session, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    rows = session.execute(
        select(FigureRow, ArticleRow.outlet_id)
        .join(ArticleRow, (ArticleRow.id == FigureRow.article_id) & (ArticleRow.revision == FigureRow.revision))
        .where(FigureRow.article_id.in_(ids), FigureRow.role.is_(None) | FigureRow.role.not_in(SPOKESMEN))
        .order_by(FigureRow.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row, outlet in rows:
        found.setdefault(row.article_id, []).append(
            {"outlet": outlet, "figure": row.id, "name": row.name, "role": row.role, "status": row.status,
             "quote": row.quote, "nationality": row.nationality, "article": row.article_id}
        )  # fmt: skip
    return found


def _counts(session: Session, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    rows = session.execute(
        select(ReportedCountRow, ArticleRow.outlet_id)
        .join(
            ArticleRow,
            (ArticleRow.id == ReportedCountRow.article_id) & (ArticleRow.revision == ReportedCountRow.revision),
        )
        .where(ReportedCountRow.article_id.in_(ids), ReportedCountRow.negated.is_(False))
        .order_by(ReportedCountRow.id)
    )
    names = ("low", "high", "bound", "of", "kind", "noun", "nationality", "status", "attributed_to", "quote")
    found: dict[int, list[dict[str, Any]]] = {}
    for row, outlet in rows:
        claim = {name: getattr(row, name) for name in names}
        found.setdefault(row.article_id, []).append({**claim, "article": row.article_id, "outlet": outlet})
    return found


def story(ask: Ask) -> Page:
    """One story: its articles by time, with why each belongs to it; who and how many are spoken of, by whom."""
    row = ask.session.get(StoryRow, int(ask.key))
    seen: set[int] = set()
    while row is not None and row.redirect_to is not None and row.id not in seen:
        seen.add(row.id)
        row = ask.session.get(StoryRow, row.redirect_to)
    if row is None:
        raise Missing("there is no such story; the first page lists the newest")
    told = _told(ask.session, [row])[0]
    why = row.facts.get("why", {})
    ids = [one["id"] for one in told["articles"]]
    for one in told["articles"]:
        one["why"] = why.get(str(one["id"]), "")
    persons, counts = _persons(ask.session, ids), _counts(ask.session, ids)
    matches = ask.session.execute(
        select(MatchRow.watch_id, MatchRow.rule, func.count(func.distinct(MatchRow.article_id)))
        .where(MatchRow.article_id.in_(ids))
        .group_by(MatchRow.watch_id, MatchRow.rule)
    )
    told["persons"] = [p for i in ids for p in persons.get(i, [])][: PAGE * 5]
    told["counts"] = [c for i in ids for c in counts.get(i, [])][: PAGE * 5]
    told["matches"] = [{"watch": w, "rule": rule, "articles_count": n} for w, rule, n in matches]
    columns = ("id", "published", "outlet", "outlet_name", "ownership", "language", "title", "why", "url")
    return Page(told["title"] or "(no title)", told, "articles", columns, ids)
