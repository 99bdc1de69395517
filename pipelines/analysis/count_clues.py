"""Clues to what befell counted people and whose they are: which kinds of words stand where around the number.

A status or a nationality is chosen among candidates; each has clues that name no language and no word: where the words
that say it stand as seen from the number ("a2": behind it, some words off), what the rules of word order chose, what
the noun itself says, what was said of the people counted before.

In      the text's marks and nationality hits; the counts as the rules read them
Out     `Options` of one count
Raises  nothing
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.analysis import count_read as read
from pipelines.analysis.count_marks import Mark, Marked
from pipelines.analysis.count_scene import Phrase, Scene
from pipelines.analysis.nationalities import NationalityHit
from pipelines.analysis.people.attributes import said_of
from pipelines.analysis.weighing import Options
from pipelines.records import ReportedCount, Status

NONE = "none"
STATUSES = (NONE, *(status.value for status in Status))
_BINS = (0, 2, 5, 9, 16)
_CLOSE = 3
_AT_WAR = frozenset({"RU", "UA"})


@dataclass(frozen=True, slots=True)
class Told:
    """A count as the rules read it, with its sentence (tokens) and its phrase."""

    count: ReportedCount
    phrase: Phrase
    scene: Scene
    number: int


class CountClues:
    """Collects the clues of a text's counts."""

    def __init__(
        self, marked: Marked, bounds: Sequence[tuple[int, int]], hits: dict[int, NationalityHit], told: Sequence[Told]
    ) -> None:
        self.marked, self.bounds, self.told = marked, bounds, told
        self.by_sentence = [self._marks(first, last) for first, last in bounds]
        self.everywhere = Counter(label for found in self.by_sentence for label in {m.label for m in found})
        self.sentence_of = [0] * len(marked.tokens)
        for number, (first, last) in enumerate(bounds):
            self.sentence_of[first:last] = [number] * (last - first)
        self.hits = [(hit, i, said_of(marked.text, hit)) for i, hit in sorted(hits.items())]

    def _marks(self, first: int, last: int) -> list[Mark]:
        """The words of a sentence that say what befell people, those of the nouns too."""
        found: list[Mark] = []
        past = first
        for i in self.marked.places(first, last):
            mark = self.marked.mark(i, "status")
            if mark is None or i < past:
                noun = self.marked.mark(i, "noun")
                mark = noun if mark is None and noun is not None and noun.label in read.NOUN_COST else None
            if mark is not None:
                past = mark.end
                found.append(mark)
        return found

    def statuses(self, at: int, chosen: Sequence[str]) -> Options:
        """What may have befallen the people of the count numbered `at`; `chosen` are the statuses of those before."""
        one = self.told[at]
        rule = one.count.status.value if one.count.status else NONE
        clues: dict[str, set[str]] = {label: {f"is {label}"} for label in STATUSES}
        clues[rule].add("rule")
        shared = {f"rule {rule}", f"noun {one.phrase.label}", one.count.kind, *self._shape(at)}
        self._of_sentence(one, clues, shared)
        for step, place in ((-1, "prev"), (1, "next")):
            self._of_other(one.number + step, place, clues)
        if one.number:
            self._of_other(0, "head", clues)
        for label, times in self.everywhere.items():
            if label in clues:
                clues[label] |= {f"text{min(times, 3)}", f"text {label}"}
        beside = "sib" if at and self.told[at - 1].number == one.number else "before"
        shared.add(f"{beside} {chosen[at - 1] if at else 'first'}")
        if one.count.low == 1:
            shared.add("one")
        if one.phrase.pronominal:
            shared.add("them")
        return Options(clues, shared)

    def _shape(self, at: int) -> list[str]:
        """How the count stands to its neighbours: a whole of which parts follow, a part of a whole."""
        one, shape = self.told[at], []
        size = one.count.low or 0
        before = [t for t in self.told[:at] if t.number == one.number]
        behind = [t for t in self.told[at + 1 :] if t.number == one.number]
        if any((t.count.low or 0) > size for t in before):
            shape.append("part")
        elif before:
            shape.append("after smaller")
        if any((t.count.low or 0) < size for t in behind):
            shape.append("whole")
        if one.phrase.total or any(one.scene.has(i, "of") for i in range(one.phrase.begin - 3, one.phrase.begin)):
            shape.append("of")
        if one.count.of is not None:
            shape.append("has of")
        return shape

    def _of_sentence(self, one: Told, clues: dict[str, set[str]], shared: set[str]) -> None:
        """The words of the count's own sentence."""
        others = [t.phrase for t in self.told if t.number == one.number]
        nearest: dict[str, tuple[float, str]] = {}
        for mark in self.by_sentence[one.number]:
            place, cost = self._place(one, mark, others)
            if mark.label not in clues:
                continue
            clues[mark.label] |= {place, f"{place} {mark.label}"}
            side = place[0]
            if side not in nearest or cost < nearest[side][0]:
                nearest[side] = (cost, mark.label)
            if side == "i" or (place[-1:].isdigit() and int(place[-1]) <= _CLOSE):
                shared.add(f"{mark.label}@{side}")
        for side, (_, label) in nearest.items():
            clues[label].add(f"nearest {side}")

    def _place(self, one: Told, mark: Mark, others: list[Phrase]) -> tuple[str, float]:
        scene, phrase = one.scene, one.phrase
        if phrase.begin <= mark.begin < phrase.end:
            return "in", 0.0
        cost = read.distance(scene, phrase, mark, others)
        side = "a" if mark.begin >= phrase.end else "b"
        if read.not_so(scene, mark):
            side = "!" + side
        elif read.of_others(scene, phrase, mark) or read.taken(scene, phrase, mark, others):
            side = "x" + side
        return side + str(sum(cost > limit for limit in _BINS)), cost

    def _of_other(self, number: int, place: str, clues: dict[str, set[str]]) -> None:
        """The words of another sentence."""
        if not 0 <= number < len(self.by_sentence):
            return
        if any(t.number == number for t in self.told):
            place += "c"
        for mark in self.by_sentence[number]:
            if mark.label in clues:
                clues[mark.label] |= {place, f"{place} {mark.label}"}

    def nations(self, at: int, chosen: Sequence[str], statuses: Sequence[str]) -> Options:
        """The candidates for whose people the count numbered `at` speaks of."""
        one = self.told[at]
        rule = one.count.nationality or NONE
        status = statuses[at]
        seen = Counter(hit.code for hit, _, said in self.hits if said != "army")
        clues: dict[str, set[str]] = {NONE: {"none", f"none {status}", f"none noun {one.phrase.label}"}}
        clues[NONE].add(f"none of {min(3, len(seen))}")
        for hit, i, said in self.hits:
            found = clues.setdefault(hit.code, set())
            number = self.sentence_of[i]
            if number == one.number:
                place = self._beside(one, hit, i)
                found |= {place, f"{place} {said}"}
            elif number == one.number - 1:
                found |= {"prev", f"prev {said}"}
            elif number == 0:
                found |= {"head", f"head {said}"}
            else:
                found |= {"text", f"text {said}"}
        here = [i for i in one.scene.hits if one.scene.first <= i < one.scene.last]
        if one.phrase.codes and len(set(one.phrase.codes)) > 1:
            clues[NONE].add("none two")
        if not here:
            clues[NONE].add("none here")
        clues.setdefault(rule, set()).add("rule")
        clues[rule].add(f"rule {'none' if rule == NONE else 'code'}")
        self._by_rank(one, clues, seen)
        if at:
            near = "sib" if self.told[at - 1].number == one.number else "far"
            for told, place in ((chosen[at - 1], "before"), *((c, "earlier") for c in chosen[: at - 1])):
                if told in clues:
                    clues[told] |= {f"{place} {near}", f"{place} {near} {'none' if told == NONE else 'code'}"}
        if at + 1 < len(self.told):
            near = "sib" if self.told[at + 1].number == one.number else "far"
            code = self.told[at + 1].count.nationality
            if code in clues:
                clues[code] |= {f"after {near}"}
        for shape in self._shape(at):
            clues[NONE].add(f"none {shape}")
        for code, found in clues.items():
            if code in _AT_WAR:
                found |= {"party", f"party {status}", f"party noun {one.phrase.label}"}
        return Options(clues)

    def _by_rank(self, one: Told, clues: dict[str, set[str]], seen: Counter[str]) -> None:
        """Which code the text names most, first, alone."""
        foreign = [code for code in seen if code not in _AT_WAR]
        if len(foreign) == 1:
            clues[foreign[0]].add("sole foreign")
        if len(seen) == 1:
            clues[next(iter(seen))].add("sole")
        ranked = sorted(seen, key=lambda code: -seen[code])
        if ranked and (len(ranked) == 1 or seen[ranked[0]] > seen[ranked[1]]):
            clues[ranked[0]].add("most")
        if foreign:
            best = max(foreign, key=seen.__getitem__)
            clues[best].add("most foreign")
        first = next((hit.code for hit, _, said in self.hits if said != "army"), None)
        if first:
            clues[first].add("first")
        last = next((h.code for h, i, s in reversed(self.hits) if i < one.phrase.begin and s != "army"), None)
        if last:
            clues[last].add("last before")

    def _beside(self, one: Told, hit: NationalityHit, i: int) -> str:
        phrase = one.phrase
        if phrase.begin <= i < phrase.end:
            return "in"
        mark = Mark(i, one.scene.past(hit, i), "hit", hit.code)
        others = [t.phrase for t in self.told if t.number == one.number]
        cost = read.distance(one.scene, phrase, mark, others)
        return ("a" if i >= phrase.end else "b") + str(sum(cost > limit for limit in _BINS))
