"""The cues of one article by sentence, and the questions asked of a mention: who speaks, who is new, whose kin.

In      `Text`, persons with their spans, cue words, language
Out     `Evidence`, on which titles, fates and roles are read; `Claim`: a cue that speaks of a person
Raises  nothing
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.analysis.people.attributes import age_before
from pipelines.analysis.people.cues import CueHit, cue_class
from pipelines.analysis.people.group import Person
from pipelines.analysis.people.role_rules import AGED, KIN, NAMED, ONE_OF
from pipelines.analysis.people.spans import NameSpan
from pipelines.analysis.people.text import Text
from pipelines.analysis.people.words import word_index


@dataclass(frozen=True, slots=True)
class Claim:
    """One cue that speaks of a person: how strongly, and in which sentence."""

    value: str
    score: float
    sentence: int
    hit: CueHit | None = None


def text_after(whole: str, span: NameSpan) -> str:
    """The characters after a mention."""
    return whole[span.end : span.end + 40]


class Evidence:
    """The cues of one article by sentence, and the questions asked of them."""

    def __init__(self, text: Text, people: Sequence[Person], cues: Sequence[CueHit], language: str) -> None:
        self.text, self.people, self.language = text, people, language
        self.spans = sorted((s for p in people for s in p.spans), key=lambda s: s.start)
        self._starts = [s.start for s in self.spans]
        self._said: dict[NameSpan, bool] = {}
        self._introduced: dict[NameSpan, bool] = {}
        self._kin: dict[NameSpan, bool] = {}
        self.named = bytearray(len(text.text))
        """1 for every character of a mention."""
        for span in self.spans:
            self.named[span.start : span.end] = b"\1" * (span.end - span.start)
        self.cues = [c for c in cues if not any(self.named[c.start : c.end])]
        self.by_sentence: dict[int, list[CueHit]] = {}
        for cue in self.cues:
            self.by_sentence.setdefault(text.sentence_at(cue.start), []).append(cue)
        renamed = word_index("pseudonym").find(text.text)
        self.renamed = {text.sentence_at(hit.start) for hit in renamed}
        self.counts = Counter(c.value for c in self.cues if c.kind == "fate")

    def among(self, start: int, end: int) -> list[NameSpan]:
        """The mentions that lie between two offsets."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [s for s in self.spans[first:last] if s.end <= end]

    def _between(self, start: int, end: int) -> bool:
        """Whether another mention lies between two offsets."""
        return start < end and bool(self.among(start, end))

    def _is_say(self, word: str, classes: str = "SK") -> bool:
        found = cue_class(word.strip(" ,."))
        return bool(found) and found in classes

    def speaks(self, span: NameSpan) -> bool:
        """Whether the person is the one who says something: a say verb beside the name, no other name between."""
        said = self._said.get(span)
        if said is None:
            said = self._said[span] = self._speaks(span)
        return said

    def _speaks(self, span: NameSpan) -> bool:
        whole = self.text.text
        number = self.text.sentence_at(span.start)
        for cue in self.by_sentence.get(number, []):
            if cue.kind != "say":
                continue
            after, before = whole[span.end : cue.start], whole[cue.end : span.start]
            if (
                cue.start >= span.end
                and len(after) <= 110
                and not self._between(span.end, cue.start)
                and (len(after) <= 14 or re.match(r"\s*(?:,|of\b|from\b|\()", after))
                and not re.search(r"[;.]\s", after)
            ):
                return True
            if cue.end <= span.start and len(before) <= 4 and "," not in before:
                return True
        return False

    def introduced(self, span: NameSpan) -> bool:
        """Whether a mention says who somebody new is: an age, `named`, `one of them`; officials are not introduced so."""  # noqa: E501
        found = self._introduced.get(span)
        if found is None:
            found = self._introduced[span] = self._is_introduced(span)
        return found

    def _is_introduced(self, span: NameSpan) -> bool:
        before = self.text.text[max(0, span.start - 40) : span.start]
        if AGED.match(text_after(self.text.text, span)) or NAMED.search(before) or ONE_OF.search(before):
            return True
        return age_before(before) is not None

    def kin(self, span: NameSpan) -> bool:
        """`Jane Roe said her son …`: somebody who speaks of a child, husband, brother."""
        found = self._kin.get(span)
        if found is None:
            end = self.text.sentences[self.text.sentence_at(span.start)][1]
            found = self.speaks(span) and bool(KIN.search(self.text.text[span.end : min(end, span.end + 70)]))
            self._kin[span] = found
        return found
