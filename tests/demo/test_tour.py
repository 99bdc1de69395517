"""What the demo prints, and the letter box it reads its mails from, over real SMTP."""

from __future__ import annotations

import io
import os
import smtplib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.demo.facts import TourCount, TourFacts, TourMail, TourMatch, TourPage, TourPerson
from monitor.demo.sink import Sink, SinkError
from monitor.demo.tour import SHOWN, print_tour

REPOSITORY = Path(__file__).resolve().parents[2]
URL = "http://127.0.0.1:1/a/1"

FACTS = TourFacts(
    base_url="http://127.0.0.1:1",
    workspace="/tmp/demo",
    seconds=7.31,
    outlets=2,
    languages=("en", "zh"),
    pages=(
        TourPage("herald", "Two [captives] speak", URL, "en", "stored"),
        TourPage("chenbao", "歼击机亮相", "http://127.0.0.1:1/b/1", "zh", "off_topic"),
        TourPage("herald", "", "http://127.0.0.1:1/a/2", "", "robots_denied"),
    ),
    matches=(
        TourMatch(
            "herald",
            "Two [captives] speak",
            URL,
            "en",
            "prisoners-of-war",
            "pow",
            4.0,
            "“captured”",
            "He was\ncaptured",
        ),
        TourMatch("herald", "Two [captives] speak", URL, "en", "foreign-fighters", "nat", 3.5, "CN near army"),
    ),
    persons=(TourPerson("周安平", "chenbao", "captive", "captured", "CN"), TourPerson("Qiu Wenhao", "herald")),
    counts=(
        TourCount(140, None, "at_least", "herald", "At least 140 Chinese nationals", "CN", "fighting", "a president"),
        TourCount(2, 4, "exact", "herald", "two to four"),
        TourCount(None, None, "exact", "herald", "dozens"),
    ),
    mails=(TourMail("m@example.org", ("you@example.org",), "1 new report", "Person A was captured."),),
    notes=("port 8000 is taken",),
    next_steps=("monitor run",),
)


def told(facts: TourFacts = FACTS, width: int = 300) -> str:
    stream = io.StringIO()
    assert print_tour(facts, stream, width=width)
    return stream.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        "2 invented newspapers in 2 languages (en, zh)",
        "3 pages in 7.3 s",
        "Note: port 8000 is taken",
        "robots_denied: http://127.0.0.1:1/a/2",
        "Two [captives] speak",
        "prisoners-of-war / pow, score 4: “captured”",
        "> He was captured",
        "foreign-fighters / nat, score 3.5: CN near army",
        "歼击机亮相 (chenbao)",
        "周安平",
        "at least 140",
        "2-4",
        "The mail (1 sent)",
        "Subject: 1 new report",
        "Person A was captured.",
        "monitor run",
    ],
)
def test_the_tour_tells(words: str) -> None:
    assert words in told()


def test_the_tour_without_anything_says_so() -> None:
    empty = TourFacts("http://x", "/w", 0.1, 0, (), ())
    assert "Nothing matched." in told(empty)
    assert "No mail was sent." in told(empty)


def test_a_match_under_its_canonical_address_is_not_left_alone() -> None:
    pages = (
        TourPage("herald", "Two [captives] speak", URL + "?utm_source=rss", "en", "stored"),
        TourPage("herald", "Oaks", "http://127.0.0.1:1/a/3", "en", "off_topic"),
        TourPage("herald", "A copy", "http://127.0.0.1:1/a/4", "en", "duplicate"),
    )
    text = told(replace(FACTS, pages=pages, workspace=""))
    quiet = text.split("What was left alone")[1].split("Persons")[0]
    assert quiet.split("──")[-1].strip() == "Oaks (herald)"
    assert "Everything lies in" not in text


def test_a_long_list_is_cut_and_the_cut_is_said() -> None:
    persons = tuple(TourPerson(f"Person {number:03}", "herald") for number in range(SHOWN + 5))
    text = told(TourFacts("http://x", "/w", 0.1, 1, ("en",), (), persons=persons))
    assert f"Person {SHOWN - 1:03}" in text
    assert f"Person {SHOWN:03}" not in text
    assert "and 5 more persons" in text


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1", "koi8-r", "utf-8"])
def test_a_terminal_without_the_letters_gets_their_numbers(encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    assert print_tour(FACTS, stream, width=100)
    text = raw.getvalue().decode(encoding)
    assert ("周安平" if encoding == "utf-8" else r"\u5468\u5b89\u5e73") in text


@pytest.mark.parametrize("width", [20, 40, 200])
def test_any_width_will_do(width: int) -> None:
    assert all(len(line) <= width for line in told(width=width).splitlines())


PRINTING = "from tests.demo.test_tour import FACTS; from monitor.demo.tour import print_tour; import sys, dataclasses;"
PRINTING += "sys.exit(0 if print_tour(dataclasses.replace(FACTS, persons=FACTS.persons * 4)) else 9)"


def printing(reader: int | None) -> subprocess.Popen[bytes]:
    """The tour in a process of its own, in the plainest of environments."""
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    }
    return subprocess.Popen(
        [sys.executable, "-c", PRINTING], stdout=reader, stderr=subprocess.PIPE, env=environment, cwd=REPOSITORY
    )


def test_a_plain_environment_prints_everything() -> None:
    text, complaints = printing(subprocess.PIPE).communicate(timeout=60)
    assert complaints == b""
    assert rb"\u5468\u5b89\u5e73" in text


def test_a_reader_that_leaves_early_hears_no_complaint() -> None:
    reading_end, writing_end = os.pipe()
    os.close(reading_end)
    process = printing(writing_end)
    os.close(writing_end)
    _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (9, b"")


# ── the letter box ──────────────────────────────────────────────────────────

LETTER = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: =?utf-8?b?0J7QsdC80ZbQvQ==?=\r\n\r\nHello\r\n"


def send(sink: Sink) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as client:
        client.sendmail("a@example.org", ["b@example.org", "c@example.org"], LETTER)


def test_the_letter_box_keeps_what_it_is_given(tmp_path: Path) -> None:
    with Sink(tmp_path / "mails") as sink:
        send(sink)
        send(sink)
    first, second = sink.mails
    assert first.recipients == ("b@example.org", "c@example.org")
    assert first.message["Subject"] == "Обмін"
    assert second.path == tmp_path / "mails" / "0002.eml"
    assert second.path.read_bytes() == second.content == LETTER


def test_a_taken_port_is_replaced_and_a_box_opens_again() -> None:
    with Sink() as sink, Sink(port=sink.port) as other:
        assert other.port != sink.port
        send(other)
        assert len(other.mails) == 1
        assert sink.mails == ()
    with other:
        send(other)
    assert len(other.mails) == 2
    other.stop()
    with pytest.raises(SinkError):
        _ = other.port


def test_a_mail_that_cannot_be_kept_is_refused_for_now(tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    with Sink(folder) as sink:
        folder.rmdir()
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            send(sink)
    assert refusal.value.smtp_code == 452
    assert sink.mails == ()
