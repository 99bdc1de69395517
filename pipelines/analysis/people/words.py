"""Words that are no names, and words around people who are not spoken of, from `data/notnames.toml`.

In      nothing
Out     sets and compiled patterns, loaded once
Raises  nothing
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from pipelines.analysis.people.cues import WordIndex, compile_words


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    data = tomllib.loads((files("pipelines.analysis.people") / "data" / "notnames.toml").read_text("utf-8"))
    return {name: tuple(words.split()) for name, words in data.items()}


@cache
def word_set(name: str) -> frozenset[str]:
    """A list as a set of lower-case words."""
    return frozenset(w.lower() for w in _lists()[name])


@cache
def word_index(name: str) -> WordIndex:
    """A list as an index, for whole texts."""
    return WordIndex([(name, name, _lists()[name])])


@cache
def word_regex(name: str) -> re.Pattern[str]:
    """A list as one pattern."""
    return compile_words(_lists()[name])
