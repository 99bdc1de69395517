"""Keep what copies are found by, find an article's copies and excerpts, and hold copies together in clusters.

In      an open session (the caller's transaction), an article that has its row, its `Text`, a `Compare`
Out     `Noted`: the article's cluster, its copies, its excerpt relations; nothing is committed here
Rules   a cluster is everything that copies join, so it is the same in any order of arrival; when a text joins two
        clusters the older one stays and the other redirects to it; an excerpt is related, never clustered
Limits  a band or rare hash takes `most` texts, the oldest, and no more: the cost of a text does not grow with the store
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import Table, bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from pipelines.store.rows import put, put_numbered
from pipelines.store.schema import ArticleRow, BandRow, ClusterRow, ExcerptRow, SignatureRow

BAND, RARE = 0, 1
"""Kinds of `BandRow`."""

_LOCK = 7_203_311_905
_AT_ONCE = 500
"""Parameters of one statement; both databases take more."""

# built once: putting a statement together costs more than running it
_band = cast("Table", BandRow.__table__)
_IN_BINS = select(_band.c.value, _band.c.article_id).where(
    _band.c.kind == bindparam("kind"), _band.c.value.in_(bindparam("values", expanding=True))
)
_signature = cast("Table", SignatureRow.__table__)
_SIGNATURES = select(_signature.c.article_id, _signature.c.need, _signature.c.size, _signature.c.packed).where(
    _signature.c.article_id.in_(bindparam("ids", expanding=True))
)
_article = cast("Table", ArticleRow.__table__)
_OF_THESE = _article.c.id.in_(bindparam("ids", expanding=True))
_CLUSTERS_OF = select(_article.c.cluster_id).where(_OF_THESE, _article.c.cluster_id.is_not(None)).distinct()
_PUT_INTO = update(_article).where(_OF_THESE).values(cluster_id=bindparam("cluster"))

Kind = Literal["copy", "excerpt_of", "contains", "none"]


@dataclass(frozen=True, slots=True)
class Text:
    """The signature of a text as plain values.

    `bands` and `rare` are signed 64-bit integers; `need` is how many rare hashes another text must share to be worth
    a comparison; `packed` are `size` hashes of eight bytes.
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
    found = _candidates(session, own, bins)
    relations = {other: compare(own, kept) for other, kept in _texts(session, found)}
    _keep(session, article_id, own, bins, most)
    copies = sorted(other for other, (kind, _) in relations.items() if kind == "copy")
    excerpts = _excerpts(session, article_id, relations, now)
    cluster = None if fresh and not copies else _cluster(session, article_id, copies, now)
    return Noted(cluster, tuple(copies), tuple(excerpts), len(relations))


def forget(session: Session, article_id: int) -> None:
    """Drop an article's signature and excerpt relations; its cluster stays until `note` decides anew."""
    session.flush()
    for table in (BandRow, SignatureRow, ExcerptRow):
        session.execute(delete(table).where(table.article_id == article_id))
    session.execute(delete(ExcerptRow).where(ExcerptRow.of_id == article_id))


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


def _bins(session: Session, own: Text) -> dict[tuple[int, int], list[int]]:
    """The articles in each bin of the text that holds any."""
    found: dict[tuple[int, int], list[int]] = {}
    for kind, values in ((BAND, own.bands), (RARE, own.rare)):
        for value, article_id in session.connection().execute(_IN_BINS, {"kind": kind, "values": values}):
            found.setdefault((kind, value), []).append(article_id)
    return found


def _candidates(session: Session, own: Text, bins: dict[tuple[int, int], list[int]]) -> set[int]:
    """Who shares a band, or as many rare hashes as the text that needs fewer asks for."""
    found = {other for (kind, _), ids in bins.items() if kind == BAND for other in ids}
    shared = Counter(other for (kind, _), ids in bins.items() if kind == RARE for other in ids)
    rest = [other for other in shared if other not in found]
    for part in _parts(rest):
        rows = session.connection().execute(_SIGNATURES, {"ids": part})
        found.update(other for other, need, _, _ in rows if shared[other] >= min(own.need, need))
    return found


def _texts(session: Session, ids: Iterable[int]) -> list[tuple[int, Text]]:
    found = []
    for part in _parts(sorted(ids)):
        for article_id, need, size, packed in session.connection().execute(_SIGNATURES, {"ids": part}):
            found.append((article_id, Text((), (), need, size, packed)))
    return found


def _keep(session: Session, article_id: int, own: Text, bins: dict[tuple[int, int], list[int]], most: int) -> None:
    """Write the signature, and the text into its bins; a full bin takes no more."""
    put(session, SignatureRow, [{"article_id": article_id, "size": own.size, "need": own.need, "packed": own.packed}])
    rows = [
        {"article_id": article_id, "kind": kind, "value": value}
        for kind, values in ((BAND, own.bands), (RARE, own.rare))
        for value in dict.fromkeys(values)
        if len(bins.get((kind, value), ())) < most
    ]
    put(session, BandRow, rows)


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
