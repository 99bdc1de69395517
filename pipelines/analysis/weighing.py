"""A learnt choice between candidates: what each clue of a candidate weighs, added up.

In      clues of each candidate, and shared ones, which weigh for one label and against another ("noun person>held");
        weights written by `benchmarks/train_counts.py`
Out     the likeliest candidate
Raises  nothing; a clue that was never learnt weighs nothing
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import fsum


@dataclass(frozen=True, slots=True)
class Options:
    """The candidates of a choice: label -> its clues; the clues that all of them share."""

    clues: Mapping[str, Collection[str]]
    shared: Collection[str] = ()

    def whole(self) -> dict[str, set[str]]:
        """All clues by label, the shared ones with the label that they speak for."""
        return {label: {*own, *(f"{name}>{label}" for name in self.shared)} for label, own in self.clues.items()}


@dataclass(slots=True)
class Weights:
    """What clues weigh; `by_shared`: shared clue -> label -> weight."""

    flat: Mapping[str, float]
    by_shared: dict[str, dict[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for clue, weight in self.flat.items():
            name, mark, label = clue.rpartition(">")
            if mark:
                self.by_shared.setdefault(name, {})[label] = weight

    def choose(self, options: Options) -> str:
        """The likeliest label; of equals the first.

        >>> Weights({"near": 2.0, "many>there": 1.0}).choose(Options({"here": {"near"}, "there": {"far"}}, {"many"}))
        'here'
        """
        flat = self.flat
        parts = {label: [flat[clue] for clue in own if clue in flat] for label, own in options.clues.items()}
        for name in options.shared:
            for label, weight in self.by_shared.get(name, _NOTHING).items():
                if label in parts:
                    parts[label].append(weight)
        scores = {label: fsum(weights) for label, weights in parts.items()}  # in any order the same: clues are sets
        return max(scores, key=scores.__getitem__)


_NOTHING: dict[str, float] = {}


@cache
def learnt(package: str, name: str, kinds: Iterable[str]) -> dict[str, Weights]:
    """The weights of a data file, by kind."""
    found = json.loads(files(package).joinpath("data", name).read_text(encoding="utf-8"))
    return {kind: Weights(found[kind]) for kind in kinds}
