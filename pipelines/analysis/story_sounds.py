"""Names of places and units across scripts, by the sounds that every transliteration keeps.

In      words with a capital of one text; the letters of another, whose script has none
Out     `skeleton`: classes of consonants · `heard`: the same of a whole text · `shared`: which names are heard in it
Rules   p b · t d · k g h · s z c j · l r · m · n; vowels, v, w and f are written too differently and left out.
        Only names of four such sounds and more are told from chance
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from anyascii import anyascii

__all__ = ["heard", "shared", "skeleton"]

LEAST, ANYWHERE = 4, 5
"""Sounds of a name that is looked for at the beginning of a word, and anywhere."""

_TOGETHER = (("sch", "s"), ("tsh", "s"), ("sh", "s"), ("ch", "s"), ("zh", "s"), ("ts", "s"), ("tz", "s"), ("ph", "p"))
_MUTE = (("kh", "k"), ("gh", "k"), ("th", "t"), ("ng", "n"), ("ck", "k"))
_SOFT = re.compile("c(?=[eiy])")
_CLASSES = str.maketrans("pbtdkghqxcszjlrmn", "PPTTKKKKKKSSSLLMN")
_OTHER = re.compile("[^PTKSLMN ]+")
_TWICE = re.compile(r"([a-z])\1+")
_WRITTEN = re.compile(r"[\u0600-\u06ff\u0900-\u097f\u3400-\u9fff\uac00-\ud7af]")


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """The sounds of a word.

    >>> skeleton("Kupiansk") == skeleton("Куп'янськ") == skeleton("库皮扬斯克") == skeleton("쿠피안스크")
    True
    """
    low = _TWICE.sub(r"\1", anyascii(word).casefold())
    for written, sound in (*_TOGETHER, *_MUTE):
        low = low.replace(written, sound)
    return _OTHER.sub("", _SOFT.sub("s", low).translate(_CLASSES))


def heard(text: str) -> str:
    """The sounds of a text in a script without capitals, a blank before each word; empty for other scripts."""
    letters = sum(1 for char in text[:400] if _WRITTEN.match(char))
    if letters < min(len(text), 400) / 4:
        return ""
    return "".join(f" {skeleton(word)}" for word in text.split())


def shared(names: Iterable[str], told: str) -> int:
    """How many of these skeletons are heard in a text."""
    return sum(1 for name in names if f" {name}" in told or (len(name) >= ANYWHERE and name in told))
