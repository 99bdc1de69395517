"""Arabic names behind a word for somebody: `زوجته نعمات السيد`, `المهاجم آدم النفاتي`, `نجله كريم`; and `أم ريان`.

In      a text, where titles and peoples' names end in it
Out     `NameSpan`s: a known given name with a family's name that is on no list, a given name alone behind kin
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pipelines.analysis.people.caseless import ARABIC_JOINING, caseless_name
from pipelines.analysis.people.cues import cue_class
from pipelines.analysis.people.features import known
from pipelines.analysis.people.spans import NameSpan
from pipelines.analysis.people.words import word_set

_KIN = re.compile(
    r"(?<![\u0621-\u0652])و?(?:ل|ب)?(?:نجل|ابن|ابنت|أخ|أخو|أخي|أخت|شقيق|شقيقت|زوج|زوجت|أرملت|والد|والدت|جد|جدت|عم|عمت|خال|خالت|حفيد|خطيب|خطيبت|طفل|طفلت|بنت)(?:ه|ها|هم|ي)"
    r"(?![\u0621-\u0652])"
)
_WHO = re.compile(
    r"(?<![\u0621-\u0652])و?(?:(?:صديق|صديقت|شريك|زميل|زميلت|رفيق|رفيقت|جار|قريب)(?:ه|ها|هم)|ابن (?:عم|خال)(?:ه|ها)"
    r"|(?:ال)?(?:موظف|مهندس|مهاجم|مدافع|حارس|مدرب|لاعب|طالب|باحث|صحفي|صحافي|ناشط|تاجر|سائق|فنان|كاتب|روائي|ممثل|دكتور|محامي?|طبيب|عامل|شاعر|مخرج|أستاذ|نائب|أسير|مقاتل|جندي|متهم)ة?"
    r"|القاضي|قاضي التحقيق|الحاجة?|مهندس[ة]? [\u0621-\u0652]{4,9})(?![\u0621-\u0652])"
)
_WORD = re.compile(r" (?P<word>[\u0621-\u0652]{2,})")
_FIRST_NO_NAME = frozenset(
    {"نادي", "جنوب", "شمال", "شرق", "غرب", "عيد", "وراء", "خلف", "هاون", "راء", "جار", "وسط", "شارع", "ميدان"}
    | {"أمام", "أحد"}
)
"""Words that a model takes for given names."""
_MOTHER_OF = re.compile(r"(?<![\u0621-\u0652])(?:أم|أبو|أبي|أبا|ابو)\s$")


def is_no_name(name: str) -> bool:
    """Whether a span begins with a direction, a feast or the like."""
    return name.split()[0] in _FIRST_NO_NAME


def arabic_led(text: str, heads: Iterable[int]) -> list[NameSpan]:
    """Names behind titles, trades and kin."""
    kin = {match.end() for match in _KIN.finditer(text)}
    starts = {*heads, *kin, *(match.end() for match in _WHO.finditer(text))}
    found = []
    for at in sorted(starts):
        first = _WORD.match(text, at)
        if not first or known(first["word"]) != "1" or not _may_begin(first["word"]):
            continue
        second = _WORD.match(text, first.end())
        if second and _family(second["word"]):
            found.append(NameSpan(first.start("word"), second.end("word"), 0.58, "title"))
        elif at in kin:
            found.append(NameSpan(first.start("word"), first.end("word"), 0.45, "title"))
    return found


def _may_begin(word: str) -> bool:
    return caseless_name([word]) and word not in _FIRST_NO_NAME | {"باسم"} | word_set("arabic_after")


def _family(word: str) -> bool:
    """Whether a word behind a given name can be the family's: known, or with the article and no title or office."""
    if cue_class(word) or word in word_set("institution") or word in ARABIC_JOINING or word in word_set("arabic_after"):
        return False
    return known(word) == "1" or (word.startswith("ال") and len(word) > 4 and not word.endswith("ية"))


def called_by_child(text: str, span: NameSpan) -> NameSpan:
    """Take in `mother of`, `father of` before a name, and what `servant of` goes on with."""
    start, end = span.start, span.end
    if span.pseudonym:
        return span
    before = _MOTHER_OF.search(text, max(0, start - 6), start)
    if before and text[max(0, before.start() - 2) : before.start()].strip() not in {"؟"}:
        start = before.start()
    if text[start:end].endswith(" عبد") and (following := _WORD.match(text, end)):
        end = following.end()
    return replace(span, start=start, end=end)
