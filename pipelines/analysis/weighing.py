"""A learnt choice between candidates: what each clue of a candidate weighs, added up.

In      a candidate's clues by name; weights written by `benchmarks/train_counts.py` and `benchmarks/train_roles.py`
Out     the likeliest candidate and how likely it is
Raises  nothing; a clue that was never learnt weighs nothing
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import exp

Candidates = Mapping[str, Collection[str]]
"""A candidate's label -> its clues."""


def shares(candidates: Candidates, weights: Mapping[str, float]) -> dict[str, float]:
    """How likely each candidate is.

    >>> shares({"here": {"near"}, "there": {"far"}}, {"near": 9.0})["here"] > 0.99
    True
    """
    scores = {label: sum(weights.get(clue, 0.0) for clue in clues) for label, clues in candidates.items()}
    most = max(scores.values())
    powers = {label: exp(score - most) for label, score in scores.items()}
    total = sum(powers.values())
    return {label: power / total for label, power in powers.items()}


def choose(candidates: Candidates, weights: Mapping[str, float]) -> tuple[str, float]:
    """The likeliest candidate and its share; of equals the first."""
    found = shares(candidates, weights)
    best = max(found, key=found.__getitem__)
    return best, found[best]
