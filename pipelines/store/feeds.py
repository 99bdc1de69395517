"""What is remembered of a feed between runs: validators, answers, newest entries, gaps.

Gap     a feed whose oldest entry is newer than everything known from its last reading may have lost items in between
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pipelines.records import Feed
from pipelines.store.schema import FeedStateRow, OutletRow

REMEMBERED = 300
"""So many keys of the last reading are kept, to see whether two readings overlap."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a feed answered: status, validators, and the keys of its entries when it was read."""

    status: int | None
    etag: str | None = None
    last_modified: str | None = None
    keys: Sequence[str] | None = None
    problem: str | None = None
    moved_to: str | None = None


def validators(session: Session, url: str) -> dict[str, str]:
    """Request headers that ask for the feed only if it changed."""
    row = session.get(FeedStateRow, url)
    found = {}
    if row is not None and row.etag:
        found["If-None-Match"] = row.etag
    if row is not None and row.last_modified:
        found["If-Modified-Since"] = row.last_modified
    return found


def note(session: Session, outlet_id: str, feed: Feed, answer: Answer, now: datetime) -> bool:
    """Remember an answer; return True when entries may have been lost since the last reading (a gap)."""
    row = session.get(FeedStateRow, feed.url)
    if row is None:
        row = FeedStateRow(url=feed.url, outlet_id=outlet_id, kind=feed.kind.value)
        session.add(row)
    row.outlet_id, row.kind = outlet_id, feed.kind.value
    row.checked_at, row.last_status, row.problem, row.moved_to = now, answer.status, answer.problem, answer.moved_to
    row.verdict = verdict(answer)
    gap = False
    if answer.status == 200:
        row.etag, row.last_modified = answer.etag, answer.last_modified
    if answer.keys is not None:
        gap = bool(row.last_keys) and bool(answer.keys) and not set(row.last_keys or ()) & set(answer.keys)
        row.last_keys, row.entries = list(answer.keys)[:REMEMBERED], len(answer.keys)
        row.gap_at = now if gap else row.gap_at
    outlet = session.get(OutletRow, outlet_id)
    if row.verdict == "working":
        row.ok_at, row.verified_on = now, now.date()
        if outlet is not None:
            outlet.last_success_at, outlet.failures = now, 0
    elif outlet is not None:
        outlet.failures += 1
    return gap


def verdict(answer: Answer) -> str:
    """One word for an answer: working, empty, moved, blocked, dead, failing."""
    if answer.status is None:
        return "dead"
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
