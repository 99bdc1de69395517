"""Copies on a real database: clusters and excerpts are the same in any order of arrival; a revision leaves its copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from pipelines.analysis.copies import HOT_BIN
from pipelines.persist import compare, text_from
from pipelines.store import copies
from pipelines.store.migrations import downgrade, upgrade
from pipelines.store.schema import ArticleRow, BinRow, ExcerptRow
from pipelines.store.session import make_engine, session
from tests.conftest import NOW

BARE = {
    **dict.fromkeys(("outlet_id", "url", "canonical_url", "content_hash"), "x"),
    **{"first_seen_at": NOW, "fetched_at": NOW, "reading": "close", "outcome": "stored", "analysis_version": "1"},
}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all orders; each is rolled back."""
    made = make_engine(f"sqlite:///{tmp_path_factory.mktemp('copies') / 'monitor.db'}")
    upgrade(made)
    yield made
    made.dispose()


def words(name: str, count: int) -> list[str]:
    return [f"{name}{n} word{n * 7 % 11} said{n % 5}" for n in range(count)]


WIRE, OTHER, LONG = words("wire", 60), words("other", 60), words("long", 200)
TEXTS = [
    " ".join(WIRE),
    " ".join(["KYIV, 5 April", *WIRE]),
    " ".join(w.replace("wire7 ", "changed ") for w in WIRE),
    " ".join(WIRE[:40] + words("own", 25)),
    " ".join(OTHER),
    " ".join(OTHER[30:] + OTHER[:30]),
    " ".join(LONG),
    " ".join(LONG[:45]),
    " ".join(words("alone", 60)),
]


def keep(session: Session, number: int, text: str, *, fresh: bool = True) -> copies.Noted:
    if fresh:
        session.execute(insert(ArticleRow), {**BARE, "id": number, "url_key": str(number)})
    return copies.note(session, number, text_from(text), compare, NOW, most=HOT_BIN, fresh=fresh)


def clusters(session: Session) -> set[frozenset[int]]:
    found: dict[int, set[int]] = {}
    for number, cluster in session.execute(select(ArticleRow.id, ArticleRow.cluster_id)):
        if cluster is not None:
            found.setdefault(cluster, set()).add(number)
    return {frozenset(one) for one in found.values()}


def arrived(engine: Engine, order: Sequence[int]) -> tuple[set[frozenset[int]], set[tuple[int, int]]]:
    """What became of the texts, by their place in `TEXTS`; nothing is kept."""
    with Session(engine) as session:
        for place in order:
            keep(session, place + 1, TEXTS[place])
        excerpts = session.execute(select(ExcerptRow.article_id, ExcerptRow.of_id))
        found = clusters(session), {(one, whole) for one, whole in excerpts}
        session.rollback()
    return found


@settings(max_examples=12, deadline=None)
@given(order=st.permutations(range(len(TEXTS))))
def test_any_order_of_arrival_gives_the_same(migrated: Engine, order: list[int]) -> None:
    found, excerpts = arrived(migrated, order)
    assert found == {frozenset({1, 2, 3, 4}), frozenset({5, 6})}
    assert excerpts == {(8, 7)}


def test_a_revised_text_leaves_its_copies(sqlite_engine: Engine) -> None:
    with Session(sqlite_engine) as session:
        for number, text in enumerate(TEXTS[:2], 1):
            keep(session, number, text)
        assert clusters(session) == {frozenset({1, 2})}
        keep(session, 2, TEXTS[8], fresh=False)
        assert clusters(session) == {frozenset({1})}


def test_bins_come_through_the_older_schema_and_go_with_the_text(engine: Engine) -> None:
    with session(engine) as opened:
        for number, text in enumerate(TEXTS[:2], 1):
            keep(opened, number, text)
        before = opened.execute(select(BinRow.value, BinRow.article_id, BinRow.need)).all()
    downgrade(engine, "0008")
    upgrade(engine)
    with session(engine) as opened:
        assert sorted(opened.execute(select(BinRow.value, BinRow.article_id, BinRow.need)).all()) == sorted(before)
        copies.drop(opened, [1])
        assert set(opened.scalars(select(BinRow.article_id))) == {2}
        assert keep(opened, 3, TEXTS[2]).copies == (2,)
