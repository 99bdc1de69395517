"""Find the dates that a text speaks of, in thirteen languages; read the time stamps that pages and feeds carry.

In      `body`: plain text, NFC; `anchor`: day of publication, None = not known; `zone`: where that day was counted
Out     `DateMention` tuple in reading order, never overlapping; values are ISO 8601 cut to precision, ranges `a/b`,
        `--04-05` for a day whose year nobody knows; relative words without an anchor are left out
Raises  nothing: text without dates gives `()`
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.analysis import times_calendars as calendars
from pipelines.analysis import times_cjk
from pipelines.analysis.times_grammar import Grammar, grammar
from pipelines.analysis.times_other import find_bikram, find_persian
from pipelines.analysis.times_stamps import parse_when
from pipelines.records import DateMention

__all__ = ["find_dates", "parse_when"]

Precision = Literal["day", "month", "year", "range", "relative", "time"]
Row = tuple[int, int, str, str]

# Arabic-Indic, Persian, Devanagari and full-width digits, one for one, so that offsets stay.
DIGITS = {ord(zero) + i: str(i) for zero in "٠۰०０" for i in range(10)}
_FAR = 2060
_RANK = {"range": 0, "day": 1, "month": 2, "year": 3, "relative": 4, "weekday": 4}
_PRECISION: dict[str, Precision] = {
    "range": "range",
    "day": "day",
    "month": "month",
    "year": "year",
    "relative": "relative",
    "weekday": "relative",
}
_NUMBER_WORDS = (
    "a an one einem einer un une una uno um uma один bir एक یک",
    "two zwei deux dos dois duas два дві две iki दो दुई دو",
    "three drei trois tres três три üç तीन ثلاث ثلاثة سه",
    "four vier quatre cuatro quatro чотири четыре dört चार أربع أربعة چهار",
    "five fünf cinq cinco п'ять п’ять пʼять пять beş पांच पाँच خمس خمسة پنج",
    "six sechs seis шість шесть altı छह छ ست ستة شش",
    "seven sieben sept siete sete сім семь yedi सात سبع سبعة هفت",
    "eight acht huit ocho oito вісім восемь sekiz आठ ثماني ثمانية هشت",
    "nine neun neuf nueve nove дев'ять дев’ять девʼять девять dokuz नौ تسع تسعة نه",
    "ten zehn dix diez dez десять on दस दश عشر عشرة ده",
)
_NUMBERS = {word: n for n, words in enumerate(_NUMBER_WORDS, 1) for word in words.split()}


def find_dates(body: str, language: str, anchor: date | None = None, zone: str = "UTC") -> tuple[DateMention, ...]:
    """Return every date that `body` speaks of.

    >>> [(m.text, m.value) for m in find_dates("Held since May 2024, he spoke on 5 April.", "en", date(2025, 4, 9))]
    [('May 2024', '2024-05'), ('5 April', '2025-04-05')]
    """
    local = _local_day(anchor, zone)
    text = body.translate(DIGITS)
    rules = grammar(language)
    rows: list[Row] = []
    if any(char.isdigit() for char in text):
        rows += _calendar(text, rules, language, local)
        if language.startswith(("ne", "hi")):
            rows += find_bikram(text, language, local)
        rows += find_persian(text, language, local)
    elif rules.months:
        rows += _calendar(text, rules, language, local)
    if language.startswith(("zh", "ko")):
        rows += times_cjk.find(text, language, local)
    if local is not None:
        rows += _relative(text, rules, local)
    return tuple(
        DateMention(start, end, body[start:end], value, _PRECISION[kind])
        for start, end, value, kind in _settle(rows, text)
    )


def _local_day(anchor: date | None, zone: str) -> date | None:
    """Return the anchor's calendar day where the outlet counts its days; None when no news can be from then."""
    if isinstance(anchor, datetime):
        if anchor.tzinfo is not None and 1900 < anchor.year < 2200:
            try:
                return anchor.astimezone(ZoneInfo(zone)).date()
            except (ZoneInfoNotFoundError, ValueError):
                return anchor.date()
        anchor = anchor.date()
    return anchor if anchor is not None and 1900 < anchor.year < 2200 else None


def _settle(rows: list[Row], text: str) -> list[Row]:
    """Keep the earliest, then the longest of rows that overlap; a weekday beside a full date is part of it."""
    kept: list[Row] = []
    trimmed = [_trim(row, text) for row in rows]
    for row in sorted(trimmed, key=lambda row: (row[0], -row[1], _RANK[row[3]])):
        if kept and row[0] < kept[-1][1]:
            continue
        if (
            kept
            and kept[-1][3] == "weekday"
            and row[3] == "day"
            and _WEEKDAY_GLUE.fullmatch(text[kept[-1][1] : row[0]])
        ):
            kept.pop()
        if kept and kept[-1][3] == "day" and row[3] == "weekday" and _names_its_day(kept[-1], row, text):
            continue
        kept.append(row)
    return kept


def _names_its_day(day: Row, weekday: Row, text: str) -> bool:
    """Whether the weekday right behind a date is that date's own: `13 Eylül 2024 Cuma günü`."""
    if not _WEEKDAY_GLUE.fullmatch(text[day[1] : weekday[0]]) or day[2].startswith("-"):
        return False
    return date.fromisoformat(day[2]).weekday() == date.fromisoformat(weekday[2]).weekday()


def _trim(row: Row, text: str) -> Row:
    """Return the row without white space at the start of its span."""
    words = text[row[0] : row[1]]
    return (row[0] + len(words) - len(words.lstrip()), *row[1:])


_NUMBER = re.compile(r"\d+")
_WEEKDAY_GLUE = re.compile(r"[\s,،(]{0,3}(?:(?:el|le|dem|den|the|dia|الموافق|مورخ)\s)?")


def _calendar(text: str, rules: Grammar, language: str, anchor: date | None) -> Iterator[Row]:
    starts = {
        "number": [found.start() for found in _NUMBER.finditer(text)],
        "month": [found.start() for found in rules.month.finditer(text)] if rules.month else [],
    }
    for pattern, first, needs in rules.calendar:
        if not starts[needs]:
            continue
        for found in _tried(pattern, text, starts[first]) if first else pattern.finditer(text):
            read = _read(found.groupdict(), rules, language, anchor)
            if read:
                start = min(found.start(g) for g in ("d", "m", "y", "a") if g in found.groupdict() and found[g])
                yield start, found.end(), *read


def _tried(pattern: re.Pattern[str], text: str, starts: list[int]) -> Iterator[re.Match[str]]:
    """The matches that begin at these places; none within another."""
    end = 0
    for start in starts:
        if start >= end and (found := pattern.match(text, start)):
            end = found.end()
            yield found


def _read(groups: dict[str, str | None], rules: Grammar, language: str, anchor: date | None) -> tuple[str, str] | None:
    """Turn the groups of one match into (value, precision)."""
    if groups.get("a"):
        return _slashes(int(groups["a"] or 0), int(groups["b"] or 0), int(groups["y"] or 0))
    year, year2 = _year(groups.get("y")), _year(groups.get("y2"))
    if year and year >= _FAR and language.startswith(("ne", "hi")):
        return None  # a year of Bikram Sambat, which has its own reader
    month, month2 = _month(groups.get("m"), rules), _month(groups.get("m2"), rules)
    number, number2 = groups.get("d"), groups.get("d2")
    if month is None:
        if year is None:
            return None
        return (f"{year}/{year2}", "range") if year2 and year2 > year else None if year2 else (str(year), "year")
    if number is None:
        value = calendars.month_of(year or year2, month, anchor)
        other = calendars.month_of(year2 or year, month2, anchor) if month2 else None
        return (f"{value}/{other}", "range") if value and other else (value, "month") if value else None
    value = calendars.day(year or year2, month, int(number), anchor)
    if value is None or number2 is None:
        return (value, "day") if value else None
    other = calendars.day(year2 or year, month2 or month, int(number2), anchor)
    return (f"{value}/{other}", "range") if other and other > value else None


def _slashes(first: int, second: int, year: int) -> tuple[str, str] | None:
    """Read 05/04/2025 day first, as most of the world does; 04/25/2025 can only be month first."""
    number, month = (first, second) if second <= 12 else (second, first)
    made = calendars.make(year, month, number) if month <= 12 else None
    return (made.isoformat(), "day") if made else None


def _year(text: str | None) -> int | None:
    return None if not text else int(text) if len(text) == 4 else 2000 + int(text)


def _month(text: str | None, rules: Grammar) -> int | None:
    if not text:
        return None
    if text.isdigit():
        return int(text)
    low = text.casefold()
    for word in (low, low.rstrip("."), *re.split(r"\s?[/(]\s?", low)):
        if word in rules.months:
            return rules.months[word]
    return None


def _relative(text: str, rules: Grammar, anchor: date) -> Iterator[Row]:
    some = rules.any_relative is not None and rules.any_relative.search(text)
    for pattern, unit, offset in rules.relative if some else ():
        value = calendars.shift(unit, offset, anchor)
        if value:
            yield from ((found.start(), found.end(), value, "relative") for found in pattern.finditer(text))
    for found in rules.weekday.finditer(text) if rules.weekday else ():
        groups = found.groupdict()
        name = groups.get("w") or groups.get("w2") or ""
        before = any(groups.get(group) for group in ("before", "after", "inner"))
        ahead = not before and any(groups.get(group) for group in ("ahead", "ahead2", "ahead3"))
        value = calendars.weekday(rules.weekdays[name.casefold()], anchor, before=before, ahead=ahead)
        first = next(g for g in ("before", "ahead", "w", "w2") if groups.get(g))
        if value:
            yield found.start(first), found.end(), value, "weekday"
    for found in rules.ago.finditer(text) if rules.ago else ():
        count = found["n"].casefold()
        unit = next(unit for unit in ("day", "week", "month", "year") if found[unit])
        value = calendars.shift(unit, -(int(count) if count.isdigit() else _NUMBERS.get(count, 1)), anchor)
        if value:
            yield found.start(), found.end(), value, "relative"
