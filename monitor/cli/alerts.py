"""Commands about alerts: send, log, retry, preview, test, key, feed, stop, resume."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.common import config_of, output_options, print_rows

if TYPE_CHECKING:
    from monitor.alerts.preview import Preview
    from monitor.alerts.stops import Asked


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
    from monitor.alerts.sending import plan_config, send_queued
    from monitor.wiring import note_declarations, utc_now

    shop = _shop(ctx)
    note_declarations(shop.engine, shop.outlets.values(), shop.watches.values(), utc_now())
    planned = plan(shop.engine, shop.watches, shop.outlets, utc_now(), plan_config(shop))
    sent = send_queued(shop, utc_now)
    click.echo(f"{planned.messages} queued, {sent.sent} sent, {sent.waiting} waiting, {sent.failed} failed")
    for words in (*planned.problems, *filter(None, [sent.problem])):
        click.echo(words, err=True)
    if sent.waiting and not shop.config.smtp_host:
        click.echo("no smtp_host is set: mails wait", err=True)
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


@alerts.command("retry")
@click.argument("mail_ids", type=int, nargs=-1)
@click.pass_context
def retry(ctx: click.Context, mail_ids: tuple[int, ...]) -> None:
    """Try mails that failed, or of which nobody knows whether they arrived, once more: all, or these of the log.

    The next run, or `monitor alerts send`, hands them over with the same text and Message-ID.
    """
    from monitor.alerts import outbox
    from monitor.wiring import utc_now
    from pipelines.store.batch import writing

    with writing(_shop(ctx).engine) as opened:
        count = outbox.again(opened, mail_ids or None, utc_now())
    if mail_ids and count < len(set(mail_ids)):
        ctx.fail(f"{count} of {len(set(mail_ids))} wait again; the others are neither failed nor unknown")
    click.echo(f"{count} wait to be sent again" if count else "no mail has failed")


@alerts.command("preview")
@click.argument("mail_id", type=int, required=False)
@click.option("--story", type=int, metavar="ID", help="The whole of this story, as --to would be told it now.")
@click.option("--digest", is_flag=True, help="What waits for the next digest of --to.")
@click.option("--to", "recipient", metavar="ADDRESS", help="A recipient of a watch; for --story and --digest.")
@click.option("--html", is_flag=True, help="The HTML part instead of the text.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to FILE.eml or FILE.html.")
@click.option("--open", "opened_in_browser", is_flag=True, help="Open the HTML part in the browser.")
@click.pass_context
def preview(
    ctx: click.Context, /, mail_id: int | None, html: bool, out: Path | None, opened_in_browser: bool, **asked: Any
) -> None:
    """Show a mail: the newest that was queued, the one with this id of `monitor alerts log`, or one to come."""
    try:
        found = _previewed(ctx, mail_id, **asked)
    except LookupError as error:
        raise click.UsageError(f"{error.args[0]}; `monitor alerts log` lists what was queued") from error
    if opened_in_browser and out is None:
        out = config_of(ctx).workspace / "preview.html"
    if out is None:
        click.echo(found.html if html else f"Subject: {found.subject}\n\n{found.text}")
        return
    as_page = out.suffix.lower() in (".html", ".htm")
    _write_private(out, found.html.encode() if as_page else found.eml)
    click.echo(f"written: {out}")
    if opened_in_browser:
        click.launch(str(out))


def _previewed(
    ctx: click.Context, mail_id: int | None, story: int | None, digest: bool, recipient: str | None
) -> Preview:
    from monitor.addresses import reachable
    from monitor.alerts import preview as previews
    from monitor.alerts.sending import plan_config
    from monitor.wiring import utc_now
    from pipelines.store.session import session

    if (story is not None or digest) != (recipient is not None) or (story is not None and digest):
        raise click.UsageError("--story ID and --digest each need --to ADDRESS, and exclude each other")
    shop = _shop(ctx)
    with session(shop.engine) as opened:
        if recipient is None:
            return previews.queued(opened, mail_id)
        where = (reachable(recipient) or recipient, shop.watches, shop.outlets, utc_now(), plan_config(shop))
        return previews.digest(opened, *where) if digest else previews.story(opened, story or 0, *where)


def _write_private(path: Path, content: bytes) -> None:
    """Mails belong to their readers: the file is its owner's alone."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


@alerts.command("test")
@click.argument("address")
@click.pass_context
def test(ctx: click.Context, address: str) -> None:
    """Send a sample to ADDRESS (a mailbox or a webhook) at once, and say what came back. Nothing real is in it."""
    from monitor.alerts.preview import send_sample
    from monitor.alerts.sending import plan_config
    from monitor.alerts.smtp import settings_of
    from monitor.wiring import utc_now

    shop = _shop(ctx)
    smtp = settings_of(shop.config) if shop.config.smtp_host else None
    try:
        result = send_sample(smtp, address, utc_now(), plan_config(shop), shop.config.allow_addresses)
    except LookupError as error:
        raise click.UsageError(str(error.args[0])) from error
    click.echo(f"{result.verdict}: {result.code or ''} {result.answer}".strip())
    ctx.exit(0 if result.verdict == "sent" else 1)


@alerts.command("key")
@click.argument("address")
@click.pass_context
def key(ctx: click.Context, address: str) -> None:
    """Print the key with which the webhook at ADDRESS checks signatures; each address has its own."""
    from monitor.addresses import is_webhook, reachable
    from monitor.alerts.webhook import key as key_of
    from monitor.protection import workspace_secret

    kept = reachable(address)
    if kept is None or not is_webhook(kept):
        raise click.UsageError(f'"{address}" is no web address; it starts with https://')
    config = config_of(ctx)
    if not config.workspace.is_dir():
        raise click.UsageError(f"there is no workspace {config.workspace}; `monitor init` makes one")
    click.echo(key_of(workspace_secret(config.workspace), kept))


@alerts.command("feed")
@click.argument("watch_id", metavar="WATCH")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to FILE instead.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="The newest so many stories.")
@click.option("--address", is_flag=True, help="Print the address at which `monitor serve` gives it to feed readers.")
@click.option("--new-address", "renewed", is_flag=True, help="Take the old address back and print a new one.")
@click.pass_context
def feed(ctx: click.Context, watch_id: str, out: Path | None, limit: int, address: bool, renewed: bool) -> None:
    """Print the Atom feed of WATCH: its newest stories, names masked."""
    from monitor.alerts import feed as feeds
    from monitor.alerts.settings import plan_config
    from monitor.config import nearest
    from monitor.wiring import utc_now
    from pipelines.store.batch import writing
    from pipelines.store.session import session

    shop = _shop(ctx)
    if watch_id not in shop.watches:
        raise click.UsageError(f'there is no watch "{watch_id}"{nearest(watch_id, shop.watches)}')
    planning = plan_config(shop.config)
    if address or renewed:
        public = shop.config.public_url.rstrip("/") or "http://127.0.0.1:8500"
        with writing(shop.engine) as opened:
            if renewed:
                feeds.renew(opened, watch_id, utc_now(), "owner")
            click.echo(f"{public}{feeds.path(opened, planning.secret, watch_id)}")
        return
    with session(shop.engine) as opened:
        content = feeds.atom(opened, watch_id, shop.watches, shop.outlets, utc_now(), planning, limit)
    if out is None:
        click.echo(content.decode("utf-8"))
    else:
        _write_private(out, content)


_WATCH = click.option("--watch", "watch_ids", multiple=True, metavar="ID", help="Only this watch; all, without.")


@alerts.command("stop")
@click.argument("who", metavar="ADDRESS_OR_TOKEN")
@_WATCH
@click.pass_context
def stop(ctx: click.Context, who: str, watch_ids: tuple[str, ...]) -> None:
    """Tell a recipient no more: by address, or by the token of an unsubscribe mail that came back."""
    from monitor.alerts import stops
    from monitor.protection import workspace_secret
    from monitor.wiring import utc_now
    from pipelines.store.batch import writing

    shop = _shop(ctx)
    token = who.split()[-1] if who.split() else ""
    asked = stops.asked_by(token, shop.watches, workspace_secret(shop.config.workspace))
    asked = asked or _asked(who, watch_ids, shop)
    with writing(shop.engine) as opened:
        changed = stops.stop(opened, asked, shop.watches, utc_now(), "owner")
    click.echo(f"{asked.recipient} is told no more of {_said(asked)}" + ("" if changed else " (already so)"))


@alerts.command("resume")
@click.argument("address")
@_WATCH
@click.pass_context
def resume(ctx: click.Context, address: str, watch_ids: tuple[str, ...]) -> None:
    """Undo a recipient's stop. What came meanwhile is not told later; `monitor search` has it."""
    from monitor.alerts import stops
    from monitor.wiring import utc_now
    from pipelines.store.batch import writing

    shop = _shop(ctx)
    asked = _asked(address, watch_ids, shop)
    with writing(shop.engine) as opened:
        changed = stops.resume(opened, asked, utc_now(), "owner")
        left = [watch_id for who, watch_id in stops.read(opened) if who == asked.recipient]
    if not changed:
        everything = "; they stopped everything: leave --watch out" if stops.EVERYTHING in left else ""
        raise click.UsageError(f"{asked.recipient} had not stopped {_said(asked)}{everything}")
    click.echo(f"{asked.recipient} is told again of {_said(asked)}")


def _asked(address: str, watch_ids: tuple[str, ...], shop: Any) -> Asked:
    """What an owner names. Raises click.UsageError for what nobody is told."""
    from monitor.addresses import reachable
    from monitor.alerts.stops import EVERYTHING, Asked
    from monitor.config import nearest

    for watch_id in watch_ids:
        if watch_id not in shop.watches:
            raise click.UsageError(f'there is no watch "{watch_id}"{nearest(watch_id, shop.watches)}')
    told = {reachable(who.address) for watch in shop.watches.values() for who in watch.recipients}
    kept = reachable(address)
    if kept is None or kept not in told:
        raise click.UsageError(f'"{address}" is no recipient of any watch, and no token of a stop link')
    return Asked(kept, watch_ids or (EVERYTHING,))


def _said(asked: Asked) -> str:
    return "anything" if "*" in asked.watch_ids else ", ".join(asked.watch_ids)
