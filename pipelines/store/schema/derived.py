"""Tables of what was understood: persons, dates, counts, matches. Claims are kept side by side, never overwritten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pipelines.store.schema.base import Base, BigId, Id, Judged


class PersonRow(Base):
    """A person above figures. Joined by hand, or by alias lists of office holders; never guessed."""

    __tablename__ = "person"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(index=True)
    name_key: Mapped[str] = mapped_column(index=True)
    aliases: Mapped[list[Any]] = mapped_column(default=list)
    office_holder: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    redirect_to: Mapped[int | None] = mapped_column(BigId)


class FigureRow(Judged, Base):
    """A named person spoken of in one article."""

    __tablename__ = "figure"
    __table_args__ = (
        Index("ix_figure_name_key_article_id", "name_key", "article_id"),
        Index("ix_figure_shown", "article_id", "rejected", "revision", "role", "status", "nationality"),
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("article.id", ondelete="CASCADE"))
    revision: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"), index=True)
    name: Mapped[str]
    name_key: Mapped[str]
    role: Mapped[str | None] = mapped_column(index=True)
    status: Mapped[str | None] = mapped_column(index=True)
    nationality: Mapped[str | None] = mapped_column(index=True)
    quote: Mapped[str | None]
    confidence: Mapped[float | None]
    pseudonym: Mapped[bool] = mapped_column(default=False)
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    analysis_version: Mapped[str]


class FigureMentionRow(Base):
    """One place where a figure is named."""

    __tablename__ = "figure_mention"

    id: Mapped[Id]
    figure_id: Mapped[int] = mapped_column(BigId, ForeignKey("figure.id", ondelete="CASCADE"), index=True)
    field: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]


class NameIndexRow(Base):
    """A key of a name that stands in some article: names in other scripts and spellings share keys."""

    __tablename__ = "name_index"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)


class NameIndexStateRow(Base):
    """How far the index of names goes: figures up to this number, by this version of the analysis. One row."""

    __tablename__ = "name_index_state"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    version: Mapped[str]
    figure_id: Mapped[int] = mapped_column(BigInteger)


class SuggestionRow(Base):
    """Two figures who may be one person: the machine suggests, a person decides."""

    __tablename__ = "suggestion"
    __table_args__ = (UniqueConstraint("figure_id", "other_id"),)

    id: Mapped[Id]
    figure_id: Mapped[int] = mapped_column(BigId, ForeignKey("figure.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(BigId, ForeignKey("figure.id", ondelete="CASCADE"), index=True)
    score: Mapped[float]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    created_at: Mapped[datetime]


class DateMentionRow(Judged, Base):
    """A date spoken of in a text."""

    __tablename__ = "date_mention"

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("article.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    field: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]
    value: Mapped[str] = mapped_column(index=True)
    precision: Mapped[str]
    analysis_version: Mapped[str]


class ReportedCountRow(Judged, Base):
    """A number of people as a source states it."""

    __tablename__ = "reported_count"

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("article.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    field: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    low: Mapped[int | None] = mapped_column(BigId)
    high: Mapped[int | None] = mapped_column(BigId)
    bound: Mapped[str]
    of: Mapped[int | None] = mapped_column(BigId)
    kind: Mapped[str]
    noun: Mapped[str | None]
    nationality: Mapped[str | None] = mapped_column(index=True)
    side: Mapped[str | None]
    status: Mapped[str | None] = mapped_column(index=True)
    attributed_to: Mapped[str | None]
    as_of: Mapped[str | None]
    period: Mapped[str | None]
    negated: Mapped[bool] = mapped_column(default=False)
    quote: Mapped[str]
    analysis_version: Mapped[str]


class MatchRow(Judged, Base):
    """An article revision and a rule that fired, with its reason."""

    __tablename__ = "match"
    __table_args__ = (
        UniqueConstraint("article_id", "revision", "watch_id", "rule"),
        Index("ix_match_watch_id_article_id", "watch_id", "article_id"),
        Index("ix_match_shown", "article_id", "rejected", "watch_id"),
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("article.id", ondelete="CASCADE"))
    revision: Mapped[int]
    watch_id: Mapped[str]
    watch_version: Mapped[str]
    rule: Mapped[str]
    topic: Mapped[str | None]
    score: Mapped[float]
    level: Mapped[str]
    reason: Mapped[str]
    quote: Mapped[str | None]
    spans: Mapped[list[Any]] = mapped_column(default=list)
    parts: Mapped[list[Any]] = mapped_column(default=list)
    historical: Mapped[bool] = mapped_column(default=False)
    matched_at: Mapped[datetime] = mapped_column(index=True)
    analysis_version: Mapped[str]
