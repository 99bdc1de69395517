"""The records that travel through the monitor: frozen, standard library only.

Times   `…_at` are aware datetimes; the store keeps UTC. `None` always means "not known"
Spans   `start`/`end` are character offsets into the named field's text, end exclusive
Claims  a status or a count is what a source says, not a fact: its quote and speaker travel with it
"""

from __future__ import annotations

from pipelines.records.articles import Article, Context, EvidenceRef
from pipelines.records.claims import DateMention, Figure, FigureMention, Match, ReportedCount, Span, When
from pipelines.records.outlets import Access, Expect, Feed, Outlet, Select
from pipelines.records.pages import Exchange, Listing, Page, Part
from pipelines.records.watches import Evidence, Recipient, RuleText, Watch, WatchedPerson
from pipelines.records.words import (
    ANALYSIS_VERSION,
    LANGUAGES,
    FeedKind,
    Keep,
    Outcome,
    Ownership,
    Reading,
    Render,
    Role,
    Status,
)

__all__ = [
    "ANALYSIS_VERSION",
    "LANGUAGES",
    "Access",
    "Article",
    "Context",
    "DateMention",
    "Evidence",
    "EvidenceRef",
    "Exchange",
    "Expect",
    "Feed",
    "FeedKind",
    "Figure",
    "FigureMention",
    "Keep",
    "Listing",
    "Match",
    "Outcome",
    "Outlet",
    "Ownership",
    "Page",
    "Part",
    "Reading",
    "Recipient",
    "Render",
    "ReportedCount",
    "Role",
    "RuleText",
    "Select",
    "Span",
    "Status",
    "Watch",
    "WatchedPerson",
    "When",
]
