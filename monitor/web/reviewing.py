"""The pages of review: what waits, one reading with its history, a citation, saved searches, the audit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from monitor import review, saved
from monitor.cite import as_csl, as_ris, as_text, citation
from monitor.query import Cursor
from monitor.review import ReviewError
from monitor.web.params import Param
from monitor.web.veil import policy_of
from monitor.web.views import Ask, Missing, Page, following
from pipelines.records import Role, Status
from pipelines.store.schema import AuditRow

QUEUE = (
    Param("kind", "choice", "Only readings of this kind", ("match", "person", "count", "date")),
    Param("watch", "text", "Only articles that this watch matched"),
    Param("outlet", "text", "Only this outlet"),
    Param("language", "text", "Only this language"),
    Param("folder", "text", "Only articles of this case folder"),
    Param("tag", "text", "Only articles with this tag"),
    Param("assigned", "text", "Only what this person is to look at"),
    Param("state", "choice", "What waits, or what was judged", ("open", "reviewed", "all"), default="open"),
    Param("before", "number", "Go on below this article's number", most=10**17),
    Param("limit", "number", "Readings of a page", most=200, default=20),
)
CHOICES = {
    "role": tuple(one.value for one in Role),
    "status": tuple(one.value for one in Status),
    "bound": ("exact", "at_least", "at_most", "about"),
    "kind": ("total", "increment", "subset", "unclear"),
    "level": ("alert", "possible"),
    "negated": ("no", "yes"),
}
COLUMNS = ("target", "article", "outlet", "published", "title", "quote", "label", "assigned")


def queue(ask: Ask) -> Page:
    """Readings that wait to be judged, newest articles first."""
    names = ("kind", "watch", "outlet", "language", "folder", "tag", "assigned", "state", "before", "limit")
    rows = review.queue(ask.session, **{name: ask.params[name] for name in names})
    more = rows[-1]["article"] if len(rows) >= ask.params["limit"] else None
    data = {"readings": rows, "next": more, "folders_list": [one["folder"] for one in review.folders(ask.session)]}
    return Page("Review", data, "readings", COLUMNS, [one["article"] for one in rows], {"choices": CHOICES})


def item(ask: Ask) -> Page:
    """One reading with everything that was decided about it."""
    try:
        found = review.item(ask.session, ask.key)
    except ReviewError as error:
        raise Missing("there is no such reading; the queue lists what waits") from error
    found = {**found, "decisions": found.pop("history", [])}
    columns = ("at", "by", "kind", "verdict", "field", "value", "note")
    articles = [found["article"]] if found.get("article") else []
    return Page("Reading", found, "decisions", columns, articles, {"choices": CHOICES})


def cite(ask: Ask) -> Page:
    """A citation as text, CSL-JSON and RIS."""
    policy = policy_of(ask.session, ask.secret, named=ask.named)
    try:
        made = citation(ask.session, ask.key, policy)
    except ReviewError as error:
        raise Missing("there is nothing to cite by this number; a story has no words of its own") from error
    forms = [{"form": "text", "citation": as_text(made)}, {"form": "csl-json", "citation": as_csl(made)},
             {"form": "ris", "citation": as_ris(made)}]  # fmt: skip
    passed = {"article": made.article, "target": made.target, "cited": made.as_dict(), "forms": forms}
    return Page("Cite", {}, "forms", ("form", "citation"), [made.article], passed=passed)


def searches(ask: Ask) -> Page:
    """Searches that somebody saved."""
    return Page("Saved searches", {"searches": saved.every(ask.session)}, "searches",
                ("id", "title", "query", "saved_by", "saved_at", "watch"))  # fmt: skip


def audit(ask: Ask) -> Page:
    """Who did what to names, reviews and exports, newest first."""
    wanted = select(AuditRow).order_by(AuditRow.id.desc()).limit(ask.params["limit"] + 1)
    if ask.params["after"] is not None:
        wanted = wanted.where(AuditRow.id < ask.params["after"].article)
    rows: list[dict[str, Any]] = [
        {
            "id": row.id,
            "at": row.at,
            "actor": row.actor,
            "action": row.action,
            "target": row.target,
            "detail": row.detail,
        }
        for row in ask.session.scalars(wanted)
    ]
    beyond = following(rows, ask.params["limit"], lambda one: Cursor(one["at"], one["id"]))
    return Page("Audit", {"audit": rows, **beyond}, "audit", ("at", "actor", "action", "target", "detail"))
