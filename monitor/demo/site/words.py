"""Fill the date placeholders of an invented text: `{day -2}`, `{month}`, `{dm 0}`, `{mdy -1}`, `{year}`.

In      text, language, the local day the article was published
Out     the same text with dates in the manner of the language; `-2` is two days before publication
Forms   day = with year · dm = day and month · month = "as of" form with year · monthof = genitive with year ·
        mdy = American order · weekday (English) · iso · ym · year
Raises  `KeyError` for a form that does not exist
"""

from __future__ import annotations

import calendar
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

_PLACEHOLDER = re.compile(r"\{(\w+)(?: ([+-]?\d+))?\}")

_YEAR_WORD = {"en": "", "uk": " року", "ru": " года"}


def fill(text: str, language: str, published_on: date) -> str:
    """Return `text` with every placeholder replaced.

    >>> fill("On {dm -1} and as of {month}", "en", date(2026, 11, 23))
    'On 22 November and as of November 2026'
    """
    forms = _CHINESE if language == "zh" else _FORMS

    def put(match: re.Match[str]) -> str:
        return forms[match[1]](published_on + timedelta(days=int(match[2] or 0)), language)

    return _PLACEHOLDER.sub(put, text)


@cache
def _months() -> Mapping[str, Any]:
    return tomllib.loads(files("monitor.demo.site").joinpath("data/months.toml").read_text(encoding="utf-8"))


def _name(day: date, language: str) -> str:
    return str(_months()[language].split()[day.month - 1])


def _plain(day: date, language: str) -> str:
    return str(_months()["plain"][language].split()[day.month - 1])


_FORMS: Mapping[str, Callable[[date, str], str]] = {
    "day": lambda day, language: f"{day.day} {_name(day, language)} {day.year}{_YEAR_WORD[language]}",
    "dm": lambda day, language: f"{day.day} {_name(day, language)}",
    "month": lambda day, language: f"{_plain(day, language)} {day.year}{_YEAR_WORD[language]}",
    "monthof": lambda day, language: f"{_name(day, language)} {day.year}{_YEAR_WORD[language]}",
    "mdy": lambda day, language: f"{_name(day, language)} {day.day}, {day.year}",
    "iso": lambda day, _: day.isoformat(),
    "weekday": lambda day, _: f"{calendar.day_name[day.weekday()]}",
    "year": lambda day, _: str(day.year),
    "ym": lambda day, _: day.isoformat()[:7],
}
_CHINESE: Mapping[str, Callable[[date, str], str]] = {
    **_FORMS,
    "day": lambda day, _: f"{day.year}年{day.month}月{day.day}日",
    "dm": lambda day, _: f"{day.month}月{day.day}日",
    "month": lambda day, _: f"{day.year}年{day.month}月",
}
