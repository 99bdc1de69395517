"""Persons, their roles and what befell them: invented people in thirteen languages, and the hard cases one by one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipelines.analysis.name_models import active_models
from pipelines.analysis.people import find_figures
from pipelines.records import LANGUAGES, Figure, Role, Status

HERE = Path(__file__).parent
ROWS = [
    row
    for name in ("sentences.toml", "sentences_more.toml", "sentences_third.toml", "sentences_fourth.toml")
    for row in tomllib.loads((HERE / name).read_text("utf-8"))["row"]
]


def by_name(figures: tuple[Figure, ...]) -> dict[str, Figure]:
    return {f.name: f for f in figures}


@pytest.mark.parametrize("row", ROWS, ids=[f"{r['lang']}-{r['text'][:24]}" for r in ROWS])
def test_news_sentences(row: dict[str, Any]) -> None:
    found = by_name(find_figures(row.get("title"), row["text"], row["lang"]))
    assert set(found) - set(row.get("also", ())) == set(row["people"]) - set(row.get("open", ()))
    for name, asked in row["people"].items():
        if name in found and name not in row.get("roles_open", ()):
            assert found[name].role == asked.split("/")[0], name


GROUPS = [
    (
        "en",
        "Dorian Blackwell was captured in May. Blackwell is 31. Mr Blackwell wants to go home.",
        {"Dorian Blackwell": 3},
    ),
    (
        "uk",
        "Полонений Степан Гордієнко розповів про бій. Мати Степана Гордієнка чекає на сина. Гордієнка тримають у Курську.",
        {"Степан Гордієнко": 3},
    ),
    ("ru", "Наёмника Джона Хартли судят в Донецке. Хартли взяли в плен в мае.", {"Джон Хартли": 2}),
    ("zh", "战俘李文浩(Li Wenhao)被俘。李文浩说想回家。", {"李文浩": 2}),
    (
        "es",
        "El soldado Luis Alberto Pacheco Rincón fue capturado. Pacheco dijo que firmó engañado.",
        {"Luis Alberto Pacheco Rincón": 2},
    ),
]


@pytest.mark.parametrize(("language", "text", "people"), GROUPS, ids=[g[0] for g in GROUPS])
def test_mentions_of_one_person_are_one_figure(language: str, text: str, people: dict[str, int]) -> None:
    assert {f.name: len(f.mentions) for f in find_figures(None, text, language)} == people


NOBODY = [
    ("en", "By Marcus Tillbrook in Nairobi. Two prisoners were exchanged on Friday."),
    ("en", "Two prisoners were exchanged. Photo: Elsa Grantley / Reuters"),
    ("en", "MARINA KOVALCHUK, Wednesday, 9 April 2025, 20:31. Two captives were shown to the press."),
    ("en", "Captives were exchanged. Read also: Elsa Grantley on the forgotten war."),
    ("en", "Fighters from Sierra Leone and Mali were captured near Pokrovsk by the 57th Motorized Infantry Brigade."),
    ("de", "Foto: Jens Kramer / dpa. Drei Gefangene wurden ausgetauscht."),
    ("uk", "Автор: Надія Коваленко. Двох полонених обміняли."),
    ("en", ""),
    ("en", "LIMA, November 28, 2026 (Harbour Wire) - Five people went on trial over a shipment."),
    ("ru", "Теплоход «Генерал Пахотин» сел на мель под Саратовом."),
    ("pt", "O quarteirão da rua General Moreira ficará fechado para carros."),
    ("de", "Als die Soldaten den Keller räumten, schneite es."),
]


@pytest.mark.parametrize(("language", "text"), NOBODY)
def test_makers_of_the_page_and_places_are_nobody(language: str, text: str) -> None:
    assert find_figures(None, text, language) == ()


def test_spans_point_into_their_fields() -> None:
    title, lead, body = (
        "Dorian Blackwell captured",
        "Blackwell, 31, is in Kyiv.",
        "Dorian Blackwell was captured near Lyman.",
    )
    figures = find_figures(title, body, "en", lead)
    assert [f.name for f in figures] == ["Dorian Blackwell"]
    fields = {"title": title, "lead": lead, "body": body}
    assert {m.field for m in figures[0].mentions} == {"title", "lead", "body"}
    assert all(fields[m.field][m.start : m.end] == m.text for m in figures[0].mentions)


def test_thirteen_names_share_one_fate() -> None:
    names = [
        "Moses Okwarimu",
        "Brian Sentongo",
        "Ivan Kizzawula",
        "David Mwangi",
        "Peter Otieno",
        "James Kariuki",
        "Samuel Njoroge",
        "John Kiptoo",
        "Daniel Wanjiru",
        "Joseph Mutua",
        "Simon Ochieng",
        "Paul Kimani",
        "George Wafula",
    ]
    figures = find_figures(
        None,
        "The dead were named as " + ", ".join(names[:-1]) + " and " + names[-1] + ". All were killed in Donetsk.",
        "en",
    )
    assert [f.name for f in figures] == names
    assert {(f.role, f.status) for f in figures} == {(Role.FIGHTER, Status.KILLED)}


def test_masked_and_changed_names_are_pseudonyms() -> None:
    masked = find_figures(None, "지난달 생포된 북한군 최 모 씨가 망명 의사를 밝혔습니다.", "ko")
    assert [(f.name, f.pseudonym) for f in masked] == [("최 모 씨", True)]
    changed = find_figures(None, "Olena (name changed), 34, said her husband was captured.", "en")
    assert [f.pseudonym for f in changed] == [True]


def test_attributes_are_read_with_their_sentences() -> None:
    text = 'Kwabena Asantewaa, 27, a Ghanaian mercenary from Kumasi, was captured on 4 April 2025 near Tarasivka. "I was tricked," Asantewaa said.'
    (figure,) = find_figures(None, text, "en")
    assert (figure.age, figure.home, figure.nationality, figure.term_used) == (27, "Kumasi", "GH", "mercenary")
    assert (figure.captured_on, figure.captured_at_place) == ("2025-04-04", "Tarasivka")
    assert (figure.role, figure.status) == (Role.CAPTIVE, Status.CAPTURED)
    assert figure.status_quote is not None and figure.status_quote.startswith("Kwabena")
    assert figure.confidence is not None and 0 < figure.confidence <= 1


def test_office_holders_never_become_captives() -> None:
    text = "Captured soldiers were shown to President Arvid Lindqvist. Foreign Minister Greta Sandholm said the prisoners would be exchanged."
    assert {f.name: f.role for f in find_figures(None, text, "en")} == {
        "Arvid Lindqvist": Role.HEAD_OF_STATE,
        "Greta Sandholm": Role.OFFICIAL,
    }


def test_every_language_has_a_finder_and_nothing_loads_before() -> None:
    assert set(active_models()) == set(LANGUAGES)
    code = "import sys, pipelines.analysis.people, pipelines.analysis.name_models as m; m.active_models(); print([m for m in ('spacy', 'slovnet', 'rjieba', 'torch', 'pymorphy2') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE.parents[1])
    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize("language", [*LANGUAGES, "it", "ja", "xx"])
@pytest.mark.parametrize(
    "text", ["", " ", "。", "((((", "A" * 5000, "\n\n\n", "123 456", "O'", "«»", "王", "김", "ء", "ा", "😀 Иван"]
)
def test_no_text_raises(language: str, text: str) -> None:
    assert isinstance(find_figures(text, text, language), tuple)


@pytest.mark.data
def test_seed_article() -> None:
    folder = os.environ.get("MONITOR_TEST_DATA")
    if not folder:
        pytest.skip("MONITOR_TEST_DATA is not set")
    text = (Path(folder) / "seed/article.txt").read_text("utf-8")
    body = text[text.rindex("The Chinese government has denied") : text.index("You could close this page")].strip()
    expected = (Path(folder) / "seed/README.md").read_text("utf-8").split("figures:")[1].split("counts:")[0]
    figures = find_figures(text.splitlines()[0], body, "en")
    assert all(f.name in expected for f in figures)
    assert (
        sum(len(f.name.split()) == 2 for f in figures)
        == len(figures)
        == len(re.findall(r"[A-Z][a-z]+ [A-Z][a-z]+(?= \(| and )", expected))
    )
    roles = sorted(str(f.role) for f in figures)
    assert roles == sorted(["captive", "captive", "spokesperson", "official", "head_of_state"])


@pytest.mark.data
def test_development_articles_stay_found() -> None:
    if not os.environ.get("MONITOR_TEST_DATA"):
        pytest.skip("MONITOR_TEST_DATA is not set")
    out = subprocess.run(
        [sys.executable, "-m", "benchmarks.people"], capture_output=True, text=True, check=True, cwd=HERE.parents[1]
    )
    total = next(line for line in out.stdout.splitlines() if line.startswith("all"))
    f1 = re.search(r"F1 ([\d.]+) \| role ([\d.]+)", total)
    assert f1 and float(f1.group(1)) >= 0.93 and float(f1.group(2)) >= 0.85, total
