"""The command `monitor purge`: let go what is older than the retention says."""

from __future__ import annotations

import click

from monitor.cli.common import config_of, output_options, print_rows
from monitor.cli.opened import actor, opened, scrubbed


class _Undo(Exception):
    """Leaves the transaction without keeping it."""


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would go; change nothing.")
@output_options
@click.pass_context
def purge(ctx: click.Context, dry_run: bool, form: str) -> None:
    """Let go what is older than retention.toml (and the setting keep_days) says. Hashes and evidence stay."""
    from monitor import retention
    from monitor.query import utc_now

    config = config_of(ctx)
    kept = retention.load(config.workspace, config.keep_days)
    done: tuple[retention.Purged, ...] = ()
    try:
        with opened(ctx, write=True) as session:
            done = retention.purge(session, kept, actor(), utc_now())
            if dry_run:
                raise _Undo
    except _Undo:
        click.echo("nothing was changed", err=True)
    if not dry_run:
        scrubbed(ctx)
    rows = [{"what": one.what, "rows": one.rows, "older_than_days": one.days, "stays": one.stays} for one in done]
    print_rows(rows, form, ("what", "rows", "older_than_days", "stays"), "nothing is old enough")
