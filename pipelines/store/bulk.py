"""Write many plain pages at once: new ones off topic, of which nothing is claimed and nothing alerted.

They are nine pages of ten, and row by row they cost as much as fetching them. The rows are those that `write_article`
and `reread.note` make, by few statements for all pages; whatever is not plain is left to them.

In      an open session (the caller's transaction), pages with their keys and what the wire said
Out     one `Written` a page; None where the page is not plain after all (known already, or met under another address)
Raises  SQLAlchemyError as it is: then nothing of these pages is written, and each is to be written alone
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from pipelines.records import Article, Outcome
from pipelines.store import frontier, reread, search
from pipelines.store.reread import Fetched
from pipelines.store.rows import put, put_numbered, values_of
from pipelines.store.schema import (
    ArticleRow,
    ArticleUrlRow,
    FetchStateRow,
    FrontierRow,
    OutletRow,
    RevisionRow,
    UrlMergeRow,
)
from pipelines.store.search import Keys
from pipelines.store.writer import Written, article_row, is_historical, revision_row


@dataclass(frozen=True, slots=True)
class Plain:
    """A page as it is to be written."""

    article: Article
    keys: Keys
    link_keys: tuple[str, ...]
    fetched: Fetched | None = None

    @property
    def urls(self) -> tuple[str, ...]:
        """Every address under which it was met."""
        one = self.article
        return tuple(dict.fromkeys(url for url in (one.url, one.canonical_url, one.requested_url) if url))


def is_plain(article: Article) -> bool:
    """Whether a page may be written with others: nothing of it but the article's own row and text."""
    claims = article.matches or article.figures or article.counts or article.dates or article.evidence
    return article.outcome is Outcome.OFF_TOPIC and bool(article.url_key) and not claims


def write_plain(session: Session, pages: Sequence[Plain], now: datetime) -> list[Written | None]:
    """Write the pages that are new; see the module's head."""
    new = _new(session, pages)
    if not new:
        return [None] * len(pages)
    ids = _articles(session, new, now)
    pairs = [(page, ids[page.article.url_key]) for page in new]
    _addresses(session, pairs, now)
    search.index_new(session, [(number, page.keys) for page, number in pairs])
    _close_links(session, pairs, now)
    _note_fetches(session, new, now)
    done = {id(page): Written(number, 1, Outcome.OFF_TOPIC) for page, number in pairs}
    return [done.get(id(page)) for page in pages]


def _new(session: Session, pages: Sequence[Plain]) -> list[Plain]:
    """The pages that no row knows, and whose addresses no other page of these shares."""
    addresses = [url for page in pages for url in page.urls]
    known = set(session.scalars(select(ArticleRow.url_key).where(_in(ArticleRow.url_key, _keys(pages)))))
    met = set(session.scalars(select(ArticleUrlRow.url).where(_in(ArticleUrlRow.url, addresses))))
    keys, often = Counter(_keys(pages)), Counter(addresses)
    return [
        page
        for page in pages
        if page.article.url_key not in known
        and keys[page.article.url_key] == 1
        and not any(url in met or often[url] > 1 for url in page.urls)
    ]


def _keys(pages: Iterable[Plain]) -> list[str]:
    return [page.article.url_key for page in pages]


def _in(column: Any, values: Iterable[str]) -> Any:
    return column.in_(sorted(set(values)))


def _articles(session: Session, pages: Sequence[Plain], now: datetime) -> dict[str, int]:
    """Article and revision rows; the articles' ids by their keys."""
    outlets = {page.article.outlet_id for page in pages}
    since = dict(session.execute(select(OutletRow.id, OutletRow.first_seen_at).where(OutletRow.id.in_(outlets))).all())
    rows = []
    for page in pages:
        row = article_row(page.article, now)
        row.historical = page.article.historical or is_historical(
            page.article.published, since.get(page.article.outlet_id, now)
        )
        rows.append(row)
    numbers = put_numbered(session, ArticleRow, [values_of(row) for row in rows])
    revisions = []
    for page, row, number in zip(pages, rows, numbers, strict=True):
        row.id = number
        revisions.append(values_of(revision_row(row, page.article)))
    put(session, RevisionRow, revisions)
    ids = {row.url_key: row.id for row in rows}
    fresh = {page.article.outlet_id for page in pages if not page.article.historical}
    session.execute(update(OutletRow).where(OutletRow.id.in_(fresh)).values(last_article_at=now))
    return ids


def _addresses(session: Session, pairs: Sequence[tuple[Plain, int]], now: datetime) -> None:
    met = [{"url": url, "article_id": number, "seen_at": now} for page, number in pairs for url in page.urls]
    put(session, ArticleUrlRow, met)
    merged = [
        {"article_id": number, "url": url, "why": page.article.url_why or "redirected", "merged_at": now}
        for page, number in pairs
        for url in page.urls
        if url not in (page.article.url, page.article.canonical_url or page.article.url)
    ]
    put(session, UrlMergeRow, merged)


def _close_links(session: Session, pairs: Sequence[tuple[Plain, int]], now: datetime) -> None:
    keys = [key for page, _ in pairs for key in page.link_keys]
    open_links = _in(FrontierRow.url_key, keys), FrontierRow.state != frontier.CLOSED
    waiting = set(session.scalars(select(FrontierRow.url_key).where(*open_links)))
    closing: list[dict[str, Any]] = [
        {"key": key, "detail": page.article.detail, "article": number}
        for page, number in pairs
        for key in page.link_keys
        if key in waiting
    ]
    if closing:
        table: Any = FrontierRow.__table__  # updates of many rows by a key of our own go past the ORM
        statement = (
            update(table)
            .where(table.c.url_key == bindparam("key"))
            .values(
                attempts=table.c.attempts + 1,
                outcome=Outcome.OFF_TOPIC.value,
                detail=bindparam("detail"),
                state=frontier.CLOSED,
                done_at=now,
                article_id=bindparam("article"),
            )
        )
        session.connection().execute(statement, closing)


def _note_fetches(session: Session, pages: Sequence[Plain], now: datetime) -> None:
    fetched = {page.fetched.url: page for page in pages if page.fetched is not None}
    if not fetched:
        return
    known = set(session.scalars(select(FetchStateRow.url).where(_in(FetchStateRow.url, fetched))))
    rows = []
    for url, page in fetched.items():
        if page.fetched is None or page.fetched.status != 200 or url in known:
            reread.note(session, page.article, page.fetched, now)  # type: ignore[arg-type]
        else:
            row = FetchStateRow(url=url, outlet_id=page.article.outlet_id, reads=0)
            reread.fill(row, page.article, page.fetched, now)
            rows.append(values_of(row))
    put(session, FetchStateRow, rows)
