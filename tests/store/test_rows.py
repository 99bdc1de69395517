"""Rows that go past SQLAlchemy's statements are, to the byte, those that its statements write."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from pipelines.store.rows import put, put_numbered
from pipelines.store.schema import ArticleRow, Base, FigureRow, MatchRow, OutletRow, RevisionRow, SignatureRow
from pipelines.store.session import session
from tests.conftest import NOW

CLAIM = {"article_id": 1, "revision": 1, "analysis_version": "1"}
ROWS: list[tuple[type[Base], dict[str, Any]]] = [
    (OutletRow, {"id": "x", "name": "Їжа", "country": "UA", "ownership": "state", "first_seen_at": NOW, "health": None}),
    (
        ArticleRow,
        {
            "outlet_id": "x", "url": "u", "canonical_url": "u", "url_key": "u", "content_hash": "h", "reading": "close",
            "outcome": "stored", "analysis_version": "1", "first_seen_at": NOW, "fetched_at": NOW, "tags": ["é", "b"],
            "published_on": date(2026, 3, 4), "published_at": datetime(2026, 3, 4, 1, 2, 3, 4, tzinfo=UTC),
        },
    ),
    (
        RevisionRow,
        {"article_id": 1, "number": 1, "body": "long " * 99, "content_hash": "h", "fetched_at": NOW, "outcome": "x"},
    ),
    (RevisionRow, {"article_id": 1, "number": 2, "body": "short", "content_hash": "h", "fetched_at": NOW, "outcome": "x"}),
    (SignatureRow, {"article_id": 1, "size": 3, "need": 1, "packed": b"\x00\xff"}),
    (FigureRow, {**CLAIM, "name": "n", "name_key": "n", "pseudonym": True, "attributes": {"age": 30}, "confidence": 0.5}),
    (FigureRow, {**CLAIM, "name": "n", "name_key": "n", "reviewed": None}),
    (
        MatchRow,
        {**CLAIM, "watch_id": "w", "watch_version": "1", "rule": "r", "score": 1, "level": "alert", "reason": "",
         "spans": [["body", 0, 1, "x"]], "parts": (("a", 1.0),), "matched_at": NOW, "rejected": False},
    ),
]  # fmt: skip


def test_rows_are_those_that_sqlalchemy_writes(sqlite_engine: Engine) -> None:
    for table, row in ROWS:
        core: Any = table.__table__
        names = ", ".join(f"typeof({name}), quote({name})" for name in (f'"{c.key}"' for c in core.columns))
        found = []
        for past in (False, True):
            with session(sqlite_engine) as opened:
                ask = opened.connection()
                ask.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
                if past:
                    put(opened, table, [row])
                else:
                    ask.execute(insert(core), [row])
                found.append(ask.exec_driver_sql(f"SELECT {names} FROM {core.name}").all())
                opened.rollback()
        assert found[0] == found[1], row
        assert len(found[0]) == 1


def test_numbers_go_on_and_what_the_database_refuses_is_told(engine: Engine) -> None:
    with session(engine) as opened:
        row = dict(ROWS[1][1])
        first = put_numbered(opened, ArticleRow, [row | {"url_key": "a"}, row | {"url_key": "b"}])
        [third] = put_numbered(opened, ArticleRow, [row | {"url_key": "c"}])
        more = put_numbered(opened, ArticleRow, [row | {"url_key": "d"}, row | {"url_key": "e"}])
        assert [*first, third, *more] == list(range(first[0], first[0] + 5))
        with pytest.raises(IntegrityError), opened.begin_nested():
            put(opened, ArticleRow, [row | {"url_key": "a"}])
