"""The command `monitor cite`."""

from __future__ import annotations

import json

import click

from monitor.cli.common import config_of
from monitor.cli.opened import actor, opened


@click.command()
@click.argument("target")
@click.option("--format", "form", type=click.Choice(["text", "csl-json", "ris", "json"]), default="text",
              show_default=True)  # fmt: skip
@click.option("--json", "plain", is_flag=True, help="The same as --format json.")
@click.option("--with-names", is_flag=True, help="Show protected names; the audit says who did.")
@click.pass_context
def cite(ctx: click.Context, target: str, form: str, plain: bool, with_names: bool) -> None:
    """Cite an article (its number), or what was read in it: match:3, person:12, count:7.

    Quote, outlet, title, author, published, accessed, SHA-256 of the bytes received and where they are archived.
    """
    from monitor import cite as citing
    from monitor.exports import note_export, policy_of
    from monitor.protection import workspace_secret
    from monitor.query import utc_now

    secret = workspace_secret(config_of(ctx).workspace)
    with opened(ctx, write=with_names) as session:
        made = citing.citation(session, target, policy_of(session, secret, with_names=with_names))
        if with_names:
            note_export(session, actor(), utc_now(), f"citation {made.target}", form, with_names=True)
    if plain or form == "json":
        click.echo(json.dumps(made.as_dict(), ensure_ascii=False))
    elif form == "csl-json":
        click.echo(json.dumps([citing.as_csl(made)], ensure_ascii=False, indent=2))
    else:
        click.echo(citing.as_text(made) if form == "text" else citing.as_ris(made), nl=form == "text")
