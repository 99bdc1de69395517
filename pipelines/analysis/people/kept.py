"""Which of the spans found are persons: no place, no outlet in Latin letters, nothing named after somebody, no home.

In      text, spans without overlap, where the names of countries and peoples stand, the finders' language
Out     the spans that stay
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.analysis.people.features import known
from pipelines.analysis.people.named_after import located, named_after
from pipelines.analysis.people.patterns import TURKISH_BODY
from pipelines.analysis.people.spans import NameSpan

_NO_CAPITALS = frozenset({"zh", "ko", "ar", "ne", "hi"})
_HOME = re.compile(r",?\s+(?:de|from|aus|da|do|з|із|из)\s$")


def kept(text: str, spans: Sequence[NameSpan], places: list[tuple[int, int]], way: str) -> tuple[NameSpan, ...]:
    """The spans that name persons; a word that once stands for a place is none anywhere."""
    persons = [s for s in spans if s.pseudonym or not _no_person(text, s, places, way)]
    persons = [s for s in persons if not (named_after(text, s, way) or _is_body(text, s, way))]
    ends = {s.end for s in persons}
    persons = [s for s in persons if not _is_home(text, s, ends)]
    alone = {text[s.start : s.end] for s in persons if way not in _NO_CAPITALS and located(text, s)}
    return tuple(s for s in persons if text[s.start : s.end] not in alone)


def _no_person(text: str, span: NameSpan, places: list[tuple[int, int]], way: str) -> bool:
    return (
        _is_place(span, places)
        or stands_as_place(text, span, way)
        or _foreign_letters(text[span.start : span.end], way)
    )


def _is_body(text: str, span: NameSpan, way: str) -> bool:
    return way == "tr" and TURKISH_BODY.search(text, span.start, span.end) is not None


def _is_home(text: str, span: NameSpan, ends: set[int]) -> bool:
    """Whether a span is where the person named just before is from: `Juan Roe, de Santa Doe`."""
    home = _HOME.search(text, max(0, span.start - 12), span.start)
    return home is not None and home.start() in ends and span.source not in {"public", "age", "title"}


def _is_place(span: NameSpan, places: list[tuple[int, int]]) -> bool:
    """Whether a span is nothing but the name of a country or of a people."""
    inside = sum(min(b, span.end) - max(a, span.start) for a, b in places if a < span.end and span.start < b)
    return inside >= 0.6 * (span.end - span.start)


_KOREAN_PLACE = re.compile(
    r"에\s사[는던]|에\s살|\s?(?:병원|수용소|교도소|시내|대학|거리|본부|법원|전선|지역|인근|방면|방향|공항|전투|작전|출신|에서|주민|당국|정부)"
)


def stands_as_place(text: str, span: NameSpan, way: str) -> bool:
    """Whether what follows makes one word a place: `도네츠크 법원`, `लुहान्स्क में`."""
    if span.source in {"public", "title", "named", "age", "masked"} or re.search(r"\s", text[span.start : span.end]):
        return False
    if way == "zh":
        before = text[max(0, span.start - 1) : span.start]
        return before in "在於于" and len(text[span.start : span.end]) > 3 and "·" not in text[span.start : span.end]
    if way == "ko":
        return span.end - span.start > 2 and bool(_KOREAN_PLACE.match(text, span.end))
    return way == "hi" and text.startswith(" में", span.end)


def _foreign_letters(name: str, way: str) -> bool:
    """Latin names in texts of another script are mostly outlets: they must be two known names."""
    if way not in {"uk", "ru", "ar", "ne", "hi", "ko", "zh"} or not re.match(r"[A-Za-z]", name):
        return False
    words = name.split()
    return len(words) < 2 or any(known(w) == "0" for w in words)
