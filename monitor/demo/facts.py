"""The plain facts that the demo's tour prints: what was read, matched, understood and sent.

In      filled by the command from what the store and the letter box hold after a run; nothing here is computed
Units   `seconds` is wall time; `score` is a rule's; `low`/`high` are people
Claims  persons and counts are what sources say, each with its quote
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TourPage:
    """One page and how it ended (`outcome` is a word of `pipelines.records.Outcome`)."""

    outlet: str
    title: str
    url: str
    language: str
    outcome: str


@dataclass(frozen=True, slots=True)
class TourMatch:
    """One article and one rule that fired on it, with the reason and the words that made it fire."""

    outlet: str
    title: str
    url: str
    language: str
    watch: str
    rule: str
    score: float
    reason: str
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class TourPerson:
    """A named person of one article. `None` means the article does not say."""

    name: str
    outlet: str
    role: str | None = None
    status: str | None = None
    nationality: str | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class TourCount:
    """A number of people as one article states it."""

    low: int | None
    high: int | None
    bound: str
    outlet: str
    quote: str
    nationality: str | None = None
    status: str | None = None
    attributed_to: str | None = None


@dataclass(frozen=True, slots=True)
class TourMail:
    """A mail as the letter box received it: plain text part."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class TourFacts:
    """Everything the tour tells; an empty `workspace` was a temporary one.

    `notes` are remarks such as a port that was taken; `next_steps` are commands.
    """

    base_url: str
    workspace: str
    seconds: float
    outlets: int
    languages: tuple[str, ...]
    pages: tuple[TourPage, ...]
    matches: tuple[TourMatch, ...] = ()
    persons: tuple[TourPerson, ...] = ()
    counts: tuple[TourCount, ...] = ()
    mails: tuple[TourMail, ...] = ()
    notes: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
