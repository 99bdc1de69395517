"""Names of which a sequence model is not sure, believed where their words speak for them.

In      a text, the finders' language, what the model reads in it
Out     `NameSpan`s of the model: the sure ones, and the doubtful ones that begin with a known given name, or in scripts
        without capitals are of rare words only
Raises  nothing
"""

from __future__ import annotations

import re

from pipelines.analysis.people.caseless import caseless_name
from pipelines.analysis.people.common import is_rare
from pipelines.analysis.people.crf import Reading
from pipelines.analysis.people.features import known
from pipelines.analysis.people.spans import NameSpan, overlaps
from pipelines.analysis.people.words import word_set

_DOUBTFUL = {"tr": 0.12, "hi": 0.15}
_OTHERS = 0.2
_RARE = {"hi": 0.15, "ar": 0.1}
"""For two rare words and more."""
_ACCUSATIVE = ("اً", "ًا")
_PARTICLE = re.compile(r"(?:al|el|bin|ibn|van|von|de|der|da|dos|do|das|del|la|di|le|y|e)\b|[A-ZÀ-ÞŞĞİÇÖÜĀ-Ž]")


def with_doubtful(reading: Reading, way: str, threshold: float) -> tuple[NameSpan, ...]:
    """The names above the threshold, and of those below it the full names that begin with a known given name."""
    sure = reading.names(threshold)
    text = reading.text
    doubtful = (
        span
        for span in reading.names(_DOUBTFUL.get(way, _OTHERS))
        if not any(overlaps(span, other) for other in sure) and _full_name(text[span.start : span.end].split(), way)
    )
    return (*sure, *doubtful, *(rare_names(reading, way, sure) if way in _RARE else ()))


def rare_names(reading: Reading, way: str, sure: tuple[NameSpan, ...]) -> tuple[NameSpan, ...]:
    """Doubtful names of two words and more of which each is rare."""
    text = reading.text
    return tuple(
        span
        for span in reading.names(_RARE[way])
        if not any(overlaps(span, other) for other in sure) and _all_rare(text[span.start : span.end].split())
    )


def _all_rare(words: list[str]) -> bool:
    told = any(word.endswith(_ACCUSATIVE) for word in words)
    return 2 <= len(words) <= 4 and not told and caseless_name(words, known_part=False) and all(map(is_rare, words))


def _full_name(words: list[str], way: str) -> bool:
    """Whether two words or more can be somebody's given name and surname."""
    if not 2 <= len(words) <= 4 or known(words[0]) != "1" or words[0].lower() in word_set("stop"):
        return False
    if way == "hi":
        return caseless_name(words)
    capital = words[-1][:1].isupper() and not words[-1].isupper()
    return capital and len(words[0]) > (2 if way == "tr" else 3) and all(_PARTICLE.match(word) for word in words)
