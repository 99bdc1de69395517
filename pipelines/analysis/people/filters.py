"""Leave out the people who made the page: bylines, photographers, credits, and spans that stand alone among tags.

In      text, spans
Out     the spans that are spoken of
Raises  nothing
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

from pipelines.analysis.people.credit_lines import in_credit_lines
from pipelines.analysis.people.spans import NameSpan
from pipelines.analysis.people.text import Text
from pipelines.analysis.people.words import word_index, word_regex, word_set

_BEFORE = 34
_BY = re.compile(
    r"(?:^|[.\n|•·(-]\s*|\b(?:Written|Reported|Posted|Photo|Image|Text)\s)(?:By|Von|Par|Por|BY|От|Di):?\s+(?:the\s+)?$"
)
_WIRE = re.compile(r"(?:\(|^|\s)(?:AP|AFP|Reuters|Getty|EPA|TASS|X|Foto|Photo)[^.\n]{0,22}/\s*$|©\s*$")
_CREDIT_GAP = re.compile(r"^(?:=\S+\s)?\s*[:：/=]?\s*(?:par\s|por\s|von\s|by\s)?\s*(?:[^\W\d_]+\s*[/,]\s*)?$")
_AFTER_DATE = re.compile(
    r"^\s*[,|•·-]?\s*(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|понеділок|вівторок|середа|четвер|п.ятниця|субота|неділя|понедельник|вторник|среда|пятница|суббота|воскресенье)?,?\s*"
    r"(?:\d{1,2}[. ]\s?\S{2,12}\s\d{4}|\d{1,2}\.\d\d\.\d{4}|\S{3,9}\s\d{1,2},\s\d{4})"
)
_AFTER_SLASH = re.compile(r"^\s*[/|]\s*[A-Z\u3400-\u9fff]")
_DASHED = re.compile(r"(?:^|[.\n])\s*[-–—]\s*$")
_IN_BRACKETS = re.compile(r"(?:[A-ZÀ-ÖØ-ÞА-ЯІЇЄҐ]{3}|\d|^|[.\n]\s?[A-ZÀ-ÖØ-Þ][\w .,'-]{2,30})[.,]?\s?[(（]$")
_DATELINE_ENDS = re.compile(r"[^\n()（）]{0,24}[)）]\s*(?:[-–—:.]|--)\s")
"""An agency in a dateline: `LIMA, May 3 (Harbour Wire) -`."""
_DASH_ORG = re.compile(r"^\s+[-–—]\s+[A-ZА-ЯІЇЄ][^\W\d_]+(?:\s[A-ZА-ЯІЇЄ-]|\s*[,/|])")
_SIGN = re.compile(r"^\s*$|^\s*[-–—]\s")


def spoken_of(
    text: Text, spans: Iterable[NameSpan], judged: dict[tuple[int, int], bool] | None = None
) -> tuple[NameSpan, ...]:
    """Spans without those of the page's makers; a name that is also spoken of elsewhere stays where it is.

    `judged` keeps, for a second look at the same text, which places are no credit.
    """
    spans = tuple(spans)
    names: dict[str, int] = {}
    for span in spans:
        key = text.text[span.start : span.end].casefold()
        names[key] = names.get(key, 0) + 1
    asked = judged if judged is not None else {}
    for span in spans:
        if (place := (span.start, span.end)) not in asked:
            asked[place] = not is_credit(text, span) and not is_teaser(text, span)
    makers = in_credit_lines(text, spans)
    return tuple(
        s
        for s in spans
        if asked[s.start, s.end]
        and (s.start, s.end) not in makers
        and not (names[text.text[s.start : s.end].casefold()] == 1 and stands_alone(text, s, spans))
    )


_TEASER = re.compile(
    r"^\s*(?:Read (?:more|also|next)|See also|Also read|Related|More on this|Don't miss|Most read|Recommended|Читайте так|Читать также|Читайте ещ|Дивіться також|Смотрите также|Lesen Sie auch|Mehr zum Thema|"  # noqa: E501
    r"Lire aussi|[ÀA] lire|Lea también|Lee también|Te puede interesar|Leia (?:também|mais)|Veja também|İlginizi çekebilir|Ayrıca oku|延伸阅读|延伸閱讀|相关阅读|相關|更多|اقرأ أيضا|اقرأ المزيد|यह भी पढ़ें|यो पनि पढ्नुहोस्|관련기사|함께 보기)",  # noqa: E501
    re.IGNORECASE,
)


def is_teaser(text: Text, span: NameSpan) -> bool:
    """Whether the sentence, or its beginning before a colon, points to other articles."""
    return bool(_TEASER.match(text.sentence(text.sentence_at(span.start))))


def is_credit(text: Text, span: NameSpan) -> bool:
    """Whether the words around a span make it a byline or a picture's credit."""
    whole = text.text
    before = whole[max(0, span.start - _BEFORE) : span.start]
    after = whole[span.end : span.end + 40]
    following = re.match(r"\s+([^\W\d_]+)", after)
    goes_on = following and following.group(1).islower() and following.group(1) not in word_set("credit_joining")
    if not goes_on and _BY.search(before):  # "Von Jane Roe fehlt jede Spur": no byline
        return True
    if before.endswith(("(", "（")) and _IN_BRACKETS.search(before) and _DATELINE_ENDS.match(after):
        return True
    if re.match(r"\s*[-–—]", after) and _DASHED.search(before):
        return True
    if _DASH_ORG.match(after) and (not before.rstrip(" \n") or re.search(r"[.\n]\s*$", before)):
        return True
    if before.rstrip().endswith(("/", "©")) and _WIRE.search(before):
        return True
    tail = re.split(r"[.\n。！!?]", before)[-1]
    for match in word_regex("credit_before").finditer(tail) if _may_credit(whole, span.start, tail) else ():
        if _CREDIT_GAP.match(tail[match.end() :]) and (
            re.search(r"[:：/©=]", tail[match.end() :])
            or match.group() == "©"
            or not re.search(r"[a-zа-яіїє]\s*$", tail[: match.start()])
        ):
            return True
    follow = word_regex("credit_after").match(after.lstrip(" ,/|(-–")) if after[:1] in " ,/|(-–" else None
    if (
        follow
        and not re.match(r"\s*(?:told|said|à l)", after)
        and len(after) - len(after.lstrip(" ,/|(-–")) <= 3
        and follow.group().lower() not in {"afp", "reuters", "ap"}
    ):
        return True
    if _AFTER_DATE.match(after) and (
        whole[span.start : span.end].isupper()
        or (
            whole[max(0, span.start - 2) : span.start].strip() in {"", ".", "|"}
            and not re.search(r"[a-zа-яіїє]\s+$", before)
        )
    ):
        return True
    return bool(_AFTER_SLASH.match(after)) and not before.rstrip().endswith(",")


def _may_credit(whole: str, end: int, tail: str) -> bool:
    """Whether a word of credits begins in the `tail` before `end`: the pattern that says which is slow."""
    words = _credit_words(whole)
    at = bisect_left(words, end - len(tail))
    return (at < len(words) and words[at] < end) or "©" in tail


@lru_cache(maxsize=4)
def _credit_words(whole: str) -> tuple[int, ...]:
    """Where words of credits begin in a text."""
    return tuple(hit.start for hit in word_index("credit_before").find(whole))


def stands_alone(text: Text, span: NameSpan, spans: tuple[NameSpan, ...]) -> bool:
    """Whether a sentence of the body is nothing but the name (a signature, a tag, a teaser's author)."""
    number = text.sentence_at(span.start)
    start, end = text.sentences[number]
    place = text.place(span.start, span.end)
    if place is None or place[0] != "body":
        return False
    rest = (text.text[start : span.start] + " " + text.text[span.end : end]).strip(" \n.,;:-–—•|*0123456789)(")
    if rest and (
        any(w[:1].islower() for w in rest.split())
        or not re.search(r"[A-Za-zА-Яа-яІіЇї]", rest)
        or len(rest.split()) > 3
    ):
        return False
    if rest and not all(w.strip(".,").lower() in word_set("stop") for w in rest.split()):
        return False
    near = [s for s in spans if s is not span and abs(text.sentence_at(s.start) - number) == 1 and _only(text, s)]
    return not near


def _only(text: Text, span: NameSpan) -> bool:
    start, end = text.sentences[text.sentence_at(span.start)]
    return end - start - (span.end - span.start) < 8
