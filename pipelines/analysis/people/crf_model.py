"""A trained sequence model read from CRFsuite's file: how likely each label of each token is, for whole texts at once.

CRFsuite's own tagger is given every feature of every token as a string; here what a key of a kind weighs, for the token
itself and for its neighbours, is kept, for words come again, and the sentences of a text are read side by side.

In      a model's bytes; for every sentence its `Column`s, of the same kinds in the same order
Out     the share of each label at every token, as CRFsuite's `marginal` gives it
Source  CRFsuite's binary format: header, FEAT (features), CQDB (labels, attributes)
Limits  20,000 keys of a kind are kept; then the memory starts anew
Raises  ValueError on bytes that are no such model
"""

from __future__ import annotations

import struct
from collections.abc import Hashable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pipelines.analysis.people.columns import BORDER, END, Column, Kind

Floats = NDArray[np.float64]
_KEPT = 20_000
_EDGE = (END,) * BORDER
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
        self._memories: dict[Kind, _Memory] = {}

    def _weigh(self, memory: _Memory, keys: Sequence[Hashable]) -> Floats:
        """What keys weigh: a row a step and key."""
        rows, unknown = self._rows, self._unknown
        at: list[int] = []
        starts: list[int] = []
        for step, said in [(step, said) for said in map(memory.kind.said, keys) for step in memory.kind.steps]:
            starts.append(len(at))
            at.append(unknown)  # or a sum of nothing would be the next one's
            at += [rows.get(name, unknown) for name in said.get(step, ())]
        return np.asarray(np.add.reduceat(self._weights[at], starts))

    def _recall(self, kind: Kind, keys: Sequence[Hashable]) -> tuple[Floats, NDArray[np.intp]]:
        """What is known of a kind by step and number, and the numbers of the keys."""
        memory = self._memories.get(kind)
        if memory is None or len(memory) > _KEPT:
            memory = self._memories[kind] = _Memory(kind, len(self.labels))
        numbers = np.array([memory[key] for key in keys])
        if memory.new:
            memory.learn(self._weigh(memory, memory.new))
        return memory.weights, numbers

    def shares(self, sentences: Sequence[Sequence[Column]]) -> Floats:
        """The share of each label at every token, sentence after sentence."""
        sizes = np.array([len(columns[0].keys) - BORDER for columns in sentences], dtype=np.intp)
        if not sizes.sum():
            return np.zeros((0, len(self.labels)))
        at = np.arange(sizes.sum()) + np.repeat(np.arange(1, len(sizes) + 1) * BORDER, sizes)
        scores = np.zeros((len(at), len(self.labels)))
        for columns in zip(*sentences, strict=True):
            kind = columns[0].kind
            known, numbers = self._recall(kind, [*chain.from_iterable(keys for _, keys in columns), *_EDGE])
            for row, step in enumerate(kind.steps):
                scores += known[row, numbers[at + step]]
        return self._both_ways(np.exp(scores - scores.max(1, keepdims=True)), sizes[sizes > 0])

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


class _Memory(dict[Hashable, int]):
    """The numbers of the keys of a kind that were met, in order, and what they weigh."""

    def __init__(self, kind: Kind, labels: int) -> None:
        self.kind = kind
        self.new: list[Hashable] = []
        self.weights = np.zeros((len(kind.steps), 256, labels))

    def __missing__(self, key: Hashable) -> int:
        self.new.append(key)
        number = self[key] = len(self)
        return number

    def learn(self, sums: Floats) -> None:
        """Take in what the new keys weigh."""
        steps, room, labels = self.weights.shape
        first = len(self) - len(self.new)
        if len(self) > room:
            wider = np.zeros((steps, max(2 * room, len(self)), labels))
            wider[:, :first] = self.weights[:, :first]
            self.weights = wider
        self.weights[:, first : len(self)] = sums.reshape(-1, steps, labels).transpose(1, 0, 2)
        self.new = []


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
