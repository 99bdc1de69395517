"""The gate of the cheap reading: could any watch match a text of these words?

In      compiled watches; then the numbers of the terms that a scan found
Out     `True` whenever `RuleBook.match` could find something in that text, or in another cut of it
Method  each rule is asked too kindly (see `needs`); a rule is asked only when a word of it was found
Raises  nothing
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from pipelines.analysis.rules.compiled import CompiledWatch
from pipelines.analysis.rules.needs import Need, met

TITLE_WEIGHT = 2.0
"""A hit in the title counts double; the gate supposes that every hit stands there."""


class Gate:
    """The needs of all rules that speak for a match, by the words that wake them."""

    def __init__(self, watches: Sequence[CompiledWatch]) -> None:
        self.always = False
        self.rules: list[tuple[int, float, Need]] = []
        self.woken: dict[int, list[int]] = {}
        self.least = [min(one.watch.possible_threshold, one.watch.alert_threshold) for one in watches]
        for number, watch in enumerate(watches):
            for rule in watch.rules:
                if rule.text.score <= 0:
                    continue
                if rule.anchors is None:
                    self.always = True  # a rule that needs no word may match any text
                    continue
                for anchor in rule.anchors:
                    self.woken.setdefault(anchor, []).append(len(self.rules))
                self.rules.append((number, rule.text.score * TITLE_WEIGHT, rule.need))

    def opens(self, found: Set[int]) -> bool:
        """Whether some watch may reach a threshold."""
        if self.always:
            return True
        awake: set[int] = set()
        for anchor in self.woken.keys() & found:
            awake.update(self.woken[anchor])
        totals = [0.0] * len(self.least)
        for place in awake:
            watch, points, need = self.rules[place]
            if met(need, found):
                totals[watch] += points
                if totals[watch] >= self.least[watch]:
                    return True
        return False
