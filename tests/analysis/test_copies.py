"""What is a copy, what an excerpt, and what only quotes the same words."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.analysis.copies import MIN_SHINGLES, compare, rare_needed, signature

_RNG = random.Random(7)
_WORDS = ["".join(_RNG.choice("aeioubcdfghklmnprst") for _ in range(_RNG.randint(3, 9))) for _ in range(900)]


def prose(seed: int, sentences: int = 20) -> list[str]:
    """Return invented sentences of twelve words."""
    rng = random.Random(seed)
    return [" ".join(rng.choices(_WORDS, k=12)).capitalize() + "." for _ in range(sentences)]


TEXT = prose(1)
OTHER = prose(2)
BODY = " ".join(TEXT)
QUOTE = " ".join(prose(3, 6))
HAN = "".join(chr(0x4E00 + random.Random(5).randrange(3000) + i) for i in range(300))


def _noisy(share: float) -> str:
    rng = random.Random(11)
    return " ".join(rng.choice(_WORDS) if rng.random() < share else word for word in BODY.split())


KINDS = [
    ("the text itself", BODY, "copy"),
    ("a dateline and a notice", f"KYIV, 5 April. {BODY} Subscribe to our channel for more news of the day.", "copy"),
    ("another headline, other quotes, capitals", f"{OTHER[0]} {BODY.upper()}", "copy"),
    ("words changed", _noisy(0.08), "copy"),
    ("every fourth sentence left out", " ".join(s for i, s in enumerate(TEXT) if i % 4), "copy"),
    ("a local paragraph put in", " ".join([*TEXT[:9], *OTHER[:3], *TEXT[9:]]), "copy"),
    ("paragraphs in another order", " ".join([*TEXT[10:], *TEXT[:10]]), "copy"),
    ("cut to six tenths", " ".join(TEXT[:12]), "copy"),
    ("cut to a third", " ".join(TEXT[:7]), "excerpt_of"),
    ("twice as long", " ".join([*TEXT, *OTHER, *prose(9)]), "contains"),
    ("another text", " ".join(OTHER), "none"),
    ("half of it is another text", " ".join([*TEXT[:10], *OTHER[:10]]), "none"),
    ("a brief of too few words", " ".join(TEXT[:2]), "none"),
]


@pytest.mark.parametrize(("why", "body", "kind"), KINDS)
def test_what_a_changed_text_is_to_the_original(why: str, body: str, kind: str) -> None:
    changed, original = signature(body), signature(BODY)
    assert compare(changed, original).kind == kind, why
    mirrored = {"excerpt_of": "contains", "contains": "excerpt_of"}.get(kind, kind)
    assert compare(original, changed).kind == mirrored, why


@pytest.mark.parametrize(("why", "body", "kind"), KINDS)
def test_related_texts_are_candidates(why: str, body: str, kind: str) -> None:
    a, b = signature(body), signature(BODY)
    if kind != "none":
        rare = len(set(a.rare) & set(b.rare))
        assert set(a.bands) & set(b.bands) or rare >= min(rare_needed(a), rare_needed(b)), why


@pytest.mark.parametrize("marks", ["“{}”", "«{}»", "„{}“", '"{}"', "「{}」"])
def test_a_quote_in_common_joins_nothing(marks: str) -> None:
    quote = marks.format(QUOTE)
    one, other = (" ".join([*prose(seed, 3), quote, *prose(seed + 1, 1)]) for seed in (20, 30))
    assert compare(signature(one), signature(other)).kind == "none"
    long = " ".join([*prose(40, 15), quote, *prose(50, 10)])
    assert compare(signature(one), signature(long)).kind == "none"


def test_the_same_words_without_quotation_marks_would_join() -> None:
    one, long = " ".join([*prose(20, 1), QUOTE]), " ".join([*prose(40, 15), QUOTE])
    assert compare(signature(one), signature(long)).kind == "excerpt_of"


def test_a_copy_that_lost_its_quotation_marks_is_a_copy() -> None:
    text = [*prose(20, 6), f"“{QUOTE}” he said.", *prose(21, 4)]
    assert (
        compare(signature(" ".join(text)), signature(" ".join(text).translate({0x201C: None, 0x201D: None}))).kind
        == "copy"
    )


def test_chinese_characters_are_words() -> None:
    assert compare(signature(HAN), signature("（本报讯）" + HAN[20:])).kind == "copy"
    assert compare(signature(HAN[:90]), signature(HAN)).kind == "excerpt_of"


def test_a_short_text_has_no_relation_and_nothing_to_look_up() -> None:
    short = signature("Two men were held near the river, the ministry said.")
    assert short.size < MIN_SHINGLES
    assert (short.bands, short.rare) == ((), ())
    assert compare(short, short).kind == "none"


def test_bands_are_fixed_for_good() -> None:
    # Stored bands are compared with new ones for years: a change here needs every stored signature made anew.
    sig = signature(" ".join(f"word{i}" for i in range(60)))
    assert (len(sig.bands), sig.size) == (32, 58)
    assert sig.bands[:2] == (5793506157985141182, -5905444322465223161)


def test_database_columns_hold_the_numbers() -> None:
    sig = signature(BODY)
    assert all(-(2**63) <= value < 2**63 for value in (*sig.bands, *sig.rare))
    assert len(sig.shingles) == 8 * sig.size


@settings(max_examples=30)
@given(st.permutations(range(20)))
def test_the_order_of_sentences_hardly_matters(order: list[int]) -> None:
    assert compare(signature(" ".join(TEXT[i] for i in order)), signature(BODY)).kind == "copy"


@given(st.text(alphabet=st.characters(), max_size=200), st.text(max_size=200))
def test_any_two_texts_can_be_compared(a: str, b: str) -> None:
    one, other = signature(a), signature(b)
    there, back = compare(one, other), compare(other, one)
    assert (there.jaccard, there.containment) == (back.jaccard, back.containment)
