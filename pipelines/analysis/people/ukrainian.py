"""Ukrainian text in Russian spelling, so that a Russian model can read it.

In      Ukrainian text
Out     (mapped text, offsets): `offsets[i]` is where the mapped character `i` comes from
Units   characters
Raises  nothing
"""

from __future__ import annotations

import re
from functools import lru_cache

_LETTERS = str.maketrans("іїєґІЇЄҐ", "ииегИИЕГ")
_WORD = re.compile(r"[А-Яа-яІіЇїЄєҐґЁёЫыЭэЪъ'’ʼ-]+|[^А-Яа-яІіЇїЄєҐґЁёЫыЭэЪъ'’ʼ-]+")
_ENDINGS = (
    ("ський", "ский"),
    ("ського", "ского"),
    ("ському", "скому"),
    ("ським", "ским"),
    ("ська", "ская"),
    ("ської", "ской"),
    ("ській", "ской"),
    ("ську", "скую"),
    ("ською", "ской"),
    ("ське", "ское"),
    ("ські", "ские"),
    ("ських", "ских"),
    ("ськими", "скими"),
    ("цький", "цкий"),
    ("цького", "цкого"),
    ("цькому", "цкому"),
    ("цьким", "цким"),
    ("цька", "цкая"),
    ("цької", "цкой"),
    ("цькій", "цкой"),
    ("цьку", "цкую"),
    ("цькою", "цкой"),
    ("цьке", "цкое"),
    ("цькі", "цкие"),
    ("цьких", "цких"),
    ("еві", "ю"),
    ("єві", "ю"),
    ("ові", "у"),
)
_RUSSIAN = dict(_ENDINGS)
_LENGTHS = sorted({len(ending) for ending in _RUSSIAN}, reverse=True)
_WORDS = {
    "і": "и",
    "й": "и",
    "та": "и",
    "що": "что",
    "із": "из",
    "зі": "со",
    "з": "с",
    "від": "от",
    "до": "к",
    "під": "под",
    "після": "после",
    "про": "о",
    "при": "при",
    "як": "как",
    "але": "но",
    "або": "или",
    "який": "который",
    "яка": "которая",
    "які": "которые",
    "якого": "которого",
    "він": "он",
    "вона": "она",
    "вони": "они",
    "його": "его",
    "її": "ее",
    "їх": "их",
    "це": "это",
    "цього": "этого",
    "був": "был",
    "була": "была",
    "були": "были",
    "є": "есть",
    "не": "не",
    "ще": "еще",
    "вже": "уже",
    "також": "также",
    "років": "лет",
    "роки": "года",
    "рік": "год",
    "року": "года",
    "сказав": "сказал",
    "сказала": "сказала",
    "заявив": "заявил",
    "заявила": "заявила",
    "повідомив": "сообщил",
    "повідомила": "сообщила",
    "розповів": "рассказал",
    "розповіла": "рассказала",
    "каже": "говорит",
    "нагадав": "напомнил",
    "зазначив": "отметил",
    "додав": "добавил",
    "президент": "президент",
    "міністр": "министр",
    "керівник": "руководитель",
    "очільник": "глава",
    "голова": "глава",
    "речник": "представитель",
    "речниця": "представитель",
    "громадянин": "гражданин",
    "громадянина": "гражданина",
    "військовий": "военный",
    "військовополонений": "военнопленный",
    "полонений": "пленный",
    "боєць": "боец",
    "солдат": "солдат",
    "командир": "командир",
    "України": "Украины",
    "Україна": "Украина",
    "матір": "мать",
    "мати": "мать",
    "батько": "отец",
    "дружина": "жена",
    "брат": "брат",
    "син": "сын",
    "адвокат": "адвокат",
    "ім'я": "имя",
    "за": "по",
    "у": "в",
    "ЗСУ": "ВСУ",
}


def russify(text: str) -> tuple[str, list[int]]:
    """Map `text` word by word; a word that changes its length keeps its first characters' offsets.

    >>> russify("Сказав Зеленський")[0]
    'Сказал Зеленский'
    """
    pieces: list[str] = []
    offsets: list[int] = []
    for match in _WORD.finditer(text):
        word, start, last = match.group(), match.start(), match.end() - 1
        mapped = _map(word)
        pieces.append(mapped)
        length = len(mapped)
        # the last mapped character stands for the last one of the word, so that a span's end stays exact
        offsets.extend(last if i == length - 1 else min(start + i, last) for i in range(length))
    return "".join(pieces), offsets


@lru_cache(maxsize=8_192)
def _map(word: str) -> str:
    lower = word.lower()
    known = _WORDS.get(lower) or _WORDS.get(word)
    if known:
        return known.capitalize() if word[0].isupper() and word != "ЗСУ" else known
    for letters in _LENGTHS:
        russian = _RUSSIAN.get(lower[-letters:]) if len(lower) > letters + 2 else None
        if russian:
            word = word[:-letters] + russian
            break
    return word.translate(_LETTERS).replace("ʼ", "").replace("’", "").replace("'", "ъ" if "'" in word[1:-1] else "'")
