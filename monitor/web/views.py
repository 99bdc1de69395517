"""The views: each reads one page's data with the read functions. HTML, JSON and CSV are made of the same data.

In      `Ask`: an open read-only session, the parameters, the reader, what the workspace declares, the clock
Out     `Page`: data ready for JSON, which of its lists is the table, its columns, the articles it speaks of
Raises  `Missing` for a number that is not known; `Denied` for what this reader may not ask
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from monitor import query
from monitor.known import unknown
from monitor.protection_text import url_is_safe
from monitor.query import Cursor, Filter
from monitor.web import found
from monitor.web.access import Who
from monitor.web.params import BadRequest, Param, place_of
from pipelines.analysis.rules import RuleError
from pipelines.records import Outlet, Role, Status, Watch

PAGE = 20
_ROLES, _STATUSES = tuple(r.value for r in Role), tuple(s.value for s in Status)


class Missing(LookupError):
    """There is nothing by this number; the text says where to look."""


class Denied(PermissionError):
    """This reader may not ask this; the text says who may."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a view may know of a request. `named`: whether the reader sees names."""

    session: Session
    params: Mapping[str, Any]
    named: bool
    outlets: Mapping[str, Outlet]
    watches: Mapping[str, Watch]
    now: datetime
    key: str = ""
    kept: found.Kept = field(default_factory=found.Kept)
    workspace: Path = field(default_factory=Path)
    who: Who = field(default_factory=lambda: Who("viewer"))
    secret: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """What a view found. `rows` names the list in `data` that CSV and tables show.

    passed: data that went through the boundary with this reader's policy already; masks are not masked again.
    """

    title: str
    data: dict[str, Any]
    rows: str
    columns: tuple[str, ...]
    articles: Iterable[int] = field(default=())
    extra: dict[str, Any] = field(default_factory=dict)
    passed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class View:
    """One page: its address (`{key}` is a number or an identifier), its template, what may be asked."""

    name: str
    path: str
    read: Callable[[Ask], Page]
    about: str
    params: tuple[Param, ...] = ()
    role: str = "viewer"
    posted: bool = False
    numbered: bool = False


DAYS = (
    Param("since", "day", "Published since: a day (2026-04-05) or a span back (36h, 7d, 4w)"),
    Param("until", "day", "Published before"),
)
OUTLETS = (
    Param("outlet", "text", "Only this outlet"),
    Param("tag", "text", "Only outlets with this tag, or articles that a person tagged so"),
    Param("ownership", "text", "Only outlets of this ownership (state, independent, …)"),
    Param("language", "text", "Only this language (ISO 639-1)"),
    Param("country", "text", "Only outlets of this country (ISO 3166)"),
    Param("watch", "text", "Only what this watch matched"),
    Param("story", "number", "Only this story", most=10**17),
    Param("nationality", "text", "Only where this nationality is spoken of (ISO 3166)"),
)
REVIEWED = Param("reviewed", "choice", "Only what a person judged, or only what nobody did", ("yes", "no"))
LIMIT = Param("limit", "number", "Rows of a page", most=200, default=PAGE)
PAGING = (Param("after", "place", "The page after this place: `next` of the page before"), LIMIT)
ROLE = Param("role", "choice", "What the person is in the article", _ROLES)
STATUS = Param("status", "choice", "What befell the person or the group", _STATUSES)
SEARCH = (
    Param("q", "text", 'Words (AND), "a phrase", prefix*, -not, title:word'),
    Param("rule", "text", "A rule as watches have them: (a NEAR/8 b) AND NOT c", most=2000),
    *OUTLETS,
    ROLE,
    STATUS,
    Param("person", "number", "Only where this joined person is spoken of", most=10**17),
    Param("figure", "number", "Only where a person of this one's spelling is spoken of", most=10**17),
    *DAYS,
    Param("event_since", "day", "A date spoken of in the text is this day or later"),
    Param("event_until", "day", "A date spoken of in the text is before this day"),
    REVIEWED,
    Param("relevant", "flag", "Only articles that some watch matched"),
    Param("order", "choice", "Newest first, or the best first", ("time", "relevance"), default="time"),
    Param("after", "text", "The page after this place: `next` of the page before"),
    LIMIT,
)
_SHARED = ("outlet", "tag", "ownership", "language", "country", "watch", "story", "person", "figure", "nationality",
           "role", "status", "since", "until")  # fmt: skip


def filter_of(ask: Ask, **more: Any) -> Filter:
    """The parameters that every list shares, as a `Filter`. Raises Denied."""
    given = ask.params
    watch = given.get("watch")
    if watch and watch.startswith("person:") and not ask.named:
        raise Denied("a watch for a person is shown to researchers only")
    if not ask.named and (given.get("person") or given.get("figure")):
        raise Denied("articles about one person are looked for by researchers only")
    tag = given.get("tag")
    if tag and not ask.named and not any(tag in one.tags for one in ask.outlets.values()):
        raise Denied("tags that people wrote are looked for by researchers only")
    asked = {name: given[name] for name in _SHARED if given.get(name)}
    if asked.get("language"):
        asked["language"] = asked["language"].lower()  # of countries the filter itself reads either case
    for name in ("event_since", "event_until"):
        if given.get(name):
            asked[name] = given[name].date()
    if given.get("reviewed"):
        asked["reviewed"] = given["reviewed"] == "yes"
    if isinstance(given.get("after"), Cursor):
        asked["after"] = given["after"]
    return Filter(**asked, limit=given.get("limit") or PAGE, **more)


def require_known(ask: Ask, page: Page) -> None:
    """Where nothing was found, refuse words of filters that nobody knows. Raises BadRequest."""
    if page.data.get(page.rows) or not any(ask.params.get(one.name) for one in OUTLETS):
        return
    if word := unknown(ask.session, filter_of(ask), ask.outlets, ask.watches, named=ask.named):
        raise BadRequest(f"{word.name}: {word.said}")


def following(rows: list[dict[str, Any]], limit: int, place: Callable[[dict[str, Any]], Cursor]) -> dict[str, Any]:
    """Cut a list that was read one row too far; `next` is the place of its last row, None on the last page."""
    more = len(rows) > limit
    del rows[limit:]
    return {"next": str(place(rows[-1])) if more else None}


def search(ask: Ask) -> Page:
    """Articles that fit, with facets."""
    text, rule = ask.params["q"] or "", ask.params["rule"] or ""
    if not ask.named and not all(_everyday(words) for words in (text, rule)):
        raise Denied("a viewer may search for everyday words only, since others may be names; use the filters beside")
    wanted = _wanted(ask, text)
    if rule:
        from monitor import rule_search  # it brings all that reads pages: only who asks a rule pays for it

        try:
            data = rule_search.search(ask.session, rule, wanted, ask.outlets, ask.workspace)
        except RuleError as error:
            raise BadRequest(f"rule: {_without(rule, str(error))}") from error
    else:
        names = [one.name for one in SEARCH if one.name not in ("after", "limit", "order")]
        data = found.search(ask.session, wanted, ask.kept, tuple(str(ask.params[name]) for name in names))
    if not ask.named:
        watches = data["facets"].get("watch", {})
        data["facets"] = {**data["facets"], "watch": {k: n for k, n in watches.items() if not k.startswith("person:")}}
    return Page(
        "Search",
        data,
        "articles",
        (
            "id",
            "published",
            "outlet",
            "outlet_name",
            "ownership",
            "language",
            "title",
            "watches",
            "story",
            "label",
            "url",
        ),
        [hit["id"] for hit in data["articles"]],
        {"keys": query.words_of(text)},
    )


def _without(rule: str, said: str) -> str:
    """What is wrong with a rule, without words of it: errors never repeat what was asked."""
    found = re.search(r"\(character ([0-9]+)\)", said)
    return f"it cannot be read at character {found[1]}" if found else "it cannot be read"


def _everyday(text: str) -> bool:
    return not text or url_is_safe(f"https://q.example/{quote(text)}", (), frozenset())


def _wanted(ask: Ask, text: str) -> Filter:
    """The filter of a search; `after` is a place by time, a number by relevance. Raises BadRequest."""
    best = ask.params["order"] == "relevance" and bool(text)
    more: dict[str, Any] = {"text": text, "by_relevance": best, "relevant_only": ask.params["relevant"] or False}
    after = ask.params["after"]
    if after and best:
        if not re.fullmatch("[0-9]{1,4}", after):
            raise BadRequest("after: the `next` of the page before is expected")
        more["offset"] = int(after)
    elif after:
        more["after"] = place_of("after", after)
    return filter_of(ask, **more)


def article(ask: Ask) -> Page:
    """One article with everything understood of it."""
    from monitor.cite import as_text, citation
    from monitor.web.articles import read_article
    from monitor.web.veil import policy_of

    data = read_article(ask.session, int(ask.key)) if ask.key else None
    if data is None:
        raise Missing("there is no such article; the search lists those that were read")
    policy = policy_of(ask.session, ask.secret, named=ask.named)
    passed = {"citation": as_text(citation(ask.session, data["id"], policy))}
    columns = ("name", "role", "status", "nationality", "mentions", "quote", "label")
    return Page(data["title"] or "(no title)", data, "figures", columns, [data["id"]], passed=passed)


def published(article: Any) -> str | None:
    """The publication time of an article row in words."""
    return query.published_text(article)
