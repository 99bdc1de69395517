"""Holders of public office, who may be named everywhere, in the spellings of several scripts.

In      a name, or a text; data/office_holders.toml
Out     `office_holder`: the name in the list; `find`: spans of names in a text
Raises  nothing
Limits  heads of state and government, ministers, spokespersons and heads of international bodies known world-wide;
        somebody not on the list is no office holder here. A bare surname counts only where the list says so
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from pipelines.analysis.tokens_fold import simplified

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u064b-\u065f\u0900-\u0dff\u200c\u200d])*")
_UNSPACED = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3\u3040-\u30ff]")
# the dot between the parts of a foreign name is written in many ways
_DOTS = str.maketrans(dict.fromkeys("‧・•∙⋅･．", "·"))
_LETTERS = str.maketrans(
    {"ё": "е", "ґ": "г", "ı": "i", "ł": "l", "ø": "o", "ß": "ss", "ى": "ي", "أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه"}
)
# one ending of surnames in -skyi, spelt ten ways in Latin letters
_ENDINGS = re.compile("[аяьйоеуюиі]+$")
_SKY = re.compile(r"s[kc](?:yy|iy|yi|yj|ij|ii|yi|y|i|yj)$")


@dataclass(frozen=True, slots=True)
class OfficeHolder:
    """Somebody on the list."""

    name: str
    office: str
    country: str


@dataclass(frozen=True, slots=True)
class OfficeHit:
    """A place that names an office holder."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class _Index:
    people: dict[str, OfficeHolder]
    by_words: dict[tuple[str, ...], str]
    by_first: dict[str, tuple[tuple[str, ...], ...]]
    literal: re.Pattern[str]
    literal_names: dict[str, str]
    alone: frozenset[str]


@lru_cache(maxsize=65536)
def _fold(word: str) -> str:
    flat = unicodedata.normalize("NFKD", word)
    kept = "".join(c for c in flat if not ("\u0300" <= c <= "\u036f" or "\u064b" <= c <= "\u065f")).casefold()
    return _SKY.sub("ski", unicodedata.normalize("NFC", kept).translate(_LETTERS))


def _literal(text: str) -> str:
    """`text` as names in scripts without blanks are compared: simplified characters, one dot; offsets stay."""
    return simplified(text).translate(_DOTS)


def _words(text: str) -> tuple[str, ...]:
    return tuple(_fold(match.group()) for match in _WORD.finditer(text))


@cache
def _index() -> _Index:
    content = files("pipelines.analysis").joinpath("data/office_holders.toml").read_text(encoding="utf-8")
    people: dict[str, OfficeHolder] = {}
    by_words: dict[tuple[str, ...], str] = {}
    literal: dict[str, str] = {}
    alone: set[str] = set()
    for name, entry in tomllib.loads(content).items():
        people[name] = OfficeHolder(name, entry["office"], entry.get("country", ""))
        alone.update(entry.get("alone", ()))
        for spelling in (name, *entry.get("names", ()), *entry.get("alone", ())):
            if _UNSPACED.search(spelling):
                literal[_literal(spelling)] = name
            else:
                by_words[_words(spelling)] = name
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for words in by_words:
        by_first.setdefault(words[0][:3], []).append(words)
    ordered = {key: tuple(sorted(found, key=len, reverse=True)) for key, found in by_first.items()}
    pattern = "|".join(map(re.escape, sorted(literal, key=len, reverse=True))) or r"(?!)"
    return _Index(people, by_words, ordered, re.compile(pattern), literal, frozenset(map(_literal, alone)))


def spellings() -> tuple[tuple[str, ...], ...]:
    """Every listed spelling as folded words, scripts without blanks left out."""
    return tuple(_index().by_words)


def spelt(word: str) -> str:
    """A word as spellings are compared."""
    return _fold(word)


def everybody() -> tuple[OfficeHolder, ...]:
    """Everybody on the list."""
    return tuple(_index().people.values())


@lru_cache(maxsize=16384)
def office_holder(name: str) -> str | None:
    """The listed name of which `name` is a spelling, None for everybody else. The order of parts does not matter.

    >>> office_holder("Зеленський Володимир")
    'Volodymyr Zelenskyy'
    """
    index = _index()
    stripped = name.strip()
    if _UNSPACED.search(stripped):
        return index.literal_names.get(_literal(stripped))
    words = _words(stripped)
    if not words:
        return None
    found = index.by_words.get(words) or index.by_words.get(words[::-1])
    if found:
        return found
    for order in (words, words[::-1]):
        for known in index.by_first.get(order[0][:3], ()):
            if len(known) == len(order) and all(map(_inflected, order, known)):
                return index.by_words[known]
    return None


def find(text: str) -> tuple[OfficeHit, ...]:
    """Every office holder named in `text`, in reading order: full names, and the surnames that stand for one alone."""
    return tuple(sorted(_find(text), key=lambda hit: hit.start))


def _find(text: str) -> Iterator[OfficeHit]:
    index = _index()
    for match in index.literal.finditer(_literal(text) if _UNSPACED.search(text) else ""):
        # two characters may be the beginning of somebody else's three: only the longer spellings are sure
        if len(match.group()) < 3 and "\u3400" <= match.group()[0] <= "\u9fff" and match.group() not in index.alone:
            continue
        yield OfficeHit(match.start(), match.end(), index.literal_names[match.group()])
    words = [(m.start(), m.end(), _fold(m.group())) for m in _WORD.finditer(text)]
    i = 0
    while i < len(words):
        if words[i][2][:3] not in index.by_first:
            i += 1
            continue
        known = _at(index, words, i)
        if known:
            yield OfficeHit(words[i][0], words[i + len(known) - 1][1], index.by_words[known])
        i += len(known) or 1


def _at(index: _Index, words: list[tuple[int, int, str]], i: int) -> tuple[str, ...]:
    for known in index.by_first.get(words[i][2][:3], ()):
        here = words[i : i + len(known)]
        if len(here) == len(known) and all(
            _inflected(word, part) for (_, _, word), part in zip(here, known, strict=True)
        ):
            return known
    return ()


def _inflected(word: str, known: str) -> bool:
    """Whether `word` is `known` in one of its cases: Slavic endings in Cyrillic, a genitive s in Latin."""
    if word == known:
        return True
    if not "\u0400" <= known[0] <= "\u052f":
        return len(known) >= 4 and word == known + "s"
    if len(known) < 4:
        return False
    if known.endswith(("ець", "ец")):  # the vowel flies: -ець, -ця
        return word.startswith(known[: known.rindex("е")] + "ц") and len(word) - len(known) <= 2
    stem = known[:-2] if known.endswith(("ий", "ый", "ій", "ая")) else _ENDINGS.sub("", known) or known
    return word.startswith(stem) and len(word) - len(stem) <= 3 and set(word[len(stem) :]) <= set("аяоеєуюиіїыьймгвх")
