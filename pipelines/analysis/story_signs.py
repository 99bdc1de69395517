"""What an article is recognised by in any language, to tell whether another reports the same event.

In      title, body and language; the persons, counts and days that were read in it; when it came out
Out     `Signs` of an article; `story_evidence` weighs what two articles share
Units   days are calendar days; `front_of` counts characters of the body
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

from pipelines.analysis import nationalities, story_sounds
from pipelines.analysis.fingerprint import fold, shingles, words
from pipelines.analysis.story_matters import matters

__all__ = ["Signs", "Spoken", "front_of", "latin", "person_key", "person_sign", "read_of", "signs_of"]

SKETCH = 48
"""Hashes kept of a text: the smallest ones, so that sketches of similar texts share them."""

READ, READ_DENSE = 900, 330
"""Characters of a body that are looked at, fewer of a script that says more in one: news stands at the top.

Further down any two long articles of one war share numbers, persons and matters.
"""

FRONT, FRONT_SHARE = 100, 0.5
"""Characters, and share of what is looked at, that carry the news itself; what follows may be an older event."""

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
_STOP = re.compile(r"[.!?…](?:\s|$)|[。!?।॥\n]")
_BREAK = re.compile(r"(?<!\d)[.!?…]\s|[。！？।\n]")
"""The end of a sentence; a point after a number makes it an ordinal."""

_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:[ ,.\u00a0\u202f]\d{3})+(?![\w])|(?<![\w.,])\d+")
_CAPITAL = re.compile(r"(?:(?<=[^\W\d_]\s)|(?<=[^\W\d_],\s))[A-ZÀ-ÞĀ-ŽА-ЯЁЄІЇҐ][\w'’ʼ-]{4,}")


_NOUNS = "de"
"""Writes every noun with a capital: that it is a name cannot be told."""

_ORDINAL = re.compile(r"(?<![\d.,])\d{1,3}(?![\d])")
_UNIT = re.compile(
    r"\b(?:brigad|battalion|regiment|бригад|батальйон|батальон|полк|bataill|batall|batalh|régiment|regimient|tugay|tabur)"
    r"|\w*brigade|\w*bataillon|旅|营|營|团|團|여단|대대|연대|لواء|اللواء|كتيبة|ब्रिगेड|बटालियन",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was read in an article: names of persons and of officials, ages, days,
    counts as (low, high, status, nationality)."""

    persons: tuple[str, ...] = ()
    officials: tuple[str, ...] = ()
    ages: tuple[int, ...] = ()
    counts: tuple[tuple[int | None, int | None, str | None, str | None], ...] = ()
    places: tuple[int, ...] = ()
    """Where each of the counts stands in the body; -1: in the title."""
    nationalities: tuple[str, ...] = ()
    fates: tuple[str, ...] = ()
    """What befell the persons."""
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
    front_persons: frozenset[str] = frozenset()
    front_numbers: frozenset[int] = frozenset()
    front_counts: frozenset[str] = frozenset()
    front_days: frozenset[str] = frozenset()
    fates: frozenset[str] = frozenset()
    """Of the persons and numbers in front."""
    units: frozenset[int] = frozenset()
    """Numbers of brigades, battalions… in front."""
    headline: frozenset[str] = frozenset()
    lead: frozenset[str] = frozenset()
    matters: frozenset[str] = frozenset()
    """What the title, title and first sentence, and the whole text speak of; see `story_matters`."""
    headline_numbers: frozenset[int] = frozenset()
    lead_numbers: frozenset[int] = frozenset()
    """Numbers in the title, and in title and first sentence, from two on."""
    sounds: frozenset[str] = frozenset()
    heard: str = ""
    """Names as they sound, where a script tells them by a capital; the whole text as it sounds, where none does."""


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
    front: Spoken | None = None,
) -> Signs:
    """The signs of an article; `text` is the hash of its words, `cluster` the one its copies are in.

    `front` is what was read before `front_of(body)`; None: everything stands there.
    """
    head = body[: read_of(body)]
    told = f"{title or ''}\n{head}"
    hits = nationalities.find(told, language or "")
    first = spoken if front is None else front
    first_sentence = _first(head)
    lead = f"{title or ''}\n{first_sentence}"
    begin, names = head[: front_of(body)], _names(told, hits, spoken)
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
        numbers=_all_numbers(head, spoken),
        counts=frozenset(_claim(*count) for count in spoken.counts if count[0]),
        days=frozenset(value[-5:] for _, _, value in spoken.days),
        names=_marks(map(_stem, names)),
        words=_content(told),
        front_persons=frozenset(first.persons),
        front_numbers=_all_numbers(f"{title or ''}\n{begin}", first, shift=len(title or "") + 1),
        front_counts=frozenset(_claim(*count) for count in first.counts if count[0]),
        front_days=frozenset(value[-5:] for _, _, value in first.days),
        units=frozenset(_units(f"{title or ''} {begin}")),
        headline=matters(title or first_sentence, language or ""),
        lead=matters(lead, language or ""),
        headline_numbers=_lead_numbers(title or "", 0, first),
        lead_numbers=_lead_numbers(lead, len(lead) - len(first_sentence), first),
        matters=matters(told, language or ""),
        sounds=frozenset(
            s
            for name in names
            if (language or "")[:2] != _NOUNS and len(s := story_sounds.skeleton(name)) >= story_sounds.LEAST
        ),
        heard=story_sounds.heard(told),
        fates=frozenset(_FATES[one] for one in (*first.fates, *(c[2] or "" for c in first.counts)) if one in _FATES),
    )


def front_of(body: str) -> int:
    """Where the news itself ends: at a sentence's end after the share of the text that tells it.

    >>> front_of("Short.")
    6
    """
    length = read_of(body)
    ended = _STOP.search(body, max(FRONT // 3 if _dense(body) else FRONT, int(length * FRONT_SHARE)))
    return min(ended.end() if ended else length, length)


def read_of(body: str) -> int:
    """Where the part of the body ends that is looked at."""
    return min(len(body), READ_DENSE if _dense(body) else READ)


def _dense(body: str) -> bool:
    """Whether the text is in a script of syllables or words: Chinese, Japanese, Korean."""
    begin = body[:FRONT]
    return sum(1 for char in begin if "\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af") >= FRONT / 4


def _first(body: str) -> str:
    """The first sentence, or two where it is a dateline."""
    ended = _STOP.search(body, 60)
    return body[: ended.end()] if ended else body


def _units(text: str) -> Iterable[int]:
    """Numbers that stand for a military unit: before its kind, or right after it."""
    for kind in _UNIT.finditer(text):
        before = _ORDINAL.findall(_BREAK.split(text[max(0, kind.start() - 45) : kind.start()])[-1])
        after = _ORDINAL.findall(text[kind.end() : kind.end() + 8])
        for number in before[-1:] or after[:1]:
            yield int(number)


def _all_numbers(text: str, spoken: Spoken, shift: int = 0) -> frozenset[int]:
    """Numbers of people, and those that the text only shows; small ones say nothing."""
    counted = [n for low, high, *_ in spoken.counts for n in (low, high) if n]
    return frozenset(n for n in {*counted, *_numbers(text, spoken, shift)} if n > 12)


def _lead_numbers(lead: str, body_at: int, spoken: Spoken) -> frozenset[int]:
    """What title and first sentence count: digits, and counts of persons whose words stand there."""
    told = {n for n in _numbers(lead, spoken, body_at) if n > 1}
    counted = {
        low for (low, *_), at in zip(spoken.counts, spoken.places, strict=False) if low and at < len(lead) - body_at
    }
    return frozenset(told | {n for n in counted if n > 1})


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


def _numbers(body: str, spoken: Spoken, shift: int) -> Iterable[int]:
    """The numbers of a text that are no year and no day; `shift`: where the body begins in it."""
    for found in _NUMBER.finditer(body):
        if any(start <= found.start() - shift < end for start, end, _ in spoken.days):
            continue
        digits = re.sub(r"\D", "", found.group())
        number = int(digits) if len(digits) < 12 else 0
        if not (1900 <= number <= 2100 and digits == found.group()):
            yield number


def _names(told: str, hits: Collection[nationalities.NationalityHit], spoken: Spoken) -> frozenset[str]:
    """Words with a capital inside a sentence: places, units, organisations."""
    taken = {part for name in (*spoken.persons, *spoken.officials) for part in name.split()}
    inside = {at for hit in hits for at in range(hit.start, hit.end)}
    found = (m for m in _CAPITAL.finditer(told) if m.start() not in inside and m.group() not in taken)
    return frozenset(m.group() for m in found)


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    letters = re.sub(r"[^a-z]", "", anyascii(word).casefold().translate(_LETTERS))
    return letters[:6] if len(letters) >= 5 else ""
