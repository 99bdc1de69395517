"""What names that may be one person share: keys for finding candidates without comparing all pairs.

In      a name
Out     a small set of texts; two names that `compare` grades likely share one, nearly always
Raises  nothing
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import combinations

from pipelines.analysis import names_chinese, names_korean
from pipelines.analysis.names_parts import Part, Profile, profile
from pipelines.analysis.names_sound import bones
from pipelines.analysis.office_holders import office_holder

_MOST_PARTS = 5
_MOST_GROUPS = 12


@lru_cache(maxsize=50_000)
def keys(name: str) -> frozenset[str]:
    """Keys of a name: of every two parts together, of its syllables when it may be Chinese or Korean.

    >>> bool(keys("Zhang Renbo") & keys("张仁波")), bool(keys("Ivan Smilenko") & keys("Іваном Сміленком"))
    (True, True)
    """
    found = profile(name)
    out = {names_chinese.loose_key(reading) for reading in found.chinese} | set(_korean(found))
    single = [part_keys(part) for part in found.parts[:_MOST_PARTS]]
    for one, other in combinations(single, 2):
        out.update("|".join(sorted((x, y))) for x in one for y in other)
    if len(single) == 1:
        out.update(f"1:{key}" for key in single[0])
    holder = office_holder(name)
    return frozenset(out | ({f"office:{holder}"} if holder else set()))


def _korean(found: Profile) -> list[str]:
    if found.hangul:
        cut = names_korean.split_hangul(found.hangul)
        return [f"ko:{names_korean.south(cut[0])}"] if cut else []
    surnames = {s for s, _ in names_korean.readings(found.raw)} if found.script == "latin" else set()
    if found.script == "cyrillic" and 2 <= len(found.raw) <= 3:
        surnames = {names_korean.spelt(end) for end in (found.raw[0], found.raw[-1])}
    return sorted({f"ko:{names_korean.south(surname)}" for group in surnames for surname in group})


@lru_cache(maxsize=60_000)
def part_keys(part: Part) -> frozenset[str]:
    """Keys of one part: its first consonants for every way to read it, and the names it is a known form of."""
    if part.initial:
        return frozenset({f"i:{sound[:1]}" for sound in part.bases[0].sounds})
    found = {_bone_key(sound) for base in part.bases for sound in base.sounds}
    known = sorted(part.bases[0].groups)
    if part.script in ("han", "hangul", "arabic") or len(known) <= _MOST_GROUPS:
        found.update(f"q{number}" for number in known[: _MOST_GROUPS * 4])
    return frozenset(found)


def _bone_key(sound: str) -> str:
    flat = re.sub("(.)\\1+", "\\1", bones(sound))
    return flat[:3] or "-" + sound[:1]
