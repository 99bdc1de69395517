"""How common a word is: lists by frequency, parts of words."""

from __future__ import annotations

import pytest

from pipelines.analysis.people.common import commonness, is_rare, korean_commonness
from pipelines.analysis.people.korean_edges import korean_edges


@pytest.mark.parametrize(
    ("word", "sign"),
    [
        ("है", "0"),
        ("قال", "0"),
        ("أقال", "n"),
        ("नेपालको", "p1"),
        ("यूसुफ़ज़ईबख़्त", "n"),
        ("Roe", "n"),
        ("the", "0"),
        ("Кравець", ""),
        ("", ""),
    ],
)
def test_sign(word: str, sign: str) -> None:
    assert commonness(word) == sign


def test_spellings_are_one_word() -> None:
    assert commonness("काज़ी") == commonness("काजी")
    assert commonness("पाण्डेय") == commonness("पांडेय")
    assert commonness("إيران") == commonness("ايران")


def test_rare() -> None:
    assert is_rare("कोवालेंको")
    assert not is_rare("सरकार")


def test_korean_words_are_read_without_their_particles() -> None:
    assert korean_commonness("병원에서")[0].endswith("2")
    assert korean_commonness("병원에서")[1] == "2"
    assert korean_commonness("딜노자")[0] == "n"
    assert korean_commonness("(12)") == ("-", "-")


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        ("루카스 올리베이라는 갔다.", "루카스 올리베", "루카스 올리베이라"),
        ("예레반에서는 조용했다.", "예레", "예레반"),
        ("조카 아브너 레비는 왔다.", "조카 아브너 레비", "아브너 레비"),
        ("김철수 과장은 왔다.", "김철수 과장", "김철수"),
        ("카렌민족해방군의 장교.", "카렌민", None),
        ("국민의힘 의원.", "국민의", None),
    ],
)
def test_korean_edges(text: str, name: str, wanted: str | None) -> None:
    edges = korean_edges(text, text.index(name), text.index(name) + len(name), 0.6)
    assert (edges and text[slice(*edges)]) == wanted
