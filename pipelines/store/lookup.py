"""Look an article up by its key before it is understood: is it known, and with this text?"""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from pipelines.records import Article, Outcome
from pipelines.store.schema import ArticleRow, ArticleUrlRow

_article = cast("Table", ArticleRow.__table__)
_BY_KEY = select(_article.c.url, _article.c.content_hash, _article.c.reading).where(
    _article.c.url_key == bindparam("key")
)


def find_known(session: Session, article: Article) -> Outcome | None:
    """`unchanged` for a known text, `duplicate` for a new address of a known article, None for news."""
    row = session.connection().execute(_BY_KEY, {"key": article.url_key}).first()
    if row is None or row.reading == "headline":
        return None
    if row.content_hash == article.content_hash and row.reading == article.reading.value:
        return Outcome.UNCHANGED
    if row.url != article.url and session.get(ArticleUrlRow, article.url) is None:
        return Outcome.DUPLICATE
    return None
