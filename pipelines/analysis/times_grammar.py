"""The ways in which a language writes dates, compiled from `data/dates.toml`.

In      a language code
Out     `Grammar`: patterns with named groups d, m, y (and d2, m2, y2 for the end of a range), and tables to read them
Raises  nothing; an unknown language gets numeric dates only
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

_D = r"(?P<d>3[01]|[12]\d|0?[1-9])"
_D2 = r"(?P<d2>3[01]|[12]\d|0?[1-9])"
_Y = r"(?P<y>(?:19|20)\d\d)"
_Y2 = r"(?P<y2>(?:19|20)\d\d)"
_LETTER = r"\w\u0900-\u0963\u064b-\u0652"
_FREE = r"(?<![\d/])(?<!\d[.,:-])(?<![A-Za-z])"
"""No digit, fraction or Latin letter directly before a number. (Arabic letters may stand there: و5)"""
_END = rf"(?![{_LETTER}])"
_DASH = r"\s?[-–—]\s?"

NUMERIC = (
    rf"{_FREE}{_Y}[-/.](?P<m>1[0-2]|0?[1-9])[-/.]{_D}(?![\d])(?!-\d)",
    rf"{_FREE}{_D}\.(?P<m>1[0-2]|0?[1-9])\.(?P<y>(?:19|20)?\d\d)(?![\d])(?!\.\d)",
    rf"{_FREE}(?P<a>3[01]|[12]\d|0?[1-9])/(?P<b>3[01]|[12]\d|0?[1-9])/{_Y}(?![\d/])",
)
YEAR_RANGE = rf"(?<![\d.,:/-])(?<!\w){_Y}(?:\s?[–—]\s?|-){_Y2}(?![\d-])(?!\w)"


_NUMBER_FIRST = (_FREE, r"(?<![\d.,:/-])(?<!\w)(?P<y>")
_MONTH_FIRST = rf"(?<![{_LETTER}])(?P<m>"


class Written(NamedTuple):
    """One way to write a date, and what it begins with or cannot do without: it is tried only where that stands."""

    pattern: re.Pattern[str]
    first: Literal["number", "month", ""]
    needs: Literal["number", "month"]


def _written(pattern: str) -> Written:
    first: Literal["number", "month", ""] = ""
    if pattern.startswith(_NUMBER_FIRST):
        first = "number"
    elif pattern.startswith(_MONTH_FIRST):
        first = "month"
    return Written(re.compile(pattern), first, first or ("month" if "(?P<m>" in pattern else "number"))


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language, compiled. Month and weekday words are looked up case-folded."""

    calendar: tuple[Written, ...]
    month: re.Pattern[str] | None = None
    """Where a month's word begins, and perhaps where none does."""
    months: dict[str, int] = field(default_factory=dict)
    weekday: re.Pattern[str] | None = None
    weekdays: dict[str, int] = field(default_factory=dict)
    relative: tuple[tuple[re.Pattern[str], str, int], ...] = ()
    any_relative: re.Pattern[str] | None = None
    """Matches where one of them does: mostly none stands."""
    ago: re.Pattern[str] | None = None


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "data" / "dates.toml").read_text("utf-8"))


@cache
def grammar(language: str) -> Grammar:
    """Return the grammar of a language (its first part: `zh-Hant` is `zh`)."""
    data: dict[str, Any] = _data().get(language.replace("_", "-").split("-")[0].lower(), {})
    begins, ends = (rf"(?<![{_LETTER}])", _END) if "months" in data else ("", "")
    phrases = data.get("relative", {})
    relative = tuple(
        (re.compile(f"{begins}(?:{phrase}){ends}", re.I), *_offset(value)) for phrase, value in phrases.items()
    )
    any_relative = re.compile(f"{begins}(?:{'|'.join(phrases)}){ends}", re.I) if phrases else None
    if "months" not in data:
        return Grammar(tuple(map(_written, (*NUMERIC, YEAR_RANGE))), relative=relative, any_relative=any_relative)
    return Grammar(
        calendar=tuple(map(_written, (*NUMERIC, *_calendar(data), YEAR_RANGE))),
        month=re.compile(rf"(?<![{_LETTER}])(?:{_words(data['months'], capital=False)})"),
        months=_numbered(data["months"], 1),
        weekday=_weekday(data),
        weekdays=_numbered(data["weekdays"], 0),
        relative=relative,
        any_relative=any_relative,
        ago=re.compile(rf"(?<![{_LETTER}]){data['ago']}{_END}", re.I),
    )


def _offset(value: str) -> tuple[str, int]:
    unit, _, number = value.partition(" ")
    return unit, int(number)


def _numbered(lists: list[list[str]], first: int) -> dict[str, int]:
    return {word.casefold(): index for index, words in enumerate(lists, first) for word in words}


def _words(lists: list[list[str]], *, capital: bool) -> str:
    """Return an alternation, longest first; with `capital`, only "May" and "MAY" are the month."""
    words = sorted({word for row in lists for word in row}, key=len, reverse=True)
    if capital:
        words += [upper for word in words if (upper := word.upper()) != word]
    # "Nov." and "Nov": an abbreviation may carry its point; after a whole word the point ends the sentence.
    short = {word.casefold() for row in lists for word in row[1:] if row[0].casefold().startswith(word.casefold())}
    spelled = [re.escape(word) + (r"\.?" if word.casefold() in short else "") for word in words]
    return "|".join(spelled) if capital else "(?i:" + "|".join(spelled) + ")"


def _calendar(data: dict[str, Any]) -> list[str]:
    """Return the patterns with month words, the longest forms first."""
    names = _words(data["months"], capital=data.get("capital", False))
    dual = rf"(?:{names})(?:\s?[/(]\s?(?:{names})\)?)?" if data.get("dual") else rf"(?:{names})"
    month, month2 = (rf"(?P<{group}>{dual}){_END}" for group in ("m", "m2"))
    of, comma, tail = rf"\s*{data['of']}" if not data["of"] else rf"\s+{data['of']}", data["comma"], data["year_tail"]
    date, to = data["ordinal"], rf"(?:{_DASH}|\s+(?:{data['to']})\s+)"
    year = rf"(?:{comma}{_Y}(?!\d){tail})?"
    year2 = rf"(?:{comma}{_Y2}(?!\d){tail})?"
    patterns = [
        rf"{_FREE}{_D}{date}{of}{month}{year}{to}(?:(?i:el|le|den|dem|the)\s+)?{_D2}{date}{of}{month2}{year2}",
        rf"{_FREE}{_D}{date}{to}(?:(?i:el|le|the)\s+)?{_D2}{date}{of}{month}{year}",
        rf"{_FREE}{_D}{date}{of}{month}{year}",
        rf"(?<![{_LETTER}]){month}{year}{to}{month2}{comma}{_Y2}(?!\d){tail}",
        rf"(?<![{_LETTER}]){month}{comma}{_Y}(?!\d){tail}",
        rf"(?<![{_LETTER}])(?i:{data['in_month']})[\s-]+{month}(?!\s*\d)",
    ]
    if data.get("capital") or data.get("month_first"):
        ordinal = r"(?:st|nd|rd|th)?" if data["of"] else date
        patterns[3:3] = [
            rf"(?<![{_LETTER}]){month}\s+{_D}{ordinal}{_DASH}{_D2}{ordinal}(?![\d:%.]\d|\d)(?:,?\s+{_Y}(?!\d))?",
            rf"(?<![{_LETTER}]){month}\s+{_D}{ordinal}(?![\d:%]|[.,]\d)(?:,?\s+{_Y}(?!\d))?",
        ]
        if not data.get("capital"):
            patterns.insert(3, rf"{_FREE}{_Y}(?:\s?,)?\s+{month}\s+{_D}(?![\d:%]|[.,]\d)")
    if data.get("month_tail"):
        patterns.append(
            rf"(?i:(?:(?<!\d){_Y}{data['year_word']}?\s+)?(?<![{_LETTER}]){month}\s+{data['month_tail']}){_END}"
        )
    if data.get("between"):
        before, between = data["between"]
        first = rf"(?<![{_LETTER}])(?i:{before})\s+"
        also = rf"\s+(?:{between})(?:\s+|(?<=\sو))"  # the Arabic "and" stands before its number without a space
        patterns.append(rf"{first}{_D}{date}{also}{_D2}{date}{of}{month}{year}")
        patterns.append(rf"{first}{_D}{date}{of}{month}{year}{also}{_D2}{date}{of}{month2}{year2}")
        patterns.append(rf"{first}{month}{year}{also}{month2}{comma}{_Y2}(?!\d){tail}")
        if data.get("capital"):
            patterns.append(
                rf"(?<![{_LETTER}])(?i:{before}|from)\s+{month}\s+{_D}{date}\s+(?:{between}|to)\s+{_D2}{date}"
                rf"(?![\d:%]|[.,]\d)(?:,?\s+{_Y}(?!\d))?"
            )
    if data["in_year"]:
        ends = "|".join((data["to"], *data.get("between", ())[1:]))
        before = rf"(?<![{_LETTER}])(?i:{data['in_year']})[\s-]+"
        patterns.append(rf"{before}{_Y}\s+(?:{ends})\s+{_Y2}(?![\d%.,:/-]*\d)(?!\s*%){_END}")
        patterns.append(rf"(?<![{_LETTER}])(?i:{data['in_year']})[\s-]+{_Y}(?![\d%.,:/-]*\d)(?!\s*%){_END}")
    if data["year_word"]:
        patterns.append(
            rf"(?<![\d.,:/-])(?<!\w){_Y}\s+(?:{data['to']})\s+{_Y2}\s?(?P<year_word>{data['year_word']}){_END}"
        )
        patterns.append(rf"(?<![\d.,:/-])(?<!\w){_Y}\s?(?P<year_word>{data['year_word']}){_END}")
    return patterns


def _weekday(data: dict[str, Any]) -> re.Pattern[str]:
    names = _words(data["weekdays"], capital=data.get("capital", False))
    on, last, after = data["on"], data["last"], data.get("after_weekday")
    named = rf"(?P<w>{names}){_END}"
    # The word for "last" or "next" stands before or after the weekday; Turkish shows by "günü" that a day is meant.
    if after:
        return re.compile(rf"(?<![{_LETTER}])(?i:(?P<before>{last})\s+{named}(?:{after})?|(?P<w2>{names}){after})")
    ahead = data.get("ahead", last)
    tail = rf"(?:\s+(?:(?P<after>{last})|(?P<ahead3>{ahead})){_END})?"
    either = rf"(?P<inner>{last})\s+|(?P<ahead2>{ahead})\s+"
    return re.compile(
        rf"(?<![{_LETTER}])(?i:(?P<before>{last})\s+|(?P<ahead>{ahead})\s+|{on}(?:{either})?){named}{tail}"
    )
