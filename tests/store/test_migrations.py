"""One Alembic history for both databases: up, checked, down, up again; and clear words where it does not fit."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import alembic
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from monitor import full_text
from monitor.filters import parse
from pipelines.store import integrity, migrations
from pipelines.store.schema import RevisionRow
from pipelines.store.search import ids_matching
from pipelines.store.session import DatabaseProblem, make_engine, session
from tests.seeded import article, new, write


def test_up_check_down_up(empty_url: str) -> None:
    engine = make_engine(empty_url)
    migrations.upgrade(engine)
    migrations.check_models(engine)
    migrations.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(engine)
    migrations.require_current(engine)
    engine.dispose()


def test_a_database_in_use_goes_down_and_up_with_its_texts_and_finds_them(empty_url: str) -> None:
    engine = make_engine(empty_url)
    migrations.upgrade(engine)
    old, newer = "Двоє бійців 被俘 near the river. " * 40, "They were exchanged. " * 40
    first = article(old)
    write(engine, first)
    write(engine, replace(article(newer, url=first.url), title="Later"))
    other = new(engine, body=old)
    for goal, texts in (("0009", {(1, 1): old, (1, 2): newer, (other, 1): old}), ("0007", {}), ("head", {})):
        migrations.upgrade(engine) if goal == "head" else migrations.downgrade(engine, goal)
        with session(engine) as opened:
            for words, found in (('"被俘 near"', [other]), ("exchanged", [1]), ("title:later", [1])):
                hits = ids_matching(opened.get_bind().dialect.name, parse(words)).subquery()
                assert list(opened.scalars(select(hits.c.article_id))) == found, (goal, words)
            for (number, revision), body in texts.items():
                of = (RevisionRow.article_id == number, RevisionRow.number == revision)
                assert opened.scalar(select(RevisionRow.body).where(*of)) == body
    with session(engine) as opened:
        assert {(r.article_id, r.number): r.body for r in opened.scalars(select(RevisionRow))} == {
            (1, 1): old, (1, 2): None, (other, 1): None}  # fmt: skip
    assert integrity.problems(engine) + full_text.problems(engine) == []
    engine.dispose()


def test_a_migration_that_is_cut_off_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'monitor.db'}")
    migrations.upgrade(engine)
    new(engine)
    migrations.downgrade(engine, "0009")
    with engine.begin() as connection:  # the migration stumbles over this when half of its work is done
        connection.execute(text("CREATE TABLE _alembic_tmp_revision (id INTEGER)"))
        before = [*connection.execute(text("SELECT name, sql FROM sqlite_master ORDER BY name"))]
    with pytest.raises(SQLAlchemyError):
        migrations.upgrade(engine)
    with engine.connect() as connection:
        assert [*connection.execute(text("SELECT name, sql FROM sqlite_master ORDER BY name"))] == before
        assert connection.scalar(text("SELECT count(*) FROM search_index WHERE search_index MATCH 'captured'")) == 1
    assert migrations.current(engine) == "0009"
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
