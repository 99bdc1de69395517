"""Recipients who want no more of a watch: the tokens of their stop links, and what a stop and its end do.

In      an open session, the watches with their recipients, the secret of the workspace
Out     tokens that nobody can guess and that tell nothing; rows of `stop`, each change with its audit row
Rules   a stop is a pause of one recipient for some watches (`*`: all): nothing new is planned, what waits is held
Undone  by the owner (`resume`); what came meanwhile is not told later
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from monitor.addresses import reachable
from pipelines.records import Watch
from pipelines.store.schema import AuditRow, MatchRow, OutboxRow, StopRow, ToldFactRow

EVERYTHING = "*"
MOST_IN_A_LINK = 4
"""Watches that one link names; the link of a message that tells more stops everything."""
TAG_LENGTH = 26

Stops = Mapping[tuple[str, str], datetime]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a token stands for. `watch_ids` may be `("*",)`."""

    recipient: str
    watch_ids: tuple[str, ...]


def token(secret: bytes, recipient: str, watch_ids: Iterable[str]) -> str:
    """The token that stops `recipient` for these watches; for none or many of them, for everything."""
    ids = sorted(set(watch_ids))
    asked = ids if 0 < len(ids) <= MOST_IN_A_LINK else [EVERYTHING]
    return ".".join(_tag(secret, recipient, one) for one in asked)


def _tag(secret: bytes, recipient: str, watch_id: str) -> str:
    digest = hmac.new(secret, f"stop\n{recipient}\n{watch_id}".encode("utf-8", "surrogatepass"), hashlib.sha256)
    return base64.b32encode(digest.digest()).decode()[:TAG_LENGTH].lower()


def asked_by(token: str, watches: Mapping[str, Watch], secret: bytes) -> Asked | None:
    """Who asks for what with this token; None when it stands for nothing that is told now."""
    known: dict[str, tuple[str, str]] = {}
    for watch in watches.values():
        for recipient in watch.recipients:
            address = reachable(recipient.address) or recipient.address
            for watch_id in (watch.id, EVERYTHING):
                known.setdefault(_tag(secret, address, watch_id), (address, watch_id))
    found = [known[tag] for tag in token.lower().split(".")[:MOST_IN_A_LINK] if tag in known]
    # one link belongs to one recipient: tags of several were put together by somebody else
    if not found or len({recipient for recipient, _ in found}) > 1:
        return None
    return Asked(found[0][0], tuple(dict.fromkeys(watch_id for _, watch_id in found)))


def read(session: Session) -> dict[tuple[str, str], datetime]:
    """Every stop that stands: (recipient, watch) -> since when."""
    return {(row.recipient, row.watch_id): row.stopped_at for row in session.scalars(select(StopRow))}


def since(stops: Stops, recipient: str, watch_id: str) -> datetime | None:
    """Since when a recipient is told nothing of a watch; None when they are told."""
    return stops.get((recipient, watch_id)) or stops.get((recipient, EVERYTHING))


def without(watches: Mapping[str, Watch], stops: Stops) -> dict[str, Watch]:
    """The watches with those recipients only who want to be told."""
    if not stops:
        return dict(watches)
    found = {}
    for key, watch in watches.items():
        told = tuple(
            one for one in watch.recipients if since(stops, reachable(one.address) or one.address, watch.id) is None
        )
        found[key] = watch if len(told) == len(watch.recipients) else replace(watch, recipients=told)
    return found


def is_told(watches: Mapping[str, Watch], watch_id: str, recipient: str) -> bool:
    """Whether a fact of a watch goes out to a recipient: not where they are one of its recipients no more."""
    watch = watches.get(watch_id)
    return watch is None or any(reachable(one.address) == recipient for one in watch.recipients)


def stop(session: Session, asked: Asked, watches: Mapping[str, Watch], now: datetime, actor: str) -> bool:
    """Tell the recipient no more of these watches; returns whether anything changed."""
    standing = read(session)
    fresh = [one for one in asked.watch_ids if (asked.recipient, one) not in standing]
    for watch_id in fresh:
        session.add(StopRow(recipient=asked.recipient, watch_id=watch_id, stopped_at=now))
        _note(session, "stop", asked.recipient, watch_id, now, actor)
    if fresh:
        session.flush()
        _hold(session, asked.recipient, without(watches, read(session)))
    return bool(fresh)


def resume(session: Session, asked: Asked, now: datetime, actor: str) -> bool:
    """Tell the recipient again; `*` ends every stop. Returns whether anything changed."""
    found = [one for who, one in read(session) if who == asked.recipient]
    ended = found if EVERYTHING in asked.watch_ids else [one for one in found if one in asked.watch_ids]
    for watch_id in ended:
        session.execute(delete(StopRow).where(StopRow.recipient == asked.recipient, StopRow.watch_id == watch_id))
        _note(session, "resume", asked.recipient, watch_id, now, actor)
    return bool(ended)


def _note(session: Session, action: str, recipient: str, watch_id: str, now: datetime, actor: str) -> None:
    detail = {"recipient": recipient}
    session.add(AuditRow(at=now, actor=actor, action=f"alerts_{action}", target=watch_id, detail=detail))


def _hold(session: Session, recipient: str, watches: Mapping[str, Watch]) -> None:
    """What waits goes on under another watch that the recipient still has; messages of stopped watches alone stay."""
    told = [key for key in watches if is_told(watches, key, recipient)]
    waiting = session.scalars(
        select(ToldFactRow).where(ToldFactRow.recipient == recipient, ToldFactRow.outbox_id.is_(None))
    )
    for fact in waiting:
        if not is_told(watches, fact.watch_id, recipient):
            fact.watch_id = _other(session, fact.article_id, told) or fact.watch_id
    unsent = session.scalars(select(OutboxRow).where(OutboxRow.recipient == recipient, OutboxRow.state == "pending"))
    for mail in unsent:
        of = session.scalars(select(ToldFactRow.watch_id).where(ToldFactRow.outbox_id == mail.id).distinct()).all()
        if of and not any(is_told(watches, one, recipient) for one in of):
            mail.state = "suppressed"


def _other(session: Session, article_id: int, told: Sequence[str]) -> str | None:
    query = select(MatchRow.watch_id).where(MatchRow.article_id == article_id, MatchRow.watch_id.in_(told))
    return session.scalar(query.order_by(MatchRow.score.desc()).limit(1)) if told else None
