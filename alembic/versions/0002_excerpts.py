"""excerpts, and what a text needs to be compared

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.add_column(sa.Column("need", sa.Integer(), nullable=False, server_default=sa.text("1")))
    op.create_table(
        "excerpt",
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("containment", sa.Double(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_excerpt_article_id_article"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["of_id"], ["article.id"], name=op.f("fk_excerpt_of_id_article"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "of_id", name=op.f("pk_excerpt")),
    )
    with op.batch_alter_table("excerpt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_excerpt_of_id"), ["of_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("excerpt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_excerpt_of_id"))

    op.drop_table("excerpt")
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.drop_column("need")
