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
    from monitor.alerts.log import lives
    from pipelines.store.session import session

    with session(_shop(ctx).engine) as opened:
        rows = lives(opened, limit)
    columns = [name for name in rows[0] if name not in ("message_id", "tries")] if rows else []
    print_rows(rows, form, columns, "no mail was queued yet")


@alerts.command("preview")
@click.argument("mail_id", type=int, required=False)
@click.option("--html", is_flag=True, help="The HTML part instead of the text.")
@click.pass_context
def preview(ctx: click.Context, mail_id: int | None, html: bool) -> None:
    """Print a queued or sent mail (the newest, or the one with this id of `monitor alerts log`)."""
    from monitor.alerts.preview import queued
    from pipelines.store.session import session

    try:
        with session(_shop(ctx).engine) as opened:
            found = queued(opened, mail_id)
    except LookupError as error:
        raise click.UsageError(f"{error.args[0]}; `monitor alerts log` lists them") from error
    click.echo(found.html if html else f"Subject: {found.subject}\n\n{found.text}")


@alerts.command("test")
@click.argument("address")
@click.pass_context
def test(ctx: click.Context, address: str) -> None:
    """Send a sample mail to ADDRESS at once, and say what the mail server answered. Nothing real is in it."""
    from monitor.alerts.preview import send_sample
    from monitor.cycle import plan_config, smtp_settings
    from monitor.wiring import utc_now

    shop = _shop(ctx)
    if not shop.config.smtp_host:
        raise click.UsageError("no smtp_host is set: name the mail server in monitor.toml")
    try:
        result = send_sample(smtp_settings(shop.config), address, utc_now(), plan_config(shop))
    except LookupError as error:
        raise click.UsageError(str(error.args[0])) from error
    click.echo(f"{result.verdict}: {result.code or ''} {result.answer}".strip())
    ctx.exit(0 if result.verdict == "sent" else 1)
