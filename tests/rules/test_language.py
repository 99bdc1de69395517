"""The rule language: what each operator means, and where each mistake is pointed at. Add a line to a table."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.analysis.rules import RuleError, check, compile_watches
from pipelines.analysis.tokens import fold
from pipelines.records import Article, Context, RuleText
from tests.effort import bounded
from tests.rules.conftest import LISTS, article, watch

MEANINGS = [
    # query, text, matches
    ("mercenary", "A Mercenary spoke.", True),
    ("mercenary", "Mercenaries spoke.", False),
    ("mercenar*", "Mercenaries spoke.", True),
    ("*полонен*", "Троє військовополонених повернулися.", True),
    ("полонен*", "Троє військовополонених повернулися.", False),
    ('"prisoner* of war"', "Prisoners of war came home.", True),
    ('"prisoner* of war"', "Prisoners of the war came home.", False),
    ("F-16", "Two F‑16 jets flew.", True),
    ("наёмник*", "Наемники уехали.", True),
    ("п'ятеро", "П’ятеро полонених.", True),
    ("мерсі", "Mepci — з латинськими літерами: меpсі.", True),
    ("مرتزقة", "وصل المرتزقة أمس.", True),
    ("مرتزق*", "بمرتزقته وللمرتزقة", True),
    ("أسرى", "عاد الاسري", True),
    ("مقاتلون", "اشترت مقاتلات", False),
    ("战俘", "兩名戰俘獲釋。", True),
    ("戰俘", "两名战俘获释。", True),
    ("战俘", "战后俘获", False),
    ("용병", "용병으로 싸웠다.", True),
    ("용병", "용병술이 뛰어나다.", False),
    ("용병*", "용병술이 뛰어나다.", True),
    ("भर्ती", "सेना में भर्ती हुए।", True),
    ("esir*", "ESİRLER takas edildi.", True),
    ("a OR b OR pow OR d", "One POW.", True),
    ("pow AND kyiv", "One POW in Kyiv.", True),
    ("pow AND kyiv", "One POW in Lviv.", False),
    ("pow AND NOT museum", "One POW in a museum.", False),
    ("pow AND NOT NOT museum", "One POW in a museum.", True),
    ("pow OR kyiv AND lviv", "One POW.", True),
    ("(pow OR kyiv) AND lviv", "One POW.", False),
    ("two NEAR/3 captured", "Two men were captured.", True),
    ("two NEAR/2 captured", "Two men were captured.", False),
    ("captured NEAR/3 two", "Two men were captured.", True),
    ("two NEAR/1 men NEAR/2 captured", "Two men were captured.", True),
    ("captured NEAR/5 captured", "He was captured.", False),
    ("中国 NEAR/4 被俘", "中国公民在前线被俘。", True),
    ("$nat NEAR/3 captured", "Kenyans were captured.", True),
    ("$nat NEAR/3 captured", "A North Korean was captured.", True),
    ("pow AWAY/3 museum", "A POW came home.", True),
    ("pow AWAY/3 museum", "The POW museum.", False),
    ("pow AWAY/3 museum", "The POW museum. Far from it, in a camp, another POW sat.", True),
    ("pow AWAY/3 museum NEAR/4 kyiv", "The POW museum in Kyiv. Another day, far from it, the other POW sat.", False),
    ("战俘 AWAY/3 游戏", "战俘游戏上线。", False),
    ("SENTENCE(pow AWAY/9 museum)", "A museum. A POW.", True),
    ("SENTENCE(kenyan AND captured)", "A Kenyan came. He was captured.", False),
    ("SENTENCE(kenyan AND captured)", "A Kenyan was captured. He spoke.", True),
    ("PARAGRAPH(kenyan AND captured)", "A Kenyan came. He was captured.\nMore.", True),
    ("PARAGRAPH(kenyan AND captured)", "A Kenyan came.\nHe was captured.", False),
    ("SENTENCE(kenyan AND NOT captured)", "A Kenyan came. He was captured.", True),
]
FIELDS = [
    ("title:pow", True),
    ("body:pow", False),
    ("title:(army OR pow)", True),
    ("lead:said", True),
    ("section:world", True),
    ("outlet:some-outlet", True),
    ("outlet:other", False),
    ("tag:war*", True),
    ("country:ua", True),
    ("ownership:state", True),
    ("lang:en AND body:men", True),
    ("lang:uk", False),
    ("NOT lang:uk", True),
    ("title:$war", True),
]
MISTAKES = [
    # query, column, a word of the message
    ("", 1, "empty"),
    ("foreign fighter", 9, "AND, OR"),
    ("(a OR b", 1, "never closed"),
    ("pow) AND x", 4, "without"),
    ('pow AND "foreign', 9, "never closed"),
    ("pow AND", 8, "should stand"),
    ("pow NEAR/0 kyiv", 5, "1 or more"),
    ("pow AWAY/0 kyiv", 5, "1 or more"),
    ("pow AWAY/3 lang:en", 1, "stands in the text"),
    ("pow AND titel:x", 9, "title"),
    ("pow AND $nta", 9, "$nta"),
    ("pow OR ...", 8, "no letter"),
    ("pow OR a*", 8, "too short"),
    ("NOT pow NEAR/3 outlet:x", 1, "stands in the text"),
    ("outlet:(a NEAR/2 b)", 11, "no meaning"),
    ("title:body:x", 7, "never match"),
    ("pow AND lang:qq", 14, "no ISO 639-1 language"),
    ("pow AND NOT lang:ua", 18, "meant is uk"),
    ("pow AND country:(UA OR EN)", 24, "meant is GB"),
    ("pow AND nationality:npp", 21, "near are NP"),
    ("pow NEAR/3 (NOT kyiv)", 5, "NOT beside NEAR"),
    ("(" * 60 + "pow" + ")" * 60, 41, "brackets"),
]
EVIL = [
    "(a+)+$",
    "(\\w+\\s?)+x",
    "a" * 5000 + "*",
    "*" * 200 + "pow",
    '"' + "pow " * 3000 + '"',
    "pow OR " * 2000 + "pow",
]


def full() -> Article:
    """An article with every field filled."""
    return article(
        "Two men came.", "A POW in Ukraine", lead="He said so.", section="World", tags=("warfare",), language="en"
    )


@pytest.mark.parametrize(("query", "text", "matches"), MEANINGS)
def test_meaning(query: str, text: str, matches: bool) -> None:
    book = compile_watches([watch(query)])
    assert bool(book.match(article(text))) is matches
    assert book.on_topic(text) or not matches


@pytest.mark.parametrize(("query", "matches"), FIELDS)
def test_fields(query: str, matches: bool) -> None:
    context = Context(outlet_id="some-outlet", country="UA", ownership="state")
    assert bool(compile_watches([watch(query)]).match(full(), context)) is matches


@pytest.mark.parametrize(("query", "column", "said"), MISTAKES)
def test_mistakes_name_their_character(query: str, column: int, said: str) -> None:
    with pytest.raises(RuleError) as caught:
        check(RuleText("r", query), dict(LISTS))
    assert (caught.value.column, said in caught.value.message) == (column, True), caught.value.message


def test_a_mistake_names_watch_and_rule() -> None:
    with pytest.raises(RuleError, match=r"w: rule r0: .*titel.*nearest is title"):
        compile_watches([watch("titel:x")])


@pytest.mark.parametrize("query", EVIL)
def test_no_rule_is_slow(query: str) -> None:
    text = "a" * 3000 + " pow " * 500

    def work() -> None:
        with suppress(RuleError):
            compile_watches([watch(query)]).match(article(text))

    bounded(work, 2)


@given(st.text(max_size=60))
def test_any_query_parses_or_says_where_it_fails(query: str) -> None:
    column = 1
    try:
        check(RuleText("r", query), dict(LISTS))
    except RuleError as error:
        column = error.column
    assert 1 <= column <= len(query) + 1


WORDS = st.sampled_from(
    ["найманці", "mercenaries", "戰俘", "أسرى", "लडाकु", "L'armée", "POWs", "Ёлка", "F-16", "п’ять", "esir", "İzmir"]
)


@given(WORDS, st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=6))
def test_a_word_taken_from_a_text_finds_it_in_any_spelling(word: str, before: list[str], after: list[str]) -> None:
    text = " ".join([*before, word, *after])
    book = compile_watches([watch(f'"{word}"')])
    assert book.match(article(text))
    assert book.match(article(fold(text)))
