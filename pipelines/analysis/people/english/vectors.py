"""A vector for every word: norm, first letter, last three letters and shape, hashed into four tables and mixed.

In      words, as the tokeniser makes them
Out     matrix (words, 96); it depends on the word alone, so it is kept
Source  MurmurHash2 (64A) and MurmurHash3 (x86, 128 bits, of one 64-bit key) by A. Appleby, public domain
Limits  12,000 kinds of words are kept (5 MB); then the memory starts anew
Raises  nothing
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.analysis.people.english.network import WIDTH, Floats, maxout
from pipelines.analysis.people.english.tokens import Word

Keys = NDArray[np.uint64]
_KEPT = 12_000
_LONG = 100
_MASK = 0xFFFFFFFFFFFFFFFF
_M = 0xC6A4A7935BD1E995


@lru_cache(maxsize=50_000)
def hash64(text: str) -> int:
    """MurmurHash64A, seed 1, of the UTF-8 bytes.

    >>> hex(hash64("captive"))
    '0xbd37dfbf7bdda465'
    """
    data = text.encode("utf-8", "surrogatepass")
    whole = len(data) & ~7
    h = 1 ^ (len(data) * _M & _MASK)
    for at in range(0, whole, 8):
        k = int.from_bytes(data[at : at + 8], "little") * _M & _MASK
        h = ((h ^ ((k ^ k >> 47) * _M & _MASK)) * _M) & _MASK
    if len(data) > whole:
        h = ((h ^ int.from_bytes(data[whole:], "little")) * _M) & _MASK
    h = ((h ^ h >> 47) * _M) & _MASK
    return h ^ h >> 47


def hash_rows(keys: Keys, seed: int, rows: int) -> NDArray[np.int64]:
    """Four rows of a table for each key: MurmurHash3 of the key's eight bytes, a quarter each."""
    u = np.uint64
    low: Keys = keys * u(0x87C37B91114253D5)
    low = ((low << u(31) | low >> u(33)) * u(0x4CF5AD432745937F) ^ u(seed ^ 8)) + u(seed ^ 8)
    high: Keys = low + u(seed ^ 8)
    low, high = _stir(low), _stir(high)
    low = low + high
    high = low + high
    parts = np.stack([low & u(0xFFFFFFFF), low >> u(32), high & u(0xFFFFFFFF), high >> u(32)], axis=1)
    return (parts % u(rows)).astype(np.int64)


def _stir(h: Keys) -> Keys:
    u = np.uint64
    h = (h ^ h >> u(33)) * u(0xFF51AFD7ED558CCD)
    h = (h ^ h >> u(33)) * u(0xC4CEB9FE1A85EC53)
    return h ^ h >> u(33)


@lru_cache(maxsize=50_000)
def shape(text: str) -> str:
    """`Xxxxx`, `dd`, `X.X.`: letters and digits by class, runs of more than four cut.

    >>> shape("McRoe-2024")
    'XxXxx-dddd'
    """
    if len(text) >= _LONG:
        return "LONG"
    out: list[str] = []
    run = 0
    before = ""
    for char in text:
        kind = ("X" if char.isupper() else "x") if char.isalpha() else "d" if char.isdigit() else char
        run = run + 1 if kind == before else 0
        before = kind
        if run < 4:
            out.append(kind)
    return "".join(out)


class Vectors:
    """Makes vectors and keeps those of the words it has seen."""

    def __init__(self, tables: dict[str, Any], weights: dict[str, Floats]) -> None:
        self._symbols: dict[str, int] = tables["symbols"]
        self._norms: dict[str, str] = tables["norms"]
        self._norms_by_hash = {int(key, 16): norm for key, norm in tables["norms_by_hash"].items()}
        self._seeds: list[int] = tables["seeds"]
        self._tables = [weights[f"table{i}"] for i in range(len(self._seeds))]
        self._mix = (weights["maxout0"], weights["bias0"], weights["norm0"])
        self._rows: dict[Word, int] = {}
        self._kept = np.empty((_KEPT, WIDTH), dtype=np.float32)

    def of(self, words: list[Word]) -> Floats:
        """A row for each word."""
        rows = self._rows
        new = {word for word in words if word not in rows}
        if new and len(rows) + len(new) > _KEPT:
            rows.clear()
            new = set(words)
            if len(new) > _KEPT:
                self._kept = np.empty((len(new), WIDTH), dtype=np.float32)
        if new:
            first = len(rows)
            rows.update(zip(new, range(first, first + len(new)), strict=True))
            self._kept[first : first + len(new)] = self._make(list(new))
        return self._kept[[rows[word] for word in words]]

    def _make(self, words: list[Word]) -> Floats:
        keys = np.array([self._keys(word) for word in words], dtype=np.uint64)
        parts = [
            table[hash_rows(keys[:, i], seed, len(table))].sum(axis=1)
            for i, (table, seed) in enumerate(zip(self._tables, self._seeds, strict=True))
        ]
        return maxout(np.concatenate(parts, axis=1), *self._mix)

    def _keys(self, word: Word) -> tuple[int, int, int, int]:
        text = word.text
        norm = self._norm(text) if word.norm is None else word.norm
        return self._number(norm), self._number(text[:1]), self._number(text[-3:]), self._number(shape(text))

    def _number(self, text: str) -> int:
        found = self._symbols.get(text)
        return hash64(text) if found is None else found

    def _norm(self, text: str) -> str:
        found = self._norms.get(text)
        return (self._norms_by_hash.get(self._number(text)) or text.lower()) if found is None else found
