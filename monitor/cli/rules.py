"""Commands about watches and their rules: rules (list, test, explain), watches, rematch."""

from __future__ import annotations

from typing import Any

import click

from monitor.cli.common import config_of, output_options, print_rows


def _watches(ctx: click.Context) -> Any:
    from monitor.watches import load_watches

    return load_watches(config_of(ctx).workspace)


@click.group()
def watches() -> None:
    """List the watches."""


@watches.command("list")
@output_options
@click.pass_context
def watches_list(ctx: click.Context, form: str) -> None:
    """List the watches of this installation, with recipients and rate."""
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "rules": len(one.rules),
            "rate": one.rate,
            "recipients": [who.address for who in one.recipients],
            "names_cleared": one.names_cleared,
            "draft_languages": list(one.draft_languages),
            "version": one.version,
            "file": one.source_file,
        }
        for one in _watches(ctx).values()
    ]
    print_rows(rows, form, ("id", "name", "rules", "rate", "recipients", "draft_languages"), "no watches")


@click.group()
def rules() -> None:
    """List, check and explain watch rules."""


@rules.command("list")
@click.option("--watch", help="Only the rules of this watch.")
@output_options
@click.pass_context
def rules_list(ctx: click.Context, watch: str | None, form: str) -> None:
    """List every rule with its score and text."""
    rows = [
        {"watch": one.id, "rule": rule.id, "score": rule.score, "languages": list(rule.languages), "query": rule.query}
        for one in _watches(ctx).values()
        if watch in (None, one.id)
        for rule in one.rules
    ]
    print_rows(rows, form, ("watch", "rule", "score", "languages", "query"), "no rules")


@click.command()
@click.option("--watch", "only", help="Only this watch.")
@click.option("--alert", is_flag=True, help="Let new matches alert; without, they are historical.")
@click.pass_context
def rematch(ctx: click.Context, only: str | None, alert: bool) -> None:
    """Apply the watches of today to the articles read so far."""
    from monitor.rematch import rematch_all
    from monitor.wiring import open_workshop, utc_now

    shop = open_workshop(config_of(ctx))
    if only is not None and only not in shop.watches:
        raise click.UsageError(f"there is no watch {only}; `monitor watches list` shows them")
    done = rematch_all(shop, only, utc_now(), alert=alert)
    click.echo(f"{done.articles} articles tried, {done.matched} match, {done.new} of them newly")
