"""What every table shares: the declarative base, names of constraints, and a time type that is always UTC."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, Text, event, false
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria
from sqlalchemy.types import JSON, TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

SHORT_TEXT = 200
"""Characters below which packing is not worth it."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC. A naive value is refused: nobody could say when it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring an aware instant to UTC; SQLite keeps it without its zone. Raises ValueError on a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant back aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PackedText(TypeDecorator[str]):
    """A long text that is read whole and never searched: packed by zlib in SQLite, to two fifths of its size.

    PostgreSQL packs long texts by itself. What is short, or was written before, stands as it is.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Pack; a column of SQLite takes bytes whatever its type says."""
        if value is None or dialect.name != "sqlite" or len(value) < SHORT_TEXT:
            return value
        return zlib.compress(value.encode("utf-8"))

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Unpack."""
        return zlib.decompress(value).decode("utf-8") if isinstance(value, bytes) else value


class Base(DeclarativeBase):
    """The registry of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - the form SQLAlchemy reads
        datetime: UtcDateTime,
        str: Text,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite gives rowids to INTEGER columns alone."""

Id = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=True)]


WITH_REJECTED = {"with_rejected": True}
"""Execution options of a query that reads rejected readings too: review itself, and what writes readings anew."""


class Judged:
    """A reading of the machine that a person may judge. What is rejected is in no answer unless asked for.

    reviewed    field ("" = the whole reading) -> {verdict, by, at}: who judged it last; None = machine reading
    """

    rejected: Mapped[bool] = mapped_column(default=False, server_default=false())
    reviewed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


_KEPT = with_loader_criteria(Judged, lambda table: table.rejected.is_(False), include_aliases=True)
"""Made once: putting the condition together costs more than most queries."""


@event.listens_for(Session, "do_orm_execute")
def _leave_out_rejected(state: ORMExecuteState) -> None:
    """One place for every reader, so that no page, mail or file forgets it."""
    asked = state.execution_options.get("with_rejected", False)
    if state.is_select and not asked and not state.is_column_load and not state.is_relationship_load:
        state.statement = state.statement.options(_KEPT)
