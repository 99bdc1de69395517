"""Entities out of the states: the best move at every word, greedily, from left to right.

Outside an entity a move depends on its word alone; inside, on this word, the entity's first word and the one before.
So the moves outside are computed for all words at once, then every entity that could begin is followed, all of them in
step, and at the end the text is walked through once. The result is that of a reading word by word.

In      a state a word, whether it is white space
Out     (first word, end word, kind), end exclusive
Raises  nothing
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.analysis.people.english.network import Floats

_HIDDEN = 64


class Moves:
    """The moves of the packed model and how they are scored."""

    def __init__(self, moves: list[str], weights: dict[str, Floats]) -> None:
        where = {move: i for i, move in enumerate(moves)}
        self._kinds = [move[2:] for move in moves if move.startswith("B-")]
        begin, inside, last, unit = ([where[f"{sign}-{kind}"] for kind in self._kinds] for sign in "BILU")
        upper, bias = weights["upper"], weights["upper_bias"]
        outside = [*begin, *unit, where["O"]]
        self._outside, self._outside_bias = np.ascontiguousarray(upper[:, outside]), bias[outside]
        self._goes_on = upper[:, inside].T - upper[:, last].T
        self._goes_on_bias = bias[inside] - bias[last]
        self._lower, self._pad, self._bias = weights["lower"], weights["lower_pad"], weights["lower_bias"]

    def decode(self, states: Floats, blank: list[bool]) -> list[tuple[int, int, str]]:
        """Entities in reading order."""
        kinds = len(self._kinds)
        here = states @ self._lower[0]
        here += self._bias
        scores = _hidden(here + self._pad[1] + self._pad[2]) @ self._outside + self._outside_bias
        scores[-1, :kinds] = -np.inf
        scores[np.array(blank), : 2 * kinds] = -np.inf
        best = scores.argmax(axis=1)
        ends = self._follow(states, here, best)
        found: list[tuple[int, int, str]] = []
        done = 0
        for at in np.flatnonzero(best < 2 * kinds).tolist():
            if at >= done:
                done = ends[at]
                found.append((at, done, self._kinds[best[at] % kinds]))
        return found

    def _follow(self, states: Floats, here: Floats, best: NDArray[np.intp]) -> dict[int, int]:
        """End of the entity that begins at each word where one would."""
        kinds = len(self._kinds)
        ends = {at: at + 1 for at in np.flatnonzero((best >= kinds) & (best < 2 * kinds)).tolist()}
        open_ = np.flatnonzero(best < kinds)
        kind = best[open_]
        first = states[open_] @ self._lower[1]
        before = states @ self._lower[2]
        at = open_ + 1
        while len(open_):
            hidden = _hidden(here[at] + first + before[at - 1])
            more = np.einsum("ij,ij->i", hidden, self._goes_on[kind]) + self._goes_on_bias[kind] >= 0
            more &= at < len(states) - 1
            ends.update(zip(open_[~more].tolist(), (at[~more] + 1).tolist(), strict=True))
            open_, kind, first, at = open_[more], kind[more], first[more], at[more] + 1
        return ends


def _hidden(sums: Floats) -> Floats:
    return np.maximum(sums[:, :_HIDDEN], sums[:, _HIDDEN:])
