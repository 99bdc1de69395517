"""Alembic's entry: runs the one history on the engine handed over, or on the configured database."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Engine
from sqlalchemy.engine import Connection

from pipelines.store.schema import Base


def include_object(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Leave the hand-written full-text parts out of `alembic check`."""
    name = name or ""
    if kind == "table" and name.startswith("search_index"):
        return False
    return not (reflected and compare_to is None and name in ("tsv", "ix_search_doc_tsv"))


def engine() -> Engine:
    """The engine of the caller, else that of the configuration (for the plain `alembic` command)."""
    given = context.config.attributes.get("engine")
    if isinstance(given, Engine):
        return given
    from monitor.config import load
    from pipelines.store.session import make_engine

    return make_engine(load().database_url)


def run(connection: Connection) -> None:
    """Run the migrations in one transaction: one that is cut off leaves the database as it was."""
    if connection.dialect.name == "sqlite":  # its driver begins none by itself before a table is changed
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=include_object,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    context.configure(url=str(engine().url), target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with engine().connect() as opened:
        run(opened)
        opened.commit()
