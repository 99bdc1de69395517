"""A trained sequence model read from CRFsuite's file: how likely each label of each token is, for whole texts at once.

CRFsuite's own tagger is given every feature of every token as a string; here what a group of features weighs is kept,
for words come again, and the sentences of a text are read side by side.

In      a model's bytes; for every token its features in groups (tuples of strings that come again together)
Out     the share of each label at every token, as CRFsuite's `marginal` gives it
Source  CRFsuite's binary format: header, FEAT (features), CQDB (labels, attributes)
Limits  50,000 groups are kept; then the memory starts anew
Raises  ValueError on bytes that are no such model
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Groups = Sequence[tuple[str, ...]]
_KEPT = 50_000
_FEATURE = np.dtype([("kind", "<u4"), ("from", "<u4"), ("to", "<u4"), ("weight", "<f8")])


class SequenceModel:
    """Weights of features and of steps from label to label."""

    def __init__(self, data: bytes) -> None:
        if data[:4] != b"lCRF" or data[8:12] != b"FOMC":
            raise ValueError("not a model of CRFsuite")
        features, labels, attributes = struct.unpack_from("<3I", data, 28)
        self.labels = tuple(_names(data, labels))
        (count,) = struct.unpack_from("<I", data, features + 8)
        table = np.frombuffer(data, _FEATURE, count, features + 12)
        names = _names(data, attributes)
        self._rows = {name: at for at, name in enumerate(names)}
        self._unknown = len(names)
        self._weights = np.zeros((len(names) + 1, len(self.labels)))
        states, steps = table[table["kind"] == 0], table[table["kind"] == 1]
        self._weights[states["from"], states["to"]] = states["weight"]
        transitions = np.zeros((len(self.labels),) * 2)
        transitions[steps["from"], steps["to"]] = steps["weight"]
        self._steps = np.exp(transitions)
        self._forget()

    def _forget(self) -> None:
        """Nothing is known but single features, each a row of its own."""
        self._known: dict[tuple[str, ...], int] = {(): self._unknown}
        self._sums = self._weights

    def _learn(self, groups: Sequence[tuple[str, ...]]) -> None:
        """Add up what new groups weigh."""
        rows, unknown = self._rows, self._unknown
        starts = np.cumsum([0, *map(len, groups[:-1])])
        weights = self._weights[[rows.get(name, unknown) for group in groups for name in group]]
        first = len(self._sums)
        self._known.update(zip(groups, range(first, first + len(groups)), strict=True))
        self._sums = np.concatenate([self._sums, np.add.reduceat(weights, starts)])

    def shares(self, sentences: Sequence[Sequence[Groups]]) -> Floats:
        """The share of each label at every token, sentence after sentence; every token has as many groups."""
        if len(self._known) > _KEPT:
            self._forget()
        sizes = np.array([len(tokens) for tokens in sentences if tokens], dtype=np.intp)
        if not len(sizes):
            return np.zeros((0, len(self.labels)))
        groups = [group for tokens in sentences for token in tokens for group in token]
        new = {group for group in groups if len(group) > 1} - self._known.keys()
        if new:
            self._learn(tuple(new))
        rows, known, unknown = self._rows, self._known, self._unknown
        at = [rows.get(group[0], unknown) if len(group) == 1 else known[group] for group in groups]
        scores = self._sums[np.array(at).reshape(int(sizes.sum()), -1)].sum(1)
        return self._both_ways(np.exp(scores - scores.max(1, keepdims=True)), sizes)

    def _both_ways(self, here: Floats, sizes: NDArray[np.intp]) -> Floats:
        """Forward and backward through all sentences side by side; the longest first, so that ended ones fall away."""
        order = np.argsort(-sizes, kind="stable")
        starts = (np.cumsum(sizes) - sizes)[order]
        left = np.searchsorted(-sizes[order], -np.arange(sizes.max() + 1))  # how many are longer than each length
        forward, backward = here.copy(), np.ones_like(here)
        for step in range(1, len(left) - 1):
            at = starts[: left[step]] + step
            reached = (forward[at - 1] @ self._steps) * here[at]
            forward[at] = reached / reached.sum(1, keepdims=True)
        for step in range(len(left) - 3, -1, -1):
            at = starts[: left[step + 1]] + step
            reached = (backward[at + 1] * here[at + 1]) @ self._steps.T
            backward[at] = reached / reached.sum(1, keepdims=True)
        both = forward * backward
        return np.asarray(both / both.sum(1, keepdims=True))


def _names(data: bytes, at: int) -> list[str]:
    """The strings of a CQDB part by their numbers."""
    if data[at : at + 4] != b"CQDB":
        raise ValueError("a model of CRFsuite without its names")
    count, table = struct.unpack_from("<2I", data, at + 16)
    names = []
    for offset in struct.unpack_from(f"<{count}I", data, at + table):
        (length,) = struct.unpack_from("<I", data, at + offset + 4)
        names.append(data[at + offset + 8 : at + offset + 7 + length].decode())
    return names
