"""What the rules of word order say of a person: role and fate, one clue among others for `roles`.

In      an article's `Evidence`, a person
Out     a `Verdict`, with the claims it was chosen from
Raises  nothing
Limits  a reading of word order and nearness, no grammar
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipelines.analysis.people.evidence import Claim, text_after
from pipelines.analysis.people.fates import Fates
from pipelines.analysis.people.group import Person
from pipelines.analysis.people.public import public_role
from pipelines.analysis.people.role_rules import (
    ACCUSES,
    CAME_BACK,
    CAPTORS_COURT,
    IN_ABSENCE,
    MILITARY_RANK,
    NEGATION,
    OF_BODY,
    OF_RECRUITING,
    RANK,
    RECRUITED_BY,
    ROLE_OF_FATE,
    VICTIM,
)
from pipelines.analysis.people.titles import Titles
from pipelines.records import Role, Status


@dataclass(frozen=True, slots=True)
class Verdict:
    """Role and status of one person by the rules; sentences by number."""

    role: Role = Role.OTHER
    status: Status | None = None
    confidence: float = 0.3
    sentence: int = 0
    status_sentence: int | None = None
    negated: bool = False
    public: bool = False
    claims: tuple[Claim, ...] = ()


class Rules(Titles, Fates):
    """Decides between what titles and fates say."""

    def verdict(self, person: Person) -> Verdict:
        """Role and status of one person."""
        public = public_role((person.name, *person.aliases))
        titles = self.titles(person)
        aged = any(self.introduced(s) for s in person.spans)
        speaks = [] if aged else [s for s in person.spans if self.speaks(s)]
        if any(self.kin(s) for s in person.spans):
            titles.append(Claim("family", 0.8, self.text.sentence_at(person.spans[0].start)))
        accused = self.accused_of_recruiting(person)
        titles += accused
        fates = self.fates(person, bool(speaks))
        if not titles and speaks and max((c.score for c in fates), default=0) < 0.3 and self._shares_surname(person):
            titles.append(Claim("family", 0.6, self.text.sentence_at(person.spans[0].start)))
        found = self._decide(public, titles, fates, bool(speaks), person)
        if found.role not in VICTIM and found.role is not Role.RECRUITER:
            found = replace(found, status=None, status_sentence=None)
        return replace(found, public=public is not None, claims=(*titles, *fates))

    def _shares_surname(self, person: Person) -> bool:
        """Whether somebody else of the same surname is spoken of, and a relative."""
        return (
            len(person.keys) > 1
            and any(len(p.keys) > 1 and p is not person and p.keys[-1] == person.keys[-1] for p in self.people)
            and any(c.kind == "title" and c.value == "family" for c in self.cues)
        )

    def _decide(
        self, public: Role | None, titles: list[Claim], fates: list[Claim], speaks: bool, person: Person
    ) -> Verdict:
        title = max(titles, key=lambda c: c.score, default=None)
        fate = _main_fate(fates)
        status = Status(fate.value) if fate and fate.score >= 0.3 else None
        place = fate.sentence if fate and status else None
        negated = bool(
            fate and fate.hit and NEGATION.search(self.text.text[max(0, fate.hit.start - 14) : fate.hit.start])
        )
        if public:
            number = self.text.sentence_at(person.spans[0].start)
            return Verdict(public, None, 0.95, title.sentence if title else number)
        if (
            title
            and Role(title.value) not in VICTIM
            and title.score >= 0.5
            and not (fate and fate.score > title.score + (-0.45 if self._mere_rank(title) else 0.45))
        ):
            accused = Status.ACCUSED if title.value == "recruiter" else None
            return Verdict(
                Role(title.value),
                accused,
                min(0.95, title.score),
                title.sentence,
                title.sentence if accused else None,
            )
        if fate:
            role = self._victim_role(title, fate, fates)
            if role is Role.CAPTIVE and status is None and not negated:
                status, place = Status.CAPTURED, fate.sentence
            return Verdict(
                role,
                status,
                round(min(0.9, 0.35 + fate.score / 2.2), 2),
                fate.sentence,
                place,
                negated,
            )
        if title:
            role = Role(title.value)
            status = Status.CAPTURED if role is Role.CAPTIVE else None
            return Verdict(
                role,
                status,
                min(0.9, title.score),
                title.sentence,
                title.sentence if status else None,
            )
        return self._default(speaks, person)

    def _for_recruiting(self, fate: Claim) -> bool:
        """Whether somebody is arrested, charged or sentenced for recruiting others: headline and sentence say so."""
        sentence = self.text.sentence(fate.sentence)
        headline = self.text.sentence(0)
        return (
            bool(ACCUSES.search(sentence) or fate.value in {"sentenced", "on_trial", "accused"})
            and bool(OF_RECRUITING.search(headline))
            and (bool(OF_RECRUITING.search(sentence)) or fate.sentence <= 2)
            and not RECRUITED_BY.search(sentence)
        )

    def _mere_rank(self, title: Claim) -> bool:
        """Whether a commander's title is nothing but a rank."""
        hit = title.hit
        return bool(title.value == "commander" and hit and MILITARY_RANK.fullmatch(self.text.text[hit.start : hit.end]))

    def _victim_role(self, title: Claim | None, fate: Claim, fates: list[Claim]) -> Role:
        """Role of somebody whom something befell; a title of captive outranks what the word of fate alone would say."""
        role = ROLE_OF_FATE[fate.value]
        if fate.value in {"sentenced", "on_trial", "accused", "captured"} and self._for_recruiting(fate):
            return Role.RECRUITER
        if fate.value in {"sentenced", "on_trial"} and (
            IN_ABSENCE.search(self.text.text)
            or not (self.counts["captured"] or self.counts["exchanged"] or CAPTORS_COURT.search(self.text.text))
        ):
            return Role.FIGHTER
        values = {c.value for c in fates if c.score > fate.score - 0.5}
        if title and title.value == "captive" and fate.value not in {"killed", "missing"}:
            return Role.CAPTIVE
        if role is Role.RECRUITER and not (self.counts["recruited"] or self.counts["deceived"]):
            return Role.CAPTIVE if "captured" in values else Role.OTHER
        if role is Role.FIGHTER and fate.value == "returned" and self.counts["captured"] > 2 * self.counts["recruited"]:
            return Role.CAPTIVE
        if fate.value == "returned" and values & {"recruited", "deceived"}:
            return Role.RECRUIT
        if role is Role.RECRUIT and any(c.value == "captured" and c.score >= 0.3 for c in fates):
            return Role.CAPTIVE
        if role is Role.RECRUIT and title and title.value == "fighter":
            return Role.FIGHTER
        return role

    def _default(self, speaks: bool, person: Person) -> Verdict:
        """What the article as a whole makes likely when nothing near the name speaks."""
        sentence = self.text.sentence_at(person.spans[0].start)
        if speaks and (
            self.counts["captured"] < 2 or any(OF_BODY.match(text_after(self.text.text, s)) for s in person.spans)
        ):
            return Verdict(Role.OFFICIAL, None, 0.35, sentence)
        near = [
            (v, n)
            for v, n in self.counts.items()
            if v in {"captured", "killed", "recruited", "deceived", "missing", "on_trial", "sentenced"}
        ]
        if near:
            value = max(near, key=lambda x: (x[1], RANK[x[0]]))[0]
            role = ROLE_OF_FATE[value]
            return Verdict(
                role,
                Status.CAPTURED if role is Role.CAPTIVE else None,
                0.25,
                sentence,
                sentence if role is Role.CAPTIVE else None,
            )
        return Verdict(Role.OTHER, None, 0.2, sentence)


def _main_fate(fates: list[Claim]) -> Claim | None:
    """The fate that speaks loudest; captivity outranks how it began, an exchange the way home."""
    fate = max(fates, key=lambda c: c.score, default=None)
    if fate and fate.value in {"deceived", "recruited", "fighting"}:
        fate = max((c for c in fates if c.value == "captured" and c.score >= 0.3), key=lambda c: c.score, default=fate)
    if fate and fate.value in CAME_BACK:
        fate = next((c for c in fates if c.value == "exchanged" and c.score >= 0.3), fate)
    return fate
