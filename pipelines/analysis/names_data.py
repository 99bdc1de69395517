"""The tables that names are read with, loaded when a name is first read.

In      data/names_words.toml, data/names_pinyin.tsv, data/names_groups.u32
Out     surnames, particles, readings of characters; `groups` of a token: the numbers of the names it is known as
Source  readings from pypinyin (MIT), groups from rigour's list of Wikidata names (MIT): benchmarks/names_data.py
Raises  nothing
"""

from __future__ import annotations

import sys
import tomllib
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

OWN = 10_000_000
"""Numbers from here on are those of our own list of given names."""


def _file(name: str) -> bytes:
    return files("pipelines.analysis").joinpath(f"data/{name}").read_bytes()


@dataclass(frozen=True, slots=True)
class Words:
    """Word lists; `transcription` is character -> sound, `korean` surname -> spellings."""

    particles: frozenset[str]
    ignored: frozenset[str]
    chinese: frozenset[str]
    compound: frozenset[str]
    surname_readings: Mapping[str, str]
    given_readings: Mapping[str, str]
    dialect: Mapping[str, str]
    transcription: Mapping[str, str]
    korean: Mapping[str, tuple[str, ...]]
    korean_compound: frozenset[str]
    same: Mapping[str, int]


@cache
def words() -> Words:
    """The word lists."""
    table = tomllib.loads(_file("names_words.toml").decode())
    sounds = {char: sound for sound, chars in table["transcription"].items() for char in chars}
    chinese, korean = table["chinese"], table["korean"]
    return Words(
        frozenset(table["particles"].split()),
        frozenset((table["titles"] + " " + table["suffixes"]).split()),
        frozenset(chinese["surnames"]),
        frozenset(chinese["compound"].split()),
        {entry[0]: entry[1:] for entry in chinese["readings"].split()},
        {entry[0]: entry[1:] for entry in chinese["given"].split()},
        chinese["dialect"],
        sounds,
        {entry[0]: tuple(entry[1:].split()) for entry in korean["surnames"]},
        frozenset(korean["compound"].split()),
        {form: OWN + at for at, forms in enumerate(table["same"].values()) for form in forms.split()},
    )


@cache
def pinyin_of() -> Mapping[str, str]:
    """Simplified character -> syllable without tone; ü is v."""
    lines = [line for line in _file("names_pinyin.tsv").decode().splitlines() if not line.startswith("#")]
    return {char: syllable for syllable, _, chars in (line.partition("\t") for line in lines) for char in chars}


@cache
def _groups() -> tuple[array[int], array[int]]:
    packed = array("I")
    packed.frombytes(_file("names_groups.u32"))
    if sys.byteorder == "big":
        packed.byteswap()
    half = len(packed) // 2
    return packed[:half], packed[half:]


@lru_cache(maxsize=50_000)
def groups(token: str) -> frozenset[int]:
    """The numbers of the names that a folded token is a form of, in whatever script; empty where it is none known."""
    tokens, numbers = _groups()
    value = zlib.crc32(token.encode())
    found = frozenset(numbers[bisect_left(tokens, value) : bisect_right(tokens, value)])
    own = words().same.get(token)
    return found if own is None else found | {own}
