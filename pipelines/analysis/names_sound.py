"""How a part of a name sounds, whatever script and spelling it is written in, and how alike two sounds are.

In      one folded part of a name in Latin, Cyrillic, Arabic or Devanagari letters
Out     `sounds`: one or more readings in one alphabet (C tch, S sh, Z zh, J dzh, c ts, h also kh); `likeness` of two: 0-1
Limits  Arabic has no short vowels: readings of it hold consonants and are compared with consonants (`bones`)
Raises  nothing
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from pipelines.analysis.tokens import fold

VOWELS = frozenset("aeiou")
_CYRILLIC = {
    **dict(zip("абвгдеєжзиіїйклмнопрстуфхцчшщъыьэюяўј", "a b v g d e e Z z i i i i k l m n o p r s t u f h c C S S _ i _ e iu ia v i".split(), strict=True)),
    "џ": "J", "љ": "li", "њ": "ni", "ћ": "C", "ђ": "J", "ќ": "k", "ѓ": "g", "қ": "k", "ғ": "g", "ҳ": "h", "ҷ": "J", "ү": "u", "ұ": "u", "ө": "o", "ә": "a", "ң": "n",
}  # fmt: skip
_ARABIC = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويپچژگء",
        "a b t t J h h d d r z s S s d t z _ g f k k l m n h u i p C Z g _".split(),
        strict=True,
    )
)
_DEVA = {
    **dict(zip("कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह", "k k g g ng C C J J n t t d d n t t d d n p f b b m i r l v S S s h".split(), strict=True)),
    **dict(zip("अआइईउऊएऐओऔऋ", "a a i i u u e e o o ri".split(), strict=True)),
}  # fmt: skip
_DEVA_SIGNS = dict(zip("ािीुूेैोौृ्", ["a", "i", "i", "u", "u", "e", "e", "o", "o", "ri", ""], strict=True))
_LATIN = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("tsch|tch|cz", "C"), ("dsch|dzh|dj", "J"), ("shch|stsch|schtsch", "S"), ("sch", "S"), ("zh", "Z"), ("kh", "h"),
        ("ch", "C"), ("sh|sz", "S"), ("ph", "f"), ("th", "t"), ("gh", "g"), ("dh", "d"), ("bh", "b"), ("ck", "k"),
        ("ts|tz", "¢"), ("x", "ks"), ("qu?", "k"), ("w", "v"), ("ou|oo", "u"), ("ee", "i"), ("c(?=[eiy])", "¢"), ("c", "k"), ("¢", "c"),
        ("(?<=[aeou])h(?![aeiouy])", ""),
    )
]  # fmt: skip
_MARKED = str.maketrans({"č": "ch", "ć": "ch", "š": "sh", "ś": "sh", "ş": "sh", "ž": "zh", "ż": "zh", "ź": "z", "ç": "ch", "ß": "ss", "ä": "e", "ö": "o", "ü": "u", "æ": "e"})  # fmt: skip
_NEAR = {
    "gh": 0.15, "hk": 0.3, "gk": 0.4, "fv": 0.25, "uv": 0.3, "bv": 0.4, "sz": 0.3, "Ss": 0.3, "cs": 0.3, "Cc": 0.3, "CS": 0.3,
    "Zz": 0.3, "JZ": 0.15, "CJ": 0.4, "Jg": 0.3, "Ji": 0.3, "Jh": 0.4, "ck": 0.4, "dt": 0.4, "bp": 0.5, "lr": 0.6, "mn": 0.6, "SZ": 0.4, "cz": 0.3,
    "ao": 0.2, "ei": 0.15, "ae": 0.25, "ou": 0.2, "iu": 0.3, "ai": 0.35, "au": 0.35, "eo": 0.3, "io": 0.35, "eu": 0.35, "di": 0.9, "dz": 0.5,
}  # fmt: skip


def script(token: str) -> str:
    """The script of a folded token, by its first letter that tells."""
    for char in token:
        code = ord(char)
        if code < 0x250 and char.isalpha():
            return "latin"
        if 0x400 <= code < 0x530:
            return "cyrillic"
        if 0x600 <= code < 0x780:
            return "arabic"
        if 0x900 <= code < 0x980:
            return "devanagari"
        if 0xAC00 <= code < 0xD7A4:
            return "hangul"
        if 0x3400 <= code < 0xA000:
            return "han"
    return "other"


@lru_cache(maxsize=100_000)
def sounds(token: str) -> tuple[str, ...]:
    """Readings of one part, the plainest first. Latin letters that languages read differently give several."""
    kind = script(token)
    if kind == "cyrillic":
        flat = token.lower().replace("ё", "е").replace("дж", "џ").replace("кс", "кс")
        return (_short("".join(_CYRILLIC.get(char, "") for char in flat).replace("_", "")),)
    if kind == "arabic":
        return (_short("".join(_ARABIC.get(char, "") for char in fold(token)).replace("_", "")),)
    if kind == "devanagari":
        spoken = _short(_devanagari(fold(token)))
        return tuple(dict.fromkeys((spoken, spoken.replace("v", "b"))))  # Nepali says b where it writes v
    return _latin(token) if kind == "latin" else ()


def _latin(token: str) -> tuple[str, ...]:
    base = fold(token.lower().translate(_MARKED)).replace("'", "").replace("-", "")
    plain = base
    for pattern, sound in _LATIN:
        plain = pattern.sub(sound, plain)
    plain = plain.replace("y", "i")
    found = [_short(plain.replace("j", "i"))]
    if "j" in base:
        found += [_short(plain.replace("j", "J")), _short(plain.replace("j", "h"))]
    if re.search("c[eiy]", base):
        found.append(_short(re.sub("c(?=[ei])", "s", plain).replace("j", "i")))
    if "ch" in base and "sch" not in base:
        found += [found[0].replace("C", "S", 1), found[0].replace("C", "h", 1)]
    if base.startswith("g") and base[1:2] in ("e", "i", "y"):
        found.append("J" + found[0][1:])
    return tuple(dict.fromkeys(found))


def _devanagari(token: str) -> str:
    """Consonants carry an a, which falls at the end of a word."""
    out, pending = "", False
    for char in token:
        if char in _DEVA_SIGNS:
            out += _DEVA_SIGNS[char]
            pending = False
            continue
        if char in _DEVA:
            out += ("a" if pending else "") + _DEVA[char]
            pending = "क" <= char <= "ह"
        elif char == "ं":
            out += ("a" if pending else "") + "n"
            pending = False
    return out


def _short(sound: str) -> str:
    """One letter for a doubled one, and one i for several."""
    return re.sub(r"(.)\1+", r"\1", sound)


def bones(sound: str) -> str:
    """The consonants alone, in classes that spellings do not leave: what is looked up by."""
    kept = sound.translate(_BONES)
    return re.sub(r"(.)\1+", r"\1", kept)


_BONES = str.maketrans(
    {**dict.fromkeys("aeiouhg", ""), **dict.fromkeys("cCSZJz", "s"), "b": "p", "d": "t", "f": "v", "n": "m", "l": "r"}
)


@lru_cache(maxsize=200_000)
def likeness(one: str, other: str) -> float:
    """How alike two readings sound, 0-1; 1 is the same."""
    if one == other:
        return 1.0
    if not one or not other or abs(len(one) - len(other)) > 4:
        return 0.0
    size = max(len(one), len(other))
    return max(0.0, 1.0 - _distance(one, other) / (0.35 * size + 0.6))


def _drop(char: str, before: str) -> float:
    if char == "i":
        return 0.15 if before in VOWELS else 0.3
    if char in VOWELS:
        return 0.45
    return 0.25 if char == "h" else 1.0


def _swap(one: str, other: str) -> float:
    if one == other:
        return 0.0
    pair = one + other if one < other else other + one
    return _NEAR.get(pair, 1.0 if one not in VOWELS or other not in VOWELS else 0.4)


def _distance(one: str, other: str) -> float:
    drops = [_drop(char, before) for before, char in pairwise(" " + other)]
    row = [0.0]
    for cost in drops:
        row.append(row[-1] + cost)
    for before, char in pairwise(" " + one):
        gone = _drop(char, before)
        last, row[0] = row[0], row[0] + gone
        for at, (against, cost) in enumerate(zip(other, drops, strict=True), 1):
            here = min(last + _swap(char, against), row[at] + gone, row[at - 1] + cost)
            last, row[at] = row[at], here
    return row[-1]


def skeleton_likeness(written: str, spoken: str) -> float:
    """How well an unvowelled reading (Arabic) fits a vowelled one: consonants must agree, long vowels may be there."""
    one, other = (re.sub("[aeiou]", "", text.replace("h", "h")) for text in (written, spoken))
    one, other = _short(one), _short(other)
    if not one or not other:
        return 0.0
    return likeness(one, other) if one != other else 1.0
