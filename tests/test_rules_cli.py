"""Rules tried before they are used: examples, explanations, estimates; the same matching as in a crawl."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.wiring import utc_now
from pipelines.records import Article, Outcome, Reading, When
from pipelines.store.migrations import upgrade
from pipelines.store.search import Keys
from pipelines.store.session import make_engine, session
from pipelines.store.writer import write_article
from tests.calling import call

WATCH = """\
id = "guns"
name = "Guns"
languages = ["en"]
[[rules]]
id = "gun"
query = '"hired gun*" AND Ukrain*'
[[rules]]
id = "film"
query = "film*"
score = -2
[examples.en]
match = ["Hired guns from abroad die in Ukraine."]
no_match = ["A hired gun in Paris.", "A film about a hired gun in Ukraine."]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "guns.toml"
    path.write_text(WATCH, encoding="utf-8")
    return path


def stored(workspace: Path, *texts: tuple[str, str, int], reading: Reading = Reading.FAST_TEXT) -> None:
    """Articles `(title, body, days ago)` in the workspace's database."""
    engine = make_engine(f"sqlite:///{workspace / 'monitor.db'}")
    upgrade(engine)
    now = utc_now()
    with session(engine) as opened:
        for number, (title, body, days) in enumerate(texts):
            when = now - timedelta(days=days)
            url = f"https://news.example/{number}"
            article = Article(
                "some-outlet", url, when, url, url, title=title, body=body, language="en", content_hash=url,
                published=When(when), reading=reading, outcome=Outcome.OFF_TOPIC,
            )  # fmt: skip
            write_article(opened, article, Keys(), (), when)
    engine.dispose()


def test_examples_that_hold(tmp_path: Path, file: Path) -> None:
    done = call(tmp_path, "rules", "test", str(file))
    assert (done.code, done.out.strip()) == (0, "3 of 3 sentences as wanted")


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        ('match = ["Hired guns', 'match = ["Mercenaries', "missed"),
        ("A hired gun in Paris", "Hired gun, Ukraine", "false match"),
    ],
)
def test_an_example_that_fails_ends_with_1(tmp_path: Path, file: Path, old: str, new: str, result: str) -> None:
    file.write_text(WATCH.replace(old, new), encoding="utf-8")
    done = call(tmp_path, "rules", "test", str(file))
    assert (done.code, result in done.out) == (1, True), done.out


def test_a_file_without_examples_was_not_tested(tmp_path: Path, file: Path) -> None:
    file.write_text(WATCH.split("[examples.en]", maxsplit=1)[0], encoding="utf-8")
    done = call(tmp_path, "rules", "test", str(file))
    assert (done.code, "nothing was tested" in done.err) == (1, True)


def test_a_shipped_watch_by_its_name(tmp_path: Path) -> None:
    assert call(tmp_path, "rules", "test", "prisoner-exchange").code == 0


def test_why_a_text_matches_and_what_was_missing(tmp_path: Path, file: Path) -> None:
    (tmp_path / "watchlists").mkdir()
    file.rename(tmp_path / "watchlists" / "guns.toml")
    text = "Hired guns died in Ukraine on Monday."
    done = call(tmp_path, "rules", "explain", "--text", text, "--lang", "en", "--watch", "guns")
    assert "guns: alert, score 3" in done.out
    assert "“Hired guns” (body 0–10)" in done.out
    assert "film.en: film* not found" in done.out
    done = call(tmp_path, "rules", "explain", "--text", "A hired gun.", "--lang", "en", "--watch", "guns", "--json")
    row = json.loads(done.out)
    assert (row["level"], row["rules"][0]["missing"]) == (None, ["Ukrain* not found"])
    assert call(tmp_path, "rules", "explain").code == 2
    assert "did you mean" in call(tmp_path, "rules", "explain", "--text", "x", "--watch", "gun").err


def test_why_a_stored_article_matches(tmp_path: Path, file: Path) -> None:
    (tmp_path / "watchlists").mkdir()
    file.rename(tmp_path / "watchlists" / "guns.toml")
    stored(tmp_path, ("Hired guns in Ukraine", "They came in spring.", 1))
    done = call(tmp_path, "rules", "explain", "1", "--watch", "guns")
    assert "“Hired guns” (title 0–10)" in done.out
    assert "there is no article 7" in call(tmp_path, "rules", "explain", "7").err


def test_an_estimate_counts_alerts_of_the_period_alone(tmp_path: Path, file: Path) -> None:
    stored(
        tmp_path,
        ("Hired guns in Ukraine", "They came in spring.", 1),
        ("Other", "Hired guns seen in Ukraine.", 2),
        ("Film", "A film: hired guns in Ukraine.", 3),
        ("Weather", "Rain.", 4),
        ("Old", "Hired guns in Ukraine.", 40),
    )
    done = call(tmp_path, "rules", "estimate", str(file), "--rate", "immediate", "--json")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [(row["article"], row["level"]) for row in rows] == [(1, "alert"), (2, "alert")]
    assert "would have sent 2 alerts (2 stories)" in done.err
    assert "4 articles were tried" in done.err
    assert "0 alerts" in call(tmp_path, "rules", "estimate", "prisoner-exchange").out


def test_making_a_watch_tells_what_it_will_bring(tmp_path: Path) -> None:
    stored(tmp_path, ("Hired guns in Ukraine", "They came.", 1))
    done = call(
        tmp_path, "watches", "add", "guns", "--rule", '"hired gun*"', "--to", "a@example.org", "--rate", "weekly"
    )
    assert "would have sent 1 alert (1 stories)" in done.out or "would have sent 1 alert (1 story)" in done.out
    assert "at the rate weekly" in done.out


def test_mails_a_day_follow_the_rate() -> None:
    from monitor.rehearse import Estimate, Sighting

    day = datetime(2026, 3, 2, tzinfo=UTC).date()
    seen = tuple(
        Sighting(n, day + timedelta(days=n // 4), "o", "en", "alert", 3, "t", "r", False, f"story {n // 2}")
        for n in range(40)
    )
    found = Estimate("w", 10, 100, 0, False, seen)
    rates = ("immediate", "hourly", "daily", "weekly", "off")
    assert [round(found.mails_a_day(rate), 2) for rate in rates] == [2.0, 2.0, 1.0, 0.14, 0.0]
