"""The closed words of the records, one spelling everywhere, and the version of what is derived from a page."""

from __future__ import annotations

from enum import StrEnum

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
