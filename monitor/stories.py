"""Stories: articles of any outlet and language that report the same event.

In      an open session whose articles have an untold alert event and no story yet
Out     every such article has a story; `StoryRow.facts` keeps what the joins rest on, and why
Units   similarity is the share of common shingle hashes, 0-1
Limits  conservative: persons join a story only with a second sign, so one wrong name never fuses two events
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from anyascii import anyascii
from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.analysis.fingerprint import fold, shingles
from pipelines.store.schema import AlertEventRow, ArticleRow, FigureRow, ReportedCountRow, StoryRow

STORY_DAYS = 10
"""A story takes new articles for so long after its last one."""

NEAR_EQUAL = 0.6
"""Share of common shingle hashes from which two texts are one."""

SKETCH = 48
"""Hashes kept of a text: the smallest ones, so that sketches of similar texts share them."""

KEPT_SKETCHES = 12
_LETTERS = str.maketrans({"y": "i", "j": "i", "'": None, "ʼ": None, "-": " "})
OFFICIALS = frozenset({"official", "spokesperson", "head_of_state", "analyst"})


@dataclass(frozen=True, slots=True)
class Traits:
    """What an article, or a story as the sum of its articles, is recognised by."""

    hashes: frozenset[str] = frozenset()
    clusters: frozenset[int] = frozenset()
    sketches: tuple[frozenset[int], ...] = ()
    persons: frozenset[str] = frozenset()
    nationalities: frozenset[str] = frozenset()
    counts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """Which story an article joins (None: a new one), and why."""

    story_id: int | None
    why: str = "first of its story"


class _Open:
    """The stories that still take articles, newest first, looked up by what they could share with one."""

    def __init__(self, rows: Iterable[StoryRow]) -> None:
        self._rows: dict[int, StoryRow] = {}
        self._traits: dict[int, Traits] = {}
        self._turn: dict[int, int] = {}
        self._turns = itertools.count()
        self._by_sign: dict[Hashable, set[int]] = {}
        for row in rows:
            self.put(row, from_facts(row.facts))

    def put(self, row: StoryRow, traits: Traits) -> None:
        """Remember the story with its traits as the newest one."""
        self._rows[row.id], self._traits[row.id] = row, traits
        self._turn[row.id] = next(self._turns)
        for sign in signs(traits):
            self._by_sign.setdefault(sign, set()).add(row.id)

    def candidates(self, article: Traits) -> list[tuple[int, Traits]]:
        """The stories that share anything with `article`, newest first."""
        ids = set().union(*(self._by_sign.get(sign, ()) for sign in signs(article)))
        return [(i, self._traits[i]) for i in sorted(ids, key=lambda i: -self._turn[i])]

    def row(self, story_id: int) -> StoryRow:
        """The row of an open story."""
        return self._rows[story_id]

    def traits(self, story_id: int) -> Traits:
        """The traits of an open story."""
        return self._traits[story_id]


def signs(traits: Traits) -> Iterable[Hashable]:
    """Everything that two stories must share some of to be one; nationalities alone are none."""
    yield from (("text", value) for value in traits.hashes)
    yield from (("cluster", value) for value in traits.clusters)
    yield from (("person", value) for value in traits.persons)
    yield from (("count", value) for value in traits.counts)
    yield from {value for one in traits.sketches for value in one}


@lru_cache(maxsize=65536)
def person_key(name: str) -> str:
    """The folded name that two mentions of one person share; the order of its parts does not matter.

    >>> person_key("Anping ZHOU") == person_key("Zhou Anping")
    True
    """
    return " ".join(sorted(fold(name).replace("-", " ").split()))


@lru_cache(maxsize=65536)
def latin(name: str) -> tuple[str, ...]:
    """The parts of a name in small Latin letters; y and j are written i, as half of all romanisations do."""
    return tuple(anyascii(name).casefold().translate(_LETTERS).split())


def person_sign(name: str) -> str:
    """What spellings of one name share across scripts: its Latin letters, sorted, since blanks fall differently.

    >>> person_sign("Іван Сміленко") == person_sign("Smilenko Ivan")
    True
    >>> person_sign("周安平") == person_sign("Zhou Anping")
    True
    """
    return "".join(sorted("".join(latin(name)))) or person_key(name)


def sketch(text: str) -> frozenset[int]:
    """The smallest hashes of the text's shingles."""
    values = (hashlib.blake2b(s.encode(), digest_size=6).digest() for s in shingles(text))
    return frozenset(sorted(int.from_bytes(v) for v in values)[:SKETCH])


def similarity(one: frozenset[int], other: frozenset[int]) -> float:
    """How much two sketches share, 0-1: the bottom of their union that stands in both."""
    if not one or not other:
        return 0.0
    bottom = sorted(one | other)[:SKETCH]
    return sum(1 for value in bottom if value in one and value in other) / len(bottom)


def reason(article: Traits, story: Traits) -> str | None:
    """Why `article` belongs to `story`, None when it does not. Pure: the whole decision stands here."""
    if article.hashes & story.hashes:
        return "same text"
    if article.clusters & story.clusters:
        return "copy of one text"
    best = max((similarity(a, b) for a in article.sketches for b in story.sketches), default=0.0)
    if best >= NEAR_EQUAL:
        return f"nearly the same text ({best:.2f})"
    persons = article.persons & story.persons
    if len(persons) >= 2:
        return f"{len(persons)} persons in common"
    nationalities = article.nationalities & story.nationalities
    counts = article.counts & story.counts
    if persons and nationalities:
        return f"a person and the nationality {', '.join(sorted(nationalities))} in common"
    if len(counts) >= 2 and nationalities:
        return f"{len(counts)} counts and the nationality {', '.join(sorted(nationalities))} in common"
    return None


def decide(article: Traits, stories: Sequence[tuple[int, Traits]]) -> Decision:
    """The story that `article` joins: the most recent one (they come newest first) with a reason."""
    for story_id, traits in stories:
        why = reason(article, traits)
        if why:
            return Decision(story_id, why)
    return Decision(None)


def assign(session: Session, now: datetime) -> int:
    """Give every article with an unplanned alert event and no story its story; how many were given one."""
    waiting = session.scalars(
        select(ArticleRow)
        .where(
            ArticleRow.story_id.is_(None),
            ArticleRow.id.in_(select(AlertEventRow.article_id).where(AlertEventRow.planned_at.is_(None))),
        )
        .order_by(ArticleRow.first_seen_at, ArticleRow.id)
    ).all()
    if not waiting:
        return 0
    known = _open_stories(session, now)
    traits = _traits(session, waiting)
    for article in waiting:
        mine = traits[article.id]
        found = decide(mine, known.candidates(mine))
        if found.story_id is None:
            row, before = _new_story(session, article, now), Traits()
        else:
            row, before = known.row(found.story_id), known.traits(found.story_id)
        known.put(row, _join(row, before, article, mine, found, now))
    session.flush()
    return len(waiting)


def _open_stories(session: Session, now: datetime) -> _Open:
    rows = session.scalars(
        select(StoryRow)
        .where(StoryRow.updated_at >= now - timedelta(days=STORY_DAYS), StoryRow.redirect_to.is_(None))
        .order_by(StoryRow.updated_at, StoryRow.id)
    )
    return _Open(rows)


def _new_story(session: Session, article: ArticleRow, now: datetime) -> StoryRow:
    row = StoryRow(created_at=now, first_seen_at=article.first_seen_at, updated_at=now, title=article.title, facts={})
    session.add(row)
    session.flush()
    return row


def _join(row: StoryRow, before: Traits, article: ArticleRow, mine: Traits, found: Decision, now: datetime) -> Traits:
    """Write the article into its story; returns the story's traits with it."""
    article.story_id = row.id
    after = merged(before, mine)
    why = {**row.facts.get("why", {}), str(article.id): found.why}
    # a fresh dictionary: the column does not see changes inside the old one
    row.facts = {**row.facts, **to_facts(after), "why": why}
    row.updated_at = now
    return after


def _traits(session: Session, articles: Sequence[ArticleRow]) -> dict[int, Traits]:
    ids = [article.id for article in articles]
    figures = _grouped(session.scalars(select(FigureRow).where(FigureRow.article_id.in_(ids))))
    counts = _grouped(session.scalars(select(ReportedCountRow).where(ReportedCountRow.article_id.in_(ids))))
    return {article.id: _read(article, figures.get(article.id, ()), counts.get(article.id, ())) for article in articles}


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.article_id, []).append(row)
    return found


def _read(article: ArticleRow, figures: Iterable[FigureRow], counts: Iterable[ReportedCountRow]) -> Traits:
    persons = [figure for figure in figures if figure.role not in OFFICIALS]
    claims = [count for count in counts if not count.negated]
    text = sketch(f"{article.title or ''}\n{article.body[:20_000]}")
    return Traits(
        hashes=frozenset({article.content_hash} if article.body else ()),
        clusters=frozenset({article.cluster_id} if article.cluster_id else ()),
        sketches=(text,) if len(text) == SKETCH else (),
        persons=frozenset(person_sign(figure.name) for figure in persons),
        nationalities=frozenset(
            code for code in (*(p.nationality for p in persons), *(c.nationality for c in claims)) if code
        ),
        counts=frozenset(f"{c.low}-{c.high}:{c.status or ''}" for c in claims if c.low is not None),
    )


def merged(story: Traits, article: Traits) -> Traits:
    """The traits of a story after `article` joined it."""
    return Traits(
        hashes=story.hashes | article.hashes,
        clusters=story.clusters | article.clusters,
        sketches=(*story.sketches, *(s for s in article.sketches if s not in story.sketches))[-KEPT_SKETCHES:],
        persons=story.persons | article.persons,
        nationalities=story.nationalities | article.nationalities,
        counts=story.counts | article.counts,
    )


def to_facts(traits: Traits) -> dict[str, Any]:
    """The traits as JSON, for `StoryRow.facts`."""
    return {
        "hashes": sorted(traits.hashes),
        "clusters": sorted(traits.clusters),
        "sketches": [sorted(s) for s in traits.sketches],
        "persons": sorted(traits.persons),
        "nationalities": sorted(traits.nationalities),
        "counts": sorted(traits.counts),
    }


def from_facts(facts: Mapping[str, Any]) -> Traits:
    """The traits that `to_facts` wrote."""
    return Traits(
        hashes=frozenset(facts.get("hashes", ())),
        clusters=frozenset(facts.get("clusters", ())),
        sketches=tuple(frozenset(s) for s in facts.get("sketches", ())),
        persons=frozenset(facts.get("persons", ())),
        nationalities=frozenset(facts.get("nationalities", ())),
        counts=frozenset(facts.get("counts", ())),
    )
