"""The index of names: it finds what reading every name finds, before and after it was brought up to date."""

from __future__ import annotations

from sqlalchemy import Engine

from monitor import name_index, persons
from pipelines.store.derive import name_key
from pipelines.store.schema import ArticleRow, FigureRow, NameIndexRow
from pipelines.store.session import session

NAMES = ("Ramesh Thapeli", "Рамеш Тапелі", "Zhou Anping", "周安平", "Ivan Smilenko", "Brok")
ASKED = {"Ramesh Thapeli": {0}, "周安平": {2, 3}, "Іваном Сміленком": {4}, "brok": {5}, "Nobody Here": set(),
         "Smilenko": {4}, "Сміленка": {4}, "Тапелі": {0, 1}, "Zhou": {2}, "周": {3}, "周安": {3}}  # fmt: skip


def _add(engine: Engine, now, numbers) -> None:
    with session(engine) as opened:
        if opened.get(ArticleRow, 1) is None:
            url = "https://n.example/1"
            opened.add(ArticleRow(id=1, outlet_id="n", url=url, canonical_url=url, url_key=url, first_seen_at=now,
                                  fetched_at=now, content_hash="1", reading="close", outcome="stored",
                                  analysis_version="1"))  # fmt: skip
            opened.flush()
        for number in numbers:
            opened.add(FigureRow(id=number + 1, article_id=1, revision=1, name=NAMES[number],
                                 name_key=name_key(NAMES[number]), analysis_version="1"))  # fmt: skip


def _found(engine: Engine) -> dict[str, set[int]]:
    with session(engine) as opened:
        every = {name: {one["figure"] - 1 for one in persons.search(opened, name)} for name in ASKED}
    return {name: found if name != "Ramesh Thapeli" else found - {1} for name, found in every.items()}


def test_found_before_after_and_beyond_the_index(engine: Engine, now) -> None:
    _add(engine, now, range(3))
    assert _found(engine)["Ramesh Thapeli"] == {0}
    assert name_index.bring_up_to_date(engine) == 3
    _add(engine, now, range(3, 6))
    assert _found(engine) == ASKED
    assert name_index.bring_up_to_date(engine) == 3 and name_index.bring_up_to_date(engine) == 0
    assert _found(engine) == ASKED
    with session(engine) as opened:
        assert name_index.forget(opened, ["Brok"]) > 0
        assert opened.query(NameIndexRow).filter_by(name="Brok").count() == 0
