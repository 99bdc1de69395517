"""Spans of names and how sets of them are put together.

In      `NameSpan` sets of several finders over one text
Out     one set without overlap, in reading order
Units   characters, end exclusive; `score` 0..1
Raises  nothing
"""

from __future__ import annotations

from bisect import bisect_left
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
    kept: list[tuple[int, int, NameSpan]] = []
    for span in sorted(spans, key=lambda s: (-s.score, s.start - s.end, s.start)):
        at = bisect_left(kept, (span.start,))
        if (
            span.start < span.end
            and (at == len(kept) or kept[at][0] >= span.end)
            and (at == 0 or kept[at - 1][1] <= span.start)
        ):
            kept.insert(at, (span.start, span.end, span))
    return tuple(span for *_, span in kept)
