"""How common a word is in Arabic, Hindi, Korean and six Latin languages: most names are rare, what is told is not.

In      one word as the sequence models see it
Out     a sign: "0" for the commonest words, "1" to "3" for less common ones, "p" with it where a part of the word is
        common, "n" where the word is on no list, "" in other letters
Source  wordfreq (Robyn Speer; CC BY-SA 4.0), packed by `benchmarks/train_common.py`: checksums by frequency
Raises  FileNotFoundError when the installation lacks its data files
"""

from __future__ import annotations

import re
import sys
import unicodedata
import zlib
from array import array
from functools import cache, lru_cache
from importlib.resources import files

LIMITS = (300, 2_000, 8_000)
_LATIN_LIMITS = (1_200, 8_000, 30_000)
"""For one list of English, German, French, Spanish, Portuguese and Turkish."""
_ARABIC_PARTS = ("ال", "و", "ف", "ب", "ل", "ك", "وال", "بال", "لل", "فال", "كال", "ول", "وب")
_ARABIC = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": None}
    | {chr(c): None for c in range(0x64B, 0x653)}
)
_DEVANAGARI = str.maketrans({"\u093c": None, "\u0901": "\u0902"})
_NASAL = re.compile("(?:ङ|ञ|ण|न|म)्(?=[क-म])")
_CASES = re.compile(r"(?<=..)(?:हरूलाई|हरूले|हरूको|हरू|लाई|ले|को|का|की|बाट|सँग|मा|द्वारा)$")
"""Endings of Nepali, which has no list of its own."""


def common_key(word: str) -> bytes:
    """How a word is compared: one form of alef, of nukta and of nasal signs."""
    word = unicodedata.normalize("NFC", word)
    if "\u0600" <= word[:1] <= "\u06ff":
        return word.translate(_ARABIC).encode()
    if "\u0900" <= word[:1] <= "\u097f":
        return _NASAL.sub("\u0902", unicodedata.normalize("NFD", word).translate(_DEVANAGARI)).encode()
    return word.lower().encode()


@cache
def _ranks(script: str) -> dict[int, str]:
    """Checksum of every word of a list and the sign of its rank."""
    sums = array("I")
    path = files("pipelines.analysis.people") / "models" / "cc-by-sa-4.0" / f"common_{script}.u32"
    sums.frombytes(path.read_bytes())
    if sys.byteorder == "big":
        sums.byteswap()
    edges = (0, *(_LATIN_LIMITS if script == "latin" else LIMITS), len(sums))
    ranks: dict[int, str] = {}
    for sign in range(len(edges) - 2, -1, -1):  # of a word that stands twice the commoner place holds
        ranks |= dict.fromkeys(sums[edges[sign] : edges[sign + 1]], str(sign))
    return ranks


def _rank(word: str, script: str) -> str | None:
    return _ranks(script).get(zlib.crc32(common_key(word)))


@lru_cache(maxsize=20_000)
def commonness(word: str) -> str:
    """The sign of an Arabic word or one in Devanagari."""
    first = word[:1]
    if "\u0620" <= first <= "\u064a":
        return _rank(word, "arabic") or _arabic_part(word)
    if "\u0900" <= first <= "\u0963":
        stem = _CASES.sub("", word)
        return _rank(word, "devanagari") or (stem != word and (part := _rank(stem, "devanagari")) and "p" + part) or "n"
    return (_rank(word, "latin") or "n") if _LATIN.match(first) else ""


def own_commonness(word: str) -> str:
    """The sign of an Arabic word or one in Devanagari; "" for what stands there in Latin letters."""
    return "" if _LATIN.match(word) else commonness(word)


def is_rare(word: str) -> bool:
    """Whether a word, and every part of it, is none of the commonest 8,000."""
    return commonness(word) in {"3", "n", "p3"}


def _arabic_part(word: str) -> str:
    """The sign of an Arabic word without its article, conjunction or preposition."""
    for part in _ARABIC_PARTS:
        if word.startswith(part) and len(word) - len(part) > 1 and (sign := _rank(word[len(part) :], "arabic")):
            return "p" + sign
    return "n"


_LATIN = re.compile("[A-Za-zÀ-ɏ]")
_LETTERS = re.compile(r"^[^\w]*([가-힣]*)")


@lru_cache(maxsize=20_000)
def korean_commonness(word: str) -> tuple[str, str]:
    """The sign and length of the longest common beginning of a Korean word with its particles; how much is left."""
    match = _LETTERS.match(word)
    letters = match.group(1) if match else ""
    for size in range(len(letters), 1, -1):
        if sign := _rank(letters[:size], "hangul"):
            return f"{sign}{min(size, 5)}", str(min(len(letters) - size, 4))
    return ("n", str(min(len(letters), 6))) if letters else ("-", "-")
