"""What is declared of an outlet: where its links are found, what may be kept of it, how its pages are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.records.words import FeedKind, Keep, Ownership, Render


@dataclass(frozen=True, slots=True)
class Feed:
    """One access point of an outlet. `verified_at` is the day somebody saw it work, None = never tried."""

    kind: FeedKind
    url: str
    enabled: bool = True
    confidence: str | None = None
    verified_at: date | None = None
    language: str | None = None
    discovery_only: bool = False


@dataclass(frozen=True, slots=True)
class Expect:
    """What an outlet should bring, declared beside it; feeds the health alarms."""

    articles_per_day: float | None = None
    silent_after_hours: float | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """How an outlet is asked, where it wants to be asked otherwise than all. Secrets stand as `${MONITOR_SECRET_…}`."""

    concurrency: int | None = None
    proxy: str | None = None
    verify_tls: bool = True
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Select:
    """Where an outlet's pages keep what a general reading does not find: CSS, or XPath beginning with / ( or ./"""

    title: str | None = None
    body: str | None = None
    authors: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher that is watched, as its file declares it."""

    id: str
    name: str
    homepage: str
    country: str
    languages: tuple[str, ...]
    timezone: str = "UTC"
    timezone_assumed: bool = True
    ownership: Ownership = Ownership.INDEPENDENT
    feeds: tuple[Feed, ...] = ()
    enabled: bool = True
    render: Render = Render.NEVER
    store: Keep = Keep.FULL
    share: Keep = Keep.EXCERPT
    legal: str | None = None
    tags: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    expect: Expect = Expect()
    select: Select = Select()
    delay_seconds: float | None = None
    access: Access = Access()
    note: str | None = None
    source_file: str | None = None
