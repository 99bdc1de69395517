"""Bylines and credits that slipped into a body are no persons of the story; those of whom a line tells are."""

from __future__ import annotations

import pytest

from pipelines.analysis.people import find_figures

MAKERS = [
    ("en", "Jane Doe in Kyiv\nA Kenyan fighter was captured near Kupiansk."),
    ("en", "A Kenyan fighter was captured near Kupiansk.\n\nBy Jane Doe and John Roe, Nairobi\n\nHe is 29."),
    ("en", "A Kenyan fighter was captured.\nReporting by Jane Doe; Editing by John Roe"),
    ("uk", "Автор: Олена Гай\nКенійського бійця взяли в полон під Куп'янськом."),
    ("ru", "Текст — Елена Гай, фото — Пётр Лис\nКенийского бойца взяли в плен."),
    ("fr", "Un combattant kényan a été capturé. Jeanne Dupont, avec AFP"),
    ("es", "Juana Pérez | Madrid\nUn combatiente keniano fue capturado."),
    ("de", "Johanna Schmidt, Nairobi\nEin kenianischer Kämpfer wurde gefangen genommen."),
    ("tr", "Haber: Ayşe Yılmaz\nKenyalı savaşçı esir alındı."),
    ("ar", "بقلم أحمد الخطيب\nأسر مقاتل كيني قرب كوبيانسك."),
    ("zh", "文/王小明 图/李建国\n一名肯尼亚战俘被俘。"),
    ("ko", "글·사진 김철수\n케냐 병사가 포로로 잡혔다."),
    ("hi", "संवाददाता: राजेश शर्मा\nकेन्याई सैनिक पकड़ा गया।"),
    ("hi", "राजेश शर्मा, नई दिल्ली\nकेन्याई सैनिक पकड़ा गया।"),
    ("ne", "तस्बिर: राम शर्मा/रासस\nकेन्याली सैनिक पक्राउ परे।"),
]
PERSONS = [
    ("en", "Jane Doe in Captivity\nThe family of Doe has waited for a year.", "Jane Doe"),
    ("en", "The dead were named.\nJane Doe, Nairobi\nJohn Roe, Mombasa", "Jane Doe"),
    ("en", "Jane Doe, 29, Nairobi\nShe was captured near Kupiansk.", "Jane Doe"),
    ("en", "Jane Doe was captured near Kupiansk\nHer unit said nothing.", "Jane Doe"),
    ("de", "Von Johanna Schmidt fehlt jede Spur.\nSie wurde gefangen genommen.", "Johanna Schmidt"),
    ("hi", "राजेश शर्मा को पकड़ा गया।\nवह नेपाल का है।", "राजेश शर्मा"),
]


@pytest.mark.parametrize(("language", "text"), MAKERS)
def test_makers_are_no_figures(language: str, text: str) -> None:
    assert [figure.name for figure in find_figures(None, text, language)] == []


@pytest.mark.parametrize(("language", "text", "name"), PERSONS)
def test_persons_of_short_lines_are_figures(language: str, text: str, name: str) -> None:
    assert name in [figure.name for figure in find_figures(None, text, language)]
