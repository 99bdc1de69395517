"""Invented names for the training of the sequence models: put in the place of names in labelled sets, and into sentences of our own.

In      `train_names.txt` (given names and surnames of 45 countries), `train_sentences.txt` (sentences with places for names)
Out     sentences with the offsets of the names; names in six scripts, foreign ones spelt by sound
Limits  the spelling by sound is rough: it is to look like a foreign name, not to be right
Raises  nothing; the same names every time for the same `Random`
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
SCRIPT = {"uk": "cyrillic", "ar": "arabic", "ko": "hangul", "ne": "devanagari", "hi": "devanagari", "zh": "han"}
"""Script of a language; Latin where none is named."""

_DIGRAPHS = (
    "sch",
    "sh",
    "ch",
    "kh",
    "zh",
    "th",
    "ph",
    "gh",
    "dh",
    "bh",
    "ts",
    "ng",
    "ny",
    "mb",
    "nd",
    "nk",
    "ou",
    "oo",
    "ee",
)
_TABLES = {
    "cyrillic": dict(
        zip(
            [
                "sch",
                "sh",
                "ch",
                "kh",
                "zh",
                "th",
                "ph",
                "gh",
                "dh",
                "bh",
                "ts",
                "ng",
                "ny",
                "ou",
                "oo",
                "ee",
                "a",
                "b",
                "c",
                "d",
                "e",
                "f",
                "g",
                "h",
                "i",
                "j",
                "k",
                "l",
                "m",
                "n",
                "o",
                "p",
                "q",
                "r",
                "s",
                "t",
                "u",
                "v",
                "w",
                "x",
                "y",
                "z",
            ],
            [
                "ш",
                "ш",
                "ч",
                "х",
                "ж",
                "т",
                "ф",
                "ґ",
                "д",
                "б",
                "ц",
                "нг",
                "нь",
                "у",
                "у",
                "і",
                "а",
                "б",
                "к",
                "д",
                "е",
                "ф",
                "г",
                "х",
                "і",
                "дж",
                "к",
                "л",
                "м",
                "н",
                "о",
                "п",
                "к",
                "р",
                "с",
                "т",
                "у",
                "в",
                "в",
                "кс",
                "й",
                "з",
            ],
            strict=True,
        )
    ),
    "arabic": dict(
        zip(
            [
                "sch",
                "sh",
                "ch",
                "kh",
                "zh",
                "th",
                "ph",
                "gh",
                "dh",
                "bh",
                "ts",
                "ou",
                "oo",
                "ee",
                "a",
                "b",
                "c",
                "d",
                "e",
                "f",
                "g",
                "h",
                "i",
                "j",
                "k",
                "l",
                "m",
                "n",
                "o",
                "p",
                "q",
                "r",
                "s",
                "t",
                "u",
                "v",
                "w",
                "x",
                "y",
                "z",
            ],
            [
                "ش",
                "ش",
                "تش",
                "خ",
                "ج",
                "ث",
                "ف",
                "غ",
                "ذ",
                "ب",
                "تس",
                "و",
                "و",
                "ي",
                "ا",
                "ب",
                "ك",
                "د",
                "ي",
                "ف",
                "غ",
                "ه",
                "ي",
                "ج",
                "ك",
                "ل",
                "م",
                "ن",
                "و",
                "ب",
                "ق",
                "ر",
                "س",
                "ت",
                "و",
                "ف",
                "و",
                "كس",
                "ي",
                "ز",
            ],
            strict=True,
        )
    ),
}
_DEVANAGARI = dict(
    zip(
        [
            "sch",
            "sh",
            "ch",
            "kh",
            "th",
            "ph",
            "gh",
            "dh",
            "bh",
            "ts",
            "b",
            "c",
            "d",
            "f",
            "g",
            "h",
            "j",
            "k",
            "l",
            "m",
            "n",
            "p",
            "q",
            "r",
            "s",
            "t",
            "v",
            "w",
            "x",
            "y",
            "z",
        ],
        [
            "श",
            "श",
            "च",
            "ख",
            "थ",
            "फ",
            "घ",
            "ध",
            "भ",
            "त्स",
            "ब",
            "क",
            "ड",
            "फ",
            "ग",
            "ह",
            "ज",
            "क",
            "ल",
            "म",
            "न",
            "प",
            "क",
            "र",
            "स",
            "ट",
            "भ",
            "व",
            "क्स",
            "य",
            "ज",
        ],
        strict=True,
    )
)
_MATRA = {"a": "ा", "e": "े", "i": "ि", "o": "ो", "u": "ु", "y": "ी"}
_VOWEL = {"a": "आ", "e": "ए", "i": "इ", "o": "ओ", "u": "उ", "y": "ई"}
_LEADS = dict(
    zip(
        ["b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "q", "r", "s", "t", "v", "w", "x", "y", "z"],
        (7, 15, 3, 17, 0, 18, 12, 15, 5, 6, 2, 17, 15, 5, 9, 16, 7, 11, 9, 11, 12),
        strict=True,
    )
)
_NUCLEI = {"a": 0, "e": 5, "i": 20, "o": 8, "u": 13, "y": 20}
_TAILS = {"n": 4, "m": 16, "l": 8, "r": 8, "k": 1, "g": 21, "b": 17, "p": 17}
_HAN = {
    "b": "布巴贝博", "c": "克卡科", "d": "德达迪杜", "f": "弗法菲", "g": "格加戈古", "h": "赫哈霍", "j": "杰贾基", "k": "克卡科库",
    "l": "勒拉利洛", "m": "姆马米莫", "n": "恩纳尼诺", "p": "普帕皮波", "q": "克奇", "r": "尔拉里罗", "s": "斯萨西索",
    "t": "特塔蒂托", "v": "夫瓦维", "w": "沃瓦威", "x": "克斯", "y": "伊亚尤", "z": "兹扎齐佐", "a": "阿艾", "e": "埃", "i": "伊",
    "o": "奥", "u": "乌",
}  # fmt: skip


def usual(word: str) -> bool:
    """Whether a word begins with a letter and, of an Arabic one, is a compound that begins so everywhere if it is two."""
    return word[0].isalpha() and (" " not in word or not _ARABIC.match(word) or word.split()[0] in _COMPOUNDS)


_ARABIC = re.compile("[\u0600-\u06ff]")
_COMPOUNDS = frozenset({"عبد", "أبو", "آل", "بن", "بني", "ود", "نور", "شمس", "نصر", "فاطمة"})
_HOME = {"ne": "ne_NP", "ko": "ko_KR"}
"""The list from which half the names of a language come, where other peoples' names stand in its letters too."""
_MIDDLE = ("सिंह", "कुमार", "लाल", "प्रसाद", "राम", "चंद", "नाथ", "बहादुर", "राज")
_INITIALS = ("ए.", "बी.", "सी.", "डी.", "ई.", "जी.", "के.", "एम.", "एन.", "पी.", "आर.", "एस.", "टी.", "वी.")


@cache
def pools(script: str) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """Given names and surnames of a script, a list a country, with what the list is called."""
    lines = (HERE / "train_names.txt").read_text("utf-8").splitlines()
    return tuple(
        (line.strip("[]").split()[1], *(tuple(filter(usual, lines[i + n].split("; "))) for n in (1, 2)))
        for i, line in enumerate(lines)
        if line.startswith(f"[{script} ")
    )


def plain(word: str) -> str:
    """ASCII letters of a Latin word."""
    import unicodedata

    return re.sub(
        r"[^a-z]", "", unicodedata.normalize("NFD", word.lower().replace("ı", "i").replace("ł", "l").replace("ß", "ss"))
    )


def by_sound(word: str, script: str, random: Random) -> str:
    """A Latin word in the letters of another script."""
    low = plain(word)
    if script in _TABLES:
        table, out = _TABLES[script], ""
        for part in re.findall("|".join([*(d for d in _DIGRAPHS if d in table), "."]), low):
            out += table[part]
        return out.capitalize()
    if script == "devanagari":
        return _devanagari(low, random)
    if script == "hangul":
        return "".join(
            _hangul(*m.groups())
            for m in re.finditer(r"([^aeiouy]?)[^aeiouy]*?([aeiouy])[aeiouy]?(?:([nmlrkgbp])(?![aeiouy]))?", low)
        )
    return "".join(random.choice(_HAN[m.group()[0]]) for m in re.finditer(r"[^aeiouy][aeiouy]?|[aeiouy]", low))


def _devanagari(low: str, random: Random) -> str:
    out, before = "", "vowel"
    for part in re.findall("|".join([*(d for d in _DIGRAPHS if d in _DEVANAGARI), "."]), low):
        if part in _MATRA:
            out += (
                _MATRA[part]
                if before == "consonant" and (part != "a" or random.random() < 0.6)
                else ""
                if before == "consonant"
                else _VOWEL[part]
            )
            before = "vowel"
        else:
            out += ("्" if before == "consonant" else "") + _DEVANAGARI[part]
            before = "consonant"
    return out


def _hangul(lead: str, nucleus: str, tail: str | None) -> str:
    return chr(0xAC00 + (_LEADS.get(lead, 11) * 21 + _NUCLEI[nucleus]) * 28 + _TAILS.get(tail or "", 0))


def name(script: str, random: Random, foreign: bool = False, language: str = "") -> tuple[str, ...]:
    """Words of an invented full name of a script."""
    if script == "latin" or foreign:
        return _foreign(script, random)
    lists = pools(script)
    home = [one for one in lists if one[0] == _HOME.get(language)]
    country, givens, surnames = random.choice(home if home and random.random() < 0.5 else lists)
    given, surname = random.choice(givens), random.choice(surnames)
    if country in {"zh_CN", "ko_KR"}:
        return (surname[:1] + given,)
    if script == "hangul":
        together = {"china": given + surname, "compound": surname + given, "rare": surname + given}.get(country)
        return (together,) if together else (given, *surname.split())
    if script == "arabic" and random.random() < 0.45:  # the father's name between them, or instead of a surname
        father = random.choice(givens)
        return (given, father) if random.random() < 0.4 else (given, father, surname)
    if script == "devanagari" and random.random() < 0.25:
        return _with_middle(given, surname, random)
    return (given, surname)


def _foreign(script: str, random: Random) -> tuple[str, ...]:
    """A Latin name, or one spelt by its sound."""
    _, givens, surnames = random.choice(pools("latin"))
    words = [random.choice(givens), random.choice(surnames)]
    if random.random() < 0.2:
        words.insert(1, random.choice((givens, surnames)[random.randrange(2)]))
    if script == "latin":
        if random.random() < 0.06:
            words[-1] += "-" + random.choice(surnames)
        return tuple(words)
    spelt = tuple(w for w in (by_sound(w, script, random) for w in words[:2] if plain(w)) if w)
    return ("·".join(spelt),) if script == "han" else spelt


def _with_middle(given: str, surname: str, random: Random) -> tuple[str, ...]:
    """A name of India of three words, or with initials."""
    if random.random() < 0.35:
        return (*random.sample(_INITIALS, random.choice((1, 1, 2))), random.choice((given, surname)))
    return (given, random.choice(_MIDDLE), surname)


def inflect(word: str, case: str) -> str:
    """A Ukrainian case of a name's word, as the endings have it."""
    low = word.lower()
    if case and low.endswith("ий"):
        return word[:-2] + {"g": "ого", "d": "ому", "i": "им"}[case]
    if case and low[-1] in "ая":
        return word[:-1] + {"g": "и", "d": "і", "i": "ою"}[case]
    if case and low[-1] not in "аеиоуіїєюяй":
        return word.rstrip("ь") + {"g": "а", "d": "у", "i": "ом"}[case]
    return word


def fill(template: str, language: str, random: Random) -> tuple[str, list[tuple[int, int]]]:
    """A sentence with invented names in their places, and where they stand."""
    script = SCRIPT.get(language, "latin")
    text, spans, at = "", [], 0
    for slot in re.finditer(r"\{([pfg])(?:\.([gdi]))?\}", template):
        text += template[at : slot.start()]
        words = name(script, random, slot.group(1) == "f" or random.random() < 0.2, language)
        if slot.group(1) == "g":
            words = words[:1]
        if language in {"pt", "es"} and len(words) > 1 and random.random() < 0.25:
            words = (
                (*words[:-1], random.choice(("de", "dos", "da")) if language == "pt" else "de", words[-1])
                if random.random() < 0.4
                else (*words, name(script, random)[-1])
            )
        spelt = " ".join(inflect(w, slot.group(2) or "") for w in words)
        spans.append((len(text), len(text) + len(spelt)))
        text += spelt
        at = slot.end()
    return text + template[at:], spans


def sentences(languages: tuple[str, ...], times: int) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Every sentence of some languages, `times` over with other names each time."""
    random, language = Random(11), ""
    for line in (HERE / "train_sentences.txt").read_text("utf-8").splitlines():
        if line.startswith("@"):
            language = line[1:]
        elif not line.startswith("#") and language in languages:
            for _ in range(times if "{" in line else 3):
                yield fill(line, language, random)


def replaced(words: list[str], tags: list[str], script: str, random: Random) -> tuple[list[str], list[str]] | None:
    """A labelled sentence with its names exchanged for invented ones; None where it names nobody."""
    if "B" not in tags:
        return None
    out: list[str] = []
    marks: list[str] = []
    for i, (word, tag) in enumerate(zip(words, tags, strict=True)):
        if tag == "O":
            out.append(word)
            marks.append("O")
        elif tag == "B":
            size = next((j for j in range(i + 1, len(tags)) if tags[j] != "I"), len(tags)) - i
            new = list(name(script, random, random.random() < 0.4))
            if script == "hangul":
                new = list(" ".join(new))
            elif size == 1 and script != "han":
                new = [new[-1]]
            out += new
            marks += ["B"] + ["I"] * (len(new) - 1)
    return out, marks
