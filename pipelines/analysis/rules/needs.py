"""What must stand in a text so that a rule may hold: its tree, asked too kindly.

In      a tree whose terms are numbered; then the numbers of the terms that a scan found
Out     a `Need`: sets of words of which one must be there; fields, properties, NOT, nearness and borders are forgotten
        (as `evaluate.could` does), so that whatever the rule accepts, its need accepts
Raises  nothing
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import TypeAlias

from pipelines.analysis.rules.syntax import META_FIELDS, Anchors, And, Away, Near, Node, Not, Or, Term, TermSet, Within

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


def need_of(node: Node, known: dict[int, Need]) -> Need:
    """What must stand in a text so that `node` may hold.

    `known` holds the answers for nodes that rules share; it must not outlive the nodes.
    """
    if id(node) not in known:
        known[id(node)] = _need_of(node, known)
    return known[id(node)]


def _need_of(node: Node, known: dict[int, Need]) -> Need:
    match node:
        case Term():
            return None if node.field in META_FIELDS else frozenset({node.number})
        case TermSet():
            return None if node.field in META_FIELDS else frozenset([term.number for term in node.terms])
        case Not():
            return None
        case Within():
            return need_of(node.part, known)
        case Away():
            return need_of(node.left, known)
        case Or():
            return _one_of([need_of(part, known) for part in node.parts])
        case And():
            return _all_of([need_of(part, known) for part in node.parts])
        case Near():
            return _all_of([need_of(node.left, known), need_of(node.right, known)])


def anchors_of(need: Need) -> Anchors:
    """The terms of which one must be found for a need to be met, as few as it allows; `None`: it needs none."""
    if need is None or isinstance(need, frozenset):
        return need
    found = [one for one in map(anchors_of, need.parts) if one is not None]
    if isinstance(need, Any):
        return frozenset().union(*found)
    return min(found, key=len)


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
