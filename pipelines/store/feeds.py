"""What is remembered of a feed between runs: validators, answers, newest entries, gaps, when it is due.

Gap     a feed whose reading shares nothing with its last one may have lost items in between
Due     from the feed's own rhythm (`rhythm`); a missed run is made up once, since what is due is only asked once
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.records import Feed
from pipelines.store import rhythm
from pipelines.store.schema import FeedStateRow, OutletRow

REMEMBERED = 300
"""So many keys of the last reading are kept, to see whether two readings overlap."""

GAP_NAMED = timedelta(days=7)
"""So long a gap that could not be filled is named; after that nobody can act on it."""

BREAKER = "failing: "
"""How the reason of a pause begins that the monitor took by itself."""

RUNS = "runs in a row"
"""How it ends when whole runs failed; such a pause is over with the first success."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a feed answered: status, validators, and the keys of its entries when it was read.

    `new` is how many of them were unknown, `newest` the latest date that an entry bears.
    """

    status: int | None
    etag: str | None = None
    last_modified: str | None = None
    keys: Sequence[str] | None = None
    problem: str | None = None
    moved_to: str | None = None
    new: int = 0
    newest: datetime | None = None


FORBIDDEN = "RobotsDenied: forbidden"
"""How the problem of an answer begins that the site's robots.txt kept from us."""
FROZEN_AFTER = timedelta(days=30)
"""A feed that answers and whose newest entry is older is called frozen when it is asked about."""


def is_frozen(row: FeedStateRow, now: datetime) -> bool:
    """Whether a feed works and has shown nothing of the last `FROZEN_AFTER`."""
    return row.verdict == "working" and row.newest_entry_at is not None and now - row.newest_entry_at > FROZEN_AFTER


@dataclass(frozen=True, slots=True)
class Gap:
    """Two readings of a feed that do not overlap: what it showed before, what it shows now."""

    feed_url: str
    before: frozenset[str]
    now: frozenset[str]

    def filled_by(self, keys: Iterable[str], *, follows: bool = False) -> bool:
        """Whether a reading of something else reaches from the one to the other.

        `follows` is an older page of the same feed: it joins the newer one by itself.
        """
        found = set(keys)
        return bool(found & self.before) and (follows or bool(found & self.now))


def validators(session: Session, url: str) -> dict[str, str]:
    """Request headers that ask for the feed only if it changed."""
    row = session.get(FeedStateRow, url)
    found = {}
    if row is not None and row.etag:
        found["If-None-Match"] = row.etag
    if row is not None and row.last_modified:
        found["If-Modified-Since"] = row.last_modified
    return found


def note(session: Session, outlet_id: str, feed: Feed, answer: Answer, now: datetime) -> Gap | None:
    """Remember an answer and when to ask again; return the gap when entries may have been lost since the last one."""
    row = session.get(FeedStateRow, feed.url)
    if row is None:
        row = FeedStateRow(url=feed.url, outlet_id=outlet_id, kind=feed.kind.value)
        session.add(row)
    gap = _gap(row, feed.url, answer.keys)
    _plan(row, answer, gap is not None, now)
    row.outlet_id, row.kind = outlet_id, feed.kind.value
    row.checked_at, row.last_status, row.problem, row.moved_to = now, answer.status, answer.problem, answer.moved_to
    row.verdict = verdict(answer)
    if answer.status == 200:
        row.etag, row.last_modified = answer.etag, answer.last_modified
    if answer.keys is not None:
        row.last_keys, row.entries = list(answer.keys)[:REMEMBERED], len(answer.keys)
    row.newest_entry_at = answer.newest or row.newest_entry_at
    if gap is not None:
        row.gap_at = now
    elif row.gap_at is not None and now - row.gap_at > GAP_NAMED:
        row.gap_at = None
    if row.verdict == "working":
        row.ok_at, row.verified_on = now, now.date()
        outlet = session.get(OutletRow, outlet_id)
        if outlet is not None:
            outlet.last_success_at = now
    return gap


def _gap(row: FeedStateRow, url: str, keys: Sequence[str] | None) -> Gap | None:
    before = frozenset(row.last_keys or ())
    if not keys or not before or before & set(keys):
        return None
    return Gap(url, before, frozenset(keys))


def _plan(row: FeedStateRow, answer: Answer, gap: bool, now: datetime) -> None:
    elapsed = (now - row.checked_at).total_seconds() if row.checked_at is not None else None
    answered = answer.status in (200, 304)
    if answered:
        length = len(answer.keys) if answer.keys is not None else row.entries or 0
        row.interval_seconds = rhythm.interval(row.interval_seconds, elapsed, answer.new, length, gap=gap)
    else:
        row.interval_seconds = min((row.interval_seconds or rhythm.FIRST) * 2, rhythm.LONGEST)
    row.next_due_at = rhythm.next_due(now, row.interval_seconds, row.outlet_id)


def fill(session: Session, gap: Gap) -> None:
    """The gap is filled: it is no longer named."""
    row = session.get(FeedStateRow, gap.feed_url)
    if row is not None:
        row.gap_at = None


def due(session: Session, urls: Sequence[str], now: datetime) -> frozenset[str]:
    """Those of the feeds that are due, or were never asked."""
    found = set(urls)
    for row in session.scalars(select(FeedStateRow).where(FeedStateRow.url.in_(urls))):
        if not rhythm.is_due(row.next_due_at, row.interval_seconds, now):
            found.discard(row.url)
    return frozenset(found)


def close_outlet(session: Session, outlet_id: str, *, ok: bool, failed: bool, now: datetime) -> timedelta:
    """A run is done with an outlet: count failed runs in a row, open or close the breaker; return the rest it takes.

    Any answer that could be read closes it. The breaker never shortens a pause that the host asked for.
    """
    row = session.get(OutletRow, outlet_id)
    if row is None:
        return timedelta(0)
    states = session.execute(
        select(FeedStateRow.next_due_at).where(
            FeedStateRow.outlet_id == outlet_id, FeedStateRow.next_due_at.is_not(None)
        )
    )
    row.next_due_at = min((state.next_due_at for state in states), default=None)
    if ok:
        row.failures = 0
        if (row.pause_reason or "").endswith(RUNS):  # a pause for failing pages, taken in this run, stands
            row.paused_until_at, row.pause_reason = None, None
        return timedelta(0)
    if not failed:
        return timedelta(0)
    row.failures += 1
    resting = rhythm.rest(row.failures, outlet_id, now.date())
    if resting and (row.paused_until_at is None or row.paused_until_at < now + resting):
        row.paused_until_at, row.pause_reason = now + resting, f"{BREAKER}{row.failures} {RUNS}"
    return resting


def pause(session: Session, outlet_ids: Iterable[str], until: datetime, reason: str) -> None:
    """Pause outlets until an instant; a longer pause stands."""
    for outlet_id in outlet_ids:
        row = session.get(OutletRow, outlet_id)
        if row is not None and (row.paused_until_at is None or row.paused_until_at < until):
            row.paused_until_at, row.pause_reason = until, reason


def paused(session: Session, outlet_ids: Sequence[str], now: datetime, *, insist: bool = False) -> dict[str, str]:
    """The outlets that rest now, with the reason. Pauses that are over are forgotten.

    `insist` passes over the breaker's own pauses, never over those that a host asked for.
    """
    found = {}
    for outlet_id in outlet_ids:
        row = session.get(OutletRow, outlet_id)
        if row is None or row.paused_until_at is None:
            continue
        reason = row.pause_reason or "paused by the host"
        if row.paused_until_at <= now:
            row.paused_until_at, row.pause_reason = None, None
        elif not (insist and reason.startswith(BREAKER)):
            found[outlet_id] = reason
    return found


def verdict(answer: Answer) -> str:
    """One word for an answer: working, empty, moved, blocked, dead, failing."""
    if answer.status is None:
        return "blocked" if (answer.problem or "").startswith(FORBIDDEN) else "dead"
    if answer.status in (401, 403, 429, 451):
        return "blocked"
    if answer.status in (404, 410):
        return "dead"
    if answer.status == 304:
        return "working"
    if answer.status != 200:
        return "failing"
    if answer.keys is not None and not answer.keys:
        return "empty"
    return "moved" if answer.moved_to else "working"
