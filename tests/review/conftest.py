"""One database a module, on SQLite and on PostgreSQL: every test stores articles of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests import seeded


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from seeded.engines(
        request.param, tmp_path_factory.mktemp("review"), lambda: request.getfixturevalue("postgres_server")
    )
