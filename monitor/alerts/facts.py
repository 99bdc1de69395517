"""What an article says that a story did not have yet: the facts a recipient is told once.

In      a `Reading` of one article: its persons, counts, deletion
Out     `Fact` tuple in reading order; equal facts of two articles have equal keys
Facts   a person, a status of a person, a denial, a count, a deletion, a name taken out of the text
Limits  officials who only speak are no fact; another spelling of a known person is "also spelt", not a new person
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.stories import OFFICIALS, person_key

SAME_PERSON = 0.85
"""Score of two spellings from which they are told as one person; the persons themselves stay unmerged."""

Scorer = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Person:
    """A person as one article speaks of them."""

    name: str
    role: str | None = None
    status: str | None = None
    nationality: str | None = None
    quote: str | None = None
    negated: bool = False
    office: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def is_news(self) -> bool:
        """Whether their appearance is a fact of the story: not somebody who speaks about it by office."""
        return self.office is None and (self.role not in OFFICIALS or self.status is not None)


@dataclass(frozen=True, slots=True)
class Count:
    """A reported count as one article states it."""

    low: int | None
    high: int | None
    bound: str
    quote: str
    of: int | None = None
    kind: str = "unclear"
    noun: str | None = None
    nationality: str | None = None
    status: str | None = None
    attributed_to: str | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of one article."""

    article_id: int
    persons: tuple[Person, ...] = ()
    counts: tuple[Count, ...] = ()
    gone: bool = False
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to be told. `key` is unique within a story; `detail` is what the mail says, names unmasked."""

    key: str
    kind: str
    detail: dict[str, Any] = field(default_factory=dict)


def facts_of(reading: Reading, known: Sequence[str] = (), scorer: Scorer | None = None) -> tuple[Fact, ...]:
    """Every fact of `reading`. `known` are names the story had before: another spelling of one takes its key."""
    found: dict[str, Fact] = {}
    seen = list(known)
    for person in reading.persons:
        if not person.is_news:
            continue
        name = known_as(person.name, seen, scorer)
        if name is None:
            name = person.name
            seen.append(name)
        for fact in _of_person(person, name):
            found.setdefault(fact.key, fact)
    for fact in (*map(_of_count, filter(_is_news, reading.counts)), *_of_page(reading)):
        found.setdefault(fact.key, fact)
    return tuple(found.values())


def known_as(name: str, known: Iterable[str], scorer: Scorer | None = None) -> str | None:
    """The known name that `name` is another spelling or a part of, None for somebody new.

    >>> known_as("ZHOU Anping", ["Zhou Anping"])
    'Zhou Anping'
    """
    key = person_key(name)
    parts = set(key.split())
    best: tuple[float, str] | None = None
    for other in known:
        other_key = person_key(other)
        if key == other_key or parts < set(other_key.split()):
            return other
        score = scorer(name, other) if scorer else 0.0
        if score >= SAME_PERSON and (best is None or score > best[0]):
            best = (score, other)
    return best[1] if best else None


def _of_person(person: Person, name: str) -> Iterable[Fact]:
    key = person_key(name)
    detail = {"name": name, "status": person.status, "role": person.role, "nationality": person.nationality}
    if person_key(person.name) != key:
        detail["spelt"] = person.name
    yield Fact(f"person:{key}", "person", detail)
    if person.status and person.negated:
        yield Fact(f"denial:{key}:{person.status}", "denial", detail)
    elif person.status:
        yield Fact(f"status:{key}:{person.status}", "status", detail)


def _is_news(count: Count) -> bool:
    return count.low is not None and bool(count.nationality or count.status)


def _of_count(count: Count) -> Fact:
    what = f"{count.nationality or '-'}:{count.status or '-'}:{count.low}:{count.high}:{count.of or '-'}"
    kind = "count_denial" if count.negated else "count"
    fields = ("low", "high", "bound", "of", "noun", "nationality", "status", "attributed_to", "quote")
    return Fact(f"{kind}:{what}", kind, {name: getattr(count, name) for name in fields})


def _of_page(reading: Reading) -> Iterable[Fact]:
    if reading.gone:
        yield Fact(f"gone:{reading.article_id}", "gone")
    for name in reading.removed:
        yield Fact(f"removed:{reading.article_id}:{person_key(name)}", "removed", {"name": name})
