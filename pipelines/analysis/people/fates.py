"""What befell a person: the words of fate in the sentences that name them, and in the ones beside.

In      an article's `Evidence`, a person
Out     `Claim`s whose value is a status, with a score
Raises  nothing
"""

from __future__ import annotations

import re

from pipelines.analysis.people.cues import CueHit
from pipelines.analysis.people.evidence import Claim, Evidence
from pipelines.analysis.people.group import Person
from pipelines.analysis.people.role_rules import CLAUSE, ONE_OF, PASSIVE, PRONOUN, RANK
from pipelines.analysis.people.spans import NameSpan


class Fates(Evidence):
    """Reads what befell persons."""

    def fates(self, person: Person, speaker: bool) -> list[Claim]:
        """What befell the person, by the words of the sentences that name it and of the ones beside."""
        found: list[Claim] = []
        for span in person.spans:
            number = self.text.sentence_at(span.start)
            speaks = speaker and self.speaks(span)
            for cue in self.by_sentence.get(number, []):
                if cue.kind == "fate":
                    score = self._fate_score(span, cue, speaks)
                    if score > 0:
                        found.append(Claim(cue.value, score, number, cue))
            if not speaker:
                found += self._beside(span, number)
        return found

    def _fate_score(self, span: NameSpan, cue: CueHit, speaks: bool) -> float:
        whole = self.text.text
        first, last = (cue.end, span.start) if cue.end <= span.start else (span.end, cue.start)
        gap = whole[first:last]
        if (
            cue.value == "accused"
            and cue.start >= span.end
            and not PASSIVE.search(whole[span.end : cue.start])
            and whole[cue.end : cue.end + 3] != " of"
        ):
            return 0.0
        score = RANK[cue.value] - 0.0016 * len(gap)
        if CLAUSE.search(gap) and not (cue.end <= span.start and len(gap) <= 24 and ". " not in gap):
            score -= 0.3
        others = self.among(first, last)
        if others and not self._enumerated(gap, others, first):
            score -= 0.28 * min(len(others), 2)
        if speaks:
            adjoining = len(gap) < 22 and not any(c.kind == "say" and first <= c.start < last for c in self.cues)
            score -= 0.1 if adjoining else 0.75
        return score

    def _enumerated(self, gap: str, others: list[NameSpan], offset: int) -> bool:
        """Whether the names between are members of one list with the person."""
        rest = gap
        for span in reversed(others):
            rest = rest[: span.start - offset] + "¦" + rest[span.end - offset :]
        return bool(re.fullmatch(r".{0,90}?¦(?:[^¦;.]{0,28}¦)*[^¦;.]{0,28}", rest, re.DOTALL)) and bool(
            re.search(r"[,，、:：]|\band\b|\by\b|\bet\b|\be\b|\bund\b|और|र|і|та|и|和|與|与", rest)
        )

    def _beside(self, span: NameSpan, number: int) -> list[Claim]:
        found = []
        following = self.text.sentence(number + 1)
        one_of = bool(ONE_OF.search(self.text.text[max(0, span.start - 40) : span.start]))
        for step, weight in ((1, 0.42 if not PRONOUN.match(following) else 0.75), (-1, 0.9 if one_of else 0.5)):
            beside = number + step
            if not 0 <= beside < len(self.text.sentences):
                continue
            start, end = self.text.sentences[beside]
            named = any(start <= s.start < end for s in self.spans) and not one_of
            for cue in self.by_sentence.get(beside, []):
                if cue.kind == "fate" and cue.value not in {"accused", "fighting"}:
                    found.append(Claim(cue.value, RANK[cue.value] * (weight * 0.6 if named else weight), beside, cue))
        return found
