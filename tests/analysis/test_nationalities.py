"""Nationalities: every language, no common word taken for a people."""

from __future__ import annotations

import pytest

from pipelines.analysis.nationalities import countries, find, fold, stems
from pipelines.records import LANGUAGES

FOUND = [
    ("en", "two North Koreans and an Indian", "KP IN"),
    ("en", "citizens of Ivory Coast, DR Congo and South Africa", "CI CD ZA"),
    ("uk", "громадянина Індії, двоє китайців, північнокорейські солдати", "IN CN KP"),
    ("uk", "уродженці В'єтнаму та Шрі-Ланки", "VN LK"),
    ("ru", "двое граждан КНР и наемник-колумбиец", "CN CO"),
    ("zh", "兩名中國籍士兵与三名朝鲜人", "CN KP"),
    ("fr", "les Nord-Coréens et un Camerounais", "KP CM"),
    ("es", "dos chinos, un norcoreano y tres indios", "CN KP IN"),
    ("pt", "norte-coreanos e chineses", "KP CN"),
    ("de", "Inder, Kubaner und chinesische Staatsbürger", "IN CU CN"),
    ("ar", "والمغربي والصينيين من كوريا الشمالية", "MA CN KP"),
    ("ko", "북한군 포로와 중국인", "KP CN"),
    ("ne", "चार नेपालीको र भारतीय नागरिक", "NP IN"),
    ("hi", "उत्तर कोरियाई सैनिक और चीनी नागरिक", "KP CN"),
    ("tr", "iki Çinli, Kuzey Koreli asker ve Hindistan'dan", "CN KP IN"),
]


@pytest.mark.parametrize(("language", "text", "codes"), FOUND)
def test_found(language: str, text: str, codes: str) -> None:
    assert [hit.code for hit in find(text, language)] == codes.split()


NOT_FOUND = [
    ("en", "let us polish the turkey in the Indian Ocean"),
    ("es", "los indígenas e indicios del chinchorro"),
    ("tr", "bunun için hinterlant ve içinde"),
    ("ru", "пара царей и цари"),
    ("uk", "пар і царі"),
    ("zh", "马里乌波尔守军在马里兰"),
    ("ko", "인도주의 단체와 인도적 지원"),
    ("de", "die Minderheit indes"),
    ("ar", "الدعم المالي والمالية"),
]


@pytest.mark.parametrize(("language", "text"), NOT_FOUND)
def test_common_words_are_no_nationality(language: str, text: str) -> None:
    assert find(text, language) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_least_sixty_countries_in_every_language(language: str) -> None:
    assert len(stems(language)) >= 60
    assert all(len(code) == 2 and code.isupper() and all(words) for code, words in stems(language).items())


@pytest.mark.parametrize("language", [x for x in LANGUAGES if x not in ("zh", "ko")])
def test_places(language: str) -> None:
    assert len(countries(language)) >= 140


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plain_stem_is_found_as_its_own_code(language: str) -> None:
    for code, words in stems(language).items():
        for word in words:
            text = word.replace("*", "")
            shown = text if language != "en" else text[:1].upper() + text[1:]
            hits = find(shown, language)
            assert hits, (language, code, word)
            assert hits[0].code == code, (language, code, word, hits)


def test_person_suffix() -> None:
    assert [h.person for h in find("中国籍士兵在中国", "zh")] == [True, False]
    assert [h.person for h in find("중국인", "ko")] == [True]


def test_fold_keeps_length() -> None:
    assert fold("İRANLI НАЁМНИК ﬁ") == fold("İRANLI НАЁМНИК ﬁ").lower()
    assert len(fold("İstanbul ẞ ŉ")) == len("İstanbul ẞ ŉ")
