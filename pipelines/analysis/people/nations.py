"""Whose national a person is: chosen among the countries that a text names, by learnt weights.

A country's clues are where its names stand as seen from the person ("b1": before, some characters off), how they are
said (a people's, a state's, an army's, a place gone to), how much of the text is about it, what the rule of the
nearest name says, and whether it is where the text's language is written; they weigh apart for victims, office holders
and others.

In      `Text`, persons, the nationalities it names, the text's language; a person and its role
Out     ISO 3166 code, or None where none is likely
Raises  nothing
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pipelines.analysis.nationalities import NationalityHit
from pipelines.analysis.people.attributes import OFFICES, nearest_nationality, said_of
from pipelines.analysis.people.group import Person
from pipelines.analysis.people.role_rules import VICTIM
from pipelines.analysis.people.text import Text
from pipelines.analysis.weighing import Options, learnt
from pipelines.records import Role

NONE = "none"
_BINS = (1, 6, 18, 40, 80)
_PAUSE = re.compile(r"[,;:.،，。；：、()（）«»“”\"]")
_AT_WAR = frozenset({"RU", "UA"})
_HOME = {"uk": "UA", "ru": "RU", "hi": "IN", "ne": "NP", "ko": "KR", "tr": "TR"}
"""Where most who write in a language write from: their own people's country is often left unsaid."""
_TRADITIONAL = re.compile("[國軍發說這個對時會過還]")


class Nations:
    """Chooses the nationality of a text's persons."""

    def __init__(
        self, text: Text, people: Sequence[Person], hits: Sequence[NationalityHit], language: str = ""
    ) -> None:
        self.text, self.people, self.language = text, people, language
        self.home = ("TW" if _TRADITIONAL.search(text.text) else "CN") if language == "zh" else _HOME.get(language)
        self.hits = [(hit, text.sentence_at(hit.start), said_of(text.text, hit)) for hit in hits]
        self.may = tuple(hit for hit, _, said in self.hits if said not in ("army", "abroad"))
        self.seen = Counter(hit.code for hit, _, said in self.hits if said != "army")
        self.spans = sorted((s.start, s.end) for p in people for s in p.spans)

    def choose(self, person: Person, role: Role) -> str | None:
        """The likeliest nationality of a person of that role."""
        weights = learnt("pipelines.analysis.people", "nations.json", ("nationality",))["nationality"]
        code = weights.choose(self.options(person, role))
        return None if code == NONE else code

    def options(self, person: Person, role: Role) -> Options:
        """The candidates with their clues."""
        group = "victim" if role in VICTIM else "office" if role in OFFICES else "other"
        sentences = {self.text.sentence_at(s.start) for s in person.spans}
        first = min(sentences)
        found: dict[str, set[str]] = {NONE: {"none", f"none of {min(3, len(self.seen))}", f"none {role.value}"}}
        for hit, number, said in self.hits:
            own = found.setdefault(hit.code, set())
            if number in sentences:
                place = self._place(person, hit, number)
                own |= {place, f"{place} {said}", f"{said} here"}
            elif number in (first - 1, first + 1):
                own.add(f"{'prev' if number < first else 'next'} {said}")
            elif number == 0:
                own.add(f"head {said}")
            else:
                own.add(f"text {said}")
        if self.home and not (group == "victim" and self.language == "tr" and self.home not in found):
            said = "said" if self.home in found else "unsaid"
            found.setdefault(self.home, set()).update(
                ("home", f"home {said}", f"home {self.language} {said}", f"home {role.value}")
            )
        rule = nearest_nationality(self.text, person, role, self.may) or NONE
        found.setdefault(rule, set()).add("rule none" if rule == NONE else "rule")
        self._rank(found)
        for code, own in found.items():
            if code in _AT_WAR:
                own.add(f"party {role.value}")
            own |= {f"{group}: {clue}" for clue in own}
        return Options(found)

    def _rank(self, found: dict[str, set[str]]) -> None:
        """Which country the text names most, first, alone."""
        foreign = [code for code in self.seen if code not in _AT_WAR]
        if len(foreign) == 1:
            found[foreign[0]].add("sole foreign")
        if foreign:
            found[max(foreign, key=self.seen.__getitem__)].add("most foreign")
        if self.seen:
            found[max(self.seen, key=self.seen.__getitem__)].add("most")
            found[next(iter(self.seen))].add("first")
        if not foreign:
            found[NONE].add("none foreign")

    def _place(self, person: Person, hit: NationalityHit, number: int) -> str:
        """Where a name of a country stands as seen from the nearest mention in its sentence."""
        best = ""
        least = 10_000
        for span in person.spans:
            if self.text.sentence_at(span.start) != number:
                continue
            if span.start <= hit.start < span.end:
                return "inside"
            before = hit.end <= span.start
            start, end = (hit.end, span.start) if before else (span.end, hit.start)
            if end - start < least:
                least = end - start
                pauses = min(2, len(_PAUSE.findall(self.text.text[start:end])))
                past = any(start <= a and b <= end for a, b in self.spans)
                size = sum(least > limit for limit in _BINS)
                best = f"{'b' if before else 'a'}{size}{'x' if past else '.,;'[pauses]}"
        return best
