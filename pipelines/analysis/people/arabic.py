"""Where Arabic names begin and end: words that join, institutions, prepositions, a things called after somebody.

In      a text and the span that a model found, or its offsets
Out     better offsets or spans
Raises  nothing
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from pipelines.analysis.people import crf
from pipelines.analysis.people.caseless import ARABIC_JOINING, caseless_name
from pipelines.analysis.people.common import commonness
from pipelines.analysis.people.cues import cue_class
from pipelines.analysis.people.doubtful import rare_names
from pipelines.analysis.people.features import known
from pipelines.analysis.people.spans import NameSpan, overlaps
from pipelines.analysis.people.words import word_set

COMPOUND = frozenset({"عبد", "أبو", "ابو", "بن", "ابن", "آل"})
_SURE = 0.7
"""A model that is so sure knows a name from a preposition with its noun: `بافل` begins like one."""
_CERTAIN = 0.9
"""A model that is so sure of three words knows a family's name from a trade: `عبد التواب الجندي`."""
_CALLED = re.compile(
    r"(?:(?:ال)?(?:شارع|ميدان|ساحة|جسر|نفق|متحف|جائزة|مطار|مدرسة|جامعة|مستشفى|استاد|ملعب|قاعة|حي|باخرة|سفينة|كتيبة|مسجد|جامع|مخيم)|لواء)$"
)
_THINGS = re.compile(rf"(?:^|[\s«])(?:[بلو]|لل)?{_CALLED.pattern[:-1]}\s«?$")
_ADDRESS = re.compile(r"الحاجة?|الشيخة?|الدكتورة?|السيدة?|الأستاذة?|المهندسة?|الملكة?|الأميرة?")
_IN = re.compile(r"(?:^|\s)و?(?:في|إلى|من|قرب|نحو|منطقة|مدينة|بلدة|قرية)\s$")
_NEXT = re.compile(r"\s([\u0621-\u0652]{3,})(?![\u0621-\u0652])")
_LETTER = re.compile(r"[\u0621-\u0669\u200c\u200d]")
_WORD = re.compile(r"[\u0621-\u0652]+")


_THRESHOLD = 0.3
_EDGE = 0.12
"""For the words behind a name's first ones."""
_NO_END = frozenset({"حتى", "إلا", "شخص", "كما", "منذ", "خلال", "أيضا", "أيضاً", "غير", "ضد", "أمام"})
_UNLISTED = 0.75
"""For two words and more of which none is on the list."""
_ADJECTIVE = 0.6
"""For two words of which the first has the article: a noun with its adjective, `الحراك السلمي`."""
_THRESHOLD_KNOWN = 0.12
"""For two words and more that begin with a known given name."""


def arabic_names(text: str) -> tuple[NameSpan, ...]:
    """Names by the model; a doubtful one of two words or more where its first is on the list of names."""
    reading = crf.read("arabic", text)
    wide = {span.start: span.end for span in reading.names(_THRESHOLD, _EDGE)}
    sure = tuple(
        replace(s, end=_last_name(text, s, wide.get(s.start, s.end)))
        for s in reading.names(_THRESHOLD)
        if _likely(text[s.start : s.end], s.score)
    )
    doubtful = (s for s in reading.names(_THRESHOLD_KNOWN) if _given_first(text[s.start : s.end].split()))
    sure = (*sure, *(s for s in doubtful if not any(overlaps(s, a) for a in sure)))
    return (*sure, *rare_names(reading, "ar", sure))


def _last_name(text: str, span: NameSpan, limit: int) -> int:
    """Where a name ends whose last words the model is less sure of: a family's name is often on no list."""
    end = span.end
    while (word := _NEXT.match(text, end)) and word.end() <= limit and len(text[span.start : end].split()) < 4:
        last = word.group(1)
        adjective = last.startswith("ال") and not last.endswith("ي")
        closed = text[span.start : end].split()[-1].startswith("ال")  # a family's name stands already
        if known(last) != "1" and (
            closed or adjective or last[0] == "و" or last in _NO_END or last in ARABIC_JOINING or cue_class(last)
        ):
            break
        if last in word_set("arabic_after"):
            break
        end = word.end()
    return end


def _likely(name: str, score: float) -> bool:
    """Whether a name on no list is sure enough; a single word is weighed later by what stands beside it."""
    words = name.split()
    if len(words) > 1 and words[0].startswith("ال") and known(words[0]) == "0" and score < _ADJECTIVE:
        return False
    return len(words) == 1 or score >= _UNLISTED or any(known(word) != "0" for word in words)


def _given_first(words: list[str]) -> bool:
    accusative = words[-1].endswith("ا") and known(words[-1]) != "1"
    return 2 <= len(words) <= 4 and known(words[0]) == "1" and not accusative and caseless_name(words)


def _within_word(text: str, span: NameSpan) -> bool:
    return _LETTER.match(text[max(0, span.start - 1) : span.start]) is not None


def arabic_end(text: str, start: int, end: int, score: float = 0.0) -> int:
    """Where an Arabic name ends: words behind it that are no names and begin with a preposition, or are cues, are cut off."""  # noqa: E501
    words = text[start:end].split()
    while len(words) > 1 and (
        words[-1] in word_set("arabic_after")
        or (cue_class(words[-1]) and not (score >= _CERTAIN and len(words) > 2 and words[-1].startswith("ال")))
        or _with_preposition(words, score)
    ):
        end = start + len(text[start : start + text[start:end].rstrip().rfind(words[-1])].rstrip())
        words.pop()
    return end


def _with_preposition(words: list[str], score: float) -> bool:
    last = words[-1]
    if known(last) == "1" or last[0] not in "بل" or words[-2] in COMPOUND:
        return False
    return score < _SURE or last.startswith(("بال", "لل"))


def arabic_start(text: str, start: int, end: int, score: float = 0.0) -> int:
    """Where an Arabic name begins: words that join sentences, and institutions with their article, stand before it."""
    while match := re.match(r"(\S+)\s+(?=\S)", text[start:end]):
        word = match.group(1)
        if not (
            word in ARABIC_JOINING
            or word in word_set("arabic_after")
            or _ADDRESS.fullmatch(word)
            or (word.startswith("ال") and known(word) != "1" and score < _CERTAIN and len(text[start:end].split()) > 2)
        ):
            break
        start += match.end()
    return start + (1 if _joined(text[start:end].split(" ")[0]) else 0)


def _joined(word: str) -> bool:
    """Whether a word is `and` with a known name: `وأحمد`."""
    return word.startswith("و") and known(word) != "1" and known(word[1:]) == "1"


def arabic_apart(text: str, span: NameSpan) -> tuple[NameSpan, ...]:
    """Names that a model took for one, `محمد صالح وأحمد الخطيب`; none where it took a street called after somebody."""
    words = [(m.start() + span.start, m.group()) for m in _WORD.finditer(text[span.start : span.end])]
    if _within_word(text, span):
        return ()
    if words and _CALLED.match(words[0][1]):
        return ()
    cuts = [at for at, word in words[1:] if _joined(word)]
    edges = [span.start, *cuts, span.end]
    return tuple(replace(span, start=a, end=b if b == span.end else b - 1) for a, b in pairwise(edges))


def called_after(text: str, span: NameSpan) -> bool:
    """Whether a street, a bridge or a ship of that name is spoken of, or a single word stands as a place does."""
    before, name = text[max(0, span.start - 14) : span.start], text[span.start : span.end]
    if span.source == "arabic" and " " not in name and _IN.search(before):
        return True
    return span.source != "age" and bool(_THINGS.search(before))


_BEFORE = re.compile(r"(?:(?<=^)|(?<=[.،:؛«\n(] )|(?<=[\n«(])|(?<=\s))([\u0621-\u0652]{2,})\s$")


def first_name(text: str, span: NameSpan) -> NameSpan:
    """Take in a known, rare first name before two: given name, father's name, family's."""
    before = _BEFORE.search(text, max(0, span.start - 16), span.start)
    if span.pseudonym or before is None or len(text[span.start : span.end].split(" ")) not in (2, 3):
        return span
    word = before.group(1)
    listed = known(word) == "1" and commonness(word) in {"2", "3", "n"} and caseless_name([word])
    if not listed or word in word_set("arabic_after") or _ADDRESS.fullmatch(word):
        return span
    return replace(span, start=before.start(1))


def third_name(text: str, span: NameSpan) -> NameSpan:
    """Take in a known third name behind two: given name, father's name, family's."""
    words = text[span.start : span.end].split(" ")
    following = _NEXT.match(text, span.end)
    if span.pseudonym or len(words) != 2 or following is None or known(words[0]) != "1":
        return span
    word = following.group(1)
    listed = known(word) == "1" and word not in word_set("arabic_after") and caseless_name([word])
    return replace(span, end=following.end()) if listed else span
