"""What a report is about, in any of thirteen languages: exchange, court, funeral, school… from a list of words.

In      text and its language; the list is `data/story_matters.toml`
Out     names of the matters spoken of
Raises  nothing: a language without a list gives none
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from pipelines.analysis.fingerprint import fold, words
from pipelines.analysis.tokens_fold import simplified

__all__ = ["matters"]

_AFTER = {"ar": 3}
"""Letters that may stand before a word and are written together with it."""

_UNSPACED = frozenset({"zh"})


@cache
def _lists() -> dict[str, dict[str, str]]:
    """For each language the beginnings of words, folded, and the matter they stand for."""
    file = resources.files("pipelines.analysis") / "data" / "story_matters.toml"
    found: dict[str, dict[str, str]] = {}
    for matter, lines in tomllib.loads(file.read_text("utf-8")).items():
        for language, line in lines.items():
            found.setdefault(language, {}).update((fold(simplified(word)), matter) for word in line.split())
    return found


def matters(text: str, language: str) -> frozenset[str]:
    """The matters a text speaks of.

    >>> sorted(matters("Two men were sentenced by a court", "en"))
    ['court']
    """
    short = language.split("-")[0]
    known = _lists().get(short, {})
    if not known:
        return frozenset()
    longest = max(map(len, known))
    if short in _UNSPACED:
        told = fold(simplified(text))
        starts = (told[at : at + longest] for at in range(len(told)))
    else:
        starts = (word[at:] for word in words(text) for at in range(min(_AFTER.get(short, 0) + 1, len(word))))
    return frozenset(matter for start in starts if (matter := _matter(start, known, longest)))


def _matter(word: str, known: dict[str, str], longest: int) -> str | None:
    """The longest beginning that is listed wins; two letters are a word, not a beginning, where letters are few."""
    for end in range(min(len(word), longest), 1, -1):
        found = known.get(word[:end])
        if found and (end > 3 or end == len(word) or not word[0].isascii()):
            return found
    return None
