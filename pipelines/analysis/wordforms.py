"""The forms of a word that a search for it finds too: of Slavic words, with Korean particles, with Arabic clitics.

In      one key of a query, as `tokens.query_keys` gives it
Out     keys to look for, the given one first; `()` where the word has no other forms here
Limits  endings by rule, without a dictionary: it makes forms that do not exist (they find nothing) and misses changes
        inside a stem (`війна`, `воєн`); words inside compounds are found by `*word*` in rules only
"""

from __future__ import annotations

import re
from functools import lru_cache

_SLAVIC = re.compile("[а-яёєіїґ']+")
_HANGUL = re.compile("[가-힣]{2,}")
_ARABIC = re.compile("[\u0621-\u064a]{3,}")
_NOUN = (
    "а", "я", "у", "ю", "о", "е", "і", "ї", "и", "ы", "ь", "й", "є", "ом", "ем", "єм", "ою", "ею", "єю", "ой", "ей",
    "ам", "ям", "ах", "ях", "ами", "ями", "ів", "їв", "ев", "ов", "еві", "ові", "єві", "ії", "ію", "ія", "ий", "ий",
    "ии", "ию", "ия", "ием", "ією", "ієй", "иями", "иях", "иям", "ій",
)  # fmt: skip
_ADJECTIVE = (
    "ий", "ій", "ый", "ая", "яя", "ое", "ее", "ые", "ие", "ого", "его", "ього", "ому", "ему", "ьому", "ым", "им", "ім",
    "ой", "ої", "ою", "ую", "юю", "у", "ю", "а", "я", "е", "є", "і", "их", "ых", "іх", "ими", "ыми", "іми", "ом", "ем",
)  # fmt: skip
_ENDINGS = tuple(sorted(set(_NOUN) | set(_ADJECTIVE), key=lambda one: (-len(one), one)))
_LEAST_STEM = 4
_PARTICLES = (
    "이", "가", "은", "는", "을", "를", "의", "에", "에서", "에게", "도", "로", "으로", "와", "과",
    "들", "들이", "들은", "들을", "들의",
    "들에게", "만", "까지", "부터", "이다", "로서", "이나", "나",
)  # fmt: skip
_CLITICS = ("و", "ف", "ب", "ل", "ك", "وب", "ول")


@lru_cache(4096)
def forms(key: str) -> tuple[str, ...]:
    """The forms of a key.

    >>> "полонених" in forms("полонений"), "найманцями" in forms("найманець"), "포로가" in forms("포로")
    (True, True, True)
    >>> forms("captured")
    ()
    """
    if _SLAVIC.fullmatch(key):
        return _slavic(key)
    if _HANGUL.fullmatch(key):
        return (key, *(key + particle for particle in _PARTICLES))
    if _ARABIC.fullmatch(key):
        return (key, *(clitic + key for clitic in _CLITICS))
    return ()


def _slavic(key: str) -> tuple[str, ...]:
    stems = _stems(key)
    if not stems:
        return ()
    made = dict.fromkeys([key])
    for stem in stems:
        made |= dict.fromkeys([stem, *(stem + ending for ending in _ENDINGS)])
        made |= dict.fromkeys(_fleeting(stem))
    return tuple(made)


def _stems(key: str) -> list[str]:
    """The word without its ending, by the longest two endings that it may have; as it stands when it has none."""
    found = [
        key[: -len(ending)] for ending in _ENDINGS if key.endswith(ending) and len(key) - len(ending) >= _LEAST_STEM
    ]
    for last in ("ець", "ец"):
        if key.endswith(last) and len(key) - len(last) >= 3:
            return [key.removesuffix(last) + "ц"]
    return found[:2] or ([key] if len(key) >= _LEAST_STEM else [])


def _fleeting(stem: str) -> list[str]:
    """`найманц…` comes of `найманець`, `наемниц…` does not."""
    if stem.endswith("ц") and len(stem) > 4 and stem[-2] not in "аеиіоуяюєї":
        return [stem[:-1] + "ець", stem[:-1] + "ец"]
    return []
