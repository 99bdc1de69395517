"""Spans of names and how sets of them are put together.

In      `NameSpan` sets of several finders over one text
Out     one set without overlap, in reading order
Units   characters, end exclusive; `score` 0..1
Raises  nothing
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NameSpan:
    """A place that names a person; `source` is the finder, `other` the same name in another script (`王小明(Wang Xiaoming)`)."""  # noqa: E501

    start: int
    end: int
    score: float = 0.5
    source: str = ""
    other: str | None = None
    pseudonym: bool = False


def overlaps(a: NameSpan, b: NameSpan) -> bool:
    """Whether two spans share a character."""
    return a.start < b.end and b.start < a.end


def merge(spans: Iterable[NameSpan]) -> tuple[NameSpan, ...]:
    """Keep the best span of every overlapping group: the higher score, then the longer one."""
    kept: list[NameSpan] = []
    for span in sorted(spans, key=lambda s: (-s.score, s.start - s.end, s.start)):
        if span.start < span.end and not any(overlaps(span, k) for k in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda s: s.start))
