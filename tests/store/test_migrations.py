"""One Alembic history for both databases: up, checked, down, up again; and clear words where it does not fit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import alembic
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

from pipelines.store import migrations
from pipelines.store.schema import RevisionRow
from pipelines.store.session import DatabaseProblem, make_engine, session
from tests.seeded import new


def test_up_check_down_up(empty_url: str) -> None:
    engine = make_engine(empty_url)
    migrations.upgrade(engine)
    migrations.check_models(engine)
    migrations.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(engine)
    migrations.require_current(engine)
    engine.dispose()


def test_texts_of_revisions_are_packed_and_come_back_whole(empty_url: str) -> None:
    engine = make_engine(empty_url)
    migrations.upgrade(engine)
    long = "Двоє бійців 被俘 near the river. " * 40
    new(engine, body=long)
    kind, packed = ("octet_length(body)", False) if "postgresql" in empty_url else ("typeof(body) = 'blob'", True)
    for _ in range(2):
        with session(engine) as opened:
            assert opened.scalars(select(RevisionRow.body)).all() == [long]
            assert (opened.scalar(text(f"SELECT {kind} FROM revision")) == 1) is packed
        migrations.downgrade(engine, "0007")
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT body FROM revision")) == long
        migrations.upgrade(engine)
    engine.dispose()


def test_a_missing_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseProblem, match=r"no database at .*monitor\.db.*monitor init"):
        migrations.require_current(make_engine(f"sqlite:///{tmp_path / 'monitor.db'}"))


def test_an_empty_database_is_named(empty_url: str) -> None:
    engine = make_engine(empty_url)
    engine.connect().close()
    with pytest.raises(DatabaseProblem, match=r"monitor (db upgrade|init)"):
        migrations.require_current(engine)
    engine.dispose()


def test_an_older_and_a_newer_database_are_told_apart(empty_url: str) -> None:
    engine = make_engine(empty_url)
    migrations.upgrade(engine)
    for stamp, words in (("9999", "newer than this program"), ("", "older than this program")):
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            if stamp:
                connection.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": stamp})
        with pytest.raises(DatabaseProblem, match=words):
            migrations.require_current(engine)
    engine.dispose()


def test_the_line_of_revisions_is_the_one_that_alembic_reads(empty_url: str) -> None:
    engine = make_engine(empty_url)
    scripts = ScriptDirectory.from_config(migrations.alembic_config(engine))
    assert [script.revision for script in scripts.walk_revisions()][::-1] == list(migrations.revisions())
    assert migrations.current(engine) is None
    engine.dispose()


def test_a_nonsense_address_is_named() -> None:
    with pytest.raises(DatabaseProblem, match="DATABASE_URL"):
        make_engine("monitor.db")


def test_alembic_is_the_library() -> None:
    assert "site-packages" in str(alembic.__file__)
    root = Path(migrations.__file__).resolve().parents[2]
    shown = subprocess.run(
        [sys.executable, "-c", "import alembic; print(alembic.__file__)"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "site-packages" in shown.stdout
    assert not (migrations.script_folder() / "__init__.py").exists()
