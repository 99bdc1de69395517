"""Matches: scores, vetoes, levels, languages, spans, reasons; and the gate that never refuses a match."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.analysis.rules import compile_watches, explain
from pipelines.records import Evidence, Figure, Watch
from tests.rules.conftest import article, watch

KINDS = ("taken", "army", "nation", "prison")
SCORES = [
    # rules, scores, title, text, level, score
    (("pow",), (3.0,), None, "A POW.", "alert", 3),
    (("pow",), (2.0,), None, "A POW.", "possible", 2),
    (("pow",), (1.0,), None, "A POW.", None, None),
    (("pow",), (2.0,), "A POW", "He spoke.", "alert", 4),
    (("pow", "kyiv"), (2.0, 1.0), None, "A POW in Kyiv.", "alert", 3),
    (("pow", "game"), (3.0, -1.0), None, "A POW game.", "possible", 2),
    (("pow", "game"), (3.0, -1.0), "Game", "A POW game.", None, None),
    (("pow", "game"), (5.0, -4.0), None, "A POW game.", "alert", 3),  # a strong rule is lowered, never silenced
    (
        ("pow", "kyiv", "game"),
        (3.0, 3.0, -2.5),
        None,
        "A POW game in Kyiv.",
        "possible",
        2.5,
    ),  # two above alert is most
    (("game",), (-3.0,), None, "A game.", None, None),
    (("pow AND $war",), (2.0,), "Ukraine", "A POW.", "possible", 2),  # surroundings in the title do not double
]


@pytest.mark.parametrize(("queries", "scores", "title", "text", "level", "score"), SCORES)
def test_scores(
    queries: tuple[str, ...],
    scores: tuple[float, ...],
    title: str | None,
    text: str,
    level: str | None,
    score: float | None,
) -> None:
    found = compile_watches([watch(*queries, scores=scores)]).match(article(text, title))
    assert (found[0].level if found else None, found[0].score if found else None) == (level, score)


def test_a_match_shows_where_and_why() -> None:
    text = "He came. Two Chinese men were captured near Ukraine’s border."
    (match,) = compile_watches([watch("SENTENCE($nat NEAR/6 captured) AND $war")]).match(article(text, "News"))
    assert [text[span.start : span.end] for span in match.spans] == ["Chinese", "captured", "Ukraine"]
    assert {span.field for span in match.spans} == {"body"}
    assert match.quote == "Two Chinese men were captured near Ukraine’s border."
    assert "“Chinese” ($nat)" in match.reason
    assert match.parts == (("r0", 3.0),)


def test_rules_of_another_language_stay_silent() -> None:
    book = compile_watches([watch("pow", languages=("uk",))])
    assert not book.match(article("POW", language="en"))
    assert book.match(article("POW", language="uk"))
    assert book.match(article("POW", language=None))  # an unknown language gets every rule
    assert book.match(article("POW", language="it"))  # so does one that no rule is written for


def test_persons_are_fields() -> None:
    someone = article("He spoke.", figures=(Figure("Lee Sung-min", nationality="KP"),))
    assert compile_watches([watch("nationality:KP AND figure:lee")]).match(someone)
    assert not compile_watches([watch("nationality:CN")]).match(someone)


def test_persons_are_awaited_only_where_a_rule_asks_for_them() -> None:
    asking = compile_watches([watch("figure:lee AND pow")])
    assert asking.may_match(article("A POW spoke."))
    plain = compile_watches([watch("pow NEAR/2 kenyan")])
    assert plain.on_topic("POW here. Nothing of the kind is said of any Kenyan.")
    assert not plain.may_match(article("POW here. Nothing of the kind is said of any Kenyan."))


def test_a_rule_that_needs_no_word_forces_close_reading() -> None:
    assert compile_watches([watch("outlet:x")]).on_topic("")
    assert compile_watches([watch("NOT pow")]).on_topic("")
    assert not compile_watches([watch("pow AND outlet:x")]).on_topic("nothing")


LEAF = st.sampled_from(
    ["pow", "капітан*", "战俘", '"two men"', "title:pow", "lead:men", "lang:en", "$nat", "*wom*", "body:$war", "용병"]
)
TEXT = st.lists(
    st.sampled_from(["POW", "two", "men", "women", "капітани", "兩名戰俘", "Kenyans", "Ukraine", ".", "\n", "a"]),
    max_size=12,
).map(" ".join)


def _join(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    placed = parts.filter(lambda part: "NOT" not in part and "lang" not in part)
    return st.one_of(
        st.builds("({} AND {})".format, parts, parts),
        st.builds("({} OR {})".format, parts, parts),
        st.builds("(NOT {})".format, parts),
        st.builds("({} NEAR/3 {})".format, placed, placed),
        st.builds("({} AWAY/2 {})".format, placed, placed),
        placed.map("SENTENCE({})".format),
    )


@settings(max_examples=300, deadline=None)
@given(st.recursive(LEAF, _join, max_leaves=6), TEXT, TEXT, TEXT)
def test_the_gate_never_refuses_what_a_rule_matches(query: str, title: str, lead: str, body: str) -> None:
    book = compile_watches([watch(query, "two", scores=(1.5, -1.0))])
    one = article(body, title, lead=lead, language="en")
    if book.match(one):
        assert book.on_topic("\n".join((title, lead, body)))
        assert book.may_match(one)


LISTS_OF_FOUR = tuple(
    (f"{kind}_{language}", (f"{kind}{language}",))
    for kind, language in (("taken", "en"), ("army", "de"), ("nation", "fr"), ("prison", "pl"))
)
FOUR = Watch(
    "four",
    "Four",
    (),
    lists=LISTS_OF_FOUR,
    evidence=Evidence(tuple((kind, (kind,)) for kind in KINDS), tuple((kind, 1.0) for kind in KINDS), start=0.0),
)


@pytest.mark.parametrize(
    ("language", "text", "matches"),
    [
        (None, "takenen armyde nationfr prisonpl", True),  # nobody knows the language: words of all speak for it
        ("is", "takenen armyde nationfr prisonpl", True),  # a language without lists
        ("en", "takenen armyde nationfr prisonpl", False),
        ("pl", "takenen armyde nationfr", False),
        (None, "takenen", False),
    ],
)
def test_the_gate_lets_through_what_evidence_finds_in_a_language_without_lists(
    language: str | None, text: str, matches: bool
) -> None:
    book = compile_watches([FOUR])
    assert bool(book.match(article(text, language=language))) is matches
    assert book.on_topic(text, language) is matches


MISSING = [
    ("kenyan AND captured", "A Kenyan came.", ("captured not found",)),
    (
        "kenyan NEAR/2 captured",
        "A Kenyan man was later captured.",
        ("kenyan and captured are more than 2 words apart",),
    ),
    ("kenyan AWAY/3 came", "A Kenyan came.", ("came stands within 3 words of each kenyan",)),
    ("SENTENCE(kenyan AND came)", "A Kenyan. He came.", ("not in one sentence: (kenyan and came)",)),
    ("kenyan AND NOT came", "A Kenyan came.", ("came stands in the text, and must not",)),
    ("title:pow", "A POW.", ("title:pow not found",)),
]


@pytest.mark.parametrize(("query", "text", "said"), MISSING)
def test_explain_says_what_is_missing(query: str, text: str, said: tuple[str, ...]) -> None:
    (rule,) = explain(article(text), watch(query)).rules
    assert (rule.fired, rule.missing) == (False, said)


def test_explain_says_what_was_found() -> None:
    told = explain(article("A Kenyan was captured.", language="en"), watch("$nat NEAR/4 captured", "titanic"))
    assert (told.score, told.level) == (3, "alert")
    assert [(word.span.text, word.origin) for word in told.rules[0].words] == [("Kenyan", "$nat"), ("captured", None)]
    assert told.rules[1].missing == ("titanic not found",)
