"""The views: each reads one page's data with the read functions. HTML, JSON and CSV are made of the same data.

In      `Ask`: an open read-only session, the parameters, the reader, what the workspace declares, the clock
Out     `Page`: data ready for JSON, which of its lists is the table, its columns, the articles it speaks of
Raises  `Missing` for a number that is not known; `Denied` for what this reader may not ask
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from monitor import query
from monitor.protection_text import url_is_safe
from monitor.query import Filter
from monitor.web import found
from monitor.web.params import Param
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


@dataclass(frozen=True, slots=True)
class Page:
    """What a view found. `rows` names the list in `data` that CSV and tables show."""

    title: str
    data: dict[str, Any]
    rows: str
    columns: tuple[str, ...]
    articles: Iterable[int] = field(default=())
    extra: dict[str, Any] = field(default_factory=dict)


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
    Param("language", "text", "Only this language (ISO 639-1)"),
    Param("country", "text", "Only outlets of this country (ISO 3166)"),
    Param("watch", "text", "Only what this watch matched"),
    Param("nationality", "text", "Only where this nationality is spoken of (ISO 3166)"),
)
PAGING = (
    Param("page", "number", "Page, from 1", most=500, default=1),
    Param("limit", "number", "Rows of a page", most=200, default=PAGE),
)
ROLE = Param("role", "choice", "What the person is in the article", _ROLES)
STATUS = Param("status", "choice", "What befell the person or the group", _STATUSES)
SEARCH = (
    Param("q", "text", 'Words (AND), "a phrase", prefix*, -not, title:word'),
    *OUTLETS,
    *DAYS,
    Param("relevant", "flag", "Only articles that some watch matched"),
    Param("order", "choice", "Newest first, or the best first", ("time", "relevance"), default="time"),
    *PAGING,
    Param("upto", "number", "Newest article looked at, so that pages do not shift", least=0, most=10**17),
)


def filter_of(ask: Ask, **more: Any) -> Filter:
    """The parameters that every list shares, as a `Filter`. Raises Denied."""
    given = ask.params
    watch = given.get("watch")
    if watch and watch.startswith("person:") and not ask.named:
        raise Denied("a watch for a person is shown to researchers only")
    names = ("outlet", "language", "country", "watch", "nationality", "role", "status", "since", "until")
    limit = given.get("limit") or PAGE
    return Filter(
        **{name: given[name] for name in names if given.get(name)},
        limit=limit,
        offset=((given.get("page") or 1) - 1) * limit,
        **more,
    )


def paging(ask: Ask, shown: int, count: int | None = None) -> dict[str, Any]:
    """The page's number and whether there is another."""
    page, limit = ask.params.get("page") or 1, ask.params.get("limit") or PAGE
    more = shown >= limit if count is None else page * limit < count
    return {"page": page, "next": page + 1 if more else None}


def search(ask: Ask) -> Page:
    """Articles that fit, with facets."""
    text = ask.params["q"] or ""
    if text and not ask.named and not url_is_safe(f"https://q.example/{quote(text)}", (), frozenset()):
        raise Denied("a viewer may search for everyday words only, since others may be names; use the filters beside")
    upto = ask.params["upto"] if ask.params["upto"] is not None else found.newest_id(ask.session)
    wanted = filter_of(
        ask, text=text, relevant_only=ask.params["relevant"] or False, by_relevance=ask.params["order"] == "relevance"
    )
    data = found.search(ask.session, wanted, upto)
    data |= paging(ask, len(data["articles"]), data["count"])
    if not ask.named:
        watches = data["facets"].get("watch", {})
        data["facets"]["watch"] = {key: n for key, n in watches.items() if not key.startswith("person:")}
    return Page(
        "Search",
        {**data, "upto": upto},
        "articles",
        ("id", "published", "outlet", "outlet_name", "ownership", "language", "title", "watches", "story", "url"),
        [hit["id"] for hit in data["articles"]],
        {"keys": found.keys_of(text)},
    )


def article(ask: Ask) -> Page:
    """One article with everything understood of it."""
    from monitor.web.articles import read_article

    data = read_article(ask.session, int(ask.key)) if ask.key else None
    if data is None:
        raise Missing("there is no such article; the search lists those that were read")
    return Page(data["title"] or "(no title)", data, "figures",
                ("name", "role", "status", "nationality", "mentions", "quote"), [data["id"]])  # fmt: skip


def published(article: Any) -> str | None:
    """The publication time of an article row in words."""
    return query.published_text(article)
