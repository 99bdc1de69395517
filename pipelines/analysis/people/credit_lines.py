"""Lines that name the page's makers and say nothing of anybody: `By Jane Doe and John Roe, Nairobi`.

In      `Text`, spans
Out     the spans that stand in such a line and nowhere else in the text
Limits  a line without a word of credits only where the body begins or ends, and no other line of names stands beside it
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipelines.analysis.people.cues import find_cues
from pipelines.analysis.people.spans import NameSpan
from pipelines.analysis.people.text import Text
from pipelines.analysis.people.words import word_set

_LONGEST = 110
_LABEL = re.compile(
    r"\s*(?:By|Words|Story|Text|Report|Reporting|Photos?|Images?|Von|Foto|Bild|Par|Texte|Por|Texto|De|От|Автор[иы]?|Текст|Фото|Підготував|Підготувала|Подготовил|Подготовила"
    r"|Haber|Yazan|Fotoğraf|Muhabir|بقلم|كتب|كتبت|إعداد|تصوير|تقرير|संवाददाता|रिपोर्ट|रिपोर्टर|तस्बिर|तस्वीर|फोटो|प्रस्तुति|लेखक|글|사진|글·사진|취재"
    r"|文|图|圖|撰文|摄影|攝影|采写|採訪|记者|記者)(?![\w\u0900-\u0963])\s*[:：/|—–-]?\s*"
)
_CASELESS = re.compile(r"[\u0600-\u06ff\u0900-\u0963\u3400-\u9fff\uac00-\ud7af]")
_SENTENCE = re.compile(r"[.!?।。！？؟][\s\"'”»]*$|[;!?।。！？؟\"“«»]")


def in_credit_lines(text: Text, spans: Sequence[NameSpan]) -> frozenset[tuple[int, int]]:
    """Places of the spans that stand in lines of credits."""
    body = next(((start, end) for name, start, end in text.fields if name == "body"), None)
    if body is None:
        return frozenset()
    lines = [
        (m.start(), m.end())
        for m in re.finditer(r"[^\n]*\S[^\n]*", text.text[: body[1]])
        if m.start() >= body[0] and len(m.group()) > 1
    ]
    last = text.sentences[text.sentence_at(body[1] - 1)]
    if lines and lines[-1][0] < last[0] < lines[-1][1]:
        lines.append(last)
    found: set[tuple[int, int]] = set()
    for number, (start, end) in enumerate(lines):
        here = [s for s in spans if start <= s.start and s.end <= end] if end - start <= _LONGEST else []
        if here and _credits(text.text, (start, end), here, _may_be_bare(text.text, lines, number, spans)):
            found |= {(s.start, s.end) for s in here if not _elsewhere(text.text, s, start, end)}
    return frozenset(found)


def _may_be_bare(whole: str, lines: Sequence[tuple[int, int]], number: int, spans: Sequence[NameSpan]) -> bool:
    """Whether a line of names without a word of credits may be one: the first or the last, none such beside it."""
    if number not in (0, len(lines) - 1) or len(lines) == 1:
        return False
    beside = lines[1] if number == 0 else lines[-2]
    return _bare(whole, beside, [s for s in spans if beside[0] <= s.start and s.end <= beside[1]]) is None


def _credits(whole: str, line: tuple[int, int], here: Sequence[NameSpan], bare: bool) -> bool:
    label = _LABEL.match(whole, *line)
    if label and label.end() <= here[0].start:
        rest = _bare(whole, (label.end(), line[1]), here)
        return rest is not None
    return bare and here[0].start - line[0] <= 2 and bool(_bare(whole, line, here))


def _bare(whole: str, line: tuple[int, int], here: Iterable[NameSpan]) -> list[str] | None:
    """The words of a line beside its names where they are a place's or join; None where they say something."""
    pieces, at = [], line[0]
    for span in here:
        pieces.append(whole[at : span.start])
        at = max(at, span.end)
    rest = " ".join([*pieces, whole[at : line[1]]])
    words = re.findall(r"[\w\u0900-\u0963\u064b-\u0652]+", rest)
    if not here or len(words) > 6 or re.search(r"\d", rest) or _SENTENCE.search(rest.strip()) or find_cues(rest):
        return None
    if _CASELESS.search(rest):
        return words if len(words) <= 3 and not re.search(r"[.।。]", whole[line[0] : line[1]]) else None
    return (
        words
        if all(w[:1].isupper() or w in word_set("credit_joining") or w in word_set("credit_making") for w in words)
        else None
    )


def _elsewhere(whole: str, span: NameSpan, start: int, end: int) -> bool:
    """Whether a word of the name stands anywhere else."""
    words = [w for w in re.findall(r"[\w\u0900-\u0963]+", whole[span.start : span.end]) if len(w) > 1]
    return any(w in whole[:start] or w in whole[end:] for w in words)
