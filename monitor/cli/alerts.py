"""Commands about alert mails: send, log, preview, test."""

from __future__ import annotations

from typing import Any

import click

from monitor.cli.common import config_of, output_options, print_rows


@click.group()
def alerts() -> None:
    """Preview, send and follow alert mails."""


def _shop(ctx: click.Context) -> Any:
    from monitor.wiring import open_workshop

    return open_workshop(config_of(ctx))


@alerts.command("send")
@click.pass_context
def send(ctx: click.Context) -> None:
    """Plan what is to be told and send what is due, without crawling."""
    from monitor.alerts.planner import plan
    from monitor.cycle import plan_config, send_queued
    from monitor.wiring import note_declarations, utc_now

    shop = _shop(ctx)
    note_declarations(shop.engine, shop.outlets.values(), shop.watches.values(), utc_now())
    planned = plan(shop.engine, shop.watches, shop.outlets, utc_now(), plan_config(shop))
    if not shop.config.smtp_host:
        click.echo(f"{planned.messages} mails queued; no smtp_host is set, so they wait", err=True)
        return
    sent = send_queued(shop, utc_now)
    click.echo(f"{planned.messages} queued, {sent.sent} sent, {sent.waiting} waiting, {sent.failed} failed")
    for words in (*planned.problems, *filter(None, [sent.problem])):
        click.echo(words, err=True)
    ctx.exit(1 if sent.failed or sent.problem or planned.problems else 0)


@alerts.command("log")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@output_options
@click.pass_context
def log(ctx: click.Context, limit: int, form: str) -> None:
    """List each message's life: queued, tried, sent or failed, and what the server said."""
    from sqlalchemy import select

    from pipelines.store.schema import OutboxRow
    from pipelines.store.session import session

    with session(_shop(ctx).engine) as opened:
        rows = [
            {
                "id": row.id,
                "kind": row.kind,
                "recipient": row.recipient,
                "state": row.state,
                "attempts": row.attempts,
                "created": row.created_at,
                "sent": row.sent_at,
                "error": row.last_error,
                "message_id": row.message_id,
            }
            for row in opened.scalars(select(OutboxRow).order_by(OutboxRow.id.desc()).limit(limit))
        ]
    columns = ("id", "kind", "recipient", "state", "attempts", "created", "sent", "error")
    print_rows(rows, form, columns, "no mail was queued yet")


@alerts.command("preview")
@click.argument("mail_id", type=int, required=False)
@click.option("--html", is_flag=True, help="The HTML part instead of the text.")
@click.pass_context
def preview(ctx: click.Context, mail_id: int | None, html: bool) -> None:
    """Print a queued or sent mail (the newest, or the one with this id of `monitor alerts log`)."""
    from email import message_from_bytes, policy

    from sqlalchemy import select

    from pipelines.store.schema import OutboxRow
    from pipelines.store.session import session

    with session(_shop(ctx).engine) as opened:
        wanted = select(OutboxRow).order_by(OutboxRow.id.desc()).limit(1)
        row = opened.get(OutboxRow, mail_id) if mail_id else opened.scalar(wanted)
        if row is None:
            raise click.UsageError("there is no such mail; `monitor alerts log` lists them")
        content = bytes(row.message)
    message = message_from_bytes(content, policy=policy.default)
    part = message.get_body(("html",) if html else ("plain",))
    for name in ("From", "To", "Subject", "Date") if not html else ():
        click.echo(f"{name}: {message[name]}")
    click.echo(("\n" if not html else "") + (part.get_content() if part is not None else ""))
