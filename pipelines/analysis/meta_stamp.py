"""Read one stamp of a page: ISO 8601, Unix seconds, RFC 822, or a date written with digits or in English.

In      the raw text, as an attribute or a short text has it
Out     a datetime (naive if no zone is named), a date where no time of day is, None where nothing can be read
Raises  nothing
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

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
MONTHS = {
    m: i for i, m in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}


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
            int(found[4]), MONTHS[found[2][:3].lower()], int(found[3] or found[1]), hour, found[6], found[7], None
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
