"""Claims over time as SVG, drawn here: each claim a point with its bounds; totals apart from increments.

In      claims: low, high, bound, kind, day, who says so, article
Out     Markup without script and without style attributes; colours come from the style sheet
Scale   logarithmic from the first power of ten below the least claim; a lane for totals, one for increments and parts
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

WIDTH, LANE, LEFT, RIGHT, GAP = 760, 190, 60, 14, 52
SERIES = 6
LANES = (
    ("totals, and claims that do not say", ("total", "unclear")),
    ("increments and parts", ("increment", "subset")),
)


@dataclass(frozen=True, slots=True)
class Point:
    """One claim on the plane of a lane."""

    x: date
    low: int | None
    high: int | None
    bound: str
    who: str
    article: int
    label: str


def points(claims: Sequence[dict[str, Any]], kinds: tuple[str, ...]) -> list[Point]:
    """The claims of these kinds that bear a number and a day."""
    found = []
    for one in claims:
        day = day_of(one)
        value = one["low"] if one["low"] is not None else one["high"]
        if day and value is not None and value > 0 and not one["negated"] and one["kind"] in kinds:
            label = f"{day}: {one['bound'].replace('_', ' ')} {value}"
            found.append(Point(day, one["low"], one["high"], one["bound"], one["by"], one["article"], label))
    return found


def day_of(claim: dict[str, Any]) -> date | None:
    """The day a claim is of: as the source dates it, else when it was published."""
    for text in (claim.get("as_of"), claim.get("published")):
        try:
            return date.fromisoformat(str(text)[:10])
        except ValueError:
            continue
    return None


def draw(claims: Sequence[dict[str, Any]]) -> Markup:
    """The plot, or nothing when no claim has a number and a day."""
    lanes = [(name, found) for name, kinds in LANES if (found := points(claims, kinds))]
    every = [point for _, found in lanes for point in found]
    if not every:
        return Markup()
    who = [name for name, _ in Counter(point.who for point in every).most_common(SERIES)]
    first, last = min(p.x for p in every), max(p.x for p in every)
    height = len(lanes) * (LANE + GAP) + 6
    parts = [
        Markup('<svg class="plot" viewBox="0 0 {} {}" role="group" aria-labelledby="plot-name">').format(WIDTH, height),
        Markup('<title id="plot-name">{} claims over time, totals apart from increments</title>').format(len(every)),
    ]
    for number, (name, found) in enumerate(lanes):
        parts += _lane(name, found, number * (LANE + GAP) + 30, (first, last), who)
    return Markup().join([*parts, Markup("</svg>"), _legend(who, every)])


def _lane(name: str, found: list[Point], top: int, days: tuple[date, date], who: list[str]) -> list[Markup]:
    values = [v for p in found for v in (p.low, p.high) if v]
    floor = math.floor(math.log10(min(values)))
    ceiling = max(math.ceil(math.log10(max(values)) + 0.05), floor + 1)

    def y(value: float) -> float:
        share = (math.log10(max(value, 10**floor)) - floor) / (ceiling - floor)
        return round(top + LANE * (1 - share), 1)

    span = max((days[1] - days[0]).days, 1)
    room = WIDTH - LEFT - RIGHT - 20
    out = [Markup('<text class="lane" x="{}" y="{}">{} ({})</text>').format(LEFT, top - 9, name, len(found))]
    for power in range(floor, ceiling + 1):
        line = Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text class="tick" x="{}" y="{}">{}</text>')
        at = y(10**power)
        out.append(line.format(LEFT, WIDTH - RIGHT, at, at, LEFT - 6, at + 4, _short(10**power)))
    out += _days(days, top + LANE + 18)
    for point in found:
        x = round(LEFT + 10 + (point.x - days[0]).days / span * room, 1)
        out.append(_point(point, x, y, who.index(point.who) if point.who in who else SERIES, name == LANES[0][0]))
    return out


def _short(number: int) -> str:
    """A power of ten in few letters: on a phone they are drawn large.

    >>> _short(100), _short(10_000), _short(1_000_000)
    ('100', '10k', '1M')
    """
    for unit, letter in ((10**6, "M"), (10**3, "k")):
        if number >= unit:
            return f"{number // unit:,}{letter}"
    return str(number)


def _days(days: tuple[date, date], y: int) -> list[Markup]:
    text = Markup('<text class="tick {}" x="{}" y="{}">{}</text>')
    ends = [text.format("first", LEFT, y, days[0].isoformat())]
    return ends if days[0] == days[1] else [*ends, text.format("last", WIDTH - RIGHT, y, days[1].isoformat())]


def _point(point: Point, x: float, y: Any, series: int, total: bool) -> Markup:
    low, high = point.low, point.high
    at = y(low if low is not None else high)
    ends = (y(low), y(high)) if low is not None and high is not None and low != high else None
    up, down = point.bound in ("at_least", "more_than"), point.bound in ("at_most", "up_to", "less_than", "fewer_than")
    if ends is None and (up or down):
        ends = (at, at - 20) if up else (at, at + 20)
    bar = Markup('<line class="bound" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(x, x, *ends) if ends else Markup()
    if ends and (up or down):
        tip = ends[1] + (4 if up else -4)
        bar += Markup('<path class="bound" d="M{} {}L{} {}L{} {}"/>').format(x - 3, tip, x, ends[1], x + 3, tip)
    mark = (
        Markup('<circle cx="{}" cy="{}" r="4.5"/>').format(x, at)
        if total
        else Markup('<path d="M{} {}l5 5l-5 5l-5 -5z"/>').format(x, at - 5)
    )
    return Markup('<a href="/article/{}" class="p s{}"><title>{}, {}</title>{}{}</a>').format(
        point.article, series, point.label, point.who, bar, mark
    )


def _legend(who: list[str], every: Sequence[Point]) -> Markup:
    rest = len({p.who for p in every} - set(who))
    item = Markup('<li><span class="key s{}"></span>{}</li>')
    items = [item.format(number, name) for number, name in enumerate(who)]
    items += [item.format(SERIES, f"{rest} others")] if rest else []
    note = Markup("<li>● total ◆ increment or part · bars are ranges, arrows are “at least” and “at most”</li>")
    return Markup('<ul class="legend">{}{}</ul>').format(Markup().join(items), note)
