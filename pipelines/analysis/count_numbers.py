"""Find numbers in a marked text, in digits and words of every script, and throw out those that cannot count people.

In      `Marked` (see count_marks.py)
Out     `Number` tuple in reading order, never overlapping; dates, times, money, percentages, ordinals, unit numbers and
        labels ("No 12", "F-16", "81st") are consumed and left out
Units   `low`/`high` are plain numbers; `None` where the words name none ("several hundred")
Raises  nothing
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.analysis.count_marks import Mark, Marked

_GROUP = {" ", "\u00a0", "\u202f", ",", ".", "'", "’", "٬"}
_RANGE = re.compile(r"\s?[-\u2010-\u2015~〜～]\s?")
_MONEY_BEFORE = re.compile(r"[$€£¥₽₴₹₩#№@/\\=+*]\s?$|[^\W\d_]-$|\d[.:/,]$|\busd ?$|\buah ?$|\bno\. ?$")
_BAD_AFTER = re.compile(r"\s?[%‰٪％°$€£¥₽₴₹₩º]|[:/.]\d|/|\+\d")
_CASE = re.compile(
    r"[-'’]?(?:ти|ми|х|тьох|ох|м|ма|ro|ye|ya|e|a|i|u|den|dan|ten|tan|si|u|un|in|nin|nun|si|den|te|ta)(?![^\W_])"
)
_UNSPACED = frozenset({"zh", "ko", "ne", "hi"})
_LINK = {"en": {"and"}, "es": {"y"}, "pt": {"e"}, "fr": {"et"}, "tr": set(), "ar": set()}
_YEARS = range(1900, 2036)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that may count people; tokens `begin`..`end`. `pair`: "300 for 300"; `year`: looks like a year."""

    begin: int
    end: int
    low: int | None
    high: int | None
    words: bool = False
    pair: bool = False
    year: bool = False


def find_numbers(marked: Marked) -> tuple[Number, ...]:
    """Return every number that may count people."""
    found: list[Number] = []
    i = 0
    while i < len(marked.tokens):
        if not marked.may_count(i):
            i += 1
            continue
        read = _vague(marked, i) or _read(marked, i) or _unsaid(marked, i)
        if read is None:
            i += 1
            continue
        read = _with_partner(marked, read)
        if not _impossible(marked, read):
            found.append(read)
        i = max(read.end, i + 1)
    return tuple(found)


def _vague(marked: Marked, i: int) -> Number | None:
    mark = marked.mark(i, "vague")
    if mark is None or (_value(marked, i) is not None and mark.end == i + 1):
        return None
    return Number(i, mark.end, None, None, words=True)


def _unsaid(marked: Marked, i: int) -> Number | None:
    """Numbers that no number word says: an article, an Arabic dual, a singular that somebody captured."""
    if marked.mark(i, "dual") is not None:
        return Number(i, i, 2, 2, words=True)
    if marked.mark(i, "single") is not None:
        return Number(i, i, 1, 1, words=True)
    if marked.mark(i, "article") is not None:
        return Number(i, i + 1, 1, 1, words=True)
    return None


def _value(marked: Marked, i: int) -> int | None:
    mark = marked.mark(i, "num")
    return int(mark.label) if mark else None


def _read(marked: Marked, i: int) -> Number | None:
    if marked.tokens[i].key.isdigit():
        return _digits(marked, i)
    if _value(marked, i) is not None:
        return _words(marked, i)
    return None


def _digits(marked: Marked, i: int) -> Number | None:
    """Digits with their groups, a decimal before a multiplier, and what a multiplier adds: 1.8萬, 4 bin 500."""
    tokens = marked.tokens
    text, end, decimal = tokens[i].key, i + 1, ""
    while end < len(tokens) and tokens[end].key.isdigit():
        gap = marked.between(end - 1, end)
        if gap in _GROUP and len(tokens[end].key) == 3 and len(tokens[i].key) <= 3 and text[0] != "0":
            if gap == "." and marked.language in ("en", "zh", "ko"):
                break
            text += tokens[end].key
            end += 1
            continue
        break
    if end < len(tokens) and tokens[end].key.isdigit() and marked.between(end - 1, end) in (".", ","):
        after = _value(marked, end + 1) if end + 1 < len(tokens) else None
        if after is None or after < 1000:
            return Number(i, end + 1, -1, -1)
        decimal, end = tokens[end].key, end + 1
    value = float(f"{text}.{decimal or 0}")
    year = not decimal and len(tokens[i].key) == 4 and end == i + 1 and int(text) in _YEARS
    value, end = _multiplied(marked, value, end)
    return Number(i, end, round(value), round(value), year=year and end == i + 1)


def _multiplied(marked: Marked, value: float, end: int) -> tuple[float, int]:
    """Multiply by the words that follow and add the smaller number behind them."""
    tokens = marked.tokens
    while end < len(tokens) and re.fullmatch(r"[ \u00a0]?", marked.between(end - 1, end)):
        factor = _value(marked, end)
        if factor is None or factor < 10 or (factor < 1000 and marked.language not in ("zh", "ko", "hi", "ne")):
            break
        value, end = value * factor, end + 1
        if factor < 1000 or marked.language not in ("zh", "ko", "tr", "hi", "ne"):
            continue
        if end < len(tokens) and re.fullmatch(r"[ \u00a0]?", marked.between(end - 1, end)):
            rest = _digits(marked, end) if tokens[end].key.isdigit() else None
            if rest is not None and rest.low is not None and 0 < rest.low < factor:
                return value + rest.low, rest.end
    return value, end


def _words(marked: Marked, i: int) -> Number:
    """Number words composed: additions must get smaller, 100 and more multiply what stands before."""
    total, current, last, end = 0, 0, 10**12, i
    while end < len(marked.tokens):
        gap = marked.between(end - 1, end) if end > i else ""
        if end > i and not re.fullmatch(r"[ \u00a0\-]?", gap):
            break
        value = _value(marked, end)
        if value is None:
            linked = marked.tokens[end].key in _LINK.get(marked.language, ()) and end > i
            after = _value(marked, end + 1) if linked and end + 1 < len(marked.tokens) else None
            if after is None or after >= last or after >= 100 or current + total < 20:
                break
            end, value = end + 1, after
        if value >= 1000:
            total, current, last = total + max(current, 1) * value, 0, value
        elif value in (10, 100) and 0 < current % 100 < 10 and (value == 100 or marked.language == "zh"):
            current, last = current - current % 100 % 10 + current % 10 * value if value == 10 else current * 100, value
        elif value == 20 and current % 100 == 4 and marked.language == "fr":
            current, last = current - 4 + 80, 20
        elif end == i + 1 and current == 1 and value >= 10:
            current, last = value, value
        elif value < last and (last >= 10 or last == 10**12):
            current, last = current + value, value
        else:
            break
        end += 1
    value = total + current
    rest = marked.tokens[end].key if end < len(marked.tokens) else ""
    hundreds = marked.language in ("ne", "hi") and value >= 100 and value % 100 == 0
    if hundreds and rest.isdigit() and int(rest) < 100:  # "एक सय ३०"
        value, end = value + int(rest), end + 1
    return Number(i, max(end, i + 1), value, value, words=True)


def _with_partner(marked: Marked, first: Number) -> Number:
    """Join "30-40", "30 to 40" to a range and "300 for 300" to a pair."""
    tokens, end = marked.tokens, first.end
    if first.low is None or first.low < 0 or end >= len(tokens):
        return first
    gap = marked.between(end - 1, end)
    start = end
    if not (_RANGE.fullmatch(gap) and tokens[end].key.isdigit()):
        link = marked.mark(end, "range") or marked.mark(end, "pair") or _between(marked, first)
        if link is None or gap.strip("'’ -") or link.end >= len(tokens):
            return first
        start = link.end
    second = _read(marked, start)
    if second is None or second.low is None or second.low < 0:
        return first
    if second.low == first.low and (marked.mark(end, "pair") or start == end):
        return Number(first.begin, second.end, first.low, first.low, first.words, pair=True)
    if second.low > first.low and not first.year and not marked.mark(end, "pair") and second.low <= first.low * 100:
        return Number(first.begin, second.end, first.low, second.low, first.words)
    return first


def _between(marked: Marked, first: Number) -> Mark | None:
    """The "and" of "between 300 and 400"."""
    opened = any(marked.mark(first.begin - step, "between") is not None for step in (1, 2))
    return marked.mark(first.end, "and") if opened else None


def _impossible(marked: Marked, number: Number) -> bool:
    """Whether the signs around the number say that it counts no people."""
    if number.low is not None and (number.low <= 0 or (number.high or 0) > 20_000_000):
        return True
    start, end = marked.tokens[number.begin].start, marked.tokens[max(number.begin, number.end - 1)].end
    glued = start > 0 and marked.folded[start - 1].isalpha() and marked.language not in (*_UNSPACED, "ar")
    if glued or _MONEY_BEFORE.search(marked.folded, max(0, start - 6), start):
        return True
    if not number.words and _bad_after(marked, number, end):
        return True
    copula = marked.language == "ne" and number.words and marked.tokens[number.begin].key == "छ"
    if copula and not marked.folded[end : end + 2].strip(" ।,:;"):  # "छ" is six, and "is" at the end of a clause
        return True
    before = marked.mark(number.begin - 1, "before") if number.begin else None
    if before is not None and before.label == "time" and not number.year:
        before = None
    near = marked.folded[marked.tokens[number.begin - 1].end : start] if number.begin else ""
    return (before is not None and not near.strip(" .№(") and not number.words) or _date(marked, number)


def _bad_after(marked: Marked, number: Number, end: int) -> bool:
    folded = marked.folded
    if _BAD_AFTER.match(folded, end):
        return True
    attached = re.compile(r"[-'’]?[^\W\d_]").match(folded, end)
    if attached is None or marked.language in _UNSPACED:
        return False
    if marked.language in ("tr",) and folded[end] in "'’":
        return False
    if _CASE.match(folded, end) and marked.language in ("uk", "ru"):
        return False
    return not re.compile(r"[-\s]?(?:plus|k)\b").match(folded, end)


def _date(marked: Marked, number: Number) -> bool:
    """Whether a month stands beside a number that could be its day, or its year."""
    if number.words or number.low is None or number.low > 2100:
        return False
    day = number.low <= 31 or number.year
    for index in (number.end, number.begin - 1):
        if day and marked.mark(index, "month") is not None:
            left, right = sorted((index, number.begin if index < number.begin else number.end - 1))
            if not marked.between(left, right).strip(" .-"):
                return True
    return False
