"""Features of words for the sequence models; the same code trains and reads.

In      tokens of one sentence
Out     feature strings a token, in groups that come again together
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files

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


def tokenise(text: str) -> list[tuple[int, int]]:
    """Offsets of words, numbers and signs; an apostrophe ends a word (Turkish cases, French articles)."""
    return [(m.start(), m.end()) for m in TOKEN.finditer(text)]


@lru_cache(maxsize=20_000)
def shape(word: str) -> str:
    """X upper, x lower, 0 digit, letters without case as o; runs are cut at two."""
    signs = "".join(
        "X" if c.isupper() else "x" if c.islower() else "0" if c.isdigit() else "o" if c.isalpha() else "-"
        for c in word
    )
    return re.sub(r"(.)\1{2,}", r"\1\1", signs)


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


@lru_cache(maxsize=4_000)
def _own(word: str, lexical: bool) -> tuple[str, ...]:
    low = word.lower()
    features = ["s=" + shape(word), "g=" + known(word), "c=" + cue_class(word), f"l={min(len(word), 8)}"]
    features += [f"e{n}={low[-n:]}" for n in range(1, 5) if len(low) >= n]
    if lexical:
        features += ["w=" + low] + [f"b{n}={low[:n]}" for n in range(1, 4) if len(low) >= n]
    return tuple(features)


_STEPS = (-2, -1, 1, 2)
_ENDS: dict[int, tuple[str, ...]] = {step: (f"{step}END",) for step in _STEPS}


@lru_cache(maxsize=4_000)
def _near(raw: str, word: str, lexical: bool) -> dict[int, tuple[str, ...]]:
    """What a word says to its neighbours, by where it stands from them."""
    low = word.lower()
    said = ["w=" + low] if lexical else []
    said += ["s=" + shape(word), "e3=" + low[-3:], "g=" + known(raw), "c=" + cue_class(raw)]
    return {step: tuple(f"{step}{feature}" for feature in said) for step in _STEPS}


def flat(rows: Iterable[Iterable[tuple[str, ...]]]) -> list[list[str]]:
    """The features of every token as one list, as training takes them."""
    return [[feature for group in row for feature in group] for row in rows]


def word_features(
    words: Sequence[str], *, lexical: bool = True, fold: Callable[[str], str] | None = None
) -> list[tuple[tuple[str, ...], ...]]:
    """Features of a sentence in groups: the word itself and two words on either side.

    `lexical` off leaves the word forms out, for a model that is to read another language than it was taught.
    """
    folded = [fold(w) for w in words] if fold else list(words)
    near = [_ENDS, _ENDS, *(_near(raw, word, lexical) for raw, word in zip(words, folded, strict=True)), _ENDS, _ENDS]
    names, signs = [known(w) for w in words], [shape(w)[:1] for w in folded]
    rows: list[tuple[tuple[str, ...], ...]] = []
    for i, word in enumerate(folded):
        after = ("g01=" + names[i] + names[i + 1] + signs[i + 1],) if i + 1 < len(folded) else ()
        before = ("g10=" + names[i - 1] + names[i] + signs[i - 1],) if i else ()
        rows.append((_own(word, lexical), near[i][-2], near[i + 1][-1], near[i + 3][1], near[i + 4][2], after, before))
    return rows
