"""what a person decided about a reading stands on the reading itself

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("figure", "reported_count", "date_mention", "match")


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("rejected", sa.Boolean(), nullable=False, server_default=sa.false()))
            batch_op.add_column(sa.Column("reviewed", sa.JSON(), nullable=True))
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_article_id"), ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_story_id"), ["story_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_verdict_value"), ["verdict", "value"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_verdict_value"))
        batch_op.drop_index(batch_op.f("ix_review_story_id"))
        batch_op.drop_index(batch_op.f("ix_review_article_id"))
    for table in reversed(TABLES):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("reviewed")
            batch_op.drop_column("rejected")
