"""Whether two articles report one event: how much they share, weighed, and what speaks against it.

In      the `Signs` of two articles
Out     `evidence`: the weight of what two share, its witnesses, and the words that say why
Units   weights are points; two reports are one event from `ENOUGH` points on, with `WITNESSES` that stand alone
Rules   what stands in front of both articles counts full: persons, counts and numbers further down are background,
        which the next report of the same war repeats. Topics (countries, offices, places, words) are no witnesses:
        other events share them. Where the days of publication are near, one witness is enough; a text in common is
        always. Other days, counts or fates in front speak against it
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from pipelines.analysis import names
from pipelines.analysis.story_signs import SKETCH, Signs, person_sign

__all__ = ["ENOUGH", "SURE", "Evidence", "evidence"]

ENOUGH = 3.0
SURE = 4.5
"""From so many points on one other report is witness enough; below, a story of several needs a second."""

WITNESSES = 2.0
NEAR_DAYS = 2
"""Days between two reports up to which one witness is enough."""

FADING = 0.5
"""Points lost for each day beyond `NEAR_DAYS` between two reports: the same people come into the news again."""

NEAR_EQUAL = 0.6
TOPICS = 2.0
"""The most points that countries, offices, places and words in common can give."""

BEHIND = 0.5
"""What a person counts who stands in front of one article only; of neither: the square of it."""

SEVERAL = 3
"""So many countries together are seldom named by chance."""

_BEFALLS = frozenset({"freed", "dead", "court"})
"""Fates that are news; that somebody was recruited or is held stands in reports of anything else."""

_CLOSE = 0.75
"""Score from which names that `compare` calls possible speak for one person: other letters, not another name."""

_UNSPACED = re.compile("[\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much two articles share. `same_text`: their words are the same; then nothing else is asked."""

    points: float = 0.0
    witnesses: float = 0.0
    why: str = ""
    same_text: bool = False
    near: bool = False
    """Whether both came out at about the same time, as far as the pages say."""

    @property
    def enough(self) -> bool:
        """Whether the two report one event, as far as two can say it."""
        needed = WITNESSES / 2 if self.near else WITNESSES
        return self.same_text or (self.points >= ENOUGH and self.witnesses >= needed)


@dataclass(frozen=True, slots=True)
class _Shared:
    """One kind of sign in common: its points, how many witnesses it is, and the words for it."""

    points: float
    witnesses: float
    words: str


def similarity(one: frozenset[int], other: frozenset[int]) -> float:
    """How much two sketches share, 0-1: the bottom of their union that stands in both."""
    if not one or not other:
        return 0.0
    bottom = sorted(one | other)[:SKETCH]
    return sum(1 for value in bottom if value in one and value in other) / len(bottom)


def evidence(one: Signs, other: Signs) -> Evidence:
    """What two articles share, weighed. The same from either side."""
    if (one.text and one.text == other.text) or (one.cluster is not None and one.cluster == other.cluster):
        return Evidence(10.0, 9.0, "same text", same_text=True)
    near = similarity(one.sketch, other.sketch)
    if near >= NEAR_EQUAL:
        return Evidence(10.0, 9.0, f"nearly the same text ({near:.2f})", same_text=True)
    anchors = [found for found in _anchors(one, other) if found.points > 0]
    topics = [found for found in _topics(one, other) if found.points > 0]
    against = [words for words in _against(one, other) if words]
    dated, apart = one.dated and other.dated, _apart(one, other)
    points = sum(found.points for found in anchors) + min(TOPICS, sum(found.points for found in topics))
    points -= FADING * max(0, apart - NEAR_DAYS) + len(against)
    witnesses = sum(found.witnesses for found in (*anchors, *topics)) - len(against)
    said = ", ".join([*(found.words for found in (*anchors, *topics)), *(f"but {words}" for words in against)])
    close = dated and apart <= NEAR_DAYS
    return Evidence(round(points, 2), witnesses, f"{said} in common ({points:.1f} points)", near=close)


def _apart(one: Signs, other: Signs) -> int:
    return abs(one.day - other.day) if one.day is not None and other.day is not None else 0


# ── what can stand for the event ────────────────────────────────────────────


def _anchors(one: Signs, other: Signs) -> Iterable[_Shared]:
    yield _persons(one, other)
    yield _figures(one, other)
    days = len(one.front_days & other.front_days)
    yield _Shared(min(1.5, 1.0 * days), float(min(1, days)), _several(days, "day"))
    countries = one.countries & other.countries
    if len(countries) >= SEVERAL:
        yield _Shared(0.75 * len(countries), len(countries) - 2.0, ", ".join(sorted(countries)))


def _persons(one: Signs, other: Signs) -> _Shared:
    front = _same_persons(one.front_persons, other.front_persons)
    half = max(
        _same_persons(one.front_persons, other.persons), _same_persons(one.persons, other.front_persons), key=sum
    )
    every = _same_persons(one.persons, other.persons)
    points = sum(front) + BEHIND * max(0.0, sum(half) - sum(front)) + BEHIND**2 * max(0.0, sum(every) - sum(half))
    whole, part = (sum(1 for weight in weights if weight >= 1.5) for weights in (front, half))
    # names alone, however many, are one kind of evidence: a report of other things may list the same captives
    most = 2.0 if one.countries & other.countries else 1.5
    return _Shared(min(4.0, points), min(most, whole + BEHIND * max(0, part - whole)), _several(len(every), "person"))


def _figures(one: Signs, other: Signs) -> _Shared:
    """Numbers in common, and counts of people of one nation in one fate, which weigh more than bare numbers."""
    numbers, claims = one.front_numbers & other.front_numbers, _same_claims(one.front_counts, other.front_counts)
    behind = (one.numbers & other.numbers) - numbers
    weights = sorted((_weight(number) for number in numbers), reverse=True)
    points = sum(weights) + sum(weight for _, weight in claims) + 0.25 * sum(map(_weight, behind))
    # a count that is a rare number too is both who and how many; two numbers, one rare, do not meet by chance
    told = {low for low, _ in claims}
    witnesses = sum(0.5 * weight for weight in weights) + sum(weight for _, weight in claims)
    if len(weights) >= 2 and weights[0] >= 2.0:
        witnesses = max(witnesses, 2.0)
    count = max(len(numbers | told | behind), len(claims))
    return _Shared(min(4.0, points), min(3.0, witnesses), _several(count, "number"))


def _same_claims(one: Collection[str], other: Collection[str]) -> list[tuple[int, float]]:
    """The counts that both state: number and weight; a nation that one of them leaves out is no contradiction."""
    found: dict[int, float] = {}
    for claim in one:
        low, fate, nation = claim.split(":")
        for another in other:
            low2, fate2, nation2 = another.split(":")
            if low == low2 and fate == fate2 and (fate or nation) and (nation == nation2 or not (nation and nation2)):
                found[int(low)] = max(found.get(int(low), 0.0), 1.0 if fate and nation == nation2 != "" else 0.5)
    return sorted(found.items())


# ── what only says that both are of one topic ───────────────────────────────


def _topics(one: Signs, other: Signs) -> Iterable[_Shared]:
    officials = len(one.officials & other.officials)
    yield _Shared(min(1.0, 0.5 * officials), 0.0, _several(officials, "official"))
    countries = one.countries & other.countries
    if len(countries) < SEVERAL:
        yield _Shared(0.5 * len(countries), 0.0, ", ".join(sorted(countries)))
    named = len(one.names & other.names)
    yield _Shared(min(1.0, 0.25 * named), 0.0, _several(named, "name"))
    shortest = min(len(one.words), len(other.words))
    if one.language == other.language and shortest >= 15:
        share = len(one.words & other.words) / shortest
        yield _Shared(min(1.0, 4 * (share - 0.2)), 1.0 if share >= 0.45 else 0.0, f"{share:.0%} of the words")
    if one.dated and other.dated and _apart(one, other) <= 1:
        yield _Shared(0.5, 0.0, "the day of publication")


# ── what speaks against it ──────────────────────────────────────────────────


def _against(one: Signs, other: Signs) -> Iterable[str]:
    if one.front_days and other.front_days and not one.front_days & other.front_days:
        yield "other days"
    fates, others = one.fates & _BEFALLS, other.fates & _BEFALLS
    if fates and others and not fates & others:
        yield "another fate"
    persons = _same_persons(one.front_persons, other.front_persons)
    if one.front_persons and other.front_persons and not persons:
        yield "other persons"
    # of one and the same captive, another count is an update
    if not persons and _other_counts(one, other):
        yield "other counts"


def _other_counts(one: Signs, other: Signs) -> bool:
    """Whether both count people of one fate and nation, and none of the numbers is the same."""
    numbers = one.front_numbers & other.front_numbers
    if _same_claims(one.front_counts, other.front_counts) or any(_weight(number) >= 1 for number in numbers):
        return False
    kinds = [{claim.split(":", 1)[1] for claim in signs.front_counts} for signs in (one, other)]
    return any(not kind.startswith(":") for kind in kinds[0] & kinds[1])


# ── weights ─────────────────────────────────────────────────────────────────


def _same_persons(one: Iterable[str], other: Collection[str]) -> list[float]:
    """The points of each person whom both name, in whatever script and spelling."""
    found, free = [], set(other)
    for name in sorted(one):
        best = max(((_same_person(name, another), another) for another in free), default=(0.0, ""))
        if best[0] > 0:
            found.append(best[0])
            free.discard(best[1])
    return found


def _full(name: str) -> bool:
    """Whether a name is more than a surname or a first name."""
    return len(name.split()) > 1 or bool(_UNSPACED.search(name))


@lru_cache(maxsize=200_000)
def _same_person(one: str, other: str) -> float:
    if person_sign(one) == person_sign(other):
        return 2.0 if _full(one) and _full(other) else 1.0
    if not names.keys(one) & names.keys(other):
        return 0.0
    score = names.compare(one, other)
    return 2.0 if score.grade == "likely" else 1.5 if score.grade == "possible" and score.score >= _CLOSE else 0.0


def _weight(number: int) -> float:
    """How seldom two reports of different events share a number: 1417 hardly ever, 20 or 300 often."""
    if number >= 100 and number % 10:
        return 2.0
    return 0.5 if number % 100 == 0 or (number < 100 and number % 10 == 0) else 1.0


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
