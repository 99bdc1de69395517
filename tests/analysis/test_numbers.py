"""Numbers in digits and words of every script."""

from __future__ import annotations

import pytest

from pipelines.analysis.count_marks import mark
from pipelines.analysis.count_numbers import find_numbers

NUMBERS = [
    ("en", "Eighty-five", 85, 85),
    ("en", "1,417 recruits", 1417, 1417),
    ("en", "two hundred and five", 205, 205),
    ("en", "between 300 and 400 men", 300, 400),
    ("en", "30-40 men", 30, 40),
    ("en", "half a dozen men", 6, 6),
    ("uk", "двоє", 2, 2),
    ("uk", "п'ятеро", 5, 5),
    ("uk", "18 тис. осіб", 18000, 18000),
    ("uk", "8 050 українців", 8050, 8050),
    ("uk", "сорок двоє", 42, 42),
    ("ru", "1,5 тысячи", 1500, 1500),
    ("ru", "двадцать один", 21, 21),
    ("zh", "五名", 5, 5),
    ("zh", "二百", 200, 200),
    ("zh", "三十二名", 32, 32),
    ("zh", "1万3387名", 13387, 13387),
    ("zh", "1.8萬名", 18000, 18000),
    ("fr", "1 400 hommes", 1400, 1400),
    ("fr", "quatre-vingt-dix hommes", 90, 90),
    ("fr", "une vingtaine d'hommes", 20, 20),
    ("es", "Mil veintiocho", 1028, 1028),
    ("es", "5,8 mil", 5800, 5800),
    ("es", "treinta y dos", 32, 32),
    ("pt", "13.387 mercenários", 13387, 13387),
    ("de", "Fünfundachtzig", 85, 85),
    ("de", "30'000 Mann", 30000, 30000),
    ("ar", "ثلاثة جنود", 3, 3),
    ("ar", "٢٥ جنديا", 25, 25),
    ("ko", "1만3387명", 13387, 13387),
    ("ko", "1만 3,387명", 13387, 13387),
    ("ko", "다섯 명", 5, 5),
    ("ne", "२५ जना", 25, 25),
    ("ne", "चार नेपाली", 4, 4),
    ("ne", "एक सय ३० जना", 130, 130),
    ("hi", "तीन सौ लोग", 300, 300),
    ("tr", "4 bin 500 asker", 4500, 4500),
    ("tr", "yirmi beş asker", 25, 25),
]


@pytest.mark.parametrize(("language", "text", "low", "high"), NUMBERS)
def test_number(language: str, text: str, low: int, high: int) -> None:
    found = find_numbers(mark(text, language))
    assert [(n.low, n.high) for n in found][:1] == [(low, high)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "the 81st"),
        ("en", "an F-16"),
        ("en", "$200"),
        ("en", "42%"),
        ("en", "20:31"),
        ("en", "4 April"),
        ("en", "3.5"),
        ("uk", "10.04.2025"),
        ("de", "№ 12"),
    ],
)
def test_no_number_of_people(language: str, text: str) -> None:
    assert [n.low for n in find_numbers(mark(text, language)) if n.begin != n.end and n.low != 1] == []


def test_pair_is_one_number() -> None:
    assert [(n.low, n.pair) for n in find_numbers(mark("формула 300 на 300", "uk"))] == [(300, True)]
