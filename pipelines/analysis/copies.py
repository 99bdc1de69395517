"""Find copies of one text: wire copy under another headline, and excerpts of a longer text.

In      article bodies: plain text
Out     `signature`: what to store and look candidates up by · `compare`: what two texts are to each other
Units   a shingle is three words (or characters, see `fingerprint`), kept as a 64-bit hash whose last bit says "only in
        quotation marks"; bands and rare hashes are signed 64-bit integers, ready for a database column
Rules   every relation is verified on the shingles themselves and is the same in any order of arrival; a quote in common
        joins nothing; texts under 30 shingles have no bands, no rare hashes and no relation, long ones no bands
Raises  nothing
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

import numpy as np
import numpy.typing as npt

from pipelines.analysis.fingerprint import SHINGLE_WORDS, words

__all__ = [
    "HOT_BIN",
    "MIN_SHINGLES",
    "Relation",
    "Signature",
    "compare",
    "rare_needed",
    "signature",
    "signature_of",
]

PERMUTATIONS, BANDS = 128, 32
MIN_SHINGLES = 30
COPY_JACCARD = 0.45
"""A text with every twelfth word changed keeps about half; two texts that share half of their words have a third."""

EXCERPT_CONTAINMENT = 0.7
BANDED = 160
"""Shingles up to which a text has bands: of a longer one the rare hashes, a tenth of all, are enough to find copies by.

Twice as many bins cost twice the time and the room. A copy of a long text that is itself short meets it by rare hashes.
"""

HOT_BIN = 32
"""Of a band or rare hash that more texts carry, only this many, the oldest, are looked at: a flat cost for each text.

The oldest stand for their cluster, so the thirty-third copy still joins it, and clusters do not hang on the order.
"""

_RARE_SHARE = 10
_RARE_MOST = 100
_OWN_WORDS = 12
"""Shingles outside quotation marks that a text needs for its own words to be judged."""
_OWN_JACCARD, _OWN_CONTAINMENT = 0.35, 0.55

Hashes = npt.NDArray[np.uint64]
_BIT = np.uint64(1)

_QUOTE = re.compile(
    r"“[^“”]{12,2000}”|«[^«»]{12,2000}»|„[^„“”]{12,2000}[“”]|「[^「」]{6,1000}」|『[^『』]{6,1000}』"
    r"|(?<!\w)\"(?=\S)[^\"\n]{12,1500}(?<=\S)\""
)
# Fixed for good: stored bands are compared over years, so neither a library nor its version may choose these.
_RANDOM = np.random.Generator(np.random.PCG64(20_250_405))
_MASKS: Hashes = _RANDOM.integers(0, 2**64, PERMUTATIONS, dtype=np.uint64)
_FACTORS: Hashes = _RANDOM.integers(0, 2**63, PERMUTATIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


@dataclass(frozen=True, slots=True)
class Signature:
    """What is kept of a text to find its copies.

    Two texts that share one of `bands` may be copies; two that share enough of `rare` (see `rare_needed`) may be text
    and excerpt. `shingles` are the sorted hashes, eight bytes each (little-endian), for `compare`.
    """

    bands: tuple[int, ...]
    rare: tuple[int, ...]
    size: int
    shingles: bytes


@dataclass(frozen=True, slots=True)
class Relation:
    """What `a` is to `b`. `containment` is the share of the smaller text's shingles that the larger one has."""

    kind: Literal["copy", "excerpt_of", "contains", "none"]
    jaccard: float
    containment: float


def signature(body: str, language: str | None = None) -> Signature:
    """Return the signature of a text. The script decides what a word is, so `language` need not be known.

    >>> signature("Too short to be anybody's copy.").bands
    ()
    """
    return signature_of(_hashes(body))


def signature_of(hashes: Hashes) -> Signature:
    """Return the signature of a text by its shingles: sorted, each once, as `Signature` keeps them."""
    if len(hashes) < MIN_SHINGLES:
        return Signature((), (), len(hashes), hashes.astype("<u8").tobytes())
    plain = hashes >> np.uint64(1)
    bands = _bands(plain) if len(hashes) <= BANDED else ()
    return Signature(bands, _rare(plain), len(hashes), hashes.astype("<u8").tobytes())


def compare(a: Signature, b: Signature) -> Relation:
    """Return what `a` is to `b`, from the shingles themselves; `compare(b, a)` says the same from the other side."""
    if min(a.size, b.size) < MIN_SHINGLES:
        return Relation("none", 0.0, 0.0)
    one, other = _unpack(a), _unpack(b)
    jaccard, containment = _overlap(one >> np.uint64(1), other >> np.uint64(1))
    if jaccard < COPY_JACCARD and containment < EXCERPT_CONTAINMENT:
        return Relation("none", jaccard, containment)
    own_jaccard, own_containment = jaccard, containment
    if (one & _BIT).any() or (other & _BIT).any():  # something is quoted
        own_jaccard, own_containment = _own_words(one, other, jaccard)
    if jaccard >= COPY_JACCARD and own_jaccard >= _OWN_JACCARD:
        return Relation("copy", jaccard, containment)
    if containment >= EXCERPT_CONTAINMENT and own_containment >= _OWN_CONTAINMENT:
        smaller = (a.size, a.shingles) < (b.size, b.shingles)
        return Relation("excerpt_of" if smaller else "contains", jaccard, containment)
    return Relation("none", jaccard, containment)


def rare_needed(sig: Signature) -> int:
    """Return how many rare hashes another text must share with this one to be worth a comparison.

    An excerpt shares about seven tenths of its own; half of that leaves room for chance, and one alone is no evidence
    unless there are hardly more. Ask from either side: the smaller text's need decides.
    """
    return max(min(2, len(sig.rare) // 2), round(len(sig.rare) * EXCERPT_CONTAINMENT / 2), 1)


def _hashes(body: str) -> Hashes:
    """Return the sorted 63-bit hashes of all shingles, shifted left; the last bit is set when all three are quoted."""
    tokens: list[str] = []
    quoted: list[bool] = []
    at = 0
    for quote in _QUOTE.finditer(body):
        for text, inside in ((body[at : quote.start()], False), (quote[0], True)):
            found = words(text)
            tokens += found
            quoted += [inside] * len(found)
        at = quote.end()
    tokens += words(body[at:])
    texts = [token.encode("utf-8", "surrogatepass") for token in tokens]
    shingles = zip(*(texts[place:] for place in range(SHINGLE_WORDS)), strict=False)
    digests = b"".join([blake2b(b" ".join(one), digest_size=8).digest() for one in shingles])
    values = np.frombuffer(digests, dtype="<u8").astype(np.uint64) & ~_BIT
    once = _each_once(values)
    if not quoted or not len(once):
        return once
    marks = np.array(quoted + [False] * (len(tokens) - len(quoted)))
    outside = ~np.lib.stride_tricks.sliding_window_view(marks, SHINGLE_WORDS).all(axis=1)
    return once | ~np.isin(once, values[outside])


def _each_once(values: Hashes) -> Hashes:
    values = np.sort(values)
    return np.concatenate((values[:1], values[1:][values[1:] != values[:-1]]))


def _bands(plain: Hashes) -> tuple[int, ...]:
    """Return one number for each band of four minima; the band's place is part of it."""
    with np.errstate(over="ignore"):
        spread = (plain[:, None] ^ _MASKS) * _FACTORS
        spread ^= spread >> np.uint64(29)
    minima = spread.min(axis=0).astype("<u8").reshape(BANDS, -1)
    return tuple(_signed(bytes([place]) + row.tobytes()) for place, row in enumerate(minima))


def _signed(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little", signed=True)


def _rare(plain: Hashes) -> tuple[int, ...]:
    """Return the hashes below a fixed bound, a tenth of all: what a part has, the whole has too."""
    bound = np.uint64(2**63 // _RARE_SHARE)
    return tuple(int(value) for value in plain[plain < bound][:_RARE_MOST])


def _unpack(sig: Signature) -> Hashes:
    return np.frombuffer(sig.shingles, dtype="<u8").astype(np.uint64)


def _overlap(one: Hashes, other: Hashes) -> tuple[float, float]:
    """Return (Jaccard similarity, containment of the smaller) of two sorted sets; zeros when one is empty."""
    smaller = min(len(one), len(other))
    if not smaller:
        return 0.0, 0.0
    both = np.concatenate((one, other))
    both.sort(kind="stable")  # two runs that are sorted are merged
    shared = int(np.count_nonzero(both[1:] == both[:-1]))
    return shared / (len(one) + len(other) - shared), shared / smaller


def _own_words(one: Hashes, other: Hashes, jaccard: float) -> tuple[float, float]:
    """Return the overlap outside quotation marks.

    The quoted shingles of either text are taken from both, for a copy may have lost its marks. Texts that are almost
    wholly quotation are copies only when nearly everything is the same.
    """
    plain_one, plain_other = one >> _BIT, other >> _BIT
    quoted = np.union1d(plain_one[(one & _BIT) == _BIT], plain_other[(other & _BIT) == _BIT])
    own_one = np.setdiff1d(plain_one, quoted, assume_unique=True)
    own_other = np.setdiff1d(plain_other, quoted, assume_unique=True)
    if min(len(own_one), len(own_other)) < _OWN_WORDS:
        return (1.0, 1.0) if jaccard >= 0.8 else (0.0, 0.0)
    return _overlap(own_one, own_other)
