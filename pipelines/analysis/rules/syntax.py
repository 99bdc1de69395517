"""The tree of a rule, and the one error that a rule can have.

Nodes   `Term` (a word, phrase or prefix), `TermSet` (a `$list`), `And`, `Or`, `Not`, `Near`, `Away`, `Within`
Units   `column` counts characters of the query from 1
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

TEXT_FIELDS = ("title", "lead", "body")
META_FIELDS = ("section", "outlet", "tag", "country", "ownership", "lang", "nationality", "figure")
PERSON_FIELDS = ("nationality", "figure")
FIELDS = TEXT_FIELDS + META_FIELDS


class RuleError(ValueError):
    """A rule that cannot be read: what is wrong, and at which character of the query (from 1)."""

    def __init__(self, message: str, column: int = 1, query: str = "") -> None:
        super().__init__(f"{message} (character {column})")
        self.message = message
        self.column = column
        self.query = query

    def pointer(self) -> str:
        """Return the query with a caret below the character that is meant."""
        return f"{self.query}\n{' ' * (self.column - 1)}^"


class Ending(StrEnum):
    """What may follow the letters of a word's key in the text."""

    NONE = "none"
    ANY = "any"
    KOREAN = "korean"

    __hash__ = str.__hash__


class Item(NamedTuple):
    """One word of a term: its key, and what may stand around it. A tuple, since rules have tens of thousands."""

    key: str
    ending: Ending = Ending.NONE
    inside: bool = False
    arabic: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A word or phrase as the author wrote it; `field` limits where it is looked for, `origin` is its `$list`."""

    text: str
    items: tuple[Item, ...]
    field: str | None = None
    origin: str | None = None
    number: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class TermSet:
    """Any one of the terms of a list."""

    name: str
    terms: tuple[Term, ...]
    field: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class And:
    """Every part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Or:
    """At least one part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Not:
    """The part does not hold."""

    part: Node


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Both stand in one field, in any order, at most `words` words apart (neighbours: 1; two hanzi: one word)."""

    left: Node
    right: Node
    words: int


@dataclass(frozen=True, slots=True, eq=False)
class Away:
    """Some place of the left side has nothing of the right side within `words` words of it, in the same field."""

    left: Node
    right: Node
    words: int


@dataclass(frozen=True, slots=True, eq=False)
class Within:
    """The part holds inside a single sentence or paragraph."""

    part: Node
    scope: str


Node: TypeAlias = Term | TermSet | And | Or | Not | Near | Away | Within

Anchors: TypeAlias = frozenset[int] | None
"""Term numbers of which one must stand in the text for a rule to hold; `None`: it may hold without any word."""
