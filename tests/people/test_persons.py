"""One person across articles: the machine suggests, a person merges, splits and names, and every decision is audited."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Engine, select

from monitor import persons
from pipelines.records import Article, Figure, FigureMention, Reading, Role, When
from pipelines.store.schema import AuditRow, FigureRow, SuggestionRow
from pipelines.store.search import Keys
from pipelines.store.session import session
from pipelines.store.writer import write_article


def tell(engine: Engine, now: datetime, name: str, role: Role = Role.CAPTIVE, **more: object) -> None:
    """Store an article that speaks of one person."""
    url = f"https://news.example/{name}-{len(more)}-{role}".replace(" ", "_")
    one = Figure(name, role, mentions=(FigureMention(0, len(name), name, "body"),), confidence=0.9, **more)  # type: ignore[arg-type]
    article = Article(
        "o", url, now, url, url, body=f"{name} was seen.", title="A day", language="en",
        figures=(one,), reading=Reading.CLOSE, published=When(now), content_hash=url, relevant=True,
    )  # fmt: skip
    with session(engine) as opened:
        write_article(opened, article, Keys(), (), now)


def test_captives_are_suggested_and_never_merged(engine: Engine, now: datetime) -> None:
    for name in ("Chen Liguo", "陈立国", "Чэнь Лиго", "Petro Zhuk"):
        tell(engine, now, name)
    with session(engine) as opened:
        done = persons.suggest(opened, now)
        assert (done.names, done.fresh) == (4, 3)
        rows = persons.suggestions(opened)
        assert {frozenset((row["name"], row["other_name"])) for row in rows} == {
            frozenset(("Chen Liguo", "陈立国")),
            frozenset(("Chen Liguo", "Чэнь Лиго")),
            frozenset(("陈立国", "Чэнь Лиго")),
        }
        assert all(row["reason"] and row["score"] >= 0.6 for row in rows)
        assert all(one.person_id is None for one in opened.scalars(select(FigureRow)))
        assert persons.suggest(opened, now).fresh == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [({"nationality": "CN"}, {"nationality": "TW"}), ({"role": Role.OFFICIAL}, {}), ({"pseudonym": True}, {})],
)
def test_who_is_not_suggested(engine: Engine, now: datetime, one: dict[str, object], other: dict[str, object]) -> None:
    tell(engine, now, "Chen Liguo", **one)  # type: ignore[arg-type]
    tell(engine, now, "陈立国", **other)  # type: ignore[arg-type]
    with session(engine) as opened:
        assert persons.suggest(opened, now).fresh == 0


def test_merge_split_and_alias_leave_a_trace(engine: Engine, now: datetime) -> None:
    for name in ("Chen Liguo", "陈立国"):
        tell(engine, now, name)
    with session(engine) as opened:
        persons.suggest(opened, now)
        one, other = opened.scalars(select(FigureRow.id).order_by(FigureRow.id)).all()
        person = persons.merge(opened, [one, other], "mara", now)
        assert (person.name, person.aliases) == ("Chen Liguo", ["陈立国"])
        assert opened.scalars(select(SuggestionRow.state)).all() == ["accepted"]
        assert persons.alias(opened, person.id, " Чэнь  Лиго ", "mara", now).aliases == ["陈立国", "Чэнь Лиго"]
        assert persons.split(opened, other, "mara", now) == person.id
        assert person.aliases == ["Чэнь Лиго"]
        assert opened.scalars(select(SuggestionRow.state)).all() == ["rejected"]
        assert persons.suggest(opened, now).fresh == 0
        rows = opened.scalars(select(AuditRow).order_by(AuditRow.id)).all()
        assert [(row.actor, row.action, row.target) for row in rows] == [
            ("mara", action, f"person:{person.id}") for action in ("merge", "alias", "split")
        ]
        assert "Liguo" not in str([row.detail for row in rows])


def test_wrong_numbers_are_told(engine: Engine, now: datetime) -> None:
    tell(engine, now, "Chen Liguo")
    with session(engine) as opened:
        (one,) = opened.scalars(select(FigureRow.id)).all()
        for wrong in (
            lambda: persons.merge(opened, [one], "mara", now),
            lambda: persons.merge(opened, [one, 99], "mara", now),
            lambda: persons.split(opened, one, "mara", now),
            lambda: persons.alias(opened, 99, "x", "mara", now),
        ):
            with pytest.raises(persons.PersonsError):
                wrong()


def test_search_finds_a_name_in_another_script(engine: Engine, now: datetime) -> None:
    for name in ("Чэнь Лиго", "Petro Zhuk"):
        tell(engine, now, name)
    with session(engine) as opened:
        assert [row["name"] for row in persons.search(opened, "陈立国")] == ["Чэнь Лиго"]
