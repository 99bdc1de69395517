"""Fold characters so that spellings which a reader takes for the same word become the same string.

In      any text; NFC is expected, other forms only match less
Out     a text of exactly the same length: offsets of the folded text are offsets of the text
Folds   case, accents of Latin letters, ё/е, ґ/г, Arabic alef, ya and ta marbuta, digits of every script, apostrophes,
        full-width forms, traditional to simplified Chinese, and look-alike letters inside a word of mixed script
Raises  nothing
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

_SINGLE = {
    **dict.fromkeys("’‘ʼʹ`´′＇ꞌ", "'"),
    **dict.fromkeys("‐‑‒−﹣－", "-"),
    **dict.fromkeys("أإآٱٲٳ", "ا"),
    **dict.fromkeys("ىیېئ", "ي"),
    "ة": "ه",
    "ۀ": "ه",
    "ۃ": "ه",
    "ؤ": "و",
    "ک": "ك",
    "ё": "е",
    "ґ": "г",
    "ı": "i",
    "ς": "σ",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ħ": "h",
    "ँ": "ं",
    "ऩ": "न",
    "ऱ": "र",
    "ऴ": "ळ",
}
_DROPPED = "\u00ad\u0640\u093c\u09bc\u200b-\u200f\u2060\ufeff\u0300-\u036f\u064b-\u065f\u0670"
"""Soft hyphen, tatweel, nukta, zero-width signs, accents and Arabic vowel signs: no part of a key."""

_LATIN_TO_CYRILLIC = str.maketrans("aceiopxyhkmtbjs", "асеіорхункмтвјѕ")
_CYRILLIC_TO_LATIN = {ord(c): latin for c, latin in zip("асеіорхукмтвн", "aceiopxykmtbh", strict=True)}
_BORDER = re.compile("[a-z][а-яєії]|[а-яєії][a-z]")
"""Where scripts meet inside a word: rare, and seen eight times faster than the word around it."""
_MIXED = re.compile(r"\w*(?:[a-z][а-яєії]|[а-яєії][a-z])\w*")
_DROP = re.compile(f"[{_DROPPED}]|(?<=[а-яєіїў])'(?=[а-яєіїў])")


_PLAIN = re.compile("[\t\n -~\u00a0«»\u0400-\u045fҐґ‐-—‘’“”„…№€]*")
"""Characters that stay as they are when folded, but for their case and for these:"""
_PLAIN_FOLDS = (
    ("ё", "е"),
    ("ґ", "г"),
    *((char, "'") for char in "‘’`"),
    *((char, "-") for char in "‐‑‒"),
    ("\u00a0", " "),
)


@cache
def _hans() -> dict[str, str]:
    text = resources.files("pipelines.analysis").joinpath("data/tokens_hans.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {a: b for old, new in zip(lines[::2], lines[1::2], strict=True) for a, b in zip(old, new, strict=True)}


@cache
def _hans_table() -> dict[int, str]:
    return str.maketrans(_hans())


def simplified(text: str) -> str:
    """Simplified Chinese characters for traditional ones, one for one: offsets stay.

    >>> simplified("習近平")
    '习近平'
    """
    return text.translate(_hans_table())


def _lower(char: str) -> str:
    """Return the one-character lower case of `char`, or `char` where it has none."""
    low = char.lower()
    return low if len(low) == 1 else unicodedata.normalize("NFD", char)[0].lower()


def _fold_char(char: str) -> str:
    """Return the one character that stands for `char` and all that is read like it."""
    wide = unicodedata.normalize("NFKC", char)
    low = _lower(wide if len(wide) == 1 else char)
    if low in _SINGLE:
        return _SINGLE[low]
    if low in _hans():
        return _hans()[low]
    if low.isdecimal():
        return str(unicodedata.decimal(low))
    if "LATIN" in unicodedata.name(low, ""):
        base = unicodedata.normalize("NFD", low)[0]
        return _SINGLE.get(base, base)
    return low


class _Table(dict[int, str]):
    """A translation table that learns a character the first time it meets it."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_char(chr(code))
        return folded


_TABLE = _Table()


def _unmix(match: re.Match[str]) -> str:
    """Write a word of Latin and Cyrillic letters in the one script whose letters it can be written with."""
    word = match.group()
    letters = [c for c in word if c.isalpha()]
    latin = [c for c in letters if c <= "z"]
    cyrillic = [c for c in letters if c > "z"]
    to_cyrillic = all(ord(c) in _LATIN_TO_CYRILLIC for c in latin)
    to_latin = all(ord(c) in _CYRILLIC_TO_LATIN for c in cyrillic)
    if to_cyrillic and not (to_latin and len(latin) > len(cyrillic)):
        return word.translate(_LATIN_TO_CYRILLIC)
    return word.translate(_CYRILLIC_TO_LATIN) if to_latin else word


def fold(text: str) -> str:
    """Return `text` folded, character by character; `len(fold(text)) == len(text)` always.

    >>> fold("Військовополонені, НАЁМНИК, 戰俘")
    'військовополонені, наемник, 战俘'
    """
    if text.isascii():
        return text.lower().replace("`", "'")
    folded = _fold_plain(text) if _PLAIN.fullmatch(text) else text.translate(_TABLE)
    return _MIXED.sub(_unmix, folded) if _BORDER.search(folded) else folded


def _fold_plain(text: str) -> str:
    """The same for a text of `_PLAIN` characters alone, as most Cyrillic ones are: no look-up for each."""
    folded = text.lower()
    for char, stands in _PLAIN_FOLDS:
        if char in folded:
            folded = folded.replace(char, stands)
    return folded


def squeeze(folded: str) -> str:
    """Return folded text without the signs that no key has; only this one changes the length."""
    return _DROP.sub("", folded)
