"""The records that travel through the monitor: frozen, standard library only.

Times   `…_at` are aware datetimes; the store keeps UTC. `None` always means "not known"
Spans   `start`/`end` are character offsets into the named field's text, end exclusive
Claims  a status or a count is what a source says, not a fact: its quote and speaker travel with it
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

ANALYSIS_VERSION = "1"
"""Version of everything derived from a page; rows made by another version are re-read by `rematch`."""

LANGUAGES = ("en", "uk", "ru", "zh", "fr", "es", "pt", "de", "ar", "ko", "ne", "hi", "tr")
"""The languages that rules, persons and counts are made for (ISO 639-1; `zh` is both scripts)."""


class FeedKind(StrEnum):
    """How an outlet's links are found."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"
    SITEMAP = "sitemap"
    SECTION = "section"
    TELEGRAM = "telegram"


class Ownership(StrEnum):
    """Who owns an outlet (editorial judgement, shown beside every report)."""

    INDEPENDENT = "independent"
    PUBLIC = "public"
    STATE = "state"
    STATE_FUNDED = "state-funded"
    STATE_ALIGNED = "state-aligned"
    GOVERNMENT_BODY = "government-body"
    IGO = "igo"
    NGO = "ngo"


class Render(StrEnum):
    """Whether pages need a browser."""

    NEVER = "never"
    AUTO = "auto"
    ALWAYS = "always"


class Keep(StrEnum):
    """How much of an outlet's text may be kept (`store`) or passed on (`share`)."""

    FULL = "full"
    EXCERPT = "excerpt"
    LINK_ONLY = "link_only"


class Role(StrEnum):
    """What a named person is in an article."""

    CAPTIVE = "captive"
    FIGHTER = "fighter"
    RECRUIT = "recruit"
    RECRUITER = "recruiter"
    FAMILY = "family"
    OFFICIAL = "official"
    SPOKESPERSON = "spokesperson"
    HEAD_OF_STATE = "head_of_state"
    COMMANDER = "commander"
    LAWYER = "lawyer"
    ANALYST = "analyst"
    OTHER = "other"


class Status(StrEnum):
    """What, by the source's word, befell a person or a group."""

    FIGHTING = "fighting"
    RECRUITED = "recruited"
    DECEIVED = "deceived"
    DESERTED = "deserted"
    CAPTURED = "captured"
    SURRENDERED = "surrendered"
    HELD = "held"
    MISSING = "missing"
    WOUNDED = "wounded"
    KILLED = "killed"
    EXECUTED = "executed"
    DIED_IN_CAPTIVITY = "died_in_captivity"
    MISTREATED = "mistreated"
    ACCUSED = "accused"
    ON_TRIAL = "on_trial"
    SENTENCED = "sentenced"
    EXCHANGED = "exchanged"
    RELEASED = "released"
    REPATRIATED = "repatriated"
    RETURNED = "returned"


class Outcome(StrEnum):
    """The one named end of every page."""

    STORED = "stored"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    OFF_TOPIC = "off_topic"
    HEADLINE_ONLY = "headline_only"
    EMPTY_BODY = "empty_body"
    NOT_HTML = "not_html"
    TOO_LARGE = "too_large"
    ROBOTS_DENIED = "robots_denied"
    BLOCKED = "blocked"
    GONE = "gone"
    HTTP_ERROR = "http_error"
    NETWORK_ERROR = "network_error"
    ADDRESS_REFUSED = "address_refused"
    NO_BROWSER = "no_browser"
    READING_FAILED = "reading_failed"
    WRITE_FAILED = "write_failed"


class Reading(StrEnum):
    """How closely an article's text was read."""

    CLOSE = "close"
    FAST_TEXT = "fast_text"
    HEADLINE = "headline"


# ── declarations ────────────────────────────────────────────────────────────


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


# ── what is fetched ─────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Listing:
    """A link to an article as a feed, sitemap or section page shows it."""

    outlet_id: str
    url: str
    title: str | None = None
    summary: str | None = None
    published: str | None = None
    language: str | None = None
    feed_url: str | None = None
    feed_kind: FeedKind | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the wire carried: the request as sent and the response before Content-Encoding was undone.

    `body` is without Transfer-Encoding; `via` are the addresses that redirected here, oldest first.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    protocol: str = "HTTP/1.1"
    method: str = "GET"
    request_headers: tuple[tuple[str, str], ...] = ()
    ip: str | None = None
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A further page of an article that is spread over several."""

    url: str
    content: bytes = field(repr=False)
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A response before it is understood.

    `content` are the body's bytes after Content-Encoding is undone; `charset` is what the HTTP header says.
    `text`/`title`/`language` are set instead when a caller hands over plain text (`monitor analyse --jsonl`).
    """

    outlet_id: str
    url: str
    fetched_at: datetime
    requested_url: str | None = None
    status: int = 200
    content: bytes = b""
    content_type: str | None = None
    charset: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    historical: bool = False
    rendered: bool = False
    listing: Listing | None = None
    text: str | None = None
    title: str | None = None
    language: str | None = None
    failure: Outcome | None = None
    detail: str | None = None
    exchange: Exchange | None = field(default=None, repr=False)
    parts: tuple[Part, ...] = ()
    """The article's further pages, in order."""


# ── what is understood ──────────────────────────────────────────────────────


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

    `failure` is why the page itself could not be read, where only its headline is known.
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
