"""Dates in thirteen languages, what is no date, and stamps of pages and feeds. Every mended bug adds a line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.analysis.times import find_dates, parse_when
from pipelines.analysis.times_calendars import bikram, persian
from pipelines.records import Context
from tests.effort import bounded

ANCHOR = date(2025, 4, 9)  # a Wednesday
SAID = [
    [*line.split("\t"), ""][:3]
    for line in Path(__file__).with_name("test_times_said.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]

# language, text, (words, value, precision) in reading order
DATES = [
    ("en", "He spoke on 5 April.", [("5 April", "2025-04-05", "day")]),
    ("en", "Sept. 5, 2024 and 5 Feb.", [("Sept. 5, 2024", "2024-09-05", "day"), ("5 Feb.", "2025-02-05", "day")]),
    ("zh", "记者\n 4月5日电", [("4月5日", "2025-04-05", "day")]),
    ("de", "am 1. Juni, am 1. August", [("1. Juni", "2025-06-01", "day"), ("1. August", "2024-08-01", "day")]),
    ("en", "On 5 April he spoke.", [("5 April", "2025-04-05", "day")]),
    ("en", "between 3 and 5 March 2025", [("3 and 5 March 2025", "2025-03-03/2025-03-05", "range")]),
    ("en", "from March 3 to 7", [("March 3 to 7", "2025-03-03/2025-03-07", "range")]),
    ("en", "between 12 and 15 people, from 3 to 7 camps", []),
    ("de", "zwischen dem 3. und dem 5. März 2025", [("3. und dem 5. März 2025", "2025-03-03/2025-03-05", "range")]),
    ("fr", "entre le 3 et le 5 mars 2025", [("3 et le 5 mars 2025", "2025-03-03/2025-03-05", "range")]),
    ("es", "entre el 3 y el 5 de marzo", [("3 y el 5 de marzo", "2025-03-03/2025-03-05", "range")]),
    ("pt", "entre 3 e 5 de março", [("3 e 5 de março", "2025-03-03/2025-03-05", "range")]),
    ("uk", "між 3 та 5 березня 2025 року", [("3 та 5 березня 2025 року", "2025-03-03/2025-03-05", "range")]),
    ("ru", "между 3 марта и 5 апреля", [("3 марта и 5 апреля", "2025-03-03/2025-04-05", "range")]),
    ("ru", "неделю назад", [("неделю назад", "2025-03-31/2025-04-06", "relative")]),
    ("ko", "3월 3~5일 포로", [("3월 3~5일", "2025-03-03/2025-03-05", "range")]),
    ("en", "Held since February 2025.", [("February 2025", "2025-02", "month")]),
    ("en", "Wednesday, 9 April 2025, 20:31.", [("9 April 2025", "2025-04-09", "day")]),
    (
        "en",
        "May 5, 2024, and again on the 3rd of June 2024",
        [("May 5, 2024", "2024-05-05", "day"), ("3rd of June 2024", "2024-06-03", "day")],
    ),
    ("en", "from 3 to 5 April", [("3 to 5 April", "2025-04-03/2025-04-05", "range")]),
    ("en", "between March 3-5, 2025", [("March 3-5, 2025", "2025-03-03/2025-03-05", "range")]),
    (
        "en",
        "last week, yesterday",
        [("last week", "2025-03-31/2025-04-06", "relative"), ("yesterday", "2025-04-08", "relative")],
    ),
    (
        "en",
        "on Tuesday; on Wednesday",
        [("Tuesday", "2025-04-08", "relative"), ("Wednesday", "2025-04-09", "relative")],
    ),
    ("en", "two days ago", [("two days ago", "2025-04-07", "relative")]),
    ("en", "in 2022 and mid-2023", [("2022", "2022", "year"), ("2023", "2023", "year")]),
    ("en", "the war of 2014–2018", [("2014–2018", "2014/2018", "range")]),
    ("en", "in May", [("May", "2024-05", "month")]),
    ("en", "2025-04-05 and 04/25/2025", [("2025-04-05", "2025-04-05", "day"), ("04/25/2025", "2025-04-25", "day")]),
    ("uk", "у березні 2025 року", [("березні 2025 року", "2025-03", "month")]),
    ("uk", "10.04.2025", [("10.04.2025", "2025-04-10", "day")]),
    ("uk", "5 квітня, у 2022 році", [("5 квітня", "2025-04-05", "day"), ("2022 році", "2022", "year")]),
    (
        "uk",
        "минулого тижня, у вівторок",
        [("минулого тижня", "2025-03-31/2025-04-06", "relative"), ("вівторок", "2025-04-08", "relative")],
    ),
    ("uk", "чотири роки тому", [("чотири роки тому", "2021", "relative")]),
    ("ru", "7 сентября, в марте", [("7 сентября", "2024-09-07", "day"), ("марте", "2025-03", "month")]),
    ("ru", "с 3 по 5 апреля 2025 года", [("3 по 5 апреля 2025 года", "2025-04-03/2025-04-05", "range")]),
    ("ru", "в прошлом году", [("в прошлом году", "2024", "relative")]),
    ("zh", "8日表示", [("8日", "2025-04-08", "day")]),
    ("zh", "28日被俘", [("28日", "2025-03-28", "day")]),
    ("zh-Hant", "去年12月20日，2024年8月", [("去年12月20日", "2024-12-20", "day"), ("2024年8月", "2024-08", "month")]),
    ("zh", "4月5日至8日", [("4月5日至8日", "2025-04-05/2025-04-08", "range")]),
    (
        "zh",
        "二〇二五年四月五日，上周五，上周",
        [
            ("二〇二五年四月五日", "2025-04-05", "day"),
            ("上周五", "2025-04-04", "relative"),
            ("上周", "2025-03-31/2025-04-06", "relative"),
        ],
    ),
    ("fr", "le 1er mars, mardi 19 mars", [("1er mars", "2025-03-01", "day"), ("19 mars", "2025-03-19", "day")]),
    (
        "fr",
        "en juin 2022, la semaine dernière",
        [("juin 2022", "2022-06", "month"), ("la semaine dernière", "2025-03-31/2025-04-06", "relative")],
    ),
    (
        "es",
        "el 5 de abril de 2025, en enero",
        [("5 de abril de 2025", "2025-04-05", "day"), ("enero", "2025-01", "month")],
    ),
    ("es", "del 3 al 5 de abril", [("3 al 5 de abril", "2025-04-03/2025-04-05", "range")]),
    (
        "pt",
        "1º de agosto de 2024, ontem",
        [("1º de agosto de 2024", "2024-08-01", "day"), ("ontem", "2025-04-08", "relative")],
    ),
    (
        "de",
        "am 5. April 2024, seit 2022, am Montag",
        [("5. April 2024", "2024-04-05", "day"), ("2022", "2022", "year"), ("Montag", "2025-04-07", "relative")],
    ),
    ("de", "im Oktober 2024", [("Oktober 2024", "2024-10", "month")]),
    ("ar", "الخميس 5 نيسان/أبريل ٢٠٢٥", [("5 نيسان/أبريل ٢٠٢٥", "2025-04-05", "day")]),
    ("ar", "منذ عام 2022، أمس", [("2022", "2022", "year"), ("أمس", "2025-04-08", "relative")]),
    ("ar", "في ٥ أبريل", [("٥ أبريل", "2025-04-05", "day")]),
    (
        "ko",
        "2025년 4월 5일, 지난달, 지난 5일",
        [("2025년 4월 5일", "2025-04-05", "day"), ("지난달", "2025-03", "relative"), ("지난 5일", "2025-04-05", "day")],
    ),
    ("hi", "5 अप्रैल 2025, मंगलवार को", [("5 अप्रैल 2025", "2025-04-05", "day"), ("मंगलवार", "2025-04-08", "relative")]),
    ("ne", "२०८१ चैत २२ गते", [("२०८१ चैत २२ गते", "2025-04-04", "day")]),
    ("ne", "भदौ १७, २०८१/१२/२२", [("भदौ १७", "2024-09-02", "day"), ("२०८१/१२/२२", "2025-04-04", "day")]),
    ("ne", "२२ गते", [("२२ गते", "2025-04-04", "day")]),
    (
        "tr",
        "2 Ekim 2024, 2022'de, Salı günü, geçen hafta",
        [
            ("2 Ekim 2024", "2024-10-02", "day"),
            ("2022'de", "2022", "year"),
            ("Salı günü", "2025-04-08", "relative"),
            ("geçen hafta", "2025-03-31/2025-04-06", "relative"),
        ],
    ),
    ("fa", "۱۶ فروردین ۱۴۰۴", [("۱۶ فروردین ۱۴۰۴", "2025-04-05", "day")]),
    ("fa", "۱۴۰۴/۰۱/۱۶", [("۱۴۰۴/۰۱/۱۶", "2025-04-05", "day")]),
    ("xx", "2025-04-05", [("2025-04-05", "2025-04-05", "day")]),
]

NONE = [
    ("en", "They may go, we may not; 42 % of them."),
    ("en", "The 81st brigade and the 157th Separate Mechanised Brigade."),
    ("en", "sentenced to 15 years in prison, 155 days, aged 26"),
    ("en", "march 3 abreast and march on; an august body"),
    ("en", "2025 soldiers; 1,155 May fighters; version 2.5.2025.1"),
    ("en", "on Tuesdays and in 1956 %"),
    ("en", "192.168.10.20, 10.04 per cent, 12/13"),
    ("uk", "81-ша бригада, 15 років в'язниці, 42 %, лютий ворог"),
    ("ru", "15 лет лишения свободы, 42 %, майор"),
    ("zh", "15日内，42%，155名中国公民，81旅，3个月"),
    ("ko", "3일간, 155명, 42%"),
    ("de", "15 Jahre Haft, die 81. Brigade, 42 %"),
    ("de", "eine Fläche von 2000 Hektar"),
    ("es", "más de 2000 soldados"),
    ("fr", "15 ans de prison, mais 42 %"),
    ("ar", "155 مقاتلا و 42%"),
    ("ne", "१५ वर्ष कैद, ४२ प्रतिशत"),
    ("tr", "15 yıl hapis, 42 kişi, mart"),
    ("en", "31.02.2025, 2025-02-30"),
    ("en", ""),
]


@pytest.mark.parametrize("language", sorted({row[0] for row in SAID}))
def test_what_is_said(language: str) -> None:
    wrong = [
        (text, values, found)
        for code, text, values in SAID
        if code == language and (found := " ".join(m.value for m in find_dates(text, code, ANCHOR))) != values
    ]
    assert not wrong


@pytest.mark.parametrize(("language", "text", "expected"), DATES)
def test_dates(language: str, text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(m.text, m.value, m.precision) for m in find_dates(text, language, ANCHOR)] == expected


@pytest.mark.parametrize(("language", "text"), NONE)
def test_what_is_no_date(language: str, text: str) -> None:
    assert find_dates(text, language, ANCHOR) == ()


def test_without_an_anchor_a_day_has_no_year_and_relative_words_are_left_out() -> None:
    found = find_dates("On 5 April, last week, in March, since May 2024.", "en", None)
    assert [m.value for m in found] == ["--04-05", "2024-05"]


def test_the_anchor_is_a_day_where_the_outlet_is() -> None:
    late = datetime(2025, 4, 8, 22, 30, tzinfo=UTC)
    assert find_dates("today", "en", late, "Europe/Kyiv")[0].value == "2025-04-09"
    assert find_dates("today", "en", late, "no such zone")[0].value == "2025-04-08"


@given(
    st.text(max_size=120),
    st.sampled_from(["en", "uk", "ru", "zh", "fr", "es", "pt", "de", "ar", "ko", "ne", "hi", "tr", "fa", ""]),
)
def test_spans_are_ordered_and_hold_their_text(text: str, language: str) -> None:
    found = find_dates(text, language, ANCHOR)
    assert all(text[m.start : m.end] == m.text for m in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(st.text(alphabet="0123456789./- aprilmay年月日,5गते20साल", max_size=60))
def test_odd_numbers_never_raise(text: str) -> None:
    for language in ("en", "zh", "ne", "fa"):
        find_dates(text, language, ANCHOR)
        find_dates(text, language, date(1, 1, 1))
        find_dates(text, language, date(9999, 12, 31))


@pytest.mark.parametrize(
    ("triple", "expected"),
    [
        ((2081, 12, 22), date(2025, 4, 4)),
        ((2000, 1, 1), date(1943, 4, 14)),
        ((2082, 1, 1), date(2025, 4, 14)),
        ((2082, 2, 33), None),
    ],
)
def test_bikram_sambat(triple: tuple[int, int, int], expected: date | None) -> None:
    assert bikram(*triple) == expected


@pytest.mark.parametrize(
    ("triple", "expected"),
    [
        ((1404, 1, 1), date(2025, 3, 21)),
        ((1403, 12, 30), date(2025, 3, 20)),
        ((1357, 11, 22), date(1979, 2, 11)),
        ((1400, 7, 1), date(2021, 9, 23)),
        ((1404, 13, 1), None),
    ],
)
def test_persian(triple: tuple[int, int, int], expected: date | None) -> None:
    assert persian(*triple) == expected


KYIV = Context(languages=("uk",), timezone="Europe/Kyiv", timezone_assumed=False)
STAMPS = [
    ("2025-04-09T20:31:00+03:00", "2025-04-09T20:31:00+03:00", "page"),
    ("2025-04-09T17:31:00.123Z", "2025-04-09T17:31:00+00:00", "page"),
    ("20250409T173100Z", "2025-04-09T17:31:00+00:00", "page"),
    ("2025-04-09 20:31", "2025-04-09T20:31:00+03:00", "outlet"),
    ("2025-04-09", "2025-04-09", "none"),
    ("Wed, 09 Apr 2025 20:31:00 +0300", "2025-04-09T20:31:00+03:00", "page"),
    ("Wed, 09 Apr 2025 17:31:00 GMT", "2025-04-09T17:31:00+00:00", "page"),
    ("9 Apr 25 13:31 EDT", "2025-04-09T13:31:00-04:00", "page"),
    ("1744219860", "2025-04-09T17:31:00+00:00", "page"),
    ("1744219860000", "2025-04-09T17:31:00+00:00", "page"),
    ("9 квітня 2025, 20:31", "2025-04-09T20:31:00+03:00", "outlet"),
    ("09.04.2025 20:31", "2025-04-09T20:31:00+03:00", "outlet"),
    ("April 9, 2025 8:31 pm", "2025-04-09T20:31:00+03:00", "outlet"),
    ("April 9, 2025 12:05 a.m. UTC", "2025-04-09T00:05:00+00:00", "page"),
    ("5 kwietnia 2025 10:15", "2025-04-05T10:15:00+03:00", "outlet"),
]


@pytest.mark.parametrize(("raw", "iso", "zone"), STAMPS)
def test_stamps(raw: str, iso: str, zone: str) -> None:
    when = parse_when(raw, KYIV, "meta")
    assert when is not None
    assert (when.isoformat(), when.zone, when.source, when.raw) == (iso, zone, "meta", raw)


@pytest.mark.parametrize(
    "raw", ["", "   ", "soon", "0", "2025-13-40", "9999999999", "32 Apr 2025", "x" * 500, "may", "0001-01-01"]
)
def test_no_stamp(raw: str) -> None:
    assert parse_when(raw, KYIV, "meta") is None


@given(st.text(max_size=60))
def test_any_text_as_a_stamp(raw: str) -> None:
    parse_when(raw, Context(languages=("en",)), "meta")


def test_a_long_text_takes_milliseconds() -> None:
    text = "On 5 April 2025 the ministry said that two men had been held near the river since February. " * 17
    find_dates(text, "en", ANCHOR)
    # Five milliseconds are the aim; a search that tries every word as a date needs seconds.
    bounded(lambda: find_dates(text, "en", ANCHOR), 0.1)
