"""The caseload: what a table may hold, what becomes of its persons, and whole runs from the table to the mail."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor import config
from monitor.alerts.planner import plan
from monitor.alerts.sending import plan_config
from monitor.caseload import CaseloadError, keep, keep_telling, load, person_watches, read_csv
from monitor.wiring import open_workshop
from pipelines.analysis.analyst import Analyst
from pipelines.analysis.names import Caseload, person_matches
from pipelines.records import Article, Context, Figure, FigureMention, Page, RuleText, Watch, WatchedPerson, When
from pipelines.store.schema import OutboxRow
from pipelines.store.session import session
from tests.crawl.conftest import Workspace, article, new_database, site, workspace
from tests.crawl.site import Site
from tests.test_cycle import Inbox, mail, run, settle

__all__ = ["article", "mail", "new_database", "site", "workspace"]

HEAD = "reference,name,aliases,birth,nationality\n"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
IVAN = WatchedPerson("TR-17", ("Іван Сміленко", "Ivan Smilenko"), 1990, "UA")
WRONG = {
    "two rows": (HEAD + "A1,Ivan Smilenko,,,\nA1,Petro Zhuk,,,\n", ':3: reference: "A1" stands twice'),
    "no name": ("reference,aliases\nA1,x\n", ":1: the column name is missing"),
    "column": ("reference,name,sex\nA1,Ivan Smilenko,m\n", '"sex" is not one of'),
    "cells": (HEAD + "A1,Smilenko, Ivan,,,,\n", "cells are needed"),
    "few cells": (HEAD + "A1,Ivan Smilenko\n", "cells are needed"),
    "blank in reference": (HEAD + "A 1,Ivan Smilenko,,,\n", ":2: reference: 1 to 64"),
    "name in reference": (HEAD + "smilenko-1,Ivan Smilenko,,,\n", "holds a part of the name"),
    "alias in reference": (HEAD + "case-zhuk,Ivan Smilenko,Petro Zhuk,,\n", "holds a part of the name"),
    "letter": (HEAD + "A1,X,,,\n", "two letters"),
    "birth": (HEAD + "A1,Ivan Smilenko,,May 1990,\n", ":2: birth:"),
    "nationality": (HEAD + "A1,Ivan Smilenko,,,Ukraine\n", ":2: nationality:"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_table_is_told_with_its_place_and_not_taken(tmp_path: Path, case: str) -> None:
    text, fault = WRONG[case]
    (tmp_path / "people.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CaseloadError, match=re.escape(fault)):
        read_csv(tmp_path / "people.csv")


def test_every_faulty_row_is_told_at_once(tmp_path: Path) -> None:
    rows = "A1,X,,,\n,,,,,,\nA2,Ivan Smilenko,,May,\n,,,,,,x\nA3,Petro Zhuk,,,\nA3,Petro Zhuk,,,\n"
    (tmp_path / "people.csv").write_text(HEAD + rows, encoding="utf-8")
    with pytest.raises(CaseloadError) as error:
        read_csv(tmp_path / "people.csv")
    assert [fault.split(":")[1] for fault in error.value.faults] == ["2", "4", "5", "7"]


def test_a_table_of_faults_is_not_told_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(HEAD + "A1,X,,,\n" * 500, encoding="utf-8")
    with pytest.raises(CaseloadError) as error:
        read_csv(tmp_path / "people.csv")
    assert len(error.value.faults) == 21
    assert "after line 21 were not looked at" in error.value.faults[-1]


def test_more_than_ten_thousand_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"{number},Ivan Smilenko,,,\n" for number in range(10_001))
    (tmp_path / "people.csv").write_text(HEAD + rows, encoding="utf-8")
    with pytest.raises(CaseloadError, match="more than 10,000"):
        read_csv(tmp_path / "people.csv")


def test_a_table_of_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes((HEAD + "A1,Іван Сміленко,,,\n").encode("cp1251"))
    with pytest.raises(CaseloadError, match="not UTF-8"):
        read_csv(tmp_path / "people.csv")


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_what_is_kept_is_what_was_read(tmp_path: Path, delimiter: str) -> None:
    rows = [["reference", "name", "aliases", "birth", "nationality"], ["TR-17", "Іван Сміленко", '"Ivan Smilenko"', "1990-05-17", "ua"]]  # fmt: skip
    (tmp_path / "people.csv").write_text("\ufeff" + "\n".join(delimiter.join(row) for row in rows), encoding="utf-8")
    people = read_csv(tmp_path / "people.csv")
    assert people == (IVAN,)
    path = keep(tmp_path, people)
    assert load(tmp_path) == people
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_person_is_a_watch_that_speaks_by_its_reference(tmp_path: Path) -> None:
    keep(tmp_path, [IVAN])
    keep_telling(tmp_path, ["desk@example.org"], "immediate", "local")
    (watch,) = person_watches(tmp_path).values()
    assert (watch.id, watch.name, watch.rate, watch.person) == ("person:TR-17", "TR-17", "immediate", IVAN)
    assert [(one.address, one.links) for one in watch.recipients] == [("desk@example.org", "local")]
    assert not watch.names_cleared


@pytest.mark.parametrize("text", ["rate = 'often'", "at = '25:00'", "what = 1", "[[recipients]]\nrate = 'daily'", "="])
def test_a_wrong_telling_is_told(tmp_path: Path, text: str) -> None:
    keep(tmp_path, [IVAN])
    (tmp_path / "caseload.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseloadError, match=r"caseload\.toml"):
        person_watches(tmp_path)


def article_of(body: str, figure: Figure | None = None) -> Article:
    url = "https://news.example/a"
    figures = (figure,) if figure else ()
    return Article("o", url, NOW, url, url, body=body, language="en", figures=figures, published=When(NOW))


SAID = "Ivan Smilenko was seen."
MENTION = (FigureMention(0, 13, "Ivan Smilenko", "body"),)


@pytest.mark.parametrize(
    ("body", "figure", "grade", "level", "why"),
    [
        (SAID, None, "likely", "alert", "forms of one name"),
        (SAID, Figure("Ivan Smilenko", age=35, mentions=MENTION), "likely", "alert", "forms of one name"),
        (SAID, Figure("Ivan Smilenko", age=61, mentions=MENTION), "namesake", "possible", "age 61"),
        (SAID, Figure("Ivan Smilenko", nationality="MD", mentions=MENTION), "namesake", "possible", "nationality MD"),
        ("I. Smilenko was seen.", None, "possible", "possible", "an initial"),
    ],
)
def test_the_grade_and_its_reason(body: str, figure: Figure | None, grade: str, level: str, why: str) -> None:
    (match,) = person_matches(article_of(body, figure), Caseload([IVAN]))
    assert (match.watch, match.rule, match.level) == ("person:TR-17", grade, level)
    assert why in match.reason
    assert "milenko" not in match.reason


def test_the_analyst_reads_a_page_closely_for_a_watched_person_alone() -> None:
    text = "Погода була ясна. У списку згадано Івана Сміленка, повідомили в селі."
    page = Page("", "https://news.example/b", NOW, text=text * 3, title="Новини дня", language="uk")
    rule = Watch("guns", "guns", (RuleText("r", '"hired gun*"'),))
    assert not Analyst([rule]).analyse(page, Context()).relevant
    found = Analyst([rule, Watch("person:TR-17", "TR-17", (), person=IVAN)]).analyse(page, Context())
    assert [match.watch for match in found.matches] == ["person:TR-17"]


# ── whole runs ──

TABLE = HEAD + "TR-17,Іван Сміленко,,1990,UA\nTR-18,Zhang Renbo,,,CN\nTR-19,Олександр Вербицький,,,\n"
PAGES = {
    "/uk": ("Новини громади", "Матір Івана Сміленка востаннє розмовляла з сином узимку, розповіли сусіди."),
    "/ru": ("Новости дня", "О судьбе Александра Вербицкого родственники узнали только весной, сообщил совет."),
    "/en": ("News of the day", "The family of Ivan Smilenko has asked the council for help in finding him."),
    "/zh": ("当地新闻", "据当地居民介绍，张仁波去年冬天离开家乡，此后家人一直没有收到他的任何消息。" * 3),
    "/none": ("Weather", "The rain in the north goes on, and the rivers are rising, the office said today."),
}
NAMES = re.compile(r"smilenk|сміленк|zhang|renbo|仁波|verbytsk|verbitsk|вербицьк|вербицк|張仁|张仁", re.IGNORECASE)


def pages(site: Site) -> str:
    for path, (title, text) in PAGES.items():
        site.page(path, title, text, text.replace(".", ", once more."), text)
    return site.feed("/rss", *((title, f"http://{site.address}{path}") for path, (title, _) in PAGES.items()))


def take(workspace: Workspace, *words: str) -> str:
    path = workspace.folder / "table.csv"
    path.write_text(TABLE, encoding="utf-8")
    done = workspace.run("watches", "import-people", str(path), "--to", "desk@example.org", *words)
    assert done.returncode == 0, done.stderr
    assert not NAMES.search(done.stdout + done.stderr)
    return done.stdout


def test_from_the_table_to_the_mail_under_the_reference(
    workspace: Workspace, site: Site, mail: tuple[Inbox, int], article: Callable[..., str]
) -> None:
    inbox, port = mail
    workspace.outlet("local", ("rss", pages(site)))
    settle(workspace, site, port)
    take(workspace, "--rate", "immediate")
    done = run(workspace, "-v")
    assert done.returncode == 0, done.stderr
    assert not NAMES.search(done.stdout + done.stderr)
    found = {(row["reference"], row["grade"]) for row in workspace.rows("people", "matches")}
    assert {("TR-17", "likely"), ("TR-18", "possible"), ("TR-19", "likely")} <= found
    whole = "\n".join(_text(raw) for raw in inbox.mails)
    assert {"case-TR-17", "case-TR-19"} <= set(re.findall(r"case-TR-\d+", whole))
    assert not NAMES.search(whole)
    assert any("case-TR-17" in str(message_from_bytes(raw)["Subject"]) for raw in inbox.mails)


@pytest.mark.long
def test_the_archive_is_searched_at_once_and_told_as_older_finds(workspace: Workspace, site: Site) -> None:
    workspace.outlet("local", ("rss", pages(site)))
    settle(workspace, site)
    assert run(workspace).returncode == 0
    assert workspace.rows("people", "matches") == []
    printed = take(workspace)
    assert {"TR-17", "TR-18", "TR-19"} <= set(re.findall(r"TR-\d+", printed))
    rows = workspace.rows("people", "matches")
    assert all(row["historical"] for row in rows)
    assert {row["reference"] for row in workspace.rows("people", "matches", "TR-17")} == {"TR-17"}
    shop = open_workshop(config.load(workspace.folder, {}))
    for days in (1, 3):  # taken up on one day, told at the hour of the digest
        plan(shop.engine, shop.watches, shop.outlets, datetime.now(UTC) + timedelta(days=days), plan_config(shop))
    with session(shop.engine) as opened:
        mails = [_text(raw) for raw in opened.scalars(select(OutboxRow.message))]
    assert mails
    assert "case-TR-17" in "\n".join(mails)
    assert not NAMES.search("\n".join(mails))
    before = len(rows)
    take(workspace)
    assert len(workspace.rows("people", "matches")) == before


def _text(raw: bytes) -> str:
    message = message_from_bytes(raw, policy=policy.default)
    parts = [str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{key}: {value}" for key, value in message.items()), *parts])
