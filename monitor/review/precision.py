"""How often a watch is right, counted from verdicts: confirmed articles over judged ones.

In      an open session; one watch or all; since when a verdict must have been given
Out     one row a watch: judged, confirmed, rejected, precision with its 95 % interval, how many wait
Limits  counts what was judged; a queue judged from the top says little of its end, the interval nothing of that
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipelines.store.schema import ArticleRow, MatchRow, ReviewRow

_Z = 1.96


def precision(session: Session, watch: str | None = None, since: datetime | None = None) -> list[dict[str, Any]]:
    """Precision of each watch; watches that nobody judged have None. The last verdict on an article counts."""
    last: dict[tuple[str, int], str] = {}
    query = select(ReviewRow).where(ReviewRow.kind == "match", ReviewRow.article_id.is_not(None)).order_by(ReviewRow.id)
    if since is not None:
        query = query.where(ReviewRow.reviewed_at >= since)
    for row in session.scalars(query):
        if not row.anchor.get("column") and row.article_id is not None:
            last[(row.anchor["row"]["watch_id"], row.article_id)] = row.verdict
    open_ = _open(session)
    rows = []
    for name in sorted({key[0] for key in last} | set(open_)):
        if watch in (None, name):
            verdicts = [verdict for key, verdict in last.items() if key[0] == name]
            rows.append(_row(name, verdicts.count("confirm"), verdicts.count("reject"), open_.get(name, 0)))
    return rows


def _open(session: Session) -> dict[str, int]:
    rows = session.execute(
        select(MatchRow.watch_id, func.count(func.distinct(MatchRow.article_id)))
        .join(ArticleRow, (ArticleRow.id == MatchRow.article_id) & (ArticleRow.revision == MatchRow.revision))
        .where(MatchRow.reviewed.is_(None))
        .group_by(MatchRow.watch_id)
    )
    return {row[0]: row[1] for row in rows}


def _row(watch: str, confirmed: int, rejected: int, open_: int) -> dict[str, Any]:
    judged = confirmed + rejected
    low, high = interval(confirmed, judged) if judged else (None, None)
    return {
        "watch": watch,
        "judged": judged,
        "confirmed": confirmed,
        "rejected": rejected,
        "precision": round(confirmed / judged, 3) if judged else None,
        "low": low,
        "high": high,
        "open": open_,
    }


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share.

    >>> interval(9, 10)
    (0.596, 0.982)
    """
    share = hits / of
    middle = (share + _Z**2 / (2 * of)) / (1 + _Z**2 / of)
    half = _Z * math.sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2)) / (1 + _Z**2 / of)
    return round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)
