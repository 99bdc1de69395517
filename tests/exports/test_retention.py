"""What is too old goes, hashes and evidence stay; a second purge finds nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from monitor import retention, review
from monitor.config import ConfigError
from pipelines.records import Outcome, Reading
from pipelines.store import integrity
from pipelines.store.schema import (
    ArticleRow,
    EvidenceRow,
    FigureRow,
    MatchRow,
    OutboxRow,
    ReportedCountRow,
    RevisionRow,
    RunRow,
)
from pipelines.store.session import session
from tests import seeded
from tests.seeded import NOW

LATER = NOW + timedelta(days=400)
KEPT = retention.Retention(off_topic_days=365, matched_days=100, mail_days=30, run_days=60, watches={"cases": 0})


@pytest.fixture
def engine(tmp_path: Path) -> Any:
    made = seeded.made(seeded.database("sqlite", tmp_path, None))
    yield made
    made.dispose()


def purge(engine: Engine, kept: retention.Retention = KEPT) -> dict[str, int]:
    with session(engine) as opened:
        return {one.what: one.rows for one in retention.purge(opened, kept, "ana", LATER)}


def test_old_texts_go_and_what_proves_them_stays(engine: Engine) -> None:
    off = seeded.new(engine, matches=(), relevant=False, reading=Reading.FAST_TEXT, outcome=Outcome.OFF_TOPIC,
                     figures=(), counts=())  # fmt: skip
    news, case, held = seeded.new(engine), seeded.new(engine, matches=(seeded.match("cases"),)), seeded.new(engine)
    fresh = seeded.new(engine, fetched_at=LATER - timedelta(days=1))
    with session(engine) as opened:
        review.annotate(opened, f"article:{held}", "folder", "Case 7", "ana", NOW)
        match = opened.scalars(select(MatchRow.id).where(MatchRow.article_id == news)).one()
        review.decide(opened, f"match:{match}", "confirm", "ana", NOW)
        opened.add(OutboxRow(dedupe="d", kind="story", recipient="r", message_id="i", sender="s", message=b"words",
                             state="sent", created_at=NOW, next_try_at=NOW))  # fmt: skip
        opened.add(RunRow(kind="run", host="h", pid=1, started_at=NOW, heartbeat_at=NOW, finished_at=NOW))
    assert purge(engine) == {"texts off topic": 1, "matched articles": 1, "mails": 1, "runs": 1}
    with session(engine) as opened:
        bodies = {row.id: bool(row.body) for row in opened.scalars(select(ArticleRow))}
        assert bodies == {off: False, news: False, case: True, held: True, fresh: True}
        gone = opened.get_one(ArticleRow, news)
        assert (gone.title, bool(gone.content_hash), gone.flags) == ("Nepali soldiers captured near the river", True,
                                                                     ["purged"])  # fmt: skip
        assert {row.article_id for row in opened.scalars(select(FigureRow))} == {case, held, fresh}
        counted = opened.scalars(select(ReportedCountRow).where(ReportedCountRow.article_id == news)).one()
        assert (counted.low, counted.quote) == (12, "")
        matched = opened.scalars(select(MatchRow).where(MatchRow.article_id == news)).one()
        assert (matched.watch_id, matched.quote, matched.reason) == ("volunteers", None, "")
        assert len(opened.scalars(select(EvidenceRow)).all()) == 5
        assert not [r for r in opened.scalars(select(RevisionRow)) if r.body and r.article_id in (off, news)]
        assert review.precision(opened, "volunteers")[0]["confirmed"] == 1
        assert opened.scalars(select(OutboxRow)).one().message == b""
    assert integrity.problems(engine) == []
    assert purge(engine) == {"texts off topic": 0, "matched articles": 0, "mails": 0, "runs": 0}


def test_a_purged_page_that_is_read_again_is_not_news(engine: Engine) -> None:
    one = seeded.article()
    number = seeded.write(engine, one).article_id
    purge(engine)
    again = seeded.write(engine, one, LATER)
    assert (again.article_id, again.outcome) == (number, Outcome.UNCHANGED)


def test_nothing_that_matched_goes_by_itself(engine: Engine) -> None:
    seeded.new(engine)
    assert purge(engine, retention.Retention())["matched articles"] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("off_topic = 3", 'unknown key "off_topic"'),
        ("matched_days = -1", "matched_days: days are needed"),
        ("matched_days = true", "matched_days: days are needed"),
        ("[watches]\ncases = 'long'", "watches.cases: days are needed"),
        ("watches = 3", "watches: a table"),
        ("off_topic_days =", "not TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "retention.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        retention.load(tmp_path)


def test_settings_are_read(tmp_path: Path) -> None:
    assert retention.load(tmp_path, 90) == retention.Retention(off_topic_days=90)
    (tmp_path / "retention.toml").write_text("matched_days = 30\n[watches]\ncases = 0\n", encoding="utf-8")
    assert retention.load(tmp_path) == retention.Retention(matched_days=30, watches={"cases": 0})
