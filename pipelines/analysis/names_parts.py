"""Take a person's name apart: its words, their script, initials, patronymic, and what an inflected word may stand for.

In      a name as news writes it, any order, with particles, titles, a nickname in brackets
Out     `Profile`: comparable parts; the patronymic apart; Chinese and Hangul as a whole
Raises  nothing: a text without letters gives a profile without parts
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipelines.analysis import names_chinese, names_korean
from pipelines.analysis.names_data import groups, words
from pipelines.analysis.names_sound import script, sounds
from pipelines.analysis.tokens import fold

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u064b-\u0655\u0670\u0900-\u0963\u200c\u200d'’ʼ`´-])*")
_BRACKETS = re.compile(r"\([^)]*\)|（[^）]*）|[\"“«„][^\"”»“]*[\"”»“]")
_APOSTROPHES = re.compile("[’ʼ`´]")
_PATRONYMIC = re.compile("(?:[оеєьи]вич|йович|ійович|евич|ьич|кич|мич|ївна|івна|овна|евна|ична|инична)(?:а|у|ем|ом|і|е|ы|и|ой|ою|еві|ові)?$|(?:ovich|evich|ovych|evych|yovych|iovych|ivna|yivna|ovna|evna|iyovych|yevich|ievich)$")  # fmt: skip
_TURKISH_CASE = re.compile(
    "'(?:s|in|ın|un|ün|nin|nın|nun|nün|i|ı|u|ü|yi|yı|yu|yü|e|a|ye|ya|den|dan|de|da|te|ta|le|la)$"
)
_ABD = re.compile("^abd(?:[aeu][lrsdntz]|[aeu])?(?=[^aeiou]..)|^عبد(?:ال)?(?=..)|^абд[уе]?[лр]?(?=[^аеиоуэюя]..)")
_NEPALI_CASE = re.compile("(?:ले|लाई|को|का|की|मा|बाट|सँग|द्वारा)$")
# an ending of the cases -> what the word may end with when it is named; longest first
_CASES = (
    ("ового", ("овий", "овой")), ("ією", ("ія",)), ("ого", ("ий", "ый", "ой")), ("его", ("ий",)), ("ому", ("ий", "ый", "ой")), ("ему", ("ий",)),
    ("ові", ("", "о")), ("еві", ("ь", "й", "")), ("єві", ("й",)), ("ця", ("ець", "ец")), ("цю", ("ець", "ец")), ("цем", ("ець", "ец")), ("цу", ("ец",)), ("ца", ("ец",)),
    ("ої", ("а",)), ("ою", ("а",)), ("ею", ("я", "а")), ("єю", ("я",)), ("ії", ("ія",)), ("ии", ("ия",)), ("ію", ("ія", "ій")), ("ия", ("ий",)), ("ию", ("ий", "ия")),
    ("ія", ("ій",)), ("ием", ("ий",)), ("ієм", ("ій",)), ("ой", ("а", "ая")), ("ую", ("ая",)), ("юю", ("яя",)), ("ей", ("я", "а")), ("ій", ("а",)), ("ым", ("ый", "")), ("им", ("ий", "", "ій")),
    ("ом", ("", "о")), ("ем", ("ь", "", "й")), ("єм", ("й",)), ("ами", ("",)), ("а", ("", "о")), ("я", ("ь", "й")), ("у", ("", "а", "о")), ("ю", ("ь", "й", "я")),
    ("і", ("а", "я", "")), ("ї", ("я",)), ("и", ("а", "я")), ("ы", ("а",)), ("е", ("а", "", "я")),
)  # fmt: skip
_FLIGHT = re.compile("([бвгджзклмнпрстфхчшщ])([лкц])$")


@dataclass(frozen=True, slots=True)
class Base:
    """One word that a part may stand for; `inflected` when an ending was taken off."""

    text: str
    sounds: tuple[str, ...]
    groups: frozenset[int]
    inflected: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a name; `bases[0]` is the word as it stands."""

    text: str
    script: str
    initial: bool
    bases: tuple[Base, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """A name taken apart. `hangul` and `han` are set when the whole name is one word of that script."""

    name: str
    script: str
    parts: tuple[Part, ...]
    patronymic: Part | None = None
    chinese: tuple[names_chinese.Chinese, ...] = ()
    han: str = ""
    hangul: str = ""
    raw: tuple[str, ...] = ()


def name_words(name: str) -> list[str]:
    """The words of a name, small letters, apostrophes as one sign, brackets and nicknames left out."""
    text = (
        _BRACKETS.sub(" ", unicodedata.normalize("NFC", name)) if re.search(r"\w", _BRACKETS.sub(" ", name)) else name
    )
    return [_APOSTROPHES.sub("'", found.group().lower()).strip("-'") for found in _WORD.finditer(text)]


@lru_cache(maxsize=60_000)
def part_of(word: str) -> Part:
    """The part that one small-letter word is."""
    kind = script(word)
    flat = fold(word)
    if kind == "latin":
        flat = _TURKISH_CASE.sub("", flat).replace("'", "")
        word = _TURKISH_CASE.sub("", word)
    if kind in ("latin", "cyrillic"):
        word = _ABD.sub(lambda found: found.group()[:3], word.replace("-", ""))
        flat = flat.replace("-", "")
    if kind == "arabic":
        flat = re.sub("^[ول]?(?:ال|بال|لل)(?=..)", "", flat)
        word = _ABD.sub("عبد", flat)
    bases = [Base(flat, _sounds(word, kind), groups(flat))]
    bent = _uninflected(flat) if kind == "cyrillic" else _stripped(flat) if kind == "devanagari" else iter(())
    bases += [Base(form, _sounds(form, kind), groups(form), True) for form in bent]
    return Part(flat, kind, len(flat) == 1 and kind in ("latin", "cyrillic"), tuple(bases))


def _sounds(word: str, kind: str) -> tuple[str, ...]:
    if kind == "han":
        known = words().transcription
        return ("".join(known[char] for char in word),) if all(char in known for char in word) else ()
    return names_korean.romanised(word) if kind == "hangul" else sounds(word)


def _stripped(word: str) -> Iterator[str]:
    bare = _NEPALI_CASE.sub("", word)
    if bare != word and len(bare) >= 2:
        yield bare


def _uninflected(word: str) -> Iterator[str]:
    """What a Slavic word in one of its cases may be in the first one."""
    given: set[str] = {word}
    for ending, bases in _CASES:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 2:
            continue
        for base in bases:
            form = stem + base
            if form not in given and len(form) >= 2:
                given.add(form)
                yield form
            flown = _FLIGHT.sub(r"\1е\2", form) if not base else form
            if flown not in given:
                given.add(flown)
                yield flown
            if not base and _FLIGHT.search(form) and (other := _FLIGHT.sub(r"\1о\2", form)) not in given:
                given.add(other)
                yield other


@lru_cache(maxsize=60_000)
def profile(name: str) -> Profile:
    """Take `name` apart."""
    found = name_words(name)
    kinds = [script(word) for word in found]
    kind = max(set(kinds), key=kinds.count) if kinds else "other"
    if kind == "han":
        return _han(name, found)
    if kind == "hangul":
        return _hangul(name, found)
    flat = [fold(word) for word in found]
    chinese = names_chinese.readings(tuple(flat), kind) if kind in ("latin", "cyrillic") else ()
    kept, patronymic = _kept(found)
    return Profile(name, kind, tuple(map(part_of, kept)), patronymic, chinese, raw=tuple(flat))


def _kept(found: list[str]) -> tuple[list[str], Part | None]:
    """The words that tell a name apart, and the patronymic where there is one beside two others."""
    known = words()
    pieces: list[str] = []
    for word in found:
        cut = word.split("-")
        pieces += [word] if len(cut) > 1 and len(cut[0]) == 1 else cut
    pieces = [piece for piece in pieces if piece]
    pieces = _abd(pieces)
    kept = [p for p in pieces if fold(p) not in known.particles and fold(p) not in known.ignored]
    kept = kept if len(kept) >= 2 else pieces
    if len(kept) >= 3:
        for at in range(len(kept) - 1, 0, -1):
            if _PATRONYMIC.search(fold(kept[at])):
                return kept[:at] + kept[at + 1 :], part_of(kept[at])
    return kept, None


def _abd(pieces: list[str]) -> list[str]:
    """Abd al-Rahman is one part, however it is cut."""
    out: list[str] = []
    for piece in pieces:
        if out and out[-1] in ("abd", "abdul", "abdel", "abdal", "abdur", "abdoul", "عبد", "абд", "абдул", "абдель"):
            out[-1] += (
                re.sub("^ال", "", piece) if piece not in ("al", "el", "ul", "аль", "ар", "ur", "ar", "er") else ""
            )
            continue
        out.append(piece)
    return out


def _han(name: str, found: list[str]) -> Profile:
    flat = [fold(word) for word in found if script(word) == "han"]
    dotted = len(flat) > 1 and re.search("[·•・‧．･.]", name)
    whole = "" if dotted else "".join(flat)
    parts = tuple(map(part_of, flat if dotted else (whole,)))
    return Profile(
        name, "han", parts, None, names_chinese.han_readings(whole) if whole else (), han=whole, raw=tuple(flat)
    )


def _hangul(name: str, found: list[str]) -> Profile:
    flat = [word for word in found if script(word) == "hangul"]
    korean = len(flat) == 1 or (len(flat) == 2 and flat[0] in words().korean and len(flat[1]) <= 2)
    whole = "".join(flat) if korean else ""
    return Profile(name, "hangul", tuple(map(part_of, flat)), None, hangul=whole, raw=tuple(flat))


def is_patronymic(word: str) -> bool:
    """Whether a small-letter word is a patronymic by its ending."""
    return bool(_PATRONYMIC.search(fold(word)))
