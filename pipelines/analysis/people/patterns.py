"""Patterns that show a name whatever the model says: a title before it, an age after it, "named X", lists of names.

In      text, spans found so far
Out     more `NameSpan`s
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipelines.analysis import nationalities
from pipelines.analysis.people.arabic_led import arabic_led
from pipelines.analysis.people.caseless import CITIZEN, arabic_aged, caseless_name, caseless_titled, surname_final
from pipelines.analysis.people.cjk import SURNAMES_ZH, TRANSLITERATED, dotted, simplify
from pipelines.analysis.people.cues import CueHit, cue_class
from pipelines.analysis.people.features import known
from pipelines.analysis.people.korean import korean_shown
from pipelines.analysis.people.spans import NameSpan
from pipelines.analysis.people.words import word_index, word_regex, word_set

_UP = r"[A-ZÀ-ÖØ-ÞĀ-ŽА-ЯЁІЇЄҐŞĞİ]"
_LOW = r"[^\W\d_A-ZА-Я]"
_WORD = rf"{_UP}(?:[^\W\d_]|['’ʼ](?=[^\W\d_]{{2}})){{0,30}}(?:-{_UP}?[^\W\d_]{{1,30}}){{0,3}}"
_PARTICLE = r"(?:al|el|bin|ibn|abu|abd|van|von|de|der|da|dos|do|das|del|la|di|ben|le|du|y|ter|oğlu|огли|кызы)"
NAME = rf"(?<!\w){_WORD}(?!\w)(?:[^\S\n]{{1,3}}(?:{_PARTICLE}[\s-]{{1,2}})?(?:{_WORD}(?!\w)|{_UP}\.(?=\s))){{0,5}}"
"""A capitalised name. Every part is bounded: a page of letters must not cost minutes."""

_NAME = re.compile(NAME)
_AGE_UNITS = (
    r"years?|yrs?|year-old|Jahre|ans|años|anos|yaşında(?:ki)?|рок[иів]+|років|рік|лет|года?|\bр\.|"
    r"वर्ष(?:ीय|का|की)?|साल|वर्षीय"
)
_AGED = re.compile(
    rf"(?P<n>{NAME})(?=,?\s*(?:\(\s*(?:aged\s+|de\s+)?\d\d(?:\s*(?:{_AGE_UNITS}))?\s*\)|,\s*(?:aged\s+|aged\s|de\s+|âgée?\s+de\s+|an?\s+)?\d\d(?:-year-old|\s*(?:{_AGE_UNITS}))?\s*(?:,|;|\.|:|and\b|y\b|et\b|e\b|und\b|with\b|from\b|hopes?\b|$|[a-zа-яіїє])))"
)
_BORN = re.compile(
    rf"(?P<n>{NAME})(?=\s*\((?:born|né|née|nacido|nascido|geboren|\d{{4}}\s*(?:г\.|р\.|року|года)|р\.\s*н))"
)
_DEVANAGARI_AGE = re.compile(r"\d\d\s*वर्षीय[ाो]?\s+(?P<n>[\u0900-\u0963]{2,}(?:\s+[\u0900-\u0963]{2,}){1,2})")
_CJK_LATIN = re.compile(
    r"(?P<n>[\u3400-\u9fff][\u3400-\u9fff·・]{1,11})\s*[（(]\s*(?P<l>[A-Z][\w'’.-]+(?:\s+[\w'’.-]+){0,3})\s*(?:[,，、][^)）]{0,12})?[)）]"
)
_CJK_SOUND = re.compile(r"(?P<n>[\u3400-\u9fff][\u3400-\u9fff·・]{1,9})\s*[（(][^)）]{0,20}音[译譯][)）]")
_CJK_AGE = re.compile(
    r"\d\d\s*[岁歲]的?(?P<c>[\u3400-\u9fff]{0,6}?(?:人|男子|女子|公民|士兵|青年|籍))?(?P<n>[\u3400-\u9fff]{2,4})(?=[\s,，、。(（与與和曾在被于於是来來自说說称稱表示]|$)"
)
_MASKED = re.compile(
    r"(?:Prisoner|Captive|Detainee|Soldier|Gefangener|Prisonnier|Prisionero|Prisioneiro|Полонений|Пленный)\s+(?:[A-ZА-Я]|No\.?\s*\d+)(?![\w.])"
)
_CONJUNCTION = re.compile(
    r"\s*(?:,|、|;|،|and|y|e|et|und|ve|і|та|й|и|र|और|و|तथा|एवं|/|-)+\s*(?:and|y|e|et|und|ve|і|та|и|र|और)?\s*"
)


_NAME_WORDS = re.compile(r"(?:[^\W\d_]|[\u0900-\u0963\u064b-\u0652])+(?:['’ʼ-](?:[^\W\d_]|[\u0900-\u0963])+)*")


TURKISH_BODY = re.compile(
    r"(?:Müdürlü|Mahalles|Tünel|Bulvar|Başkanlı|Vakf|Müşavirli|Belediyes|Üniversites|Bakanlı|Komutanlı|Tugay|Hastanes|Caddes|Soka[gğ])\w*"
)
"""Turkish offices and places, in whatever case."""


def plausible(name: str) -> bool:
    """Whether a capitalised span can be a person: no institution, place, month; not one unknown short word."""
    words = _NAME_WORDS.findall(name.lower())
    if not words or len(words) > 6:
        return False
    if (
        TURKISH_BODY.search(name)
        or any(w in word_set("institution") for w in words)
        or any(w in word_set("stop") for w in words)
    ):
        return False
    return len("".join(words)) >= 2


_RANK = re.compile(
    r"(?:(?:(?:Lance\sCpl|Staff\sSgt|Lt|Sgt|Cpl|Col|Maj|Gen|Capt|Cpt|Pvt|Brig|Adm|Prof|Me|Mtre)\.?|(?:Lieut|Insp|Det|Supt|Hon|Doç|Av|Uzm|[Гг]ен|[Пп]олк|[Пп]ідполк|[Пп]одполк|[Лл]ейт|[Сс]ерж|[Кк]ап)\.)\s+)+"
    r"(?=\S+\s+\S)|(?:Mr|Mrs|Ms|Dr|Mme|Mlle|Hr|Sr|Sra|Srta|Dra)\.?\s+(?=\S)"
)
"""Ranks and forms of address that are no part of a name, however they are written."""


def without_rank(text: str, start: int, end: int) -> int:
    """Where a name begins behind `Lt. Col.`, `Me`, `Dr`."""
    rank = _RANK.match(text, start, end)
    return rank.end() if rank else start


def _clean(text: str, start: int, end: int) -> tuple[int, int]:
    """Drop title and stop words from the beginning of a capitalised span."""
    start = without_rank(text, start, end)
    while True:
        match = re.match(r"[^\W\d_]+(?:['’ʼ.-]+[^\W\d_]+)*\.?\s+", text[start:end])
        if not match or match.group().strip(" .").lower() not in word_set("stop"):
            return start, end
        start += match.end()


def find_patterns(text: str, cues: Iterable[CueHit], language: str) -> list[NameSpan]:
    """Names shown by their surroundings."""
    found: list[NameSpan] = []
    for pattern, score in ((_AGED, 0.93), (_BORN, 0.93), (_DEVANAGARI_AGE, 0.75)):
        for match in pattern.finditer(text):
            start, end = _clean(text, *match.span("n"))
            name = text[start:end]
            if pattern is _DEVANAGARI_AGE and not caseless_name(name.split()):
                continue
            if plausible(name) and (" " in name or known(name) == "1"):
                found.append(NameSpan(start, end, score if any(known(w) == "1" for w in name.split()) else 0.6, "age"))
    for match in _MASKED.finditer(text):
        found.append(NameSpan(match.start(), match.end(), 1.0, "masked", pseudonym=True))
    found += _introduced(text) + _of_a_people(text, language)
    found += _changed(text)
    found += _titled(text, cues, language)
    if language in {"ar", "ne", "hi"}:
        titles = [h.end for h in cues if h.kind in {"title", "say"} and h.value != "recruit"]
        found += caseless_titled(
            text,
            [
                *titles,
                *(h.end for h in nationalities.find(text, language)),
                *(m.end() for m in CITIZEN.finditer(text)),
            ],
        )
        found += surname_final(text)
    if language == "ar":
        found += arabic_aged(text)
        heads = [h.end for h in cues if h.kind == "title" and h.value != "recruit"]
        found += arabic_led(text, [*heads, *(h.end for h in nationalities.find(text, language) if h.kind == "demonym")])
    if language == "zh":
        found += _chinese(text)
    if language == "ko":
        found += korean_shown(text, cues)
    return found


def _changed(text: str) -> list[NameSpan]:
    """`Olena (name changed)`: a name that the outlet says is not the real one."""
    found = []
    for hit in word_index("pseudonym").find(text):
        before = text[max(0, hit.start - 60) : hit.start]
        gap = re.search(r"\s*[(,（]\s*(?:the\s|his\s|her\s|not\s)?$", before)
        names = list(_NAME.finditer(before[: gap.start()])) if gap else []
        if names and gap and names[-1].end() == gap.start():
            offset = max(0, hit.start - 60)
            found.append(
                NameSpan(offset + names[-1].start(), offset + names[-1].end(), 0.95, "changed", pseudonym=True)
            )
    return found


def _introduced(text: str) -> list[NameSpan]:
    found = []
    for match in word_index("introduced").find(text):
        name = _NAME.match(text, match.end + (1 if text[match.end : match.end + 1] == " " else 0))
        if name and plausible(name.group()) and not re.match(r"\s*(?:after|de|du)", text[name.end() : name.end() + 6]):
            found.append(
                NameSpan(name.start(), name.end(), 0.62 if known(name.group().split()[0]) == "1" else 0.52, "named")
            )
    return found


_ARTICLE = {
    "de": re.compile(r"\b(?:[Dd](?:er|ie|em|en|es)|[Ee]in(?:e|en|em|er|es)?)\s$"),
    "fr": re.compile(r"\b(?:[Ll][ea]\s|[Uu]ne?\s|[Aa]u\s|[Dd]u\s|[LlDd]['’])$"),
    "es": re.compile(r"\b(?:[Ee]l|[Ll]a|[Uu]na?|[Dd]el|[Aa]l)\s$"),
    "pt": re.compile(r"\b(?:[OoAa]|[Uu]ma?|[DdNn][oa]|[Aa]o|[Pp]el[oa])\s$"),
}
_TOGETHER = re.compile(rf"[^\S\n](?P<n>{NAME})")


def _of_a_people(text: str, language: str) -> list[NameSpan]:
    """`Der Inder A B`, `Le Togolais A B`, `el cubano A B`: an article, a people, and two words or more."""
    article, found = _ARTICLE.get(language), []
    for hit in nationalities.find(text, language) if article else ():
        name = _TOGETHER.match(text, hit.end) if hit.kind == "demonym" and article else None
        if not name or not article or not article.search(text, max(0, hit.start - 6), hit.start):
            continue
        start, end = name.span("n")
        words, adjective = name.group("n").split(), text[hit.start].islower()
        if text[hit.start : hit.end].lower().startswith("deutsche") or not 2 <= len(words) <= 4:
            continue
        if adjective and (language in {"de", "fr"} or not any(known(word) == "1" for word in words)):
            continue  # der französischen Großbank A B
        if plausible(name.group("n")):
            found.append(NameSpan(start, end, 0.58, "people"))
    return found


def _titled(text: str, cues: Iterable[CueHit], language: str) -> list[NameSpan]:
    """`President Jane Roe`, `M. Roe`, `his sister, Jane Roe`: a title and a capitalised name; a full one need not be known."""  # noqa: E501
    found = []
    spots = [(h.end, h.value) for h in cues if h.kind == "title" and h.value != "recruit"]
    spots += [
        (m.end(), "")
        for m in re.finditer(
            r"\b(?:Mr|Mrs|Ms|M|Mme|Me|Dr|Hr|Herr|Frau|Señor|Sr|Sra|doña|don|dona|Sayın|пан|пані|г-н|господин)\.?(?=\s)",
            text,
        )
    ]
    if language in {"uk", "ru"}:
        spots += [
            (h.end, "") for h in nationalities.find(text, language) if h.kind == "demonym" and text[h.start].islower()
        ]
    for at, value in spots:
        match = (_AFTER_KIN if value in {"family", "lawyer"} else _AFTER_TITLE).match(text, at)
        if not match:
            continue
        start, end = _clean(text, *match.span("n"))
        name = text[start:end]
        words = name.split()
        if not plausible(name) or len(words) > 4:
            continue
        if any(known(w) == "1" for w in words) and (value != "family" or len(words) > 1):
            found.append(NameSpan(start, end, 0.66 if len(words) > 1 else 0.55, "title"))
        elif len(words) > 1 and language != "de" and text[text.rfind(" ", 0, at) + 1 : at].islower():
            found.append(NameSpan(start, end, 0.52, "title"))
    return found


_AFTER_TITLE = re.compile(rf"\s+(?P<n>{NAME})")
_AFTER_KIN = re.compile(rf"(?:,\s|\s)\s*(?P<n>{NAME})")


def _chinese(text: str) -> list[NameSpan]:
    found = [NameSpan(start, end, 0.98, "cjk") for start, end in dotted(text)]
    for pattern, score in ((_CJK_LATIN, 0.97), (_CJK_SOUND, 0.97), (_CJK_AGE, 0.7)):
        for match in pattern.finditer(text):
            start, end = match.span("n") if "n" in pattern.groupindex else match.span()
            start = trim_chinese(text, start, end)
            other = match.group("l") if "l" in pattern.groupindex else None
            surname = simplify(text[start : start + 1]) in SURNAMES_ZH
            if pattern is _CJK_AGE and not surname and end - start < 3:
                continue
            if pattern is _CJK_LATIN and other and not all(w[:1].isupper() for w in other.split()):
                continue
            if start < end - 1:
                found.append(NameSpan(start, end, score, "cjk", other))
    for match in _ZH_SOUND_LED.finditer(simplify(text)):
        found.append(NameSpan(*match.span("n"), 0.6, "led"))
    for pattern in (_ZH_LED, _ZH_SUBJECT):
        for match in pattern.finditer(text):
            name = simplify(match.group("n"))
            if (
                name[0] in SURNAMES_ZH
                and not any(c in _ZH_NOT for c in name[1:])
                and not cue_class(name)
                and not cue_class(name[1:])
            ):
                found.append(NameSpan(*match.span("n"), 0.5 if len(name) == 3 else 0.3, "led"))
    return found


_ZH_AFTER = r"(?=[\s,，、。;；:：(（“「]|$|今年|去年|于|於|在|被|说|說|称|稱|对|對|表示|证实|證實|和|与|與|及|已|曾|是|来自|來自|等|因|希望|呼吁|呼籲|指出|告诉|告訴|强调|強調|年僅|年仅|认为|認為|承认|承認|回忆|回憶|透露|接受|向|则|則|也|还|還|将|將|的)"  # noqa: E501
_ZH_LED = re.compile(
    r"(?:公民|男子|女子|士兵|战俘|戰俘|俘虏|俘虜|志愿兵|志願兵|雇佣兵|僱傭兵|傭兵|佣兵|战友|戰友|青年|留学生|留學生|国民|國民|军人|軍人|者|员|員|人|长|長|使|理|律师|律師|教授|妻子|丈夫|母亲|母親|父亲|父親|兒子|儿子|哥哥|弟弟|姐姐|妹妹|名叫|名为|名為|叫做)"
    rf"(?P<n>[\u3400-\u9fff]{{2,3}}?){_ZH_AFTER}"
)
_ZH_SOUND_LED = re.compile(
    r"(?:公民|男子|女子|士兵|战俘|俘虏|志愿兵|佣兵|战友|青年|学生|国人|亚人|者|员|长|使|总理|总统|律师|教授|妻子|丈夫|母亲|父亲|儿子|哥哥|弟弟|姐姐|妹妹|其弟|其兄|其妻|名叫|名为"
    rf"|\d\d岁的?(?:[\u3400-\u9fff]{{2,5}}?人)?)(?P<n>[{''.join(sorted(TRANSLITERATED))}]{{3,8}})(?![·・‧])"
)
"""A foreign name spelt by sound behind a title or an age, on simplified text."""
_ZH_SUBJECT = re.compile(
    r"(?:^|[，,。;；：:、\n“「])(?P<n>[\u3400-\u9fff]{3}?)(?=说|說|表示|称|稱|对记者|對記者|承认|承認|回忆|回憶|告诉|告訴)"
)
_ZH_NOT = frozenset(
    "的了在是不有和与及他她它们我你这那其一二三四五六七八九十两多名位军省市方部将就都也很所以但并且或因被把从向对于"
)
_ZH_LEAD = re.compile(
    r".*(?:俘|犯|人|籍|兵|為|为|是|和|与|與|及|的|民|者|员|員|长|長|统|統|称|稱|说|說|据|叫|名|由|对|對|给|給|跟|将|了|在|向|友|子|师|師|官|：)"
)


def trim_chinese(text: str, start: int, end: int) -> int:
    """Where a Chinese name of the run `start:end` begins: after the last word that leads to a name, else its last three or four signs."""  # noqa: E501
    lead = _ZH_LEAD.match(text[start : end - 2])
    if lead:
        return start + lead.end()
    if end - start > 4:
        for size in (3, 2):
            if simplify(text[end - size]) in SURNAMES_ZH:
                return end - size
    return start


_NEXT = re.compile(rf"[ \u00a0](?:(?:al|el|bin|ibn|van|von|de|da|dos|do|das|del|la)[ -])?({_WORD})(?!\w)")
_PREVIOUS = re.compile(rf"(?<![\w'’-])({_WORD})[ \u00a0]$")
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n»”\"“«„(-])\s*$")


def widen(text: str, span: NameSpan, places: Sequence[tuple[int, int]], language: str = "en") -> NameSpan:
    """Take in capitalised words beside a span: the surname a model left out, the given name before a surname."""
    start, end = span.start, span.end
    while (
        (match := _NEXT.match(text, end))
        and len(text[start:end].split()) < 4
        and _fits_name(text, match.span(1), places)
    ):
        end = match.end(1)
    while (before := _PREVIOUS.search(text, max(0, start - 30), start)) and len(text[start:end].split()) < 4:
        single = " " not in text[start:end] and known(before.group(1)) == "1"
        inside = language != "de" and not _SENTENCE_START.search(text, max(0, before.start() - 4), before.start())
        if not (single or inside) or span.source == "public" or not _fits_name(text, before.span(1), places):
            break
        start = before.start(1)
    return NameSpan(start, end, span.score, span.source, span.other, span.pseudonym)


def _fits_name(text: str, at: tuple[int, int], places: Sequence[tuple[int, int]]) -> bool:
    word = text[at[0] : at[1]]
    if (
        word.lower() in word_set("stop")
        or word.lower() in word_set("institution")
        or cue_class(word)
        or word_regex("credit_after").fullmatch(word)
        or (word.isupper() and len(word) > 1)
    ):
        return False
    return not any(a < at[1] and at[0] < b for a, b in places)


def extend_lists(text: str, spans: Sequence[NameSpan]) -> list[NameSpan]:
    """Names beside found names in an enumeration: `A B, C D and E F`."""
    found: list[NameSpan] = []
    taken = {(s.start, s.end) for s in spans}
    for span in spans:
        at = span.end
        for _ in range(40):
            gap = _CONJUNCTION.match(text, at)
            name = _NAME.match(text, gap.end()) if gap else None
            if not name or not gap or "\n" in gap.group() or "." in gap.group():
                break
            words = name.group().split()
            if not (
                2 <= len(words) <= 4
                and plausible(name.group())
                and sum(known(w) == "1" for w in words) * 2 >= len(words)
            ):
                break
            if name.span() not in taken:
                found.append(NameSpan(name.start(), name.end(), 0.51, "list"))
            at = name.end()
    return found
