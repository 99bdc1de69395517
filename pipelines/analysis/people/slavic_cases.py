"""Which case a Slavic name stands in, and its nominative: every case is tried for all words at once.

In      words of a name, the text before it, language (uk or ru)
Out     the nominative
Limits  endings and the list of names; a name of two words that nobody bears is read by its endings and the word before
Raises  nothing
"""
# ruff: noqa: E501

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

from pipelines.analysis.people.gazetteer import is_name

_HARD = "бвгґджзклмнпрстфхцчшщ"
_KEPT = re.compile(r"(?:дзе|нгу|мбу|нду|их|ых|[аоуеи][уі]|[оеєэуюыи])$")
"""Endings of words that are not inflected."""

# case, gender -> (oblique ending, nominative endings); the longest first
_BACK: dict[tuple[str, str], tuple[tuple[str, tuple[str, ...]], ...]] = {
    ("gen", "m"): (
        ("ського", ("ський",)), ("цького", ("цький",)), ("ского", ("ский",)), ("цкого", ("цкий",)), ("ого", ("ий", "ый", "ой")),
        ("ього", ("ій",)), ("его", ("ий",)), ("енка", ("енко",)), ("шка", ("шко",)), ("йка", ("йко",)), ("ця", ("ець", "ц")), ("ца", ("ец", "ц")),
        ("ія", ("ій",)), ("ия", ("ий",)), ("ея", ("ей",)), ("ая", ("ай",)), ("оя", ("ой",)), ("я", ("ь", "й", "")), ("а", ("", "о")),
        ("ки", ("ка",)), ("ги", ("га",)), ("и", ("а", "я")), ("ы", ("а",)), ("і", ("я", "а")), ("ї", ("я",)),
    ),
    ("acc", "m"): (
        ("ського", ("ський",)), ("ского", ("ский",)), ("ого", ("ий", "ый")), ("енка", ("енко",)), ("шка", ("шко",)), ("йка", ("йко",)), ("ця", ("ець",)), ("ца", ("ец",)),
        ("ія", ("ій",)), ("ия", ("ий",)), ("ея", ("ей",)), ("ая", ("ай",)), ("я", ("ь", "й", "")), ("а", ("", "о")), ("у", ("а",)), ("ю", ("я",)),
    ),
    ("dat", "m"): (
        ("ському", ("ський",)), ("цькому", ("цький",)), ("скому", ("ский",)), ("цкому", ("цкий",)), ("ому", ("ий", "ый", "ой")),
        ("енкові", ("енко",)), ("енку", ("енко",)), ("шку", ("шко",)), ("йку", ("йко",)), ("цеві", ("ець",)), ("ові", ("", "о")), ("еві", ("ь", "", "й")), ("єві", ("й",)),
        ("цю", ("ець", "ц")), ("цу", ("ец",)), ("ію", ("ій",)), ("ию", ("ий",)), ("ею", ("ей",)), ("аю", ("ай",)), ("ю", ("ь", "й", "")),
        ("у", ("", "о")), ("ці", ("ка",)), ("зі", ("га",)), ("сі", ("ха", "са")), ("і", ("а", "я")), ("е", ("а", "я")), ("ии", ("ия",)),
    ),
    ("ins", "m"): (
        ("ським", ("ський",)), ("цьким", ("цький",)), ("ским", ("ский",)), ("цким", ("цкий",)), ("овим", ("ов",)), ("овым", ("ов",)),
        ("евим", ("ев",)), ("євим", ("єв",)), ("евым", ("ев",)), ("іним", ("ін",)), ("иным", ("ин",)), ("им", ("ий",)), ("ым", ("ый",)),
        ("енком", ("енко",)), ("шком", ("шко",)), ("йком", ("йко",)), ("цем", ("ець", "ец")), ("ієм", ("ій",)), ("ием", ("ий",)), ("еєм", ("ей",)), ("еем", ("ей",)),
        ("ом", ("", "о")), ("єм", ("й",)), ("ем", ("ь", "", "й")), ("ою", ("а",)), ("ею", ("я", "а")), ("ой", ("а",)), ("ей", ("я",)),
    ),
    ("loc", "m"): (("ском", ("ский",)), ("ом", ("ый", "ий")), ("е", ("", "а", "й")), ("ии", ("ий",))),
    ("gen", "f"): (
        ("ської", ("ська",)), ("цької", ("цька",)), ("ской", ("ская",)), ("цкой", ("цкая",)), ("ової", ("ова",)), ("евої", ("ева",)),
        ("овой", ("ова",)), ("евой", ("ева",)), ("иної", ("ина",)), ("іної", ("іна",)), ("иной", ("ина",)), ("ої", ("а",)),
        ("ой", ("ая", "а")), ("ії", ("ія",)), ("ии", ("ия",)), ("'ї", ("'я",)), ("ки", ("ка",)), ("и", ("а", "я")), ("ы", ("а",)), ("і", ("я",)),
    ),
    ("acc", "f"): (("ську", ("ська",)), ("скую", ("ская",)), ("ую", ("ая",)), ("у", ("а",)), ("ю", ("я",))),
    ("dat", "f"): (
        ("ській", ("ська",)), ("ской", ("ская",)), ("овій", ("ова",)), ("овой", ("ова",)), ("евой", ("ева",)), ("иной", ("ина",)),
        ("ії", ("ія",)), ("ии", ("ия",)), ("ці", ("ка",)), ("зі", ("га",)), ("і", ("а", "я")), ("е", ("а", "я")),
    ),
    ("ins", "f"): (
        ("ською", ("ська",)), ("цькою", ("цька",)), ("ской", ("ская",)), ("овою", ("ова",)), ("овой", ("ова",)), ("иной", ("ина",)),
        ("ією", ("ія",)), ("ией", ("ия",)), ("ою", ("а",)), ("ею", ("я",)), ("єю", ("я",)), ("ой", ("а",)), ("ей", ("я",)),
    ),
}  # fmt: skip
_OWN = {
    "uk": {"gen": "рила>рило нила>нило йла>йло етра>етро авла>авло митра>митро", "dat": "рилу>рило нилу>нило йлу>йло етру>етро авлу>авло митру>митро рилові>рило йлові>йло етрові>етро авлові>авло митрові>митро", "ins": "рилом>рило нилом>нило йлом>йло етром>етро авлом>авло митром>митро"},
    "ru": {"gen": "авла>авел етра>етр", "dat": "авлу>авел етру>етр", "ins": "авлом>авел етром>етр"},
}  # fmt: skip
"""Men's names whose stem changes."""
_EASTERN = frozenset(
    [
        "лі",
        "ли",
        "чжао",
        "ван",
        "чжан",
        "лю",
        "чень",
        "чэнь",
        "ян",
        "хуан",
        "ву",
        "у",
        "сюй",
        "сунь",
        "ху",
        "чжу",
        "гао",
        "лінь",
        "линь",
        "хе",
        "хэ",
        "го",
        "ма",
        "ло",
        "лян",
        "сун",
        "чжен",
        "чжэн",
        "тан",
        "фен",
        "фэн",
        "хань",
        "сяо",
        "цао",
        "пен",
        "пэн",
        "цзен",
        "цай",
        "сі",
        "си",
        "цзян",
        "кім",
        "ким",
        "пак",
        "пэк",
        "пек",
        "чой",
        "чхве",
        "цой",
        "чон",
        "кан",
        "чо",
        "юн",
        "чан",
        "лім",
        "им",
        "о",
        "со",
        "син",
        "сін",
        "кон",
        "хван",
        "ан",
        "сон",
        "рі",
        "ри",
        "нгуен",
        "нгуєн",
        "ле",
        "фам",
        "фан",
        "во",
        "данг",
        "буй",
        "до",
        "хо",
        "нго",
    ]
)
"""Surnames of East Asia: they and what follows stand uninflected, but for the last word."""
_WOMAN = re.compile(r"(?:ова|ева|єва|ина|іна|ська|ская|цька|цкая)$")
_MAN = re.compile(r"(?:енка|шка|йка|[уюя]ка|[іи]ча|ського|цького|ского|цкого)$")
"""Surnames that stand in a man's genitive."""
_AFTER_GENITIVE = re.compile(
    r"(?:ого|его|теля|(?<!и)ця|ина|ата|ера|ора|ника|іста|иста|ара|еця|(?<!и)ца|тора|анта|ента|ми|ства|\b(?:до|від|для|без|з|із|проти|у|от|из|против|брат|"
    r"сестра|мати|мать|батько|отец|дружина|жена|вдова|адвокат|захисник|сім.я|семья|родина|тіло|тело|словам|словами))\s(?:[А-ЯІЇЄҐ]\S+\s)?$"
)
_AFTER_DATIVE = re.compile(
    r"(?:ому|еві|ові|ину|анину|цю|нту|ему|елю|телю|ику|\b(?:підозру|вирок|приговор|подозрение))\s(?:[А-ЯІЇЄҐ]\S+\s)?$"
)
_AFTER_INSTRUMENTAL = re.compile(r"(?:ином|ком|цем|том|ром|им|ым|\b(?:із|з|зі|с|со|разом із|вместе с))\s$")
_AFTER_LOCATIVE = re.compile(r"\b(?:о|об|обо|при)\s(?:\S+м,?\s)?$", re.IGNORECASE)
_AFTER_NOMINATIVE = re.compile(r"(?:\b(?:на ім.я|по имени)|ица|иця|ин|ець|ец|нт|ар|ст|ач|ник|[^ои]й)\s$")


@cache
def forms(part: str) -> tuple[str, ...]:
    """Words of one part of `data/slavic_forms.txt`."""
    text = (files("pipelines.analysis.people") / "data" / "slavic_forms.txt").read_text("utf-8")
    return tuple(text.split(f"[{part}]", 1)[1].split("[", 1)[0].split())


@lru_cache(maxsize=20_000)
def _readings(word: str, case: str, gender: str, language: str) -> tuple[tuple[str, float], ...]:
    """What a word may be the form of in a case, each with how likely: 1 a known name, less an unknown or uninflected one."""
    low = word.lower()
    for pair in _OWN.get(language, {}).get(case, "").split() if gender == "m" else ():
        ending, _, base = pair.partition(">")
        if low.endswith(ending) and is_name(low[: -len(ending)] + base):
            return ((low[: -len(ending)] + base, 1.0),)
    found = []
    for ending, bases in _BACK[case, gender]:
        if low.endswith(ending) and len(low) - len(ending) >= 2:
            if len(ending) == 1 and ending in "аіиуеыою" and low[-2] not in _HARD and low[-2:] != "ьи":
                continue
            if language == "ru" and ending == "и" and low[-2] not in "гкхжшчщ":
                bases = ("я",) if is_name(low[:-1] + "я") else ()
            vowel = low[: len(low) - len(ending)][-1:] not in _HARD
            for rank, base in enumerate(bases):
                if (base == "ь" and vowel) or (base == "й" and not vowel):
                    continue
                new = low[: len(low) - len(ending)] + base
                if base or new[-1] in _HARD:
                    found.append((new, (1.0 if is_name(new) else 0.0) - 0.05 * rank))
            if len(ending) > 1:
                break
    kept = _KEPT.search(low)
    if kept or (gender == "f" and low[-1] in _HARD):
        found.append((low, 0.95 if is_name(low) else 0.1 if kept and len(kept.group()) > 1 else -0.1))
    if gender == "m" and low[-1] in _HARD + "йь":
        found.append((low, (0.5 if is_name(low) else 0.1) - 0.6))
    return tuple(found)


def _best(word: str, case: str, gender: str, language: str, middle: bool = False) -> tuple[str, float]:
    """The likeliest nominative of one word in a case; the parts of a double name each by themselves."""
    if word[:1].islower():
        return word, 0.0
    if (
        middle
        and word[-1] in "оуиіы"
        and (is_name(word.lower()) or not any(is_name(r) for r, _ in _readings(word, case, gender, language)))
    ):
        return word, 0.95 if is_name(word.lower()) else 0.0
    parts = []
    total = 0.0
    for part in word.split("-"):
        readings = _readings(part, case, gender, language)
        new, score = max(readings, key=lambda r: r[1], default=(part.lower(), -1.5))
        parts.append(_like(new, part))
        total += score
    return "-".join(parts), total / len(parts)


def _like(new: str, written: str) -> str:
    """The nominative with the written word's capitals."""
    return written[: len(new)] + new[len(written) :] if written.lower().startswith(new) else written[:1] + new[1:]


def nominative(words: tuple[str, ...], before: str = "", language: str = "uk") -> tuple[str, ...]:
    """The nominative of a full name; `before` is the text in front of it.

    >>> nominative(("Остапові", "Бджолі"))
    ('Остап', 'Бджола')
    """
    plain = sum(1.0 if is_name(w.lower()) or all(is_name(p) for p in w.lower().split("-")) else 0.0 for w in words)
    woman = words[0].lower() in forms("women") or (
        words[0].lower().endswith(("ия", "ія")) and not _AFTER_GENITIVE.search(before)
    )
    best_score = plain + 0.8 + (0.5 if _AFTER_NOMINATIVE.search(before) else 0.0)
    best_score += 0.8 if woman and _WOMAN.search(words[-1].lower()) else 0.0
    best = words
    for case, gender in _BACK:
        if gender == "f" and not _woman(words, case, language):
            continue
        eastern = gender == "m" and words[0].lower() in _EASTERN
        last = len(words) - 1
        read = [
            (w, 0.0) if eastern and i < last else _best(w, case, gender, language, 0 < i < last)
            for i, w in enumerate(words)
        ]
        score = sum(s for _, s in read) + _bonus(words, case, gender, before)
        if score > best_score + 1e-6 and tuple(w for w, _ in read) != words:
            best, best_score = tuple(w for w, _ in read), score
    return best


def _woman(words: tuple[str, ...], case: str, language: str) -> bool:
    """Whether a name can be a woman's: the given name ends in -a in the nominative."""
    return _best(words[0], case, "f", language)[0][-1:] in "аяь"


def _bonus(words: tuple[str, ...], case: str, gender: str, before: str) -> float:
    """What the endings as a whole and the word before say for a case."""
    shown = {"gen": _AFTER_GENITIVE, "acc": _AFTER_GENITIVE, "dat": _AFTER_DATIVE, "ins": _AFTER_INSTRUMENTAL}.get(case)
    told = bool(shown and shown.search(before))
    bonus = (1.2 if case == "dat" else 1.0) if told else 0.0
    low = [w.lower() for w in words]
    if told and gender == "m" and case in {"gen", "acc"}:
        bonus += -0.8 if low[0] in forms("women") else 0.5 if case == "gen" and all(map(_masculine, low)) else 0.0
    if gender == "m" and case == "gen" and not is_name(low[0]) and not _WOMAN.search(low[-1]):
        bonus += 0.9 if all(_masculine(w) for w in low) else 0.0
    if (
        gender == "m"
        and case in {"gen", "acc"}
        and low[0][-1] in "ая"
        and low[0] not in forms("women")
        and low[-1][-1] not in "кнрлстш"
    ):
        bonus += 0.5 if is_name(low[0][:-1]) or is_name(low[0][:-1] + "й") or is_name(low[0][:-1] + "ь") else 0.0
    if gender == "m" and case == "gen" and low[0] not in forms("women") and _masculine(low[0]):
        named = is_name(low[0][:-1]) and all(map(_masculine, low[1:]))
        bonus += 0.9 if _MAN.search(low[-1]) or named else 0.0
    if low[0] in _EASTERN and gender == "m" and case in {"gen", "dat", "ins"}:
        plain = sum(is_name(w) for w in low[:-1])
        bonus += plain + (1.0 if not is_name(low[-1]) and low[-1][:-1][-1:] in "нмкптхг" else 0.0)
    if gender == "m" and case == "gen" and len(low) > 2 and low[0][-1] in _HARD and all(_masculine(w) for w in low[1:]):
        bonus += 1.5
    if gender == "m" and case == "acc" and low[0][-1] == "у" and is_name(low[0][:-1]):
        bonus -= 0.04
    woman = gender == "m" and case in {"gen", "acc"} and _WOMAN.search(low[-1])
    if _SURELY[case].search(low[0]) and not is_name(low[0]) and (told or not woman):
        bonus += 0.9
    if case == "gen" and low[0][-1] == "ы" and low[0] not in _EASTERN:
        bonus += 0.9
    if case == "loc" and _AFTER_LOCATIVE.search(before):
        bonus += 1.3
    return bonus - (0.05 if gender == "f" else 0.0) - (0.3 if case == "loc" else 0.0)


_SURELY = {
    "gen": re.compile(r"(?:ого|ія|ия)$"),
    "acc": re.compile(r"(?:ого|ія|ия)$"),
    "dat": re.compile(r"(?:ому|ові|еві|єві|ію|ию)$"),
    "ins": re.compile(r"(?:[^ао]м|ом|ою|ею|єю)$"),
    "loc": re.compile(r"$^"),
}
"""Endings of given names that no nominative has."""


def _masculine(low: str) -> bool:
    """Whether a word looks like the genitive of a man's name: a consonant and -a."""
    return len(low) > 3 and low[-1] == "а" and low[-2] in _HARD
