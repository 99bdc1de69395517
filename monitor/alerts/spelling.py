"""How alike two spellings of a name are, across scripts: "Іван Сміленко", "Ivan Smilenko".

In      two names in any script
Out     0-1; 1 for the same Latin letters in any order of the parts
Limits  only tells that a person was already told of; it never joins two persons
"""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations

from monitor.stories import latin

SHORT = 6
"""Names of fewer Latin letters count only when equal: one letter more makes another name of them."""


@lru_cache(maxsize=16384)
def score(one: str, other: str) -> float:
    """How alike the two spellings are.

    >>> score("Smilenko Ivan", "Іван Сміленко") > 0.9
    True
    >>> score("Ivan Smilenko", "Petro Hordiienko") < 0.5
    True
    """
    first, second = latin(one), latin(other)
    if not first or not second or len(first) > 4 or len(second) > 4:
        return 0.0
    joined = "".join(first)
    best = 0.0
    for order in permutations(second):
        found = "".join(order)
        if min(len(joined), len(found)) < SHORT:
            best = max(best, float(joined == found))
        else:
            best = max(best, similarity(joined, found))
    return best


def similarity(one: str, other: str) -> float:
    """1 less the edits (Levenshtein) that turn one text into the other, as a share of the longer text."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        left, row[0] = row[0], number
        for place, wanted in enumerate(other, 1):
            left, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, left + (letter != wanted))
    return 1 - row[-1] / max(len(one), len(other), 1)
