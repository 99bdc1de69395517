"""The learnt choice of role and status: what each clue weighs for each of them, added up.

In      `Clues`; `data/roles.json`, written by `benchmarks/train_roles.py`
Out     a `Choice`: the label, how likely it is, and the sentence that spoke most for it
Raises  nothing
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from pipelines.analysis.people.clues import Clues

NONE = "none"
"""The status of those whom nothing befell."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A label with its probability and the number of the sentence that spoke most for it."""

    label: str
    probability: float
    sentence: int | None


@dataclass(frozen=True, slots=True)
class Model:
    """Labels, the row of each clue, and in the rows what it weighs for each label; the clue "" always holds."""

    labels: tuple[str, ...]
    rows: dict[str, int]
    weights: np.ndarray
    placed: np.ndarray
    """Whether each row's clue stands in a sentence that may be told as the reason."""

    @classmethod
    def of(cls, labels: tuple[str, ...], rows: dict[str, int], weights: np.ndarray) -> Model:
        """A model of labels, rows and weights."""
        placed = [n.startswith(("claim", "rule")) or ("@" in n and not n.endswith("@text")) for n in rows]
        return cls(labels, rows, weights, np.array(placed))

    def _known(self, clues: Clues) -> tuple[list[str], np.ndarray, np.ndarray, list[int]]:
        """The clues it knows, how strong they are, what each weighs, their rows; the constant comes first."""
        rows, weights = self.rows, clues.weights
        names = [name for name in weights if name in rows]
        values = np.array([1.0, *[weights[name] for name in names]])
        names.insert(0, "")
        at = [rows[name] for name in names]
        return names, values, self.weights[at], at

    def shares(self, clues: Clues) -> np.ndarray:
        """How likely each label is."""
        _, values, weights, _ = self._known(clues)
        return _softmax(values @ weights)

    def choose(self, clues: Clues, allowed: Collection[str] | None = None) -> Choice:
        """The likeliest of the allowed labels."""
        names, values, weights, rows = self._known(clues)
        shares = _softmax(values @ weights)
        best = max((n for n, label in enumerate(self.labels) if allowed is None or label in allowed), key=shares.item)
        spoke: dict[int, float] = {}
        spoken = values * weights[:, best]
        for at in np.flatnonzero((spoken > 0) & self.placed[rows]).tolist():
            sentence = clues.sentences[names[at]]
            spoke[sentence] = spoke.get(sentence, 0.0) + float(spoken[at])
        return Choice(self.labels[best], float(shares[best]), max(spoke, key=spoke.__getitem__, default=None))


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum())


@cache
def model(kind: str) -> Model:
    """The model of the "first" look at roles, of "role" or of "status"."""
    text = (files("pipelines.analysis.people") / "data" / "roles.json").read_text("utf-8")
    table = json.loads(text)[kind]
    rows = {name: at for at, name in enumerate(table["weights"])}
    return Model.of(tuple(table["labels"]), rows, np.array(list(table["weights"].values())))
