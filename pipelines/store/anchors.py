"""Where a verdict holds: at its place in the revision it was given on, and later wherever the same words stand.

In      a span and the text it stands in
Out     an anchor: `field, start, end, text`, and up to 60 characters `before` and `after`
Limits  white space is compared as one blank; one other changed character beside the span ends the verdict's reach
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

AROUND = 60
_BLANKS = re.compile(r"\s+")


def make(text: str, field: str, start: int, end: int) -> dict[str, Any]:
    """The anchor of a span of `text`.

    >>> make("Two men were captured.", "body", 4, 7)["after"]
    ' were captured.'
    """
    return {
        "field": field,
        "start": start,
        "end": end,
        "text": text[start:end],
        "before": text[max(0, start - AROUND) : start],
        "after": text[end : end + AROUND],
    }


def find(anchor: Mapping[str, Any], text: str) -> tuple[int, int] | None:
    """Where the anchored words stand in `text`, their surroundings unchanged; the place nearest to the old one.

    >>> find(make("Two men were captured.", "body", 4, 7), "News: Two men  were captured. So it is said.")
    (10, 13)
    """
    words = anchor.get("text") or ""
    if not words:
        return None
    start = int(anchor.get("start", 0))
    if text[start : start + len(words)] == words and _around(anchor, text, start, start + len(words)):
        return start, start + len(words)
    pattern = re.compile(r"\s+".join(re.escape(part) for part in words.split()))
    places = [m.span() for m in pattern.finditer(text) if _around(anchor, text, *m.span())]
    return min(places, key=lambda place: abs(place[0] - start), default=None)


def _around(anchor: Mapping[str, Any], text: str, start: int, end: int) -> bool:
    """Whether what stood beside the span stands there still; where the old text ended, anything may follow."""
    before, after = _flat(anchor.get("before", "")).lstrip(), _flat(anchor.get("after", "")).rstrip()
    had, has = _flat(text[max(0, start - 2 * AROUND) : start]), _flat(text[end : end + 2 * AROUND])
    return had.endswith(before) and has.startswith(after)


def _flat(text: str) -> str:
    return _BLANKS.sub(" ", text)


def overlap(anchor: Mapping[str, Any], field: str, start: int, end: int, place: tuple[int, int]) -> bool:
    """Whether a span is at the anchored place (found at `place`)."""
    return bool(field == anchor.get("field") and start < place[1] and place[0] < end)
