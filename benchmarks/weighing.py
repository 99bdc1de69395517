"""Learn what the clues of candidates weigh: a conditional logistic model, of several right candidates any is right.

In      samples: the candidates' clues, the right labels, the sample's share
Out     clue -> weight; the strength of the penalty and the steps are arguments
Needs   numpy
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Case:
    """One choice as it should be made; `file` names the hand that wrote it."""

    file: str
    candidates: Mapping[str, Set[str]]
    right: frozenset[str]
    share: float = 1.0


def _sum(index: Array, values: Array, size: int) -> Array:
    return np.bincount(index, weights=values, minlength=size)


def fit(cases: Sequence[Case], l2: float = 0.01, least: int = 3, steps: int = 250) -> dict[str, float]:
    """Weights by accelerated gradient descent; a clue counts that was seen in `least` choices and tells two apart."""
    kept = [case for case in cases if case.right & set(case.candidates)]
    seen = Counter(clue for case in kept for clue in {c for clues in case.candidates.values() for c in clues})
    numbers = {clue: at for at, clue in enumerate(sorted(c for c, times in seen.items() if times >= least))}
    rows: list[int] = []
    columns: list[int] = []
    case_of: list[int] = []
    right: list[bool] = []
    for at, case in enumerate(kept):
        for label, clues in case.candidates.items():
            known = [numbers[clue] for clue in sorted(clues) if clue in numbers]
            rows += [len(case_of)] * len(known)
            columns += known
            case_of.append(at)
            right.append(label in case.right)
    weights = _descend(
        np.array(rows), np.array(columns), np.array(case_of), np.array(right, float),
        np.array([case.share for case in kept]), len(numbers), l2, steps,
    )  # fmt: skip
    return {clue: round(float(weights[at]), 2) for clue, at in numbers.items() if abs(weights[at]) >= 0.02}


def _descend(
    rows: Array, columns: Array, case_of: Array, right: Array, share: Array, width: int, l2: float, steps: int
) -> Array:
    count, options = len(share), len(case_of)
    v = np.ones(width)
    for _ in range(20):
        v = _sum(columns, _sum(rows, v[columns], options)[rows], width)
        largest = float(np.linalg.norm(v))
        v /= largest
    pace = 1 / (0.5 * largest / count + l2)
    weights = ahead = np.zeros(width)
    turn = 1.0
    for _ in range(steps):
        scores = _sum(rows, ahead[columns], options)
        powers = np.exp(scores - scores.max())
        told = powers / _sum(case_of, powers, count)[case_of]
        fair = told * right
        fair /= (_sum(case_of, fair, count) + 1e-12)[case_of]
        slope = _sum(columns, ((told - fair) * share[case_of])[rows], width) / count + l2 * ahead
        after = ahead - pace * slope
        later = (1 + (1 + 4 * turn * turn) ** 0.5) / 2
        ahead = after + (turn - 1) / later * (after - weights)
        weights, turn = after, later
    return np.asarray(weights)
