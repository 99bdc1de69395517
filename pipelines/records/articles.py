"""An article with everything understood of it, and where its bytes are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pipelines.records.claims import DateMention, Figure, Match, ReportedCount, When
from pipelines.records.outlets import Select
from pipelines.records.pages import Listing
from pipelines.records.words import Keep, Outcome, Reading


@dataclass(frozen=True, slots=True)
class EvidenceRef:
    """Where the bytes as received lie: a record in a WARC file of the workspace."""

    warc: str
    offset: int
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Article:
    """One news text at one canonical URL, as far as it is understood. Stages return new ones.

    `failure` is why the page itself could not be read, where only its headline is known. `next_url` is where the page
    says that its text goes on, as long as that was not read.
    """

    outlet_id: str
    url: str
    fetched_at: datetime
    canonical_url: str = ""
    url_key: str = ""
    url_why: str = ""
    requested_url: str | None = None
    status: int = 200
    title: str | None = None
    lead: str | None = None
    body: str = ""
    language: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    published: When | None = None
    modified: When | None = None
    content_hash: str = ""
    reading: Reading = Reading.CLOSE
    relevant: bool = False
    dates: tuple[DateMention, ...] = ()
    figures: tuple[Figure, ...] = ()
    counts: tuple[ReportedCount, ...] = ()
    matches: tuple[Match, ...] = ()
    evidence: EvidenceRef | None = None
    historical: bool = False
    flags: tuple[str, ...] = ()
    outcome: Outcome | None = None
    failure: Outcome | None = None
    detail: str | None = None
    listing: Listing | None = field(default=None, repr=False)
    next_url: str | None = None

    @property
    def deserves_close_reading(self) -> bool:
        """Whether persons, counts and dates are looked for: the text was read closely and had a body."""
        return self.reading is Reading.CLOSE and self.outcome is None


@dataclass(frozen=True, slots=True)
class Context:
    """What reading needs to know about the outlet: handed to the pure functions, never looked up by them."""

    outlet_id: str = ""
    country: str | None = None
    languages: tuple[str, ...] = ()
    timezone: str = "UTC"
    timezone_assumed: bool = True
    ownership: str = ""
    tags: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    store: Keep = Keep.FULL
    select: Select = Select()
