"""Dates in the calendars of Nepal (Bikram Sambat) and Iran, only where a text names their months or says their year.

In      text whose digits are ASCII
Out     (start, end, value, precision) rows, values Gregorian; a month or year of these calendars is a range of days
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from pipelines.analysis import times_calendars as calendars

Row = tuple[int, int, str, str]
Convert = Callable[[int, int, int], date | None]

_BS_MONTHS = (
    "बैशाख बैसाख वैशाख|जेठ ज्येष्ठ|असार आषाढ|साउन श्रावण|भदौ भाद्र|असोज आश्विन|"
    "कात्तिक कार्तिक|मंसिर मङ्सिर मार्ग|पुस पुष पौष|माघ|फागुन फाल्गुन|चैत चैत्र"
)
_AP_MONTHS = (
    "فروردین فروردين Farvardin|اردیبهشت ارديبهشت Ordibehesht|خرداد Khordad|تیر تير Tir|مرداد Mordad|"
    "شهریور شهريور Shahrivar|"
    "مهر Mehr|آبان Aban|آذر Azar|دی دي Dey|بهمن Bahman|اسفند Esfand"
)


def _table(words: str) -> dict[str, int]:
    return {word: number for number, row in enumerate(words.split("|"), 1) for word in row.split()}


_BS, _AP = _table(_BS_MONTHS), _table(_AP_MONTHS)
_BS_NAME = "|".join(sorted(_BS, key=len, reverse=True))
_AP_NAME = "|".join(sorted(_AP, key=len, reverse=True))
_BS_YEAR = r"(?:(?:वि\.?\s?सं\.?|विक्रम संवत्?|सम्वत्?|संवत्?)\s*)?(?P<y>20[0-8]\d)(?:\s?साल)?"
_D = r"(?P<d>3[0-2]|[12]\d|0?[1-9])"
_BS_END = r"(?=$|[^\w\u0900-\u0963]|को|मा|देखि|सम्म|मै|का)"
_BS_PATTERNS = (
    re.compile(
        rf"(?<!\d)(?:{_BS_YEAR}\s*,?\s*)?(?<![\u0900-\u0963])(?P<m>{_BS_NAME}){_BS_END}(?:को|का)?\s+{_D}(?!\d)(?:\s?(?:गते|तारिख))?"
    ),
    re.compile(rf"(?<!\d){_D}\s?(?:गते\s?)?,?\s*(?P<m>{_BS_NAME}){_BS_END}(?:\s*,?\s*{_BS_YEAR}(?!\d))?"),
    re.compile(rf"(?<!\d){_BS_YEAR}\s*(?P<m>{_BS_NAME}){_BS_END}"),
    re.compile(r"(?<!\d)(?P<y>20[6-8]\d)[/.-](?P<m>1[0-2]|0?[1-9])[/.-](?P<d>3[0-2]|[12]\d|0?[1-9])(?!\d)"),
    re.compile(r"(?<!\d)(?:(?:वि\.?\s?सं\.?|विक्रम संवत्?)\s*(?P<y>20[0-8]\d)|(?P<y2>20[0-8]\d)\s?साल)(?!\d)"),
    re.compile(r"(?<![\d/-])(?P<d>3[0-2]|[12]\d|[1-9])\s?गते"),
)
_AP_YEAR = r"(?:(?:سال|عام)\s+)?(?P<y>1[34]\d\d)"
_AP_PATTERNS = (
    re.compile(rf"(?<!\d){_D}\s+(?:من\s+)?(?P<m>{_AP_NAME})(?!\w)(?:[\s,،ماه‌]+{_AP_YEAR}(?!\d))?"),
    re.compile(rf"(?<!\w)(?P<m>{_AP_NAME})(?!\w)(?:\s?ماه)?[\s,،]+{_AP_YEAR}(?!\d)"),
)
_AP_NUMERIC = re.compile(
    r"(?<![\d/])(?P<y>1[34]\d\d)[/.-](?P<m>1[0-2]|0?[1-9])[/.-](?P<d>3[01]|[12]\d|0?[1-9])(?![\d/])"
)
_AP_SHARED = frozenset({"Tir", "Dey", "Azar", "Aban", "Mehr", "دی", "دي", "تیر", "تير", "مهر"})


def find_bikram(text: str, language: str, anchor: date | None) -> Iterator[Row]:
    """Yield the dates in Bikram Sambat; numeric ones only where no Gregorian year can be meant."""
    for index, pattern in enumerate(_BS_PATTERNS):
        if index == 5 and not language.startswith("ne"):
            continue
        for found in pattern.finditer(text):
            groups = found.groupdict()
            year = int(groups.get("y") or groups.get("y2") or 0)
            if year and anchor and abs(year - 57 - anchor.year) > abs(year - anchor.year):
                continue
            yield from _rows(found, year, _BS.get(groups.get("m") or ""), anchor, calendars.bikram)


def find_persian(text: str, language: str, anchor: date | None) -> Iterator[Row]:
    """Yield the Persian dates; month names that are other words too count only with a year, numbers only in Persian."""
    patterns = (*_AP_PATTERNS, _AP_NUMERIC) if language.startswith("fa") else _AP_PATTERNS
    if not language.startswith("fa") and not re.search(
        r"1[34]\d\d|فروردین|اردیبهشت|خرداد|مرداد|شهریور|بهمن|اسفند", text
    ):
        return
    for pattern in patterns:
        for found in pattern.finditer(text):
            year, name = int(found["y"] or 0), found["m"]
            if not year and (name in _AP_SHARED and not language.startswith("fa")):
                continue
            yield from _rows(found, year, _AP.get(name), anchor, calendars.persian)


def _rows(found: re.Match[str], year: int, month: int | None, anchor: date | None, convert: Convert) -> Iterator[Row]:
    """Yield the row of one match: a day, or the span of a month or year of the other calendar."""
    groups = found.groupdict()
    number = int(groups.get("d") or 0)
    named = groups.get("m") or ""
    month = month or (int(named) if named.isdigit() else None)
    span = found.start(), found.end()
    if number:
        made = convert(year, month, number) if year and month else _latest(month, number, anchor, convert)
        if made:
            yield *span, made.isoformat(), "day"
        return
    first = convert(year, month or 1, 1)
    after = convert(year + 1, 1, 1) if not month or month == 12 else convert(year, month + 1, 1)
    if first and after:
        yield *span, f"{first.isoformat()}/{(after - timedelta(days=1)).isoformat()}", "range"


def _latest(month: int | None, number: int, anchor: date | None, convert: Convert) -> date | None:
    """Return the last such day up to the anchor (or a little after), by month when the text names none."""
    if anchor is None:
        return None
    this = calendars.bikram_year(anchor) if convert is calendars.bikram else calendars.persian_year(anchor)
    months = [month] if month else range(1, 13)
    days = [made for year in (this - 1, this, this + 1) for m in months if (made := convert(year, m, number))]
    leeway = calendars.LEEWAY if month else timedelta(days=2)
    return max((made for made in days if made <= anchor + leeway), default=None)
