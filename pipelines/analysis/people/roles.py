"""What an article says of a person: role, fate, and the sentences that say so.

In      `Text`, persons with their spans, cue words, language
Out     a `Reading` for every person
Raises  nothing
Limits  a reading of word order and nearness, no grammar; every claim carries its sentence and a confidence
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.analysis.people.attributes import Attributes, age_before, read_attributes
from pipelines.analysis.people.cues import CueHit, cue_class
from pipelines.analysis.people.group import Person
from pipelines.analysis.people.public import public_role
from pipelines.analysis.people.role_rules import (
    AGED,
    CALLED,
    CLAUSE,
    HEAD_FIRST,
    KIN,
    NAMED,
    NEGATION,
    OF,
    OF_BODY,
    ONE_OF,
    PASSIVE,
    PRONOUN,
    RANK,
    REPORTING,
    ROLE_OF_FATE,
    VICTIM,
)
from pipelines.analysis.people.spans import NameSpan
from pipelines.analysis.people.text import Text
from pipelines.analysis.people.words import word_index
from pipelines.records import Role, Status


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


def read_people(text: Text, people: Sequence[Person], cues: Sequence[CueHit], language: str) -> list[Reading]:
    """A reading for every person, in their order."""
    reader = _Reader(text, people, cues, language)
    return [reader.read(person) for person in people]


class _Reader:
    """The cues of one article by sentence, and the questions asked of them."""

    def __init__(self, text: Text, people: Sequence[Person], cues: Sequence[CueHit], language: str) -> None:
        self.text, self.people, self.language = text, people, language
        inside = [(s.start, s.end) for p in people for s in p.spans]
        self.cues = [c for c in cues if not any(a < c.end and c.start < b for a, b in inside)]
        self.by_sentence: dict[int, list[CueHit]] = {}
        for cue in self.cues:
            self.by_sentence.setdefault(text.sentence_at(cue.start), []).append(cue)
        self.spans = sorted((s for p in people for s in p.spans), key=lambda s: s.start)
        renamed = word_index("pseudonym").find(text.text)
        self.renamed = {text.sentence_at(hit.start) for hit in renamed}
        self.counts = Counter(c.value for c in self.cues if c.kind == "fate")

    def read(self, person: Person) -> Reading:
        """Role, fate and attributes of one person."""
        names = (person.name, *person.aliases)
        public = public_role(names)
        titles = self.titles(person)
        aged = any(self._introduced(s) for s in person.spans)
        speaks = [] if aged else [s for s in person.spans if self.speaks(s)]
        if any(self._kin(s) for s in person.spans):
            titles.append(Claim("family", 0.8, self.text.sentence_at(person.spans[0].start)))
        fates = self.fates(person, bool(speaks))
        reading = self._decide(public, titles, fates, bool(speaks), person)
        victim = reading.role in VICTIM
        if not victim:
            reading = replace(
                reading,
                status=None if reading.role is not Role.RECRUITER else reading.status,
                status_quote=None if reading.role is not Role.RECRUITER else reading.status_quote,
            )
        attributes = read_attributes(self.text, person, self.language, victim, reading.role is Role.CAPTIVE)
        renamed = any(self.text.sentence_at(s.start) in self.renamed for s in person.spans) or (
            victim and len(person.keys) == 1 and bool(self.renamed)
        )
        return replace(
            reading,
            attributes=attributes,
            in_captivity_statement=reading.role is Role.CAPTIVE and bool(speaks),
            pseudonym=renamed,
        )

    def _decide(
        self, public: Role | None, titles: list[Claim], fates: list[Claim], speaks: bool, person: Person
    ) -> Reading:
        title = max(titles, key=lambda c: c.score, default=None)
        fate = max(fates, key=lambda c: c.score, default=None)
        if fate and fate.value in {"deceived", "recruited", "fighting"}:
            fate = max(
                (c for c in fates if c.value == "captured" and c.score >= 0.3), key=lambda c: c.score, default=fate
            )
        status = Status(fate.value) if fate and fate.score >= 0.3 else None
        quote = self.text.sentence(fate.sentence) if fate and status else None
        negated = bool(
            fate and fate.hit and NEGATION.search(self.text.text[max(0, fate.hit.start - 14) : fate.hit.start])
        )
        if public:
            number = self.text.sentence_at(person.spans[0].start)
            return Reading(public, None, 0.95, self.text.sentence(title.sentence if title else number))
        if (
            title
            and Role(title.value) not in VICTIM
            and title.score >= 0.5
            and not (fate and fate.score > title.score + 0.45)
        ):
            accused = Status.ACCUSED if title.value == "recruiter" else None
            return Reading(
                Role(title.value),
                accused,
                min(0.95, title.score),
                self.text.sentence(title.sentence),
                self.text.sentence(title.sentence) if accused else None,
            )
        if fate:
            role = self._victim_role(title, fate, fates)
            return Reading(
                role,
                status,
                round(min(0.9, 0.35 + fate.score / 2.2), 2),
                self.text.sentence(fate.sentence),
                quote,
                negated,
            )
        if title:
            role = Role(title.value)
            status = Status.CAPTURED if role is Role.CAPTIVE else None
            return Reading(
                role,
                status,
                min(0.9, title.score),
                self.text.sentence(title.sentence),
                self.text.sentence(title.sentence) if status else None,
            )
        return self._default(speaks, person)

    def _victim_role(self, title: Claim | None, fate: Claim, fates: list[Claim]) -> Role:
        """Role of somebody whom something befell; a title of captive outranks what the word of fate alone would say."""
        role = ROLE_OF_FATE[fate.value]
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

    def _default(self, speaks: bool, person: Person) -> Reading:
        """What the article as a whole makes likely when nothing near the name speaks."""
        sentence = self.text.sentence(self.text.sentence_at(person.spans[0].start))
        if speaks and (
            self.counts["captured"] < 2 or any(OF_BODY.match(text_after(self.text.text, s)) for s in person.spans)
        ):
            return Reading(Role.OFFICIAL, None, 0.35, sentence)
        near = [
            (v, n)
            for v, n in self.counts.items()
            if v in {"captured", "killed", "recruited", "deceived", "missing", "on_trial", "sentenced"}
        ]
        if near:
            value = max(near, key=lambda x: (x[1], RANK[x[0]]))[0]
            role = ROLE_OF_FATE[value]
            return Reading(
                role,
                Status.CAPTURED if role is Role.CAPTIVE else None,
                0.25,
                sentence,
                sentence if role is Role.CAPTIVE else None,
            )
        return Reading(Role.OTHER, None, 0.2, sentence)

    def titles(self, person: Person) -> list[Claim]:
        """Titles and roles that stand before or after the person's mentions."""
        found: list[Claim] = []
        for span in person.spans:
            number = self.text.sentence_at(span.start)
            cues = [c for c in self.by_sentence.get(number, []) if c.kind == "title"]
            found += self._before(span, cues, number)
            found += self._after(span, cues, number)
        return found

    def _between(self, start: int, end: int) -> bool:
        """Whether another mention lies between two offsets."""
        return any(start <= s.start and s.end <= end for s in self.spans)

    def _before(self, span: NameSpan, cues: list[CueHit], number: int) -> list[Claim]:
        whole = self.text.text
        chain: list[tuple[CueHit, float]] = []
        for cue in cues:
            gap = CALLED.sub("", whole[cue.end : span.start])
            if (
                cue.end > span.start
                or len(gap) > 90
                or self._between(cue.end, span.start)
                or re.search(r"[;:.]\s|[()（]", gap.rstrip("(（:"))
            ):
                continue
            if self._named_before(cue, gap):
                chain.append((cue, 0.88))
            elif not gap.strip(' ,"“«:') and not OF.search(gap):
                score = 1.0 if cue.value != "family" or not gap.strip() or "," in gap else 0.9
                chain.append((cue, score))
            elif not OF.search(gap) and self._title_words(gap):
                chain.append((cue, 0.85 - 0.003 * len(gap)))
        if not chain:
            return []
        strong = [c for c in chain if c[0].value not in {"fighter", "captive", "recruit"}] or chain
        best = (
            min(strong, key=lambda c: c[0].start)
            if self.language in HEAD_FIRST
            else max(strong, key=lambda c: (c[0].end, c[0].end - c[0].start))
        )
        longer = [c for c in chain if c[0].start <= best[0].start and c[0].end >= best[0].end and c[0] != best[0]]
        best = max([best, *longer], key=lambda c: c[0].end - c[0].start)
        if (
            self.language in {"zh", "ko", "ne", "hi", "tr"}
            and best[1] < 0.9
            and len(whole[best[0].end : span.start]) > 20
        ):
            return []
        return [Claim(best[0].value, best[1], number, best[0])]

    def _named_before(self, cue: CueHit, gap: str) -> bool:
        """`Nepal's ambassador to Germany, Jane Roe,`: a title with its complement, then a comma and the name; `recruited by Russian national Jane Roe`."""  # noqa: E501
        if (
            cue.value == "recruiter"
            and len(gap) <= 34
            and self.text.text[cue.start : cue.end].lower().endswith((" by", " por", " par", " von"))
            and "," not in gap
        ):
            return True
        bare = gap.rstrip()
        if (
            not bare.endswith((",", "，"))
            or "," in bare[:-1]
            or len(bare) < 4
            or cue.value in {"captive", "fighter", "recruit"}
        ):
            return False
        start = self.text.sentences[self.text.sentence_at(cue.start)][0]
        before = self.text.text[start : cue.start]
        return len(before.split()) <= 7 and "," not in before and not any(self._is_say(w) for w in bare.split())

    def _title_words(self, gap: str) -> bool:
        """Whether the words between a title and a name belong to the title: capitalised or joining words, or a short genitive."""  # noqa: E501
        if "," in gap:
            return False
        words = gap.split()
        if not words or len(words) > 8:
            return False
        if self.language in {"zh", "ko"}:
            return len(gap) <= 8
        if self.language in {"ar", "ne", "hi"}:
            return len(words) <= 3 and not any(self._is_say(w) for w in words)
        lower = [
            w
            for w in words
            if w[:1].islower()
            and w.lower()
            not in {
                "of",
                "the",
                "for",
                "and",
                "on",
                "de",
                "la",
                "del",
                "du",
                "des",
                "da",
                "do",
                "dos",
                "los",
                "las",
                "et",
                "y",
                "e",
                "з",
                "та",
                "і",
                "и",
                "по",
                "у",
                "в",
                "für",
                "der",
            }
        ]
        allowed = {"uk": 3, "ru": 3, "es": 2, "fr": 2, "pt": 2}.get(self.language, 0)
        return len(lower) <= allowed and not any(self._is_say(w, "S" if allowed == 3 else "SK") for w in words)

    def _is_say(self, word: str, classes: str = "SK") -> bool:
        found = cue_class(word.strip(" ,."))
        return bool(found) and found in classes

    def _after(self, span: NameSpan, cues: list[CueHit], number: int) -> list[Claim]:
        whole = self.text.text
        rest = whole[span.end : span.end + 2]
        if rest in ("'s", "’s"):
            return []
        korean = self.language in {"ko", "ne", "hi"}
        opened = re.match(
            r"\s*(?:,|\(|（|，|–|—|-\s|،|是|of\b|from\b|is\b|was\b|ist\b|est\b|es\b|é\b)",
            whole[span.end : span.end + 8],
        )
        best: Claim | None = None
        for cue in cues:
            gap = whole[span.end : cue.start]
            if cue.start < span.end or self._between(span.end, cue.start):
                continue
            if not gap.strip() and (
                korean or "_" in cue.value or len(whole[cue.start : cue.end].split()) > 2 or self.language == "ar"
            ):
                score = 0.95
            elif (
                opened
                and len(gap) <= 60
                and not re.search(r"[;.]\s|[)）](?!\s*,)", gap)
                and not re.search(r",\s+(?:and|y|et|und|та|и)\s", gap)
            ):
                score = 0.9 - 0.006 * len(gap)
                if REPORTING.search(gap):
                    continue
                if any(c.kind == "say" and span.end <= c.start < cue.start for c in self.by_sentence.get(number, [])):
                    continue
                if cue.value == "family" and re.search(
                    r"\b(?:his|her|their|whose|seine?|ihre?|su|sa|son|його|її|его|ее|чия|чья)\s*$", gap
                ):
                    continue
            else:
                continue
            if best is None or score > best.score:
                best = Claim(cue.value, score, number, cue)
        return [best] if best else []

    def speaks(self, span: NameSpan) -> bool:
        """Whether the person is the one who says something: a say verb beside the name, no other name between."""
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

    def _introduced(self, span: NameSpan) -> bool:
        """Whether a mention says who somebody new is: an age, `named`, `one of them`; officials are not introduced so."""  # noqa: E501
        before = self.text.text[max(0, span.start - 40) : span.start]
        if AGED.match(text_after(self.text.text, span)) or NAMED.search(before) or ONE_OF.search(before):
            return True
        return age_before(before) is not None

    def _kin(self, span: NameSpan) -> bool:
        """`Jane Roe said her son …`: somebody who speaks of a child, husband, brother."""
        end = self.text.sentences[self.text.sentence_at(span.start)][1]
        return self.speaks(span) and bool(KIN.search(self.text.text[span.end : min(end, span.end + 70)]))

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
        if CLAUSE.search(gap):
            score -= 0.3
        others = [s for s in self.spans if first <= s.start and s.end <= last]
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
