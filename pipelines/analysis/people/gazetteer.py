"""Is a word known as somebody's name? A packed list of name tokens in every script.

In      one token
Out     bool
Source  rigour's list of names from Wikidata (MIT), packed by `benchmarks/train_gazetteer.py` as sorted 32-bit checksums;
        one token of ten thousand that is no name is taken for one
Raises  nothing
"""  # noqa: E501

from __future__ import annotations

import sys
import unicodedata
import zlib
from array import array
from bisect import bisect_left
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np


@cache
def _sums() -> tuple[array[int], array[int]]:
    """The checksums, and where those begin that have the same upper half: a few to look at instead of all."""
    sums = array("I")
    sums.frombytes((files("pipelines.analysis.people") / "data" / "names.u32").read_bytes())
    if sys.byteorder == "big":
        sums.byteswap()
    begins = np.searchsorted(np.array(sums, np.uint32), np.arange((1 << 16) + 1, dtype=np.uint64) << 16)
    return sums, array("I", begins.tolist())


def name_key(token: str) -> bytes:
    """How a token is compared: NFKC, case folded, one apostrophe."""
    if token and min(token) >= "\u4e00" and max(token) <= "\u9fff":  # as it is: neither case nor another form
        return token.encode()
    return unicodedata.normalize("NFKC", token).casefold().replace("’", "'").replace("ʼ", "'").encode()


@lru_cache(maxsize=50_000)
def is_name(token: str) -> bool:
    """Whether `token` is on the list of name tokens."""
    value = zlib.crc32(name_key(token))
    sums, begins = _sums()
    half = value >> 16
    last = begins[half + 1]
    at = bisect_left(sums, value, begins[half], last)
    return at < last and sums[at] == value
