"""The queue: readings that nobody judged yet, newest articles first; and one of them with all that helps to judge it.

In      an open session; kinds, filters, the number from which an earlier page went on
Out     dictionaries ready for JSON: target, what the machine read, the words it rests on, who is to look at it
Order   by the article's number, newest first, so that a page does not shift while others judge
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from monitor.labels import fields_reviewed
from monitor.query import published_text
from monitor.review.notes import articles_with, history, notes_of
from monitor.review.target import ReviewError, Target, parse, row_of
from monitor.stories import OFFICIALS
from pipelines.store.schema import WITH_REJECTED, ArticleRow, DateMentionRow, MatchRow, StoryRow
from pipelines.store.verdicts import COLUMNS, TABLES, machine_value

KINDS = ("match", "figure", "count", "date")
DEFAULT = ("match", "figure", "count")
STATES = ("open", "reviewed", "all")


def queue(
    session: Session,
    *,
    kind: str | None = None,
    watch: str | None = None,
    outlet: str | None = None,
    language: str | None = None,
    folder: str | None = None,
    tag: str | None = None,
    assigned: str | None = None,
    state: str = "open",
    before: int | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Readings to be judged. `before`: only articles with a smaller number, to go on from an earlier page.

    `kind`: match, figure (also: person), count or date; without, the first three. Raises ReviewError.
    """
    kind = {"person": "figure"}.get(kind or "", kind)
    if (kind is not None and kind not in KINDS) or state not in STATES:
        raise ReviewError(f"kind is one of {', '.join(KINDS)}, state one of {', '.join(STATES)}")
    only: set[int] | None = None
    for what, value in (("folder", folder), ("tag", tag), ("assign", assigned)):
        if value:
            these = articles_with(session, what, value)
            only = these if only is None else only & these
    found: list[tuple[ArticleRow, str, Any]] = []
    for one in (kind,) if kind else DEFAULT:
        query = _waiting(one, state, watch)
        for column, wanted in ((ArticleRow.outlet_id, outlet), (ArticleRow.language, language)):
            query = query.where(column == wanted) if wanted else query
        # the column an index gives in this order: of matches their own, of the rest that of relevant articles
        number = MatchRow.article_id if one == "match" else ArticleRow.id
        query = query.where(number < before) if before is not None else query
        query = query.where(ArticleRow.id.in_(only)) if only is not None else query
        rows = session.execute(query.order_by(number.desc(), TABLES[one].id).limit(limit))
        found += [(article, one, row) for row, article in rows]
    found.sort(key=lambda part: (-part[0].id, DEFAULT.index(part[1]) if part[1] in DEFAULT else 9, part[2].id))
    return _items(session, _whole_articles(found, limit))


def _whole_articles(found: list[tuple[ArticleRow, str, Any]], limit: int) -> list[tuple[ArticleRow, str, Any]]:
    """Cut at the end of an article, so that `before` goes on without a gap; one article is always shown whole."""
    if len(found) <= limit:
        return found
    last = found[limit][0].id
    kept = [part for part in found[:limit] if part[0].id != last]
    return kept or [part for part in found if part[0].id == last]


def _waiting(kind: str, state: str, watch: str | None) -> Any:
    table = TABLES[kind]
    query = select(table, ArticleRow).join(
        ArticleRow, (ArticleRow.id == table.article_id) & (ArticleRow.revision == table.revision)
    )
    if state == "open":
        query = query.where(table.reviewed.is_(None))
    else:
        query = query.execution_options(**WITH_REJECTED)
        query = query.where(table.reviewed.is_not(None)) if state == "reviewed" else query
    if kind == "match":
        # one line an article and watch: its first rule stands for all of them
        other = aliased(MatchRow)
        before = (other.article_id == MatchRow.article_id) & (other.revision == MatchRow.revision)
        first = select(other.id).where(before, other.watch_id == MatchRow.watch_id, other.id < MatchRow.id)
        query = query.where(~first.exists())
        return query.where(MatchRow.watch_id == watch) if watch else query
    query = query.where(ArticleRow.relevant)
    if watch:
        matched = select(MatchRow.id).where(MatchRow.article_id == ArticleRow.id, MatchRow.watch_id == watch)
        query = query.where(matched.exists())
    if kind == "figure" and state == "open":
        query = query.where(
            table.pseudonym.is_(False),
            or_(table.role.is_(None), table.role.not_in(OFFICIALS), table.status.is_not(None)),
        )
    if kind == "count" and state == "open":
        query = query.where(or_(table.nationality.is_not(None), table.status.is_not(None)))
    return query


def _items(session: Session, found: Sequence[tuple[ArticleRow, str, Any]]) -> list[dict[str, Any]]:
    beside = notes_of(session, {article.id for article, _, _ in found})
    return [_item(kind, row, article, beside.get(article.id, {})) for article, kind, row in found]


def _item(kind: str, row: Any, article: ArticleRow, beside: dict[str, Any]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in COLUMNS[kind]}
    machine = {name: machine_value(row, name) for name in COLUMNS[kind]}
    return {
        "target": f"{kind}:{row.id}",
        "kind": "person" if kind == "figure" else kind,
        "article": article.id,
        "story": article.story_id,
        "outlet": article.outlet_id,
        "language": article.language,
        "published": published_text(article),
        "title": article.title,
        "watch": row.watch_id if kind == "match" else None,
        "rule": row.rule if kind == "match" else None,
        "score": row.score if kind == "match" else None,
        "reason": row.reason if kind == "match" else None,
        "values": values,
        "machine": {name: value for name, value in machine.items() if value != values[name]},
        "quote": row.text if isinstance(row, DateMentionRow) else row.quote,
        "revision": row.revision,
        "rejected": row.rejected,
        **fields_reviewed(row.reviewed),
        "assigned": beside.get("assigned"),
        "folders": beside.get("folders", []),
        "tags": beside.get("tags", []),
    }


def item(session: Session, target: str | Target) -> dict[str, Any]:
    """One target with everything that was decided about it. Raises ReviewError."""
    asked = parse(target) if isinstance(target, str) else target
    row = row_of(session, asked)
    if isinstance(row, StoryRow):
        return {"target": str(asked), "kind": "story", "story": row.id, "title": row.title, "history": []}
    if isinstance(row, ArticleRow):
        shown = {"target": str(asked), "kind": "article", "article": row.id, "story": row.story_id,
                 "outlet": row.outlet_id, "published": published_text(row), "title": row.title}  # fmt: skip
        return {**shown, **notes_of(session, [row.id]).get(row.id, {}), "history": history(session, row.id)}
    article = session.get_one(ArticleRow, row.article_id)
    made = _items(session, [(article, asked.reading, row)])[0]
    return {**made, "history": _about(history(session, article.id), str(asked))}


def _about(every: Iterable[dict[str, Any]], target: str) -> list[dict[str, Any]]:
    """The history of the target first; verdicts on what stood there before a re-analysis have older numbers."""
    kind = target.partition(":")[0]
    return [one for one in every if one["target"].startswith(f"{kind}:") or one["kind"] in ("note", "tag", "folder")]
