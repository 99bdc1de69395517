"""Reports over time as SVG: a lane an outlet (or status), a point a report, coloured by language (or role).

In      rows with `published` or `first_seen`, an article's number, and the two fields that make lane and colour
Out     Markup without script and without style attributes; nothing where fewer than two reports have a day
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

WIDTH, LEFT, RIGHT, LANE, TOP = 760, 166, 16, 24, 10
MOST_LANES, SERIES = 12, 6
NAME = 17
"""Letters of a lane's name: on a phone they are drawn larger, and still fit."""


def draw(rows: Sequence[dict[str, Any]], lane: str, colour: str) -> Markup:
    """The plot."""
    points = [(at, str(row.get(lane) or "not said").replace("_", " "), str(row.get(colour) or "not said"), row)
              for row in rows if (at := _when(row)) is not None]  # fmt: skip
    if len(points) < 2:
        return Markup()
    names = [name for name, _ in Counter(point[1] for point in points).most_common(MOST_LANES)]
    series = [name for name, _ in Counter(point[2] for point in points).most_common(SERIES)]
    first, last = min(point[0] for point in points), max(point[0] for point in points)
    span = max((last - first).total_seconds(), 1.0)
    height = TOP + LANE * len(names) + 26
    out = [Markup('<svg class="plot lanes" viewBox="0 0 {} {}" role="group" aria-label="{} reports over time">').format(
        WIDTH, height, len(points))]  # fmt: skip
    line = Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text class="tick" x="{}" y="{}">{}</text>')
    for number, name in enumerate(names):
        y = TOP + LANE * number + LANE // 2
        shown = name if len(name) <= NAME else name[: NAME - 1] + "…"
        out.append(line.format(LEFT, WIDTH - RIGHT, y, y, LEFT - 8, y + 4, shown))
    for at, name, kind, row in points:
        if name in names:
            x = round(LEFT + 8 + (at - first).total_seconds() / span * (WIDTH - LEFT - RIGHT - 16), 1)
            number = series.index(kind) if kind in series else SERIES
            out.append(
                _point(x, TOP + LANE * names.index(name) + LANE // 2, number, f"{at:%Y-%m-%d} {name}, {kind}", row)
            )
    day = Markup('<text class="{}" x="{}" y="{}">{}</text>')
    out.append(day.format("first", LEFT, height - 8, f"{first:%Y-%m-%d}"))
    if first.date() != last.date():
        out.append(day.format("tick", WIDTH - RIGHT, height - 8, f"{last:%Y-%m-%d}"))
    item = Markup('<li><span class="key s{}"></span>{}</li>')
    keys = Markup().join(item.format(number, name.replace("_", " ")) for number, name in enumerate(series))
    return Markup().join([*out, Markup("</svg>"), Markup('<ul class="legend">{}</ul>').format(keys)])


def _point(x: float, y: int, series: int, label: str, row: dict[str, Any]) -> Markup:
    made = Markup(
        '<a href="/article/{}" class="p s{}" aria-label="{}"><title>{}</title><circle cx="{}" cy="{}" r="5"/></a>'
    )
    return made.format(row.get("article") or row["id"], series, label, label, x, y)


def _when(row: dict[str, Any]) -> datetime | None:
    for value in (row.get("published"), row.get("first_seen")):
        if isinstance(value, datetime):
            return value.replace(tzinfo=None)
        try:
            return datetime.fromisoformat(str(value)).replace(tzinfo=None)
        except ValueError:
            continue
    return None
