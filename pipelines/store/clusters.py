"""Hold copies of one text together in clusters.

In      an open session (the caller's transaction), articles and which others they are copies of
Out     the articles' cluster; nothing is committed here
Rules   a cluster is everything that copies join; when a text joins two clusters the older one stays and the other
        redirects to it
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from pipelines.store.rows import put_numbered
from pipelines.store.schema import ArticleRow, ClusterRow

_AT_ONCE = 500
"""Parameters of one statement; both databases take more."""

# built once: putting a statement together costs more than running it
_article = cast("Table", ArticleRow.__table__)
_OF_THESE = _article.c.id.in_(bindparam("ids", expanding=True))
_CLUSTERS_OF = select(_article.c.id, _article.c.cluster_id).where(_OF_THESE, _article.c.cluster_id.is_not(None))
_PUT_INTO = update(_article).where(_OF_THESE).values(cluster_id=bindparam("cluster"))


def join(session: Session, found: Sequence[tuple[int, Sequence[int]]], now: datetime) -> dict[int, int]:
    """Bring each article and its copies into one cluster, one after the other; the clusters of the articles.

    `found` are (article, its copies); one without copies is left where it is.
    """
    joined = [(article_id, copies) for article_id, copies in found if copies]
    ids = {number for article_id, copies in joined for number in (article_id, *copies)}
    stored = _clusters_of(session, ids)
    held = dict(stored)
    for article_id, copies in joined:
        known = {held[other] for other in copies if other in held}
        if known:
            cluster = min(known)
            _merge(session, known - {cluster}, cluster)
            held = {number: cluster if one in known else one for number, one in held.items()}
        else:
            [cluster] = put_numbered(session, ClusterRow, [{"created_at": now}])
        held |= dict.fromkeys((article_id, *copies), cluster)
    _put(session, {number: cluster for number, cluster in held.items() if stored.get(number) != cluster})
    return {article_id: held[article_id] for article_id, _ in joined}


def _clusters_of(session: Session, ids: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for part in parts(sorted(ids)):
        found |= {row.id: row.cluster_id for row in session.connection().execute(_CLUSTERS_OF, {"ids": part})}
    return found


def _put(session: Session, held: dict[int, int]) -> None:
    """Write which articles came into which cluster. A row holds its whole text, so none is written for nothing."""
    members: dict[int, list[int]] = defaultdict(list)
    for number, cluster in held.items():
        members[cluster].append(number)
    for cluster, ids in members.items():
        for part in parts(sorted(ids)):
            session.connection().execute(_PUT_INTO, {"ids": part, "cluster": cluster})


def _merge(session: Session, others: set[int], into: int) -> None:
    """Move the articles of `others`; every id that ever led to one of them leads to `into`."""
    if not others:
        return
    session.execute(update(ArticleRow).where(ArticleRow.cluster_id.in_(others)).values(cluster_id=into))
    pointing = ClusterRow.id.in_(others) | ClusterRow.redirect_to.in_(others)
    session.execute(update(ClusterRow).where(pointing).values(redirect_to=into))


def leave(session: Session, article_id: int) -> None:
    """A text that is nobody's copy any more is in no cluster."""
    in_cluster = update(ArticleRow).where(ArticleRow.id == article_id, ArticleRow.cluster_id.is_not(None))
    session.execute(in_cluster.values(cluster_id=None))


def parts(ids: list[int]) -> Iterable[list[int]]:
    """As many as one statement takes."""
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))
