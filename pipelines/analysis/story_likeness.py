"""What two articles share and where they contradict each other, as numbers that `story_evidence` weighs.

In      the `Signs` of two articles
Out     `likeness`: (name of the sign, how much of it, the words for it); the same from either side
Units   most are small counts, shares are 0-1; what stands in front of both counts apart from what stands further down,
        which the next report of the same war repeats as background
Raises  nothing
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from pipelines.analysis import names as spellings
from pipelines.analysis import story_sounds
from pipelines.analysis.story_signs import Signs, person_sign

__all__ = ["Sign", "apart", "likeness"]

_BEFALLS = frozenset({"freed", "dead", "court"})
"""Fates that are news; that somebody was recruited or is held stands in reports of anything else."""

_CLOSE = 0.75
"""Score from which names that `compare` calls possible speak for one person: other letters, not another name."""

FEW = 2.0
"""What is added to every set of matters, so that short texts are not alike by one word."""

SEVERAL = 4
"""So many countries together are seldom named by chance."""

_UNSPACED = re.compile("[\u3400-\u9fff\uac00-\ud7af]")


class Sign(NamedTuple):
    """One thing in common, or one contradiction."""

    name: str
    amount: float
    words: str = ""


def likeness(one: Signs, other: Signs, rarity: Mapping[str, float]) -> list[Sign]:
    """Every sign of two articles that is there; `rarity`: how much each matter tells."""
    found = (
        *_persons(one, other),
        *_figures(one, other),
        *_topics(one, other),
        *_matters(one, other, rarity),
        *_time(one, other),
        *_against(one, other),
    )
    return _joint([sign for sign in found if sign.amount])


def _joint(signs: list[Sign]) -> list[Sign]:
    """Add what only two signs together say: without dates, the same captive's trial is easily taken for his capture."""
    there = {sign.name: sign.amount for sign in signs}
    if "undated" in there:
        if "person" in there:
            signs.append(Sign("undated person", there["person"]))
        if "another headline" in there:
            signs.append(Sign("undated, another headline", 1.0))
    return signs


def apart(one: Signs, other: Signs) -> int | None:
    """Days between the two, as far as the pages say when they came out."""
    return abs(one.day - other.day) if one.dated and other.dated and one.day and other.day else None


# ── who and how many ────────────────────────────────────────────────────────


def _persons(one: Signs, other: Signs) -> Iterator[Sign]:
    front = sum(_same_persons(one.front_persons, other.front_persons))
    half = max(
        sum(_same_persons(one.front_persons, other.persons)), sum(_same_persons(one.persons, other.front_persons))
    )
    every = sum(_same_persons(one.persons, other.persons))
    yield Sign("person", min(1.0, front / 2), _several(round(every / 2 + 0.4), "person") if every else "")
    yield Sign("more persons", min(2.0, max(0.0, front / 2 - 1)))
    yield Sign("person further down", min(1.0, max(0.0, half - front) / 2), "" if front else "a person further down")
    yield Sign("person in neither front", min(1.0, max(0.0, every - half) / 2))
    officials = len(one.officials & other.officials)
    yield Sign("official", min(2, officials), _several(officials, "official"))


def _figures(one: Signs, other: Signs) -> Iterator[Sign]:
    numbers, every = one.front_numbers & other.front_numbers, one.numbers & other.numbers
    claims = sum(weight for _, weight in _same_claims(one.front_counts, other.front_counts))
    kinds = [sum(1 for number in numbers if _rare(number) == kind) for kind in range(3)]
    yield Sign("rare number", min(2, kinds[2]), ", ".join(str(n) for n in sorted(numbers) if _rare(n) == 2))
    yield Sign("number", min(3, kinds[1]), _several(kinds[1], "number"))
    yield Sign("round number", min(2, kinds[0]), _several(kinds[0], "round number"))
    yield Sign("number further down", min(2.0, sum(_rare(n) / 2 for n in every - numbers)))
    yield Sign("count", min(2.0, claims), "how many of whom" if claims else "")
    lead = one.lead_numbers & other.lead_numbers
    yield Sign("number in the lead", min(1.0, sum((_rare(number) + 1) / 2 for number in lead if number > 2)))
    yield Sign("unit", min(1, len(one.units & other.units)), "a unit")


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


# ── what it is about, and when ──────────────────────────────────────────────


def _topics(one: Signs, other: Signs) -> Iterator[Sign]:
    countries = one.countries & other.countries
    yield Sign("country", min(1, len(countries)), ", ".join(sorted(countries)))
    yield Sign("more countries", min(3, max(0, len(countries) - 1)))
    either = one.countries | other.countries
    yield Sign("share of countries", len(countries) / len(either) if either else 0.0)
    if len(countries) >= SEVERAL:
        yield Sign("list of countries", 1.0)
    named = len(one.names & other.names)
    sounding = max(story_sounds.shared(one.sounds, other.heard), story_sounds.shared(other.sounds, one.heard))
    yield Sign("name", min(4, max(named, sounding)), _several(max(named, sounding), "name"))
    shortest = min(len(one.words), len(other.words))
    if one.language == other.language and shortest >= 15:
        share = len(one.words & other.words) / shortest
        yield Sign("words", min(2.0, max(0.0, 5 * share - 0.75)), f"{share:.0%} of the words" if share > 0.2 else "")


def _matters(one: Signs, other: Signs, rarity: Mapping[str, float]) -> Iterator[Sign]:
    told = one.matters & other.matters
    yield Sign("headline", _alike(one.headline, other.headline, rarity))
    yield Sign("lead", _alike(one.lead, other.lead, rarity), ", ".join(sorted(one.lead & other.lead)))
    yield Sign(
        "matters", _alike(one.matters, other.matters, rarity), "" if one.lead & other.lead else ", ".join(sorted(told))
    )
    if one.lead and other.lead:
        yield Sign(
            "another lead", 1 - max(_covers(one.lead, other.matters, rarity), _covers(other.lead, one.matters, rarity))
        )


def _alike(one: frozenset[str], other: frozenset[str], rarity: Mapping[str, float]) -> float:
    """How alike two sets of matters are, 0-1, the rarer ones counting more; one or two in common say little."""
    sums = [sum(rarity.get(matter, 1.0) for matter in some) for some in (one & other, one, other)]
    return sums[0] / math.sqrt((sums[1] + FEW) * (sums[2] + FEW))


def _covers(one: frozenset[str], other: frozenset[str], rarity: Mapping[str, float]) -> float:
    """How much of the first the second has, 0-1."""
    return sum(rarity.get(m, 1.0) for m in one & other) / sum(rarity.get(m, 1.0) for m in one)


def _time(one: Signs, other: Signs) -> Iterator[Sign]:
    days = len(one.front_days & other.front_days)
    yield Sign("day", min(1, days), _several(days, "day"))
    between = apart(one, other)
    if between is None:
        yield Sign("undated", 1.0)
        return
    yield Sign("a day apart", float(between == 1))
    yield Sign(
        "days apart", min(8, max(0, between - 1)), _several(between, "day") + " between them" if between > 1 else ""
    )


# ── what speaks against it ──────────────────────────────────────────────────


def _against(one: Signs, other: Signs) -> Iterator[Sign]:
    if one.front_days and other.front_days and _days_between(one.front_days, other.front_days) > 1:
        yield Sign("other days", 1.0, "other days")
    fates, others = one.fates & _BEFALLS, other.fates & _BEFALLS
    if fates and others and not fates & others:
        yield Sign("another fate", 1.0, "another fate")
    persons = _same_persons(one.front_persons, other.front_persons)
    if not persons and _tell_apart(one.front_persons, other.front_persons):
        yield Sign("other persons", 1.0, "other persons")
    # of one and the same captive, another count is an update
    if not persons and _other_counts(one, other):
        yield Sign("other counts", 1.0, "other counts")
    if one.headline_numbers and other.headline_numbers and not one.headline_numbers & other.headline_numbers:
        yield Sign("other numbers in headlines", 1.0, "other numbers in the headlines")
    if one.lead_numbers and other.lead_numbers and not one.lead_numbers & other.lead_numbers:
        yield Sign("other numbers", 1.0, "other numbers in the lead")
    if one.headline and other.headline and not one.headline & other.headline:
        yield Sign("another headline", 1.0, "another headline")
    if one.units and other.units and not one.units & other.units:
        yield Sign("other units", 1.0, "other units")
    if one.countries and other.countries and not one.countries & other.countries:
        yield Sign("other countries", 1.0, "other countries")


def _days_between(one: Iterable[str], other: Collection[str]) -> int:
    """Days between the nearest two, whatever the year: a report may name the day it came out, or the one before."""
    found = ([date.fromisoformat(f"2000-{day}").timetuple().tm_yday for day in days] for days in (one, other))
    return min(min(abs(a - b), 366 - abs(a - b)) for a, b in product(*found))


def _tell_apart(one: Collection[str], other: Collection[str]) -> bool:
    """Whether both name somebody in full, in scripts whose spellings can be compared: Chinese ones seldom can."""
    return all(any(len(name.split()) > 1 for name in names) for names in (one, other))


def _other_counts(one: Signs, other: Signs) -> bool:
    """Whether both count people of one fate and nation, and none of the numbers is the same."""
    numbers = one.front_numbers & other.front_numbers
    if _same_claims(one.front_counts, other.front_counts) or any(_rare(number) for number in numbers):
        return False
    kinds = [{claim.split(":", 1)[1] for claim in signs.front_counts} for signs in (one, other)]
    return any(not kind.startswith(":") for kind in kinds[0] & kinds[1])


# ── names and numbers ───────────────────────────────────────────────────────


def _same_persons(one: Iterable[str], other: Collection[str]) -> list[float]:
    """The points of each person whom both name, in whatever script and spelling: 2, or 1 of a part of a name."""
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
    if not spellings.keys(one) & spellings.keys(other):
        return 0.0
    score = spellings.compare(one, other)
    return 2.0 if score.grade == "likely" else 1.5 if score.grade == "possible" and score.score >= _CLOSE else 0.0


def _rare(number: int) -> int:
    """How seldom two reports of different events share a number, 0-2: 1417 hardly ever, 20 or 300 often."""
    if number >= 100 and number % 10:
        return 2
    return 0 if number % 100 == 0 or (number < 100 and number % 10 == 0) else 1


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}" if count else ""
