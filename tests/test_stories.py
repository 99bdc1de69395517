"""Which articles are one story: a table of decisions, and the same on a real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from monitor import query, stories
from monitor.alerts.planner import plan
from monitor.cli.render import _story
from monitor.stories import decide
from pipelines.analysis.story_evidence import evidence
from pipelines.analysis.story_signs import Signs, Spoken, signs_of
from pipelines.store.schema import ArticleRow, ClusterRow, StoryRow, ToldFactRow
from pipelines.store.session import session
from tests.alerts.conftest import CONFIG, NOW, World, watch

LONG = " ".join(f"word{n} stands in the report about the river" for n in range(40))


def report(text: str = "", language: str = "en", title: str = "", day: int | None = 10, **spoken: Any) -> Signs:
    return signs_of(title, text, language, Spoken(**spoken), day=day, dated=day is not None)


TWO = report(
    persons=("Ivan Smilenko", "Zhou Anping"), nationalities=("CN", "KE"), counts=((214, 214, "recruited", "KE"),)
)
ZHOU = {"persons": ("Zhou Anping",), "nationalities": ("CN",), "counts": ((2, 2, "captured", "CN"),)}
CAPTURED = report(**ZHOU)


DIED = "The 40th Brigade said 317 volunteers died near Rafati. Their bodies came home by plane."
FELL = "Die 40. Brigade teilte mit, 317 Freiwillige seien bei Rafati gefallen. Die Leichen kamen mit dem Flugzeug."
SENTENCED = report("A court sentenced him to 9 years.", title="Court sentences captive", **ZHOU)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (replace(TWO, text="h1"), Signs(text="h1"), True),
        (replace(TWO, cluster=7), Signs(cluster=7), True),
        (Signs(cluster=7), Signs(cluster=8), False),
        (Signs(text=""), Signs(text=""), False),
        (report(LONG), report(LONG.replace("word7 ", "other ")), True),
        (report(LONG), report(LONG.replace("the", "one of these")), False),
        (CAPTURED, report(persons=("周安平",), nationalities=("CN",), counts=((2, 2, "captured", "CN"),)), True),
        (CAPTURED, report(persons=("Чжоу Аньпін",), nationalities=("CN",), counts=((2, 2, "held", "CN"),)), True),
        (CAPTURED, report(persons=("Zhou Anbang",), nationalities=("CN",), counts=((2, 2, "held", "CN"),)), False),
        (CAPTURED, report(day=None, **ZHOU), False),  # without days it may be the captive's trial
        (CAPTURED, report(persons=("Zhou Anping",)), False),
        (CAPTURED, report(nationalities=("CN",), counts=((2, 2, "captured", "CN"),)), False),
        # numbers alone are repeated by others, days later: it takes a person, or what the texts speak of
        (TWO, report(nationalities=("KE",), counts=((214, 214, "fighting", "KE"),)), False),
        (report("Of 160 asked 148 spoke."), report("Опитали 160, розповіли 148.", "uk"), False),
        (
            report("Of 160 captives asked 148 spoke of torture."),
            report("Опитали 160 полонених, про катування розповіли 148.", "uk"),
            True,
        ),
        (report("It was in 2024, and 400 came."), report("In 2024 some 400 came."), False),
        (report("He is 148.", ages=(148,)), report("148 of 160"), False),
        (report(day=10, **ZHOU), report(day=11, **ZHOU), True),
        (report(day=10, **ZHOU), report(day=24, **ZHOU), False),
        (report(DIED), report(FELL, "de"), True),
        (report(DIED), report(FELL.replace("317", "31").replace("40", "51"), "de"), False),
        (SENTENCED, report(title="Freed in a swap", text="He was freed on 8 May.", day=90, **ZHOU), False),
        (report("Two men near Kupiansk and Huliaipole."), report("库皮扬斯克和胡利艾波莱附近两人", "zh"), False),
    ],
)
def test_two_reports(one: Signs, other: Signs, same: bool) -> None:
    found = evidence(one, other)
    assert (found.enough, evidence(other, one).points) == (same, found.points), found.why


def test_a_chain_does_not_hang_on_one_weak_link() -> None:
    weak = report(persons=("Zhou Anping",), nationalities=("CN",), counts=((2, 2, "captured", "CN"),))
    other = report(persons=("Petro Hordiienko",), nationalities=("CO",), text="Nothing of the kind.")
    assert decide(weak, [(5, {1: CAPTURED})]).story_id == 5
    assert decide(weak, [(5, {1: CAPTURED, 2: other})]).story_id is None
    assert decide(weak, [(5, {1: CAPTURED, 2: CAPTURED})]).story_id == 5


def test_the_best_reason_wins_and_of_equal_ones_the_oldest_story() -> None:
    same = {1: replace(CAPTURED, text="h1")}
    assert decide(replace(CAPTURED, text="h1"), [(4, {2: CAPTURED}), (5, same)]).story_id == 5
    assert decide(CAPTURED, [(5, {1: CAPTURED}), (4, {2: CAPTURED})]).story_id == 4
    assert decide(Signs(), [(5, same)]).story_id is None


def test_a_late_report_joins_the_right_one_of_two_that_look_alike() -> None:
    swaps = {
        number: report(
            f"Kyiv and Moscow exchanged {number} prisoners each near Rafati, the Emirates mediating.", day=day
        )
        for number, day in ((157, 10), (103, 12))
    }
    told = "Обмен пленными при посредничестве Эмиратов: вернулись {} военных. Ранее обменяли {}."
    stories_open = [(number, {number: one}) for number, one in swaps.items()]
    for number, before in ((103, 157), (157, 205)):
        late = report(told.format(number, before), "ru", title=f"Обмен {number} на {number}", day=12)
        assert decide(late, stories_open).story_id == number


def test_signs_come_back_as_they_were() -> None:
    assert stories.from_facts(stories.to_facts(TWO)) == TWO


PERSON = {"name": "Ivan Smilenko", "role": "captive", "nationality": "XA"}
SECOND = {"name": "Bishan Rana", "role": "captive", "nationality": "XA"}
OFFICIAL = {"name": "Petro Hordiienko", "role": "official", "nationality": "XA"}
COUNT = {"low": 137, "status": "captured", "nationality": "XA"}
THIRD = {"low": 317, "status": "wounded", "nationality": "XA"}
COUPLE = {"low": 2, "status": "captured", "nationality": "XA"}
OTHER = {"low": 249, "status": "killed", "nationality": "XA"}
NINTH = {"name": "Kwame Asante", "role": "captive", "nationality": "XA"}
ASKED = "Of 160 captives asked 148 spoke of torture."


@pytest.fixture
def world(sqlite_engine: Engine) -> World:
    return World(sqlite_engine)


def told(world: World, minutes: int = 0) -> dict[int, int | None]:
    with session(world.engine) as opened:
        stories.assign(opened, NOW + timedelta(minutes=minutes))
    with session(world.engine) as opened:
        return {row.id: row.story_id for row in opened.scalars(select(ArticleRow))}


def test_stories_on_a_database(world: World) -> None:
    first = world.article(figures=(PERSON, OFFICIAL), counts=(COUNT,))
    second = world.article(title="Another outlet", outlet="example-times", figures=(PERSON,), counts=(COUNT,))
    third = world.article(title="Only the official is the same", body="Nothing else.", figures=(OFFICIAL,))
    found = told(world)
    assert found == told(world)
    assert found[first] == found[second] != found[third]
    later = told(world) | {world.article(title="Later", body="More of it.", figures=(PERSON,), counts=(COUNT,)): None}
    assert told(world)[max(later)] == found[first]
    with session(world.engine) as opened:
        why = opened.get_one(StoryRow, found[first]).facts["why"]
        assert why[str(first)] == "first of its story"
        assert "1 person" in why[str(second)]
        opened.execute(insert(ClusterRow).values(id=7, created_at=NOW))
        opened.execute(update(ArticleRow).where(ArticleRow.id.in_([first, second])).values(cluster_id=7))
        said = query.story_coverage(opened, found[first])
        assert (said["articles_count"], said["outlets_count"], said["independent_texts"]) == (3, 2, 2)
        assert "2 independent texts" in _story(said)


def test_a_late_merge_redirects_and_tells_nothing_twice(world: World) -> None:
    """Two stories are told; then a report shows that they are one."""
    watches = {"volunteers": watch()}
    three = (PERSON, SECOND, NINTH)
    one = world.article(title="One", body="First words.", figures=three, counts=(COUPLE,))
    two = world.article(title="Two", body=ASKED, figures=(), counts=(COUPLE, OTHER, THIRD))
    plan(world.engine, watches, {}, NOW, CONFIG)
    before = told(world)
    assert before[one] != before[two]
    both = world.article(title="Both", body=f"{ASKED} He left.", figures=three, counts=(COUPLE, OTHER, THIRD))
    done = plan(world.engine, watches, {}, NOW + timedelta(minutes=5), CONFIG)
    assert set(told(world).values()) == {before[one]}
    assert both and done.facts == 1  # the article itself; its persons and counts were told of either story
    with session(world.engine) as opened:
        gone = opened.get_one(StoryRow, before[two])
        assert (gone.redirect_to, gone.facts) == (before[one], {})
        assert set(opened.scalars(select(ToldFactRow.story_id))) == {before[one]}
        assert opened.get_one(StoryRow, before[one]).facts["merged"] == [before[two]]


def test_what_a_person_put_apart_stays_apart(world: World, tmp_path: Path) -> None:
    from tests.calling import call

    one = world.article(title="One", body="First words.", figures=(PERSON,), counts=(COUNT,))
    two = world.article(title="Two", body="Second words.", figures=(PERSON,), counts=(COUNT,))
    assert told(world)[one] == told(world)[two]
    assert call(tmp_path, "review", "reject", f"article:{two}", "story").code == 0
    world.article(title="Three", body="Third words.", figures=(PERSON,), counts=(COUNT,))
    found = told(world, 5)
    assert found[one] != found[two]
