"""Reading recent articles again, on a falling schedule, for revisions and deletions; older ones are left alone.

In      what a fetch brought (`Fetched`), in the transaction that stores the page
Out     pages that are due, matched ones first, with the headers that ask for them only if they changed
Limits  `STEPS` readings after the first; an article older than a week at first sight is read once
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session

from pipelines.records import Article, When
from pipelines.store.rows import put, values_of
from pipelines.store.schema import ArticleRow, ArticleUrlRow, FetchStateRow

SCHEDULE = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(days=3),
    timedelta(days=7),
)
"""After first sight an article is read again at these ages."""

OLD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the wire said of a page: kept for the next conditional request. `sha256` is of the unpacked body."""

    url: str
    status: int
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A page to be read again."""

    url: str
    etag: str | None
    last_modified: str | None
    sha256: str | None

    @property
    def headers(self) -> dict[str, str]:
        """Request headers that ask for the page only if it changed."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


_state = cast("Table", FetchStateRow.__table__)
_KNOWN = select(_state.c.url).where(_state.c.url.in_(bindparam("urls", expanding=True)))


def note(session: Session, article: Article, fetched: Fetched, now: datetime) -> None:
    """Remember a fetch and when the page is read next. Failures that pass leave the validators as they are."""
    note_all(session, [(article, fetched)], now)


def note_all(session: Session, fetches: Sequence[tuple[Article, Fetched]], now: datetime) -> None:
    """The same for several fetches."""
    session.flush()
    urls = sorted({fetched.url for _, fetched in fetches})
    known = set(session.connection().execute(_KNOWN, {"urls": urls}).scalars()) if urls else set()
    rows: dict[str, FetchStateRow] = {}
    for article, fetched in fetches:
        row = session.get(FetchStateRow, fetched.url) if fetched.url in known else rows.get(fetched.url)
        if row is None and fetched.status == 200:
            row = rows[fetched.url] = FetchStateRow(url=fetched.url, outlet_id=article.outlet_id, reads=0)
        if row is not None:
            fill(row, article, fetched, now)
    put(session, FetchStateRow, [values_of(row) for row in rows.values()])


def fill(row: FetchStateRow, article: Article, fetched: Fetched, now: datetime) -> None:
    """Put a fetch into its row."""
    row.last_status, row.fetched_at = fetched.status, now
    if fetched.status == 200:
        row.etag, row.last_modified, row.body_sha256 = fetched.etag, fetched.last_modified, fetched.sha256
    if fetched.status in (404, 410):
        row.next_due_at = None
        return
    row.reads += 1
    row.next_due_at = None if is_old(article.published, now) and row.reads == 1 else next_reading(row.reads, now)


def next_reading(reads: int, now: datetime) -> datetime | None:
    """When a page that was read `reads` times is due again; None when that was the last time.

    >>> next_reading(2, datetime(2026, 1, 1, 1, tzinfo=UTC)).hour
    6
    """
    if not 1 <= reads <= len(SCHEDULE):
        return None
    before = SCHEDULE[reads - 2] if reads > 1 else timedelta(0)
    return now + SCHEDULE[reads - 1] - before


def is_old(published: When | None, now: datetime) -> bool:
    """Whether an article came out more than a week ago."""
    if published is None:
        return False
    value = published.value
    if not isinstance(value, datetime):
        value = datetime.combine(value if isinstance(value, date) else now.date(), time(23, 59), UTC)
    return value < now - OLD


def due(session: Session, outlet_id: str, now: datetime, limit: int) -> tuple[Due, ...]:
    """The outlet's pages that are due to be read again, matched ones first, then the longest due."""
    rows = session.scalars(
        select(FetchStateRow)
        .outerjoin(ArticleUrlRow, ArticleUrlRow.url == FetchStateRow.url)
        .outerjoin(ArticleRow, ArticleRow.id == ArticleUrlRow.article_id)
        .where(FetchStateRow.outlet_id == outlet_id, FetchStateRow.next_due_at <= now)
        .order_by(func.coalesce(ArticleRow.relevant, False).desc(), FetchStateRow.next_due_at)
        .limit(limit)
    )
    return tuple(Due(row.url, row.etag, row.last_modified, row.body_sha256) for row in rows)


def outlets_due(session: Session, outlet_ids: Sequence[str], now: datetime) -> frozenset[str]:
    """The outlets that have a page to be read again now."""
    statement = (
        select(FetchStateRow.outlet_id)
        .where(FetchStateRow.outlet_id.in_(outlet_ids), FetchStateRow.next_due_at <= now)
        .distinct()
    )
    return frozenset(session.scalars(statement))
