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


@cache
def _sums() -> array[int]:
    sums = array("I")
    sums.frombytes((files("pipelines.analysis.people") / "data" / "names.u32").read_bytes())
    if sys.byteorder == "big":
        sums.byteswap()
    return sums


def name_key(token: str) -> bytes:
    """How a token is compared: NFKC, case folded, one apostrophe."""
    return unicodedata.normalize("NFKC", token).casefold().replace("’", "'").replace("ʼ", "'").encode()


@lru_cache(maxsize=50_000)
def is_name(token: str) -> bool:
    """Whether `token` is on the list of name tokens."""
    value = zlib.crc32(name_key(token))
    sums = _sums()
    at = bisect_left(sums, value)
    return at < len(sums) and sums[at] == value
