"""What may change in a text without changing its identity, and what may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.analysis.fingerprint import content_hash, shingles, words

BASE = ("Two men held", "Two men were held near the river.\n\n“We know of 155,” the minister said.")

SAME = [
    ("white space", "Two  men held ", "Two men were held near the river. “We know of 155,” the minister said."),
    (
        "no-break and zero-width",
        "Two\u00a0men held",
        "Two men were held near the ri\u00adver.\u200b “We know of 155,” the minister said.",
    ),
    ("straight quotes", "Two men held", 'Two men were held near the river. "We know of 155," the minister said.'),
    ("letter case", "TWO MEN HELD", "Two men were held near the river. “We know of 155,” the minister said."),
    ("full-width digits", "Two men held", "Two men were held near the river. “We know of １５５,” the minister said."),
]
OTHER = [
    ("a number", "Two men held", "Two men were held near the river. “We know of 163,” the minister said."),
    ("a softened headline", "Two men held?", BASE[1]),
    ("a name left out", "Two men held", "Two men were held. “We know of 155,” the minister said."),
    ("words moved from body to title", "Two men held Two", BASE[1][4:]),
]


@pytest.mark.parametrize(("why", "title", "body"), SAME)
def test_layout_does_not_change_the_hash(why: str, title: str, body: str) -> None:
    assert content_hash(title, body) == content_hash(*BASE), why


@pytest.mark.parametrize(("why", "title", "body"), OTHER)
def test_words_do_change_the_hash(why: str, title: str, body: str) -> None:
    assert content_hash(title, body) != content_hash(*BASE), why


def test_capitals_of_every_language_fold_alike() -> None:
    for text in ("İki yabancı savaşçı", "Дві жінки", "Straße und Fuß", "Éléonore"):
        assert content_hash(None, text) == content_hash(None, text.upper())
    assert content_hash(None, "yabancı istasyon") == content_hash(None, "YABANCI İSTASYON")


def test_no_title_is_an_empty_title() -> None:
    assert content_hash(None, "text") == content_hash("", "text")


@given(st.text(alphabet=st.characters(), max_size=60), st.text(alphabet=st.characters(), max_size=200))
def test_every_text_has_a_hash(title: str, body: str) -> None:
    assert len(content_hash(title, body)) == 64
    shingles(body)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("At least 155 men", ["at", "least", "155", "men"]),
        ("155名中国公民", ["155", "名", "中", "国", "公", "民"]),
        ("युद्धबन्दी बयान", ["युद्धबन्दी", "बयान"]),
        ("أسرى الحرب", ["أسرى", "الحرب"]),
        ("п'ять", ["п", "ять"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected
