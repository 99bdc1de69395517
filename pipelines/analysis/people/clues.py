"""Clues to what a person is: which kinds of words stand where around its mentions, the same for all languages.

A clue is a name as `fate.killed@a1`: kind and value of a word, and its place as seen from the nearest mention of the
person: `b` before, `a` after; `0` beside it, `1` and `2` in the same clause, `o` in an apposition, `g` joined by "of",
`3` and `4` one and more commas off, `x` past another person. `@n`: no other person stands nearer. `@next`, `@chain`,
`@prev`: in sentences beside that name nobody else; `@text`, `@head`: anywhere, in the first sentence.

In      an article's `Evidence`, a person
Out     `Clues`: name -> weight (0 to 1), and the sentence where it was first seen
Raises  nothing
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise

from pipelines.analysis.people.cues import CueHit, WordIndex
from pipelines.analysis.people.evidence import Evidence
from pipelines.analysis.people.group import Person
from pipelines.analysis.people.role_rules import NEGATION, OF, PRONOUN
from pipelines.analysis.people.spans import NameSpan

VERB_LAST = frozenset({"ko", "tr", "hi", "ne", "zh"})
"""Languages that say of a person what it did before they name it, or at the sentence's very end."""
CLOSE = frozenset({"b0", "b1", "bg", "a0", "a1", "ao"})
WAR = frozenset(
    [
        "clue.battle",
        "clue.army",
        "clue.fights",
        "clue.rank_low",
        "clue.contract",
        "fate.captured",
        "fate.exchanged",
        "fate.fighting",
        "title.captive",
        "title.fighter",
        "clue.swap",
    ]
)
"""Kinds of words without which nobody is captive, fighter or recruit."""
SAME = {"clue.jurist": "title.lawyer", "clue.local_office": "title.official", "clue.fights": "title.fighter"}
"""Kinds of words that also count as another kind."""
KIN = frozenset({"title.family", "clue.kin", "clue.kin_younger"})
SOLDIER = frozenset({"title.fighter", "title.captive", "clue.fights", "clue.rank_low", "clue.rank_high"})
_ARABIC = re.compile("[\u0600-\u06ff]")
_BREAK = re.compile(r"[,;:،，；、：()（）]|\s[—–-]\s|[—–]")
_OPEN = re.compile(r"\s*(?:[,(（،，]|—|–|-\s)")
_BARE = " \u00a0\"“”«»„「」『』‘’'."
BESIDE, TEXT = 0.6, 0.8
"""What a word of another sentence weighs, and one of anywhere."""


@dataclass(slots=True)
class Clues:
    """What was seen of a person: name -> weight, name -> sentence."""

    weights: dict[str, float] = field(default_factory=dict)
    sentences: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, sentence: int, weight: float = 1.0) -> None:
        """Note a clue; seen again it weighs no more."""
        if weight > self.weights.get(name, 0.0):
            self.weights[name] = weight
            self.sentences[name] = sentence


@cache
def _index() -> WordIndex:
    data = tomllib.loads((files("pipelines.analysis.people") / "data" / "clues.toml").read_text("utf-8"))
    return WordIndex(
        ("clue", value, tuple(form for word in words.split() for form in _forms(word))) for value, words in data.items()
    )


def _forms(word: str) -> Iterator[str]:
    """A declared word; an Arabic one also with its article, and with any ending."""
    if not _ARABIC.match(word) or len(word) < 4 or "*" in word or "_" in word:
        yield word
        return
    bare = word.removeprefix("ال")
    for form in (bare, "ال" + bare, "لل" + bare):
        yield form + "*" if len(bare) > 3 else form


def find_clues(text: str) -> tuple[CueHit, ...]:
    """The words of `data/clues.toml` in a text."""
    return _index().find(text)


class ClueReader:
    """Collects the clues of an article's persons."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence, self.text = evidence, evidence.text
        self.short = 12 if evidence.language in VERB_LAST else 30
        self.hits: dict[int, list[tuple[CueHit, str]]] = {}
        for hit in (*evidence.cues, *find_clues(self.text.text)):
            if hit.kind == "clue" and any(evidence.named[hit.start : hit.end]):
                continue
            number = self.text.sentence_at(hit.start)
            name = self._name(hit)
            self.hits.setdefault(number, []).append((hit, name))
            if name in SAME:
                self.hits[number].append((hit, SAME[name]))
        self.mentions: dict[int, list[tuple[NameSpan, int]]] = {}
        for at, person in enumerate(evidence.people):
            for span in person.spans:
                self.mentions.setdefault(self.text.sentence_at(span.start), []).append((span, at))
        for pairs in self.mentions.values():
            pairs.sort(key=lambda pair: pair[0].start)
        self._far: dict[int, list[list[float]]] = {}

    @cached_property
    def speakers(self) -> frozenset[int]:
        """Numbers of the persons who say something."""
        people = self.evidence.people
        return frozenset(at for at, p in enumerate(people) if any(self.evidence.speaks(s) for s in p.spans))

    def _name(self, hit: CueHit) -> str:
        before = self.text.text[max(0, hit.start - 14) : hit.start]
        denied = hit.kind == "fate" and NEGATION.search(before)
        return f"{hit.kind}.{hit.value}" + ("!" if denied else "")

    @cached_property
    def everywhere(self) -> Counter[str]:
        """How often each kind of word stands in the article."""
        return Counter(name for pairs in self.hits.values() for _, name in pairs)

    def read(self, at: int) -> Clues:
        """The clues of the person numbered `at`."""
        clues = Clues()
        person = self.evidence.people[at]
        sentences = sorted({self.text.sentence_at(s.start) for s in person.spans})
        for number in sentences:
            self._within(clues, at, number)
            self._beside(clues, at, number)
        self._of_person(clues, person, at, sentences)
        for name, number in self.owners.get(at, ()):
            clues.add(name, number)
        clues.weights.update(self._anywhere)
        clues.sentences.update(dict.fromkeys(self._anywhere, sentences[0]))
        clues.weights.update(self._at_head)
        clues.sentences.update(dict.fromkeys(self._at_head, 0))
        return clues

    @cached_property
    def _anywhere(self) -> dict[str, float]:
        return {f"{name}@text": TEXT * min(1.0, count / 3) for name, count in self.everywhere.items()}

    @cached_property
    def _at_head(self) -> dict[str, float]:
        return {f"{name}@head": TEXT for _, name in self.hits.get(0, ())}

    def _distances(self, number: int) -> list[list[float]]:
        """How far each word of a sentence stands from each of its mentions."""
        far = self._far.get(number)
        if far is None:
            here = self.mentions[number]
            far = self._far[number] = [
                [self._distance(span, hit) for span, _ in here] for hit, _ in self.hits.get(number, ())
            ]
        return far

    def _within(self, clues: Clues, at: int, number: int) -> None:
        """Words of the sentences that name the person."""
        here = self.mentions[number]
        own = [n for n, (_, who) in enumerate(here) if who == at]
        for (hit, name), far in zip(self.hits.get(number, ()), self._distances(number), strict=True):
            nearest = here[min(range(len(here)), key=far.__getitem__)]
            best = here[min(own, key=far.__getitem__)]
            place = self._place(best[0], at, hit, here)
            clues.add(f"{name}@{place}", number)
            clues.add(f"{name}@s", number)
            if place in CLOSE and name in KIN:
                self._kin_near(clues, at, number, hit, best[0], name)
            if nearest[1] == at:
                clues.add(f"{name}@n", number)

    def _kin_near(self, clues: Clues, at: int, number: int, hit: CueHit, span: NameSpan, name: str) -> None:
        """A word of kin beside the name: who speaks is family, whom a soldier's word precedes is none."""
        clues.add(f"{name}@c|{'speaks' if at in self.speakers else 'silent'}", number)
        if hit.end <= span.start and any(
            hit.end <= other.start and other.end <= span.start and kind in SOLDIER
            for other, kind in self.hits.get(number, ())
        ):
            clues.add(f"{name}@b|soldier", number)

    @cached_property
    def owners(self) -> dict[int, list[tuple[str, int]]]:
        """By person: "owns" the kin that is named after it, or is "owned", with the kind of word and the sentence."""
        found: dict[int, list[tuple[str, int]]] = {}
        mentions = [(span, who) for _, pairs in sorted(self.mentions.items()) for span, who in pairs]
        for (before, owner), (span, who) in pairwise(mentions):
            number = self.text.sentence_at(span.start)
            if owner == who or number - self.text.sentence_at(before.start) > 1:
                continue
            for hit, name in self.hits.get(number, ()):
                if name in KIN and before.end <= hit.start and hit.end <= span.start and span.start - hit.end <= 25:
                    found.setdefault(owner, []).append((f"owns {name}", number))
                    found.setdefault(who, []).append((f"owned {name}", number))
        return found

    def _distance(self, span: NameSpan, hit: CueHit) -> float:
        first, last = (hit.end, span.start) if hit.end <= span.start else (span.end, hit.start)
        gap = self.text.text[first:last]
        return len(gap) + 15 * len(_BREAK.findall(gap))

    def _place(self, span: NameSpan, at: int, hit: CueHit, here: list[tuple[NameSpan, int]]) -> str:
        """Where a word stands as seen from a mention."""
        before = hit.end <= span.start
        first, last = (hit.end, span.start) if before else (span.end, hit.start)
        gap = self.text.text[first:last]
        side = "b" if before else "a"
        if not gap.strip(_BARE):
            return side + "0"
        if any(first <= s.start and s.end <= last and who != at for s, who in here):
            return side + "x"
        if before and OF.search(gap) and len(gap) <= 24:
            return "bg"
        breaks = len(_BREAK.findall(gap))
        if breaks == 0:
            return side + ("1" if len(gap) <= self.short else "2")
        if breaks == 1 and not before and len(gap) <= 50 and _OPEN.match(gap):
            return "ao"
        return side + ("3" if breaks == 1 else "4")

    def _beside(self, clues: Clues, at: int, number: int) -> None:
        """Words of the sentences after and before, as long as they name nobody else."""
        here = self.mentions[number]
        sole = len({who for _, who in here}) == 1
        role = "" if sole else ("1" if here[0][1] == at else "l" if here[-1][1] == at else "m")
        for step in (1, 2, 3):
            beside = number + step
            if beside in self.mentions or beside >= len(self.text.sentences):
                break
            label = "next" if step == 1 else "chain"
            pronoun = "p" if step == 1 and PRONOUN.match(self.text.sentence(beside)) else ""
            for _, name in self.hits.get(beside, ()):
                clues.add(f"{name}@{label}{role}", beside, BESIDE)
                if pronoun:
                    clues.add(f"{name}@{label}{role}p", beside, BESIDE)
        if number - 1 >= 0 and number - 1 not in self.mentions:
            for _, name in self.hits.get(number - 1, ()):
                clues.add(f"{name}@prev{role}", number - 1, BESIDE)
        for step, label in ((1, "nextx"), (-1, "prevx")):
            if number + step in self.mentions:
                for _, name in self.hits.get(number + step, ()):
                    clues.add(f"{name}@{label}", number + step, BESIDE)

    def _of_person(self, clues: Clues, person: Person, at: int, sentences: list[int]) -> None:
        """What the mentions themselves tell."""
        evidence, first = self.evidence, sentences[0]
        war = sum(n for name, n in self.everywhere.items() if name in WAR)
        for name, holds in (
            ("in no war", war == 0),
            ("in little war", war <= 3),
            ("speaks", at in self.speakers),
            ("introduced", any(evidence.introduced(s) for s in person.spans)),
            ("kin", any(evidence.kin(s) for s in person.spans)),
            ("one word", len(person.keys) == 1),
            ("first", at == 0),
            ("last", at == len(evidence.people) - 1),
            ("alone", len(evidence.people) == 1),
            ("head", first == 0),
            ("again", len(sentences) > 1),
            ("often", len(sentences) > 2),
            ("opens", any(s.start - self.text.sentences[self.text.sentence_at(s.start)][0] <= 2 for s in person.spans)),
            ("late", first >= 4),
        ):
            if holds:
                clues.add(f"is {name}", first)
        if len(person.keys) > 1:
            for mate in evidence.people:
                if mate is not person and len(mate.keys) > 1 and mate.keys[-1] == person.keys[-1]:
                    earlier = mate.spans[0].start < person.spans[0].start
                    clues.add("is namesake of " + ("earlier" if earlier else "later"), first)
