"""Look for the day of a page that neither states nor shows one beside its headline.

In      the page's tree; the latest day that can be
Out     the day by a sentence that says when it was posted; stamps in the page's scripts; what `htmldate` guesses
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache

import htmldate
from dateparser.date import DateDataParser
from htmldate import extractors
from lxml.html import HtmlElement

from pipelines.analysis.meta_visible import written_day

EARLIEST = date(1995, 1, 1)
MAX_SCRIPT = 3_000_000
_LANGUAGES = [
    "en",
    "de",
    "fr",
    "es",
    "pt",
    "it",
    "nl",
    "pl",
    "ru",
    "uk",
    "tr",
    "ar",
    "hi",
    "fa",
    "ne",
    "zh",
    "ja",
    "ko",
]
_LANGUAGES += ["cs", "ro", "sv"]
_POSTED = re.compile(
    r"(?:this|the) (?:entry|post|article|story) was (?:first |originally )?(?:posted|published|written|added)"
    r"|(?:posted|published|written|added|created) on\b"
    r"|(?:beitrag|artikel|eintrag)[^.!?]{0,80} wurde\b|(?:veröffentlicht|erstellt|geschrieben|verfasst) am\b"
    r"|(?:publié|rédigé|mis en ligne|posté)e? le\b|publicado (?:el|em|en)\b|pubblicato (?:il|in data)\b"
    r"|gepubliceerd op\b"
    r"|opublikowan[oy]\b|опубл[иі]кован[оа]?\b|дата публ[иі]кац[иі][иії]|yayın(?:lanma)? tarihi"
    r"|تاریخ انتشار|تاريخ النشر"
    r"|发布时间|發布時間|发表于|公開日|掲載日|작성일|등록일|प्रकाशित"
)
"""What says that the date behind it is the day on which the text was posted; of text in lower case."""
_KEYS = re.compile(
    r"[\"'](?:date_?published|published_?(?:at|on|date|time)?|publish_?(?:date|time|ed_?at)|publication_?date|pub_?date"
    r"|first_?published?(?:_?(?:at|date|time))?|first_?publication_?date)\\?[\"']\s*[:=]\s*\\?[\"'](20\d\d-?\d\d-?\d\d[^\"'\\]{0,24})",
    re.I,
)


def posted_day(tree: HtmlElement, latest: date, *, month_first: bool = False) -> date | None:
    """The day in a sentence such as "This entry was posted on …", wherever it stands."""
    body = tree.find("body")
    text = " ".join((body if body is not None else tree).text_content().split())
    low = text.lower()  # a pattern that disregards case is several times slower
    text = text if len(text) == len(low) else low
    days = (written_day(text[m.end() : m.end() + 70], latest, month_first=month_first) for m in _POSTED.finditer(low))
    return next((day for day in days if day), None)


def scripted_stamps(tree: HtmlElement) -> Iterator[str]:
    """What the page's scripts call the time of publication, in order; JSON-LD is read elsewhere."""
    for script in tree.iter("script"):
        text = script.text
        if text and len(text) < MAX_SCRIPT and "ld+json" not in (script.get("type") or "") and "ubli" in text.lower():
            yield from (found[1] for found in _KEYS.finditer(text))


@cache
def _reader_of_days() -> DateDataParser:
    """What `htmldate` asks at last: the stock one tries 200 languages, which takes seconds for the first page."""
    return DateDataParser(
        languages=_LANGUAGES,
        settings={
            "PARSERS": ["custom-formats", "absolute-time"],
            "PREFER_DATES_FROM": "past",
            "RETURN_AS_TIMEZONE_AWARE": False,
            "STRICT_PARSING": True,
        },
    )


extractors.get_external_parser = _reader_of_days


def guess_day(tree: HtmlElement, url: str, latest: datetime) -> date | None:
    """The day of publication by the visible page, as `htmldate` reads it; the costliest part of reading times."""
    found = None
    for extensive in (False, True):
        try:
            found = found or htmldate.find_date(
                tree,
                url=url,
                original_date=True,
                extensive_search=extensive,
                min_date=EARLIEST.isoformat(),
                max_date=latest.date().isoformat(),
            )
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return None  # the library stumbles over some broken pages; no date is then known from it
    return date.fromisoformat(found) if found else None


def is_made_up(tree: HtmlElement, day: date, latest: date) -> bool:
    """Whether a guess is the first of a month that no text of the page names: made of a year or a month alone."""
    if day.day != 1:
        return False
    body = tree.find("body")
    texts = (body if body is not None else tree).itertext()
    return not any(
        written_day(text[:200], latest) == day for text in texts if len(text) > 5 and any(map(str.isdigit, text))
    )
