"""one time that lists are sorted by, an index of names, saved searches

Revision: 0007, after 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_article_dated_at_id", "article", ["dated_at", "id"]),
    ("ix_article_outlet_id_dated_at", "article", ["outlet_id", "dated_at"]),
    ("ix_article_language_dated_at", "article", ["language", "dated_at"]),
    ("ix_article_shown", "article", ["id", "dated_at", "outlet_id", "language", "reading", "revision"]),
    ("ix_figure_shown", "figure", ["article_id", "rejected", "revision", "role", "status", "nationality"]),
    ("ix_match_shown", "match", ["article_id", "rejected", "watch_id"]),
    ("ix_date_mention_value", "date_mention", ["value"]),
)
DROPPED = (
    ("ix_figure_article_id", "figure", ["article_id"]),
    ("ix_match_article_id", "match", ["article_id"]),
    ("ix_article_published_at_id", "article", ["published_at", "id"]),
    ("ix_article_outlet_id_published_at", "article", ["outlet_id", "published_at"]),
    ("ix_article_language_published_at", "article", ["language", "published_at"]),
)


def _index(options: str) -> None:
    """Make the full-text index of SQLite anew. Prefixes of two and three letters doubled its size for little."""
    if op.get_bind().dialect.name == "postgresql":
        return
    op.execute("DROP TABLE search_index")
    op.execute(
        'CREATE VIRTUAL TABLE search_index USING fts5(title, body, content="search_doc", '
        f'content_rowid="article_id", tokenize="unicode61 remove_diacritics 0"{options})'
    )
    op.execute("INSERT INTO search_index(search_index) VALUES ('rebuild')")


def upgrade() -> None:
    # SQLite adds no stored column to a table that is there, PostgreSQL 15 knows no other
    stored = True if op.get_bind().dialect.name == "postgresql" else None
    dated = sa.Computed("coalesce(published_at, first_seen_at)", persisted=stored)
    op.add_column("article", sa.Column("dated_at", sa.DateTime(timezone=True), dated))
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns, unique=False)
    for name, table, _ in DROPPED:
        op.drop_index(name, table_name=table)
    _index("")
    op.create_table(
        "name_index",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", "name", name=op.f("pk_name_index")),
    )
    op.create_table(
        "name_index_state",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("figure_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_index_state")),
    )
    op.create_table(
        "saved_search",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("watch_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("name", name=op.f("uq_saved_search_name")),
    )


def downgrade() -> None:
    op.drop_table("saved_search")
    op.drop_table("name_index_state")
    op.drop_table("name_index")
    _index(", prefix='2 3'")
    for name, table, columns in DROPPED:
        op.create_index(name, table, columns, unique=False)
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
    op.drop_column("article", "dated_at")
