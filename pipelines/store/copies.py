"""Keep what copies are found by, find an article's copies and excerpts, and hold copies together in clusters.

In      an open session (the caller's transaction), an article that has its row, its `Text`, a `Compare`
Out     `Noted`: the article's cluster, its copies, its excerpt relations; nothing is committed here
Rules   a cluster is everything that copies join, so it is the same in any order of arrival; when a text joins two
        clusters the older one stays and the other redirects to it; an excerpt is related, never clustered
Limits  a band or rare hash takes `most` texts, the oldest, and no more: the cost of a text does not grow.
        A list of numbers goes to the database as one value; a parameter a number costs more than the look-up itself
"""

from __future__ import annotations

import json
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Table, TextClause, bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from pipelines.store.rows import put, put_numbered
from pipelines.store.schema import ArticleRow, ClusterRow, ExcerptRow, SignatureRow

_BAND = 0
"""The `need` of a band: one in common is enough."""

_LOCK = 7_203_311_905
_AT_ONCE = 500
"""Parameters of one statement; both databases take more."""

# built once: putting a statement together costs more than running it
_LISTED = {"sqlite": "SELECT value FROM json_each(:numbers)", "postgresql": "SELECT unnest(CAST(:numbers AS bigint[]))"}


def _forms(statement: str) -> dict[str, TextClause]:
    """A statement on a list of numbers, in the words of each database."""
    return {name: text(statement.replace("LISTED", listed)) for name, listed in _LISTED.items()}


_LOOK = _forms("SELECT value, article_id, need FROM bin WHERE value IN (LISTED)")
_READ = _forms("SELECT article_id, need, size, packed FROM signature WHERE article_id IN (LISTED)")
_ADD = _forms("INSERT INTO bin (value, article_id, need) WITH l(value) AS (LISTED) SELECT value, :id, :need FROM l")
_DROP = _forms("DELETE FROM bin WHERE value IN (LISTED) AND article_id = :id")
_article = cast("Table", ArticleRow.__table__)
_OF_THESE = _article.c.id.in_(bindparam("ids", expanding=True))
_CLUSTERS_OF = select(_article.c.cluster_id).where(_OF_THESE, _article.c.cluster_id.is_not(None)).distinct()
_PUT_INTO = update(_article).where(_OF_THESE).values(cluster_id=bindparam("cluster"))

Kind = Literal["copy", "excerpt_of", "contains", "none"]


@dataclass(frozen=True, slots=True)
class Text:
    """The signature of a text as plain values.

    `bands` and `rare` are signed 64-bit integers; `need` is how many rare hashes another text must share to be worth
    a comparison, one or more; `packed` are `size` hashes of eight bytes.
    """

    bands: tuple[int, ...]
    rare: tuple[int, ...]
    need: int
    size: int
    packed: bytes


Compare = Callable[[Text, Text], tuple[Kind, float]]
"""What the first text is to the second, and the share of the smaller text that the larger one has (0-1)."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of an article's text. `excerpts` are (excerpt, whole) pairs of article ids; all ids ascending."""

    cluster_id: int | None = None
    copies: tuple[int, ...] = ()
    excerpts: tuple[tuple[int, int], ...] = ()
    compared: int = 0


def note(
    session: Session, article_id: int, own: Text, compare: Compare, now: datetime, *, most: int, fresh: bool = False
) -> Noted:
    """Keep the text's signature in place of an earlier one, and bring the article into the cluster of its copies.

    `fresh`: the article is new, so that there is nothing earlier.
    """
    _alone(session)
    if not fresh:
        forget(session, article_id)
    if not own.bands and not own.rare:
        if not fresh:
            _leave(session, article_id)
        return Noted()
    bins = _bins(session, own)
    found = _candidates(own, bins)
    relations = {other: compare(own, kept) for other, kept in _texts(session, found)}
    _keep(session, article_id, own, bins, most)
    copies = sorted(other for other, (kind, _) in relations.items() if kind == "copy")
    excerpts = _excerpts(session, article_id, relations, now)
    cluster = None if fresh and not copies else _cluster(session, article_id, copies, now)
    return Noted(cluster, tuple(copies), tuple(excerpts), len(relations))


def forget(session: Session, article_id: int) -> None:
    """Drop an article's signature and excerpt relations; its cluster stays until `note` decides anew."""
    drop(session, [article_id])
    session.execute(delete(ExcerptRow).where((ExcerptRow.article_id == article_id) | (ExcerptRow.of_id == article_id)))


def drop(session: Session, ids: Iterable[int]) -> None:
    """Drop what the texts of these articles are found by; what they are to others stays."""
    session.flush()
    for part in _parts(sorted(ids)):
        kept = select(SignatureRow.article_id, SignatureRow.bins).where(SignatureRow.article_id.in_(part))
        for article_id, bins in session.execute(kept).all():
            _numbers(session, _DROP, sorted(unpacked(bins)), id=article_id)
        session.execute(delete(SignatureRow).where(SignatureRow.article_id.in_(part)))


def packed(values: Iterable[int]) -> bytes:
    """Signed 64-bit numbers as bytes, for `SignatureRow.bins`."""
    numbers = tuple(values)
    return struct.pack(f"<{len(numbers)}q", *numbers)


def unpacked(data: bytes) -> tuple[int, ...]:
    """The numbers that `packed` wrote."""
    return struct.unpack(f"<{len(data) // 8}q", data)


def resolve(session: Session, cluster_id: int) -> int:
    """The cluster that stands for `cluster_id` today; itself when it was never merged or is not known."""
    redirect = session.scalar(select(ClusterRow.redirect_to).where(ClusterRow.id == cluster_id))
    return cluster_id if redirect is None else redirect


def clusters_of_stories(session: Session, story_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """The clusters that the articles of each story are in today; stories without any are left out."""
    found: dict[int, set[int]] = defaultdict(set)
    for part in _parts(sorted(set(story_ids))):
        query = select(ArticleRow.story_id, ArticleRow.cluster_id).where(
            ArticleRow.story_id.in_(part), ArticleRow.cluster_id.is_not(None)
        )
        for story_id, cluster_id in session.execute(query.distinct()):
            if story_id is not None and cluster_id is not None:
                found[story_id].add(cluster_id)
    return {story_id: frozenset(ids) for story_id, ids in found.items()}


def _alone(session: Session) -> None:
    """Two transactions that bring two copies at once must see each other: the second waits for the first.

    SQLite has one writer anyhow.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _numbers(session: Session, statements: Mapping[str, TextClause], numbers: Sequence[int], **more: int) -> Any:
    """Run the database's own form of a statement on a list of numbers."""
    name = session.get_bind().dialect.name
    listed = json.dumps(numbers) if name == "sqlite" else list(numbers)
    return session.connection().execute(statements[name], {"numbers": listed, **more})


def _bins(session: Session, own: Text) -> dict[int, list[tuple[int, int]]]:
    """The articles in each bin of the text that holds any, with what they need."""
    found: dict[int, list[tuple[int, int]]] = {}
    for value, article_id, need in _numbers(session, _LOOK, sorted((*own.bands, *own.rare))).all():
        found.setdefault(value, []).append((article_id, need))
    return found


def _candidates(own: Text, bins: Mapping[int, list[tuple[int, int]]]) -> set[int]:
    """Who shares a band, or as many rare hashes as the text that needs fewer asks for."""
    met = [one for ids in bins.values() for one in ids]
    found = {other for other, need in met if need == _BAND}
    shared = Counter(one for one in met if one[1] != _BAND)
    found.update(other for (other, need), count in shared.items() if count >= min(own.need, need))
    return found


def _texts(session: Session, ids: Iterable[int]) -> list[tuple[int, Text]]:
    wanted = sorted(ids)
    if not wanted:
        return []
    rows = _numbers(session, _READ, wanted).all()
    return [(article_id, Text((), (), need, size, packed)) for article_id, need, size, packed in rows]


def _keep(session: Session, article_id: int, own: Text, bins: Mapping[int, Collection[object]], most: int) -> None:
    """Write the signature, and the text into its bins; a full bin takes no more."""
    taken: list[int] = []
    for need, values in ((_BAND, own.bands), (own.need, own.rare)):
        room = [value for value in dict.fromkeys(values) if len(bins.get(value, ())) < most and value not in taken]
        if room:
            _numbers(session, _ADD, sorted(room), id=article_id, need=need)
        taken += room
    own_row = {"article_id": article_id, "size": own.size, "need": own.need, "packed": own.packed}
    put(session, SignatureRow, [{**own_row, "bins": packed(taken)}])


def _excerpts(
    session: Session, article_id: int, relations: dict[int, tuple[Kind, float]], now: datetime
) -> list[tuple[int, int]]:
    pairs: dict[tuple[int, int], float] = {}
    for other, (kind, share) in relations.items():
        if kind == "excerpt_of":
            pairs[article_id, other] = share
        elif kind == "contains":
            pairs[other, article_id] = share
    if pairs:
        session.execute(
            insert(ExcerptRow),
            [{"article_id": a, "of_id": b, "containment": share, "found_at": now} for (a, b), share in pairs.items()],
        )
    return sorted(pairs)


def _cluster(session: Session, article_id: int, copies: list[int], now: datetime) -> int | None:
    """Bring an article and its copies into one cluster."""
    if not copies:
        _leave(session, article_id)
        return None
    known: set[int] = set()
    for part in _parts(copies):
        known.update(session.connection().execute(_CLUSTERS_OF, {"ids": part}).scalars())
    if known:
        cluster = min(known)
        _merge(session, known - {cluster}, cluster)
    else:
        [cluster] = put_numbered(session, ClusterRow, [{"created_at": now}])
    for part in _parts([article_id, *copies]):
        session.connection().execute(_PUT_INTO, {"ids": part, "cluster": cluster})
    return cluster


def _merge(session: Session, others: set[int], into: int) -> None:
    """Move the articles of `others`; every id that ever led to one of them leads to `into`."""
    if not others:
        return
    session.execute(update(ArticleRow).where(ArticleRow.cluster_id.in_(others)).values(cluster_id=into))
    pointing = ClusterRow.id.in_(others) | ClusterRow.redirect_to.in_(others)
    session.execute(update(ClusterRow).where(pointing).values(redirect_to=into))


def _leave(session: Session, article_id: int) -> None:
    """A text that is nobody's copy any more is in no cluster."""
    in_cluster = update(ArticleRow).where(ArticleRow.id == article_id, ArticleRow.cluster_id.is_not(None))
    session.execute(in_cluster.values(cluster_id=None))


def _parts(ids: list[int]) -> Iterable[list[int]]:
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))
