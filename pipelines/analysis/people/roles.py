"""thin"""
from __future__ import annotations
from dataclasses import dataclass
from collections.abc import Sequence
from pipelines.analysis.people.cues import CueHit
from pipelines.analysis.people.group import Person
from pipelines.analysis.people.text import Text
from pipelines.records import Role, Status


@dataclass(frozen=True, slots=True)
class Reading:
    """What the article says of one person."""

    role: Role = Role.OTHER
    status: Status | None = None
    confidence: float = 0.3
    role_quote: str | None = None
    status_quote: str | None = None
    nationality: str | None = None
    term_used: str | None = None
    age: int | None = None
    home: str | None = None
    unit: str | None = None
    captured_on: str | None = None
    captured_at_place: str | None = None
    attributed_to: str | None = None
    negated: bool = False
    in_captivity_statement: bool = False
    pseudonym: bool = False


def read_people(text: Text, people: Sequence[Person], cues: Sequence[CueHit], language: str) -> list[Reading]:
    """A reading for every person, in their order."""
    return [Reading() for _ in people]
