"""the full-text index of SQLite stands over the articles themselves; the newest text is kept once

Revision: 0010, after 0009
"""

from __future__ import annotations

import zlib
from hashlib import blake2b

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEX = (
    'CREATE VIRTUAL TABLE search_index USING fts5(title, body, content="{0}", content_rowid="{1}", '
    'tokenize="unicode61 remove_diacritics 0")'
)
TRIGGERS = (
    "CREATE TRIGGER search_doc_ai AFTER INSERT ON search_doc BEGIN "
    "INSERT INTO search_index(rowid, title, body) VALUES (new.article_id, new.title, new.body); END",
    "CREATE TRIGGER search_doc_ad AFTER DELETE ON search_doc BEGIN "
    "INSERT INTO search_index(search_index, rowid, title, body) "
    "VALUES ('delete', old.article_id, old.title, old.body); END",
    "CREATE TRIGGER search_doc_au AFTER UPDATE ON search_doc BEGIN "
    "INSERT INTO search_index(search_index, rowid, title, body) "
    "VALUES ('delete', old.article_id, old.title, old.body); "
    "INSERT INTO search_index(rowid, title, body) VALUES (new.article_id, new.title, new.body); END",
)


def _sum(title: str, body: str) -> int:
    return int.from_bytes(blake2b(f"{title}\n{body}".encode(), digest_size=8).digest(), "big", signed=True)


def _unpacked(body: str | bytes | None) -> str | None:
    return zlib.decompress(body).decode() if isinstance(body, bytes) else body


def _packed(body: str) -> str | bytes:
    return zlib.compress(body.encode()) if len(body) >= 200 else body


def _lite() -> bool:
    """Whether this is SQLite; it gets the functions that the statements below call."""
    if op.get_bind().dialect.name == "postgresql":
        return False
    raw = op.get_bind().connection.driver_connection
    for name, arguments, function in (("_sum", 2, _sum), ("_unpacked", 1, _unpacked), ("_packed", 1, _packed)):
        raw.create_function(name, arguments, function, deterministic=True)
    return True


def _documents(*columns: sa.Column[str] | sa.Column[int | None]) -> None:
    """A fresh table of search documents under another name, since SQLite changes tables by making them anew."""
    op.create_table(
        "search_doc_fresh",
        sa.Column("article_id", BIG, autoincrement=False, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_search_doc_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_search_doc")),
    )


def _index_up() -> None:
    if not _lite():
        op.add_column("search_doc", sa.Column("keys_sum", sa.BigInteger(), nullable=True))
        op.drop_column("search_doc", "title")
        op.drop_column("search_doc", "body")
        return
    for name in ("search_doc_ai", "search_doc_ad", "search_doc_au"):
        op.execute(f"DROP TRIGGER {name}")
    op.execute("DROP TABLE search_index")
    op.execute(INDEX.format("article", "id"))
    op.execute("INSERT INTO search_index (rowid, title, body) SELECT article_id, title, body FROM search_doc")
    _documents(sa.Column("keys_sum", sa.BigInteger(), nullable=True))
    op.execute("INSERT INTO search_doc_fresh SELECT article_id, _sum(title, body) FROM search_doc")
    op.drop_table("search_doc")
    op.rename_table("search_doc_fresh", "search_doc")


def _index_down() -> None:
    if not _lite():
        op.drop_column("search_doc", "keys_sum")
        for name in ("title", "body"):
            op.add_column("search_doc", sa.Column(name, sa.Text(), nullable=False, server_default=""))
            op.alter_column("search_doc", name, server_default=None)
        return
    _documents(sa.Column("title", sa.Text(), nullable=False), sa.Column("body", sa.Text(), nullable=False))
    op.execute("CREATE VIRTUAL TABLE temp.search_words USING fts5vocab(main, search_index, instance)")
    op.execute(
        "INSERT INTO search_doc_fresh SELECT d.article_id, coalesce(max(w.keys) FILTER (WHERE w.col = 'title'), ''), "
        "coalesce(max(w.keys) FILTER (WHERE w.col = 'body'), '') FROM search_doc AS d LEFT JOIN "
        "(SELECT doc, col, group_concat(term, ' ') AS keys FROM "
        '(SELECT doc, col, term FROM temp.search_words ORDER BY doc, col, "offset") GROUP BY doc, col) AS w '
        "ON w.doc = d.article_id GROUP BY d.article_id"
    )
    op.execute("DROP TABLE temp.search_words")
    op.execute("DROP TABLE search_index")
    op.drop_table("search_doc")
    op.rename_table("search_doc_fresh", "search_doc")
    op.execute(INDEX.format("search_doc", "article_id"))
    op.execute("INSERT INTO search_index (search_index) VALUES ('rebuild')")
    for trigger in TRIGGERS:
        op.execute(trigger)


_KEEP_ONCE = (
    "UPDATE revision SET body = NULL WHERE EXISTS (SELECT 1 FROM article AS a WHERE a.id = revision.article_id "
    "AND a.revision = revision.number AND a.body = {0})"
)
_KEEP_TWICE = (
    "UPDATE revision SET body = (SELECT {0} FROM article AS a WHERE a.id = revision.article_id) WHERE body IS NULL"
)


def upgrade() -> None:
    _index_up()
    with op.batch_alter_table("revision") as changed:
        changed.alter_column("body", existing_type=sa.Text(), nullable=True)
    op.execute(_KEEP_ONCE.format("_unpacked(revision.body)" if _lite() else "revision.body"))


def downgrade() -> None:
    op.execute(_KEEP_TWICE.format("_packed(a.body)" if _lite() else "a.body"))
    with op.batch_alter_table("revision") as changed:
        changed.alter_column("body", existing_type=sa.Text(), nullable=False)
    _index_down()
