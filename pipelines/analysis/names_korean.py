"""A Korean name behind its spellings: 이민호, Lee Min-ho, Yi Minho, Ли Мин Хо.

In      a name in Hangul, or parts in Latin or Cyrillic letters
Out     whether the letters spell the Hangul; how alike two Latin spellings are
Method  every syllable of Hangul is the list of its spellings (revised, McCune-Reischauer, those of passports and news)
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from pipelines.analysis.names_data import words

_FIRST = 0xAC00
_L_INITIAL = "g|k,kk|gg|k,n,d|t,tt|dd,r|l|n,m,b|p,bb|pp,s|sh,ss|s,,j|ch|z,jj|cch|tch,ch,k|kh,t|th,p|ph,h".split(",")
_L_VOWEL = "a|ah,ae|ai|e,ya|ia,yae|ye,eo|o|u|ŏ|uh|eu,e|ae|ay,yeo|yo|you|yu|yŏ|yuh,ye|yeh|e,o|oh,wa,wae|wai|we,oe|we|oi|oy,yo|yoh,u|oo|woo|wu,wo|weo|wŏ|wuh,we,wi|wee,yu|yoo|you|yew,eu|u|ŭ|eo,ui|eui|i|ee|ŭi,i|ee|yi".split(
    ","
)
_L_FINAL = ",k|g|c|ck,k|g,k|g,n,n,n,t|d,l|r,k|lg,m|lm,l,l,l,p,l,m,p|b,p,t|s,t|s,ng|n,t|j,t|ch,k,t,p,t|h|".split(",")
_C_INITIAL = "к|г,кк,н,т|д,тт,р|л|н,м,п|б,пп,с|ш|щ,сс,,ч|дж|чж|ц,чч,чх|ч,кх|к,тх|т,пх|п,х|г|".split(",")
_C_VOWEL = "а,э|е|ай,я|йа,е|йе,о|е,е|э|и,е|ио|йо|ье|е|ю|о,е|йе,о,ва|уа,вэ|ве,ве|вэ|э|е|ой,е|ио|йо|ье,у,во|о|уо,ве,ви|уи,ю|йю,и|у|е,ий|и|ий,и|й|ы".split(
    ","
)
_C_FINAL = ",к|г,к,к,н|нь,н,н,т|д,ль|л|р,к,м,ль,ль,ль,п,ль,м,п|б,п,т|с,т,н|нг|нь,т|дж,т,к,т,п,т|".split(",")
_FLAT = str.maketrans({"ё": "е", "ы": "и", "і": "и", "ї": "и", "є": "е", "й": "й"})
_CLASSES = (
    ("yeo|you|yo(?=u)", "yo"), ("eo|ŏ", "o"), ("eu|ŭ", "u"), ("ae|ai|ay|oe", "e"), ("oo|woo", "u"), ("ee", "i"), ("ui", "i"),
    ("ch|j", "c"), ("sh", "s"), ("ck|g|k+", "k"), ("d|t+", "t"), ("b|p+", "p"), ("r|l+", "l"), ("h(?![aeiouyw])", ""), ("(?<=.)u", "o"),
)  # fmt: skip


def _classes(part: str) -> str:
    for pattern, sound in _CLASSES:
        part = re.sub(pattern, sound, part)
    return part


@lru_cache(maxsize=20_000)
def _pattern(syllables: str, script: str) -> re.Pattern[str]:
    tables = (_L_INITIAL, _L_VOWEL, _L_FINAL) if script == "latin" else (_C_INITIAL, _C_VOWEL, _C_FINAL)
    out = ""
    for char in syllables:
        code = ord(char) - _FIRST
        for table, index in zip(tables, (code // 588, code % 588 // 28, code % 28), strict=True):
            choices = table[index].translate(_FLAT) if script == "cyrillic" else table[index]
            out += f"(?:{choices})"
        out += "[ -]?"
    return re.compile(out)


def split_hangul(name: str) -> tuple[str, str] | None:
    """Surname and given name of a name in Hangul, None when it has another length or single letters in it."""
    if not all("\uac00" <= char <= "\ud7a3" for char in name):
        return None
    size = 2 if name[:2] in words().korean_compound and len(name) > 3 else 1
    return (name[:size], name[size:]) if 1 <= len(name) - size <= 3 else None


def _spells(surname: str, part: str, script: str) -> bool:
    if part in words().korean.get(surname, ()):
        return True
    return bool(_pattern(surname, script).fullmatch(part.translate(_FLAT) if script == "cyrillic" else part))


def fits(hangul: str, parts: Sequence[str], script: str) -> float:
    """How well Latin or Cyrillic parts spell the Hangul name, in either order: 0, or .9 and above."""
    cut = split_hangul(hangul)
    if cut is None or not 2 <= len(parts) <= 3:
        return 0.0
    given = _pattern(cut[1], script)
    for surname, rest in ((parts[0], parts[1:]), (parts[-1], parts[:-1])):
        joined = " ".join(rest)
        joined = joined.translate(_FLAT) if script == "cyrillic" else joined
        if not _spells(cut[0], surname, script):
            continue
        if given.fullmatch(joined):
            return 0.96 if len(cut[1]) > 1 else 0.92
        bent = re.sub("(?:ом|ем|а|я|у|ю|е)$", "", joined)
        if script == "cyrillic" and bent != joined and (given.fullmatch(bent) or given.fullmatch(bent + "ь")):
            return 0.92
    return 0.0


_SAME = ("이리", "임림", "유류", "노로", "나라", "양량", "여려", "염렴", "육륙", "용룡", "연련")


def same_hangul(one: str, other: str) -> float:
    """How alike two names in Hangul are; North and South write some surnames otherwise."""
    if one == other:
        return 1.0
    if one[1:] == other[1:] and any(one[0] in pair and other[0] in pair for pair in _SAME):
        return 0.95
    return 0.0


def south(surname: str) -> str:
    """The surname as the South writes it."""
    return {"리": "이", "림": "임", "류": "유", "로": "노"}.get(surname, surname)


def spelt(word: str) -> frozenset[str]:
    """The surnames that a word in Latin or Cyrillic letters may be."""
    return _surname_classes().get(word, frozenset())


@cache
def _surname_classes() -> dict[str, frozenset[str]]:
    """Latin spelling of a surname -> the surnames that it may be."""
    found: dict[str, set[str]] = {}
    for surname, spellings in words().korean.items():
        for spelling in spellings:
            found.setdefault(spelling, set()).add(south(surname))
    return {spelt: frozenset(meant) for spelt, meant in found.items()}


def readings(parts: Sequence[str]) -> tuple[tuple[frozenset[str], str], ...]:
    """(surnames that may be meant, given name in sound classes) of Latin parts, for either order."""
    if not 2 <= len(parts) <= 3:
        return ()
    known = _surname_classes()
    return tuple(
        (known[surname], _classes("".join(rest).replace("-", "")))
        for surname, rest in ((parts[0], parts[1:]), (parts[-1], parts[:-1]))
        if surname in known and all(re.fullmatch("[a-zŏŭ'-]+", part) for part in rest)
    )


def compare_latin(one: Sequence[str], other: Sequence[str]) -> float:
    """How alike two Latin spellings of Korean names are: 0, or .9 and above."""
    for surnames, given in readings(one):
        for others, spelt in readings(other):
            if surnames & others and given == spelt and len(given) >= 4:
                return 0.92
    return 0.0


_CYRILLIC = (
    ("ль|л|р", "l"), ("дж|ч|ц", "c"), ("ё|е", "yo"), ("ю", "yu"), ("я", "ya"), ("нг|н", "n"), ("х(?=[аоуиэыеёюя])", "h"),
    ("к|г", "k"), ("т|д", "t"), ("п|б", "p"), ("с|ш|щ", "s"), ("м", "m"), ("а", "a"), ("о", "o"), ("у", "u"), ("и|ы|й|і", "i"), ("э|є", "e"), ("в", "w"),
    ("[ьъ -]", ""), ("х", ""),
)  # fmt: skip


def compare_scripts(latin: Sequence[str], cyrillic: Sequence[str]) -> float:
    """How alike a Korean name in Latin and one in Cyrillic letters are: 0, or .9."""
    if not 2 <= len(cyrillic) <= 3:
        return 0.0
    for surname, rest in ((cyrillic[0], cyrillic[1:]), (cyrillic[-1], cyrillic[:-1])):
        meant = {hangul for hangul in words().korean if _spells(hangul, surname, "cyrillic")}
        given = "".join(rest)
        for pattern, sound in _CYRILLIC:
            given = re.sub(pattern, sound, given)
        given = re.sub("(?<=.)u", "o", given)
        for surnames, spelt in readings(latin):
            if surnames & {south(one) for one in meant} and re.sub("nk(?!$)|nk$", "n", spelt) == given:
                return 0.9
    return 0.0


def hangul_classes(name: str) -> str:
    """The given name of a Hangul name in the classes that `readings` gives, for blocking."""
    cut = split_hangul(name)
    if cut is None:
        return ""
    spelt = ""
    for char in cut[1]:
        code = ord(char) - _FIRST
        spelt += (
            _L_INITIAL[code // 588].split("|")[0]
            + _L_VOWEL[code % 588 // 28].split("|")[0]
            + _L_FINAL[code % 28].split("|")[0]
        )
    return _classes(spelt)


@lru_cache(maxsize=20_000)
def romanised(word: str) -> tuple[str, ...]:
    """How foreign names in Hangul sound, in the alphabet of `names_sound`."""
    out = ""
    for char in word:
        code = ord(char) - _FIRST
        if not 0 <= code < 11_172:
            return ()
        out += _SOUND_INITIAL[code // 588] + _SOUND_VOWEL[code % 588 // 28] + _SOUND_FINAL[code % 28]
    out = re.sub("l[rl]", "l", out)
    return (out, re.sub("u(?=[^aeiou]|$)", "", out))


_SOUND_INITIAL = "k,k,n,d,t,r,m,b,p,s,s,,J,J,C,k,t,p,h".split(",")
_SOUND_VOWEL = "a,e,ia,ie,o,e,io,ie,o,va,ve,ve,io,u,vo,ve,vi,iu,u,i,i".split(",")
_SOUND_FINAL = ",k,k,k,n,n,n,t,l,k,m,l,l,l,p,l,m,p,p,s,s,n,t,t,k,t,p,t".split(",")
