"""Watches by command: files in the workspace that a person can read and change, and that are never spoilt."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from monitor.watch_store import dump, find, tables
from monitor.watches import load_watches
from tests.calling import call

MINE = """\
# what our desk follows
id = "desk"
name = "Desk"
languages = ["en"]
rate = "daily"  # the morning

[[rules]]
id = "a"
query = "mercenar*"  # keep me
score = 3

[[recipients]]
address = "one@example.org"

[lists]
words = ["x", "y"]
"""


def test_five_minutes_to_the_first_alert(tmp_path: Path) -> None:
    assert call(tmp_path, "init", "--contact", "me@example.org").code == 0
    done = call(tmp_path, "watches", "add", "foreign-fighters", "--to", "you@example.org", "--rate", "daily")
    assert done.code == 0, done.err
    assert "told to you@example.org (daily)" in done.out
    watch = load_watches(tmp_path)["foreign-fighters"]
    assert [(one.address, one.rate) for one in watch.recipients] == [("you@example.org", "daily")]
    assert watch.rules == load_watches()["foreign-fighters"].rules
    path = tmp_path / "watchlists" / "foreign-fighters.toml"
    assert path.stat().st_mode & 0o077 == 0
    before = path.read_bytes()
    again = call(tmp_path, "watches", "add", "foreign-fighters", "--to", "you@example.org", "--rate", "daily")
    assert (again.code, path.read_bytes()) == (0, before)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("add", "foreign-fihters", "--to", "a@example.org"), 2, 'did you mean "foreign-fighters"'),
        (("add", "foreign-fighters"), 2, "--to ADDRESS"),
        (("add", "foreign-fighters", "--to", "nobody"), 2, "no mail address"),
        (("add", "foreign-fighters", "--to", "ftp://hooks.example.org/"), 2, "no web address"),
        (("add", "foreign-fighters", "--to", "https://me:pass@hooks.example.org/"), 2, "no web address"),
        (("add", "foreign-fighters", "--to", "a@b.example", "--at", "25:00"), 2, "write it as 07:00"),
        (("add", "foreign-fighters", "--to", "a@b.example\r\nBcc: c@d.example"), 2, "no mail address"),
        (("add", "foreign-fighters", "--to", "a@example.org", "--rate", "hurly"), 2, "hourly"),
        (("add", "mine", "--rule", '"hired gun', "--lang", "en"), 2, "never closed (character 1)"),
        (("add", "mine", "--rule", "$mrec", "--lang", "en"), 2, "the nearest is $merc"),
        (("add", "My Watch", "--rule", "x1"), 2, "small letters"),
        (("add", "foreign-fighters", "--rule", "x1"), 2, "already"),
        (("edit", "foreign-fighters", "--remove", "a@example.org"), 2, "gets nothing"),
        (("edit", "foreign-fighters"), 2, "nothing to change"),
        (("show", "nothing"), 2, "there is no watch"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(
    tmp_path: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    done = call(tmp_path, "watches", *words)
    assert (done.code, says in done.err) == (code, True), done.err
    assert not list((tmp_path / "watchlists").glob("*")) if (tmp_path / "watchlists").exists() else True


def test_a_new_watch_with_rules(tmp_path: Path) -> None:
    words = ("--rule", '"hired gun*" AND $conflict', "--rule", "title:mercenar*", "--lang", "en", "--title", "Guns")
    assert call(tmp_path, "watches", "add", "guns", *words, "--to", "a@example.org").code == 0
    watch = load_watches(tmp_path)["guns"]
    assert [rule.id for rule in watch.rules] == ["rule-1.en", "rule-2.en"]
    assert (watch.name, watch.recipients[0].address) == ("Guns", "a@example.org")


def test_a_file_written_by_hand_keeps_its_comments(tmp_path: Path) -> None:
    (tmp_path / "watchlists").mkdir()
    path = tmp_path / "watchlists" / "desk.toml"
    path.write_text(MINE, encoding="utf-8")
    for words in (
        ("edit", "desk", "--rate", "weekly", "--at", "18:30"),
        ("add", "desk", "--to", "two@example.org", "--rate", "immediate", "--links", "none"),
        ("pause", "desk"),
    ):
        assert call(tmp_path, "watches", *words).code == 0
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# what our desk follows\n")
    assert 'rate = "weekly"  # the morning' in text
    assert "# keep me" in text
    watch = load_watches(tmp_path)["desk"]
    assert (watch.enabled, watch.at, watch.rate) == (False, "18:30", "weekly")
    told = [(one.address, one.rate, one.links) for one in watch.recipients]
    assert told == [("one@example.org", "weekly", "original"), ("two@example.org", "immediate", "none")]
    assert tomllib.loads(text)["lists"] == {"words": ["x", "y"]}
    assert call(tmp_path, "watches", "edit", "desk", "--remove", "one@example.org").code == 0
    assert call(tmp_path, "watches", "pause", "desk", "--resume").code == 0
    watch = load_watches(tmp_path)["desk"]
    assert [one.address for one in watch.recipients] == ["two@example.org"]
    assert watch.enabled


def test_a_file_that_cannot_be_changed_line_by_line_is_refused(tmp_path: Path) -> None:
    (tmp_path / "watchlists").mkdir()
    path = tmp_path / "watchlists" / "desk.toml"
    text = MINE.replace('[[recipients]]\naddress = "one@example.org"\n', "").replace(
        'rate = "daily"  # the morning', 'rate = "daily"\nrecipients = [{ address = "one@example.org" }]'
    )
    path.write_text(text, encoding="utf-8")
    done = call(tmp_path, "watches", "add", "desk", "--to", "two@example.org")
    assert (done.code, "by hand" in done.err) == (2, True)
    assert path.read_text(encoding="utf-8") == text


def test_an_exported_watch_stands_alone(tmp_path: Path) -> None:
    call(tmp_path, "watches", "add", "mistreatment", "--to", "a@example.org")
    done = call(tmp_path, "watches", "export", "mistreatment")
    other = tmp_path / "other" / "watchlists"
    other.mkdir(parents=True)
    (other / "mistreatment.toml").write_text(done.out, encoding="utf-8")
    ours, theirs = load_watches(tmp_path)["mistreatment"], load_watches(tmp_path / "other")["mistreatment"]
    assert (theirs.rules, theirs.recipients, theirs.lists) == (ours.rules, ours.recipients, ours.lists)


def test_every_shipped_watch_survives_writing_and_reading() -> None:
    for path, table in tables(None).values():
        assert tomllib.loads(dump(table)) == table, path


def test_a_pack_that_is_switched_off_is_on_when_asked_for(tmp_path: Path) -> None:
    off = [one.id for one in load_watches().values() if not one.enabled]
    if not off:
        pytest.skip("every shipped watch is switched on")
    assert call(tmp_path, "watches", "add", off[0], "--to", "a@example.org").code == 0
    assert find(off[0], tmp_path).watch.enabled
