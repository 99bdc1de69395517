"""Tables of telling: what happened (alert events), what each recipient was told (facts), and the mails themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pipelines.store.schema.base import Base, BigId, Id


class AlertEventRow(Base):
    """A match that is to be told, written in its page's transaction; the planner takes it up once.

    kind     match, headline_only, possible, revision, gone
    planned  when the planner had made facts of it; until then it is pending
    """

    __tablename__ = "alert_event"
    __table_args__ = (
        UniqueConstraint("article_id", "revision", "watch_id", "kind"),
        Index("ix_alert_event_planned_at_id", "planned_at", "id"),
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("article.id", ondelete="CASCADE"))
    revision: Mapped[int]
    watch_id: Mapped[str]
    kind: Mapped[str]
    historical: Mapped[bool] = mapped_column(default=False)
    late: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    planned_at: Mapped[datetime | None]


class ToldFactRow(Base):
    """A fact of a story and a recipient: told once, by the outbox row it points to."""

    __tablename__ = "told_fact"
    __table_args__ = (
        UniqueConstraint("recipient", "story_id", "fact"),
        Index("ix_told_fact_recipient_outbox_id", "recipient", "outbox_id"),
    )

    id: Mapped[Id]
    recipient: Mapped[str]
    story_id: Mapped[int] = mapped_column(BigId, ForeignKey("story.id"))
    fact: Mapped[str]
    watch_id: Mapped[str]
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("article.id", ondelete="CASCADE"))
    rate: Mapped[str]
    news: Mapped[bool] = mapped_column(default=True)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    outbox_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("outbox.id"))


class OutboxRow(Base):
    """A message with its final bytes.

    state   pending, sending, sent, failed, unknown, suppressed
    dedupe  what makes it one: recipient and story and number, or recipient and digest window
    waited  seconds that senders saw it wait; `tried_at`: when one last could not hand it over
    """

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("dedupe"), Index("ix_outbox_state_next_try_at", "state", "next_try_at"))

    id: Mapped[Id]
    dedupe: Mapped[str]
    kind: Mapped[str]
    recipient: Mapped[str]
    story_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("story.id"))
    message_id: Mapped[str]
    sender: Mapped[str]
    message: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    leased_until_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    waited_seconds: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class StopRow(Base):
    """A recipient who asked not to be told of a watch any more (`*`: of any), until the owner resumes it."""

    __tablename__ = "stop"

    recipient: Mapped[str] = mapped_column(primary_key=True)
    watch_id: Mapped[str] = mapped_column(primary_key=True)
    stopped_at: Mapped[datetime]


class DeliveryRow(Base):
    """One attempt to hand a message over, and what the server said."""

    __tablename__ = "delivery"

    id: Mapped[Id]
    outbox_id: Mapped[int] = mapped_column(BigId, ForeignKey("outbox.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    result: Mapped[str]
    code: Mapped[int | None]
    answer: Mapped[str | None]
