"""Stories: articles of any outlet and language that report the same event.

In      an open session whose articles have an untold alert event and no story yet
Out     every such article has a story; `StoryRow.facts["why"]` says of each article why it is there
Rules   an article joins by its best link if the other reports of the story, on average, do not speak against it, so
        that no chain hangs on one weak link; what a person put apart is never joined again by the machine
Limits  a story takes new articles for `STORY_DAYS` after its last one
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.stories_merge import merge
from pipelines.analysis.names import keys
from pipelines.analysis.story_evidence import Evidence, evidence
from pipelines.analysis.story_signs import (
    Signs,
    Spoken,
    front_of,
    latin,
    person_key,
    person_sign,
    read_of,
    signs_of,
)
from pipelines.store.schema import (
    AlertEventRow,
    ArticleRow,
    DateMentionRow,
    FigureMentionRow,
    FigureRow,
    ReportedCountRow,
    StoryRow,
)

__all__ = ["OFFICIALS", "assign", "decide", "latin", "person_key", "person_sign"]

STORY_DAYS = 10
VERSION = 3
"""Of the signs kept beside stories: older ones are read again."""

KEPT = 12
"""Articles of a story that a new one is compared with: the first ones and the newest."""

LOOKED_AT = 40
"""Stories that an article is compared with, those that share most signs with it."""

FUSE = 1.25
"""What the reports of two stories must come to on average, in points, for the two to become one."""

AGREE, HELD = 0.0, 3.0
"""What the other reports of a story must come to on average, in points; each counts this much at most, either way."""

OFFICIALS = frozenset({"official", "spokesperson", "head_of_state", "analyst"})
_SPEAKERS = frozenset({"official", "spokesperson", "analyst", "lawyer"})
_AT_ONCE = 500

Members = Mapping[int, Signs]
"""The articles of a story, by id, with their signs."""

Judge = Callable[[Signs, Signs], Evidence]


@dataclass(frozen=True, slots=True)
class Decision:
    """Which story an article joins (None: a new one), why, and which other stories it shows to be the same."""

    story_id: int | None
    why: str = "first of its story"
    same: tuple[int, ...] = ()


def link(article: Signs, members: Iterable[Signs], judge: Judge = evidence) -> Evidence | None:
    """The best reason for `article` to join a story with these members; None where there is none. Pure.

    The others must not speak against it: what only one report of a story shares may be a background sentence.
    """
    found = sorted((judge(article, one) for one in members), key=lambda e: (-e.same_text, -e.points, e.why))
    if not found or not found[0].enough:
        return None
    best, others = found[0], [_held(one.points) for one in found[1:]]
    agree = not others or sum(others) / len(others) >= AGREE
    return best if best.same_text or agree else None


def _held(points: float) -> float:
    return max(-HELD, min(HELD, points))


def decide(article: Signs, stories: Iterable[tuple[int, Members]], judge: Judge = evidence) -> Decision:
    """The story that `article` joins: the one with the best reason; of equal ones the oldest."""
    found = [
        (why, story_id, members) for story_id, members in stories if (why := link(article, members.values(), judge))
    ]
    if not found:
        return Decision(None)
    found.sort(key=lambda one: (-one[0].same_text, -one[0].points, one[1]))
    (best, story_id, members), others = found[0], found[1:]
    mine = [*members.values(), article]
    same = [i for why, i, theirs in others if (best.same_text and why.same_text) or _are_one(mine, theirs, judge)]
    return Decision(story_id, best.why, tuple(sorted(same)))


def _are_one(one: Sequence[Signs], other: Members, judge: Judge) -> bool:
    """Whether the reports of two stories, on the whole, are of one event."""
    points = [_held(judge(a, b).points) for a in one for b in other.values()]
    return sum(points) / len(points) >= FUSE


class _Open:
    """The stories that still take articles, looked up by what they could share with one."""

    def __init__(self, rows: Iterable[StoryRow], members: Mapping[int, Mapping[int, Signs]], changed: set[int]) -> None:
        self.changed = changed
        """Stories whose signs are to be kept anew."""
        self.rows = {row.id: row for row in rows}
        self.members: dict[int, dict[int, Signs]] = {i: dict(members.get(i, {})) for i in self.rows}
        self._by_sign: dict[Hashable, set[int]] = defaultdict(set)
        for story_id, signs in self.members.items():
            for one in signs.values():
                self._index(story_id, one)

    def _index(self, story_id: int, one: Signs) -> None:
        for key in _keys(one):
            self._by_sign[key].add(story_id)

    def put(self, row: StoryRow, article_id: int, signs: Signs) -> None:
        """Remember an article of a story."""
        self.changed.add(row.id)
        self.rows[row.id] = row
        self.members.setdefault(row.id, {})[article_id] = signs
        self._index(row.id, signs)

    def fuse(self, into: int, other: int) -> None:
        """Remember that two stories are one."""
        for article_id, signs in self.members.pop(other).items():
            self.put(self.rows[into], article_id, signs)
        self.rows.pop(other)

    def candidates(self, article: Signs) -> list[tuple[int, Members]]:
        """The stories that share most with `article`."""
        shared = Counter(i for key in _keys(article) for i in self._by_sign.get(key, ()) if i in self.rows)
        ranked = sorted(shared, key=lambda i: (-shared[i], i))[:LOOKED_AT]
        return [(i, _kept(self.members[i])) for i in ranked]


def _chosen(ids: Sequence[int]) -> frozenset[int]:
    """Of a story's articles those that speak for it: the first ones and the newest."""
    return frozenset(ids if len(ids) <= KEPT else [*ids[: KEPT // 3], *ids[-(KEPT - KEPT // 3) :]])


def _kept(members: Members) -> Members:
    chosen = _chosen(sorted(members))
    return {i: signs for i, signs in members.items() if i in chosen}


def _keys(one: Signs) -> Iterator[Hashable]:
    """Every sign that two reports may share, for the index; words are left to the comparison."""
    if one.text:
        yield "text", one.text
    if one.cluster is not None:
        yield "cluster", one.cluster
    for name in one.persons:
        yield from (("person", key) for key in keys(name))
    for kind in ("sketch", "officials", "countries", "numbers", "counts", "names"):
        for value in getattr(one, kind):
            yield kind, value


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
    signs = signs_of_articles(session, waiting)
    for article in waiting:
        mine = signs[article.id]
        found = decide(mine, known.candidates(mine))
        row = known.rows[found.story_id] if found.story_id is not None else _new_story(session, article, now)
        known.put(row, article.id, mine)
        _join(row, article, found.why, now)
        for other in found.same:
            if _free(row) and _free(known.rows[other]):
                row = _fuse(session, known, row, known.rows[other], now)
    for story_id in known.changed & known.rows.keys():
        _remember(known.rows[story_id], known.members[story_id])
    session.flush()
    return len(waiting)


def _new_story(session: Session, article: ArticleRow, now: datetime) -> StoryRow:
    row = StoryRow(created_at=now, first_seen_at=article.first_seen_at, updated_at=now, title=article.title, facts={})
    session.add(row)
    session.flush()
    return row


def _join(row: StoryRow, article: ArticleRow, why: str, now: datetime) -> None:
    article.story_id = row.id
    # a fresh dictionary: the column does not see changes inside the old one
    row.facts = {**row.facts, "why": {**row.facts.get("why", {}), str(article.id): why}}
    row.updated_at = now


def _free(row: StoryRow) -> bool:
    """Whether nobody has decided by hand what belongs to this story."""
    return not any(why.startswith("reviewed by") for why in row.facts.get("why", {}).values())


def _fuse(session: Session, known: _Open, one: StoryRow, other: StoryRow, now: datetime) -> StoryRow:
    """Two stories turned out to be one: the older id stays, the other leads to it."""
    into, gone = sorted((one, other), key=lambda row: row.id)
    session.flush()
    merge(session, into, gone, now)
    known.fuse(into.id, gone.id)
    return into


# ── signs, kept beside the story so that they are not read again ────────────


def _open_stories(session: Session, now: datetime) -> _Open:
    rows = session.scalars(
        select(StoryRow)
        .where(StoryRow.updated_at >= now - timedelta(days=STORY_DAYS), StoryRow.redirect_to.is_(None))
        .order_by(StoryRow.id)
    ).all()
    inside: dict[int, dict[int, Signs]] = {row.id: {} for row in rows}
    unread: dict[int, int] = {}
    members = _members(session, list(inside))
    for row in rows:
        cached = row.facts.get("signs", {})
        for article_id, revision, cluster in members.get(row.id, ()):
            kept = cached.get(str(article_id), {})
            if (kept.get("version"), kept.get("revision"), kept.get("cluster")) == (VERSION, revision, cluster):
                inside[row.id][article_id] = from_facts(kept)
            else:
                unread[article_id] = row.id
    for part in _parts(list(unread)):
        articles = session.scalars(select(ArticleRow).where(ArticleRow.id.in_(part))).all()
        for article_id, signs in signs_of_articles(session, articles).items():
            inside[unread[article_id]][article_id] = signs
    return _Open(rows, inside, changed=set(unread.values()))


def _members(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[int, int, int | None]]]:
    """The articles that speak for each story: id, revision, cluster."""
    columns = (ArticleRow.story_id, ArticleRow.id, ArticleRow.revision, ArticleRow.cluster_id)
    found: dict[int, list[tuple[int, int, int | None]]] = defaultdict(list)
    for part in _parts(ids):
        rows = session.execute(select(*columns).where(ArticleRow.story_id.in_(part)).order_by(ArticleRow.id))
        for story_id, article_id, revision, cluster in rows:
            found[story_id or 0].append((article_id, revision, cluster))
    for story_id, articles in found.items():
        chosen = _chosen([one[0] for one in articles])
        found[story_id] = [one for one in articles if one[0] in chosen]
    return found


def _remember(row: StoryRow, members: Members) -> None:
    kept = {str(i): to_facts(signs) for i, signs in _kept(members).items()}
    if kept != row.facts.get("signs"):
        row.facts = {**row.facts, "signs": kept}


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))


def signs_of_articles(session: Session, articles: Sequence[ArticleRow]) -> dict[int, Signs]:
    """The signs of each article, from what was read of its newest revision."""
    found: dict[int, Signs] = {}
    for at in range(0, len(articles), _AT_ONCE):
        part = articles[at : at + _AT_ONCE]
        ids = [article.id for article in part]
        figures, counts, dates = (
            _grouped(session, table, ids) for table in (FigureRow, ReportedCountRow, DateMentionRow)
        )
        places = _places(session, ids)
        for article in part:
            own = (figures.get(article.id, []), counts.get(article.id, []), dates.get(article.id, []), places)
            found[article.id] = _read(
                article, *(_spoken(*own, end) for end in (read_of(article.body), front_of(article.body)))
            )
    return found


def _grouped(session: Session, table: Any, ids: list[int]) -> dict[int, list[Any]]:
    """Rows of each article's newest revision."""
    found: dict[int, list[Any]] = {}
    newest = (table.article_id == ArticleRow.id) & (table.revision == ArticleRow.revision)
    for row in session.scalars(select(table).join(ArticleRow, newest).where(table.article_id.in_(ids))):
        found.setdefault(row.article_id, []).append(row)
    return found


def _places(session: Session, ids: list[int]) -> dict[int, int]:
    """Where each figure of the articles is first named in the text."""
    query = (
        select(FigureMentionRow.figure_id, FigureMentionRow.start)
        .join(FigureRow, FigureRow.id == FigureMentionRow.figure_id)
        .where(FigureRow.article_id.in_(ids), FigureMentionRow.field == "body")
    )
    found: dict[int, int] = {}
    for figure_id, start in session.execute(query):
        found[figure_id] = min(start, found.get(figure_id, start))
    return found


def _spoken(figures: list[Any], counts: list[Any], dates: list[Any], places: Mapping[int, int], end: int) -> Spoken:
    """Who, how many and when, as far as title and text say it before `end`."""
    people = [one for one in figures if places.get(one.id, 0) < end]
    plain = [one for one in people if one.role not in OFFICIALS]
    claims = [one for one in counts if not one.negated and (one.start < end or one.field != "body")]
    return Spoken(
        persons=tuple(one.name for one in plain if one.role not in _SPEAKERS),
        officials=tuple(one.name for one in people if one.role in _SPEAKERS),
        ages=tuple(age for one in people if (age := one.attributes.get("age"))),
        counts=tuple((one.low, one.high, one.status, one.nationality) for one in claims),
        places=tuple(one.start if one.field == "body" else -1 for one in claims),
        nationalities=tuple(one.nationality for one in (*plain, *claims) if one.nationality),
        fates=tuple(one.status for one in plain if one.status),
        days=tuple(
            (one.start, one.end, one.value)
            for one in dates
            if one.precision == "day" and one.field == "body" and one.start < end
        ),
    )


def _read(article: ArticleRow, spoken: Spoken, front: Spoken) -> Signs:
    day = article.published_on or (None if article.historical else article.first_seen_at.date())
    return signs_of(
        article.title,
        article.body,
        article.language,
        spoken,
        front=front,
        day=day.toordinal() if day else None,
        dated=article.published_on is not None,
        text=article.content_hash,
        cluster=article.cluster_id,
        revision=article.revision,
    )


def to_facts(signs: Signs) -> dict[str, Any]:
    """Signs as JSON, for `StoryRow.facts`; what is empty is left out."""
    plain = {item.name: getattr(signs, item.name) for item in fields(signs)}
    found = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in plain.items() if value}
    return {**found, "version": VERSION}


def from_facts(facts: Mapping[str, Any]) -> Signs:
    """The signs that `to_facts` wrote."""
    known = {item.name for item in fields(Signs)}
    values: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value for name, value in facts.items()
    }
    return Signs(**{name: value for name, value in values.items() if name in known})
