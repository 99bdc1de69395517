"""texts of revisions are packed in SQLite

Revision: 0008, after 0007
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PIECE = 500


def _each(change: Callable[[str | bytes], str | bytes]) -> None:
    """Write the text of every revision anew, some at a time. PostgreSQL packs by itself."""
    here = op.get_bind()
    if here.dialect.name == "postgresql":
        return
    read = sa.text("SELECT id, body FROM revision WHERE id > :last ORDER BY id LIMIT :piece")
    write = sa.text("UPDATE revision SET body = :body WHERE id = :id")
    last = 0
    while rows := here.execute(read, {"last": last, "piece": PIECE}).all():
        here.execute(write, [{"id": number, "body": change(body)} for number, body in rows])
        last = rows[-1][0]


def upgrade() -> None:
    _each(lambda body: zlib.compress(body.encode()) if isinstance(body, str) and len(body) >= 200 else body)


def downgrade() -> None:
    _each(lambda body: zlib.decompress(body).decode() if isinstance(body, bytes) else body)
