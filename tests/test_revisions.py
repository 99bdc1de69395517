"""`monitor show ID --diff`: what a revision changed, in words and in facts; what is no revision at all."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from monitor.alerts.planner import plan
from monitor.revisions import compare
from pipelines.analysis.diff import really_changed
from pipelines.records import Article, Figure, FigureMention, Outcome, Reading, ReportedCount, Role, Status
from pipelines.store.schema import AlertEventRow
from pipelines.store.search import Keys
from pipelines.store.session import session
from pipelines.store.writer import Written, write_article
from tests.alerts.conftest import CONFIG, watch
from tests.calling import call
from tests.store.test_writer import make

MENTION = (FigureMention(0, 4, "Rana"),)
BISHAN = Figure("Bishan Rana", Role.CAPTIVE, Status.CAPTURED, "NP", MENTION)


def count(low: int) -> ReportedCount:
    return ReportedCount(0, 3, low, low, f"{low} Nepali", noun="nationals", nationality="NP", status=Status.FIGHTING)


def write(engine: Engine, article: Article, now: datetime) -> Written:
    with session(engine) as opened:
        return write_article(opened, article, Keys(), (), now, really_changed)


@pytest.fixture
def twice(sqlite_engine: Engine, now: datetime) -> Engine:
    """An article of two revisions: 155 became 163, a captive was exchanged, a spokesman came."""
    body = "155 Nepali nationals fight in Russia.\nBishan Rana was captured near Donetsk."
    one = make(now, title="155 Nepalis fight", body=body, content_hash="a", figures=(BISHAN,), counts=(count(155),))
    spokesman = Figure("Hari Thapa", Role.SPOKESPERSON, None, None, MENTION)
    two = replace(
        one,
        fetched_at=now + timedelta(hours=2),
        title="163 Nepalis fight, Kathmandu says",
        body=body.replace("155", "163").replace("captured near Donetsk", "exchanged") + "\nHari Thapa confirmed it.",
        content_hash="b",
        figures=(replace(BISHAN, status=Status.EXCHANGED), spokesman),
        counts=(count(163),),
    )
    assert write(sqlite_engine, one, now).revision == 1
    assert write(sqlite_engine, two, now + timedelta(hours=2)).outcome is Outcome.REVISED
    furniture = replace(two, body=two.body + "\n12 comments", content_hash="c")
    assert write(sqlite_engine, furniture, now + timedelta(hours=3)) == Written(1, 2, Outcome.UNCHANGED)
    return sqlite_engine


def test_words_and_facts(twice: Engine) -> None:
    with session(twice) as opened:
        found = compare(opened, 1)
    assert (found.old, found.new) == (1, 2)
    assert [(fact.change, fact.what, fact.old, fact.new) for fact in found.facts] == [
        ("changed", "Bishan Rana", "captive, captured, NP", "captive, exchanged, NP"),
        ("added", "Hari Thapa", None, "spokesperson"),
        ("changed", "NP nationals fighting", "155", "163"),
    ]
    assert [block.kind for block in found.blocks] == ["changed", "changed", "added"]
    assert found.title is not None


def test_at_the_terminal_and_as_json(twice: Engine, tmp_path: Path) -> None:
    shown = call(tmp_path, "show", "1", "--diff")
    assert shown.code == 0, shown.err
    for part in (
        "[-155-]{+163+} Nepali nationals",
        "+ {+Hari Thapa confirmed it.+}",
        "155 → 163",
        "added person: Hari Thapa",
    ):
        assert part in shown.out
    row = json.loads(call(tmp_path, "show", "1", "--diff", "--json").out)
    assert (row["old"], row["new"], len(row["facts"])) == (1, 2, 3)
    back = call(tmp_path, "show", "1", "--diff", "--revision", "1", "--against", "2")
    assert "163 → 155" in back.out


@pytest.mark.parametrize(("words", "says"), [(("1", "--revision", "7"), "it has 1, 2"), (("9",), "no article 9")])
def test_what_is_not_there_is_said(twice: Engine, tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    called = call(tmp_path, "show", *words, "--diff")
    assert (called.code, says in called.err) == (2, True), called


def test_an_article_of_one_revision_is_said_to_be_unchanged_or_gone(
    sqlite_engine: Engine, now: datetime, tmp_path: Path
) -> None:
    one = make(now)
    write(sqlite_engine, one, now)
    shown = call(tmp_path, "show", "1", "--diff")
    assert (shown.code, "one revision" in shown.out, "took the article down" in shown.out) == (0, True, False)
    write(sqlite_engine, replace(one, outcome=Outcome.GONE, status=404, reading=Reading.HEADLINE), now)
    assert "took the article down" in call(tmp_path, "show", "1", "--diff").out
    assert "took the article down" in call(tmp_path, "show", "1").out


# What stands at the address that the article's own leads to now, and what becomes of it: article, revision.
MOVED = [
    ("the same text under a softer title", "Two detained", None, (1, 2)),
    ("the same title, a text rewritten", None, "Nothing of the old text is left.", (1, 2)),
    ("another page: the front page, another article", "All news", "Nothing of the old text is left.", (2, 1)),
]


@pytest.mark.parametrize(("what", "title", "body", "found"), MOVED, ids=[row[0] for row in MOVED])
def test_an_article_that_moved_is_the_same_article(
    sqlite_engine: Engine, now: datetime, what: str, title: str | None, body: str | None, found: tuple[int, int]
) -> None:
    one = make(now)
    write(sqlite_engine, one, now)
    there = "https://example.org/moved"
    two = replace(
        one,
        url=there,
        canonical_url=there,
        url_key="example.org/moved",
        requested_url=one.url,
        title=title or one.title,
        body=body or one.body,
        content_hash="b",
    )
    written = write(sqlite_engine, two, now + timedelta(hours=1))
    assert (written.article_id, written.revision) == found


def events(engine: Engine) -> list[tuple[int, str]]:
    with session(engine) as opened:
        return [(row.revision, row.kind) for row in opened.scalars(select(AlertEventRow).order_by(AlertEventRow.id))]


def test_an_article_that_turns_on_topic_by_a_revision_alerts(sqlite_engine: Engine, now: datetime) -> None:
    """It was kept, off topic; then the outlet added whom it is about: one article, one mail."""
    off = make(now, matches=(), figures=(), counts=(), relevant=False, body="Works at the river went on.")
    off = replace(off, reading=Reading.FAST_TEXT, outcome=Outcome.OFF_TOPIC, content_hash="off")
    assert write(sqlite_engine, off, now).outcome is Outcome.OFF_TOPIC
    assert events(sqlite_engine) == []
    later = now + timedelta(hours=6)
    on = make(later, published=off.published, content_hash="on")
    assert write(sqlite_engine, on, later) == Written(1, 2, Outcome.REVISED, 1)
    assert events(sqlite_engine) == [(2, "match")]
    watches = {"prisoners-of-war": watch("prisoners-of-war")}
    assert plan(sqlite_engine, watches, {}, later, CONFIG).messages == 1


def test_a_changed_title_is_a_revision_and_a_missing_page_is_told(sqlite_engine: Engine, now: datetime) -> None:
    one = make(now)
    write(sqlite_engine, one, now)
    softer = replace(one, title="Two detained", content_hash="b", fetched_at=now + timedelta(hours=1))
    assert write(sqlite_engine, softer, now + timedelta(hours=1)) == Written(1, 2, Outcome.REVISED, 1)
    gone = replace(one, outcome=Outcome.GONE, status=410, matches=(), reading=Reading.HEADLINE)
    for hours in (2, 3):
        assert write(sqlite_engine, gone, now + timedelta(hours=hours)).outcome is Outcome.GONE
    assert events(sqlite_engine) == [(1, "match"), (2, "match"), (2, "gone")]
    with session(sqlite_engine) as opened:
        found = compare(opened, 1)
    assert (found.gone_at, found.title is not None) == (now + timedelta(hours=2), True)
