"""What somebody wants to know: a watch, its rules in every language, who is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule of a watch, as its author wrote it. `languages` empty = all."""

    id: str
    query: str
    score: float = 3.0
    topic: str | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Kinds of words (name → lists) and what they weigh where several meet; `long` and `late` are added in long texts.

    A stretch of `window` words weighs `start` and its weights. `like`: language → the one whose lists it takes.
    """

    kinds: tuple[tuple[str, tuple[str, ...]], ...]
    weights: tuple[tuple[str, float], ...]
    start: float
    window: int = 60
    near: int = 10
    long: float = 0.0
    late: float = 0.0
    like: tuple[tuple[str, str], ...] = ()
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a watch's alerts go. `links`: which links a mail may carry."""

    address: str
    rate: Literal["immediate", "hourly", "daily", "weekly", "off"] | None = None
    links: Literal["none", "local", "original"] = "original"


@dataclass(frozen=True, slots=True)
class WatchedPerson:
    """A person somebody asks for. `reference` is the asker's own; names never leave where the reference will do."""

    reference: str
    names: tuple[str, ...]
    birth: int | None = None
    nationality: str | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """What someone wants to know: rules, recipients, a rate. `names_cleared`: mails may show protected names.

    A watch for a `person` has no rules; its id is `person:` and the asker's reference.
    """

    id: str
    name: str
    rules: tuple[RuleText, ...]
    recipients: tuple[Recipient, ...] = ()
    rate: Literal["immediate", "hourly", "daily", "weekly", "off"] = "daily"
    at: str = "07:00"
    alert_threshold: float = 3.0
    possible_threshold: float = 1.5
    names_cleared: bool = False
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    draft_languages: tuple[str, ...] = ()
    description: str = ""
    enabled: bool = True
    version: str = "1"
    source_file: str | None = None
    person: WatchedPerson | None = None
    evidence: Evidence | None = None
