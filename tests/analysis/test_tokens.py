"""The analyser: folding keeps lengths, keys meet across spellings, offsets stay exact, sentences end where they end."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.analysis.tokens import fold, index_keys, query_keys, sentences, tokenise

SAME = [
    ("НАЁМНИК", "наемник"),
    ("Ґрати", "грати"),
    ("П’ЯТЬ", "п'ять"),
    ("прикордонниʼк", "прикордонни'к"),
    ("İSTANBUL", "istanbul"),
    ("Brésiliens", "BRESILIENS"),
    ("أسرى الحرب", "اسري الحرب"),
    ("戰俘營與僱傭兵", "战俘营与雇佣兵"),
    ("२५ और ٣", "25 और 3"),
    ("ＰＯＷ", "pow"),
    ("cолдaт", "солдат"),  # Latin c and a
    ("НAЁМНИК", "наемник"),  # Latin A
    ("Kyivа", "kyiva"),  # Cyrillic а
]
KEYS = [
    ("l'armée", ["l", "armee"]),
    ("prisoner’s", ["prisoner", "s"]),
    ("зв’язок", ["звязок"]),
    ("IT-армія", ["it", "армія"]),
    ("युद्धबन्दी ज़रूर", ["युद्धबन्दी", "जरूर"]),
    ("والمرتزقة للأسرى", ["مرتزقه", "اسري"]),
    ("مُقَاتِل", ["مقاتل"]),
    ("الله", ["الله"]),
    ("용병이 북한군", ["용병이", "북한군"]),
    ("2名戰俘", ["2", "名", "战", "俘"]),
    ("13,387", ["13", "387"]),
    ("", []),
]
SENTENCES = [
    ("Gen. Doe spoke. They left.", ["Gen. Doe spoke.", "They left."]),
    ("It was 3.5 km. J. Roe saw it.", ["It was 3.5 km.", "J. Roe saw it."]),
    ("Близько 18 тис. осіб. Вони вдома.", ["Близько 18 тис. осіб.", "Вони вдома."]),
    ("Родился в 1990 г. в Туле. Воевал.", ["Родился в 1990 г. в Туле.", "Воевал."]),
    ("他们被俘。“为什么？”他问。", ["他们被俘。", "“为什么？”", "他问。"]),
    ("वे बंदी हैं। वे घर लौटे।", ["वे बंदी हैं।", "वे घर लौटे।"]),
    ("هل أسروا؟ نعم.", ["هل أسروا؟", "نعم."]),
    ("A headline\nA line.", ["A headline", "A line."]),
    ("«Так!» — сказав він.", ["«Так!»", "— сказав він."]),
]
FINDS = [
    ("他们成了戰俘，后来获释", "战俘", True),
    ("他们成了戰俘，后来获释", "俘战", False),
    ("नेपाली युवा", "नेपाली", True),
    ("नेपाल युवा", "नेपाली", False),
    ("Потрапив у полон П’ятий", "пʼятий", True),
    ("المرتزقة الأجانب", "مرتزقة", True),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_fold_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_folding_keeps_length_and_offsets(text: str) -> None:
    assert len(fold(text)) == len(text)
    tokens = tokenise(text)
    assert list(tokens.starts) == sorted(tokens.starts)
    assert all(a < b <= c for a, b, c in zip(tokens.starts, tokens.ends, (*tokens.starts, len(text))[1:], strict=True))


@given(st.text(alphabet="aceоксAЁёї'’戰نःक़İß "))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(("text", "keys"), KEYS)
def test_keys(text: str, keys: list[str]) -> None:
    tokens = tokenise(text)
    assert list(tokens.keys) == keys
    assert "".join(text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)) == "".join(
        c for c in text if c not in " -" and not (c in "'’," and len(keys) > 1)
    )


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[a:b] for a, b in sentences(text)] == expected


@pytest.mark.parametrize(("text", "query", "found"), FINDS)
def test_a_full_text_index_finds_what_was_meant(text: str, query: str, found: bool) -> None:
    with sqlite3.connect(":memory:") as base:
        base.execute("create virtual table doc using fts5(body, tokenize='unicode61 remove_diacritics 0')")
        base.execute("insert into doc values (?)", (index_keys(text, "xx"),))
        phrase = '"' + " ".join(query_keys(query)) + '"'
        assert bool(base.execute("select 1 from doc where doc match ?", (phrase,)).fetchall()) is found
    base.close()
