"""Tables of what was read: articles, revisions, copies, stories, evidence, the search document."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Computed, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pipelines.store.schema.base import Base, BigId, Id, PackedText


class EvidenceRow(Base):
    """Where the bytes of a response lie: a WARC record, provable by its sha256."""

    __tablename__ = "evidence"

    id: Mapped[Id]
    warc: Mapped[str]
    offset: Mapped[int] = mapped_column(BigId)
    length: Mapped[int] = mapped_column(BigId)
    sha256: Mapped[str] = mapped_column(index=True)
    url: Mapped[str]
    fetched_at: Mapped[datetime]


class ClusterRow(Base):
    """Copies of one text."""

    __tablename__ = "cluster"

    id: Mapped[Id]
    created_at: Mapped[datetime]
    redirect_to: Mapped[int | None] = mapped_column(BigId)


class StoryRow(Base):
    """Articles of any outlet and language that report the same event. A merged story points on."""

    __tablename__ = "story"

    id: Mapped[Id]
    created_at: Mapped[datetime]
    first_seen_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    title: Mapped[str | None]
    redirect_to: Mapped[int | None] = mapped_column(BigId)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ArticleRow(Base):
    """One news text at one canonical URL, as read last."""

    __tablename__ = "article"
    __table_args__ = (
        UniqueConstraint("url_key"),
        Index("ix_article_dated_at_id", "dated_at", "id"),
        Index("ix_article_outlet_id_dated_at", "outlet_id", "dated_at"),
        Index("ix_article_language_dated_at", "language", "dated_at"),
        # what searches sort and count by, without the rows: behind a long text a column is far away
        Index("ix_article_shown", "id", "dated_at", "outlet_id", "language", "reading", "revision"),
    )

    id: Mapped[Id]
    outlet_id: Mapped[str]
    url: Mapped[str]
    canonical_url: Mapped[str]
    url_key: Mapped[str]
    title: Mapped[str | None]
    lead: Mapped[str | None]
    body: Mapped[str] = mapped_column(default="")
    language: Mapped[str | None]
    section: Mapped[str | None]
    authors: Mapped[list[Any]] = mapped_column(default=list)
    tags: Mapped[list[Any]] = mapped_column(default=list)
    image_url: Mapped[str | None]
    published_at: Mapped[datetime | None]
    published_on: Mapped[date | None]
    published_offset: Mapped[int | None]
    published_zone: Mapped[str | None]
    published_source: Mapped[str | None]
    published_raw: Mapped[str | None]
    modified_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime] = mapped_column(index=True)
    dated_at: Mapped[datetime | None] = mapped_column(Computed("coalesce(published_at, first_seen_at)", persisted=True))
    """What every list is sorted by: when it came out, else when it was first seen. The database keeps it."""
    fetched_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    status: Mapped[int] = mapped_column(default=200)
    content_hash: Mapped[str] = mapped_column(index=True)
    reading: Mapped[str]
    relevant: Mapped[bool] = mapped_column(default=False, index=True)
    historical: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str]
    flags: Mapped[list[Any]] = mapped_column(default=list)
    revision: Mapped[int] = mapped_column(default=1)
    analysis_version: Mapped[str]
    evidence_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("evidence.id"))
    cluster_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("cluster.id"), index=True)
    story_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("story.id"), index=True)


class ArticleUrlRow(Base):
    """Every address under which an article was met."""

    __tablename__ = "article_url"

    url: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("article.id", ondelete="CASCADE"), index=True)
    seen_at: Mapped[datetime]


class UrlMergeRow(Base):
    """The log of addresses that were taken for one article, and why; each can be undone."""

    __tablename__ = "url_merge"

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("article.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]
    why: Mapped[str]
    merged_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class RevisionRow(Base):
    """A text an article had. The first reading is revision 1; nothing is overwritten.

    body    None: the text is the one that stands in the article's row; it is written here when another takes its place
    """

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(BigId, ForeignKey("article.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str | None]
    lead: Mapped[str | None]
    body: Mapped[str | None] = mapped_column(PackedText)
    content_hash: Mapped[str]
    fetched_at: Mapped[datetime]
    modified_at: Mapped[datetime | None]
    outcome: Mapped[str]
    evidence_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("evidence.id"))


class SearchDocRow(Base):
    """Of which keys the full-text index of an article was made: one key a token, folded by the analyser.

    The keys themselves are in `search_index`, an FTS5 table over `article`, or in PostgreSQL's column `tsv` here;
    migrations make both.
    keys_sum    a checksum of the keys; None: on SQLite words of an earlier text may be among them
    """

    __tablename__ = "search_doc"

    article_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    keys_sum: Mapped[int | None] = mapped_column(BigInteger)


class SignatureRow(Base):
    """The near-duplicate signature of an article's text."""

    __tablename__ = "signature"

    article_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    size: Mapped[int]
    need: Mapped[int]
    """How many rare shingles another text must share with this one to be compared with it."""
    packed: Mapped[bytes] = mapped_column(LargeBinary)
    bins: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    """The values of its `BinRow`s, eight bytes each: they are found again by value, never by article."""


class ExcerptRow(Base):
    """An article whose text is a part of another's. `containment` is the share of it that the other has, 0-1."""

    __tablename__ = "excerpt"

    article_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    of_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    containment: Mapped[float]
    found_at: Mapped[datetime]


class BinRow(Base):
    """One band or rare shingle of a signature: the bins in which candidates for copies are looked up.

    One tree, ordered by value: a text writes some forty of them, each at a place of its own, so a second index would
    double what it costs. Hence no foreign key either; a row whose article is gone leads to no signature.
    """

    __tablename__ = "bin"
    __table_args__ = ({"sqlite_with_rowid": False},)

    value: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    need: Mapped[int]
    """How many of its rare shingles another text must share; 0 for a band, of which one is enough."""
