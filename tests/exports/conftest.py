"""One database a module, on SQLite and on PostgreSQL, with a handful of articles; hostile texts among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from monitor.protection import Policy
from pipelines.store.schema import ArticleRow, ClusterRow, StoryRow
from pipelines.store.session import session
from tests import seeded
from tests.seeded import BODY, NOW

HOSTILE = '=HYPERLINK("http://evil.example","Nepali soldiers")'
SECRET = b"a secret of the tests"
MASKED = Policy(secret=SECRET)
SHOWN = Policy(names_cleared=True, secret=SECRET)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    for engine in seeded.engines(
        request.param, tmp_path_factory.mktemp("exports"), lambda: request.getfixturevalue("postgres_server")
    ):
        first = seeded.article()
        ids = [seeded.write(engine, first).article_id]
        ids += [seeded.new(engine, body=f"{BODY} {n}") for n in range(2)]
        ids.append(seeded.new(engine, title=HOSTILE, published=None))
        ids.append(seeded.new(engine, title="战俘 in the 乌克兰", language="zh", matches=(), relevant=False))
        seeded.write(engine, replace(seeded.article(f"{BODY} Later.", url=first.url)))
        with session(engine) as opened:
            story = StoryRow(created_at=NOW, first_seen_at=NOW, updated_at=NOW, title="Captured: Anping Smilenko",
                             facts={})  # fmt: skip
            cluster = ClusterRow(created_at=NOW)
            opened.add_all([story, cluster])
            opened.flush()
            for number in ids[:3]:
                opened.get_one(ArticleRow, number).story_id = story.id
            for number in ids[:2]:
                opened.get_one(ArticleRow, number).cluster_id = cluster.id
        yield engine
