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
from pipelines.analysis.people.role_rules import CAPTORS_COURT, IN_ABSENCE, NEGATION, OF, PRONOUN
from pipelines.analysis.people.spans import NameSpan

VERB_LAST = frozenset({"ko", "tr", "hi", "ne", "zh"})
"""Languages that say of a person what it did before they name it, or at the sentence's very end."""
LATIN = frozenset({"en", "fr", "es", "pt", "de", "tr"})
OWN_SCRIPT = frozenset({"uk", "ru", "zh", "ar", "ko", "ne", "hi"})
_COMPOUNDS = {"de": r"[^\W\d_]{{2,}}-?(?P<part>{0})(?:s|es|n|en|e)?\b", "ko": r"[\uac00-\ud7af](?P<part>{0})"}
"""Languages that write nouns together, and how a second part is found."""
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
TRIAL = ("fate.sentenced", "fate.on_trial", "clue.justice")
KIN = frozenset({"title.family", "clue.kin", "clue.kin_younger"})
SOLDIER = frozenset({"title.fighter", "title.captive", "clue.fights", "clue.rank_low", "clue.rank_high"})
_VOWEL = re.compile("[\u064b-\u0652]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_BREAK = re.compile(r"[,;:،，；、：()（）]|\s[—–-]\s|[—–]")
_OPEN = re.compile(r"\s*(?:[,(（،，]|—|–|-\s)")
_QUOTE = re.compile(r"[“«„「『\"‘][^”»“」』\"]{4,600}[”»“」』\"]")
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
def _lists() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("pipelines.analysis.people") / "data" / "clues.toml").read_text("utf-8"))


@cache
def _index(language: str) -> WordIndex:
    """The words of a language; Latin ones of all languages for one that has no list."""
    known = LATIN | OWN_SCRIPT

    def words(lists: dict[str, str]) -> Iterator[str]:
        for name, declared in lists.items():
            if name in ("any", language) or language not in known:
                yield from (form for word in declared.split() if word[0] != "*" for form in _forms(word))

    return WordIndex(("clue", kind, tuple(words(lists))) for kind, lists in _lists().items())


@cache
def _second_parts(language: str) -> tuple[re.Pattern[str], dict[str, str]] | None:
    """The declared second parts of compounds (`*minister`), with the kind of each."""
    name = language if language in LATIN else "any"
    kinds = {
        word[1:]: kind for kind, lists in _lists().items() for word in lists.get(name, "").split() if word[0] == "*"
    }
    if language not in _COMPOUNDS or not kinds:
        return None
    parts = "|".join(sorted(kinds, key=len, reverse=True))
    return re.compile(_COMPOUNDS[language].format(parts)), kinds


def _forms(word: str) -> Iterator[str]:
    """A declared word; an Arabic one also with its article, and with any ending."""
    if not _ARABIC.match(word) or len(word) < 4 or "*" in word or "_" in word:
        yield word
        return
    bare = word.removeprefix("ال")
    for form in (bare, "ال" + bare, "لل" + bare):
        yield form + "*" if len(bare) > 3 else form


def find_clues(text: str, language: str) -> tuple[CueHit, ...]:
    """The words of `data/clues.toml` in a text of that language; Arabic is read without its vowel signs."""
    if _VOWEL.search(text):
        kept = [at for at, sign in enumerate(text) if not _VOWEL.match(sign)]
        bare = find_clues("".join(text[at] for at in kept), language)
        return tuple(CueHit(kept[h.start], kept[h.end - 1] + 1, h.kind, h.value) for h in bare)
    found = _index(language if language in LATIN | OWN_SCRIPT else "").find(text)
    compounds = _second_parts(language)
    if compounds is None:
        return found
    pattern, kinds = compounds
    return (*found, *(CueHit(m.start(), m.end(), "clue", kinds[m["part"]]) for m in pattern.finditer(text)))


class ClueReader:
    """Collects the clues of an article's persons."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence, self.text = evidence, evidence.text
        self.short = 12 if evidence.language in VERB_LAST else 30
        self.hits: dict[int, list[tuple[CueHit, str]]] = {}
        for hit in (*evidence.cues, *find_clues(self.text.text, evidence.language)):
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
        self._owner_of: dict[int, list[tuple[int, str, frozenset[int]]]] = {}

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
        self._owned(clues, at, number)

    def _owned(self, clues: Clues, at: int, number: int) -> None:
        """Words of the sentence that are said of the person rather than of those named beside."""
        for (hit, name), (owner, side, group) in zip(self.hits.get(number, ()), self._owners(number), strict=True):
            if owner == at:
                clues.add(f"{name}@o{side}", number)
                if self._quoted(hit):
                    clues.add(f"{name}@q", number)
            elif at in group:
                clues.add(f"{name}@l{side}", number)
            else:
                clues.add(f"{name}@not", number)

    def _owners(self, number: int) -> list[tuple[int, str, frozenset[int]]]:
        """Of each word of a sentence the person it is said of, its side, those named in one list with that person."""
        found = self._owner_of.get(number)
        if found is None:
            here = self.mentions[number]
            groups = self._groups(number)
            found = self._owner_of[number] = []
            for hit, _ in self.hits.get(number, ()):
                before = max((n for n, (s, _) in enumerate(here) if s.end <= hit.start), default=-1)
                after = min((n for n, (s, _) in enumerate(here) if s.start >= hit.end), default=-1)
                if before < 0 or after < 0:
                    owner = max(before, after)
                else:
                    left = self.text.text[here[before][0].end : hit.start]
                    right = self.text.text[hit.end : here[after][0].start]
                    pauses = len(_BREAK.findall(left)) - len(_BREAK.findall(right))
                    owner = before if (pauses, len(left)) <= (0, len(right)) else after
                if owner < 0:  # a word within a name
                    owner = next((n for n, (s, _) in enumerate(here) if s.start <= hit.start < s.end), 0)
                    found.append((here[owner][1], "i", groups[owner]))
                else:
                    found.append((here[owner][1], "a" if owner == before else "b", groups[owner]))
        return found

    def _groups(self, number: int) -> list[frozenset[int]]:
        """By mention the persons named in one list with it: nothing but short words and commas between them."""
        here = self.mentions[number]
        groups: list[set[int]] = []
        for n, (span, who) in enumerate(here):
            gap = self.text.text[here[n - 1][0].end : span.start] if n else ""
            if n and len(gap) <= 12 and not re.search(r"[.;:(]", gap):
                groups[-1].add(who)
                groups.append(groups[-1])
            else:
                groups.append({who})
        return [frozenset(group) for group in groups]

    @cached_property
    def _captors(self) -> bool:
        """Whether a place is named where captors try their captives."""
        return bool(CAPTORS_COURT.search(self.text.text))

    @cached_property
    def _absent(self) -> bool:
        return bool(IN_ABSENCE.search(self.text.text))

    def _quoted(self, hit: CueHit) -> bool:
        return any(start < hit.start < end for start, end in self._quotes)

    @cached_property
    def _quotes(self) -> list[tuple[int, int]]:
        return [match.span() for match in _QUOTE.finditer(self.text.text)]

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
        tried = any(f"{name}@n" in clues.weights for name in TRIAL)
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
            ("tried by captors", tried and self._captors),
            ("tried in absence", tried and self._absent),
            ("tried elsewhere", tried and not self._captors and not self._absent),
        ):
            if holds:
                clues.add(f"is {name}", first)
        if len(person.keys) > 1:
            for mate in evidence.people:
                if mate is not person and len(mate.keys) > 1 and mate.keys[-1] == person.keys[-1]:
                    earlier = mate.spans[0].start < person.spans[0].start
                    clues.add("is namesake of " + ("earlier" if earlier else "later"), first)
