"""The packaged English finder reads as the model it was packed from: words, entities and hashes that spaCy gave."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.analysis.people import english
from pipelines.analysis.people.english import vectors
from pipelines.analysis.people.english.tables import load_tables
from pipelines.analysis.people.english.tokens import Tokeniser, Word

WORDS = [
    ("They can't say it's Roe's.", "They|ca|n't|say|it|'s|Roe|'s|."),
    ("a.m. 10a.m. at 5pm", "a.m.|10|a.m.|at|5|pm"),
    ("U.S.-born (U.S.) men", "U.S.-born|(|U.S.|)|men"),
    ("\"Don't!\" he'd said...", "\"|Do|n't|!|\"|he|'d|said|..."),
    ("well-known, half-Nepali fighter", "well|-|known|,|half|-|Nepali|fighter"),
    ("$1,200/month; 3.5km US$50", "$|1,200|/|month|;|3.5|km|US$|50"),
    ("e-mail press@roe.example now", "e|-|mail|press@roe.example|now"),
    ("see https://roe.example/a?b=1, then", "see|https://roe.example/a?b=1|,|then"),
    ("end.Next word", "end|.|Next|word"),
    ("Mr.Roe and Dr. Doe", "Mr.|Roe|and|Dr.|Doe"),
    ("two  spaces\n\nand lines ", "two| |spaces|\n\n|and|lines"),
    (" leading", " |leading"),
    ("“Quoted” – dashed—tight", "“|Quoted|”|–|dashed|—|tight"),
    ("O'Neil-Doe’s unit", "O'Neil|-|Doe|’s|unit"),
    ("we're y'all gonna cannot", "we|'re|y'|all|gon|na|can|not"),
    ("(he)she/they", "(|he)she|/|they"),
    ("#tag @name :-) ^_^", "#|tag|@name|:-)|^_^"),
    ("T-72B3s and 155mm", "T-72B3s|and|155|mm"),
    ("Kyiv.", "Kyiv|."),
    ("Київ, 北京", "Київ|,|北京"),
    ("1990s '90s 24/7", "1990s|'|90s|24/7"),
    ("...", "..."),
    ("50% 20°C", "50|%|20|°|C"),
    ("A.B. Doe, Jr.", "A.B.|Doe|,|Jr."),
    ("naïve co-operation", "naïve|co|-|operation"),
    ("-no- --yes--", "-no-|--yes--"),
    ("C++ .NET node.js", "C++|.NET|node.js"),
    ("a", "a"),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_words(text: str, words: str) -> None:
    assert "|".join(english.tokenise(text)) == words


ENTITIES: list[tuple[str, list[tuple[str, str]]]] = [
    (
        "President Jane Roe arrived in Paris on Monday with three aides.",
        [("Jane Roe", "PERSON"), ("Paris", "GPE"), ("Monday", "DATE"), ("three", "CARDINAL")],
    ),
    (
        "Kwabena Osei-Mensah, 27, from Kumasi, was captured near Tarasivka in April 2025.",
        [
            ("Kwabena Osei-Mensah", "PERSON"),
            ("27", "DATE"),
            ("Kumasi", "GPE"),
            ("Tarasivka", "GPE"),
            ("April 2025", "DATE"),
        ],
    ),
    (
        "The Ministry of Defence of Nepal said 14 men, among them Bikash Thapa Magar, were missing.",
        [("The Ministry of Defence of Nepal", "ORG"), ("14", "CARDINAL"), ("Bikash Thapa Magar", "ORG")],
    ),
    (
        '"I was deceived," Juan Carlos Roe told Radio Example; his mother, Ana María, wept.',
        [("Juan Carlos Roe", "PERSON"), ("Radio Example", "ORG")],
    ),
    (
        "Mr. O'Donnell-Smith's lawyer, Dr. Li Wenhao, flew from Beijing to Nairobi for $1,200.",
        [("O'Donnell", "PERSON"), ("Li Wenhao", "PERSON"), ("Beijing", "GPE"), ("Nairobi", "GPE"), ("1,200", "MONEY")],
    ),
    (
        "In St. Petersburg, Colonel Arvid Lindqvist of the 3rd Assault Brigade met Greta Sandholm.",
        [
            ("St. Petersburg", "GPE"),
            ("Arvid Lindqvist", "PERSON"),
            ("3rd", "ORDINAL"),
            ("Assault Brigade", "ORG"),
            ("Greta Sandholm", "PERSON"),
        ],
    ),
    ("He lives\nin Accra.\n\nJohn Doe", [("Accra", "GPE"), ("John Doe", "PERSON")]),
    ("no names here at all", []),
    ("Jane", [("Jane", "PERSON")]),
]


@pytest.mark.parametrize(("text", "entities"), ENTITIES)
def test_entities(text: str, entities: list[tuple[str, str]]) -> None:
    assert [(text[a:b], kind) for a, b, kind in english.find_entities(text)] == entities


def test_offsets_cover_the_text_but_single_spaces() -> None:
    text = "  Dr. Roe's\n unit can't\tgo (at 10a.m.).  "
    tokens = Tokeniser(load_tables()).read(text)
    assert all(text[t.start : t.end] == t.word.text for t in tokens)
    left = set(range(len(text))) - {i for t in tokens for i in range(t.start, t.end)}
    assert {text[i] for i in left} == {" "}
    assert all(i - 1 not in left for i in left)


HASHES = [
    ("", 0),
    ("captive", 0xBD37DFBF7BDDA465),
    ("漢字漢字漢字", 0x4EC130A39AFBEF36),
    ("ORG", 383),
    ("Jane Roe, 27", 0xFD89B0827C90018E),
]


@pytest.mark.parametrize(("text", "number"), HASHES)
def test_hashes(text: str, number: int) -> None:
    assert load_tables()["symbols"].get(text, vectors.hash64(text) if text else 0) == number


def test_vectors_depend_on_the_word_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory of words may fill and start anew at any text."""
    words = [Word(text) for text in ["Jane", "Roe", "was", "held", "near", "Tarasivka", "with", "forty", "others"]]
    whole = english._vectors().of(words)
    monkeypatch.setattr(vectors, "_KEPT", 4)
    small = vectors.Vectors(load_tables(), english.load_weights())
    for word, row in zip(words, whole, strict=True):
        assert np.allclose(small.of([word])[0], row, atol=1e-5)
    assert np.allclose(small.of(words), whole, atol=1e-5)
