"""The layers of the English finder: four convolutions over three words, each with maxout, norm and residual.

In      a vector a word
Out     a vector a word that knows four neighbours on either side
Source  weights in `models/spacy/weights.npz`
Raises  FileNotFoundError when the installation lacks the file
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipelines.analysis.people.english.tables import HOME

Floats = NDArray[np.float32]
WIDTH = 96
_DEPTH = 4
_PIECES = 3


@cache
def load_weights() -> dict[str, Floats]:
    """Every matrix, by its name in the file."""
    with (HOME / "weights.npz").open("rb") as file, np.load(file) as packed:
        return {name: packed[name].astype(np.float32, copy=False) for name in packed.files}


def maxout(rows: Floats, weights: Floats, bias: Floats, norm: Floats) -> Floats:
    """The largest of three linear maps, brought to mean 0 and variance 1 a row, scaled and shifted."""
    whole = rows @ weights
    whole += bias
    best: Floats = np.maximum(whole[:, :WIDTH], whole[:, WIDTH : 2 * WIDTH])
    np.maximum(best, whole[:, 2 * WIDTH :], out=best)
    best -= best.mean(axis=1, keepdims=True)
    spread = np.einsum("ij,ij->i", best, best) / np.float32(WIDTH) + np.float32(1e-8)
    best *= (1 / np.sqrt(spread))[:, None]
    best *= norm[0]
    best += norm[1]
    return best


class Network:
    """The encoder and the linear map to what the moves are read from."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        self._layers = [(weights[f"maxout{i}"], weights[f"bias{i}"], weights[f"norm{i}"]) for i in range(1, _DEPTH + 1)]
        self._reduce, self._bias = weights["reduce"], weights["reduce_bias"]

    def encode(self, vectors: Floats) -> Floats:
        """Rows of 64 for rows of 96; four empty rows stand before and after the text, as in training."""
        count = len(vectors)
        seen = np.zeros((count + 2 * _DEPTH + 2, WIDTH), dtype=np.float32)
        rows = seen[1:-1]
        rows[_DEPTH : _DEPTH + count] = vectors
        window = np.empty((len(rows), 3 * WIDTH), dtype=np.float32)
        for layer in self._layers:
            for i in range(3):
                window[:, i * WIDTH : (i + 1) * WIDTH] = seen[i : i + len(rows)]
            rows += maxout(window, *layer)
        states: Floats = rows[_DEPTH : _DEPTH + count] @ self._reduce + self._bias
        return states
