"""Find the date that a page shows beside its headline.

In      the page's tree; the latest day that can be
Out     the day, or None
How     short texts around the first `h1` are read, or else around the text that the page's title repeats; those
        after it first; month names of `data/meta_months.toml`
Raises  nothing
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from importlib import resources

from lxml.html import HtmlElement

BEFORE = 8
AFTER = 24
LONGEST = 140
"""So many texts before and after the headline are looked at, each at most this long."""

_ISO = re.compile(r"(?<!\d)(20\d\d|19\d\d)\s?[-./年년]\s?(\d{1,2})\s?[-./月월]\s?(\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<![\d.])(\d{1,2})[./-]\s?(\d{1,2})[./-]\s?((?:20|19)\d\d|\d\d)(?![\d.]*\d)")
_SKIPPED = frozenset({"script", "style", "noscript", "nav", "aside", "footer", "option", "svg", "template"})


@cache
def _months() -> tuple[re.Pattern[str], dict[str, int]]:
    """The pattern of a written date and the month of every name."""
    raw = tomllib.loads(resources.files("pipelines.analysis").joinpath("data/meta_months.toml").read_text("utf-8"))
    months = {
        name: number for names in raw.values() for number, group in enumerate(names, 1) for name in group.split("|")
    }
    names = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    pattern = (
        rf"(?<!\d)(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|º|-го|-е)?\.?,?\s+(?:de\s+|of\s+)?(?P<m1>{names})\.?,?\s*(?:de\s+|del\s+)?(?P<y1>\d{{4}})"
        rf"|(?<!\w)(?P<m2>{names})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}})"
    )
    return re.compile(pattern), months


def shown_day(tree: HtmlElement, latest: date) -> date | None:
    """Return the day shown nearest after the headline, or else before it."""
    texts, headline = _texts(tree)
    if headline is None:
        return None
    order = [*range(headline, headline + AFTER), *range(headline - 1, headline - 1 - BEFORE, -1)]
    for index in order:
        if 0 <= index < len(texts) and len(texts[index]) <= LONGEST:
            day = written_day(texts[index], latest)
            if day:
                return day
    return None


def written_day(text: str, latest: date) -> date | None:
    """The first date in a short text, not after `latest`.

    >>> written_day("Опубліковано 9 квітня 2025, 18:30", date(2026, 1, 1))
    datetime.date(2025, 4, 9)
    """
    low = text.lower()
    if found := _ISO.search(low):
        return _day(int(found[1]), int(found[2]), int(found[3]), latest)
    pattern, months = _months()
    if found := pattern.search(low):
        name, day, year = found["m1"] or found["m2"], found["d1"] or found["d2"], found["y1"] or found["y2"]
        return _day(int(year), months[name], int(day), latest)
    if found := _NUMERIC.search(low):
        year = int(found[3]) if len(found[3]) == 4 else 2000 + int(found[3])
        return _day(year, int(found[2]), int(found[1]), latest)
    return None


def _day(year: int, month: int, day: int, latest: date) -> date | None:
    if month > 12 >= day:
        month, day = day, month
    try:
        value = date(year, month, day)
    except ValueError:
        return None
    return value if date(1995, 1, 1) <= value <= latest else None


def _texts(tree: HtmlElement) -> tuple[list[str], int | None]:
    """The page's texts in order, a block element's inline ones as they stand, and where the first `h1` ends."""
    texts: list[str] = []
    headline: int | None = None
    body = tree.find("body")
    title = "" if tree.find(".//h1") is not None else " ".join((tree.findtext(".//title") or "").split())
    for element in (body if body is not None else tree).iter():
        text = None if not isinstance(element.tag, str) or element.tag in _SKIPPED else element.text
        for piece in (text, element.tail):
            if piece and not piece.isspace():
                texts.append(" ".join(piece.split()))
        if headline is None and (element.tag == "h1" or (title and _repeats(texts[-1:], title))):
            headline = len(texts)
        if headline is not None and len(texts) > headline + AFTER + 2:
            break
    return texts, headline


def _repeats(last: list[str], title: str) -> bool:
    """Whether a text is the headline within the page's title: most of its length, so not the site's name alone."""
    return any(len(text) >= 12 and 2 * len(text) > len(title) and text in title for text in last)
