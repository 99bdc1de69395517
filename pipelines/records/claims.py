"""What a text says, each with the place where it says so: times, dates, persons, counts, and the rules that hold."""

from __future__ import annotations

import copyreg
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Literal

from pipelines.records.words import Role, Status


@dataclass(frozen=True, slots=True)
class When:
    """A publication or modification time as the page gives it.

    `value` is an aware datetime (page's own zone) or a bare date where only the day is known.
    `zone` says where the zone comes from; `source` which part of the page was read; `raw` its words.
    """

    value: datetime | date
    zone: Literal["page", "outlet", "utc", "none"] = "none"
    source: str = ""
    raw: str = ""

    def isoformat(self) -> str:
        """ISO 8601, with offset when it is an instant."""
        return self.value.isoformat()


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands: `field` is title, lead, body, section, url, …"""

    start: int
    end: int
    field: str = "body"
    text: str = ""


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date spoken of in the text. `value` is ISO 8601 cut to `precision`; ranges are `start/end`."""

    start: int
    end: int
    text: str
    value: str
    precision: Literal["day", "month", "year", "range", "relative", "time"]
    field: str = "body"


@dataclass(frozen=True, slots=True)
class FigureMention:
    """One place where a figure is named."""

    start: int
    end: int
    text: str
    field: str = "body"


@dataclass(frozen=True, slots=True)
class Figure:
    """A named person spoken of in one article. Every attribute is a claim of the source, read by a machine."""

    name: str
    role: Role | None = None
    status: Status | None = None
    nationality: str | None = None
    mentions: tuple[FigureMention, ...] = ()
    quote: str | None = None
    confidence: float | None = None
    aliases: tuple[str, ...] = ()
    role_quote: str | None = None
    status_quote: str | None = None
    term_used: str | None = None
    age: int | None = None
    home: str | None = None
    unit: str | None = None
    captured_on: str | None = None
    captured_at_place: str | None = None
    attributed_to: str | None = None
    negated: bool = False
    in_captivity_statement: bool = False
    pseudonym: bool = False


@dataclass(frozen=True, slots=True)
class ReportedCount:
    """A number of people as a source states it: "at least 155 Chinese nationals"."""

    start: int
    end: int
    low: int | None
    high: int | None
    quote: str
    bound: Literal["exact", "at_least", "at_most", "about"] = "exact"
    of: int | None = None
    kind: Literal["total", "increment", "subset", "unclear"] = "unclear"
    noun: str | None = None
    nationality: str | None = None
    side: str | None = None
    status: Status | None = None
    attributed_to: str | None = None
    as_of: str | None = None
    period: str | None = None
    negated: bool = False
    field: str = "body"


@dataclass(frozen=True, slots=True)
class Match:
    """An article and a rule that fired, with everything an alert needs to explain itself."""

    watch: str
    rule: str
    score: float
    level: Literal["alert", "possible"] = "alert"
    reason: str = ""
    spans: tuple[Span, ...] = ()
    quote: str | None = None
    topic: str | None = None
    parts: tuple[tuple[str, float], ...] = ()
    watch_version: str = "1"


def _travel_by_values(kind: type[Any]) -> None:
    """Let records go to another process as their values in order.

    What `dataclass` makes for frozen ones with slots asks for the fields each time; a page on topic has 300 records.
    """
    values = attrgetter(*(field.name for field in fields(kind)))
    copyreg.pickle(kind, lambda record: (kind, values(record)))


for _kind in (When, Span, DateMention, FigureMention, Figure, ReportedCount, Match):
    _travel_by_values(_kind)
