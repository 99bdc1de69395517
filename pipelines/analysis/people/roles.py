"""What an article says of a person: role, fate, and the sentences that say so.

In      `Text`, persons with their spans, cue words, language
Out     a `Reading` for every person
Raises  nothing
Limits  learnt from kinds of words and their places, no grammar; every claim carries its sentence and a probability
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipelines.analysis import nationalities
from pipelines.analysis.people.attributes import Attributes, read_attributes
from pipelines.analysis.people.choice import NONE, Choice, Model, model
from pipelines.analysis.people.clues import ClueReader, Clues
from pipelines.analysis.people.cues import CueHit
from pipelines.analysis.people.group import Person
from pipelines.analysis.people.nations import Nations
from pipelines.analysis.people.role_rules import VICTIM
from pipelines.analysis.people.text import Text
from pipelines.analysis.people.verdict import Rules, Verdict
from pipelines.records import Role, Status

RULES = 0.5
"""What the rules' verdict weighs: they were made from some of the texts that are learnt from."""
ACCUSED = frozenset({"accused", "on_trial", "sentenced", "held", NONE})
"""What may be said of a recruiter."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the article says of one person."""

    role: Role = Role.OTHER
    status: Status | None = None
    confidence: float = 0.3
    role_quote: str | None = None
    status_quote: str | None = None
    negated: bool = False
    in_captivity_statement: bool = False
    pseudonym: bool = False
    attributes: Attributes = Attributes()


def read_people(text: Text, people: Sequence[Person], cues: Sequence[CueHit], language: str) -> list[Reading]:
    """A reading for every person, in their order."""
    if not people:
        return []
    rules = Rules(text, people, cues, language)
    nations = Nations(text, people, nationalities.find(text.text, language), language)
    found = gather(rules)
    look_again(people, found)
    return [
        _read(rules, person, verdict, clues, nations) for person, (verdict, clues) in zip(people, found, strict=True)
    ]


def gather(rules: Rules) -> list[tuple[Verdict, Clues]]:
    """For every person what the rules say, and all clues to it: words, the rules' claims, what the others are."""
    people = rules.people
    verdicts = [rules.verdict(person) for person in people]
    reader, others = ClueReader(rules), _Others(people, [verdict.role.value for verdict in verdicts])
    found = []
    for at, verdict in enumerate(verdicts):
        clues = reader.read(at)
        for claim in verdict.claims:
            clues.add(f"claim {claim.value}", claim.sentence, claim.score)
        clues.add(f"rule {verdict.role.value}", verdict.sentence, RULES)
        clues.add(f"rule sure {verdict.role.value}", verdict.sentence, RULES * verdict.confidence)
        if verdict.status and verdict.status_sentence is not None:
            clues.add(f"rule status {verdict.status.value}", verdict.status_sentence)
        for kind, role in others.seen_by(at):
            clues.add(f"{kind} {role}", verdict.sentence, RULES)
        found.append((verdict, clues))
    return found


class _Others:
    """Whom else an article names: their roles, and which of them bear whose surname."""

    def __init__(self, people: Sequence[Person], roles: Sequence[str]) -> None:
        self._families: dict[str, list[int]] = {}
        for at, person in enumerate(people):
            if len(person.keys) > 1:
                self._families.setdefault(person.keys[-1], []).append(at)
        self._family = {at: family for family in self._families.values() for at in family}
        self._roles = roles
        self._first: dict[str, list[int]] = {}
        for at, role in enumerate(roles):
            self._first.setdefault(role, []).append(at)

    def mates(self, at: int) -> list[int]:
        """Who else bears somebody's surname."""
        return [other for other in self._family.get(at, ()) if other != at]

    def seen_by(self, at: int) -> list[tuple[str, str]]:
        """The roles of all "other" persons and of the "mate"s, in the order in which the article names these."""
        mates: dict[str, int] = {}
        for mate in self.mates(at):
            mates.setdefault(self._roles[mate], mate)
        others = [(next((n for n in named[:2] if n != at), None), role) for role, named in self._first.items()]
        seen = [(first, 0, "other", role) for role_first, role in others if (first := role_first) is not None]
        seen += [(first, 1, "mate", role) for role, first in mates.items()]
        return [(kind, role) for _, _, kind, role in sorted(seen)]


def look_again(people: Sequence[Person], found: Sequence[tuple[Verdict, Clues]], first: Model | None = None) -> None:
    """Add to the clues what a first look makes likely of each person, of the others, of the neighbours."""
    first = first or model("first")
    looks = np.array([_look(first, verdict, clues) for verdict, clues in found])
    family = _Others(people, [""] * len(people))
    before = np.maximum.accumulate(looks, axis=0)
    after = np.maximum.accumulate(looks[::-1], axis=0)[::-1]
    names = [(kind, [f"2 {kind} {role}" for role in first.labels]) for kind in _SEEN]
    last = len(people) - 1
    for at, (_, clues) in enumerate(found):
        seen = {"self": looks[at]}
        if at:
            seen["before"] = looks[at - 1]
        if at < last:
            seen["after"] = looks[at + 1]
        if last:
            sides = [before[at - 1]] * (at > 0) + [after[min(at + 1, last)]] * (at < last)
            seen["other"] = np.maximum(sides[0], sides[-1])
        if mates := family.mates(at):
            seen["mate"] = looks[mates].max(axis=0)
        for kind, clue_names in names:
            for name, share in zip(clue_names, seen[kind].tolist() if kind in seen else (), strict=kind in seen):
                clues.add(name, 0, share)


_SEEN = ("self", "before", "after", "other", "mate")


def _look(first: Model, verdict: Verdict, clues: Clues) -> np.ndarray:
    if verdict.public:
        return np.array([float(label == verdict.role) for label in first.labels])
    return first.shares(clues)


def choose_role(verdict: Verdict, clues: Clues) -> Choice:
    """The likeliest role; those whom everybody knows have theirs."""
    if verdict.public:
        return Choice(verdict.role.value, verdict.confidence, verdict.sentence)
    return model("role").choose(clues)


def choose_status(role: Role, verdict: Verdict, clues: Clues, statuses: Model) -> Choice:
    """What befell somebody of that role: a captive was captured if nothing else is said."""
    if verdict.public or (role not in VICTIM and role is not Role.RECRUITER):
        return Choice(NONE, 1.0, None)
    clues.add(f"role {role.value}", verdict.sentence)
    fate = statuses.choose(clues, ACCUSED if role is Role.RECRUITER else None)
    if role is Role.CAPTIVE and fate.label == NONE and not verdict.negated:
        return replace(fate, label=Status.CAPTURED.value)
    return fate


def _read(rules: Rules, person: Person, verdict: Verdict, clues: Clues, nations: Nations) -> Reading:
    text = rules.text
    choice = choose_role(verdict, clues)
    role = Role(choice.label)
    victim, captive = role in VICTIM, role is Role.CAPTIVE
    fate = choose_status(role, verdict, clues, model("status"))
    status = None if fate.label == NONE else Status(fate.label)
    first = text.sentence_at(person.spans[0].start)
    told = first if choice.sentence is None else choice.sentence
    fated = told if fate.sentence is None else fate.sentence
    renamed = any(text.sentence_at(s.start) in rules.renamed for s in person.spans) or (
        victim and len(person.keys) == 1 and bool(rules.renamed)
    )
    return Reading(
        role=role,
        status=status,
        confidence=round(choice.probability, 2),
        role_quote=text.sentence(told),
        status_quote=text.sentence(fated) if status else None,
        negated=verdict.negated,
        in_captivity_statement=captive and any(rules.speaks(s) for s in person.spans),
        pseudonym=renamed,
        attributes=read_attributes(text, person, rules.language, role, nations.choose(person, role)),
    )
