"""The frontier: found links as rows, outlets on lease, pages acknowledged with their outcome.

A link is a row before the feed that showed it counts as read; a page is acknowledged in the transaction that stores
it. So a crash loses nothing and repeats at most what was in flight. Leased is the outlet, not the URL: two crawls at
once would otherwise double the load on one host.

Units   times are aware UTC instants handed in; nothing here reads a clock
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, delete, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from pipelines.records import FeedKind, Listing, Outcome
from pipelines.store.schema import FrontierRow, LeaseRow

RETRY_AFTER = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""How long a page that failed for a passing reason waits before it is tried again; then its outcome is final."""

PASSING = frozenset(
    {
        Outcome.NETWORK_ERROR,
        Outcome.HTTP_ERROR,
        Outcome.BLOCKED,
        Outcome.NO_BROWSER,
        Outcome.READING_FAILED,
        Outcome.WRITE_FAILED,
    }
)

CLOSED = "done"
"""The state of a link whose page has ended."""

DONE = ""
"""The holder of an outlet that was crawled to its end."""


@dataclass(frozen=True, slots=True)
class Link:
    """A pending row, as a spider needs it."""

    id: int
    key: str
    historical: bool
    attempts: int
    listing: Listing


def add(session: Session, keyed: Iterable[tuple[str, Listing]], now: datetime, *, historical: bool = False) -> int:
    """Insert the links that are new by their key; return how many were. Known ones stay as they are."""
    rows = [
        {
            "outlet_id": listing.outlet_id,
            "url": listing.url,
            "url_key": key,
            "title": listing.title,
            "summary": listing.summary,
            "published": listing.published,
            "language": listing.language,
            "feed_url": listing.feed_url,
            "feed_kind": listing.feed_kind.value if listing.feed_kind else None,
            "tags": list(listing.tags),
            "discovered_at": now,
            "historical": historical,
            "state": "pending",
            "attempts": 0,
        }
        for key, listing in keyed
    ]
    if not rows:
        return 0
    insert = postgres_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    table = cast(Table, FrontierRow.__table__)  # past the ORM, and with the rows apart: compiled once for all feeds
    statement = insert(table).on_conflict_do_nothing().returning(table.c.id)
    return len(session.connection().execute(statement, rows).all())


def pending(session: Session, outlet_id: str, now: datetime, limit: int) -> tuple[Link, ...]:
    """The outlet's links that wait and are due, newest first, at most `limit`."""
    rows = session.scalars(
        select(FrontierRow)
        .where(
            FrontierRow.outlet_id == outlet_id,
            FrontierRow.state == "pending",
            or_(FrontierRow.next_try_at.is_(None), FrontierRow.next_try_at <= now),
        )
        .order_by(FrontierRow.id.desc())
        .limit(limit)
    )
    return tuple(_link(row) for row in rows)


def _link(row: FrontierRow) -> Link:
    listing = Listing(
        outlet_id=row.outlet_id,
        url=row.url,
        title=row.title,
        summary=row.summary,
        published=row.published,
        language=row.language,
        feed_url=row.feed_url,
        feed_kind=FeedKind(row.feed_kind) if row.feed_kind else None,
        tags=tuple(row.tags),
    )
    return Link(row.id, row.url_key, row.historical, row.attempts, listing)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the page behind some links ended."""

    keys: Sequence[str]
    outcome: Outcome
    detail: str | None = None
    article_id: int | None = None


_links = cast("Table", FrontierRow.__table__)
_OPEN = select(_links.c.url_key, _links.c.attempts).where(
    _links.c.url_key.in_(bindparam("keys", expanding=True)), _links.c.state != CLOSED
)
# built once, and for many rows: putting a statement together costs more than running it
_END: dict[str, Any] = {"attempts": bindparam("tries"), "outcome": bindparam("ended"), "detail": bindparam("why")}
_PUT_OFF = update(_links).where(_links.c.url_key == bindparam("key")).values(**_END, next_try_at=bindparam("at"))
_CLOSE = (
    update(_links)
    .where(_links.c.url_key == bindparam("key"))
    .values(
        **_END,
        state=CLOSED,
        done_at=bindparam("at"),
        article_id=func.coalesce(bindparam("article", type_=_links.c.article_id.type), _links.c.article_id),
    )
)


def acknowledge(
    session: Session,
    keys: Sequence[str],
    outcome: Outcome,
    now: datetime,
    *,
    detail: str | None = None,
    article_id: int | None = None,
) -> None:
    """Close links with their outcome; a passing failure is put off instead, until its tries are used up.

    What is closed already stays: its page was read again, and the article's row says what became of it.
    """
    acknowledge_all(session, [Ended(keys, outcome, detail, article_id)], now)


def acknowledge_all(session: Session, pages: Sequence[Ended], now: datetime) -> None:
    """The same for several pages; a link that two of them know ends with the first."""
    session.flush()
    ends: dict[str, Ended] = {}
    for page in pages:
        for key in page.keys:
            ends.setdefault(key, page)
    ask = session.connection()
    waiting = ask.execute(_OPEN, {"keys": sorted(ends)}).all() if ends else ()
    closed: list[dict[str, Any]] = []
    put_off: list[dict[str, Any]] = []
    for key, before in waiting:
        end = ends[key]
        values = {"key": key, "tries": before + 1, "ended": end.outcome.value, "why": end.detail}
        if end.outcome in PASSING and before < len(RETRY_AFTER):
            put_off.append(values | {"at": now + RETRY_AFTER[before]})
        else:
            closed.append(values | {"at": now, "article": end.article_id})
    if closed:
        ask.execute(_CLOSE, closed)
    if put_off:
        ask.execute(_PUT_OFF, put_off)


def lease(
    session: Session,
    outlet_ids: Sequence[str],
    holder: str,
    now: datetime,
    seconds: float,
    *,
    dead: Sequence[str] = (),
    since: datetime | None = None,
) -> tuple[str, ...]:
    """Take the outlets that nobody holds; return those taken, in the order given.

    A lease that ran out, or whose holder is in `dead`, is free. With `since`, an outlet that another crawl has
    finished after that instant counts as done and is not taken.
    """
    expires = now + timedelta(seconds=seconds)
    free = or_(LeaseRow.expires_at <= now, LeaseRow.holder == holder, LeaseRow.holder.in_(dead))
    if since is not None:
        free = and_(free, not_(and_(LeaseRow.holder == DONE, LeaseRow.expires_at >= since)))
    taken = []
    insert = postgres_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    for outlet_id in outlet_ids:
        wanted = {"outlet_id": outlet_id, "holder": holder, "taken_at": now, "expires_at": expires}
        statement = (
            insert(LeaseRow)
            .values(wanted)
            .on_conflict_do_update(
                index_elements=[LeaseRow.outlet_id],
                set_={k: v for k, v in wanted.items() if k != "outlet_id"},
                where=free,
            )
            .returning(LeaseRow.outlet_id)
        )
        if session.execute(statement).first():
            taken.append(outlet_id)
    return tuple(taken)


def holders(session: Session) -> tuple[str, ...]:
    """Everybody who holds an outlet, dead or alive."""
    return tuple(session.scalars(select(LeaseRow.holder).where(LeaseRow.holder != DONE).distinct()))


def renew(session: Session, holder: str, now: datetime, seconds: float) -> frozenset[str]:
    """Push the end of all leases of `holder` forward; return the outlets it still has."""
    kept = session.scalars(
        update(LeaseRow)
        .where(LeaseRow.holder == holder)
        .values(expires_at=now + timedelta(seconds=seconds))
        .returning(LeaseRow.outlet_id)
    )
    return frozenset(kept)


def finish(session: Session, holder: str, outlet_id: str, now: datetime) -> None:
    """Give back an outlet that was crawled to its end: a crawl that began before need not do it again."""
    session.execute(
        update(LeaseRow)
        .where(LeaseRow.holder == holder, LeaseRow.outlet_id == outlet_id)
        .values(holder=DONE, expires_at=now)
    )


def release(session: Session, holder: str, outlet_id: str | None = None) -> None:
    """Give back one outlet, or all that `holder` has, as they are."""
    condition = LeaseRow.holder == holder
    session.execute(
        delete(LeaseRow).where(condition if outlet_id is None else and_(condition, LeaseRow.outlet_id == outlet_id))
    )


def outlets_waiting(session: Session, outlet_ids: Sequence[str], now: datetime) -> frozenset[str]:
    """The outlets with links that wait and are due."""
    statement = (
        select(FrontierRow.outlet_id)
        .where(
            FrontierRow.outlet_id.in_(outlet_ids),
            FrontierRow.state == "pending",
            or_(FrontierRow.next_try_at.is_(None), FrontierRow.next_try_at <= now),
        )
        .distinct()
    )
    return frozenset(session.scalars(statement))
