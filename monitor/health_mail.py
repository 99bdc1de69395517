"""Health mails: what is wrong with the monitor or its outlets, for the `owner` of the settings.

In      what is to be told now (opened, repeated, mended), problems of the run itself
Out     one outbox row, written in the caller's transaction, so that an alarm is never marked as told without its mail
Rules   a problem of the run is told once a day; no name of a person stands in any of it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.addresses import usable
from monitor.alerts import message
from monitor.alerts.compose import PlanConfig, envelope_for
from monitor.health import Told, alarms
from monitor.labels import plural
from pipelines.store.schema import OutboxRow

HEADS = {"opened": "New", "repeated": "Still so", "mended": "Mended"}


def queue(
    session: Session, owner: str, told: Sequence[Told], problems: Sequence[str], now: datetime, config: PlanConfig
) -> bool:
    """Queue one health mail if there is something to tell; returns whether."""
    recipient = usable(message.parse_address(owner)) if owner else None
    fresh = [words for words in problems if recipient and not _told_today(session, recipient, words, now)]
    if recipient is None or not (told or fresh):
        return False
    number = "|".join([now.isoformat(), *(_key(words) for words in fresh)])
    envelope = envelope_for(recipient, "health", number, subject(told, fresh), now, config)
    # it is the owner's own setting: no link stops it
    envelope = replace(envelope, unsubscribe=(), one_click=False)
    session.add(
        OutboxRow(
            dedupe=f"health|{recipient}|{number}",
            kind="health",
            recipient=recipient,
            message_id=envelope.message_id,
            sender=envelope.bounce,
            message=message.build(envelope, text_of(told, fresh), html_of(told, fresh)),
            created_at=now,
            next_try_at=now,
        )
    )
    session.flush()
    return True


def _key(words: str) -> str:
    """What makes a problem the same one tomorrow: its first words, without numbers."""
    return "".join(c for c in words.split(":")[0] if not c.isdigit() and c != "|")[:60].strip()


def _told_today(session: Session, recipient: str, words: str, now: datetime) -> bool:
    query = select(OutboxRow.id).where(
        OutboxRow.dedupe.startswith(f"health|{recipient}|{now:%Y-%m-%d}", autoescape=True),
        OutboxRow.dedupe.contains(f"|{_key(words)}", autoescape=True),
    )
    return session.scalar(query.limit(1)) is not None


def subject(told: Sequence[Told], problems: Sequence[str]) -> str:
    """The subject: numbers, and the first outlet."""
    opened = alarms(told)
    parts = [plural(len(problems), "problem") + " of the run"] if problems else []
    if opened:
        first = f"{opened[0].name} {opened[0].kind.replace('_', ' ')}"
        parts.append(first + (f" +{len(opened) - 1}" if len(opened) > 1 else ""))
    mended = len(told) - len(opened)
    parts += [f"{mended} mended"] if mended else []
    return f"[monitor health] {' · '.join(parts)}"


def text_of(told: Sequence[Told], problems: Sequence[str]) -> str:
    """The text part."""
    lines = ["What needs a look at this monitor.", ""]
    for head, found in _groups(told, problems):
        lines += [head, *(f"  - {line}" for line in found), ""]
    return "\n".join([*lines, *_FOOT]) + "\n"


def html_of(told: Sequence[Told], problems: Sequence[str]) -> str:
    """The HTML part: the same facts."""
    body = "<p>What needs a look at this monitor.</p>"
    for head, found in _groups(told, problems):
        items = "".join(f"<li>{escape(line)}</li>" for line in found)
        body += f"<h2>{escape(head)}</h2><ul>{items}</ul>"
    foot = "<br>".join(str(escape(line)) for line in _FOOT)
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Health</title>'
    return f"{head}<body>{body}<p>{foot}</p></body></html>"


def _groups(told: Sequence[Told], problems: Sequence[str]) -> list[tuple[str, list[str]]]:
    groups = [("The run", list(problems))]
    groups += [(head, [one.line() for one in told if one.what == what]) for what, head in HEADS.items()]
    return [(head, found) for head, found in groups if found]


_FOOT = (
    "An alarm is told when it opens, then once a day, and when it is mended.",
    "All of it: monitor status --outlets; one outlet: monitor outlets check ID.",
)
