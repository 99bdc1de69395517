"""the matches of a watch, newest articles first, without sorting all of them

Revision: 0004, after 0003
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_match_watch_id"))
        batch_op.create_index("ix_match_watch_id_article_id", ["watch_id", "article_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.drop_index("ix_match_watch_id_article_id")
        batch_op.create_index(batch_op.f("ix_match_watch_id"), ["watch_id"], unique=False)
