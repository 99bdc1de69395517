"""bins of copies: one tree ordered by value, with what each text needs; a signature knows its own bins

Revision: 0009, after 0008. Back to 0008 a text keeps the bins that it has.
"""

from __future__ import annotations

import struct

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PIECE = 500
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _columns(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, BIG, autoincrement=False, nullable=False) for name in names]


def upgrade() -> None:
    op.add_column("signature", sa.Column("bins", sa.LargeBinary(), nullable=False, server_default=sa.text("''")))
    _pack()
    op.create_table(
        "bin",
        *_columns("value", "article_id"),
        sa.Column("need", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("value", "article_id", name=op.f("pk_bin")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO bin (value, article_id, need) SELECT band.value, band.article_id, "
        "MIN(CASE WHEN band.kind = 0 THEN 0 ELSE signature.need END) "
        "FROM band JOIN signature ON signature.article_id = band.article_id GROUP BY band.value, band.article_id"
    )
    op.drop_table("band")


def _pack() -> None:
    here = op.get_bind()
    read = sa.text("SELECT article_id FROM signature WHERE article_id > :last ORDER BY article_id LIMIT :piece")
    bins = sa.text("SELECT article_id, value FROM band WHERE article_id > :last AND article_id <= :until")
    write = sa.text("UPDATE signature SET bins = :bins WHERE article_id = :id")
    last = 0
    while ids := here.execute(read, {"last": last, "piece": PIECE}).scalars().all():
        found: dict[int, set[int]] = {number: set() for number in ids}
        for number, value in here.execute(bins, {"last": last, "until": ids[-1]}):
            found.setdefault(number, set()).add(value)
        rows = [{"id": n, "bins": struct.pack(f"<{len(v)}q", *sorted(v))} for n, v in found.items()]
        here.execute(write, rows)
        last = ids[-1]


def downgrade() -> None:
    op.create_table(
        "band",
        *_columns("article_id"),
        sa.Column("kind", sa.Integer(), autoincrement=False, nullable=False),
        *_columns("value"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_band_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "kind", "value", name=op.f("pk_band")),
    )
    with op.batch_alter_table("band", schema=None) as batch_op:
        batch_op.create_index("ix_band_kind_value", ["kind", "value"], unique=False)
    op.execute(
        "INSERT INTO band (article_id, kind, value) SELECT bin.article_id, CASE WHEN need = 0 THEN 0 ELSE 1 END, value "
        "FROM bin JOIN article ON article.id = bin.article_id"
    )
    op.drop_table("bin")
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.drop_column("bins")
