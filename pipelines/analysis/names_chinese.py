"""A Chinese name behind any of its spellings: 张仁波, Zhang Renbo, Chang Jen-po, Чжан Женьбо.

In      the parts of a name, folded, of one script
Out     `Chinese` readings: surname and one or two syllables of the given name, in pinyin without tones
Limits  a reading is only one way to take the parts: "Lin Dan" is one, and so may be a name of another language
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from pipelines.analysis.names_data import pinyin_of, words

_INITIAL = re.compile("zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?")
_PALLADIUS_INITIALS = dict(
    zip(
        "b p m f d t n l g k h j q x zh ch sh r z c s".split(),
        "б п м ф д т н л г к х цз ц с чж ч ш ж цз ц с".split(),
        strict=True,
    )
)
_PALLADIUS_FINALS = dict(
    zip(
        "a o e ai ei ao ou an en ang eng ong i ia ie iao iu ian in iang ing iong u ua uo uai ui uan un uang v ve van vn".split(),
        "а о э ай эй ао оу ань энь ан эн ун и я е яо ю янь инь ян ин юн у уа о уай уй уань унь уан юй юэ юань юнь".split(),
        strict=True,
    )
)  # fmt: skip
_WHOLE = dict(
    zip(
        "yi ya ye yao you yan yin yang ying yong wu wa wo wai wei wan wen wang weng yu yue yuan yun er ju jue juan jun qu que quan qun xu xue xuan xun bo po mo fo zhi chi shi ri zi ci si".split(),
        "и я е яо ю янь инь ян ин юн у ва во вай вэй вань вэнь ван вэн юй юэ юань юнь эр цзюй цзюэ цзюань цзюнь цюй цюэ цюань цюнь сюй сюэ сюань сюнь бо по мо фо чжи чи ши жи цзы цы сы".split(),
        strict=True,
    )
)  # fmt: skip
_CYRILLIC_FLAT = str.maketrans({"э": "е", "ё": "е", "є": "е", "і": "и", "ї": "и", "й": "и", "ы": "и", "ґ": "г"})
_ENDINGS = re.compile("(?:ові|еві|єві|ом|ем|єм|а|я|у|ю|е|і)$")


@dataclass(frozen=True, slots=True)
class Chinese:
    """One way to read a name as a Chinese one. `characters` are those it is written with, else empty."""

    surname: str
    given: tuple[str, ...]
    characters: str = ""
    inflected: bool = False


@cache
def _syllables() -> frozenset[str]:
    return frozenset(
        s.replace("v", "u") if s[0] in "jqxy" else s for s in pinyin_of().values() if len(s) > 1 or s in "aeo"
    )


@cache
def _surnames() -> frozenset[str]:
    known = words()
    return frozenset(
        known.surname_readings.get(char) or pinyin_of()[char] for char in known.chinese if char in pinyin_of()
    ) | {"".join(pinyin_of()[char] for char in name) for name in known.compound}


def palladius(syllable: str) -> str:
    """A pinyin syllable in Cyrillic letters, empty where there is no such syllable."""
    if syllable in _WHOLE:
        return _WHOLE[syllable]
    initial = re.match(_INITIAL, syllable)
    start = initial.group() if initial else ""
    final = _PALLADIUS_FINALS.get(syllable[len(start) :])
    if final is None or (start and start not in _PALLADIUS_INITIALS):
        return ""
    return _PALLADIUS_INITIALS.get(start, "") + final


@cache
def _palladius() -> dict[str, tuple[str, ...]]:
    """Folded Cyrillic syllable -> the pinyin syllables that it may stand for."""
    found: dict[str, list[str]] = {}
    for syllable in sorted(_syllables()):
        spelt = palladius(syllable)
        if not spelt:
            continue
        flat = spelt.translate(_CYRILLIC_FLAT)
        forms = {flat, flat.replace("цз", "дз")} | ({"хуи", "хуеи"} if syllable == "hui" else set())
        for form in sorted(forms):
            found.setdefault(form, []).append(syllable)
    return {form: tuple(meant) for form, meant in found.items()}


@cache
def _wade() -> dict[str, str]:
    """Wade-Giles without its signs of breath where they are missing too -> pinyin; only spellings that differ."""
    found: dict[str, str] = {}
    for syllable in sorted(_syllables()):
        match = re.match(_INITIAL, syllable)
        start = match.group() if match else ""
        rest = syllable[len(start) :]
        if start in ("y", "w"):
            spelt = {"yan": "yen", "ye": "yeh", "you": "yu", "yue": "yueh", "yong": "yung", "yi": "i"}.get(syllable, "")
        else:
            initial = {"b": "p", "p": "p'", "d": "t", "t": "t'", "g": "k", "k": "k'", "j": "ch", "q": "ch'", "zh": "ch", "ch": "ch'", "z": "ts", "c": "ts'", "x": "hs", "r": "j"}.get(start, start)  # fmt: skip
            final = {"ian": "ien", "ie": "ieh", "ong": "ung", "iong": "iung", "ue": "ueh", "e": "eh" if start in ("sh", "zh", "ch", "r") else "e", "i": "ih" if start in ("zh", "ch", "sh", "r") else "u" if start in ("z", "c", "s") else "i", "uo": "o" if start not in ("g", "k", "h", "sh") else "uo"}.get(rest, rest)  # fmt: skip
            spelt = ("tz" if final == "u" and start == "z" else initial) + final
        if spelt and spelt != syllable:
            found.setdefault(spelt, syllable)
    return found


def _split(token: str, known: frozenset[str], most: int) -> Iterator[tuple[str, ...]]:
    """Every way to cut `token` into at most `most` known syllables."""
    if token in known:
        yield (token,)
    if most == 1:
        return
    for cut in range(1, min(7, len(token))):
        if token[:cut] in known:
            for rest in _split(token[cut:], known, most - 1):
                yield (token[:cut], *rest)


@lru_cache(maxsize=20_000)
def _latin(token: str) -> tuple[tuple[str, ...], ...]:
    bare = token.replace("'", "").replace("-", "")
    found = list(_split(bare.replace("lv", "lu").replace("nv", "nu"), _syllables(), 2))
    if "-" in token or "'" in token:
        wade = _wade()
        pieces = token.split("-")
        if all(piece in wade or piece in _syllables() for piece in pieces) and len(pieces) <= 2:
            found.append(tuple(wade.get(piece, piece) for piece in pieces))
    return tuple(found)


@lru_cache(maxsize=20_000)
def _cyrillic(token: str) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """Ways to read one word, each with whether an ending was taken off."""
    table = _palladius()
    known = frozenset(table)
    found: list[tuple[tuple[str, ...], bool]] = []
    flat = token.replace("-", "").replace("'", "").translate(_CYRILLIC_FLAT)
    stem = _ENDINGS.sub("", token).replace("-", "").replace("'", "").translate(_CYRILLIC_FLAT)
    for form, inflected in ((flat, False), (stem, True), (stem + "ь", True)):
        if inflected and (stem == flat or len(stem) < 2):
            continue
        for cut in _split(form, known, 2):
            choices: list[tuple[str, ...]] = [()]
            for piece in cut:
                choices = [(*before, meant) for before in choices for meant in table[piece]]
            found += [(choice, inflected) for choice in choices]
    return tuple(dict.fromkeys(found))


def han_readings(name: str) -> tuple[Chinese, ...]:
    """Readings of two to four simplified characters."""
    known, table = words(), pinyin_of()
    found = []
    for size in (2, 1):
        surname, given = name[:size], name[size:]
        if not 1 <= len(given) <= 2 or not all(char in table for char in name):
            continue
        if (size == 2 and surname not in known.compound) or (size == 1 and surname not in known.chinese):
            continue
        first = (
            "".join(table[char] for char in surname)
            if size == 2
            else known.surname_readings.get(surname, table[surname])
        )
        rest = tuple(known.given_readings.get(char, table[char]) for char in given)
        found.append(Chinese(_u(first), tuple(_u(syllable) for syllable in rest), name))
    return tuple(found)


def _u(syllable: str) -> str:
    return syllable.replace("v", "u") if syllable[0] in "jqxyln" else syllable


def readings(parts: Sequence[str], script: str) -> tuple[Chinese, ...]:
    """Every reading of two or three words in Latin or Cyrillic letters; the surname may stand first or last."""
    if not 2 <= len(parts) <= 3 or any(len(part) > 14 for part in parts):
        return ()
    found: list[Chinese] = []
    for surname, rest in ((parts[0], parts[1:]), (parts[-1], parts[:-1])):
        for first, bent in _surname(surname, script):
            for given, bent_too in _given(rest, script):
                found.append(Chinese(first, given, "", bent or bent_too))
    return tuple(dict.fromkeys(found))


def _surname(part: str, script: str) -> Iterator[tuple[str, bool]]:
    if script == "latin":
        bare = part.replace("-", "").replace("'", "")
        if bare in _surnames():
            yield bare, False
        if bare in words().dialect:
            yield words().dialect[bare], False
        if part in _wade() and _wade()[part] in _surnames():
            yield _wade()[part], False
        return
    for syllables, bent in _cyrillic(part):
        if "".join(syllables) in _surnames():
            yield "".join(syllables), bent


def _given(parts: Sequence[str], script: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    if script == "latin":
        joined = "-".join(parts) if len(parts) == 2 else parts[0]
        for cut in _latin(joined):
            if len(parts) == 1 or len(cut) == 2:
                yield cut, False
        return
    if len(parts) == 1:
        yield from _cyrillic(parts[0])
        return
    for one, bent in _cyrillic(parts[0]):
        for other, bent_too in _cyrillic(parts[1]):
            if len(one) == len(other) == 1:
                yield one + other, bent or bent_too


def syllable_likeness(one: str, other: str) -> float:
    """1 for the same syllable, less for those that are written for each other (an/ang, zh/z), 0 for others."""
    if one == other:
        return 1.0
    if _loose(one) == _loose(other):
        return 0.8
    return 0.0


@lru_cache(maxsize=2_000)
def _loose(syllable: str) -> str:
    flat = re.sub("^zh|^j(?=u)", "z", re.sub("^ch", "c", re.sub("^sh", "s", syllable)))
    return re.sub("ng$", "n", flat)


def loose_key(reading: Chinese) -> str:
    """What readings that may be one person have in common."""
    return "zh:" + _loose(reading.surname) + ":" + "".join(map(_loose, reading.given))


def compare_readings(one: Chinese, other: Chinese) -> tuple[float, str]:
    """Score and reason of two readings."""
    if len(one.given) != len(other.given):
        return 0.0, ""
    given = [syllable_likeness(a, b) for a, b in zip(one.given, other.given, strict=True)]
    surname = syllable_likeness(one.surname, other.surname)
    if not surname or not all(given):
        return 0.0, ""
    variants = sum(score < 1 for score in (*given, surname))
    if one.characters and other.characters and one.characters != other.characters:
        return (0.7 if variants == 0 else 0.55), "sounds alike, other characters"
    if variants == 0:
        return (0.98 if len(given) == 2 else 0.94), "same pinyin"
    if variants == 1 and len(given) == 2:
        return 0.9, "one syllable spelt otherwise"
    return (0.72 if variants == 1 else 0.62), "syllables spelt otherwise"
