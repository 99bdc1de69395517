"""Every mail parses back whole, whatever stands in its title."""

from __future__ import annotations

from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.addresses import usable
from monitor.alerts import message, render
from monitor.alerts.model import ArticleView, Envelope, StoryView
from tests.alerts.conftest import NOW, html_of, parse, text_of

ENVELOPE = Envelope(
    recipient="reader@example.net",
    sender="Monitor <monitor@example.org>",
    bounce="bounce@example.org",
    subject="One story",
    message_id="<alert.0123456789abcdef0123456789abcdef@example.org>",
    date=NOW,
    list_id="<alerts.x.example.org>",
    references=tuple(f"<alert.{n:032d}@example.org>" for n in range(10)),
    unsubscribe=("https://monitor.example.org/stop/x", "mailto:bounce@example.org?subject=unsubscribe%20x"),
    one_click=True,
)
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Precedence",
    "Content-Type",
    "MIME-Version",
}
HOSTILE = [
    "Bcc: victim@example.com\r\nBcc: victim@example.com",
    "a\u2028Bcc: x@example.com\u2029\x85\x0b\x0c",
    "\u202egnp.exe\u2066 \u200b\ufeff",
    "<script>alert(1)</script><img src=http://example.com/x.png>",
    "俘虏" * 1500,
    "أسرى " * 900,
    "\ud800 unpaired",
    "{{ 7*7 }} {% raw %} \x00 \x1b[31m",
    "=?utf-8?q?Bcc=3A_x?=\n .\n",
    "",
]


def view(text, **more):
    article = ArticleView(
        1, text, text, text, "ar", "2031-03-04", why=(text,), sentences=(((text, True), (text, False)),)
    )
    return StoryView(1, text, (text, text), (text,), (article,), (text,), (text,), 3, ("ar", "zh"), **more)


def made(text):
    shown = view(text)
    envelope = replace(ENVELOPE, subject=render.story_subject(shown))
    return message.build(envelope, *render.story(shown, (text,)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_are_harmless(text):
    check(made(text))


HOSTILE = st.text(alphabet=st.characters(), max_size=400)


@settings(max_examples=100, deadline=None)
@given(HOSTILE)
def test_no_text_makes_a_header(text):
    check(made(text))


@pytest.mark.long
@settings(max_examples=500, deadline=None)
@given(HOSTILE)
def test_none_of_five_hundred_texts_makes_a_header(text):
    check(made(text))


def check(content):
    mail = parse(content)
    assert set(mail.keys()) == HEADERS
    assert len(mail.keys()) == len(HEADERS)
    assert not mail.defects
    assert mail["To"] == "reader@example.net"
    head = content.split(b"\r\n\r\n", 1)[0]
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert head.isascii()
    assert not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in mail["Subject"])
    assert len(mail["Subject"]) <= message.SUBJECT_LIMIT
    html, text = html_of(mail), text_of(mail)
    assert "<script" not in html
    assert "<img" not in html
    assert "src=" not in html.replace("src=http://example.com", "")
    assert "url(" not in html.casefold() or "<style" in html
    assert "Reports" in text
    assert "Reports" in html


def test_all_headers_are_right():
    mail = parse(made("A title"))
    assert mail["Message-ID"] == ENVELOPE.message_id
    assert mail["In-Reply-To"] == ENVELOPE.references[-1]
    assert mail["References"].split() == list(ENVELOPE.references)
    assert mail["List-Id"] == "<alerts.x.example.org>"
    assert mail["List-Unsubscribe"] == ", ".join(f"<{link}>" for link in ENVELOPE.unsubscribe)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(mail["Date"]) == NOW
    assert mail.get_content_type() == "multipart/alternative"


def test_the_same_input_gives_the_same_bytes():
    assert made("A title") == made("A title")


def test_the_message_id_is_a_function_of_recipient_story_and_number():
    ids = {message.message_id(r, s, n, "example.org") for r in "ab" for s in "cd" for n in "12"}
    assert len(ids) == 8
    assert message.message_id("a", "c", "1", "example.org") in ids


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("reader@example.net", "reader@example.net"),
        ("reader@bücher.example", "reader@xn--bcher-kva.example"),
        ("чит@example.net", None),
        ("a b@example.net", None),
        ("a@b\r\nBcc: c@d", None),
        ("no address", None),
        ("", None),
    ],
)
def test_addresses(address, expected):
    assert usable(address) == expected


def test_both_parts_tell_the_same():
    mail = parse(made("Zwölf Gefangene, 俘虏, أسير"))
    assert text_of(mail).count("Zwölf Gefangene, 俘虏, أسير") >= 5
    assert html_of(mail).count("Zwölf Gefangene, 俘虏, أسير") >= 5


def test_a_right_to_left_title_says_its_direction():
    html = html_of(parse(made("أسير")))
    assert 'lang="ar" dir="rtl"' in html
    assert "prefers-color-scheme: dark" in html
    assert 'name="viewport"' in html
