"""What the Python API gives: one typed dictionary for each dataset, with the columns of the codebook.

Times are aware `datetime` in UTC, `None` means not known. docs/exports.md says what every column means.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypedDict


class Hit(TypedDict):
    """An article that a search found. `published` is as the outlet says, in its own zone, or a bare day."""

    id: int
    published: str | None
    outlet: str
    outlet_name: str | None
    ownership: str | None
    language: str | None
    title: str | None
    watches: list[str]
    snippet: str
    url: str
    reading: str
    machine_reading: bool
    label: str
    reviewed_by: str | None
    reviewed_at: str | None


class _OfArticle(TypedDict):
    article: int
    published: datetime | None
    published_on: date | None
    outlet: str
    outlet_name: str | None
    ownership: str | None
    country: str | None
    language: str | None


class _Reviewed(TypedDict):
    story: int | None
    text: str
    analysis_version: str
    review: str
    reviewed_by: str | None
    reviewed_at: datetime | None


class ArticleRecord(TypedDict):
    """One article."""

    id: int
    published: datetime | None
    published_on: date | None
    outlet: str
    outlet_name: str | None
    ownership: str | None
    country: str | None
    language: str | None
    title: str | None
    authors: list[str] | None
    url: str | None
    watches: list[str]
    relevant: bool
    historical: bool
    persons: int
    counts: int
    story: int | None
    text: str
    revision: int
    reading: str
    outcome: str
    first_seen: datetime
    fetched: datetime
    gone: datetime | None
    content_hash: str
    evidence_sha256: str | None
    analysis_version: str
    review: str


class MatchRecord(_OfArticle, _Reviewed):
    """An article and a rule of a watch that fired."""

    id: int
    title: str | None
    watch: str
    rule: str
    level: str
    score: float
    reason: str
    quote: str | None
    historical: bool
    matched: datetime
    watch_version: str


class FigureRecord(_OfArticle, _Reviewed):
    """A named person of one article."""

    id: int
    person: int | None
    reference: str
    name: str
    role: str | None
    status: str | None
    nationality: str | None
    mentions: int
    confidence: float | None
    pseudonym: bool
    quote: str | None


class CountRecord(TypedDict):
    """A distinct claim: how many, of whom, by how many independent texts."""

    id: int
    story: int | None
    low: int | None
    high: int | None
    bound: str
    of: int | None
    kind: str
    nationality: str | None
    status: str | None
    side: str | None
    negated: bool
    as_of: str | None
    period: str | None
    noun: list[str]
    attributed_to: list[str]
    independent_texts: int
    articles: int
    outlets: list[str]
    languages: list[str]
    first_published: datetime | None
    last_published: datetime | None
    article: int
    quote: str
    analysis_version: str
    review: str
    reviewed_by: str | None
    reviewed_at: datetime | None


class StoryRecord(TypedDict):
    """Reports of one event by any outlet, in any language."""

    id: int
    title: str | None
    first_seen: datetime
    updated: datetime
    first_published: datetime | None
    last_published: datetime | None
    articles: int
    independent_texts: int
    outlets: list[str]
    languages: list[str]
    nationalities: list[str]
    persons: int
    watches: list[str]
    review: str


class CoverageRecord(TypedDict):
    """Articles read of one outlet on one day."""

    outlet: str
    outlet_name: str | None
    ownership: str | None
    country: str | None
    day: date | None
    articles: int
    texts: int
    relevant: int
    headline_only: int
    historical: int
    watched_since: date | None


RECORDS: dict[str, Any] = {
    "articles": ArticleRecord,
    "matches": MatchRecord,
    "persons": FigureRecord,
    "counts": CountRecord,
    "stories": StoryRecord,
    "coverage": CoverageRecord,
}
"""The record of each dataset."""
