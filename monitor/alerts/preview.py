"""See a mail before it goes out: a queued one, a story as a recipient would get it, what waits for a digest; a sample.

In      an engine or session, the recipient, the story
Out     `Preview` with the message's bytes and its two parts; nothing is stored, sent or marked as told
Raises  `LookupError` naming what is not there
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.addresses import is_webhook, reachable
from monitor.alerts import digests, message, render, views, webhook
from monitor.alerts.compose import PlanConfig, envelope_for
from monitor.alerts.model import ArticleView, StoryView
from monitor.alerts.smtp import Line, Result, SmtpSettings
from pipelines.records import Outlet, Watch
from pipelines.store.schema import OutboxRow, ToldFactRow


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail to look at: `eml` for a mail program, `html` for a browser."""

    eml: bytes
    subject: str
    text: str
    html: str


def of_bytes(content: bytes) -> Preview:
    """A message's bytes taken apart; what is posted to a webhook has no HTML."""
    if content.startswith(b"{"):
        told = json.loads(content)
        return Preview(content, str(told.get("subject", "")), json.dumps(told, ensure_ascii=False, indent=2), "")
    mail: Any = message_from_bytes(content, policy=policy.default)
    parts = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
    text, html = (parts[kind].get_content() if parts[kind] is not None else "" for kind in ("plain", "html"))
    return Preview(content, str(mail["Subject"]), text, html)


def queued(session: Session, outbox_id: int | None = None) -> Preview:
    """A message of the outbox: the newest, or the one with this id."""
    newest = select(OutboxRow).order_by(OutboxRow.id.desc()).limit(1)
    row = session.scalar(newest) if outbox_id is None else session.get(OutboxRow, outbox_id)
    if row is None:
        raise LookupError("no mail was queued yet" if outbox_id is None else f"there is no mail {outbox_id}")
    return of_bytes(bytes(row.message))


def story(
    session: Session,
    story_id: int,
    recipient: str,
    watches: Mapping[str, Watch],
    outlets: Mapping[str, Outlet],
    now: datetime,
    config: PlanConfig,
) -> Preview:
    """The mail that would tell `recipient` all of a story, told or not."""
    query = select(ToldFactRow).where(ToldFactRow.recipient == recipient, ToldFactRow.story_id == story_id)
    rows = session.scalars(query.order_by(ToldFactRow.id)).all()
    if not rows:
        raise LookupError(f"{recipient} is told nothing of story {story_id}")
    desk = views.Desk.open(session, recipient, watches, outlets, config, rows)
    view = desk.story(story_id, rows, follow_up=False)
    envelope = envelope_for(
        recipient, f"story {story_id}", "preview", render.story_subject(view), now, config, desk.watch_ids(rows)
    )
    return of_bytes(message.build(envelope, *render.story(view, desk.footer(view.watches, envelope.unsubscribe[0]))))


def digest(
    session: Session,
    recipient: str,
    watches: Mapping[str, Watch],
    outlets: Mapping[str, Outlet],
    now: datetime,
    config: PlanConfig,
) -> Preview:
    """The digest that `recipient` would get if it were due now."""
    query = select(ToldFactRow).where(ToldFactRow.recipient == recipient, ToldFactRow.outbox_id.is_(None))
    rows = session.scalars(query.order_by(ToldFactRow.id)).all()
    desk = views.Desk.open(session, recipient, watches, outlets, config, rows)
    view = digests.build(desk, rows, now)
    envelope = envelope_for(
        recipient, "digest", "preview", render.digest_subject(view), now, config, desk.watch_ids(rows)
    )
    names = tuple(dict.fromkeys(group.watch for group in view.groups))
    return of_bytes(message.build(envelope, *render.digest(view, desk.footer(names, envelope.unsubscribe[0]))))


def sample(recipient: str, now: datetime, config: PlanConfig) -> Preview:
    """A message that shows what alerts look like, nothing real in it. Raises `LookupError` on an unusable address."""
    address = reachable(recipient)
    if address is None:
        raise LookupError(f"{recipient!r} is no address that a mail can go to, and no web address")
    article = ArticleView(
        article_id=0,
        title="This is a sample: two fighters shown after their capture",
        outlet="Example Post",
        ownership="independent",
        language="en",
        published=f"{now.astimezone(config.zone):%Y-%m-%d %H:%M %Z}",
        copy="monitor show ID",
        why=("sample watch, rule sample: captured",),
        sentences=((("Two men were ", False), ("captured", True), (" near the river.", False)),),
    )
    view = StoryView(
        story_id=0,
        headline=article.title,
        watches=("Sample",),
        news=(),
        articles=(article,),
        persons=("A. B. [p-sample]: captive, captured",),
        counts=("at least 2 captured — says a source",),
        languages=("en",),
    )
    footer = ("You get this mail because somebody tried `monitor alerts test`. Nothing in it is real.",)
    envelope = envelope_for(address, "sample", now.isoformat(), "Sample alert: your mail settings work", now, config)
    if is_webhook(address):
        return of_bytes(webhook.body("sample", envelope, view, footer))
    return of_bytes(message.build(envelope, *render.story(view, footer)))


def send_sample(
    smtp: SmtpSettings | None, recipient: str, now: datetime, config: PlanConfig, allowed: Iterable[str] = ()
) -> Result:
    """Send the sample at once, past the outbox, and say what the server answered. Raises `LookupError`."""
    made, address = sample(recipient, now, config), reachable(recipient) or recipient
    if is_webhook(address):
        signature = webhook.sign(made.eml, webhook.key(config.secret, address))
        return webhook.post(address, made.eml, json.loads(made.eml)["id"], signature, frozenset(allowed))
    if smtp is None:
        raise LookupError("no smtp_host is set: name the mail server in monitor.toml")
    bounce = message.parse_address(config.bounce or config.sender)
    with Line(smtp) as line:
        return line.send(bounce, address, made.eml)
