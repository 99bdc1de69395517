"""What a request may ask: every parameter is declared once, and read by its kind.

In      declared `Param`s and the pairs of a query or a form
Out     a dictionary with every declared name; None where nothing was asked
Raises  `BadRequest` naming the parameter, never repeating what was written in it
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any

from monitor.config import nearest
from monitor.filters import Cursor

MOST_TEXT = 300
MOST_ROWS = 1000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_SPAN = re.compile(r"([0-9]{1,4})([hdw])")


class BadRequest(ValueError):
    """A parameter cannot be read; the text names it and says what is expected."""


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter. kind: text, day, number, flag, place (in a list) or choice (one of `choices`).

    `most`: of a number its greatest value; of a text, where it is above 1000, how long it may be.
    """

    name: str
    kind: str
    about: str
    choices: tuple[str, ...] = ()
    least: int = 1
    most: int = MOST_ROWS
    default: Any = None


def clean(text: str, most: int = MOST_TEXT) -> str:
    """Text of a request without control characters, one line, cut."""
    return " ".join(_CONTROL.sub(" ", text[: most * 4]).split())[:most]


def number_of(text: str) -> int | None:
    """A row's number in an address; None for what can be none."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def read(declared: Sequence[Param], given: Iterable[tuple[str, str]], now: datetime) -> dict[str, Any]:
    """Every declared parameter; of several the last counts. Others are not looked at, but for slips of the pen."""
    longest = {
        one.name: max(MOST_TEXT, one.most if one.kind == "text" and one.most > MOST_ROWS else 0) for one in declared
    }
    asked: Mapping[str, str] = {name: clean(value, longest.get(name, MOST_TEXT)) for name, value in given}
    for name in asked.keys() - longest.keys():
        if meant := get_close_matches(name, longest, 1, 0.75):  # a filter with a slip of the pen filters nothing
            raise BadRequest(f'a parameter is not known; did you mean "{meant[0]}"?')
    return {one.name: _read(one, asked.get(one.name, ""), now) for one in declared}


def _read(one: Param, text: str, now: datetime) -> Any:
    if not text:
        return one.default
    if one.kind == "number":
        found = number_of(text)
        if found is None or not one.least <= found <= one.most:
            raise BadRequest(f"{one.name}: a whole number from {one.least} to {one.most} is expected")
        return found
    if one.kind == "choice":
        if text not in one.choices:
            raise BadRequest(f"{one.name}: one of {', '.join(one.choices)} is expected{nearest(text, one.choices)}")
        return text
    if one.kind == "flag":
        return text.lower() in ("1", "on", "true", "yes")
    if one.kind == "place":
        return place_of(one.name, text)
    return day_of(one.name, text, now) if one.kind == "day" else text


def place_of(name: str, text: str) -> Cursor:
    """A place in a list, as the page before named it. Raises BadRequest."""
    try:
        return Cursor.read(text)
    except ValueError as error:
        raise BadRequest(f"{name}: the `next` of the page before is expected") from error


def day_of(name: str, text: str, now: datetime) -> datetime:
    """A day (2026-04-05), an instant, or a span back (36h, 7d, 4w). Raises BadRequest."""
    span = _SPAN.fullmatch(text)
    if span:
        unit = {"h": "hours", "d": "days", "w": "weeks"}[span[2]]
        return now - timedelta(**{unit: int(span[1])})
    try:
        found = datetime.fromisoformat(text)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadRequest(f"{name}: a day (2026-04-05) or a span back (36h, 7d, 4w) is expected") from error
