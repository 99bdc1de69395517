"""Read one time stamp of a page or feed, in any usual form, and say where its zone comes from.

In      `raw`: ISO 8601, RFC 822, Unix seconds, or a visible date in words; `context`: the outlet's zone and languages
Out     `When`: an aware datetime in the page's own zone, or a bare date where only the day is given; None when unread
Raises  nothing
"""

from __future__ import annotations

import re
import warnings
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.records import Context, When

_DIGITS = {ord(zero) + i: str(i) for zero in "٠۰०０" for i in range(10)}
_OFFSET = r"(?:UTC|GMT)?\s?[+−-]\d{1,2}:?(?:\d{2})?"
_ISO = re.compile(
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2}|\d{8})"
    r"(?:(?:T|t|\s+|,\s*)(?P<h>\d{1,2})[:.]?(?P<min>\d{2})(?:[:.]?(?P<s>\d{2})(?:[.,]\d+)?)?"
    rf"\s*(?P<zone>{_OFFSET}|[A-Za-z]{{1,5}})?)?"
)
_RFC = re.compile(
    r"(?:[A-Za-z]{3,9}\.?,?\s+)?(?P<d>\d{1,2})[\s-]+(?P<mon>[A-Za-z]{3})[a-z]*\.?[\s-]+(?P<y>\d{4}|\d{2})"
    r"(?:,?\s+(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{2}))?"
    rf"\s*(?P<zone>{_OFFSET}|[A-Za-z]{{1,5}})?(?:\s*\([^)]*\))?)?"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_CLOCK = re.compile(
    r"(?<![\d.])(?P<h>[01]?\d|2[0-3])[:.h](?P<min>[0-5]\d)(?::(?P<s>[0-5]\d))?(?:\s*(?P<half>[ap]\.?m\.?)(?!\w))?"
    r"(?:\s*(?P<zone>(?:UTC|GMT)\s?[+-]\d{1,2}:?\d{0,2}|[+-]\d{1,2}:?\d{0,2}|UTC|GMT|CES?T|EES?T|MSK|E[SD]T|P[SD]T|CDT|BST|KST"
    r"|JST|NPT|TRT|Z)(?!\w))?",
    re.I,
)
# Abbreviations with one usual meaning in datelines; hours east of Greenwich. IST and CST have several: unread.
_ZONES = {
    "z": 0.0, "ut": 0.0, "utc": 0.0, "gmt": 0.0, "wet": 0.0, "bst": 1.0, "west": 1.0, "cet": 1.0, "cest": 2.0,
    "eet": 2.0, "eest": 3.0, "msk": 3.0, "trt": 3.0, "pkt": 5.0, "npt": 5.75, "jst": 9.0, "kst": 9.0,
    "est": -5.0, "edt": -4.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0, "pst": -8.0, "pdt": -7.0,
}  # fmt: skip
_EARLIEST, _LATEST = 1970, 2100


def parse_when(raw: str, context: Context, source: str = "") -> When | None:
    """Return the time that `raw` states; one without a zone is the outlet's (`zone="outlet"`).

    >>> parse_when("2025-04-09T20:31:00+03:00", Context(), "meta").isoformat()
    '2025-04-09T20:31:00+03:00'
    """
    text = " ".join(raw.translate(_DIGITS).split())
    if not text or len(text) > 200:
        return None
    read = _iso(text) or _rfc(text) or _unix(text) or _words(text, context)
    if read is None:
        return None
    value, zone = read
    if not isinstance(value, datetime):
        return When(value, "none", source, raw)
    if zone is not None:
        return When(value.replace(tzinfo=zone), "page", source, raw)
    return When(
        value.replace(tzinfo=_outlet_zone(context)), "utc" if context.timezone_assumed else "outlet", source, raw
    )


Read = tuple[date, tzinfo | None]


def _outlet_zone(context: Context) -> tzinfo:
    try:
        return ZoneInfo(context.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    text = text.strip().replace("−", "-")
    found = re.fullmatch(r"(?i)(?:UTC|GMT)?\s?([+-])(\d{1,2}):?(\d{2})?", text)
    if found:
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return timezone(-offset if found[1] == "-" else offset) if offset < timedelta(hours=15) else None
    hours = _ZONES.get(text.casefold())
    return None if hours is None else UTC if hours == 0 else timezone(timedelta(hours=hours))


def _made(year: int, month: int, day: int, found: re.Match[str] | None) -> Read | None:
    """Return the date, or the datetime when the match has an hour; None for an impossible one."""
    if not _EARLIEST <= year <= _LATEST:
        return None
    try:
        if found is None or found["h"] is None:
            return date(year, month, day), None
        hour, half = int(found["h"]), (found.groupdict().get("half") or "").casefold()[:1]
        hour = hour % 12 + 12 if half == "p" else hour % 12 if half == "a" and hour <= 12 else hour
        made = datetime(year, month, day, hour, int(found["min"]), int(found["s"] or 0))  # noqa: DTZ001 - the caller adds it
    except ValueError:
        return None
    return made, _zone(found["zone"])


def _iso(text: str) -> Read | None:
    found = _ISO.match(text)
    if not found or (found.end() < len(text) and text[found.end()].isalnum()):
        return None
    digits = (
        found["date"] if "-" in found["date"] else "-".join((found["date"][:4], found["date"][4:6], found["date"][6:]))
    )
    year, month, day = (int(part) for part in digits.split("-"))
    return _made(year, month, day, found)


def _rfc(text: str) -> Read | None:
    found = _RFC.fullmatch(text)
    if not found or found["mon"].lower() not in _MONTHS:
        return None
    year = int(found["y"]) if len(found["y"]) == 4 else 2000 + int(found["y"])
    return _made(year, _MONTHS.index(found["mon"].lower()) + 1, int(found["d"]), found)


def _unix(text: str) -> Read | None:
    """Read seconds or milliseconds since 1970: ten or thirteen digits."""
    if not re.fullmatch(r"1\d{9}(?:\d{3})?", text):
        return None
    return datetime.fromtimestamp(int(text[:10]), UTC), UTC


def _words(text: str, context: Context) -> Read | None:
    """Read a visible date: the house's own grammar in the outlet's languages, then dateparser, day before month."""
    from pipelines.analysis.times import find_dates  # the two modules read dates for each other

    for language in (*context.languages, "en"):
        days = [m for m in find_dates(text, language) if m.precision == "day" and not m.value.startswith("--")]
        if days:
            year, month, day = (int(part) for part in days[0].value.split("-"))
            # The clock is looked for beside the date, never in it: 09.04.2025 is no nine o'clock.
            return _made(year, month, day, _CLOCK.search(text[: days[0].start] + " " + text[days[0].end :]))
    return _dateparser(text, context, _CLOCK.search(re.sub(r"\d+[./]\d+[./]\d+", " ", text)))


def _dateparser(text: str, context: Context, clock: re.Match[str] | None) -> Read | None:
    """Ask dateparser for languages beyond the house's own; it must find day, month and year in the text."""
    if not re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", text):
        return None
    import dateparser  # costs a third of a second to load, and few pages need it

    settings = {"DATE_ORDER": "DMY", "STRICT_PARSING": True, "PREFER_DAY_OF_MONTH": "first"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own use of the standard library, not ours
        for languages in (list(context.languages), None):
            try:
                found = dateparser.parse(text, languages=languages or None, settings=settings)
            except (ValueError, OverflowError):  # a language it does not know, a number too big
                continue
            if found is not None:
                return _made(found.year, found.month, found.day, clock)
    return None
