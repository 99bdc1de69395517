"""Outlet health: whether an outlet still brings what it should, judged from what was seen of it.

In      `Observed`: feeds' answers, arrivals of new links, how pages ended, lengths of bodies
Out     a `Finding` or None; and `step`, which says what is to be told now: opened, repeated (daily), mended
Kinds   blocked, failing, no_links, moved, no_bodies, short_bodies, frozen, silent; `quiet` is shown, never an alarm
Rules   a short fault is none (`GRACE`); silence of our own crawler is not an outlet's
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from urllib.parse import urlsplit

from monitor import rhythm
from pipelines.records import Outcome, Outlet

GRACE = timedelta(hours=6)
"""So long an outlet may fail without anything being said: night work, a full disk, a moved server."""
REPEAT = timedelta(days=1)
FROZEN_AFTER = timedelta(days=7)
"""A feed of unknown rhythm that shows nothing new for so long is frozen."""
LEAST_SILENCE = timedelta(hours=2)
FEW_PAGES, MOST = 5, 0.8
NEWEST, BEFORE, SHORT = 8, 20, 0.3
"""Bodies are suddenly short when the median of the newest 8 is under 30 % of that of at least 20 before."""
_NO_TEXT = (Outcome.EMPTY_BODY.value, Outcome.HEADLINE_ONLY.value)
_READ = (Outcome.STORED.value, Outcome.REVISED.value, Outcome.UNCHANGED.value, Outcome.OFF_TOPIC.value)


@dataclass(frozen=True, slots=True)
class FeedSeen:
    """How one access point answered last."""

    verdict: str | None
    ok_at: datetime | None = None
    entries: int | None = None
    problem: str | None = None
    moved_to: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """What is known of one outlet. `arrivals`: when links came, ascending; `awake_since`: when we last came back."""

    outlet: Outlet
    since: datetime
    awake_since: datetime
    feeds: tuple[FeedSeen, ...] = ()
    arrivals: tuple[datetime, ...] = ()
    pages: Mapping[str, int] = field(default_factory=dict)
    bodies: tuple[int, ...] = ()
    last_ok: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with an outlet, since when, in words; `alarm` is False for what is only shown."""

    kind: str
    since: datetime
    words: str
    alarm: bool = True


def judge(seen: Observed, now: datetime) -> Finding | None:
    """The gravest thing that is wrong with an outlet, or None."""
    if not seen.outlet.enabled or not seen.feeds:
        return None
    for rule in (_unreachable, _no_bodies, _short_bodies, _moved, _silent):
        found = rule(seen, now)
        if found is not None:
            return found
    return None


def _unreachable(seen: Observed, now: datetime) -> Finding | None:
    """Every access point fails, for longer than the grace."""
    verdicts = [feed.verdict for feed in seen.feeds if feed.verdict]
    if not verdicts or any(verdict in ("working", "moved") for verdict in verdicts):
        return None
    since = max([feed.ok_at for feed in seen.feeds if feed.ok_at], default=seen.since)
    if now - max(since, seen.awake_since) < GRACE:
        return None
    said = next((feed.problem for feed in seen.feeds if feed.problem), None)
    why = f": {said}" if said else ""
    if "blocked" in verdicts:
        return Finding("blocked", since, f"refuses us (401, 403, 429 or 451) since {_day(since)}{why}")
    if set(verdicts) == {"empty"}:
        return Finding("no_links", since, f"its feeds and listings show no link any more since {_day(since)}{why}")
    return Finding("failing", since, f"cannot be reached since {_day(since)}{why}")


def _no_bodies(seen: Observed, now: datetime) -> Finding | None:
    total = sum(seen.pages.values())
    if total < FEW_PAGES:
        return None
    refused = seen.pages.get(Outcome.BLOCKED.value, 0)
    if refused >= MOST * total:
        return Finding("blocked", now, f"{refused} of {total} pages of the last days were refused")
    empty = sum(seen.pages.get(name, 0) for name in _NO_TEXT)
    read = sum(seen.pages.get(name, 0) for name in _READ)
    meant = any(feed_is_discovery(feed, seen.outlet) for feed in seen.feeds)
    if not meant and empty >= FEW_PAGES and empty >= MOST * (empty + read):
        return Finding("no_bodies", now, f"{empty} of {empty + read} pages of the last days had no text")
    return None


def feed_is_discovery(feed: FeedSeen, outlet: Outlet) -> bool:
    """Whether the outlet says itself that this feed is for headlines alone."""
    return any(one.url == feed.url and one.discovery_only for one in outlet.feeds)


def _short_bodies(seen: Observed, now: datetime) -> Finding | None:
    newest, before = seen.bodies[:NEWEST], seen.bodies[NEWEST:]
    if len(newest) < NEWEST or len(before) < BEFORE:
        return None
    usual, found = median(before), median(newest)
    if found >= SHORT * usual:
        return None
    return Finding("short_bodies", now, f"texts are suddenly short: {found:.0f} characters, {usual:.0f} before")


def _moved(seen: Observed, now: datetime) -> Finding | None:
    for feed in seen.feeds:
        if feed.moved_to and _site(feed.moved_to) != _site(feed.url):
            return Finding("moved", now, f"{feed.url} answers from another site now: {feed.moved_to}")
    return None


def _site(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return url


def _silent(seen: Observed, now: datetime) -> Finding | None:
    if not seen.arrivals:
        return None
    last = seen.arrivals[-1]
    from_ = max(last, seen.awake_since)
    quiet = now - from_
    if quiet < LEAST_SILENCE:
        return None
    declared = seen.outlet.expect.silent_after_hours
    if declared is not None and quiet > timedelta(hours=declared):
        return Finding("silent", last, f"nothing new since {_hour(last)}; expected within {declared:g} h")
    known = rhythm.learn(seen.arrivals, seen.arrivals[0])
    if known is None and seen.outlet.expect.articles_per_day:
        known = rhythm.flat(seen.outlet.expect.articles_per_day)
    if known is None:
        if quiet > FROZEN_AFTER and any(feed.entries for feed in seen.feeds):
            return Finding("frozen", last, f"its feed answers, but shows nothing new since {_day(last)}")
        return None
    missed = known.expected(from_, now)
    words = f"nothing new since {_hour(last)}; usually something comes every {_span(known.usual_gap)}"
    if missed > known.alarm_after:
        return Finding("silent", last, words)
    return Finding("quiet", last, words, alarm=False) if missed > known.quiet_after else None


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _hour(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _span(length: timedelta) -> str:
    hours = length / timedelta(hours=1)
    return f"{hours:.0f} h" if hours >= 1.5 else f"{hours * 60:.0f} min" if hours < 48 else f"{hours / 24:.0f} days"


# ── an alarm's life ─────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Known:
    """An alarm as the database keeps it: kind, since when, when it was told last."""

    kind: str | None = None
    since: datetime | None = None
    told: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What is known from now on, and what is to be told: opened, repeated, mended, or None."""

    known: Known
    tell: str | None = None


def step(known: Known, found: Finding | None, now: datetime) -> Step:
    """Go on with an outlet's alarm: it opens once, repeats at most daily, and says when it is mended."""
    if found is None or not found.alarm:
        if known.kind is None:
            return Step(known)
        told = known.told is not None and known.since is not None and known.told >= known.since
        return Step(Known(None, now, known.told), "mended" if told else None)
    lately = known.told is not None and now - known.told < REPEAT
    if found.kind != known.kind:
        # one that comes and goes is told once a day, like one that stays
        again = known.kind is None and lately
        return Step(Known(found.kind, now, known.told if again else now), None if again else "opened")
    return Step(known) if lately else Step(Known(known.kind, known.since, now), "repeated")


@dataclass(frozen=True, slots=True)
class Told:
    """One alarm that is told in this run."""

    outlet: str
    name: str
    what: str
    kind: str
    words: str
    since: datetime | None = None

    def line(self) -> str:
        """The alarm in one line."""
        if self.what == "mended":
            return f"{self.outlet}: {self.kind.replace('_', ' ')}: mended"
        return f"{self.outlet}: {self.kind.replace('_', ' ')}: {self.words}"


def alarms(told: Sequence[Told]) -> tuple[Told, ...]:
    """Those that need a person."""
    return tuple(one for one in told if one.what != "mended")
