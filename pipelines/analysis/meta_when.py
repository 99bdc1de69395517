"""Decide when an article was published and modified.

In      the page's statements (`Metadata`), its tree, its address, the outlet's zone, the time of the fetch
Out     `Times(published, modified, flags)`: aware datetimes in the page's own zone, or a bare date where only the
        day is known; `flags` names contradictions (`date_conflict`, `date_future`, `modified_before_published`)
How     the page's machine-readable statements first, checked against each other, the address and visible `time`
        elements; `htmldate` where there is none or they quarrel
Raises  nothing
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import htmldate
from dateparser.date import DateDataParser
from htmldate import extractors
from lxml.html import HtmlElement

from pipelines.analysis.meta_visible import Shown, shown_dates
from pipelines.analysis.metadata import Metadata
from pipelines.records import When

EARLIEST = date(1995, 1, 1)
NEAR = 6.0
"""A shown date that costs no more stands right beside the headline."""


@dataclass(frozen=True, slots=True)
class Times:
    """When an article was published and last changed, and what contradicts it."""

    published: When | None = None
    modified: When | None = None
    flags: tuple[str, ...] = ()


_ISO = re.compile(
    r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)(?:[T ,_]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,:]\d+)?)?\s*"
    r"(Z\b|(?:UTC|GMT)(?![+-])|(?:UTC|GMT)?\s*[+−-]\s?\d{1,2}:?\d{2}\b|[+-]\d{1,2}\b)?)?"
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{2}):?(\d{2}):?(\d{2})?)?(Z|[+-]\d{2}:?\d{2})?$")
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?!\d)(?:\D{1,8}(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?"
)
_EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")
_RFC = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}")
_ENGLISH = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|"
    r"Dec)[a-z]*\.?,?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?"
    r"(\d{4})\b(?:\D{1,8}(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]\.?m)?)?",
    re.I,
)
_MONTHS = {
    m: i for i, m in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}
_CLOCKS = (
    "//time | //*[contains(@class, 'date') or contains(@class, 'time') or contains(@class, 'publish')"
    " or contains(@class, 'byline')]"
    "[not(*//p)][string-length(normalize-space(.)) < 160]"
)
_LANGUAGES = [
    "en",
    "de",
    "fr",
    "es",
    "pt",
    "it",
    "nl",
    "pl",
    "ru",
    "uk",
    "tr",
    "ar",
    "hi",
    "fa",
    "ne",
    "zh",
    "ja",
    "ko",
]
_LANGUAGES += ["cs", "ro", "sv"]
_WEAK = frozenset(
    {
        "meta:date",
        "meta:dc.date",
        "meta:dcterms.date",
        "meta:created",
        "meta:timestamp",
        "meta:last-published",
    }
)
"""Statements that often give the day of a change or of the file."""
_URL_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})([/_-]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")

_URL_MONTH = re.compile(r"/((?:19|20)\d{2})[/-](0[1-9]|1[0-2])/")


def find_times(
    meta: Metadata,
    tree: HtmlElement,
    url: str,
    zone: str,
    zone_assumed: bool,
    now: datetime,
    *,
    listed: str | None = None,
    thorough: bool = True,
) -> Times:
    """Return the times of the page fetched at `now`.

    `zone` is the outlet's, used where the page names none; `listed` what the feed says, used where the page says
    nothing or only the day; without `thorough` only what is stated or shown counts, nothing is searched for.
    """
    local = _zone(zone)
    latest = now + timedelta(days=2)
    stated = [
        w for w in (_read(s.source, s.value, local, zone_assumed) for s in meta.published) if w and _sane(w, latest)
    ]
    modified = next(
        (w for s in meta.modified if (w := _read(s.source, s.value, local, zone_assumed)) and _sane(w, latest)), None
    )
    visible = _Visible(tree, latest.date(), tuple(s.value for s in meta.titles), _month_first(url, meta.languages))
    published, flags = _choose(stated, (url, *meta.canonical), visible, url, local, zone_assumed, latest, thorough)
    published = _with_listed(published, _read("listing", listed or "", local, zone_assumed), latest)
    if published and modified and _day(modified) < _day(published) - timedelta(days=1):
        flags.append("modified_before_published")
    home = local if local is not UTC else presumed_zone(url, meta.languages)
    published = _at_home(published, [*stated, modified], visible, home)
    return Times(published, _at_home(modified, [published], visible, home), tuple(flags))


class _Visible:
    """The dates beside the headline, looked for only when somebody asks."""

    def __init__(self, tree: HtmlElement, latest: date, titles: tuple[str, ...], month_first: bool) -> None:
        self.tree, self._arguments, self._month_first = tree, (latest, titles), month_first
        self._found: list[Shown] | None = None

    def dates(self) -> list[Shown]:
        """The likeliest first."""
        if self._found is None:
            self._found = shown_dates(self.tree, *self._arguments, month_first=self._month_first)
        return self._found


def _month_first(url: str, languages: tuple[str, ...]) -> bool:
    """Whether `4/9/2025` is the ninth of April: English pages under no country's domain but America's."""
    found = re.match(r"\w+://[^/:?#]*\.([a-z]{2,})(?:[:/?#]|$)", url.lower())
    tag = languages[0].lower().replace("_", "-") if languages else ""
    return tag in {"en", "en-us"} and found is not None and (len(found[1]) > 2 or found[1] == "us")


@cache
def _zones() -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    """Zones by top domain, and by language; the domains that are sold to anybody."""
    raw = tomllib.loads(resources.files("pipelines.analysis").joinpath("data/meta_zones.toml").read_text("utf-8"))
    return raw["domains"], raw["languages"], frozenset(raw["generic"])


def presumed_zone(url: str, languages: tuple[str, ...]) -> tzinfo | None:
    """The zone where a page's readers live, by its top domain, its language's region, or a language of one zone."""
    found = re.match(r"\w+://[^/:?#]*?(\.com)?\.([a-z]{2,})(?:[:/?#]|$)", url.lower())
    domains, languages_of, generic = _zones()
    top = found[2] if found and (found[1] or found[2] not in generic) else ""
    name = domains.get(top)
    if name is None and languages and len(top) != 2:
        language, _, region = languages[0].lower().replace("_", "-").partition("-")
        region = {"gb": "uk"}.get(region, region)
        name = domains.get(region) or languages_of.get(language[:2])
    return ZoneInfo(name) if name else None


def _at_home(when: When | None, others: list[When | None], visible: _Visible, home: tzinfo | None) -> When | None:
    """The same instant in the page's own zone, where the stamp is written in UTC: never another instant."""
    if when is None or not isinstance(when.value, datetime) or when.value.utcoffset():
        return when
    for other in others:
        if other and isinstance(other.value, datetime) and other.zone == "page" and other.value.utcoffset():
            return replace(when, value=when.value.astimezone(other.value.tzinfo))
    if home is not None:
        moved = when.value.astimezone(home)
        beside = next(iter(visible.dates()), None) if moved.date() != when.value.date() else None
        kept = beside and beside.cost <= NEAR and not beside.changed and beside.day == when.value.date()
        return when if kept else replace(when, value=moved)
    for shown in _clocks(visible):
        offset = shown - when.value.replace(tzinfo=None, second=0, microsecond=0)
        quarter = round(offset / timedelta(minutes=15))
        if abs(offset - quarter * timedelta(minutes=15)) <= timedelta(minutes=1) and -48 <= quarter <= 56 and quarter:
            return replace(when, value=when.value.astimezone(timezone(quarter * timedelta(minutes=15))))
    return _on_shown_day(when, when.value, visible)


def _on_shown_day(when: When, value: datetime, visible: _Visible) -> When:
    """The same instant with the nearest offset that puts it on the day the page shows, if that is the next or last."""
    shown = next(iter(visible.dates()), None)
    if shown is None or shown.changed or shown.cost > NEAR or shown.clock is not None:
        return when
    midnight = datetime.combine(shown.day, datetime.min.time(), UTC)
    ahead, behind = midnight - value, value - midnight - timedelta(days=1)
    if timedelta(0) < ahead <= timedelta(hours=12):
        hours = -(-ahead // timedelta(hours=1))
    elif timedelta(0) <= behind < timedelta(hours=9):
        hours = -(behind // timedelta(hours=1) + 1)
    else:
        return when
    return replace(when, value=value.astimezone(timezone(timedelta(hours=hours))))


def _clocks(visible: _Visible) -> Iterator[datetime]:
    """Day and clock as the page shows them to its readers, without a zone."""
    for shown in visible.dates():
        if shown.clock is not None:
            yield datetime.combine(shown.day, datetime.min.time()) + timedelta(minutes=shown.clock)
    if visible.dates():
        return
    for element in visible.tree.xpath(_CLOCKS)[:25]:
        text = " ".join(element.itertext()).strip()
        value = parse_stamp(text[:80]) if 8 < len(text) < 160 else None
        if isinstance(value, datetime) and value.tzinfo is None:
            yield value


def _choose(
    stated: list[When],
    addresses: tuple[str, ...],
    visible: _Visible,
    url: str,
    local: tzinfo,
    assumed: bool,
    latest: datetime,
    thorough: bool,
) -> tuple[When | None, list[str]]:
    in_url = url_date(url)
    if stated and stated[0].source not in _WEAK:
        first = stated[0]
        if all(abs(_day(w) - _day(first)) <= timedelta(days=1) for w in stated):
            flags = ["date_conflict"] if in_url and abs(in_url - _day(first)) > timedelta(days=1) else []
            return _finest(stated, first), flags
    days = [found.day for found in visible.dates()]
    shown = in_url if in_url in days else next(iter(days), None)
    guess = shown or (guess_day(visible.tree, url, latest) if thorough else in_url)
    times = [w for w in _visible_times(visible.tree, local, assumed) if _sane(w, latest)]
    if in_url and shown and abs(shown - in_url) > timedelta(days=1) and any(_day(w) == in_url for w in times):
        guess = in_url
    agreeing = next((w for w in [*stated, *times] if guess and _day(w) == guess), None)
    if agreeing:
        return agreeing, ["date_conflict"] if stated and len({_day(w) for w in stated}) > 1 else []
    if guess and not shown and _other_month(addresses, guess):
        guess = None
    if guess and not (guess.day == 1 and not in_url and any(f"/{guess:%Y/%m}/" in a for a in addresses)):
        return When(guess, "none", "visible" if shown else "htmldate", ""), ["date_conflict"] if stated else []
    return next(iter([*stated, *times]), None), []


def _other_month(addresses: tuple[str, ...], guess: date) -> bool:
    """Whether an address carries another month (`/2011/12/…`) than the guessed day's or its neighbour's."""
    for address in addresses:
        if found := _URL_MONTH.search(address):
            return abs(12 * int(found[1]) + int(found[2]) - 12 * guess.year - guess.month) > 1
    return False


def _finest(stated: list[When], first: When) -> When:
    """The first statement, or a later one of the same day that knows the time of day and the zone."""
    if isinstance(first.value, datetime) and first.zone == "page":
        return first
    same = [w for w in stated if _day(w) == _day(first) and isinstance(w.value, datetime)]
    return next((w for w in same if w.zone == "page"), next(iter(same), first))


def _with_listed(published: When | None, listed: When | None, latest: datetime) -> When | None:
    """The page's own word, or the feed's where the page is silent or knows but the same day."""
    if listed is None or not _sane(listed, latest):
        return published
    if published is None:
        return listed
    finer = isinstance(listed.value, datetime) and not isinstance(published.value, datetime)
    return listed if finer and abs(_day(listed) - _day(published)) <= timedelta(days=1) else published


@cache
def _reader_of_days() -> DateDataParser:
    """What `htmldate` asks at last: the stock one tries 200 languages, which takes seconds for the first page."""
    return DateDataParser(
        languages=_LANGUAGES,
        settings={
            "PARSERS": ["custom-formats", "absolute-time"],
            "PREFER_DATES_FROM": "past",
            "RETURN_AS_TIMEZONE_AWARE": False,
            "STRICT_PARSING": True,
        },
    )


extractors.get_external_parser = _reader_of_days


def guess_day(tree: HtmlElement, url: str, latest: datetime) -> date | None:
    """The day of publication by the visible page, as `htmldate` reads it; the costliest part of reading times."""
    found = None
    for extensive in (False, True):
        try:
            found = found or htmldate.find_date(
                tree,
                url=url,
                original_date=True,
                extensive_search=extensive,
                min_date=EARLIEST.isoformat(),
                max_date=latest.date().isoformat(),
            )
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return None  # the library stumbles over some broken pages; no date is then known from it
    return date.fromisoformat(found) if found else None


def url_date(url: str) -> date | None:
    """The day an address carries: `/2025/04/09/…`; None if it carries none."""
    found = _URL_DATE.search(re.sub(r"^\w+://[^/]*", "", url))
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        return None


def _visible_times(tree: HtmlElement, local: tzinfo, assumed: bool) -> Iterator[When]:
    for element in list(tree.iter("time"))[:20]:
        raw = element.get("datetime") or element.get("content") or " ".join(element.itertext())
        when = _read("time", raw[:80], local, assumed)
        if when:
            yield when


def _read(source: str, raw: str, local: tzinfo, assumed: bool) -> When | None:
    """One stamp as `When`: with the page's zone if it has one, else the outlet's."""
    value = parse_stamp(raw)
    if value is None:
        return None
    if isinstance(value, datetime):
        if value.tzinfo:
            return When(value, "page", source, raw)
        return When(value.replace(tzinfo=local), "utc" if assumed and local is UTC else "outlet", source, raw)
    return When(value, "none", source, raw)


def parse_stamp(raw: str) -> datetime | date | None:
    """Read a machine-written or plainly written stamp; naive if it names no zone, a date if it names no time.

    >>> parse_stamp("2025-04-09T18:30:00+03:00").isoformat()
    '2025-04-09T18:30:00+03:00'
    """
    raw = raw.strip()[:120]
    try:
        for pattern in (_COMPACT, _ISO):
            found = pattern.search(raw)
            if found:
                return _build(int(found[1]), int(found[2]), int(found[3]), found[4], found[5], found[6], found[7])
        if _EPOCH.match(raw):
            return datetime.fromtimestamp(int(raw[:10]), UTC)
        if _RFC.search(raw) and ":" in raw:
            return parsedate_to_datetime(raw)
        return _written(raw)
    except (ValueError, OverflowError, TypeError):
        return None


def _written(raw: str) -> datetime | date | None:
    """`09.04.2025 18:30`, `April 9, 2025 6:30 pm`."""
    found = _DAY_FIRST.search(raw)
    if found:
        day, month = int(found[1]), int(found[2])
        if month > 12 or ("/" in found[0] and re.search(r"[ap]\.?m\b", raw, re.I) and day <= 12):
            day, month = month, day
        return _build(int(found[3]), month, day, found[4], found[5], found[6], None)
    found = _ENGLISH.search(raw)
    if found and (found[1] or found[3]):
        hour = found[5]
        if hour and found[8]:
            hour = str(int(hour) % 12 + (12 if found[8][0] in "pP" else 0))
        return _build(
            int(found[4]), _MONTHS[found[2][:3].lower()], int(found[3] or found[1]), hour, found[6], found[7], None
        )
    return None


def _build(
    year: int, month: int, day: int, hour: str | None, minute: str | None, second: str | None, offset: str | None
) -> datetime | date:
    if month > 12 >= day:
        month, day = day, month
    if hour is None or minute is None:
        return date(year, month, day)
    zone = _offset(offset) if offset and offset.strip() else None
    return datetime(year, month, day, int(hour), int(minute), min(int(second or 0), 59), tzinfo=zone)


def _offset(text: str) -> tzinfo:
    found = re.search(r"([+−-])\s?(\d{1,2}):?(\d{2})?", text)
    if not found:
        return UTC
    delta = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-delta if found[1] != "+" else delta) if delta else UTC


def _sane(when: When, latest: datetime) -> bool:
    return EARLIEST <= _day(when) <= latest.date()


def _day(when: When) -> date:
    return when.value.date() if isinstance(when.value, datetime) else when.value


def _zone(name: str) -> tzinfo:
    if name in {"", "UTC"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
