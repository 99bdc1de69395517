"""An outlet's own rhythm by hour of the week, and whether its silence is longer than chance explains.

In      the instants at which something new was seen; nothing else
Out     `Rhythm`: what is to be expected of an hour; `expected(since, now)` = how much a silence should have brought
Model   arrivals by chance (Poisson) at a rate for each of the 168 hours of the week, hours drawn towards the mean of
        their time of day and of the whole, since eight weeks show each hour eight times only
Limits  a silence of L expected arrivals comes by chance once in e^L gaps: with N gaps a year no rule can alarm at less
        than ln N and stay below one false alarm a year. `quiet_after` (3) is for showing, `alarm_after` for alarming
Units   UTC; rates per hour
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import log

WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
WEEKS = 8
"""So long must an outlet be known before its own rhythm is trusted; older arrivals are forgotten."""
QUIET_AFTER = 3.0
FALSE_ALARMS_A_YEAR = 0.2
PRIOR_WEEKS = 2.0
BURST = 1.3
"""Real outlets are burstier than chance: a silence must pass the longest one of the eight weeks by so much."""
_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)  # a Monday


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Rates of the 168 hours from Monday 0:00 UTC; `sums[h]` is what the first h hours bring."""

    rates: tuple[float, ...]
    sums: tuple[float, ...]
    alarm_after: float
    quiet_after: float = QUIET_AFTER

    @property
    def usual_gap(self) -> timedelta:
        """The mean time between two arrivals."""
        return WEEK / self.sums[-1]

    def expected(self, since: datetime, now: datetime) -> float:
        """How many arrivals the time between two instants brings on average."""
        return max(0.0, self.upto(now) - self.upto(since))

    def upto(self, moment: datetime) -> float:
        """How many arrivals the time since a fixed Monday brings on average: its differences are what counts."""
        whole, rest = divmod(moment - _EPOCH, WEEK)
        hour, part = divmod(rest, HOUR)
        return whole * self.sums[-1] + self.sums[hour] + self.rates[hour] * (part / HOUR)


def learn(arrivals: Sequence[datetime], first: datetime) -> Rhythm | None:
    """The rhythm of ascending `arrivals` of an outlet watched since `first`; None before eight weeks are known."""
    if len(arrivals) < WEEKS or arrivals[-1] - first < WEEKS * WEEK or len(set(arrivals)) < WEEKS:
        return None
    # the window ends with the last arrival: a silence must not teach that silence is usual
    moments = sorted(set(arrivals[bisect_right(arrivals, arrivals[-1] - WEEKS * WEEK) :]))
    counts = [0] * 168
    for one in moments:
        counts[(one - _EPOCH) % WEEK // HOUR] += 1
    rates = _drawn(counts, float(WEEKS))
    return _limited(rates, moments)


def flat(per_day: float) -> Rhythm:
    """The rhythm of an outlet of which only a number of articles a day is declared."""
    return _limited([per_day / 24] * 168, ())


def _drawn(counts: Sequence[int], weeks: float) -> list[float]:
    mean = sum(counts) / (168 * weeks)
    by_day = [sum(counts[hour::24]) for hour in range(24)]
    daily = [(found + PRIOR_WEEKS * 7 * mean) / (7 * (weeks + PRIOR_WEEKS)) for found in by_day]
    return [(found + PRIOR_WEEKS * daily[h % 24]) / (weeks + PRIOR_WEEKS) for h, found in enumerate(counts)]


def _limited(rates: Sequence[float], moments: Sequence[datetime]) -> Rhythm:
    sums = [0.0]
    for rate in rates:
        sums.append(sums[-1] + rate)
    gaps_a_year = max(1.0, sums[-1] * 52.18)
    limit = max(QUIET_AFTER, log(gaps_a_year / FALSE_ALARMS_A_YEAR))
    known = Rhythm(tuple(rates), tuple(sums), limit)
    upto = [known.upto(one) for one in moments]
    longest = max((after - before for before, after in pairwise(upto)), default=0.0)
    return Rhythm(known.rates, known.sums, max(limit, min(BURST * longest, 3 * limit)))
