"""Make messages of the facts that are due: story mails, digests, and a digest instead of a flood.

In      told facts without a message whose time has come
Out     outbox rows with final bytes; each recipient's messages and their facts in one transaction
Rules   one mail a story and recipient; after `quiet_after` story mails in `flood_window` one digest a window
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select
from sqlalchemy.orm import Session

from monitor.addresses import is_webhook, reachable
from monitor.alerts import digests, message, render, spelling, stops, views, webhook
from monitor.alerts.coverage import Coverage
from monitor.alerts.model import DigestView, Envelope, StoryView
from monitor.alerts.schedule import next_digest
from pipelines.records import Outlet, Watch
from pipelines.store.schema import AuditRow, OutboxRow, ToldFactRow, WatchRow
from pipelines.store.session import session as open_session

HOUR = timedelta(hours=1)
WINDOWS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
FURTHEST = {"hourly": timedelta(hours=2), "weekly": timedelta(days=8)}
A_DAY = timedelta(hours=27)
"""Facts of the other rates are due within a day, or its 25 hours when clocks go back."""
THREAD = 10
"""Earlier messages of a thread that a follow-up names."""


@dataclass(frozen=True, slots=True)
class PlanConfig:
    """What planning needs of the configuration. `scorer` compares two spellings of a name, 0-1."""

    sender: str = "monitor@localhost"
    bounce: str = ""
    zone: ZoneInfo = ZoneInfo("UTC")
    public_url: str = ""
    secret: bytes = b""
    quiet_after: int = 10
    flood_window: timedelta = HOUR
    digest_stories: int = digests.STORIES_IN_FULL
    say_no_news: bool = False
    coverage: Coverage | None = None
    scorer: Callable[[str, str], float] | None = spelling.score


def compose(
    engine: Engine, watches: Mapping[str, Watch], outlets: Mapping[str, Outlet], now: datetime, config: PlanConfig
) -> int:
    """Queue every message that is due; returns how many."""
    with open_session(engine) as session:
        recipients = session.scalars(
            select(ToldFactRow.recipient)
            .where(ToldFactRow.outbox_id.is_(None), _is_due(now))
            .distinct()
            .order_by(ToldFactRow.recipient)
        ).all()
    made = 0
    for recipient in recipients:
        with open_session(engine) as session:
            made += _for_recipient(session, recipient, watches, outlets, now, config)
    return made


def _for_recipient(
    session: Session,
    recipient: str,
    watches: Mapping[str, Watch],
    outlets: Mapping[str, Outlet],
    now: datetime,
    config: PlanConfig,
) -> int:
    waiting = session.scalars(
        select(ToldFactRow)
        .where(ToldFactRow.recipient == recipient, ToldFactRow.outbox_id.is_(None), _is_due(now))
        .order_by(ToldFactRow.id)
    )
    due = [row for row in waiting if stops.is_told(watches, row.watch_id, recipient)]
    by_story: dict[int, list[ToldFactRow]] = {}
    for row in due:
        if row.rate == "immediate":
            by_story.setdefault(row.story_id, []).append(row)
    desk = views.Desk.open(session, recipient, watches, outlets, config, due)
    rest = [row for row in due if row.rate != "immediate"]
    made = 0
    flood = (
        bool(by_story)
        and _sent_lately(session, recipient, now - config.flood_window, now) + len(by_story) > config.quiet_after
    )
    if not flood:
        for story_id, rows in by_story.items():
            _queue_story(session, desk, story_id, rows, now, config)
            made += 1
    elif _flooded_until(session, recipient, now, config.flood_window) <= now:
        flooded = [row for rows in by_story.values() for row in rows]
        _queue_digest(session, desk, flooded, now, config, kind="flood")
        made += 1
    else:
        for rows in by_story.values():
            for row in rows:
                row.due_at = _flooded_until(session, recipient, now, config.flood_window)
    if rest:
        _queue_digest(session, desk, rest, now, config, kind="digest")
        made += 1
    return made


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Due now; or further off than a digest of its rate ever is: of a clock that ran ahead and was set right."""
    apart = [and_(ToldFactRow.rate == rate, ToldFactRow.due_at > now + most) for rate, most in FURTHEST.items()]
    return or_(
        ToldFactRow.due_at <= now,
        *apart,
        and_(ToldFactRow.rate.not_in(FURTHEST), ToldFactRow.due_at > now + A_DAY),
    )


def _sent_lately(session: Session, recipient: str, since: datetime, now: datetime) -> int:
    lately = and_(OutboxRow.created_at > since, OutboxRow.created_at <= now)
    query = select(func.count()).where(OutboxRow.recipient == recipient, OutboxRow.kind == "story", lately)
    return session.scalar(query) or 0


def _flooded_until(session: Session, recipient: str, now: datetime, window: timedelta) -> datetime:
    # of a clock that ran ahead and was set right nothing counts: it would hold the news up
    flood = and_(OutboxRow.recipient == recipient, OutboxRow.kind == "flood", OutboxRow.created_at <= now)
    last = session.scalar(select(func.max(OutboxRow.created_at)).where(flood))
    return last + window if last else now


def _queue_story(
    session: Session, desk: views.Desk, story_id: int, rows: Sequence[ToldFactRow], now: datetime, config: PlanConfig
) -> None:
    before = session.scalars(
        select(OutboxRow.message_id)
        .where(OutboxRow.recipient == desk.recipient, OutboxRow.kind == "story", OutboxRow.story_id == story_id)
        .order_by(OutboxRow.id)
    ).all()
    view = desk.story(story_id, rows, follow_up=bool(before))
    number = f"{len(before) + 1}"
    envelope = envelope_for(
        desk.recipient, f"story {story_id}", number, render.story_subject(view), now, config, desk.watch_ids(rows)
    )
    envelope = views.threaded(envelope, before[-THREAD:])
    bytes_ = _bytes("story", envelope, view, desk.footer(view.watches, envelope.unsubscribe[0]))
    _store(
        session, envelope, bytes_, config, "story", f"story|{desk.recipient}|{story_id}|{number}", rows, now, story_id
    )
    _audit(session, envelope, desk.unmasked(rows), now)


def _queue_digest(
    session: Session, desk: views.Desk, rows: Sequence[ToldFactRow], now: datetime, config: PlanConfig, kind: str
) -> None:
    view = digests.build(desk, rows, now, flood=kind == "flood")
    window = max(row.due_at for row in rows).isoformat()
    taken = session.scalar(
        select(func.count()).where(OutboxRow.dedupe.startswith(f"{kind}|{desk.recipient}|{window}|", autoescape=True))
    )
    number = f"{window}|{(taken or 0) + 1}"
    envelope = envelope_for(
        desk.recipient, kind, number, render.digest_subject(view), now, config, desk.watch_ids(rows)
    )
    watches = tuple(dict.fromkeys(group.watch for group in view.groups))
    bytes_ = _bytes(kind, envelope, view, desk.footer(watches, envelope.unsubscribe[0]))
    _store(
        session,
        envelope,
        bytes_,
        config,
        kind,
        f"{kind}|{desk.recipient}|{number}",
        rows,
        now,
    )
    _audit(session, envelope, desk.unmasked(rows), now)


def no_news(
    engine: Engine, watches: Mapping[str, Watch], outlets: Mapping[str, Outlet], now: datetime, config: PlanConfig
) -> int:
    """Queue "no news" for every daily or weekly recipient whose last window brought nothing; returns how many."""
    made = 0
    for recipient, window in _windows(engine, watches, now, config.zone).items():
        with open_session(engine) as session:
            dedupe = f"empty|{recipient}|{window.isoformat()}"
            query = select(OutboxRow.id).where(
                OutboxRow.recipient == recipient,
                or_(OutboxRow.dedupe == dedupe, OutboxRow.created_at.between(window, now)),
            )
            if session.scalar(query.limit(1)) is not None:
                continue
            desk = views.Desk.open(session, recipient, watches, outlets, config, ())
            view = digests.build(desk, (), now)
            envelope = envelope_for(recipient, "empty", window.isoformat(), render.digest_subject(view), now, config)
            bytes_ = _bytes("empty", envelope, view, desk.footer((), envelope.unsubscribe[0]))
            _store(session, envelope, bytes_, config, "empty", dedupe, (), now)
            made += 1
    return made


def _windows(engine: Engine, watches: Mapping[str, Watch], now: datetime, zone: ZoneInfo) -> dict[str, datetime]:
    """The end of the newest window of each recipient of digests, where the watch is older than that."""
    with open_session(engine) as session:
        since = {row.id: row.first_seen_at for row in session.scalars(select(WatchRow))}
    found: dict[str, datetime] = {}
    for watch in watches.values():
        for recipient in watch.recipients:
            rate, address = recipient.rate or watch.rate, reachable(recipient.address)
            if rate not in WINDOWS or address is None or watch.id not in since:
                continue
            ended = next_digest(rate, watch.at, zone, now - WINDOWS[rate])
            if since[watch.id] < ended <= now:
                found[address] = max(ended, found.get(address, ended))
    return found


def envelope_for(
    recipient: str,
    thing: str,
    number: str,
    subject: str,
    now: datetime,
    config: PlanConfig,
    watch_ids: Sequence[str] = (),
) -> Envelope:
    """The head of the `number`-th message that tells `thing`, of these watches; `now` becomes its date."""
    domain = message.domain_of(config.sender)
    list_name = hmac.new(config.secret, f"list {recipient}".encode(), hashlib.sha256).hexdigest()[:20]
    token = stops.token(config.secret, recipient, watch_ids)
    bounce = message.parse_address(config.bounce or config.sender)
    stop = [f"mailto:{bounce}?subject=unsubscribe%20{token}"]
    if config.public_url:
        stop.insert(0, f"{config.public_url.rstrip('/')}/stop/{token}")
    return Envelope(
        recipient=recipient,
        sender=config.sender,
        bounce=bounce,
        subject=subject,
        message_id=message.message_id(recipient, thing, number, domain),
        date=now,
        list_id=f"<alerts.{list_name}.{domain}>",
        unsubscribe=tuple(stop),
        one_click=config.public_url.startswith("https://"),
    )


def _audit(session: Session, envelope: Envelope, stories: Sequence[int], now: datetime) -> None:
    """Keep that a message shows names: to whom, which stories; never the names themselves."""
    if stories:
        detail = {"recipient": envelope.recipient, "stories": list(stories)}
        session.add(AuditRow(at=now, actor="planner", action="unmask", target=envelope.message_id, detail=detail))


def _bytes(kind: str, envelope: Envelope, view: StoryView | DigestView, footer: tuple[str, ...]) -> bytes:
    """The message as it will leave, mail or webhook, from one view."""
    if is_webhook(envelope.recipient):
        return webhook.body(kind, envelope, view, footer)
    parts = render.story(view, footer) if isinstance(view, StoryView) else render.digest(view, footer)
    return message.build(envelope, *parts)


def _store(
    session: Session,
    envelope: Envelope,
    bytes_: bytes,
    config: PlanConfig,
    kind: str,
    dedupe: str,
    rows: Sequence[ToldFactRow],
    now: datetime,
    story_id: int | None = None,
) -> None:
    sender = envelope.bounce
    if is_webhook(envelope.recipient):
        # a webhook has no bounce address: its signature stands there, so that a retry needs no secret
        sender = webhook.sign(bytes_, webhook.key(config.secret, envelope.recipient))
    row = OutboxRow(
        dedupe=dedupe,
        kind=kind,
        recipient=envelope.recipient,
        story_id=story_id,
        message_id=envelope.message_id,
        sender=sender,
        message=bytes_,
        created_at=now,
        next_try_at=now,
    )
    session.add(row)
    session.flush()
    for fact in rows:
        fact.outbox_id = row.id
