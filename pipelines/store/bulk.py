"""Write many new pages at once, each table by one statement for all of them.

Page by page, what a page on topic leaves is thirty statements, and a statement costs more than its rows. The rows are
those that `write_article`, `copies.note` and `reread.note` make, and are made by the same functions; pages that are
known already, or met under another address, are left to be written alone.

In      an open session (the caller's transaction), pages with their keys, their text and what the wire said
Out     one `Written` a page; None where the page is not new after all
Raises  SQLAlchemyError as it is: then nothing of these pages is written, and each is to be written alone
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from pipelines.records import Article, Outcome
from pipelines.store import claims, copies, frontier, reread, search
from pipelines.store.reread import Fetched
from pipelines.store.schema import ArticleRow
from pipelines.store.search import Keys
from pipelines.store.writer import KEPT, Written, add_articles

_TOGETHER = KEPT - {Outcome.HEADLINE_ONLY}
"""A headline's link may be put off, and its page may follow it in the same batch."""


@dataclass(frozen=True, slots=True)
class New:
    """A page as it is to be written. `text`: what its copies are found by; None where none are looked for."""

    article: Article
    keys: Keys
    link_keys: tuple[str, ...]
    fetched: Fetched | None = None
    text: copies.Text | None = None


def may_be_new(article: Article) -> bool:
    """Whether a page may be written with others, if nobody knows it."""
    return (article.outcome or Outcome.STORED) in _TOGETHER and bool(article.url_key)


def write_new(
    session: Session, pages: Sequence[New], compare: copies.Compare, now: datetime, *, most: int
) -> list[Written | None]:
    """Write the pages that are new; see the module's head. `compare` and `most` are those of `copies.note`."""
    new = _new(session, pages)
    if not new:
        return [None] * len(pages)
    articles = [replace(page.article, outcome=page.article.outcome or Outcome.STORED) for page in new]
    numbers = [row.id for row, _ in add_articles(session, articles, now)]
    search.index_new(session, list(zip(numbers, (page.keys for page in new), strict=True)))
    done = {
        id(page): Written(number, 1, article.outcome or Outcome.STORED, len(article.matches))
        for page, article, number in zip(new, articles, numbers, strict=True)
    }
    frontier.acknowledge_all(
        session,
        [
            frontier.Ended(page.link_keys, done[id(page)].outcome, page.article.detail, number)
            for page, number in zip(new, numbers, strict=True)
        ],
        now,
    )
    texts = [(number, page.text) for page, number in zip(new, numbers, strict=True) if page.text is not None]
    copies.note_all(session, texts, compare, now, most=most)
    reread.note_all(session, [(page.article, page.fetched) for page in new if page.fetched is not None], now)
    return [done.get(id(page)) for page in pages]


_article = cast("Table", ArticleRow.__table__)
_KNOWN = select(_article.c.url_key).where(_article.c.url_key.in_(bindparam("keys", expanding=True)))


def _new(session: Session, pages: Sequence[New]) -> list[New]:
    """The pages that no row knows, and whose addresses no other page of these shares."""
    keys = Counter(page.article.url_key for page in pages)
    urls = Counter(url for page in pages for url in claims.addresses(page.article))
    known = set(session.connection().execute(_KNOWN, {"keys": sorted(keys)}).scalars())
    met = claims.met(session, urls)
    return [
        page
        for page in pages
        if page.article.url_key not in known
        and keys[page.article.url_key] == 1
        and not any(url in met or urls[url] > 1 for url in claims.addresses(page.article))
    ]
