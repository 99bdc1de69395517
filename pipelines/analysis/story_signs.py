"""Whether two articles report one event: what an article is recognised by in any language, and how much two share.

In      title, body and language; the persons, counts and days that were read in it; when it came out
Out     `Signs` of an article · `evidence`: the weight of what two share, its kinds, and the words that say why
Units   weights are points; from `ENOUGH` points of two kinds on, two reports are one event · days are calendar days
Rules   a number, a name or a country alone proves nothing, whatever its weight; a text in common does
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from zlib import crc32

from anyascii import anyascii

from pipelines.analysis import names, nationalities
from pipelines.analysis.fingerprint import fold, shingles, words

__all__ = ["ENOUGH", "Evidence", "Signs", "Spoken", "evidence", "latin", "person_key", "person_sign", "signs_of"]

ENOUGH = 3.0
SURE = 4.5
"""From so many points on one other report is witness enough; below, a story of several needs a second."""

SKETCH = 48
"""Hashes kept of a text: the smallest ones, so that sketches of similar texts share them."""

NEAR_EQUAL = 0.6
READ = 2_500
"""Characters of a body that are looked at: news stands at the top, background at the end."""

CALM_DAYS = 4
FADING = 0.35
"""Points lost for each day beyond `CALM_DAYS` between two reports: the same people come into the news again."""

_CLOSE = 0.75
"""Score from which names that `compare` calls possible speak for one person: other letters, not another name."""

_PARTIES = frozenset({"RU", "UA"})
"""Countries named in nearly every report of the war that most outlets here write of: no sign of one event."""

_FATES = {
    **dict.fromkeys(("exchanged", "released", "repatriated", "returned"), "freed"),
    **dict.fromkeys(("captured", "surrendered", "held"), "captive"),
    **dict.fromkeys(("killed", "executed", "died_in_captivity"), "dead"),
    **dict.fromkeys(("accused", "on_trial", "sentenced"), "court"),
    **dict.fromkeys(("recruited", "fighting", "deceived"), "recruited"),
}
"""Words of one fate: sources differ in them, translations even more."""

_LETTERS = str.maketrans({"y": "i", "j": "i", "'": None, "ʼ": None, "-": " "})
_UNSPACED = re.compile("[\u3400-\u9fff\uac00-\ud7af]")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:[ ,.\u00a0\u202f]\d{3})+(?![\w])|(?<![\w.,])\d+")
_CAPITAL = re.compile(r"(?:(?<=[^\W\d_]\s)|(?<=[^\W\d_],\s))[A-ZÀ-ÞĀ-ŽА-ЯЁЄІЇҐ][\w'’ʼ-]{4,}")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was read in an article: names of persons and of officials, ages, days,
    counts as (low, high, status, nationality)."""

    persons: tuple[str, ...] = ()
    officials: tuple[str, ...] = ()
    ages: tuple[int, ...] = ()
    counts: tuple[tuple[int | None, int | None, str | None, str | None], ...] = ()
    nationalities: tuple[str, ...] = ()
    days: tuple[tuple[int, int, str], ...] = ()
    """Spans of the body with what day they name, ISO 8601."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What an article is recognised by.

    `day` is the day it came out, counted from year 1, or was first seen where that is not known (`dated` is False).
    Places and words are kept as hashes, since signs are stored beside stories; persons by name, to be compared.
    """

    day: int | None = None
    dated: bool = False
    text: str = ""
    cluster: int | None = None
    revision: int = 1
    language: str = ""
    sketch: frozenset[int] = frozenset()
    persons: frozenset[str] = frozenset()
    officials: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()
    counts: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    names: frozenset[int] = frozenset()
    words: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much two articles share. `same_text`: their words are the same; then nothing else is asked."""

    points: float = 0.0
    kinds: tuple[str, ...] = ()
    why: str = ""
    same_text: bool = False

    @property
    def enough(self) -> bool:
        """Whether the two report one event, as far as two can say it."""
        return self.same_text or (self.points >= ENOUGH and len(self.kinds) >= 2)


@lru_cache(maxsize=65536)
def person_key(name: str) -> str:
    """The folded name that two mentions of one person share; the order of its parts does not matter.

    >>> person_key("Anping ZHOU") == person_key("Zhou Anping")
    True
    """
    return " ".join(sorted(fold(name).replace("-", " ").split()))


@lru_cache(maxsize=65536)
def latin(name: str) -> tuple[str, ...]:
    """The parts of a name in small Latin letters; y and j are written i, as half of all romanisations do."""
    return tuple(anyascii(name).casefold().translate(_LETTERS).split())


def person_sign(name: str) -> str:
    """What spellings of one name share across scripts: its Latin letters, sorted, since blanks fall differently.

    >>> person_sign("Іван Сміленко") == person_sign("Smilenko Ivan")
    True
    >>> person_sign("周安平") == person_sign("Zhou Anping")
    True
    """
    return "".join(sorted("".join(latin(name)))) or person_key(name)


def sketch(text: str) -> frozenset[int]:
    """The smallest hashes of the text's shingles; none of a text too short to have enough."""
    values = (blake2b(s.encode("utf-8", "replace"), digest_size=6).digest() for s in shingles(text))
    smallest = frozenset(sorted(int.from_bytes(v) for v in values)[:SKETCH])
    return smallest if len(smallest) == SKETCH else frozenset()


def similarity(one: frozenset[int], other: frozenset[int]) -> float:
    """How much two sketches share, 0-1: the bottom of their union that stands in both."""
    if not one or not other:
        return 0.0
    bottom = sorted(one | other)[:SKETCH]
    return sum(1 for value in bottom if value in one and value in other) / len(bottom)


def signs_of(
    title: str | None,
    body: str,
    language: str | None,
    spoken: Spoken,
    *,
    day: int | None = None,
    dated: bool = False,
    text: str = "",
    cluster: int | None = None,
    revision: int = 1,
) -> Signs:
    """The signs of an article; `text` is the hash of its words, `cluster` the one its copies are in."""
    head = body[:READ]
    told = f"{title or ''}\n{head}"
    hits = nationalities.find(told, language or "")
    counted = [n for low, high, *_ in spoken.counts for n in (low, high) if n]
    return Signs(
        day=day,
        dated=dated,
        text=text if body else "",
        cluster=cluster,
        revision=revision,
        language=(language or "").split("-")[0],
        sketch=sketch(f"{title or ''}\n{body[:20_000]}"),
        persons=frozenset(spoken.persons),
        officials=_marks(person_sign(name.split()[-1]) for name in spoken.officials if name.split()),
        countries=frozenset({*(hit.code for hit in hits), *spoken.nationalities} - _PARTIES),
        numbers=frozenset(n for n in {*counted, *_numbers(head, spoken)} if n > 12),
        counts=frozenset(_claim(*count) for count in spoken.counts if count[0]),
        days=frozenset(value[-5:] for _, _, value in spoken.days),
        names=_names(told, hits, spoken),
        words=_content(told),
    )


def _marks(words: Iterable[str]) -> frozenset[int]:
    return frozenset(crc32(word.encode("utf-8", "replace")) for word in words if word)


def _claim(low: int | None, _: int | None, status: str | None, nationality: str | None) -> str:
    return f"{low}:{_FATES.get(status or '', status or '')}:{nationality or ''}"


def _content(told: str) -> frozenset[int]:
    """Beginnings of the longer words, which carry the matter; of scripts without blanks, pairs of characters."""
    found = words(told)
    long = {word[:7] for word in found if len(word) >= 6}
    pairs = {a + b for a, b in pairwise(found) if len(a) == len(b) == 1 and not a.isascii() and not b.isascii()}
    return _marks(long | pairs)


def _numbers(body: str, spoken: Spoken) -> Iterable[int]:
    """The numbers of a text that are no year, no day and nobody's age."""
    ages = set(spoken.ages)
    for found in _NUMBER.finditer(body):
        if any(start <= found.start() < end for start, end, _ in spoken.days):
            continue
        digits = re.sub(r"\D", "", found.group())
        number = int(digits) if len(digits) < 12 else 0
        if number not in ages and not (1900 <= number <= 2100 and digits == found.group()):
            yield number


def _names(told: str, hits: Collection[nationalities.NationalityHit], spoken: Spoken) -> frozenset[int]:
    """Beginnings of words with a capital inside a sentence, in Latin letters: places, units, organisations."""
    taken = {part for name in (*spoken.persons, *spoken.officials) for part in name.split()}
    inside = {hit.start for hit in hits}
    found = (m for m in _CAPITAL.finditer(told) if m.start() not in inside and m.group() not in taken)
    return _marks(_stem(m.group()) for m in found)


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    letters = re.sub(r"[^a-z]", "", anyascii(word).casefold().translate(_LETTERS))
    return letters[:6] if len(letters) >= 5 else ""


def evidence(one: Signs, other: Signs) -> Evidence:
    """What two articles share, weighed. The same from either side."""
    if (one.text and one.text == other.text) or (one.cluster is not None and one.cluster == other.cluster):
        return Evidence(10.0, ("text",), "same text", same_text=True)
    near = similarity(one.sketch, other.sketch)
    if near >= NEAR_EQUAL:
        return Evidence(10.0, ("text",), f"nearly the same text ({near:.2f})", same_text=True)
    parts = [one for one in _shared(one, other) if one[1] > 0]
    points = sum(points for _, points, _ in parts) - FADING * max(0, _apart(one, other) - CALM_DAYS)
    kinds = tuple(kind for kind, _, _ in parts if kind != "date")
    if _telling(one, other) >= 2:
        kinds = (*kinds, "second number")
    said = ", ".join(words for _, _, words in parts)
    return Evidence(round(points, 2), kinds, f"{said} in common ({points:.1f} points)")


def _apart(one: Signs, other: Signs) -> int:
    return abs(one.day - other.day) if one.day is not None and other.day is not None else 0


def _shared(one: Signs, other: Signs) -> Iterable[tuple[str, float, str]]:
    """Each kind of sign: its points, and in words how many of it are shared."""
    persons = _same_persons(one.persons, other.persons)
    yield "person", min(4.0, sum(persons)), _several(len(persons), "person")
    officials = len(one.officials & other.officials)
    yield "official", min(1.0, 0.5 * officials), _several(officials, "official")
    numbers, claims = one.numbers & other.numbers, one.counts & other.counts
    # a number of people of one nation in one fate weighs more than a bare one
    weight = sum(map(_weight, numbers)) + sum(0.75 if not claim.endswith(":") else 0.5 for claim in claims)
    yield "number", min(4.0, weight), _several(max(len(numbers), len(claims)), "number")
    countries = one.countries & other.countries
    yield "country", 0.5 * len(countries) + 0.5 * max(0, len(countries) - 2), ", ".join(sorted(countries))
    days = len(one.days & other.days)
    yield "day", min(1.0, 0.5 * days), _several(days, "day")
    named = len(one.names & other.names)
    yield "name", min(2.0, 0.5 * named), _several(named, "name")
    shortest = min(len(one.words), len(other.words))
    if one.language == other.language and shortest >= 15:
        share = len(one.words & other.words) / shortest
        yield "word", min(1.0, 4 * (share - 0.2)), f"{share:.0%} of the words"
    if one.dated and other.dated and _apart(one, other) <= 1:
        yield "date", 0.5, "the day of publication"


def _telling(one: Signs, other: Signs) -> int:
    """How many numbers in common say something; two of them, one rare, are two witnesses, and so are two claims."""
    weights = [_weight(number) for number in one.numbers & other.numbers]
    rare = len(weights) if max(weights, default=0) >= 2.0 else 0
    return max(rare, sum(not claim.endswith(":") for claim in one.counts & other.counts))


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
