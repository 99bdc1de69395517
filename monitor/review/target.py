"""What a verdict is about: `match:3`, `figure:12`, `count:7`, `date:9`, `article:5`, `story:2`.

In      the words of a user
Out     a `Target`, its row and its article; values checked and in their type
Raises  ReviewError with what would be right
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from pipelines.records import Role, Status
from pipelines.store.schema import WITH_REJECTED, ArticleRow, StoryRow
from pipelines.store.verdicts import COLUMNS, TABLES

ARTICLE_FIELDS = ("published", "story")
STORY_FIELDS = ("title",)
FIELDS: dict[str, tuple[str, ...]] = {**COLUMNS, "article": ARTICLE_FIELDS, "story": STORY_FIELDS}
_ONE_OF: dict[str, tuple[str, ...]] = {
    "role": tuple(Role),
    "status": tuple(Status),
    "bound": ("exact", "at_least", "at_most", "about"),
    "kind": ("total", "increment", "subset", "unclear"),
    "precision": ("day", "month", "year", "range", "relative", "time"),
    "level": ("alert", "possible"),
}
_NEEDED = frozenset({"name", "bound", "kind", "precision", "level", "value", "title", "story", "published"})


class ReviewError(ValueError):
    """A target, field or value cannot be; the text says what can."""


@dataclass(frozen=True, slots=True)
class Target:
    """A kind and a number. `str()` gives the words it was read from."""

    reading: str
    number: int

    def __str__(self) -> str:
        return f"{self.reading}:{self.number}"


def parse(words: str) -> Target:
    """Read a target. Raises ReviewError.

    >>> parse("person:12")
    Target(reading='figure', number=12)
    """
    kind, _, number = words.strip().partition(":")
    kind = {"person": "figure"}.get(kind, kind)
    if kind not in FIELDS or not re.fullmatch(r"[0-9]{1,18}", number):
        raise ReviewError(f"'{words[:40]}' is no target; write one of {', '.join(f'{k}:NUMBER' for k in FIELDS)}")
    return Target(kind, int(number))


def row_of(session: Session, target: Target) -> Any:
    """The row that is judged, a rejected one too. Raises ReviewError."""
    table = {"article": ArticleRow, "story": StoryRow, **TABLES}[target.reading]
    row = session.get(table, target.number, execution_options=WITH_REJECTED)
    if row is None:
        lists = "monitor search" if target.reading == "article" else "monitor review queue"
        raise ReviewError(f"there is no {target}; `{lists}` lists those that are known")
    return row


def check_field(target: Target, field: str) -> None:
    """Raises ReviewError where the target has no such field."""
    if field and field not in FIELDS[target.reading]:
        raise ReviewError(f"{target} has no field '{field[:40]}'; one of {', '.join(FIELDS[target.reading])}")


def value_of(field: str, text: str | None) -> Any:
    """A value in the type of its field; empty = not known. Raises ReviewError.

    >>> value_of("low", "155"), value_of("nationality", "np"), value_of("role", "")
    (155, 'NP', None)
    """
    words = " ".join((text or "").split())
    if not words:
        if field in _NEEDED:
            raise ReviewError(f"{field} needs a value; to say that it is wrong, reject it")
        return None
    if field in _ONE_OF:
        if words not in _ONE_OF[field]:
            raise ReviewError(f"{field}: '{words[:40]}' is not one of {', '.join(_ONE_OF[field])}")
        return words
    if field in ("low", "high", "of", "story"):
        if not re.fullmatch(r"[0-9]{1,15}", words) and not (field == "story" and words == "new"):
            raise ReviewError(f"{field}: '{words[:40]}' is no whole number")
        return words if words == "new" else int(words)
    return _other(field, words)


def _other(field: str, words: str) -> Any:
    if field == "negated":
        if words not in ("yes", "no"):
            raise ReviewError("negated: yes or no is needed")
        return words == "yes"
    if field == "nationality":
        if not re.fullmatch("[A-Za-z]{2}", words):
            raise ReviewError("nationality: the two letters of ISO 3166 are needed (NP, CN)")
        return words.upper()
    if field == "published":
        _when(words)
    if field == "value" and not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?(T\S+)?(/\S+)?", words):
        raise ReviewError(f"value: '{words[:40]}' is no date; write 2026-03-04, 2026-03, 2026 or a range with /")
    if field == "name" and sum(char.isalpha() for char in words) < 2:
        raise ReviewError("name: two letters at least are needed")
    return words


def _when(words: str) -> date | datetime:
    """A day, or an instant with its zone. Raises ReviewError."""
    try:
        if len(words) == 10:
            return date.fromisoformat(words)
        found = datetime.fromisoformat(words)
    except ValueError as error:
        raise ReviewError(f"published: '{words[:40]}' is no day (2026-03-04) and no instant") from error
    if found.tzinfo is None:
        raise ReviewError("published: an instant needs its zone (2026-03-04T12:00+02:00)")
    return found
