"""Languages of short texts. Add a row: code, text."""

import pytest

from pipelines.analysis.language import code, detect

TEXTS = [
    ("en", "Two captured fighters returned home after the exchange."),
    ("uk", "Двоє полонених повернулися додому після обміну."),
    ("ru", "Двое пленных вернулись домой после обмена, сообщил омбудсмен."),
    ("zh", "两名战俘在交换后回国。"),
    ("zh", "兩名戰俘在交換後回國。"),
    ("fr", "Deux combattants capturés sont rentrés après l'échange."),
    ("es", "Dos combatientes capturados regresaron tras el canje."),
    ("pt", "Dois combatentes capturados regressaram após a troca."),
    ("de", "Zwei gefangene Kämpfer kehrten nach dem Austausch zurück."),
    ("ar", "عاد أسيران إلى بلادهما بعد عملية التبادل."),
    ("ko", "포로 두 명이 교환 후 귀국했다."),
    ("hi", "अदला-बदली के बाद दो युद्धबंदी अपने देश लौट आए।"),
    ("ne", "साटासाट पछि दुई युद्धबन्दी स्वदेश फर्किए।"),
    ("tr", "İki esir takasın ardından ülkelerine döndü."),
    ("ja", "捕虜二人が交換の後に帰国した。"),
]
TAGS = [("zh-Hant-TW", "zh"), ("en_US", "en"), ("UA", "uk"), ("uk", "uk"), ("eng", None), ("", None), (None, None)]


@pytest.mark.parametrize(("lang", "text"), TEXTS)
def test_detect(lang: str, text: str) -> None:
    assert detect(text) == lang


@pytest.mark.parametrize(("lang", "text"), TEXTS)
def test_a_wrong_hint_does_not_win_over_a_sentence(lang: str, text: str) -> None:
    assert detect(text * 3, ("en" if lang != "en" else "uk",)) == lang


def test_hints_speak_where_the_text_does_not() -> None:
    assert detect("12.04", ("uk-UA",)) == "uk"
    assert detect("12.04") is None


@pytest.mark.parametrize(("tag", "lang"), TAGS)
def test_code(tag: str | None, lang: str | None) -> None:
    assert code(tag) == lang
