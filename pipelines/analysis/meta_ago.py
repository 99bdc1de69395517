"""Read when an article came out from words that count from now: "3 hours ago", "vor 2 Stunden", "today, 15:40".

In      short texts beside the headline; the instant of fetching in the outlet's zone
Out     the instant (minutes, hours, a clock) or the day (days, weeks), with the words it was read from
How     the patterns of `data/meta_ago.toml`, 13 languages; a text that says little else; a clock alone only where the
        markup or a word calls it the time of publication. "Updated 3 hours ago" says nothing of publication
Limits  a page that was kept for long says "3 hours ago" of the instant it was fetched: give that instant
Raises  nothing
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources

from pipelines.analysis.meta_visible import Texts, beside_headline

UNITS = {"minute": 1, "hour": 60, "day": 1440, "week": 10080}
"""Minutes of each."""
MOST = timedelta(days=62)
"""What is longer ago is told too roughly."""
_ELSE = 40
"""So many letters may stand beside the words: a byline, "4 min read"."""
_ONE = "a|an|one|about an?|ein|einer|einem|eine|un|une|una|uma|um|один|одну|одна|bir|एक|一|한"
_CLOCK = r"(?<![\d.:])(?P<h>[01]?\d|2[0-3])(?:[:：.]|h)(?P<min>[0-5]\d)(?![\d:：])(?: ?(?P<half>[ap])\.?m\b\.?)?"
_ALONE = re.compile(
    r"^(?:(?:published|posted|veröffentlicht|опубликовано|опубліковано|publi[ée]e?|publicado|time|час|время|发布时间|發布時間"
    r"|입력|نشر|yayınlanma)\w*\W{0,4}(?:at |um |à |a las |às |в |о )?)?(?:at |um |à |в |о )?"
    + _CLOCK
    + r"(?: ?(?:uhr|h|год\.?|ч\.?))?\W*$"
)
_NAMED = re.compile(r"^[^\W\d]{4,}")


def shown_ago(read: Texts, now: datetime) -> tuple[datetime | date, str] | None:
    """When a page beside its headline says that it came out, and its words."""
    for text, marked in beside_headline(read):
        if value := read_ago(text, now, marked=marked):
            return value, text
    return None


def read_ago(text: str, now: datetime, *, marked: bool = False) -> datetime | date | None:
    """What a short text says of its time, at `now` (in the outlet's zone); `marked`: markup calls it a date.

    >>> read_ago("Vor 2 Stunden", datetime(2026, 5, 4, 15, 30)).hour
    13
    """
    low = " ".join(text.replace("İ", "i").lower().split())
    pattern, kinds = _pattern()
    if found := pattern.search(low):
        if _letters(low[: found.start()]) + _letters(low[found.end() :]) > _ELSE:
            return None
        return _counted(found, kinds, now)
    alone = _ALONE.match(low)
    return _at(now, alone) if alone and (marked or _NAMED.match(low)) else None


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _counted(found: re.Match[str], kinds: dict[str, tuple[str, int]], now: datetime) -> datetime | date | None:
    """The instant or the day of a match."""
    unit, fixed = kinds[found.lastgroup or ""]
    if unit in {"today", "yesterday"}:
        day = now - timedelta(days=unit == "yesterday")
        clock = re.search(_CLOCK, found[0])
        at = clock and _on(day, clock)
        return at if at and at <= now + timedelta(minutes=10) else None
    said = re.search(r"\d+", found[0])
    back = timedelta(minutes=(int(said[0][:5]) if said else fixed) * UNITS[unit])
    if not timedelta(0) <= back <= MOST:
        return None
    at = (now - back).replace(second=0, microsecond=0)
    return at if UNITS[unit] < UNITS["day"] else at.date()


def _on(day: datetime, clock: re.Match[str]) -> datetime:
    hour = int(clock["h"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"] == "p" else 0)
    return day.replace(hour=hour, minute=int(clock["min"]), second=0, microsecond=0)


def _at(now: datetime, clock: re.Match[str]) -> datetime:
    """The last time that a clock showed this."""
    at = _on(now, clock)
    return at if at <= now + timedelta(minutes=10) else at - timedelta(days=1)


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, tuple[str, int]]]:
    """One pattern over all languages; what each of its named groups counts, and how many where no digit says it."""
    raw = tomllib.loads(resources.files("pipelines.analysis").joinpath("data/meta_ago.toml").read_text("utf-8"))
    ways: list[str] = []
    kinds: dict[str, tuple[str, int]] = {}

    def add(words: str, unit: str, fixed: int) -> None:
        kinds[f"g{len(ways)}"] = unit, fixed
        ways.append(f"(?P<g{len(ways)}>{words})")

    for language, table in raw.items():
        # where words are written together a border of words says nothing
        edge, end = ("(?<!\\d)", "") if language in {"zh", "ko"} else ("(?<!\\w)", "(?!\\w)")
        for unit in UNITS:
            number = f"(?:\\d{{1,3}}|{_ONE})"
            for frame in table["frame"].split("|") if language == "pt" else [table["frame"]]:
                said = frame.replace("{u}", f"(?:{table[unit]})")
                add(edge + said.replace("{n}", number) + end, unit, 1)
                if table.get("bare"):
                    add(edge + said.replace("{n} ?", "") + end, unit, 1)
            if unit in table.get("dual", {}):
                add(edge + table["dual"][unit] + end, unit, 2)
        for unit in ("today", "yesterday"):
            clock = _CLOCK.replace("?P<h>", "?:").replace("?P<min>", "?:").replace("?P<half>", "?:")
            add(f"{edge}(?:{table[unit]})(?:[^\\w\\d]|um|at|в|о|à|a las|às|saat){{0,12}}?{clock}", unit, 1)
    return re.compile("|".join(ways)), kinds
