"""What the reader of counts knows of a sentence, and the phrase that a number counts.

In      the parts found before: marks, nationality hits, numbers
Out     `Scene` (mutable while its sentence is read) and `Phrase` (frozen)
Units   tokens, end exclusive
Raises  nothing
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.analysis.count_marks import Mark, Marked
from pipelines.analysis.count_numbers import Number
from pipelines.analysis.nationalities import NationalityHit
from pipelines.records import ReportedCount

_BREAK = set(",;:.!?()[]{}|•–—、，。；：（）《》।؟،؛…\n")
_SHORT = frozenset({"тис", "тыс", "млн", "чел", "чол", "approx", "ca"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words that a number counts, tokens `begin`..`end`.

    `label` is what the noun says: a status, `person`, `counter`, `citizen`, `foreign` or `others`.
    `pronominal`: no noun of its own ("12 of them"); `total`: the 17 of "11 of 17 men".
    """

    begin: int
    end: int
    noun: str | None
    label: str | None
    codes: tuple[str, ...]
    pronominal: bool = False
    modifiers: tuple[Mark, ...] = ()
    of: Number | None = None
    total: bool = False


@dataclass(slots=True)
class Scene:
    """What the reader of one sentence knows: the marks, the hits by token, what the text counted before (`told`)."""

    marked: Marked
    hits: dict[int, NationalityHit]
    first: int
    last: int
    numbers: dict[int, Number]
    counted: bool = False
    listed: bool = False
    spent: set[int] = field(default_factory=set)
    told: list[ReportedCount] = field(default_factory=list)

    def breaks(self, left: int, right: int) -> bool:
        """Whether punctuation parts token `left` from token `right`."""
        gap = self.marked.between(left, right)
        if gap.startswith(".") and self.marked.tokens[left].key in _SHORT:
            gap = gap[1:]
        return any(c in _BREAK for c in gap)

    def has(self, index: int, kind: str) -> Mark | None:
        """The mark of `kind` at a token of this sentence."""
        return self.marked.mark(index, kind) if self.first <= index < self.last else None

    def past(self, hit: NationalityHit, i: int) -> int:
        """The first token behind a nationality that begins at token `i`."""
        while i < self.last and self.marked.tokens[i].start < hit.end:
            i += 1
        return i
