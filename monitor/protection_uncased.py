"""Which words of scripts without capitals are everyday words, in whatever is written together with them.

In      the packaged list `protection_words_uncased.toml`
Out     `is_plain(word)`: True for a word that nobody is called by
Limits  Arabic, Hindi, Nepali, Korean; a word that no list holds is none; Chinese is cut by `protection_words`
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

SHORTEST_NOUN = 2
"""Characters of a noun that endings may follow: with fewer of them a name falls apart into noun and ending."""

ACCUSATIVE_FROM = 5
"""Letters of an Arabic noun that may carry the ending of the accusative; shorter ones are names too."""

_ARABIC_MARKS = re.compile("[\u064b-\u065f\u0670\u0640]")
_BEFORE_NOUN = ("ال", "وال", "بال", "لل", "كال", "فال", "ولل", "وبال")
_BEFORE_WORD = ("و",)


def _flat(word: str) -> str:
    # letters stay as they are written: without its hamza or dots a word becomes a name ("to" becomes "Ali")
    return _ARABIC_MARKS.sub("", unicodedata.normalize("NFC", word))


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("monitor").joinpath("protection_words_uncased.toml").read_text(encoding="utf-8"))


@cache
def _lists() -> dict[str, tuple[frozenset[str], frozenset[str], tuple[str, ...]]]:
    found = {}
    for language, table in _tables().items():
        plain, nouns, endings = (table.get(name, "").split() for name in ("plain", "nouns", "endings"))
        longest_first = tuple(sorted(map(_flat, endings), key=len, reverse=True))
        found[language] = (frozenset(map(_flat, plain)), frozenset(map(_flat, nouns)), longest_first)
    return found


@cache
def _after() -> frozenset[str]:
    content = files("monitor").joinpath("protection_words_uncased.toml").read_text(encoding="utf-8")
    return frozenset(
        _flat(word) for table in tomllib.loads(content).values() for word in table.get("after", "").split()
    )


def is_surname_too(word: str) -> bool:
    """Whether an everyday word is a family's name right behind a name.

    >>> is_surname_too("المصري"), is_surname_too("أسرى")
    (True, False)
    """
    return _flat(word) in _after()


@lru_cache(maxsize=65536)
def is_plain(word: str) -> bool:
    """Whether `word` is an everyday word of one of the four languages.

    >>> is_plain("والجنود"), is_plain("سميلينكو"), is_plain("포로들의"), is_plain("스미렌코의")
    (True, False, True, False)
    """
    flat = _flat(word)
    return any(_stands(flat, language) for language in _languages(flat))


def _languages(word: str) -> tuple[str, ...]:
    if "\u0600" <= word[:1] <= "\u06ff":
        return ("ar",)
    if "\uac00" <= word[:1] <= "\ud7a3":
        return ("ko",)
    return ("hi", "ne") if "\u0900" <= word[:1] <= "\u097f" else ()


def _stands(word: str, language: str) -> bool:
    plain, nouns, endings = _lists()[language]
    if word in plain or word in nouns or word in _after():
        return True
    if language == "ar":
        bare = [word.removeprefix(before) for before in _BEFORE_NOUN if word.startswith(before)]
        also = [word.removeprefix(before) for before in _BEFORE_WORD if word.startswith(before)]
        bare += [one.removesuffix("ا") for one in (word,) if one.endswith("ا") and len(one) > ACCUSATIVE_FROM]
        return any(one in nouns for one in bare) or any(one in plain and len(one) > 1 for one in also)
    stems = (word.removesuffix(ending) for ending in endings if word.endswith(ending))
    return any(len(stem) >= SHORTEST_NOUN and stem in nouns for stem in stems)
