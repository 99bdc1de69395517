"""The same query finds the same articles on both databases, whatever the script."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Engine, text

from monitor import full_text, query
from monitor.query import Cursor, Filter, count_found, parse, search
from pipelines.analysis import tokens
from pipelines.analysis.urls import key
from pipelines.persist import keys_of_row
from pipelines.records import Article
from pipelines.store import integrity
from pipelines.store.schema import ArticleRow
from pipelines.store.search import Keys, index_again
from pipelines.store.session import session
from pipelines.store.writer import write_article
from tests import seeded

TEXTS = [
    ("en", "Captured fighters", "Two Nepali recruits were captured near the front."),
    ("uk", "Військовополонені повернулися", "Полонений солдат розповів про контракт. У полоні він пробув рік."),
    ("ru", "Обмен пленными", "Наёмники из Непала попали в плен."),
    ("zh", "战俘获释", "两名中国籍战俘被乌克兰军队俘虏后要求回国。"),
    ("zh", "戰俘獲釋", "兩名戰俘要求回國。"),
    ("ar", "أسرى الحرب", "تبادل الأسرى بين الطرفين"),
    ("ko", "포로 교환", "북한군 포로가 송환되었다."),
]
CASES = [
    ("captured", {0}),
    ("CAPTURED nepali", {0}),
    ('"nepali recruits"', {0}),
    ('"recruits nepali"', set()),
    ("recruit*", {0}),
    ("title:captured", {0}),
    ("title:nepali", set()),
    ("captured -nepali", set()),
    ("战俘", {3, 4}),
    ("戰俘", {3, 4}),
    ("乌克兰军队", {3}),
    ("наемники", {2}),
    ("наёмники", {2}),
    ("полонен*", {1}),
    ("полонений", {1}),  # its other forms are found, words of which it is a part are not
    ("найманець", set()),
    ("наемника", {2}),
    ("포로", {6}),
    ("포로*", {6}),
    ("أسرى", {5}),
    ("الأسرى", {5}),
    ("nothing-like-this", set()),
    ('foo"bar', set()),
    ("AND", set()),
    ("NEAR(", {0}),  # a word of the text, no operator
    ("x OR", set()),
    ("col:1", set()),
    ("'; DROP TABLE article; --", set()),
    ("\x00", set()),
    ("*", set()),
]


@pytest.fixture
def filled(engine: Engine, now: datetime) -> Engine:
    with session(engine) as opened:
        for number, (language, title, body) in enumerate(TEXTS):
            url = f"https://news.example/{number}"
            article = Article("example", url, now, url, key(url), title=title, body=body, language=language)
            article = replace(article, content_hash=str(number))
            keys = Keys(tokens.index_keys(title, language), tokens.index_keys(body, language))
            write_article(opened, article, keys, (), now)
    return engine


def test_every_case_finds_its_set(filled: Engine) -> None:
    found = {}
    with session(filled) as opened:
        for words, _ in CASES:
            rows = search(opened, Filter(text=words, limit=50))
            found[words] = {int(row["url"].rsplit("/", 1)[1]) for row in rows}
            assert count_found(opened, Filter(text=words)) == len(found[words])
    assert found == dict(CASES)


def test_without_a_query_everything_is_listed_newest_first(filled: Engine) -> None:
    with session(filled) as opened:
        ids = [row["id"] for row in search(opened, Filter(limit=50))]
    assert len(ids) == len(TEXTS)
    assert ids == sorted(ids, reverse=True)


def test_relevance_and_filters_go_together(filled: Engine) -> None:
    with session(filled) as opened:
        wanted = Filter(text="战俘", language="zh", by_relevance=True, limit=1)
        assert len(list(search(opened, wanted))) == 1
        assert list(search(opened, Filter(text="captured", language="uk"))) == []


def test_parse_reads_operators_and_nothing_else() -> None:
    phrase, prefix, negative, title = parse('"foreign fighters" полонен* -film title:captured')
    assert (len(phrase.keys), prefix.prefix, negative.negative, title.title_only) == (2, True, True, True)


def test_pages_do_not_shift_while_new_articles_arrive(filled: Engine, now: datetime) -> None:
    seen, after = [], None
    for arriving in range(20):
        with session(filled) as opened:
            page = [hit["id"] for hit in search(opened, Filter(limit=2, after=after))]
            if not page:
                break
            after = Cursor.read(str(query.place_of(opened.get_one(ArticleRow, page[-1]))))
            seen += page
            url = f"https://news.example/late-{arriving}"
            late = Article("example", url, now, url, key(url), title="Late", body="Late news.", language="en")
            write_article(opened, replace(late, content_hash=url), Keys("late", "late news"), (), now)
    assert seen == list(range(len(TEXTS), 0, -1))


def words_in(engine: Engine, *words: str) -> list[str]:
    """Those of `words` that some article is found by."""
    with session(engine) as opened:
        return [word for word in words if count_found(opened, Filter(text=word))]


def test_another_text_of_an_article_takes_the_words_of_the_old_one_out(engine: Engine) -> None:
    first = seeded.article("They were captured.")
    seeded.write(engine, first)
    seeded.write(engine, replace(seeded.article("They were exchanged.", url=first.url), title="Later"))
    assert words_in(engine, "captured", "exchanged", "title:later") == ["exchanged", "title:later"]
    assert integrity.problems(engine) + full_text.problems(engine) == []


def test_words_that_an_older_analyser_indexed_go_where_they_must_and_are_told_of_elsewhere(engine: Engine) -> None:
    number = seeded.new(engine, title="Held", body="An ode to Zorblatt.")
    other = Keys("held", "an ode to zorblattt")  # as another analyser wrote it
    with session(engine) as opened:
        row = opened.get_one(ArticleRow, number)
        index_again(opened, number, keys_of_row(row), other)
    assert "not the ones that were indexed" in str(full_text.problems(engine))
    with session(engine) as opened:
        index_again(opened, number, Keys("held", "an ode to zorblatt"), Keys("held", "an ode"))
    lite = engine.dialect.name == "sqlite"
    assert words_in(engine, "zorblattt") == (["zorblattt"] if lite else [])
    assert ("db reindex" in str(integrity.problems(engine))) is lite
    with session(engine) as opened:
        index_again(opened, number, Keys("held", "an ode"), Keys("held", "an ode"), surely=True)
    assert words_in(engine, "zorblattt", "ode", "held") == ["ode", "held"]
    assert full_text.rebuild(engine) == 1
    assert words_in(engine, "zorblattt", "zorblatt") == ["zorblatt"]
    assert integrity.problems(engine) + full_text.problems(engine, every=True) == []


def test_a_number_given_again_finds_nothing_of_the_article_that_had_it(engine: Engine) -> None:
    number = seeded.new(engine, body="An ode to Zorblatt.")
    with session(engine) as opened:
        for table in ("alert_event", "article"):
            opened.execute(text(f"DELETE FROM {table}"))
    assert words_in(engine, "zorblatt") == []
    if engine.dialect.name == "sqlite":
        assert "no article" in str(integrity.problems(engine))
        assert seeded.new(engine, body="Something else.") == number
    assert words_in(engine, "zorblatt") == []
    assert integrity.problems(engine) + full_text.problems(engine) == []
