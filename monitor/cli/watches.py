"""Commands about watches: list, show, add, edit, pause, export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.common import config_of, output_options, print_rows
from monitor.cli.people import import_people

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.config import Config
    from pipelines.records import Recipient, Watch

ESTIMATE_LIMIT = 3000
"""Articles that are tried when a watch is made: some seconds."""
RATES = click.Choice(["immediate", "hourly", "daily", "weekly", "off"])


@click.group()
def watches() -> None:
    """List, add, change, pause and export watches."""


watches.add_command(import_people)


@watches.command("list")
@output_options
@click.pass_context
def watches_list(ctx: click.Context, form: str) -> None:
    """List the watches of this installation, with recipients and rate."""
    from monitor.watches import load_watches

    config = config_of(ctx)
    stopped = _stops(config)
    rows = [_row(one, stopped) for one in load_watches(config.workspace).values()]
    print_rows(rows, form, ("id", "name", "on", "rules", "rate", "recipients", "draft_languages"), "no watches")


def _stops(config: Config) -> dict[tuple[str, str], datetime]:
    """Who asked to be told no more; nobody, as long as there is no database of this program's version."""
    from monitor.alerts.stops import read
    from pipelines.store.migrations import require_current
    from pipelines.store.session import DatabaseProblem, make_engine, session

    engine = make_engine(config.database, read_only=True)
    try:
        require_current(engine)
    except DatabaseProblem:
        return {}
    with session(engine) as opened:
        return read(opened)


def _told(who: Recipient, watch: Watch, stopped: dict[tuple[str, str], datetime]) -> str:
    from monitor.addresses import reachable
    from monitor.alerts.stops import since

    at = since(stopped, reachable(who.address) or who.address, watch.id)
    return who.address + (f" ({who.rate})" if who.rate else "") + (f" [stopped {at:%Y-%m-%d}]" if at else "")


def _row(one: Watch, stopped: dict[tuple[str, str], datetime]) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "on": "yes" if one.enabled else "paused",
        "rules": len(one.rules),
        "rate": one.rate,
        "recipients": [_told(who, one, stopped) for who in one.recipients],
        "names_cleared": one.names_cleared,
        "draft_languages": list(one.draft_languages),
        "version": one.version,
        "file": one.source_file,
    }


@watches.command("show")
@click.argument("name")
@output_options
@click.pass_context
def watches_show(ctx: click.Context, name: str, form: str) -> None:
    """Show one watch: what it is for, who is told, its rules as written."""
    from monitor.watch_store import find

    entry = find(name, config_of(ctx).workspace)
    row = {**_row(entry.watch, _stops(config_of(ctx))), "description": entry.watch.description, "at": entry.watch.at}
    row |= {"alert_threshold": entry.watch.alert_threshold, "possible_threshold": entry.watch.possible_threshold}
    row["written_rules"] = [{key: rule.get(key) for key in ("id", "query", "score")} for rule in entry.table["rules"]]
    if form != "table":
        print_rows([row], form, tuple(row), "")
        return
    for key, value in row.items():
        if key != "written_rules":
            shown = ", ".join(value) if isinstance(value, list) else value
            click.echo(f"{key.replace('_', ' '):20} {shown}")
    for rule in row["written_rules"]:
        click.echo(f"  {rule['score'] or 3:+5g} {rule['id']}: {rule['query']}")


def _recipient_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--to",
            multiple=True,
            metavar="ADDRESS",
            help="Who is told: a mail address or the https address of a webhook.",
        ),
        click.option("--rate", type=RATES, help="How often they are told."),
        click.option("--at", metavar="HH:MM", help="At which hour digests go out, in the zone of the settings."),
        click.option("--links", type=click.Choice(["none", "local", "original"]), help="Which links a mail carries."),
        click.option("--alert-threshold", type=float, help="The score from which an article is an alert."),
    ):
        command = option(command)
    return command


@watches.command("add")
@click.argument("name")
@_recipient_options
@click.option("--rule", "rules", multiple=True, metavar="QUERY", help="A rule of a new watch; may be repeated.")
@click.option("--lang", "languages", multiple=True, help="Languages of the new rules, such as en; all, without.")
@click.option("--title", help="What the new watch is called.")
@click.pass_context
def watches_add(
    ctx: click.Context,
    /,
    name: str,
    rules: tuple[str, ...],
    languages: tuple[str, ...],
    title: str | None,
    **asked: Any,
) -> None:
    """Be told of a shipped watch (`add foreign-fighters --to you@example.org`), or make one with --rule."""
    from monitor import watch_store
    from monitor.cli.setup import make_workspace

    workspace = config_of(ctx).workspace
    if not rules and not asked["to"]:
        raise click.UsageError("name who is to be told with --to ADDRESS, or give the rules of a new watch with --rule")
    _check_addresses(asked["to"])
    make_workspace(workspace)
    if rules:
        path = watch_store.new_watch(workspace, name, title or name, rules, languages, _changes(asked))
    elif title or languages:
        raise click.UsageError("--title and --lang belong to a new watch, which has rules: --rule QUERY")
    else:
        changes = _changes(asked)
        if not watch_store.find(name, workspace).watch.enabled:
            # packs that no expert has checked are shipped switched off; who asks for one wants it
            changes = replace(changes, values={**changes.values, "enabled": True})
        path = watch_store.change(workspace, name, changes)
    _say_made(ctx, name, path)


@watches.command("edit")
@click.argument("name")
@_recipient_options
@click.option("--remove", multiple=True, metavar="ADDRESS", help="Who is told no longer; may be repeated.")
@click.pass_context
def watches_edit(ctx: click.Context, /, name: str, remove: tuple[str, ...], **asked: Any) -> None:
    """Change recipients, rate or hour of a watch. --rate without --to changes it for all."""
    from monitor import watch_store

    _check_addresses(asked["to"])
    entry = watch_store.find(name, config_of(ctx).workspace)
    known = [who.address for who in entry.watch.recipients]
    for address in remove:
        if address not in known:
            raise click.UsageError(f"{address} gets nothing of {name}; recipients: {', '.join(known) or 'none'}")
    if asked["rate"] and not asked["to"]:
        asked["to"] = tuple(address for address in known if address not in remove)
        asked["watch_rate"] = asked["rate"]
    changes = _changes(asked, remove)
    if not changes.values and not changes.recipients:
        raise click.UsageError("nothing to change was named; see `monitor watches edit --help`")
    path = watch_store.change(config_of(ctx).workspace, name, changes)
    _say_made(ctx, name, path)


@watches.command("pause")
@click.argument("name")
@click.option("--resume", is_flag=True, help="Go on with a paused watch.")
@click.pass_context
def watches_pause(ctx: click.Context, name: str, resume: bool) -> None:
    """Stop a watch for a while; `--resume` goes on, and `monitor rematch` then finds what was missed."""
    from monitor import watch_store
    from monitor.watch_store import Changes

    workspace = config_of(ctx).workspace
    if watch_store.find(name, workspace).watch.enabled is resume:
        click.echo(f"{name} is {'on' if resume else 'paused'} already")
        return
    watch_store.change(workspace, name, Changes({"enabled": resume}))
    later = f"; `monitor rematch --watch {name}` finds what was read meanwhile" if resume else ""
    click.echo(f"{name} is {'on again' if resume else 'paused'}{later}")


@watches.command("export")
@click.argument("name")
@click.pass_context
def watches_export(ctx: click.Context, name: str) -> None:
    """Print a watch as one TOML file that stands alone, what it extends filled in."""
    from monitor.watch_store import dump, find

    click.echo(dump(find(name, config_of(ctx).workspace).table), nl=False)


def _check_addresses(addresses: tuple[str, ...]) -> None:
    from monitor.addresses import reachable

    for address in addresses:
        if reachable(address) is None:
            raise click.UsageError(f'"{address}" is no mail address and no web address (https://…)')


def _changes(asked: dict[str, Any], remove: tuple[str, ...] = ()) -> Any:
    from monitor.watch_store import Changes

    names = {"at": "at", "alert_threshold": "alert_threshold", "watch_rate": "rate"}
    values = {key: asked[name] for name, key in names.items() if asked.get(name) is not None}
    own = {key: asked[key] for key in ("rate", "links") if asked[key] is not None}
    recipients: dict[str, dict[str, str] | None] = dict.fromkeys(asked["to"], own)
    return Changes(values, {**recipients, **dict.fromkeys(remove)})


def _say_made(ctx: click.Context, name: str, path: Any) -> None:
    """What stands now, and how many mails it will bring, when there are articles to judge by."""
    from monitor.addresses import is_webhook
    from monitor.watch_store import find

    config = config_of(ctx)
    watch = find(name, config.workspace).watch
    told = ", ".join(f"{who.address} ({who.rate or watch.rate})" for who in watch.recipients) or "nobody"
    click.echo(f"{name}: told to {told}\n  {path}")
    stopped = _stops(config)
    for who in watch.recipients:
        if "[stopped" in _told(who, watch, stopped):
            again = f"monitor alerts resume {who.address} --watch {name}"
            click.echo(f"  {who.address} stopped it and is told nothing; `{again}` undoes that")
    if not config.smtp_host and not all(is_webhook(who.address) for who in watch.recipients):
        click.echo("  no smtp_host is set: mails are queued, `monitor alerts preview` shows them")
    if any(is_webhook(who.address) for who in watch.recipients):
        click.echo("  a webhook's receiver checks signatures with the key of `monitor alerts key ADDRESS`")
    _say_estimate(config, watch)


def _say_estimate(config: Any, watch: Watch) -> None:
    from monitor.rehearse import estimate
    from monitor.wiring import open_workshop, utc_now
    from pipelines.store.session import DatabaseProblem

    try:
        shop = open_workshop(config)
    except DatabaseProblem:
        found = None
    else:
        found = estimate(shop, watch, utc_now(), limit=ESTIMATE_LIMIT)
    if found is None or not found.articles:
        click.echo(
            f"  nothing was read yet to judge by; later: `monitor rules estimate {watch.id}` says how many mails"
        )
    else:
        for rate in dict.fromkeys(who.rate or watch.rate for who in watch.recipients) or [watch.rate]:
            click.echo(f"  {found.line(rate)}")
