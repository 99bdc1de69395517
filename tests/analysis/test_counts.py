"""Reported counts: what is counted, what never is, and every field of a count."""

from __future__ import annotations

import json
import os
import runpy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipelines.analysis.counts import find_counts
from pipelines.records import LANGUAGES, Status

HERE = Path(__file__).parent
BENCHMARK = runpy.run_path(str(HERE.parents[1] / "benchmarks" / "counts.py"))


def fields(text: str, language: str, *names: str, title: str | None = None) -> list[tuple[Any, ...]]:
    return [tuple(getattr(c, n) for n in names) for c in find_counts(text, language, title)]


@pytest.mark.parametrize(
    ("name", "number_f1", "triple_f1"),
    [
        ("test_counts_news.tsv", 0.95, 0.85),
        ("test_counts_fresh.tsv", 0.93, 0.8),
        ("test_counts_third.tsv", 0.93, 0.75),
        ("test_counts_fourth.tsv", 0.9, 0.75),
        ("test_counts_fifth.tsv", 0.95, 0.88),
    ],
)
def test_sentences_in_the_manner_of_news(name: str, number_f1: float, triple_f1: float) -> None:
    score = BENCHMARK["sentences"](HERE / name, BENCHMARK["ours"], False)
    assert set(score) >= ({"all"} if "fourth" in name else {*LANGUAGES, "all"})
    assert score["all"]["f1"] >= number_f1
    assert score["all"]["triple_f1"] >= triple_f1


TELLERS = [
    ("en", "Twelve Kenyans were killed near the river, two comrades told the paper.", [12]),
    ("uk", "Двоє свідків розповіли, що 12 кенійців загинули біля річки.", [12]),
    ("ru", "Погибли трое колумбийцев, двое сослуживцев сообщили газете.", [3]),
    ("en", "Two captured Kenyans told the paper that they had been lured.", [2]),
]


@pytest.mark.parametrize(("language", "text", "numbers"), TELLERS)
def test_who_only_tells_is_no_count(language: str, text: str, numbers: list[int]) -> None:
    assert [low for (low,) in fields(text, language, "low")] == numbers


NO_PEOPLE = [
    ("en", "The 81st brigade and the 155th regiment held the line for 155 days."),
    ("en", "He was 26 when he signed for $2,000 and 40% more."),
    ("en", "On 4 April 2025 the 33-year-old was taken to hospital no. 12."),
    ("en", "Call +38 044 256 67 89 or read article 359; 9450 views."),
    ("en", "Dynamo won 3-1 after 90 minutes, the captured points count double."),
    ("en", "They destroyed 12 tanks, 30 drones and 4 F-16 jets in 2024."),
    ("uk", "На 1154-й день війни 155-та бригада збила 12 дронів за 3 години."),
    ("ru", "Ему 34 года, он получил 15 лет и 2 млн рублей в 2024 году."),
    ("zh", "2025年4月8日，第81旅的33岁士兵花了30万卢布。"),
    ("fr", "Le 4 avril 2025, la 57e brigade a parcouru 30 km en 3 heures."),
    ("es", "El 28 de julio, la brigada 57 recorrió 30 kilómetros por 4.000 dólares."),
    ("de", "Am 4. April 2025 fuhr die 57. Brigade 30 Kilometer in 3 Stunden."),
    ("ar", "في 4 أبريل 2025 قطع اللواء 57 مسافة 30 كيلومترا في 3 ساعات."),
    ("ko", "2025년 4월 4일 제57여단은 3시간 동안 30킬로미터를 이동했다."),
    ("hi", "4 अप्रैल 2025 को 57 ब्रिगेड ने 3 घंटे में 30 किलोमीटर तय किए।"),
    ("ne", "२०८१ साल भदौ १७ गते ३ घण्टामा ३० किलोमिटर यात्रा भयो।"),
    ("tr", "4 Nisan 2025'te 57. tugay 3 saatte 30 kilometre ilerledi."),
    ("pt", "Em 4 de abril de 2025 a brigada 57 percorreu 30 km em 3 horas."),
]


@pytest.mark.parametrize(("language", "text"), NO_PEOPLE)
def test_no_people_are_counted(language: str, text: str) -> None:
    assert find_counts(text, language) == ()


BOUNDS = [
    ("en", "At least 155 Chinese nationals are fighting.", "at_least"),
    ("en", "Up to 12,000 North Korean soldiers were deployed.", "at_most"),
    ("en", "Around 400 foreign mercenaries arrived.", "about"),
    ("en", "155 Chinese nationals are fighting.", "exact"),
    ("uk", "Понад 600 громадян Непалу воюють.", "at_least"),
    ("uk", "Близько 3 тисяч іноземців воюють.", "about"),
    ("ru", "Не менее 52 таджиков погибли.", "at_least"),
    ("zh", "至少有155名中国公民参战。", "at_least"),
    ("zh", "150余名中国公民参战。", "at_least"),
    ("fr", "Plus de 40 Togolais ont été capturés.", "at_least"),
    ("es", "Unos 60 cubanos murieron.", "about"),
    ("pt", "Mais de 20 brasileiros morreram.", "at_least"),
    ("de", "Bis zu 300 Kubaner kämpfen dort.", "at_most"),
    ("ar", "قتل نحو 12 مصريا.", "about"),
    ("ko", "북한군 약 4700명이 사망했다.", "about"),
    ("hi", "कम से कम 20 भारतीयों की मौत हुई।", "at_least"),
    ("ne", "करिब २० नेपालीको मृत्यु भयो।", "about"),
    ("tr", "En az 155 Çinli savaşıyor.", "at_least"),
]


@pytest.mark.parametrize(("language", "text", "bound"), BOUNDS)
def test_bound(language: str, text: str, bound: str) -> None:
    assert fields(text, language, "bound") == [(bound,)]


SPEAKERS = [
    ("en", "At least 155 Chinese nationals are fighting, said President Petro Koval.", "President Petro Koval"),
    ("en", "According to the Coordination Staff, 40 Cubans were captured.", "the Coordination Staff"),
    ("uk", "За словами Петра Коваля, у полоні двоє китайців.", "Петра Коваля"),
    ("ru", "По данным штаба, в плену двое китайцев.", "штаба"),
    ("es", "Según la embajada, murieron 40 colombianos.", "la embajada"),
    ("fr", "Selon Kiev, 40 Togolais ont été capturés.", "Kiev"),
]


@pytest.mark.parametrize(("language", "text", "speaker"), SPEAKERS)
def test_attributed_to(language: str, text: str, speaker: str) -> None:
    assert fields(text, language, "attributed_to") == [(speaker,)]


def test_the_speaker_of_the_next_sentence() -> None:
    text = "At least 155 Chinese nationals are fighting. Recruitment continues, said President Petro Koval."
    assert fields(text, "en", "low", "attributed_to") == [(155, "President Petro Koval")]


def test_a_part_and_its_whole_are_two_counts() -> None:
    text = "11 of 17 men recruited for the war are flying home."
    assert fields(text, "en", "low", "of", "kind") == [(11, 17, "subset"), (17, None, "unclear")]


def test_denial() -> None:
    assert fields("Beijing denied that 155 Chinese nationals are fighting.", "en", "low", "negated") == [(155, True)]
    text = "Beijing denies involvement despite Ukraine finding 155 Chinese nationals fighting."
    assert fields(text, "en", "low", "negated", "attributed_to") == [(155, False, "Ukraine")]


def test_words_without_a_number_are_kept() -> None:
    assert fields("Several hundred Chinese citizens fight for Russia.", "en", "low", "nationality", "status") == [
        (None, "CN", Status.FIGHTING)
    ]


def test_title_counts_come_first_unless_the_body_says_the_same() -> None:
    body = "Two captured Chinese spoke. Nine Nepalis were killed."
    assert fields(body, "en", "low", "field", title="Two captured Chinese speak") == [(2, "body"), (9, "body")]
    assert fields(body, "en", "low", "field", title="Five Cubans killed")[0] == (5, "title")


@pytest.mark.parametrize("language", LANGUAGES)
def test_spans_and_quotes_are_literal_and_apart(language: str) -> None:
    text = "\n\n".join(t for lang, t, _ in BENCHMARK["cases"](HERE / "test_counts_news.tsv") if lang == language)
    found = find_counts(text, language)
    assert found
    assert all(c.quote in text and text[c.start : c.end] in c.quote for c in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_unknown_language_and_empty_text() -> None:
    assert find_counts("155 kinezer", "sv") == ()
    assert find_counts("", "en") == ()


@pytest.mark.data
def test_development_articles() -> None:
    folder = os.environ.get("MONITOR_TEST_DATA")
    if not folder:
        pytest.skip("MONITOR_TEST_DATA names no folder")
    path = Path(folder) / "articles" / "dev.jsonl"
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    assert BENCHMARK["articles"](path)["f1"] >= 0.9


SIDES = [
    ("en", "At least 155 Chinese nationals are fighting in the Russian army.", "RU"),
    ("en", "Eleven Colombians died fighting for Ukraine.", "UA"),
    ("en", "Eleven Colombians were captured.", None),
    ("uk", "На боці Росії воюють понад 600 громадян Непалу.", "RU"),
    ("ru", "В рядах российской армии воюют 600 непальцев.", "RU"),
    ("zh", "至少有155名中国公民在俄军中作战。", "RU"),
    ("es", "Unos 300 cubanos combaten en el ejército ruso.", "RU"),
    ("fr", "Quelque 300 Cubains combattent dans l'armée russe.", "RU"),
    ("de", "Rund 300 Kubaner kämpfen in der russischen Armee.", "RU"),
    ("tr", "En az 155 Çinli Rus ordusunda savaşıyor.", "RU"),
]


@pytest.mark.parametrize(("language", "text", "side"), SIDES)
def test_side(language: str, text: str, side: str | None) -> None:
    assert fields(text, language, "side") == [(side,)]


SINGLES = [
    ("en", "A Kenyan national serving in the army was captured near the village.", [(1, "KE", Status.CAPTURED)]),
    ("en", "A Kenyan national runs a shop in a village.", []),
    ("en", "They seized him right after his capture and a Ukrainian soldier helped.", []),
    ("uk", "Бійці взяли в полон громадянина Індії.", [(1, "IN", Status.CAPTURED)]),
    ("es", "El ejército capturó a un mercenario colombiano.", [(1, "CO", Status.CAPTURED)]),
    ("fr", "Un mercenaire colombien écrit un livre.", []),
]


@pytest.mark.parametrize(("language", "text", "expected"), SINGLES)
def test_one_person_is_counted_only_when_something_befell_him(
    language: str, text: str, expected: list[tuple[int, str, Status]]
) -> None:
    assert fields(text, language, "low", "nationality", "status") == expected


@pytest.mark.data
def test_seed_article() -> None:
    folder = os.environ.get("MONITOR_TEST_DATA")
    if not folder:
        pytest.skip("MONITOR_TEST_DATA names no folder")
    title, _, body = (Path(folder) / "seed" / "article.txt").read_text(encoding="utf-8").partition("\n")
    found = {(c.low, c.nationality, c.status, c.bound) for c in find_counts(body, "en", title)}
    assert found == {(155, "CN", Status.FIGHTING, "exact"), (155, "CN", Status.FIGHTING, "at_least")}
    speakers = {c.bound: c.attributed_to or "" for c in find_counts(body, "en", title)}
    assert speakers["exact"] == "Ukraine"
    assert speakers["at_least"].endswith("Zelenskyy")


IN_CONTEXT = [
    # taken up again: told once
    ("en", "Two Chinese men were captured. The two men spoke on camera.", [(2, "CN", "captured")]),
    ("uk", "Бійці взяли в полон двох китайців. Двоє розповіли про себе.", [(2, "CN", "captured")]),
    (
        "en",
        "Two Chinese men were captured. The two were later exchanged.",
        [(2, "CN", "captured"), (2, "CN", "exchanged")],
    ),
    # one person who is named at once is told as a person
    ("en", "An Estonian, Priit Aasmets, was killed near the village.", []),
    ("en", "An Estonian was killed near the village.", [(1, "EE", "killed")]),
    # people whose fate is not said, where war is spoken of and where it is not
    (
        "en",
        "Soldiers took the captives away. Guards said the camp held others. He photographed 37 men.",
        [(37, None, "held")],
    ),
    ("en", "The choir meets on Monday. He photographed 37 men.", []),
    # whose they are is said a sentence before
    ("en", "The army captured Kenyans last year. On Monday it showed 12 fighters.", [(12, "KE", "fighting")]),
    ("en", "It holds Kenyans and Cubans. On Monday it showed 12 fighters.", [(12, None, "fighting")]),
    # who signed for a promise was deceived; a death told of others is theirs
    ("en", "An agent promised them jobs. He recruited 22 Kenyans.", [(22, "KE", "deceived")]),
    (
        "en",
        "Some 300 Colombians fought there, and about 40 have died.",
        [(300, "CO", "fighting"), (40, "CO", "killed")],
    ),
    ("ar", "قُتل 12 مصريًا وأُسر 64 هنديًّا.", [(12, "EG", "killed"), (64, "IN", "captured")]),
    ("es", "El fiscal habló en 12 desertores y en 2024 de otros.", [(12, None, "deserted")]),
]


@pytest.mark.parametrize(("language", "text", "expected"), IN_CONTEXT)
def test_what_the_words_around_tell(
    language: str, text: str, expected: list[tuple[int, str | None, str | None]]
) -> None:
    assert fields(text, language, "low", "nationality", "status") == expected
