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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from pipelines.analysis.meta_ago import shown_ago
from pipelines.analysis.meta_search import guess_day, is_made_up, posted_day, scripted_stamps
from pipelines.analysis.meta_stamp import MONTHS, parse_stamp
from pipelines.analysis.meta_visible import is_marked_changed
from pipelines.analysis.meta_zone import Visible, at_home, presumed_zone
from pipelines.analysis.metadata import Metadata
from pipelines.records import When

EARLIEST = date(1995, 1, 1)


@dataclass(frozen=True, slots=True)
class Times:
    """When an article was published and last changed, and what contradicts it."""

    published: When | None = None
    modified: When | None = None
    flags: tuple[str, ...] = ()


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
_GUESSED = frozenset({"htmldate", "script", "ago"})
"""What the feed says is surer."""
_COMMENT = re.compile(r"\bcomment(?:s|list|-list|-body|-meta|-\d+)?\b", re.I)
_URL_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})([/_-]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_URL_NAMED = re.compile(r"/((?:19|20)\d{2})/(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*/(\d{1,2})/", re.I)

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
    whole: Callable[[], HtmlElement | None] | None = None,
) -> Times:
    """Return the times of the page fetched at `now`.

    `zone` is the outlet's, used where the page names none; `listed` what the feed says, used where the page says
    nothing, only the day or something to be guessed at; without `thorough` only what is stated or shown counts,
    nothing is searched for. `whole` parses the page with its scripts, where `tree` came without the long ones.
    """
    local = _zone(zone)
    latest = now + timedelta(days=2)
    stated = [
        w for w in (_read(s.source, s.value, local, zone_assumed) for s in meta.published) if w and _sane(w, latest)
    ]
    modified = next(
        (w for s in meta.modified if (w := _read(s.source, s.value, local, zone_assumed)) and _sane(w, latest)), None
    )
    titles = tuple(s.value for s in meta.titles)
    visible = Visible(tree, latest.date(), titles, _month_first(url, meta.languages), whole)
    published, flags = _choose(stated, (url, *meta.canonical), visible, url, local, zone_assumed, latest, thorough)
    home = local if local is not UTC else presumed_zone(url, meta.languages)
    if published is None and thorough:
        published = _counted_back(visible, now.astimezone(home or UTC), "utc" if home is None else "outlet")
    published = _with_listed(published, _read("listing", listed or "", local, zone_assumed), latest)
    if published and modified and _day(modified) < _day(published) - timedelta(days=1):
        flags.append("modified_before_published")
    published = at_home(published, [*stated, modified], visible, home)
    return Times(published, at_home(modified, [published], visible, home), tuple(flags))


def _counted_back(visible: Visible, now: datetime, zone: Literal["outlet", "utc"]) -> When | None:
    """What the page says in words that count from the instant of fetching: "3 hours ago", "today, 15:40"."""
    found = shown_ago(visible.texts(), now)
    if found is None:
        return None
    value, words = found
    return When(value, zone if isinstance(value, datetime) else "none", "ago", words[:80])


def _month_first(url: str, languages: tuple[str, ...]) -> bool:
    """Whether `4/9/2025` is the ninth of April: English pages under no country's domain but America's."""
    found = re.match(r"\w+://[^/:?#]*\.([a-z]{2,})(?:[:/?#]|$)", url.lower())
    tag = languages[0].lower().replace("_", "-") if languages else ""
    return tag in {"en", "en-us"} and found is not None and (len(found[1]) > 2 or found[1] == "us")


def _choose(
    stated: list[When],
    addresses: tuple[str, ...],
    visible: Visible,
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
    times = [w for w in _visible_times(visible.tree, local, assumed) if _sane(w, latest)]
    scripted = _scripted(visible.tree, local, assumed, latest)
    day, source = _likeliest(in_url, stated, visible, times, scripted, latest, thorough)
    if source == "none" and thorough and visible.whole and (deep := visible.whole()) is not None:
        scripted = _scripted(deep, local, assumed, latest)
        day, source = (_day(scripted[0]), "script") if scripted else (day, source)
    if source == "none" and thorough:
        day, source = guess_day(visible.tree, url, latest), "htmldate"
        day = None if day in {_day(w) for w in _visible_times(visible.tree, local, assumed, others=True)} else day
    agreeing = next((w for w in [*stated, *times, *scripted] if day and _day(w) == day), None)
    if agreeing:
        return agreeing, ["date_conflict"] if stated and len({_day(w) for w in stated}) > 1 else []
    guessed = source == "htmldate"
    if day and not (guessed and (_other_month(addresses, day) or is_made_up(visible.tree, day, latest.date()))):
        return When(day, "none", source, ""), ["date_conflict"] if stated else []
    return next(iter([*stated, *times]), None), []


def _scripted(tree: HtmlElement, local: tzinfo, assumed: bool, latest: datetime) -> list[When]:
    """The stamps of publication in a page's scripts."""
    read = (_read("script", raw, local, assumed) for raw in scripted_stamps(tree))
    return [when for when in read if when and _sane(when, latest)]


def _likeliest(
    in_url: date | None,
    stated: list[When],
    visible: Visible,
    times: list[When],
    scripted: list[When],
    latest: datetime,
    thorough: bool,
) -> tuple[date | None, str]:
    """The day by what the page shows, its address, a sentence that says it, its scripts; and which of them."""
    shown = next(iter(visible.dates()), None)
    if in_url and in_url <= latest.date() and (shown is None or abs(shown.day - in_url) > timedelta(days=1)):
        return in_url, "url"
    if shown:
        days = {s.day for s in visible.dates() if not s.changed}
        return next((d for d in (in_url, *map(_day, stated)) if d in days), shown.day), "visible"
    if thorough and (day := posted_day(visible.tree, latest.date(), month_first=visible.month_first)):
        return day, "visible"
    return next(((_day(w), w.source) for w in [*(times if stated else ()), *scripted]), (None, "none"))


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
    if published is None or published.source in _GUESSED:
        return listed
    finer = isinstance(listed.value, datetime) and not isinstance(published.value, datetime)
    return listed if finer and abs(_day(listed) - _day(published)) <= timedelta(days=1) else published


def url_date(url: str) -> date | None:
    """The day an address carries: `/2025/04/09/…`; None if it carries none."""
    path = re.sub(r"^\w+://[^/]*", "", url)
    try:
        if found := _URL_DATE.search(path):
            return date(int(found[1]), int(found[3]), int(found[4]))
        if found := _URL_NAMED.search(path):
            return date(int(found[1]), MONTHS[found[2].lower()], int(found[3]))
    except ValueError:
        pass  # 2025/02/31 is no day
    return None


def _visible_times(tree: HtmlElement, local: tzinfo, assumed: bool, *, others: bool = False) -> Iterator[When]:
    """The page's own `time` elements, without days of changes; with `others`, those of comments and quoted posts."""
    for element in list(tree.iter("time"))[:20]:
        if _is_anothers(element) != others or (not others and is_marked_changed(element)):
            continue
        raw = element.get("datetime") or element.get("content") or " ".join(element.itertext())
        when = _read("time", raw[:80], local, assumed)
        if when:
            yield when


def _is_anothers(element: HtmlElement) -> bool:
    """Whether an element stands in a comment or in a post of another site."""
    return any(
        above.tag == "blockquote" or _COMMENT.search(f"{above.get('class') or ''} {above.get('id') or ''}")
        for above in element.iterancestors()
        if above.tag not in {"body", "html"}
    )


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
