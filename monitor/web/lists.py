"""Persons, counts, watches, outlets and the alert log for pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import func, or_, select

from monitor import overview, persons, query
from monitor.alerts import log
from monitor.labels import fields_reviewed
from monitor.query import Cursor
from monitor.review import precision
from monitor.web.changing import settings_of
from monitor.web.views import Ask, Denied, Missing, Page, filter_of, following
from pipelines.store.schema import ArticleRow, FigureRow, MatchRow, PersonRow

FIGURES = ("id", "name", "role", "status", "nationality", "mentions", "outlet", "published", "article", "quote")
CLAIMS = ("id", "published", "as_of", "low", "high", "bound", "of", "kind", "nationality", "noun", "status",
          "attributed_to", "outlet", "language", "article", "quote")  # fmt: skip
MOST_CLAIMS = 1000


def figures(ask: Ask) -> Page:
    """Persons spoken of, newest articles first."""
    wanted = filter_of(ask)
    rows = list(query.figures(ask.session, replace(wanted, limit=wanted.limit + 1)))
    data = {"figures": rows, **following(rows, wanted.limit, lambda one: _claim(ask, one))}
    return Page("Persons", data, "figures", FIGURES, [one["article"] for one in rows])


def _claim(ask: Ask, one: dict[str, Any]) -> Cursor:
    """The place of a person or a count in the order by time."""
    article = query.place_of(ask.session.get_one(ArticleRow, one["article"]))
    return replace(article, row=one["id"])


def named(ask: Ask) -> Page:
    """Persons whose name may be the one asked for, in any script."""
    if not ask.named:
        raise Denied("searching for a name is for researchers")
    name = ask.params["name"] or ""
    rows = persons.search(ask.session, name, 100) if name else []
    columns = ("figure", "name", "score", "grade", "reason", "person", "role", "status", "article", "outlet", "title")
    return Page("Persons by name", {"found": rows}, "found", columns, [one["article"] for one in rows])


def figure(ask: Ask) -> Page:
    """Everything said of a person of this spelling, over time; of the joined person where somebody joined them."""
    row = ask.session.get(FigureRow, int(ask.key))
    if row is None:
        raise Missing("there is no such person; the list of persons shows who is spoken of")
    if row.person_id is not None:
        return _over_time(ask, FigureRow.person_id == row.person_id, row.name)
    return _over_time(ask, FigureRow.name_key == row.name_key, row.name)


def person(ask: Ask) -> Page:
    """A person somebody joined from several spellings, over time."""
    row = ask.session.get(PersonRow, int(ask.key))
    if row is None:
        raise Missing("there is no such person; the list of persons shows who is spoken of")
    return _over_time(ask, FigureRow.person_id == (row.redirect_to or row.id), row.name)


def _over_time(ask: Ask, which: Any, name: str) -> Page:
    rows = ask.session.execute(
        select(FigureRow, ArticleRow)
        .join(ArticleRow, (ArticleRow.id == FigureRow.article_id) & (ArticleRow.revision == FigureRow.revision))
        .where(which)
        .order_by(ArticleRow.dated_at, FigureRow.id)
        .limit(500)
    )
    said: list[dict[str, Any]] = [
        {"figure": f.id, "published": query.published_text(a), "name": f.name, "role": f.role, "status": f.status,
         "nationality": f.nationality, "quote": f.quote, "outlet": a.outlet_id, "language": a.language,
         "article": a.id, "title": a.title}
        for f, a in rows
    ]  # fmt: skip
    spellings: dict[str, int] = {}
    for one in said:
        spellings[one["name"]] = spellings.get(one["name"], 0) + 1
    data = {"name": name, "spellings": [{"name": key, "number": n} for key, n in spellings.items()], "said": said}
    columns = ("published", "name", "role", "status", "nationality", "outlet", "language", "article", "title", "quote")
    return Page("Person", data, "said", columns, [one["article"] for one in said])


def counts(ask: Ask) -> Page:
    """Reported counts as claims side by side, and over time."""
    wanted = filter_of(ask)
    rows = list(query.counts(ask.session, replace(wanted, limit=wanted.limit + 1)))
    beyond = following(rows, wanted.limit, lambda one: _claim(ask, one))
    for one in rows:
        one["by"] = one["outlet"] if not ask.named else one["attributed_to"] or one["outlet"]
    data = {"claims": rows, **beyond}
    return Page("Reported counts", data, "claims", CLAIMS, [one["article"] for one in rows])


def watches(ask: Ask) -> Page:
    """What is watched, and how many articles each watch matched."""
    found = select(MatchRow.watch_id, func.count(func.distinct(MatchRow.article_id)), func.max(MatchRow.matched_at))
    seen = {key: (n, at) for key, n, at in ask.session.execute(found.group_by(MatchRow.watch_id))}
    ids = sorted({*ask.watches, *seen}, key=lambda key: (-seen.get(key, (0, None))[0], key))
    rows = []
    for key in ids:
        one, (n, at) = ask.watches.get(key), seen.get(key, (0, None))
        about = {"title": one.name, "rate": one.rate, "enabled": one.enabled, "rules": len(one.rules)} if one else {}
        rows.append({"watch": key, "matches_count": n, "last": at, **about})
    columns = ("watch", "title", "enabled", "rate", "rules", "matches_count", "last")
    return Page("Watches", {"watches_list": rows}, "watches_list", columns)


def watch(ask: Ask) -> Page:
    """One watch with its matches and their reasons, newest first."""
    wanted = filter_of(ask)
    if ask.key.startswith("person:") and not ask.named:
        raise Missing("there is no such watch")
    if ask.key not in ask.watches and not ask.session.scalar(
        select(func.count()).where(MatchRow.watch_id == ask.key.replace("\x00", ""))
    ):
        raise Missing("there is no such watch")
    asked = (
        select(MatchRow, ArticleRow)
        .join(ArticleRow, (ArticleRow.id == MatchRow.article_id) & (ArticleRow.revision == MatchRow.revision))
        .where(MatchRow.watch_id == ask.key)
        .order_by(MatchRow.article_id.desc(), MatchRow.id)
    )
    if wanted.after is not None:
        place = (MatchRow.article_id == wanted.after.article) & (MatchRow.id > wanted.after.row)
        asked = asked.where(or_(MatchRow.article_id < wanted.after.article, place))
    rows = ask.session.execute(asked.limit(wanted.limit + 1))
    matches: list[dict[str, Any]] = [
        {"id": m.id, "article": a.id, "published": query.published_text(a), "outlet": a.outlet_id,
         "language": a.language, "title": a.title, "rule": m.rule, "level": m.level,
         "score": m.score, "reason": m.reason, "quote": m.quote,
         **fields_reviewed(m.reviewed)}
        for m, a in rows
    ]  # fmt: skip
    columns = ("article", "published", "outlet", "language", "title", "rule", "level", "score", "reason", "quote")
    beyond = following(matches, wanted.limit, lambda one: Cursor(ask.now, one["article"], one["id"]))
    data = {"watch": ask.key, "found": matches, "precision": _precision(ask), **beyond}
    extra = {"settings": settings_of(ask.watches.get(ask.key))}
    return Page("Watch", data, "found", columns, [one["article"] for one in matches], extra)


def _precision(ask: Ask) -> dict[str, Any] | None:
    """How often the watch was right, by the verdicts of people."""
    rows = precision(ask.session, ask.key)
    return rows[0] if rows and rows[0]["judged"] else None


def outlets(ask: Ask) -> Page:
    """Every outlet and its health."""
    rows = overview.outlet_states(ask.session, ask.outlets, ask.now)
    for one in rows:
        one["outlet_name"] = one.pop("name")
    columns = ("outlet", "outlet_name", "state", "last_success", "last_article", "feeds", "problem")
    return Page("Outlets", {"outlets_list": rows}, "outlets_list", columns)


def alerts(ask: Ask) -> Page:
    """Every message's life: when it was queued, every try, what the server said."""
    rows = log.lives(ask.session, limit=ask.params["limit"])
    columns = ("id", "kind", "recipient", "state", "attempts", "created", "sent")
    return Page("Alert log", {"messages": rows}, "messages", columns)
