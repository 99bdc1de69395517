"""Features of words for the sequence models; the same code trains and reads.

In      tokens of one sentence
Out     `Column`s of features
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from pipelines.analysis.people.columns import END, Column, Kind, Said, column
from pipelines.analysis.people.cues import cue_class
from pipelines.analysis.people.gazetteer import is_name

TOKEN = re.compile(
    r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0963\u064b-\u0652\u200c\u200d])*(?:[-‐][^\W\d_](?:[^\W\d_]|[\u0900-\u0963])*)*(?:(?<=[A-ZА-ЯІЇЄҐÀ-Þ])\.|(?<=[\u0400-\u052f\u0900-\u0963])\.)?"
    r"|\d+(?:[.,]\d+)*|[^\w\s]|\w"
)
_ARABIC = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": None}
    | {chr(c): None for c in range(0x64B, 0x653)}
)
_CLITICS = "وفبلك"


def tokenise(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Offsets of words, numbers and signs; an apostrophe ends a word (Turkish cases, French articles)."""
    return [m.span() for m in TOKEN.finditer(text, start, len(text) if end is None else end)]


class _Signs(dict[int, str]):
    """A translation table that learns the sign of a character the first time it meets it."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        sign = "X" if c.isupper() else "x" if c.islower() else "0" if c.isdigit() else "o" if c.isalpha() else "-"
        self[code] = sign
        return sign


_SIGNS = _Signs()
_RUN = re.compile(r"(.)\1{2,}")


@lru_cache(maxsize=20_000)
def shape(word: str) -> str:
    """X upper, x lower, 0 digit, letters without case as o; runs are cut at two."""
    signs = word.translate(_SIGNS)
    return _RUN.sub(r"\1\1", signs) if len(signs) > 2 else signs


@cache
def extra_names(part: str) -> frozenset[str]:
    """Words of one part of `data/names_extra.txt`: surnames or given."""
    lines = (files("pipelines.analysis.people") / "data" / "names_extra.txt").read_text("utf-8").splitlines()
    words: dict[str, set[str]] = {}
    for line in lines:
        if line.startswith("["):
            now = words.setdefault(line.strip("[]"), set())
        elif not line.startswith("#"):
            now.update(line.split())
    return frozenset(words[part])


@lru_cache(maxsize=20_000)
def known(word: str) -> str:
    """ "1" when the word, or its parts, are on the list of names; Arabic also without a clitic."""
    if len(word) < 2:
        return "0"
    if (
        is_name(word)
        or word in extra_names("given")
        or word in extra_names("surnames")
        or ("-" in word and all(is_name(p) for p in word.split("-")))
    ):
        return "1"
    if word[0] in _CLITICS and len(word) > 4 and is_name(word[1:]):
        return "2"
    return "0"


@lru_cache(maxsize=20_000)
def fold_arabic(word: str) -> str:
    """One form of alef, ya and ta marbuta; no vowel marks."""
    return word.translate(_ARABIC)


STEPS = (-2, -1, 1, 2)
_ENDS: Said = {step: (f"{step}END",) for step in STEPS}


def as_said(key: str | None) -> Said:
    """A key that is its own feature."""
    return {} if key is END else {0: (key,)}


_PAIR_AFTER, _PAIR_BEFORE = Kind(as_said), Kind(as_said)


class Words:
    """How a model was taught to see words, each with two neighbours on either side.

    `lexical` off leaves the word forms out, for a model that is to read another language than it was taught;
    `common` tells how common each word is.
    """

    def __init__(
        self,
        *,
        lexical: bool = True,
        common: Callable[[str], str] | None = None,
        fold: Callable[[str], str] = str,
    ) -> None:
        self._lexical, self._common, self._fold = lexical, common, fold
        self._kind = Kind(self._said, (0, *STEPS))

    def _said(self, word: str | None) -> Said:
        if word is END:
            return _ENDS
        folded = self._fold(word)
        low, form = folded.lower(), "s=" + shape(folded)
        own = [form, "g=" + known(folded), "c=" + cue_class(folded), f"l={min(len(folded), 8)}"]
        own += [f"e{n}={low[-n:]}" for n in range(1, 5) if len(low) >= n]
        near = [form, "e3=" + low[-3:], "g=" + known(word), "c=" + cue_class(word)]
        if self._lexical:
            own += ["w=" + low] + [f"b{n}={low[:n]}" for n in range(1, 4) if len(low) >= n]
            near.insert(0, "w=" + low)
        if self._common:
            rarity = "q=" + self._common(folded)
            own += [rarity, rarity + known(folded)]
            near.append(rarity)
        return {0: tuple(own)} | {step: tuple([f"{step}{feature}" for feature in near]) for step in STEPS}

    def features(self, words: Sequence[str]) -> list[Column]:
        """Features of a sentence: its words, and which of two in a row are names."""
        names, signs = [known(word) for word in words], [_sign(self._fold(word)) for word in words]
        pairs = [a + b for a, b in pairwise(names)]
        after = ["g01=" + pair + sign for pair, sign in zip(pairs, signs[1:], strict=True)]
        before = ["g10=" + pair + sign for pair, sign in zip(pairs, signs[:-1], strict=True)]
        return [
            column(self._kind, words),
            column(_PAIR_AFTER, [*after, END] if words else ()),
            column(_PAIR_BEFORE, [END, *before] if words else ()),
        ]


@lru_cache(maxsize=20_000)
def _sign(word: str) -> str:
    """The first sign of a word's shape."""
    return shape(word)[:1]
