"""Base forms of Slavic names: `Джона Сміта` is a form of `Джон Сміт`.

In      words of a name, language uk or ru
Out     the nominative, by endings and the list of names
Raises  nothing
"""

from __future__ import annotations

from functools import cache, lru_cache

from pipelines.analysis.people.gazetteer import is_name
from pipelines.analysis.people.slavic_cases import forms, nominative


@cache
def _endings() -> tuple[tuple[str, str], ...]:
    """(oblique ending, nominative ending)."""
    pairs = (pair.partition(">") for pair in forms("endings"))
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
    if low.endswith(("ець", "ец")) and len(low) > 4:
        return low[: -3 if low.endswith("ь") else -2] + "ц"
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


def base_form(words: tuple[str, ...], before: str = "", language: str = "uk") -> tuple[str, ...]:
    """Nominative of a name found only in another case; `before` is the text in front of it.

    >>> base_form(("Джона", "Сміта"))
    ('Джон', 'Сміт')
    """
    if len(words) < 2:
        only = nominatives(words[0])
        return (only[0],) if only and not is_name(words[0].lower()) else words
    if words[0].isupper() and words[-1].isupper():
        return words
    return nominative(words, before, language)
