"""Find the date that a page shows beside its headline.

In      the page's tree; titles the page states; the latest day that can be; whether months stand before days
Out     `Shown`: the day, the clock if one stands beside it, whether it is called a change; best first
How     short texts around the headline (a heading that the stated title confirms, else the first `h1`, else a text that
        repeats the page's title) are read and ranked: near, short, marked as a date; a date within running text,
        a caption or a range of days is none. Month names of `data/meta_months.toml`
Raises  nothing
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from lxml.etree import _Element
from lxml.html import HtmlElement

from pipelines.analysis.times_calendars import bikram, persian

BEFORE = 8
AFTER = 24
LONGEST = 140
"""So many texts before and after the headline are looked at, each at most this long."""
WORST = 15.0
"""A candidate that costs more than this is not the article's date."""
PASSED = 3.0
"""What every paragraph between the headline and a date costs: behind the text stand other articles' dates."""
CLOSE_BY = 10.0
"""How far from the headline words such as "3 hours ago" may stand; farther off they are of other articles."""
TITLED = 3.0
"""What a date at the end of the page's title costs."""

_DIGITS = {ord(zero) + i: str(i) for zero in "٠۰०０" for i in range(10)}
_ISO = re.compile(
    r"(?<![\d/-])([12]\d\d\d)(?:[-/]|\s?[年년]\s?|\.\s?)(\d{1,2})(?:[-/]|\s?[月월]\s?|\.\s?)(\d{1,2})(?!\d)"
)
_NUMERIC = re.compile(r"(?<![\d.])(\d{1,2})[./-]\s?(\d{1,2})[./-]\s?((?:20|19)\d\d|\d\d)(?![\d.]*\d)")
_SKIPPED = frozenset(
    {"script", "style", "noscript", "nav", "aside", "footer", "option", "svg", "template", "figcaption"}
)
_RANGE = re.compile(r"\d\s?\.?\s?[-–—]\s?$|\b(?:bis|to|until|au|al|до|по)\s$")
_CHANGED = re.compile(
    r"updat|aktualis|geändert|änderung|modifi|actualiz|atualiz|aggiorn|mise? à jour|обновл|оновл|изменен|змінен"
    r"|güncel|تحديث|بروز|به.?روز|更新|수정|अपडेट|अद्यावधिक|revised|edited|bearbeitet|bijgewerkt|zuletzt|uppdater|oppdatert"
)
_ISSUED = re.compile(
    r"publi|posted|veröffentlich|erschienen|erstellt|created|written|опубл|дата|pubblicat|fecha|data\b|yayın|نشر|انتشار"
    r"|发布|發布|掲載|公開|입력|등록|प्रकाशित|\b(?:on|am|vom|le|el|em|il)\b|^\W*$"
)
_CAPTION = re.compile(
    r"foto|photo|bild|archiv|picture|image|фото|quelle|copyright|©|ausgabe|geboren|seit\b|since\b|ab dem\b"
)
_CLOCK = re.compile(r"(?<![\d.:])([01]?\d|2[0-3])[:.h]([0-5]\d)(?!\d)(?::\d\d)?\s*([ap])?\.?(?:m\b)?")
_MARKED_CHANGED = re.compile(r"modif|updat|aktualis|edited", re.I)
_MARKED_ISSUED = re.compile(r"publi|entry-date|created|posted", re.I)
_SEPARATED = re.compile(r"[|–—(,:-]\s*$")
_MARKED = re.compile(r"date|time|publi|byline|meta|datum|fecha|data\b|stamp", re.I)


@dataclass(frozen=True, slots=True)
class Shown:
    """A date as a page shows it. `clock`: minutes since midnight, None if not shown; `changed`: called an update."""

    day: date
    clock: int | None = None
    changed: bool = False
    cost: float = 0.0


@cache
def _months() -> tuple[re.Pattern[str], dict[str, int], dict[str, int]]:
    """The pattern of a written date; the month of every name, and of the Persian and Nepali years' names."""
    raw = tomllib.loads(resources.files("pipelines.analysis").joinpath("data/meta_months.toml").read_text("utf-8"))
    others = {key: raw.pop(key) for key in ("persian", "bikram")}
    months = {n: number for names in raw.values() for number, group in enumerate(names, 1) for n in group.split("|")}
    foreign = {
        name: number + (100 if key == "persian" else 200)
        for key, names in others.items()
        for number, group in enumerate(names, 1)
        for name in group.split("|")
    }
    names = "|".join(sorted(map(re.escape, (*months, *foreign)), key=len, reverse=True))
    pattern = (
        rf"(?<!\d)(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|º|-го|-е)?\.?,?\s*(?:de\s+|of\s+)?(?<!\w)(?P<m1>{names})(?!\w)\.?,?\s*(?:de\s+|del\s+)?(?P<y1>\d{{4}})"
        rf"|(?<!\w)(?P<m2>{names})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}})"
        rf"|(?<!\d)(?P<y3>[12]\d\d\d)\s+(?P<m3>{names})\s+(?P<d3>\d{{1,2}})(?!\d)"
    )
    return re.compile(pattern), months, foreign


def shown_day(
    tree: HtmlElement, latest: date, titles: tuple[str, ...] = (), *, month_first: bool = False
) -> date | None:
    """Return the day shown beside the headline that is most likely the article's."""
    return next((shown.day for shown in shown_dates(tree, latest, titles, month_first=month_first)), None)


Texts = tuple[list[tuple[str, _Element]], int | None]
"""A page's texts in order with their elements, down to a little below its headline; where that ends."""


def shown_dates(
    tree: HtmlElement,
    latest: date,
    titles: tuple[str, ...] = (),
    *,
    month_first: bool = False,
    read: Texts | None = None,
) -> list[Shown]:
    """Return the dates shown beside the headline, the likeliest first; an empty list without a headline.

    `read`: the page's texts, where they were read already.
    """
    texts, headline = read or read_texts(tree, titles)
    found = _titled(titles, latest, month_first)
    for index, distance in _places(texts, headline):
        text, owner = texts[index]
        candidate = _candidate(text, latest, month_first)
        if candidate is None and len(text) <= 12:  # a calendar leaf: day, month and year apart
            candidate = _candidate(" ".join(t for t, _ in texts[index : index + 3])[:40], latest, month_first)
        if candidate is None:
            continue
        changed = candidate.changed or is_marked_changed(owner)
        cost = candidate.cost + distance - (4.0 if _is_marked(owner) else 0.0)
        cost += 6.0 if changed and not candidate.changed else 0.0
        if cost <= WORST:
            found.append(Shown(candidate.day, candidate.clock, changed, cost))
    return sorted(found, key=lambda shown: shown.cost)


def beside_headline(read: Texts) -> Iterator[tuple[str, bool]]:
    """The short texts close by the headline, and whether markup calls them a date; none that says or is marked as the
    time of a change."""
    texts, headline = read
    for index, distance in _places(texts, headline):
        text, owner = texts[index]
        if distance <= CLOSE_BY and not is_marked_changed(owner) and not _CHANGED.search(text.lower()):
            yield text, _is_marked(owner)


def _places(texts: list[tuple[str, _Element]], headline: int | None) -> Iterator[tuple[int, float]]:
    """The short texts around the headline with what their distance costs."""
    if headline is None:
        return
    passed = 0
    for index in range(max(0, headline - BEFORE), min(len(texts), headline + AFTER)):
        text, place = texts[index][0], index - headline
        if len(text) <= LONGEST:
            yield index, _distance(place) + PASSED * passed
        elif place >= 0:
            passed += 1


def _titled(titles: tuple[str, ...], latest: date, month_first: bool) -> list[Shown]:
    """The date at the end of the page's title, behind a separator."""
    for title in titles:
        tail = title.lower().translate(_DIGITS).rstrip(" )")[-40:]
        found = _find(tail, latest, month_first)
        if found and found[2] == len(tail) and not found[3] and _SEPARATED.search(tail[: found[1]]):
            return [Shown(found[0], None, False, TITLED)]
    return []


def _distance(place: int) -> float:
    """What a place costs: those below the headline one each, those above a little more, the headline itself much."""
    return place if place >= 0 else 8.0 if place == -1 else 2 - 1.5 * (place + 1)


def _candidate(text: str, latest: date, month_first: bool) -> Shown | None:
    """The date in a text with what speaks against its being the article's; None in captions and ranges."""
    low = text.lower().translate(_DIGITS)
    found = _find(low, latest, month_first)
    if found is None:
        return None
    day, start, end, short_year = found
    before, rest = low[:start], f"{low[:start]} {low[end:]}"
    if _RANGE.search(before) or _CAPTION.search(before):
        return None
    clock = _CLOCK.search(rest)
    minutes = None
    if clock:
        hour = int(clock[1])
        hour = hour % 12 + (12 if clock[3] == "p" else 0) if clock[3] else hour
        minutes = 60 * hour + int(clock[2])
        rest = rest.replace(clock[0], " ")
    changed = bool(_CHANGED.search(before)) and not _ISSUED.search(before[:12].strip() or "-")
    words = len(re.sub(r"\W+", "", rest))
    cost = (0 if words < 24 else 4 if words < 60 else 12) + (6 if changed else 0) + (4 if short_year else 0)
    cost -= 3 if _ISSUED.search(before[-30:]) and not changed else 0
    return Shown(day, minutes, changed, cost)


def written_day(text: str, latest: date, *, month_first: bool = False) -> date | None:
    """The first date in a short text, not after `latest`.

    >>> written_day("Опубліковано 9 квітня 2025, 18:30", date(2026, 1, 1))
    datetime.date(2025, 4, 9)
    """
    found = _find(text.lower().translate(_DIGITS), latest, month_first)
    return found[0] if found else None


def _find(low: str, latest: date, month_first: bool) -> tuple[date, int, int, bool] | None:
    """Day, span and whether the year has two digits, of the first date in a lower-case text."""
    if (found := _ISO.search(low)) and int(found[2]) <= 12:
        return _spanned(_day(int(found[1]), int(found[2]), int(found[3]), latest), found)
    pattern, months, foreign = _months()
    if found := pattern.search(low):
        name = found["m1"] or found["m2"] or found["m3"]
        day = int(found["d1"] or found["d2"] or found["d3"])
        year = int(found["y1"] or found["y2"] or found["y3"])
        if name in months and 1900 < year < 2050:
            return _spanned(_day(year, months[name], day, latest), found)
        return _spanned(_elsewhere(year, foreign.get(name, months.get(name, 0)), day, latest), found)
    if found := _NUMERIC.search(low):
        short = len(found[3]) == 2
        day, month = int(found[1]), int(found[2])
        if month_first and "/" in found[0]:
            day, month = month, day
        return _spanned(_day(2000 + int(found[3]) if short else int(found[3]), month, day, latest), found, short)
    return None


def _spanned(day: date | None, found: re.Match[str], short: bool = False) -> tuple[date, int, int, bool] | None:
    return (day, found.start(), found.end(), short) if day else None


def _elsewhere(year: int, month: int, day: int, latest: date) -> date | None:
    """A day of the Persian or Nepali calendar."""
    kind, number = divmod(month, 100)
    value = persian(year, number, day) if kind == 1 else bikram(year, number, day) if kind == 2 else None
    return value if value and date(1995, 1, 1) <= value <= latest else None


def _day(year: int, month: int, day: int, latest: date) -> date | None:
    if 1370 <= year <= 1420:  # Persian years in digits
        return _elsewhere(year, 100 + month, day, latest)
    if month > 12 >= day:
        month, day = day, month
    try:
        value = date(year, month, day)
    except ValueError:
        return None
    return value if date(1995, 1, 1) <= value <= latest else None


def _is_marked(owner: _Element | None) -> bool:
    """Whether the element around a text, or the one around that, is called a date."""
    for _ in range(2):
        if owner is None:
            return False
        if owner.tag == "time" or _MARKED.search(f"{owner.get('class') or ''} {owner.get('itemprop') or ''}"):
            return True
        owner = owner.getparent()
    return False


def is_marked_changed(owner: _Element | None) -> bool:
    """Whether the element around a date says that it is the day of a change."""
    if owner is None:
        return False
    mark = f"{owner.get('class') or ''} {owner.get('itemprop') or ''}"
    return bool(_MARKED_CHANGED.search(mark)) and not _MARKED_ISSUED.search(mark)


def _bare(text: str) -> str:
    return " ".join(text.split()).casefold()


def _headline(tree: HtmlElement, titles: tuple[str, ...]) -> _Element | None:
    """The heading that a stated title confirms, else the first `h1`."""
    stated = [bare for bare in map(_bare, (*titles, tree.findtext(".//title") or "")) if bare]
    for rank in ("h1", "h2", "h3", "h4"):
        for heading in tree.iter(rank):
            text = _bare("".join(heading.itertext())[:400])
            if any(
                text == title or (text in title and 2 * len(text) > len(title)) for title in stated if len(text) > 11
            ):
                return heading
    return next((heading for heading in tree.iter("h1") if len(_bare("".join(heading.itertext())[:40])) > 2), None)


def read_texts(tree: HtmlElement, titles: tuple[str, ...]) -> Texts:
    """The page's texts in order with their elements, and where the headline ends."""
    texts: list[tuple[str, _Element]] = []
    headline: int | None = None
    body = tree.find("body")
    heading = _headline(tree, titles)
    title = "" if heading is not None else " ".join((tree.findtext(".//title") or "").split())
    above = frozenset(() if heading is None else heading.iterancestors())
    for kind, text, element in _pieces(body if body is not None else tree, above):
        if text and not text.isspace():
            texts.append((" ".join(text.split()), element))
        if headline is None and (
            (element is heading and kind == "end") or (title and _repeats([t for t, _ in texts[-1:]], title))
        ):
            headline = len(texts)
        if headline is not None and len(texts) > headline + AFTER + 2:
            break
    return texts, headline


def _pieces(root: _Element, above: frozenset[_Element]) -> Iterator[tuple[str, str | None, _Element]]:
    """Texts in document order: an element's own, then its end, then what follows it in its parent.

    What is `above` the headline is read, whatever it is.
    """
    stack: list[tuple[_Element, bool]] = [(root, False)]
    while stack:
        element, ending = stack.pop()
        if ending:
            yield "end", None, element
            parent = element.getparent()
            yield "tail", element.tail, parent if parent is not None else element
            continue
        skipped = not isinstance(element.tag, str) or (element.tag in _SKIPPED and element not in above)
        stack.append((element, True))
        if not skipped:
            yield "text", element.text, element
            stack.extend((child, False) for child in reversed(element))


def _repeats(last: list[str], title: str) -> bool:
    """Whether a text is the headline within the page's title: most of its length, so not the site's name alone."""
    return any(len(text) >= 12 and 2 * len(text) > len(title) and text in title for text in last)
