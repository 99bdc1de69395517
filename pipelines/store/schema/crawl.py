"""Tables of the crawl: outlets' state, feeds, frontier, leases, conditional requests, runs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pipelines.store.schema.base import Base, BigId, Id


class OutletRow(Base):
    """What is remembered of an outlet; what it is stands in its file."""

    __tablename__ = "outlet"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    country: Mapped[str]
    ownership: Mapped[str]
    share: Mapped[str] = mapped_column(default="excerpt")
    homepage: Mapped[str] = mapped_column(default="")
    tags: Mapped[list[Any]] = mapped_column(default=list)
    first_seen_at: Mapped[datetime]
    next_due_at: Mapped[datetime | None]
    paused_until_at: Mapped[datetime | None]
    pause_reason: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)
    last_success_at: Mapped[datetime | None]
    last_article_at: Mapped[datetime | None]
    health: Mapped[str | None]
    health_since_at: Mapped[datetime | None]
    health_told_at: Mapped[datetime | None]


class FeedStateRow(Base):
    """One access point: what it answered, when it is due, what is wrong with it."""

    __tablename__ = "feed_state"

    url: Mapped[str] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    content_hash: Mapped[str | None]
    last_status: Mapped[int | None]
    checked_at: Mapped[datetime | None]
    ok_at: Mapped[datetime | None]
    verified_on: Mapped[date | None]
    entries: Mapped[int | None]
    newest_entry_at: Mapped[datetime | None]
    last_keys: Mapped[list[Any] | None]
    gap_at: Mapped[datetime | None]
    interval_seconds: Mapped[int | None]
    next_due_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
    problem: Mapped[str | None]
    moved_to: Mapped[str | None]


class FetchStateRow(Base):
    """Validators of an article page, for conditional requests and re-reading on a falling schedule."""

    __tablename__ = "fetch_state"

    url: Mapped[str] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(index=True)
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body_sha256: Mapped[str | None]
    last_status: Mapped[int | None]
    fetched_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None] = mapped_column(index=True)
    reads: Mapped[int] = mapped_column(default=0)


class FrontierRow(Base):
    """A link that was found; it is done when its page's outcome is stored in the same transaction."""

    __tablename__ = "frontier"
    __table_args__ = (
        UniqueConstraint("url_key"),
        Index("ix_frontier_outlet_state", "outlet_id", "state"),
    )

    id: Mapped[Id]
    outlet_id: Mapped[str]
    url: Mapped[str]
    url_key: Mapped[str]
    title: Mapped[str | None]
    summary: Mapped[str | None]
    published: Mapped[str | None]
    language: Mapped[str | None]
    feed_url: Mapped[str | None]
    feed_kind: Mapped[str | None]
    tags: Mapped[list[Any]] = mapped_column(default=list)
    discovered_at: Mapped[datetime]
    historical: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    detail: Mapped[str | None]
    done_at: Mapped[datetime | None]
    article_id: Mapped[int | None] = mapped_column(BigId)


class LeaseRow(Base):
    """Who works on an outlet now. One holder an outlet, so that politeness stays whole."""

    __tablename__ = "lease"

    outlet_id: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    taken_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class RunRow(Base):
    """One run of the monitor, alive while its heartbeat is."""

    __tablename__ = "run"

    id: Mapped[Id]
    kind: Mapped[str]
    host: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    exit_code: Mapped[int | None]
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)


class OutletRunRow(Base):
    """What one run brought from one outlet: pages by outcome, links listed, problems."""

    __tablename__ = "outlet_run"

    run_id: Mapped[int] = mapped_column(BigId, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    outlet_id: Mapped[str] = mapped_column(primary_key=True)
    listed: Mapped[int] = mapped_column(default=0)
    new_links: Mapped[int] = mapped_column(default=0)
    outcomes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problems: Mapped[list[Any]] = mapped_column(default=list)
