"""Base forms of Slavic names: `Джона Сміта` is a form of `Джон Сміт`.

In      words of a name, language uk or ru
Out     the nominative, by endings and the list of names
Raises  nothing
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

from pipelines.analysis.people.gazetteer import is_name

_VOWELS = "аеиоуіїєюяыэё"


@cache
def _forms(part: str) -> tuple[str, ...]:
    """Words of one part of `data/slavic_forms.txt`."""
    text = (files("pipelines.analysis.people") / "data" / "slavic_forms.txt").read_text("utf-8")
    return tuple(text.split(f"[{part}]", 1)[1].split("[", 1)[0].split())


@cache
def _endings() -> tuple[tuple[str, str], ...]:
    """(oblique ending, nominative ending)."""
    pairs = (pair.partition(">") for pair in _forms("endings"))
    return tuple((oblique, base) for oblique, _, base in pairs)


@lru_cache(maxsize=20_000)
def nominatives(word: str) -> tuple[str, ...]:
    """The word and the known names whose oblique form it can be, the likeliest first."""
    low = word.lower()
    found = []
    for ending, base in _endings():
        if low.endswith(ending) and len(low) - len(ending) >= 2:
            candidate = low[: len(low) - len(ending)] + base
            if candidate[-1:] and is_name(candidate) and candidate != low:
                found.append(_like(candidate, word))
    return tuple(dict.fromkeys([*([word] if is_name(low) else []), *found]))


@lru_cache(maxsize=20_000)
def is_known_form(word: str) -> bool:
    """Whether a word is a known name or an oblique form of one."""
    return bool(nominatives(word)) or ("-" in word and all(nominatives(p) for p in word.split("-") if p))


def _like(candidate: str, word: str) -> str:
    return (
        candidate.upper()
        if word.isupper() and len(word) > 1
        else "-".join(p[:1].upper() + p[1:] for p in candidate.split("-"))
    )


def stem(word: str) -> str:
    """What all forms of a name share: lower case, without its last vowels and case endings."""
    low = word.lower().replace("ё", "е")
    for ending in (
        "ському",
        "ського",
        "цькому",
        "цького",
        "ским",
        "ским",
        "ського",
        "ового",
        "ський",
        "ського",
        "ським",
        "ской",
        "ской",
        "ский",
        "ского",
        "скому",
    ):
        if low.endswith(ending) and len(low) > len(ending) + 1:
            return low[: -len(ending)] + ending[:2]
    for ending in (
        "ові",
        "еві",
        "єві",
        "ого",
        "ому",
        "ими",
        "ами",
        "ями",
        "ой",
        "ою",
        "ею",
        "єю",
        "ій",
        "ий",
        "ый",
        "ом",
        "ем",
        "єм",
        "им",
        "ым",
        "ої",
        "ей",
        "ев",
        "ая",
        "ія",
        "ия",
        "ії",
        "ию",
        "ію",
        "ии",
        "ієм",
        "ием",
    ):
        if low.endswith(ending) and len(low) - len(ending) >= 3 and ending not in {"ев"}:
            return low[: -len(ending)]
    return low.rstrip("аеиоуіїєюяыьй") if len(low.rstrip("аеиоуіїєюяыьй")) >= 2 else low


def base_form(words: tuple[str, ...]) -> tuple[str, ...]:
    """Nominative of a name found only in another case.

    Only when the name as a whole is oblique: a given name that is no name in its own right, or one whose ending agrees
    with an oblique surname. Otherwise the words stay.

    >>> base_form(("Джона", "Сміта"))
    ('Джон', 'Сміт')
    """
    if len(words) < 2:
        only = nominatives(words[0])
        return (only[0],) if only and not is_name(words[0].lower()) else words
    first = nominatives(words[0])
    if words[0].isupper() and words[-1].isupper():
        return words
    if not _oblique(words):
        return words
    gender = _gender(
        first[-1] if first and first[0] == words[0] and len(first) > 1 else first[0] if first else words[0]
    )
    return tuple(_one(w, gender, i == 0) for i, w in enumerate(words))


def _oblique(words: tuple[str, ...]) -> bool:
    first, last = words[0].lower(), words[-1].lower()
    if last[-1:] not in _VOWELS and last[-1:] not in "ймх":
        return False
    surely = (
        "ського",
        "ському",
        "ським",
        "цького",
        "цькому",
        "цьким",
        "ского",
        "скому",
        "ским",
        "цкого",
        "енка",
        "енком",
        "енкові",
        "енку",
        "ові",
        "еві",
        "ової",
        "овою",
        "овой",
        "евим",
        "овим",
        "евым",
        "овым",
        "ської",
        "ською",
        "ской",
        "ого",
        "ому",
    )
    if last.endswith(surely):
        return True
    if (
        is_name(first)
        and not _female(first)
        and not is_name(last)
        and last[-1:] in "ауяю"
        and first[-1:] in "оеі"
        and len(last) > 3
    ):
        return is_name(last[:-1]) or is_name(last[:-1] + "ь")
    if first.endswith(("ом", "ем", "єм", "ові", "еві", "ю", "у", "ієм", "ією", "ою")) and not is_name(first):
        return True
    if (
        first.endswith(("а", "я"))
        and not _female(first)
        and first not in _forms("men_in_a")
        and last[-1:] in "аяуюмїіиоеэ"
    ):
        stripped = first[:-1]
        return is_name(stripped) or is_name(stripped + "ь") or is_name(stripped + "й") or is_name(stripped + "о")
    return first.endswith(("и", "і", "ы")) and not is_name(first) and last[-1:] in "оїйиіы"


def _female(word: str) -> bool:
    return word.lower() in _forms("women")


def _gender(first: str) -> str:
    return "f" if first.lower() in _forms("women") else "m"


_UNKNOWN = {
    "m": (
        ("ию", "ий"),
        ("ия", "ий"),
        ("ием", "ий"),
        ("ію", "ій"),
        ("ія", "ій"),
        ("ієм", "ій"),
        ("ця", "ець"),
        ("цю", "ець"),
        ("цем", "ець"),
        ("ою", "а"),
        ("цеві", "ець"),
    ),
    "f": (
        ("ової", "ова"),
        ("евої", "ева"),
        ("овой", "ова"),
        ("евой", "ева"),
        ("иной", "ина"),
        ("ской", "ская"),
        ("цкой", "цкая"),
        ("ой", "ая"),
        ("ської", "ська"),
        ("цької", "цька"),
        ("ої", "а"),
        ("ою", "а"),
    ),
}
"""Endings of words that are on no list."""


def _one(word: str, gender: str, first: bool) -> str:
    low = word.lower()
    if low[-2:] in {"ау", "оу", "еу", "іу", "иу"}:
        return word
    if is_name(low) and (low[-1:] in "оеэ" or low.endswith(("ко", "их", "ых"))):
        return word
    if gender == "f" and low.endswith(("ой", "ої")):
        return next(word[: -len(ending)] + base for ending, base in _UNKNOWN["f"] if low.endswith(ending))
    options = list(nominatives(word))
    if gender == "m":
        options = [o for o in options if not o.lower().endswith(("ова", "ева", "ська", "ская", "цька"))]
        options = (
            ([o for o in options if o != word] or options)
            if low[-1:] in "ауюяім" or low.endswith(("ого", "ому"))
            else options
        )
    if options:
        return options[0]
    for ending, base in _UNKNOWN[gender]:
        if low.endswith(ending) and len(low) > len(ending) + 1:
            return word[: -len(ending)] + base
    for ending, base in _endings()[:28]:
        if low.endswith(ending):
            candidate = word[: -len(ending)] + base
            if gender == "f" or not base.endswith("а"):
                return candidate
    if gender == "m" and low[-1:] in "ау" and len(low) > 3 and low[-2] not in _VOWELS:
        return word[:-1]
    if gender == "m" and low.endswith(("ом", "ем")) and len(low) > 4:
        return word[:-2]
    return word
