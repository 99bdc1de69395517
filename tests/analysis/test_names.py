"""Names across spellings, scripts and cases: invented people, one line a case."""

from __future__ import annotations

import pytest

from pipelines.analysis.names import Caseload, WatchedPerson, compare, forms, keys

ONE_PERSON = [
    ("Chen Liguo", "陈立国", "likely"),
    ("陈立国", "陳立國", "likely"),
    ("Chen Liguo", "Чэнь Лиго", "likely"),
    ("Чень Ліго", "Chen Li-guo", "likely"),
    ("Ouyang Ming", "Оуян Мин", "likely"),
    ("Олександр Кравчук", "Alexander Kravchuk", "likely"),
    ("Oleksandr Kravchuk", "Александр Кравчук", "likely"),
    ("Олександр Вербицький", "Alexander Verbitsky", "likely"),
    ("Сергій Тищенко", "सर्गेई तिशेंको", "possible"),
    ("Сергій Тищенко", "سيرغي تيشينكو", "likely"),
    ("محمد الحسيني", "Mohammed al-Husseini", "likely"),
    ("عبد الرحمن الخطيب", "Abdelrahman El Khatib", "likely"),
    ("김영호", "Kim Young-ho", "likely"),
    ("Kim Young-ho", "Ким Ён Хо", "likely"),
    ("리철수", "이철수", "likely"),
    ("विष्णु थापा", "Bishnu Thapa", "likely"),
    ("John Harrison", "约翰·哈里森", "likely"),
    ("John Harrison", "존 해리슨", "likely"),
    ("Юлія Мельник", "율리아 멜니크", "likely"),
    ("Jean-Pierre Moreau", "Жан-П'єр Моро", "likely"),
    ("Carlos Mendoza Ruiz", "Carlos Mendoza", "likely"),
    ("Ivan Smilenko", "Smilenko Ivan", "likely"),
    ("Ivan Smilenko", "I. Smilenko", "possible"),
    ("Іван Сміленко", "Іваном Сміленком", "likely"),
]
TWO_PERSONS = [
    ("Lin Jian", "Lin Dan"),
    ("张仁波", "张仁海"),
    ("Li Jianhua", "Ли Цзяньго"),
    ("Іван Петрович Сміленко", "Іван Степанович Сміленко"),
    ("Олександр Кравчук", "Олександра Кравчук"),
    ("Олександр Кравчук", "Олексій Кравчук"),
    ("خالد منصور", "خالد منصوري"),
    ("محمد الحسيني", "محمود الحسيني"),
    ("Abdul Rahman al-Khatib", "Abdul Rahim al-Khatib"),
    ("김영호", "김영수"),
    ("Kim Young-ho", "Ким Ён Су"),
    ("John Harrison", "John Harris"),
    ("Carlos Mendoza Ruiz", "Carlos Mendoza Vega"),
    ("Mehmet Yıldız", "Ahmet Yıldız"),
    ("Suresh Gurung", "Surya Gurung"),
    ("Smilenko", "Ivan Smilenko"),
]


@pytest.mark.parametrize(("one", "other", "grade"), ONE_PERSON)
def test_one_person(one: str, other: str, grade: str) -> None:
    found = compare(one, other)
    assert found.grade == grade, found
    assert found == compare(other, one)
    assert found.reason


@pytest.mark.parametrize(("one", "other"), TWO_PERSONS)
def test_two_persons_are_never_likely_one(one: str, other: str) -> None:
    assert compare(one, other).grade != "likely", compare(one, other)


def test_another_patronymic_makes_a_namesake() -> None:
    found = compare("Іван Петрович Сміленко", "Ivan Stepanovych Smilenko")
    assert (found.grade, found.reason) == ("namesake", "another patronymic")


@pytest.mark.parametrize("odd", ["", " ", "—", "123", "🙂", "A", "ㅋㅋ 김ㅋ", "김ㅏ호", "·", "\u200d", "Ивaн"])
def test_any_text_is_taken(odd: str) -> None:
    compare(odd, "Ivan Smilenko")
    forms(odd)
    keys(odd)
    assert Caseload([WatchedPerson("R", ("Kim Young-ho", "Іван Сміленко"))]).find(odd) == ()


@pytest.mark.parametrize(("one", "other", "grade"), [row for row in ONE_PERSON if row[2] == "likely"])
def test_likely_names_share_a_key(one: str, other: str, grade: str) -> None:
    assert keys(one) & keys(other)


MENTIONS = [
    ("Іван Сміленко", "Матір Івана Сміленка чекає.", "Івана Сміленка", "likely"),
    ("Іван Сміленко", "Говорили зі Сміленком Іваном Петровичем.", "Сміленком Іваном Петровичем", "likely"),
    ("Іван Сміленко", "Ivan Smilenko was seen.", "Ivan Smilenko", "likely"),
    ("Ivan Smilenko", "О судьбе Ивана Смиленко неизвестно.", "Ивана Смиленко", "likely"),
    ("Олександр Вербицький", "Мать Александра Вербицкого ждёт.", "Александра Вербицкого", "likely"),
    ("Chen Liguo", "据报道，陈立国去年离开。", "陈立国", "possible"),
    ("陈立国", "據報道，陳立國去年離開。", "陳立國", "likely"),
    ("박성민", "어제 박성민은 말했다.", "박성민", "likely"),
    ("Khaled Mansour", "قال وخالد منصور غائب", "وخالد منصور", "likely"),
    ("Suresh Gurung", "हिजो सुरेश गुरुङलाई देखे।", "सुरेश गुरुङलाई", "likely"),
    ("Mehmet Yıldız", "Dün Mehmet Yıldız'ın annesi bekledi.", "Mehmet Yıldız'ın", "likely"),
]


@pytest.mark.parametrize(("name", "text", "span", "grade"), MENTIONS)
def test_a_watched_person_is_found_whole(name: str, text: str, span: str, grade: str) -> None:
    (hit,) = Caseload([WatchedPerson("R-1", (name,))]).find(text)
    assert (hit.reference, text[hit.start : hit.end], hit.grade) == ("R-1", span, grade)
    assert name not in hit.reason


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ivan Smilenko", "Smilenko was seen."),
        ("Ivan Smilenko", "Ivan came. Smilenko went."),
        ("Ivan Smilenko", "Ivan met Petro Smilenko."),
        ("Ben Adeyemi", "See B. Ade, page 3."),
        ("김영호", "ㅋㅋ 김ㅋㅋ 영호"),
        ("Xue Weidong", "门诊预约"),
    ],
)
def test_what_is_not_the_person_is_not_found(name: str, text: str) -> None:
    assert Caseload([WatchedPerson("R-1", (name,))]).find(text) == ()
