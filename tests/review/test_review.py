"""Verdicts win in every answer, and survive that the machine reads anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select

from monitor import persons, query, review
from monitor.alerts.compose import PlanConfig
from monitor.alerts.planner import plan
from monitor.config import Config
from monitor.query import Filter
from monitor.rematch import rematch_all
from monitor.wiring import Workshop
from pipelines.records import Recipient, RuleText, Watch
from pipelines.store import verdicts
from pipelines.store.derive import write_derived
from pipelines.store.schema import (
    WITH_REJECTED,
    AlertEventRow,
    ArticleRow,
    AuditRow,
    DateMentionRow,
    FigureRow,
    MatchRow,
    ReportedCountRow,
    ToldFactRow,
)
from pipelines.store.session import session
from tests import seeded
from tests.seeded import BODY, NAME, NOW, QUOTE

VOLUNTEERS = Watch("volunteers", "Volunteers", (RuleText("captured", "captured"),),
                   (Recipient("reader@example.net"),), rate="daily")  # fmt: skip


def target(engine: Engine, kind: str, article: int) -> str:
    table = verdicts.TABLES[kind]
    with session(engine) as opened:
        asked = select(table.id).where(table.article_id == article).order_by(table.id.desc()).limit(1)
        return f"{kind}:{opened.scalar(asked.execution_options(**WITH_REJECTED))}"


def decide(engine: Engine, kind: str, article: int, verdict: str, **more: Any) -> dict[str, Any]:
    with session(engine) as opened:
        return review.decide(opened, target(engine, kind, article), verdict, "ana", NOW, **more)


def figures(engine: Engine, article: int, **wanted: Any) -> list[dict[str, Any]]:
    with session(engine) as opened:
        found = list(query.figures(opened, Filter(limit=1000, **wanted)))
    return [one for one in found if one["article"] == article]


def counts(engine: Engine, article: int, **wanted: Any) -> list[dict[str, Any]]:
    with session(engine) as opened:
        found = list(query.counts(opened, Filter(limit=1000, **wanted)))
    return [one for one in found if one["article"] == article]


def found(engine: Engine, article: int, **wanted: Any) -> bool:
    with session(engine) as opened:
        return any(one["id"] == article for one in query.search(opened, Filter(limit=1000, **wanted)))


def read_anew(engine: Engine, article: int, **changes: Any) -> None:
    """What a new version of the analysis does to an article: its readings are written again by the machine."""
    with session(engine) as opened:
        row = opened.get_one(ArticleRow, article)
        for table in (FigureRow, ReportedCountRow, DateMentionRow):
            opened.execute(delete(table).where(table.article_id == article, table.revision == row.revision))
        write_derived(opened, article, row.revision, seeded.article(row.body, **changes))
        verdicts.apply(opened, row, NOW)


def test_a_correction_wins_in_lists_and_filters_and_says_by_whom(base: Engine) -> None:
    one = seeded.new(base)
    assert figures(base, one)[0]["label"] == "machine reading"
    decide(base, "figure", one, "correct", field="role", value="captive", note="the quote says so")
    shown = figures(base, one, role="captive")[0]
    assert (shown["role"], shown["reviewed_by"], shown["machine_reading"]) == ("captive", "ana", True)
    assert shown["label"] == "role reviewed by ana, 2031-03-04; the rest machine reading"
    assert not figures(base, one, role="fighter")


@pytest.mark.parametrize(
    ("given", "low", "high"),  # the machine read 12 as both
    [
        ({"low": "155"}, 155, 155),
        ({"high": "9"}, 9, 9),
        ({"high": "20"}, 12, 20),
        ({"low": "30", "high": "40"}, 30, 40),
    ],
)
def test_a_corrected_count_is_no_range_from_high_to_low(
    base: Engine, given: dict[str, str], low: int, high: int
) -> None:
    one = seeded.write(base, replace(seeded.article(), counts=(replace(seeded.article().counts[0], high=12),)))
    for field, value in given.items():
        decide(base, "count", one.article_id or 0, "correct", field=field, value=value)
    assert [(c["low"], c["high"]) for c in counts(base, one.article_id or 0)] == [(low, high)]


@pytest.mark.parametrize("again", ["read anew", "another revision"])
def test_verdicts_survive_that_the_machine_reads_anew(base: Engine, again: str) -> None:
    first = seeded.article()
    one = seeded.write(base, first).article_id or 0
    decide(base, "figure", one, "correct", field="status", value="exchanged")
    decide(base, "count", one, "correct", field="low", value="15")
    decide(base, "date", one, "reject")
    if again == "read anew":
        read_anew(base, one)
    else:
        body = f"A line was put before. {BODY} And one behind."
        seeded.write(base, replace(seeded.article(body, url=first.url), title=first.title))
    with session(base) as opened:
        known = query.article(opened, one)
    assert known is not None
    assert [(f["status"], f["reviewed_by"]) for f in known["figures"]] == [("exchanged", "ana")]
    assert [(c["low"], c["bound"], c["reviewed_by"]) for c in known["counts"]] == [(15, "at_least", "ana")]
    assert known["dates"] == []
    assert figures(base, one, status="exchanged")
    assert not figures(base, one, status="captured")


def test_what_a_person_confirmed_stays_although_the_machine_does_not_find_it_any_more(base: Engine) -> None:
    one = seeded.new(base)
    for kind in ("figure", "count", "date"):
        decide(base, kind, one, "confirm")
    read_anew(base, one, figures=(), counts=(), dates=())
    with session(base) as opened:
        known = query.article(opened, one)
    assert known is not None
    shown = known["figures"][0]
    assert (shown["name"], shown["mentions"], shown["machine_reading"]) == (NAME, 1, False)
    assert (known["counts"][0]["low"], known["counts"][0]["label"]) == (12, "reviewed by ana, 2031-03-04")
    assert known["dates"][0]["value"] == "2031-03-03"


def test_a_verdict_ends_where_the_outlet_changed_the_words_it_rests_on(base: Engine) -> None:
    first = seeded.article()
    one = seeded.write(base, first).article_id or 0
    decide(base, "figure", one, "correct", field="status", value="killed")
    other = BODY.replace("was captured near the river", "was exchanged at the border")
    seeded.write(base, replace(seeded.article(other, url=first.url), title=first.title))
    assert [(f["status"], f["label"]) for f in figures(base, one)] == [("captured", "machine reading")]


@pytest.mark.parametrize("kind", ["figure", "count"])
def test_what_is_rejected_is_in_no_answer_and_comes_back_when_reopened(base: Engine, kind: str) -> None:
    one = seeded.new(base)
    read = {"figure": figures, "count": counts}[kind]
    name = target(base, kind, one)
    assert read(base, one)
    assert found(base, one, nationality="NP")
    with session(base) as opened:
        review.decide(opened, name, "reject", "ana", NOW)
        review.decide(opened, target(base, {"figure": "count", "count": "figure"}[kind], one), "reject", "ana", NOW)
    read_anew(base, one)
    assert not read(base, one)
    assert not found(base, one, nationality="NP")
    decide(base, kind, one, "reopen")
    assert read(base, one)[0]["label"] == "machine reading"
    assert found(base, one, reviewed=True)
    decide(base, {"figure": "count", "count": "figure"}[kind], one, "reopen")
    assert not found(base, one, reviewed=True)
    assert found(base, one, reviewed=False)


def test_a_rejected_match_leaves_the_watch_and_is_told_nobody(base: Engine) -> None:
    kept, wrong = seeded.new(base), seeded.new(base, title="River fish captured by two Nepali cooks")
    decide(base, "match", wrong, "reject")
    assert found(base, kept, watch="volunteers")
    assert not found(base, wrong, watch="volunteers")
    assert not found(base, wrong, relevant_only=True)
    plan(base, {"volunteers": VOLUNTEERS}, {}, NOW, PlanConfig(sender="m@example.org", secret=b"s"))
    with session(base) as opened:
        told = set(opened.scalars(select(ToldFactRow.article_id)))
        assert opened.scalar(select(AlertEventRow.planned_at).where(AlertEventRow.article_id == wrong)) is not None
    assert kept in told
    assert wrong not in told


def test_a_waiting_digest_tells_what_the_verdict_says(base: Engine) -> None:
    one, other = seeded.new(base), seeded.new(base)
    watch = replace(VOLUNTEERS, recipients=(Recipient("waiting@example.net"),))
    plan(base, {"volunteers": watch}, {}, NOW, PlanConfig(sender="m@example.org", secret=b"s"))

    def facts(number: int) -> list[dict[str, Any]]:
        with session(base) as opened:
            rows = opened.scalars(select(ToldFactRow).where(ToldFactRow.article_id == number)).all()
            return [row.detail for row in rows if row.outbox_id is None]

    first, second = (one, other) if any(d["kind"] == "status" for d in facts(one)) else (other, one)
    decide(base, "figure", first, "correct", field="status", value="exchanged")
    assert {d["status"] for d in facts(first) if d["kind"] == "status"} == {"exchanged"}
    decide(base, "figure", first, "reject")
    assert not [d for d in facts(first) if d["kind"] in ("person", "status")]
    decide(base, "match", second, "reject")
    assert facts(second) == []


def test_rematching_keeps_verdicts_on_matches(base: Engine, tmp_path: Path) -> None:
    confirmed, rejected = (seeded.new(base, body=f"{n}. {BODY}", matches=()) for n in (1, 2))

    def rematch(words: str, version: str) -> None:
        watch = Watch("river", "River", (RuleText("r", words),), version=version)
        rematch_all(Workshop(Config(workspace=tmp_path), {}, {"river": watch}, base), "river", NOW)

    def matched() -> list[int]:
        with session(base) as opened:
            rows = opened.scalars(select(MatchRow.article_id).where(MatchRow.watch_id == "river").distinct())
            return [number for number in rows if number in (confirmed, rejected)]

    rematch("river", "1")
    assert sorted(matched()) == [confirmed, rejected]
    decide(base, "match", confirmed, "confirm")
    decide(base, "match", rejected, "reject")
    rematch("river AND captured", "2")
    assert matched() == [confirmed]
    rematch("spacecraft", "3")
    assert matched() == [confirmed]
    rematch("river", "4")
    assert matched() == [confirmed]
    with session(base) as opened:
        rules = opened.scalars(select(MatchRow.rule).where(MatchRow.article_id == confirmed)).all()
        precision = review.precision(opened, "river")[0]
    assert rules == ["r"]
    assert (precision["judged"], precision["precision"]) == (2, 0.5)


def test_precision_counts_the_last_verdict_on_each_article(base: Engine) -> None:
    ids = [seeded.new(base, matches=(seeded.match("exact"),)) for _ in range(5)]
    for number, verdict in zip(ids, ("confirm", "confirm", "reject", "confirm"), strict=False):
        decide(base, "match", number, verdict)
    decide(base, "match", ids[3], "reopen")
    with session(base) as opened:
        row = review.precision(opened, "exact")[0]
    assert {key: row[key] for key in ("judged", "confirmed", "rejected", "precision", "open")} == {
        "judged": 3, "confirmed": 2, "rejected": 1, "precision": 0.667, "open": 2,
    }  # fmt: skip
    assert row["low"] < 0.667 < row["high"]


def test_the_queue_shrinks_with_verdicts_and_does_not_shift(base: Engine) -> None:
    ids = [seeded.new(base, matches=(seeded.match("queued"),)) for _ in range(3)]
    with session(base) as opened:
        every = review.queue(opened, watch="queued")
        assert [one["article"] for one in every] == sorted((i for i in ids for _ in range(3)), reverse=True)
        assert {one["kind"] for one in every} == {"match", "person", "count"}
        first = review.queue(opened, watch="queued", limit=4)
        rest = review.queue(opened, watch="queued", before=first[-1]["article"])
        assert [one["target"] for one in (*first, *rest)] == [one["target"] for one in every]
        review.decide(opened, every[0]["target"], "confirm", "ana", NOW)
        assert len(review.queue(opened, watch="queued")) == len(every) - 1
        assert [one["reviewed_by"] for one in review.queue(opened, watch="queued", state="reviewed")] == ["ana"]


def test_notes_tags_folders_and_assignments(base: Engine) -> None:
    one, other = seeded.new(base), seeded.new(base)
    with session(base) as opened:
        for what, value in (("note", "Ask the family."), ("tag", "urgent"), ("folder", "Case 7"), ("assign", "bo")):
            review.annotate(opened, f"article:{one}", what, value, "ana", NOW)
        review.annotate(opened, target(base, "match", other), "folder", "Case 7", "ana", NOW)
        assert {"folder": "Case 7", "articles": 2} in review.folders(opened)
        beside = review.notes_of(opened, [one])[one]
        assert (beside["tags"], beside["folders"], beside["assigned"]) == (["urgent"], ["Case 7"], "bo")
        assert [(note["text"], note["by"]) for note in beside["notes"]] == [("Ask the family.", "ana")]
        assert {row["article"] for row in review.queue(opened, folder="Case 7")} == {one, other}
        assert {row["article"] for row in review.queue(opened, folder="Case 7", assigned="bo")} == {one}
        review.annotate(opened, f"article:{one}", "folder", "Case 7", "ana", NOW, unset=True)
        assert {"folder": "Case 7", "articles": 1} in review.folders(opened)
        assert not found(base, one, reviewed=True)


def test_dates_and_stories_of_articles_are_judged(base: Engine) -> None:
    first = seeded.article()
    one = seeded.write(base, first).article_id or 0
    plan(base, {"volunteers": VOLUNTEERS}, {}, NOW, PlanConfig(sender="m@example.org", secret=b"s"))
    with session(base) as opened:
        story = opened.get_one(ArticleRow, one).story_id
        review.decide(opened, f"article:{one}", "correct", "ana", NOW, field="published", value="2031-02-01")
        review.decide(opened, f"article:{one}", "reject", "ana", NOW, field="story")
        assert query.article(opened, one)["published"] == "2031-02-01"  # type: ignore[index]
        assert opened.get_one(ArticleRow, one).story_id not in (story, None)
    seeded.write(base, replace(seeded.article(f"More. {BODY}", url=first.url)))
    with session(base) as opened:
        assert query.article(opened, one)["published"] == "2031-02-01"  # type: ignore[index]
        review.decide(opened, f"article:{one}", "reopen", "ana", NOW, field="published")
        review.decide(opened, f"article:{one}", "reopen", "ana", NOW, field="story")
        assert query.article(opened, one)["published"].startswith("2031-03-04T10:00")  # type: ignore[index]
        assert opened.get_one(ArticleRow, one).story_id == story


def test_joined_spellings_stay_joined_in_the_next_revision(base: Engine) -> None:
    first, other = seeded.article(), seeded.new(base)
    one = seeded.write(base, first).article_id or 0
    with session(base) as opened:
        numbers = [int(target(base, "figure", number).partition(":")[2]) for number in (one, other)]
        person = persons.merge(opened, numbers, "ana", NOW).id
    seeded.write(base, replace(seeded.article(f"{BODY} Later.", url=first.url)))
    with session(base) as opened:
        joined = opened.scalars(select(FigureRow).where(FigureRow.article_id == one, FigureRow.revision == 2)).one()
        assert joined.person_id == person
        persons.split(opened, joined.id, "ana", NOW)
    seeded.write(base, replace(seeded.article(f"{BODY} Last.", url=first.url)))
    with session(base) as opened:
        last = opened.scalars(select(FigureRow).where(FigureRow.article_id == one, FigureRow.revision == 3)).one()
        assert last.person_id is None


def test_every_verdict_leaves_a_row_in_the_audit_without_a_name(base: Engine) -> None:
    one = seeded.new(base)
    name = target(base, "figure", one)
    decide(base, "figure", one, "correct", field="name", value="Anping Smylenko")
    with session(base) as opened:
        row = opened.scalars(select(AuditRow).where(AuditRow.target == name)).one()
        assert (row.actor, row.action) == ("ana", "review correct")
        assert "Smylenko" not in str(row.detail)
        past = review.item(opened, name)["history"]
    assert [(entry["field"], entry["value"], entry["words"]) for entry in past] == [("name", "Anping Smylenko", NAME)]
    read_anew(base, one)
    assert [f["name"] for f in figures(base, one)] == ["Anping Smylenko"]


@pytest.mark.parametrize(
    ("words", "verdict", "field", "value", "said"),
    [
        ("figure:999999999", "confirm", "", None, "there is no figure:999999999"),
        ("figur:1", "confirm", "", None, "is no target"),
        ("figure:1\x00", "confirm", "", None, "is no target"),
        ("figure:{figure}", "praise", "", None, "is not one of confirm"),
        ("figure:{figure}", "correct", "", None, "names the field"),
        ("figure:{figure}", "correct", "colour", "red", "has no field"),
        ("figure:{figure}", "correct", "role", "prisoner", "is not one of captive"),
        ("figure:{figure}", "correct", "nationality", "Nepal", "two letters"),
        ("figure:{figure}", "correct", "name", "", "needs a value"),
        ("count:{count}", "correct", "low", "many", "no whole number"),
        ("date:{date}", "correct", "value", "Monday", "is no date"),
        ("article:{article}", "correct", "published", "2031-13-01", "is no day"),
        ("article:{article}", "correct", "published", "2031-03-01T10:00", "needs its zone"),
        ("article:{article}", "correct", "story", "99999999", "there is no story"),
        ("article:{article}", "confirm", "", None, "published and story"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_a_reason(
    base: Engine, words: str, verdict: str, field: str, value: str | None, said: str
) -> None:
    one = seeded.new(base)
    given = {kind: target(base, kind, one).partition(":")[2] for kind in ("figure", "count", "date")}
    with pytest.raises(review.ReviewError, match=said), session(base) as opened:
        review.decide(opened, words.format(article=one, **given), verdict, "ana", NOW, field=field, value=value)
    with session(base) as opened:
        assert not review.history(opened, one)


def test_quote_is_where_the_anchor_says(base: Engine) -> None:
    one = seeded.new(base)
    decide(base, "figure", one, "confirm")
    with session(base) as opened:
        entry = review.history(opened, one)[0]
    assert (entry["revision"], entry["words"]) == (1, NAME)
    assert NAME in QUOTE
