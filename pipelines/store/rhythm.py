"""When a feed is asked again, and how long a failing outlet rests: pure decisions, the same for the same input.

Units   seconds; instants are handed in
Jitter  from a hash of name and day, never from chance, so that a test and a user can foresee it
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

SHORTEST = 300
LONGEST = 6 * 3600
FIRST = 900
NEW_A_READING = 2.0
"""So many new entries a reading are aimed at: fewer waste requests, more come late."""

PASS = 0.25
"""The share of a feed's length that may pass between two readings, so that nothing drops out unseen."""

JITTER = 0.1
FAILURES = 3
"""So many runs in a row without any success open the breaker."""

REST = timedelta(minutes=10)
LONGEST_REST = timedelta(hours=6)


def interval(previous: int | None, elapsed: float | None, new: int, length: int, *, gap: bool = False) -> int:
    """Seconds until a feed is asked again, from how it moved since the last reading.

    >>> interval(900, 900.0, 0, 30), interval(900, 900.0, 20, 30), interval(900, 900.0, 30, 30, gap=True)
    (1350, 300, 300)
    """
    before = previous or FIRST
    if gap:
        wanted = before / 4
    elif elapsed is None or elapsed <= 0:
        wanted = float(before)
    elif new == 0:
        wanted = before * 1.5
    else:
        aimed = elapsed * NEW_A_READING / new
        safe = elapsed * PASS * length / new if length else aimed
        wanted = min(aimed, safe)
        if wanted > before:  # slow down by steps: a quiet hour is no quiet day
            wanted = min(wanted, before * 1.5)
    return round(min(max(wanted, SHORTEST), LONGEST))


def jitter(name: str, day: date) -> float:
    """A share between -1 and 1 that belongs to a name on a day."""
    digest = hashlib.sha256(f"{name} {day.isoformat()}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**31 - 1


def next_due(now: datetime, seconds: int, name: str) -> datetime:
    """The instant `seconds` from now, moved by up to a tenth either way."""
    return now + timedelta(seconds=seconds * (1 + JITTER * jitter(name, now.date())))


def is_due(due: datetime | None, seconds: int | None, now: datetime) -> bool:
    """Whether something due at `due` may be asked now: a fifth of its interval early counts as due.

    Without that, what is due a second after the clock of cron struck would wait for the next stroke.
    """
    slack = min(0.2 * (seconds or 0), 300)
    return due is None or due <= now + timedelta(seconds=slack)


def rest(failures: int, name: str, day: date) -> timedelta:
    """How long an outlet rests after so many failed runs in a row; nothing below the breaker's limit."""
    if failures < FAILURES:
        return timedelta(0)
    doubled: timedelta = REST * 2 ** min(failures - FAILURES, 10)
    return min(doubled, LONGEST_REST) * (1 + 0.2 * jitter(name, day))
