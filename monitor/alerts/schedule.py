"""When a fact is due: at once, or at the end of the recipient's hour, day or week.

In      a rate, the local time of digests (`HH:MM`), the zone, the instant
Out     an aware UTC instant; for digests strictly after `now`
Zones   a local time that daylight saving skips moves on by the gap, one that it repeats is taken at its first pass
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

RATES = ("immediate", "hourly", "daily", "weekly", "off")
"""From the fastest to the slowest."""

_MONDAY = 0


def fastest(rates: Iterable[str]) -> str:
    """The fastest of `rates`.

    >>> fastest(["weekly", "hourly", "off"])
    'hourly'
    """
    return min(rates, key=RATES.index)


def due(rate: str, at: str, zone: ZoneInfo, now: datetime) -> datetime:
    """When something that came at `now` is told at `rate`."""
    return now if rate == "immediate" else next_digest(rate, at, zone, now)


def next_digest(rate: str, at: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The next digest after `now`; a recipient of immediate mails has a daily one for what was no news."""
    if rate == "hourly":
        return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    hour, minute = (int(part) for part in at.split(":"))
    local = now.astimezone(zone)
    for days in range(9):
        day = local.date() + timedelta(days=days)
        if rate == "weekly" and day.weekday() != _MONDAY:
            continue
        # to UTC and back: a local time that does not exist becomes the one that does
        found = datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
        if found > now:
            return found
    raise AssertionError("nine days hold every day of the week")
