"""The gate of the cheap reading: could any watch match a text of these words?

In      compiled watches; then the numbers of the terms that a scan found
Out     `True` whenever `RuleBook.match` could find something in that text, or in another cut of it
Method  each rule is asked too kindly (`evaluate.could`: fields, properties, NOT, nearness and borders are forgotten),
        which leaves sets of words of which one must be there; a rule is asked only when a word of it was found
Raises  nothing
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TypeAlias

from pipelines.analysis.rules.compiled import CompiledWatch
from pipelines.analysis.rules.syntax import META_FIELDS, And, Away, Near, Node, Not, Or, Term, TermSet, Within

TITLE_WEIGHT = 2.0
"""A hit in the title counts double; the gate supposes that every hit stands there."""

Need: TypeAlias = "frozenset[int] | All | Any | None"
"""What a text must have: one of these terms; parts; `None` is nothing at all."""


@dataclass(frozen=True, slots=True)
class All:
    """Every part is needed."""

    parts: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One part is enough."""

    parts: tuple[Need, ...]


def need_of(node: Node) -> Need:
    """What must stand in a text so that `node` may hold."""
    match node:
        case Term():
            return None if node.field in META_FIELDS else frozenset({node.number})
        case TermSet():
            return None if node.field in META_FIELDS else frozenset(term.number for term in node.terms)
        case Not():
            return None
        case Within():
            return need_of(node.part)
        case Away():
            return need_of(node.left)
        case Or():
            return _one_of([need_of(part) for part in node.parts])
        case And():
            return _all_of([need_of(part) for part in node.parts])
        case Near():
            return _all_of([need_of(node.left), need_of(node.right)])


def _one_of(parts: list[Need]) -> Need:
    if any(part is None for part in parts):
        return None
    words = [part for part in parts if isinstance(part, frozenset)]
    rest = [part for part in parts if not isinstance(part, frozenset)]
    joined = [frozenset().union(*words)] if words else []
    return joined[0] if joined and not rest else Any((*joined, *rest))


def _all_of(parts: list[Need]) -> Need:
    wanted = tuple(part for part in parts if part is not None)
    return None if not wanted else wanted[0] if len(wanted) == 1 else All(wanted)


def met(need: Need, found: Set[int]) -> bool:
    """Whether a text in which the terms `found` stand has what is needed."""
    if need is None:
        return True
    if isinstance(need, frozenset):
        return not need.isdisjoint(found)
    if isinstance(need, All):
        return all(met(part, found) for part in need.parts)
    return any(met(part, found) for part in need.parts)


class Gate:
    """The needs of all rules that speak for a match, by the words that wake them."""

    def __init__(self, watches: Sequence[CompiledWatch]) -> None:
        self.always = False
        self.rules: list[tuple[int, float, Need]] = []
        self.woken: dict[int, list[int]] = {}
        self.least = [min(one.watch.possible_threshold, one.watch.alert_threshold) for one in watches]
        shared: dict[int, Need] = {}
        for number, watch in enumerate(watches):
            for rule in watch.rules:
                if rule.text.score <= 0:
                    continue
                if rule.anchors is None:
                    self.always = True  # a rule that needs no word may match any text
                    continue
                for anchor in rule.anchors:
                    self.woken.setdefault(anchor, []).append(len(self.rules))
                key = id(rule.node)  # rules of several languages may share a tree
                if key not in shared:
                    shared[key] = need_of(rule.node)
                self.rules.append((number, rule.text.score * TITLE_WEIGHT, shared[key]))

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
