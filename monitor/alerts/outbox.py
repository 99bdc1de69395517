"""The sender: hands queued messages to the mail server, each once as far as mail allows.

In      an engine, `SmtpSettings` (None: no mail server, only webhooks are posted to), a clock
Out     `SendResult`; rows change state: pending → sending → sent, failed, unknown, or pending again
States  `sending` is committed before the first byte goes out; a row found so after its lease is `unknown` and is
        tried once more with the same bytes and Message-ID (`at_least_once`) or left for a person (`at_most_once`)
Limits  mail cannot be exactly once: a server that took a message and lost its answer gets it twice, with one Message-ID
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, func, or_, select, update
from sqlalchemy.orm import Session

from monitor.addresses import is_webhook
from monitor.alerts import webhook
from monitor.alerts.lock import alone
from monitor.alerts.smtp import Line, Result, SmtpSettings
from pipelines.store.schema import DeliveryRow, OutboxRow
from pipelines.store.session import session as open_session

BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 480))
"""Pauses after the 1st, 2nd, … temporary failure; the last one repeats."""

GIVE_UP = timedelta(hours=72)
"""A message that no server took for so long has failed, visibly. Only time that the sender saw go by counts."""

MOST_AT_ONCE = timedelta(hours=12)
"""What counts of the time between two tries: longer than any pause, so that more is a clock that jumped, or sleep."""

JITTER = 0.2
LEASE = timedelta(minutes=10)
"""Far more than the longest time one message takes, so that nobody sends what another is still sending."""

_ENDS = ("sent", "failed", "unknown")
_WEB = or_(OutboxRow.recipient.startswith("https://"), OutboxRow.recipient.startswith("http://"))

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class SendResult:
    """What a sending did. `waiting`: queued for later; `held`: another sender was at work.

    `longest`: how long the mails that wait have been refused by now, as the senders saw it.
    """

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    waiting: int = 0
    problem: str = ""
    held: bool = False
    longest: timedelta = timedelta(0)


def send(
    engine: Engine,
    smtp: SmtpSettings | None,
    clock: Clock,
    *,
    promise: str = "at_least_once",
    limit: int | None = None,
    allow_addresses: Iterable[str] = (),
) -> SendResult:
    """Send every message that is due, alone: mails, then webhooks. What a server that is down should take waits.

    `allow_addresses`: host:port that webhooks may reach although they are not public.
    """
    allowed = frozenset(allow_addresses)
    with alone(engine, "sender") as held:
        if not held:
            return SendResult(held=True)
        _reap(engine, clock(), promise)
        tally = Counter[str]()
        problem = ""
        if smtp is not None:
            with Line(smtp) as line:
                problem = _drain(engine, ~_WEB, lambda row: _mail(line, row), clock, promise, limit, tally)
        _drain(engine, _WEB, lambda row: _posted(row, allowed), clock, promise, limit, tally)
        with open_session(engine) as session:
            query = select(func.count(), func.max(OutboxRow.waited_seconds)).where(_open_states())
            waiting, longest = session.execute(query).one()
        ends = (tally["sent"], tally["failed"], tally["unknown"])
        return SendResult(*ends, waiting, problem, longest=timedelta(seconds=longest or 0))


def _drain(
    engine: Engine,
    which: ColumnElement[bool],
    hand_over: Callable[[OutboxRow], Result],
    clock: Clock,
    promise: str,
    limit: int | None,
    tally: Counter[str],
) -> str:
    """Hand over what is due of `which`, count the ends; returns why a mail server took no more, or not all, of it."""
    problem = ""
    while limit is None or tally.total() < limit:
        claimed = _claim(engine, which, clock())
        if claimed is None:
            break
        result = hand_over(claimed)
        state = _mark(engine, claimed.id, result, clock(), promise)
        if state in _ENDS:
            tally[state] += 1
        if result.shared and is_webhook(claimed.recipient):
            _postpone(engine, OutboxRow.recipient == claimed.recipient, clock(), _said(result))
        elif result.shared:
            _postpone(engine, which, clock(), _said(result))
            return result.answer
        elif result.ours:
            problem = _said(result)
    return problem


def _mail(line: Line, row: OutboxRow) -> Result:
    return line.send(row.sender, row.recipient, row.message)


def _posted(row: OutboxRow, allowed: frozenset[str]) -> Result:
    return webhook.post(row.recipient, row.message, row.message_id, row.sender, allowed)


def _open_states() -> ColumnElement[bool]:
    return OutboxRow.state.in_(("pending", "sending"))


def _reap(engine: Engine, now: datetime, promise: str) -> None:
    """Rows whose sender died: their message may or may not have gone out."""
    with open_session(engine) as session:
        for row in session.scalars(
            select(OutboxRow).where(
                OutboxRow.state == "sending",
                or_(
                    OutboxRow.leased_until_at.is_(None),
                    OutboxRow.leased_until_at <= now,
                    OutboxRow.leased_until_at > now + LEASE,
                ),
            )
        ):
            _lost(session, row, Result("unknown", None, "the sender stopped while sending"), now, promise)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Due now; or put off for longer than anything is, by a clock that ran ahead and was set right."""
    return or_(OutboxRow.next_try_at <= now, OutboxRow.next_try_at > now + BACK_OFF[-1] * (1 + 2 * JITTER))


def _claim(engine: Engine, which: ColumnElement[bool], now: datetime) -> OutboxRow | None:
    with open_session(engine) as session:
        row = session.scalar(
            select(OutboxRow)
            .where(OutboxRow.state == "pending", _is_due(now), which)
            .order_by(OutboxRow.next_try_at, OutboxRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        taken = session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == row.id, OutboxRow.state == "pending")
            .values(state="sending", leased_until_at=now + LEASE, attempts=OutboxRow.attempts + 1)
            .execution_options(synchronize_session=False)
        )
        return row if taken.rowcount else None  # type: ignore[attr-defined]


def _mark(engine: Engine, row_id: int, result: Result, now: datetime, promise: str) -> str:
    with open_session(engine) as session:
        row = session.get_one(OutboxRow, row_id)
        if result.verdict == "unknown":
            return _lost(session, row, result, now, promise)
        session.add(_delivery(row, result, now))
        row.leased_until_at = None
        if result.verdict == "sent":
            row.state, row.sent_at, row.last_error = "sent", now, None
            return row.state
        row.last_error = _said(result)
        row.state = "failed" if result.verdict == "permanent" else "pending"
        if row.state == "pending":
            if result.shared:
                # the server is down for all: no try is used up, and the others come first next time
                row.attempts -= 1
            rest = BACK_OFF[0] * (1 + JITTER) if result.shared else pause(row.attempts, row.message_id)
            row.waited_seconds, row.tried_at = _waited(row.waited_seconds, row.tried_at or row.created_at, now), now
            row.next_try_at = now + rest
            if timedelta(seconds=row.waited_seconds) + rest > GIVE_UP:
                row.state = "failed"
        return row.state


def _waited(before: int, since: datetime, now: datetime) -> int:
    """Seconds that a message has waited, as the sender saw them go by: no jump of the clock makes it fail."""
    return before + int(min(max(now - since, timedelta(0)), MOST_AT_ONCE).total_seconds())


def _lost(session: Session, row: OutboxRow, result: Result, now: datetime, promise: str) -> str:
    """Nobody knows whether it arrived: one more try with the same bytes, then it stays unknown."""
    before = session.scalar(
        select(DeliveryRow.id).where(DeliveryRow.outbox_id == row.id, DeliveryRow.result == "unknown").limit(1)
    )
    session.add(_delivery(row, result, now))
    row.leased_until_at, row.last_error = None, _said(result)
    again = promise == "at_least_once" and before is None
    row.state = "pending" if again else "unknown"
    row.next_try_at = now + pause(1, row.message_id) if again and result.shared else now
    return "unknown"


def _delivery(row: OutboxRow, result: Result, now: datetime) -> DeliveryRow:
    return DeliveryRow(outbox_id=row.id, at=now, result=result.verdict, code=result.code, answer=result.answer)


def _said(result: Result) -> str:
    return f"{result.code} {result.answer}" if result.code else result.answer


def _postpone(engine: Engine, which: ColumnElement[bool], now: datetime, problem: str) -> None:
    """The server of `which` is down: what is due waits a minute, no try used up; what waited too long has failed."""
    columns = (OutboxRow.id, OutboxRow.waited_seconds, func.coalesce(OutboxRow.tried_at, OutboxRow.created_at))
    with open_session(engine) as session:
        due = session.execute(select(*columns).where(OutboxRow.state == "pending", _is_due(now), which)).all()
        changes: list[dict[str, object]] = []
        for row_id, before, since in due:
            waited = _waited(before, since, now)
            over = {"state": "failed", "last_error": problem} if waited > GIVE_UP.total_seconds() else {}
            later = {"waited_seconds": waited, "tried_at": now, "next_try_at": now + BACK_OFF[0]}
            changes.append({"id": row_id, "state": "pending", "last_error": problem, **later, **over})
        if changes:
            session.execute(update(OutboxRow), changes)


def again(session: Session, ids: Iterable[int] | None, now: datetime) -> int:
    """Let messages that failed, or of which nobody knows, be tried anew (`ids`: only these); returns how many."""
    query = update(OutboxRow).where(OutboxRow.state.in_(("failed", "unknown")))
    if ids is not None:
        query = query.where(OutboxRow.id.in_(list(ids)))
    fresh = {"state": "pending", "attempts": 0, "waited_seconds": 0, "tried_at": None, "next_try_at": now}
    done = session.execute(query.values(fresh).execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


def pause(attempts: int, seed: str) -> timedelta:
    """How long to wait after the `attempts`-th failure: the row of `BACK_OFF`, moved by up to 20 % by hash."""
    base = BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
    share = hashlib.sha256(f"{seed}|{attempts}".encode()).digest()[0] / 255
    return base * (1 - JITTER + 2 * JITTER * share)
