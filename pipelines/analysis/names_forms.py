"""Spellings of a name to search for: its cases in Slavic languages, its other scripts, its other order.

In      a name in any script
Out     forms in reading order of use, the name itself first, no doubles
Limits  made by rule, so some are spelt as nobody would; `names.compare` decides, these only find candidates
Raises  nothing
"""

from __future__ import annotations

from functools import cache, lru_cache

from pipelines.analysis import names_chinese
from pipelines.analysis.names_data import pinyin_of
from pipelines.analysis.names_parts import Profile, name_words, profile

_TO_LATIN = (
    ("щ", "shch"), ("ж", "zh"), ("х", "kh"), ("ц", "ts"), ("ч", "ch"), ("ш", "sh"), ("ю", "yu"), ("я", "ya"), ("є", "ye"), ("ї", "yi"), ("ё", "yo"),
    ("ий", "y"), ("ый", "y"), ("й", "i"), ("ь", ""), ("ъ", ""), ("э", "e"), ("ы", "y"), ("ґ", "g"), ("'", ""),
)  # fmt: skip
_PLAIN = str.maketrans("абвгдезиіклмнопрстуф", "abvgdeziiklmnoprstuf")
_UKRAINIAN = str.maketrans({"г": "h", "и": "y"})
_TO_CYRILLIC = (
    ("shch", "щ"), ("sch", "ш"), ("tch", "ч"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"), ("th", "т"), ("ph", "ф"), ("yu", "ю"), ("iu", "ю"), ("ya", "я"), ("ia", "я"),
    ("ye", "е"), ("yi", "ї"), ("ii", "ій"), ("iy", "ий"), ("yy", "ий"), ("oo", "у"), ("ee", "і"), ("ck", "к"), ("x", "кс"), ("j", "дж"), ("w", "в"), ("q", "к"), ("c", "к"), ("y", "і"),
)  # fmt: skip
_CYRILLIC = str.maketrans("abvgdeziklmnoprstufh", "абвгдезіклмнопрстуфг")
_MASCULINE = ("а", "у", "ом", "ові", "і", "е")
_SOFT = ("я", "ю", "ем", "еві", "ем", "і")


@lru_cache(maxsize=20_000)
def forms(name: str) -> tuple[str, ...]:
    """Forms of `name` to look up in an index, small letters.

    >>> "сміленка" in forms("Іван Сміленко")[1]
    True
    """
    found = profile(name)
    words = [word for word in name_words(name) if word]
    out = [" ".join(words)]
    if found.han:
        out = ["".join(words), *_pinyin(found), *_palladius(found)]
    elif found.script == "cyrillic":
        out += _cases(words) + _latin(words)
    elif found.script == "latin":
        cyrillic = [_cyrillic(word) for word in words]
        out += [" ".join(cyrillic), *_cases(cyrillic), *_palladius(found)]
    out += [" ".join(reversed(form.split())) for form in out if 1 < len(form.split()) <= 3]
    return tuple(dict.fromkeys(form for form in out if form))


def _latin(words: list[str]) -> list[str]:
    def spelt(word: str, ukrainian: bool) -> str:
        for letter, latin in _TO_LATIN:
            word = word.replace(letter, latin)
        return word.translate(_UKRAINIAN if ukrainian else {}).translate({**_PLAIN, ord("г"): "g", ord("и"): "i"})

    return [" ".join(spelt(word, ukrainian) for word in words) for ukrainian in (True, False)]


def _cyrillic(word: str) -> str:
    for latin, letter in _TO_CYRILLIC:
        word = word.replace(latin, letter)
    return word.translate(_CYRILLIC)


def _cases(words: list[str]) -> list[str]:
    """The whole name in each case: every part with the ending of that case."""
    every = [_endings(word) for word in words]
    return [" ".join(forms[at] for forms in every) for at in range(6)]


def _endings(word: str) -> tuple[str, ...]:
    """Genitive, dative, instrumental, Ukrainian dative, locative, prepositional of one word."""
    if word.endswith(("ий", "ый", "ій", "ой")) and len(word) > 4 and word[-3] in "кнцвхг":
        return tuple(word[:-2] + ending for ending in ("ого", "ому", "им", "ому", "ому", "ом"))
    if word.endswith(("ська", "цька", "ская", "цкая")):
        stem = word.removesuffix("я")[:-1]
        return tuple(stem + ending for ending in ("ої", "ій", "ою", "ій", "ій", "ой"))
    if word.endswith(("ія", "ия")):
        return tuple(word[:-1] + ending for ending in ("ї", "ї", "єю", "ї", "ї", "и"))
    if word.endswith("я"):
        return tuple(word[:-1] + ending for ending in ("і", "і", "ею", "і", "і", "и"))
    if word.endswith("а"):
        return tuple(word[:-1] + ending for ending in ("и", "і", "ою", "і", "і", "е"))
    if word.endswith("о"):
        return tuple(word[:-1] + ending for ending in _MASCULINE)
    if word.endswith(("ець", "ец")):
        stem = word[: word.rindex("е")] + "ц"
        return tuple(stem + ending for ending in ("я", "ю", "ем", "еві", "і", "е"))
    if word.endswith(("й", "ь")):
        return tuple(word[:-1] + ending for ending in _SOFT)
    if word[-1:] in "бвгджзклмнпрстфхцчшщ":
        return tuple(word + ending for ending in _MASCULINE)
    return (word,) * 6


def _pinyin(found: Profile) -> list[str]:
    return [f"{reading.surname} {''.join(reading.given)}" for reading in found.chinese]


def _palladius(found: Profile) -> list[str]:
    spelt = _syllables_in_cyrillic()
    out = []
    for reading in found.chinese:
        if reading.surname in spelt and all(syllable in spelt for syllable in reading.given):
            out.append(f"{spelt[reading.surname]} {''.join(spelt[syllable] for syllable in reading.given)}")
    return out


@cache
def _syllables_in_cyrillic() -> dict[str, str]:
    return {s: names_chinese.palladius(s) for s in sorted(set(pinyin_of().values())) if names_chinese.palladius(s)}
