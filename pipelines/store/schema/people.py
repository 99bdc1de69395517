"""Tables of what people decide: reviews, clearances, watches made by hand, and the audit of it all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from pipelines.store.schema.base import Base, BigId, Id


class ReviewRow(Base):
    """A person's verdict on what the machine read. It wins, and survives re-analysis by its anchor.

    kind    match, person, role, status, nationality, count, date or story; note, tag, folder or assign
    target  what was judged, by its number then: `figure:12`, `count:7`, `match:3`, `article:5`, `story:2`
    anchor  revision, field, start, end and text of what was judged, and what the machine had read there
    verdict confirm, correct, reject, reopen; of a note, tag, folder or assignment: set or unset
    """

    __tablename__ = "review"
    __table_args__ = (
        Index("ix_review_kind_article_id", "kind", "article_id"),
        Index("ix_review_verdict_value", "verdict", "value"),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    article_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("article.id", ondelete="SET NULL"), index=True)
    story_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("story.id", ondelete="SET NULL"), index=True)
    target: Mapped[str]
    anchor: Mapped[dict[str, Any]] = mapped_column(default=dict)
    verdict: Mapped[str]
    value: Mapped[str | None]
    note: Mapped[str | None]
    reviewer: Mapped[str]
    reviewed_at: Mapped[datetime]


class ClearanceRow(Base):
    """A name that may be shown (`clear`) or must never be (`suppress`), and who decided so."""

    __tablename__ = "clearance"

    id: Mapped[Id]
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)
    verdict: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]


class WatchRow(Base):
    """What the database knows of a watch: since when, which version; `definition` when it was made by command."""

    __tablename__ = "watch"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[str]
    origin: Mapped[str]
    definition: Mapped[dict[str, Any] | None]
    first_seen_at: Mapped[datetime]
    enabled: Mapped[bool] = mapped_column(default=True)


class SavedSearchRow(Base):
    """A search somebody wants to ask again: its parameters as the site and the command line name them."""

    __tablename__ = "saved_search"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    query: Mapped[dict[str, Any]]
    saved_by: Mapped[str]
    saved_at: Mapped[datetime]
    watch_id: Mapped[str | None]


class AuditRow(Base):
    """Who did what to names, merges, reviews and exports. Rows are only added."""

    __tablename__ = "audit"

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str]
    target: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
