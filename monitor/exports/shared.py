"""What the rows of several datasets share: the article they come from, and whether a person looked at them.

In      columns of `article` and `outlet`
Out     values named as in the codebook
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor import query
from monitor.labels import MACHINE, fields_reviewed
from monitor.query import Filter
from pipelines.store.schema import ArticleRow, OutletRow

ARTICLE = (
    ArticleRow.id.label("article"),
    ArticleRow.published_at.label("published"),
    ArticleRow.published_on,
    ArticleRow.outlet_id.label("outlet"),
    OutletRow.name.label("outlet_name"),
    OutletRow.ownership,
    OutletRow.country,
    ArticleRow.language,
    ArticleRow.story_id.label("story"),
    ArticleRow.cluster_id,
    ArticleRow.title,
)
"""Columns that `of_article` reads."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, unmasked, and the articles it speaks of."""

    values: Mapping[str, Any]
    articles: tuple[int, ...] = ()


def of_article(row: Any) -> dict[str, Any]:
    """The values every dataset takes from its article."""
    known = row.published_on is not None
    return {
        "article": row.article,
        "published": row.published if known else None,
        "published_on": row.published_on,
        "outlet": row.outlet,
        "outlet_name": row.outlet_name,
        "ownership": row.ownership,
        "country": row.country,
        "language": row.language,
        "story": row.story,
        "text": text_of(row.cluster_id, row.article),
        "title": row.title,
    }


def text_of(cluster_id: int | None, article_id: int) -> str:
    """Which text an article has: that of its copies, else its own.

    >>> text_of(7, 12), text_of(None, 12)
    ('t7', 'a12')
    """
    return f"a{article_id}" if cluster_id is None else f"t{cluster_id}"


def judged(reviewed: Mapping[str, Any] | None) -> dict[str, Any]:
    """The columns that say whether a person looked at a reading."""
    known = fields_reviewed(reviewed)
    at = known["reviewed_at"]
    return {
        "review": state(reviewed),
        "reviewed_by": known["reviewed_by"],
        "reviewed_at": datetime.fromisoformat(at) if at else None,
    }


def state(reviewed: Mapping[str, Any] | None) -> str:
    """One word or two for a table.

    >>> state(None), state({"role": {"verdict": "correct"}})
    ('machine reading', 'corrected in part')
    """
    if not reviewed:
        return MACHINE
    verdicts = {entry["verdict"] for entry in reviewed.values()}
    word = "corrected" if verdicts - {"confirm"} else "confirmed"
    return word if "" in reviewed else f"{word} in part"


def asked_of(session: Session, wanted: Filter, only: frozenset[int] | None) -> Any:
    """A condition on `ArticleRow` that holds for the articles asked for; None for all of them."""
    conditions = []
    if only is not None:
        conditions.append(ArticleRow.id.in_(sorted(only)))
    if wanted.narrows:
        ids = query.ids_of(session, wanted)
        conditions.append(ArticleRow.id.in_(ids if ids is not None else select(ArticleRow.id).where(ArticleRow.id < 0)))
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else conditions[0] & conditions[1]
