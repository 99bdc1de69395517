"""Days, months and years: which one a text means, in three calendars.

In      numbers as a text gives them; `anchor` is the day the text was published, None = not known
Out     ISO 8601 text cut to its precision ("2025-04-05", "2025-04", "2025"); `--04-05` when the year is not known
Units   Bikram Sambat (2000 to 2090) and the Persian calendar are turned into Gregorian days
Raises  nothing: an impossible day gives None
"""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

LEEWAY = timedelta(days=75)
"""How far ahead of its publication a text may speak of a day whose year it leaves out."""


def day(year: int | None, month: int, number: int, anchor: date | None) -> str | None:
    """Return the ISO day; without a year, the one nearest before the anchor (or a little after it)."""
    if year is None:
        return _yearless(month, number, anchor)
    made = make(year, month, number)
    return made.isoformat() if made else None


def make(year: int, month: int, number: int) -> date | None:
    """Return the day, None when the calendar has none such."""
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _yearless(month: int, number: int, anchor: date | None) -> str | None:
    if anchor is None:
        return f"--{month:02}-{number:02}" if make(2000, month, number) else None
    for year in (anchor.year + 1, anchor.year, anchor.year - 1, anchor.year - 2, anchor.year - 3, anchor.year - 4):
        made = make(year, month, number)
        if made and made <= anchor + LEEWAY:
            return made.isoformat()
    return None


def month_of(year: int | None, month: int, anchor: date | None) -> str | None:
    """Return the ISO month; without a year, the last one that had begun at the anchor. None without both."""
    if year is None:
        if anchor is None:
            return None
        year = anchor.year if month <= anchor.month else anchor.year - 1
    return f"{year:04}-{month:02}"


def day_of_month(number: int, anchor: date | None) -> str | None:
    """Return the last day with this number up to two days after the anchor; None without an anchor."""
    if anchor is None:
        return None
    made = make(anchor.year, anchor.month, number)
    if made and made <= anchor + timedelta(days=2):
        return made.isoformat()
    before = anchor.replace(day=1) - timedelta(days=1)
    made = make(before.year, before.month, number)
    return made.isoformat() if made else None


def shift(unit: str, offset: int, anchor: date | None) -> str | None:
    """Return the day, week (Monday/Sunday), month or year that lies `offset` units from the anchor."""
    if anchor is None:
        return None
    if unit == "year":
        return f"{anchor.year + offset:04}" if 0 < anchor.year + offset < 10000 else None
    if unit == "month":
        year, month = divmod(anchor.year * 12 + anchor.month - 1 + offset, 12)
        return f"{year:04}-{month + 1:02}" if 0 < year < 10000 else None
    try:
        if unit == "day":
            return (anchor + timedelta(days=offset)).isoformat()
        monday = anchor + timedelta(days=7 * offset - anchor.weekday())
        return f"{monday.isoformat()}/{(monday + timedelta(days=6)).isoformat()}"
    except OverflowError:
        return None


def weekday(index: int, anchor: date | None, *, before: bool = False, ahead: bool = False) -> str | None:
    """Return the last such weekday up to the anchor; with `before`, never the anchor's own day; `ahead`: the next."""
    if anchor is None:
        return None
    if ahead:
        return (anchor + timedelta(days=(index - anchor.weekday()) % 7 or 7)).isoformat()
    back = (anchor.weekday() - index) % 7 or (7 if before else 0)
    return (anchor - timedelta(days=back)).isoformat()


def persian(year: int, month: int, number: int) -> date | None:
    """Return the Gregorian day of a Persian date (1178 to 1633, where the 33-year cycle holds)."""
    if not (1178 <= year <= 1633 and 1 <= month <= 12 and 1 <= number <= (31 if month < 7 else 30)):
        return None
    # 1 Farvardin 1403 was 20 March 2024. A year is leap when its place in the cycle of 33 is one of these.
    leaps = {1, 5, 9, 13, 17, 22, 26, 30}
    low, high = sorted((year, 1403))
    days = sum(366 if past % 33 in leaps else 365 for past in range(low, high))
    start = date(2024, 3, 20) + timedelta(days=days if year >= 1403 else -days)
    return start + timedelta(days=(month - 1) * 31 - max(0, month - 7) + number - 1)


@cache
def _bikram_table() -> tuple[int, date, tuple[tuple[int, ...], ...]]:
    data = tomllib.loads((files(__package__) / "data" / "dates_bikram.toml").read_text("utf-8"))
    return data["first_year"], data["first_day"], tuple(tuple(map(int, row.split())) for row in data["lengths"])


def bikram(year: int, month: int, number: int) -> date | None:
    """Return the Gregorian day of a date in Bikram Sambat, None outside the table."""
    first, start, lengths = _bikram_table()
    if not (
        first <= year < first + len(lengths) and 1 <= month <= 12 and 1 <= number <= lengths[year - first][month - 1]
    ):
        return None
    days = sum(map(sum, lengths[: year - first])) + sum(lengths[year - first][: month - 1])
    return start + timedelta(days=days + number - 1)


def bikram_year(anchor: date) -> int:
    """Return the year Bikram Sambat in which the Gregorian day lies (the new year is in the middle of April)."""
    year = anchor.year + 57
    begins = bikram(year, 1, 1)
    return year if begins is not None and begins <= anchor else year - 1


def persian_year(anchor: date) -> int:
    """Return the Persian year in which the Gregorian day lies."""
    year = anchor.year - 621
    begins = persian(year, 1, 1)
    return year if begins is not None and begins <= anchor else year - 1
