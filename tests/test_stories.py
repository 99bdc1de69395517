"""Which articles are one story: a table of decisions, and the same on a real database."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from monitor import stories
from monitor.stories import Traits, decide, reason, sketch
from pipelines.store import migrations
from pipelines.store.schema import ArticleRow, StoryRow
from pipelines.store.session import make_engine, session
from tests.alerts.conftest import NOW, World

LONG = " ".join(f"word{n} stands in the report about the river" for n in range(40))
STORY = Traits(
    hashes=frozenset({"h1"}),
    clusters=frozenset({7}),
    sketches=(sketch(LONG),),
    persons=frozenset({"ivan smilenko", "anping zhou"}),
    nationalities=frozenset({"XA"}),
    counts=frozenset({"12-12:captured", "3-3:killed"}),
)


@pytest.mark.parametrize(
    ("article", "words"),
    [
        (Traits(hashes=frozenset({"h1"})), "same text"),
        (Traits(clusters=frozenset({7})), "copy of one text"),
        (Traits(sketches=(sketch(LONG.replace("word7", "other")),)), "nearly the same text"),
        (Traits(persons=frozenset({"ivan smilenko", "anping zhou"})), "2 persons"),
        (Traits(persons=frozenset({"ivan smilenko"}), nationalities=frozenset({"XA"})), "a person and the nationality"),
        (Traits(counts=STORY.counts, nationalities=frozenset({"XA"})), "2 counts and the nationality"),
        (Traits(), None),
        (Traits(persons=frozenset({"ivan smilenko"})), None),
        (Traits(persons=frozenset({"ivan smilenko"}), nationalities=frozenset({"XB"})), None),
        (Traits(nationalities=frozenset({"XA"})), None),
        (Traits(counts=frozenset({"12-12:captured"}), nationalities=frozenset({"XA"})), None),
        (Traits(sketches=(sketch(LONG.replace("the", "one of these")),)), None),
        (Traits(hashes=frozenset({""}), clusters=frozenset({8})), None),
    ],
)
def test_reasons(article, words):
    why = reason(article, STORY)
    assert (why is None) if words is None else (why is not None and words in why)


def test_the_newest_story_wins():
    assert decide(Traits(hashes=frozenset({"h1"})), [(5, STORY), (4, STORY)]).story_id == 5
    assert decide(Traits(), [(5, STORY)]).story_id is None


def test_facts_come_back_as_they_were():
    assert stories.from_facts(stories.to_facts(STORY)) == STORY


def test_stories_on_a_database(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'monitor.db'}")
    migrations.upgrade(engine)
    world = World(engine)
    person = {"name": "Ivan Smilenko", "role": "captive", "nationality": "XA"}
    official = {"name": "Petro Hordiienko", "role": "official", "nationality": "XA"}
    first = world.article(figures=(person, official))
    second = world.article(title="Another outlet", outlet="example-times", figures=(person,))
    third = world.article(title="Only the official is the same", figures=(official,))
    with session(engine) as opened:
        assert stories.assign(opened, NOW) == 3
        assert stories.assign(opened, NOW) == 0
    with session(engine) as opened:
        found = {row.id: row.story_id for row in opened.scalars(select(ArticleRow))}
        assert found[first] == found[second] != found[third]
        why = opened.get_one(StoryRow, found[first]).facts["why"]
        assert why[str(first)] == "first of its story"
        assert "a person and the nationality XA" in why[str(second)]
    engine.dispose()
