"""A backup is of one instant though the monitor writes on; what is restored or copied is sound and finds the same."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from monitor import backup as keeping
from monitor import query, review
from monitor.query import Filter
from pipelines.persist import keys_of_row
from pipelines.store import integrity, transfer
from pipelines.store.migrations import downgrade, upgrade
from pipelines.store.schema import ArticleRow, RevisionRow
from pipelines.store.session import DatabaseProblem, make_engine, session
from tests import seeded
from tests.seeded import BODY, NOW

TEXTS = (
    ("en", "Nepali soldiers captured near the river", BODY),
    ("uk", "Військовополонені громадяни Непалу", "Двох військовополонених із Непалу показали на відео."),
    ("ru", "В плен попали трое граждан Кубы", "Пленными стали трое кубинцев, сообщил штаб."),
    ("zh", "乌克兰称俘虏两名战俘", "乌克兰军队称，在顿涅茨克俘虏了两名战俘。"),
    ("ar", "أسرى حرب من سوريا", "قالت الوزارة إن أسرى الحرب نقلوا."),
    ("ko", "북한군 포로 두 명", "우크라이나는 북한군 포로 두 명을 공개했다."),
    ("en", "It's a quoted 'title' with a \\ backslash", "The mayor's \\ sign isn't there, O'Neill said."),
)
CASES = ("captured", '"near the river"', "captur*", "військовополонений", "пленными", "战俘", "俘虏", "乌克兰军队", "أسرى",
         "포로", "title:quoted", "mayor's", "captured -minister*", "nothing")  # fmt: skip


def fill(engine: Engine) -> None:
    for language, title, body in TEXTS:
        seeded.new(engine, title=title, body=body, language=language, figures=(), counts=(), dates=())
    first = seeded.article()
    one = seeded.write(engine, first).article_id
    seeded.write(engine, replace(seeded.article(f"{BODY} Later.", url=first.url)))
    with session(engine) as opened:
        figure = review.queue(opened, kind="person", limit=1)[0]
        review.decide(opened, figure["target"], "correct", "ana", NOW, field="role", value="captive")
        assert figure["article"] == one


def found(engine: Engine) -> dict[str, list[int]]:
    with session(engine) as opened:
        return {case: [hit["id"] for hit in query.search(opened, Filter(text=case, limit=5000))] for case in CASES}


def roles(engine: Engine) -> list[tuple[Any, ...]]:
    with session(engine) as opened:
        return [(f["name"], f["role"], f["label"], f["mentions"]) for f in query.figures(opened, Filter(limit=5000))]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with texts in six languages and a verdict."""
    for engine in seeded.engines(
        request.param, tmp_path_factory.mktemp("full"), lambda: request.getfixturevalue("postgres_server")
    ):
        fill(engine)
        yield engine


def fresh(request: pytest.FixtureRequest, kind: str, folder: Path) -> str:
    return seeded.database(kind, folder, lambda: request.getfixturevalue("postgres_server"))


def same(one: Engine, other: Engine) -> None:
    assert integrity.problems(other) == []
    assert integrity.counts(one) == integrity.counts(other)
    assert found(one) == found(other)
    assert roles(one) == roles(other)
    assert any(found(other)["战俘"])


def test_a_backup_comes_back_as_it_was(full: Engine, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    kind = full.dialect.name
    done = keeping.backup(full, tmp_path / "b.backup")
    assert done.path.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.new*"))
    restored = keeping.restore(done.path, fresh(request, kind, tmp_path / "r") if kind == "postgresql" else
                               f"sqlite:///{tmp_path / 'r' / 'monitor.db'}", NOW)  # fmt: skip
    same(full, restored)
    seeded.write(restored, seeded.article("Fresh news. " + BODY))
    assert integrity.problems(restored) == []
    restored.dispose()


def test_a_database_is_copied_into_the_other_kind_and_back(
    full: Engine, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if full.dialect.name != "postgresql":
        pytest.skip("tried once, from PostgreSQL and back to it")
    done = keeping.backup(full, tmp_path / "portable.db", portable=True)
    assert done.means == "copy"
    assert not list(tmp_path.glob("portable.db-*"))
    lite = keeping.restore(done.path, f"sqlite:///{tmp_path / 'monitor.db'}", NOW)
    same(full, lite)
    back = make_engine(fresh(request, "postgresql", tmp_path))
    upgrade(back)
    rows = transfer.copy(lite, back, keys_of_row)
    assert {one.table: one.rows for one in rows} == integrity.counts(full)
    same(full, back)
    seeded.write(back, seeded.article("Numbers go on. " + BODY))
    with pytest.raises(DatabaseProblem, match="not empty"):
        transfer.copy(lite, back, keys_of_row)
    keeping.restore(done.path, str(back.url.render_as_string(hide_password=False)), NOW, replace=True).dispose()
    same(full, back)
    lite.dispose()
    back.dispose()


def test_nul_characters_are_left_out_where_postgresql_takes_none(
    full: Engine, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if full.dialect.name != "postgresql":
        pytest.skip("SQLite takes them")
    lite = seeded.made(seeded.database("sqlite", tmp_path, None))
    seeded.new(lite, title="Nul\x00 here", authors=("A\x00b",))
    target = make_engine(fresh(request, "postgresql", tmp_path))
    upgrade(target)
    cleaned = {one.table: one.cleaned for one in transfer.copy(lite, target, keys_of_row) if one.cleaned}
    assert cleaned == {"article": 2, "revision": 1}
    with session(target) as opened:
        row = opened.scalars(select(ArticleRow)).one()
        assert (row.title, row.authors) == ("Nul here", ["Ab"])
    lite.dispose()
    target.dispose()


def test_a_backup_made_while_a_crawl_writes_is_of_one_instant(
    full: Engine, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    stop, wrote = threading.Event(), threading.Event()
    faults: list[SQLAlchemyError] = []

    def crawl() -> None:
        try:
            number = 0
            while not stop.is_set() and number < 2000:
                number += 1
                seeded.new(full, title=f"Crawled captured {number}")
                wrote.set() if number == 5 else None
        except SQLAlchemyError as error:  # told by the test's own thread
            faults.append(error)
            wrote.set()

    writer = threading.Thread(target=crawl)
    writer.start()
    try:
        assert wrote.wait(20)
        backups = [keeping.backup(full, tmp_path / f"{n}.backup") for n in range(3)]
        with session(full) as opened:
            after = opened.scalar(select(func.count(ArticleRow.id))) or 0
    finally:
        stop.set()
        writer.join()
    assert faults == []
    sizes = []
    for number, done in enumerate(backups):
        goal = fresh(request, full.dialect.name, tmp_path / "x") if full.dialect.name == "postgresql" else (
            f"sqlite:///{tmp_path / f'{number}.db'}"
        )  # fmt: skip
        restored = keeping.restore(done.path, goal, NOW)
        assert integrity.problems(restored) == []
        with session(restored) as opened:
            articles = set(opened.scalars(select(ArticleRow.id)))
            revisions = set(opened.scalars(select(RevisionRow.article_id)))
        assert articles == revisions
        now, then = found(full), found(restored)
        for case in CASES:
            assert sorted(then[case]) == sorted(hit for hit in now[case] if hit in articles), case
        sizes.append(len(articles))
        restored.dispose()
    assert len(TEXTS) + 1 < sizes[0] <= sizes[1] <= sizes[2] <= after


def test_a_database_with_data_is_not_overwritten_unless_asked(tmp_path: Path) -> None:
    engine = seeded.made(seeded.database("sqlite", tmp_path, None))
    seeded.new(engine)
    done = keeping.backup(engine, tmp_path / "b.backup")
    seeded.new(engine)
    url = engine.url.render_as_string()
    engine.dispose()
    with pytest.raises(DatabaseProblem, match="--replace"):
        keeping.restore(done.path, url, NOW)
    restored = keeping.restore(done.path, url, NOW, replace=True)
    assert integrity.counts(restored)["article"] == 1
    aside = make_engine(f"sqlite:///{tmp_path / 'monitor.db.before-20310304T120000Z'}")
    assert integrity.counts(aside)["article"] == 2
    aside.dispose()
    restored.dispose()


def test_a_damaged_or_foreign_file_is_refused_and_nothing_changed(tmp_path: Path) -> None:
    engine = seeded.made(seeded.database("sqlite", tmp_path, None))
    for _ in range(30):
        seeded.new(engine)
    done = keeping.backup(engine, tmp_path / "b.backup")
    url = engine.url.render_as_string()
    content = bytearray(done.path.read_bytes())
    for at in range(8192, len(content) - 4096, 4096):
        content[at : at + 200] = b"\xff" * 200
    (tmp_path / "broken.backup").write_bytes(content)
    (tmp_path / "foreign.backup").write_text("a letter", encoding="utf-8")
    for name, said in (("broken", "damaged"), ("foreign", "no backup")):
        with pytest.raises(DatabaseProblem, match=said):
            keeping.restore(tmp_path / f"{name}.backup", url, NOW, replace=True)
    assert integrity.counts(engine)["article"] == 30
    assert integrity.problems(engine) == []
    engine.dispose()


def test_an_older_backup_is_brought_up_when_it_is_restored(tmp_path: Path) -> None:
    engine = seeded.made(seeded.database("sqlite", tmp_path, None))
    seeded.new(engine)
    downgrade(engine, "0002")
    engine.dispose()
    restored = keeping.restore(tmp_path / "monitor.db", f"sqlite:///{tmp_path / 'new.db'}", NOW)
    assert integrity.counts(restored)["article"] == 1
    assert roles(restored)[0][1] == "fighter"
    restored.dispose()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("DELETE FROM search_doc", "not in the full-text index"),
        ("DELETE FROM revision", "no revision of their number"),
        ("UPDATE article SET evidence_id = 999999", "points to a evidence"),
        ("INSERT INTO search_index(search_index) VALUES ('delete-all')", "full-text"),
    ],
)
def test_check_names_what_is_wrong(tmp_path: Path, spoil: str, said: str) -> None:
    engine = seeded.made(seeded.database("sqlite", tmp_path, None))
    seeded.new(engine)
    assert integrity.problems(engine) == []
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    with sqlite3.connect(tmp_path / "monitor.db") as plain:
        plain.execute(spoil)
    plain.close()
    assert said in " ".join(integrity.problems(engine))
    engine.dispose()


def test_missing_and_short_archive_files_are_named(full: Engine, tmp_path: Path) -> None:
    with session(full) as opened:
        names = list(opened.execute(text("SELECT DISTINCT warc FROM evidence ORDER BY warc")).scalars())
    (tmp_path / names[0]).parent.mkdir(parents=True)
    (tmp_path / names[0]).write_bytes(b"x" * 300)
    (tmp_path / names[1]).write_bytes(b"x" * 299)
    said = keeping.missing_evidence(full, tmp_path)
    assert len(said) == len(names) - 1
    assert [one for one in said if names[1] in one] == [
        f"the archive file {names[1]} is cut short: 299 bytes, 300 are needed"
    ]
