"""Whether two articles report one event: what they share and where they contradict each other, weighed.

In      the `Signs` of two articles; the weights of `data/story_weights.toml`, learnt by `benchmarks/train_stories.py`
Out     `evidence`: how likely the two are of one event, and the words that say why
Units   points are log odds; two reports are one event from `ENOUGH` points on
Rules   what is only of one topic (officials, one country, places, matters) never joins two reports alone: at least a
        person, a number, a day, a unit, several countries or many words must be the same, or the country and the day
        of publication. What speaks for it may only add, what speaks against it only take away. A text in common is
        always enough
Raises  nothing
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pipelines.analysis.story_likeness import Sign, likeness
from pipelines.analysis.story_signs import SKETCH, Signs

__all__ = ["ENOUGH", "Evidence", "Weights", "anchored", "evidence", "weights"]

ENOUGH = 1.75
"""Chosen by cross-validation over events: of a hundred pairs joined at most two are wrong where days are known."""

NEAR_EQUAL = 0.6

_ANCHORS = frozenset(
    [
        "person",
        "person further down",
        "rare number",
        "number",
        "number further down",
        "count",
        "unit",
        "day",
        "more countries",
    ]
)
_MANY_NAMES, _MANY_WORDS = 2, 0.9
_SAID = 0.05
"""Points from which a sign is worth a word."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much two articles share. `same_text`: their words are the same; then nothing else is asked."""

    points: float = -9.0
    why: str = ""
    same_text: bool = False
    anchored: bool = False
    """Whether more than the topic is the same."""

    @property
    def enough(self) -> bool:
        """Whether the two report one event, as far as two can say it."""
        return self.same_text or (self.anchored and self.points >= ENOUGH)


@dataclass(frozen=True, slots=True)
class Weights:
    """`base` is what two reports start from that share nothing."""

    base: float
    signs: dict[str, float]
    rarity: dict[str, float]


@cache
def weights() -> Weights:
    """The weights that are shipped."""
    file = resources.files("pipelines.analysis") / "data" / "story_weights.toml"
    told = tomllib.loads(file.read_text("utf-8"))
    return Weights(told["base"], told["signs"], told["rarity"])


def similarity(one: frozenset[int], other: frozenset[int]) -> float:
    """How much two sketches share, 0-1: the bottom of their union that stands in both."""
    if not one or not other:
        return 0.0
    bottom = sorted(one | other)[:SKETCH]
    return sum(1 for value in bottom if value in one and value in other) / len(bottom)


def evidence(one: Signs, other: Signs, learnt: Weights | None = None) -> Evidence:
    """What two articles share, weighed. The same from either side."""
    if (one.text and one.text == other.text) or (one.cluster is not None and one.cluster == other.cluster):
        return Evidence(10.0, "same text", same_text=True)
    near = similarity(one.sketch, other.sketch)
    if near >= NEAR_EQUAL:
        return Evidence(10.0, f"nearly the same text ({near:.2f})", same_text=True)
    learnt = learnt or weights()
    signs = likeness(one, other, learnt.rarity)
    weighed = [(learnt.signs.get(sign.name, 0.0) * sign.amount, sign) for sign in signs]
    points = learnt.base + sum(weight for weight, _ in weighed)
    return Evidence(round(points, 2), _said(weighed, points), anchored=anchored(signs))


def anchored(signs: Iterable[Sign]) -> bool:
    """Whether two articles share more than a topic."""
    there = {sign.name: sign.amount for sign in signs}
    near = "undated" not in there and "days apart" not in there
    return (
        not _ANCHORS.isdisjoint(there)
        or there.get("name", 0) >= _MANY_NAMES
        or there.get("words", 0) >= _MANY_WORDS
        or (near and "country" in there)
    )


def _said(weighed: Iterable[tuple[float, Sign]], points: float) -> str:
    """The signs in words, the heaviest first."""
    ranked = sorted(weighed, key=lambda one: (-abs(one[0]), one[1].name))
    common = dict.fromkeys(sign.words for weight, sign in ranked if weight >= _SAID and sign.words)
    against = dict.fromkeys(f"but {sign.words}" for weight, sign in ranked if weight <= -_SAID and sign.words)
    return f"{', '.join(common)} in common{''.join(f', {words}' for words in against)} ({points:.1f} points)"
