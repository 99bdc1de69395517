"""Words that are no person's name: countries and their people, places, bodies, months, and everyday words.

In      the packaged list `protection_words.toml`; the lists of nationalities; the dictionary of Chinese words
Out     sets of folded words; spans of vouched words in a text
Limits  a word that is also a common given name or surname stands in `NAMELIKE` and vouches for nothing
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate, pairwise

from pipelines.analysis import nationalities
from pipelines.analysis.tokens_fold import simplified
from pipelines.records import LANGUAGES

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_SCRIPTS = (
    (re.compile(r"[A-Za-z]"), ("en", "es", "fr", "pt", "de", "tr")),
    (re.compile(r"[\u0400-\u052f]"), ("uk", "ru")),
    (re.compile(r"[\u0600-\u06ff]"), ("ar",)),
    (re.compile(r"[\u0900-\u097f]"), ("hi", "ne")),
    (re.compile(r"[\uac00-\ud7a3]"), ("ko",)),
    (_HAN, ("zh",)),
)


_LETTERS: dict[int, str] = {ord(a): b for a, b in zip("ıłøёґß", ("i", "l", "o", "е", "г", "ss"), strict=True)}


def _fold(word: str) -> str:
    flat = unicodedata.normalize("NFKD", word)
    kept = "".join(c for c in flat if not "\u0300" <= c <= "\u036f").casefold()
    return kept.translate(_LETTERS)


@cache
def _lists() -> dict[str, frozenset[str]]:
    content = files("monitor").joinpath("protection_words.toml").read_text(encoding="utf-8")
    found: dict[str, frozenset[str]] = {}
    for name, groups in tomllib.loads(content).items():
        values = groups.values() if isinstance(groups, dict) else [groups]
        found[name] = frozenset(_fold(word) for text in values for word in text.split())
    return found


STRONG: frozenset[str] = _lists()["strong"]
"""Places, bodies, months, days: no name wherever they stand."""

COMMON: frozenset[str] = _lists()["common"]
"""Everyday words: no name where a sentence begins, or in a headline set in capitals."""

NAMELIKE: frozenset[str] = _lists()["namelike"]
"""Everyday words that are names as well: they vouch for nothing."""

PLAIN_URL: frozenset[str] = _lists()["url"]
_HAN_JOINTS = frozenset("·・•‧-")
_HAN_FUNCTION: frozenset[str] = frozenset("".join(_lists()["han_function"]))
_HAN_ALONE: frozenset[str] = frozenset("".join(_lists()["han_alone"]))
_HAN_BEHIND: frozenset[str] = _lists()["han_behind"]
_HAN_SURNAMES: frozenset[str] = frozenset("".join(_lists()["han_surnames"]))


@lru_cache(maxsize=2048)
def nation_spans(text: str) -> tuple[tuple[int, int, bool], ...]:
    """Where countries and their people are named, in any language of the text's scripts; True for people."""
    found: list[tuple[int, int, bool]] = []
    possible = nationalities.may_name(text) | {"zh"}
    for script, languages in _SCRIPTS:
        if script.search(text):
            for language in languages:
                if language in LANGUAGES and language in possible:
                    found += [(hit.start, hit.end, hit.kind == "demonym") for hit in nationalities.find(text, language)]
    return tuple(found)


def han_words(text: str, names: Collection[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """The spans of a Chinese text that are dictionary words and cannot be part of a person's name.

    `names` are the spans of names that are known: what stands right behind a short one may be the rest of it.
    """
    if not _HAN.search(text):
        return []
    from rjieba import tag

    text = simplified(text)  # the dictionary knows no traditional characters; one for one, so the places stay
    found = [match.span() for match in _han_places().finditer(text)]
    for run in _HAN.finditer(text):
        tagged = tag(run.group(), False)
        ends = list(accumulate((len(word) for word, _ in tagged), initial=run.start()))
        pieces = [(word, start, end) for (word, _), (start, end) in zip(tagged, pairwise(ends), strict=True)]
        bad = {i for i, (word, kind) in enumerate(tagged) if not _plain_han(word, kind)}
        if text[run.start() - 1 : run.start()].isdigit() and _measures(*tagged[0]):
            bad.discard(0)
        for i, (word, _, _) in enumerate(pieces):
            after = pieces[i + 1][0] if i + 1 < len(pieces) else ""
            if word[0] in _HAN_SURNAMES and after and len(word + after) <= 3:
                # 王冠|军 and 王|冠军: a surname's character and two more may be one name cut wrongly
                bad |= {i, i + 1}
        ends_of_names = {end for _, end in names}
        bad -= {i for i in bad if pieces[i][1] not in ends_of_names and _alone(text, pieces, i, bad)}
        short = {end for start, end in names if end - start < 3}
        short |= {pieces[i + 1][2] for i in range(len(pieces) - 1) if _may_be_a_short_name(pieces, i)}
        for i, (word, start, end) in enumerate(pieces):
            if i not in bad:
                found.append((start + (start in short and not _behind_a_name(word)), end))
    return found


@cache
def _han_places() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, _lists()["han_places"]), key=len, reverse=True)))


def _may_be_a_short_name(pieces: list[tuple[str, int, int]], i: int) -> bool:
    return pieces[i][0] in _HAN_SURNAMES and len(pieces[i + 1][0]) == 1


def _behind_a_name(word: str) -> bool:
    return word in _HAN_BEHIND or word[0] in _HAN_BEHIND


def _alone(text: str, pieces: list[tuple[str, int, int]], i: int, bad: Collection[int]) -> bool:
    """Whether a sign that is no surname and no foreign sound stands between words of the dictionary."""
    sign, start, end = pieces[i]
    if sign not in _HAN_ALONE or i + 1 in bad or i - 1 in bad:
        return False
    if text[start - 1 : start] in _HAN_JOINTS or text[end : end + 1] in _HAN_JOINTS:
        return False
    before = next((k for k in range(i - 1, -1, -1) if len(pieces[k][0]) > 1), -1)
    behind = range(before + 1, i)  # signs like 中, which a given name may have as well
    return not any(k in bad for k in behind) and (
        before < 0 or (before not in bad and pieces[before][0][-1] not in _HAN_SURNAMES)
    )


def _measures(word: str, kind: str) -> bool:
    """Whether a word right behind a figure says of what: `26辆`, `300吨`; no surname does."""
    return kind in {"q", "m"} and word[0] not in _HAN_SURNAMES


def _plain_han(word: str, kind: str) -> bool:
    if len(word) == 1:
        return word in _HAN_FUNCTION
    return kind != "x" and not kind.startswith("nr")
