"""What else an article says of a person: one line a sentence, invented people; what stands in no sentence is not said."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.analysis.people import find_figures
from pipelines.records import Figure

SAID: list[tuple[str, str, str, dict[str, Any]]] = [
    ("en", "Bishan Tharu, 27, a Nepali citizen from Dang, was captured near Pokrovsk on 4 March 2025.", "Bishan Tharu",
     {"age": 27, "home": "Dang", "captured_at_place": "Pokrovsk", "captured_on": "2025-03-04", "nationality": "NP"}),
    ("en", "Kenyan national Peter Otieno was captured near Kupiansk, the unit said.", "Peter Otieno",
     {"nationality": "KE", "captured_at_place": "Kupiansk", "age": None}),
    ("en", "Peter Otieno, a captured Kenyan, said he served in the 81st brigade.", "Peter Otieno",
     {"in_captivity_statement": True, "age": None}),
    ("uk", "Військовополонений Іван Сміленко, 34 роки, розповів про полон.", "Іван Сміленко", {"age": 34}),
    ("ru", "Пленный Павел Дроздов, 41 год, рассказал, что подписал контракт.", "Павел Дроздов",
     {"age": 41, "in_captivity_statement": True}),
    ("de", "Der 29-jährige Jonas Brettner wurde bei Bachmut gefangen genommen.", "Jonas Brettner", {"age": 29}),
    ("es", "Andrés Castillo, de 31 años, fue capturado cerca de Pokrovsk.", "Andrés Castillo", {"age": 31}),
    ("fr", "Paul Garnier, 45 ans, a été capturé près de Koupiansk.", "Paul Garnier", {"age": 45}),
]  # fmt: skip


def figure(language: str, text: str, name: str) -> Figure:
    return next(one for one in find_figures(None, text, language) if one.name == name)


@pytest.mark.parametrize(("language", "text", "name", "said"), SAID, ids=[row[1][:40] for row in SAID])
def test_attributes(language: str, text: str, name: str, said: dict[str, Any]) -> None:
    found = figure(language, text, name)
    assert {key: getattr(found, key) for key in said} == said


def test_an_official_makes_no_statement_in_captivity() -> None:
    text = "Army spokesman Oleh Brovar said that two fighters were captured near Kupiansk."
    found = figure("en", text, "Oleh Brovar")
    assert (found.in_captivity_statement, found.captured_at_place, found.age) == (False, None, None)
