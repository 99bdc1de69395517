"""Tell a stamp that is written in UTC in the zone of the page's readers: the same instant, on the day they saw.

In      the stamp, the page's other stamps, the dates it shows, the zone that its address or language suggests
Out     the same instant with another offset, or the stamp as it was
Raises  nothing
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from pipelines.analysis.meta_stamp import parse_stamp
from pipelines.analysis.meta_visible import Shown, Texts, read_texts, shown_dates
from pipelines.records import When

NEAR = 6.0
"""A shown date that costs no more stands right beside the headline."""
_CLOCKS = (
    "//time | //*[contains(@class, 'date') or contains(@class, 'time') or contains(@class, 'publish')"
    " or contains(@class, 'byline')]"
    "[not(*//p)][string-length(normalize-space(.)) < 160]"
)


class Visible:
    """The dates beside the headline, looked for only when somebody asks. `whole` parses a page with its scripts."""

    def __init__(
        self,
        tree: HtmlElement,
        latest: date,
        titles: tuple[str, ...],
        month_first: bool,
        whole: Callable[[], HtmlElement | None] | None = None,
    ) -> None:
        self.tree, self._arguments, self.month_first, self.whole = tree, (latest, titles), month_first, whole
        self._found: list[Shown] | None = None
        self._texts: Texts | None = None

    def dates(self) -> list[Shown]:
        """The likeliest first."""
        if self._found is None:
            self._found = shown_dates(self.tree, *self._arguments, month_first=self.month_first, read=self.texts())
        return self._found

    def texts(self) -> Texts:
        """The texts down to the headline and a little below."""
        if self._texts is None:
            self._texts = read_texts(self.tree, self._arguments[1])
        return self._texts


@cache
def _zones() -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    """Zones by top domain, and by language; the domains that are sold to anybody."""
    raw = tomllib.loads(resources.files("pipelines.analysis").joinpath("data/meta_zones.toml").read_text("utf-8"))
    return raw["domains"], raw["languages"], frozenset(raw["generic"])


def presumed_zone(url: str, languages: tuple[str, ...]) -> tzinfo | None:
    """The zone where a page's readers live, by its top domain, its language's region, or a language of one zone."""
    found = re.match(r"\w+://[^/:?#]*?(\.com)?\.([a-z]{2,})(?:[:/?#]|$)", url.lower())
    domains, languages_of, generic = _zones()
    top = found[2] if found and (found[1] or found[2] not in generic) else ""
    name = domains.get(top)
    if name is None and languages and len(top) != 2:
        language, _, region = languages[0].lower().replace("_", "-").partition("-")
        region = {"gb": "uk"}.get(region, region)
        name = domains.get(region) or languages_of.get(language[:2])
    return ZoneInfo(name) if name else None


def at_home(when: When | None, others: list[When | None], visible: Visible, home: tzinfo | None) -> When | None:
    """The same instant in the page's own zone, where the stamp is written in UTC: never another instant."""
    if when is None or not isinstance(when.value, datetime) or when.value.utcoffset():
        return when
    for other in others:
        if other and isinstance(other.value, datetime) and other.zone == "page" and other.value.utcoffset():
            return replace(when, value=when.value.astimezone(other.value.tzinfo))
    if home is not None:
        moved = when.value.astimezone(home)
        beside = next(iter(visible.dates()), None) if moved.date() != when.value.date() else None
        kept = beside and beside.cost <= NEAR and not beside.changed and beside.day == when.value.date()
        return when if kept else replace(when, value=moved)
    for shown in _clocks(visible):
        offset = shown - when.value.replace(tzinfo=None, second=0, microsecond=0)
        quarter = round(offset / timedelta(minutes=15))
        if abs(offset - quarter * timedelta(minutes=15)) <= timedelta(minutes=1) and -48 <= quarter <= 56 and quarter:
            return replace(when, value=when.value.astimezone(timezone(quarter * timedelta(minutes=15))))
    return _on_shown_day(when, when.value, visible)


def _on_shown_day(when: When, value: datetime, visible: Visible) -> When:
    """The same instant with the nearest offset that puts it on the day the page shows, if that is the next or last."""
    shown = next(iter(visible.dates()), None)
    if shown is None or shown.changed or shown.cost > NEAR or shown.clock is not None:
        return when
    midnight = datetime.combine(shown.day, datetime.min.time(), UTC)
    ahead, behind = midnight - value, value - midnight - timedelta(days=1)
    if timedelta(0) < ahead <= timedelta(hours=12):
        hours = -(-ahead // timedelta(hours=1))
    elif timedelta(0) <= behind < timedelta(hours=9):
        hours = -(behind // timedelta(hours=1) + 1)
    else:
        return when
    return replace(when, value=value.astimezone(timezone(timedelta(hours=hours))))


def _clocks(visible: Visible) -> Iterator[datetime]:
    """Day and clock as the page shows them to its readers, without a zone."""
    for shown in visible.dates():
        if shown.clock is not None:
            yield datetime.combine(shown.day, datetime.min.time()) + timedelta(minutes=shown.clock)
    if visible.dates():
        return
    for element in visible.tree.xpath(_CLOCKS)[:25]:
        text = " ".join(element.itertext()).strip()
        value = parse_stamp(text[:80]) if 8 < len(text) < 160 else None
        if isinstance(value, datetime) and value.tzinfo is None:
            yield value
