"""Commands about scheduled runs: cron print, install, status, uninstall."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.common import config_of

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.cron import Schedule

EVERY = click.Choice(["5", "10", "15", "20", "30", "60"])
_every = click.option("--every", type=EVERY, default="15", show_default=True, help="Minutes between two runs.")
_user = click.option("--user", default="", help="The crontab of this user; only root may say so.")


@click.group()
def cron() -> None:
    """Let cron (or a systemd timer) call `monitor run`."""


def _schedule(ctx: click.Context, every: str) -> Schedule:
    import socket

    from monitor.cron import Schedule, source_of

    return Schedule(config_of(ctx).workspace, socket.gethostname(), every=int(every), source=source_of())


@cron.command("print")
@_every
@click.option("--systemd", "as_units", is_flag=True, help="A systemd user timer and service instead.")
@click.pass_context
def cron_print(ctx: click.Context, every: str, as_units: bool) -> None:
    """Print the block that `install` would put into the crontab."""
    from monitor.cron import block, systemd

    schedule = _schedule(ctx, every)
    if not as_units:
        sys.stdout.buffer.write(block(schedule))
        return
    units = systemd(schedule)
    for name, text in units.items():
        click.echo(f"# ~/.config/systemd/user/{name}\n{text}")
    timer = next(name for name in units if name.endswith(".timer"))
    click.echo(f"# systemctl --user daemon-reload && systemctl --user enable --now {timer} && loginctl enable-linger")


@cron.command("install")
@_every
@_user
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def cron_install(ctx: click.Context, every: str, user: str, yes: bool) -> None:
    """Put the monitor's own block into the crontab, or renew it; every other byte stays as it is."""
    from monitor import cron as crontabs

    config = config_of(ctx)
    if not config.workspace.is_dir():
        raise click.UsageError(f"there is no workspace {config.workspace}; `monitor init` makes one")
    schedule = _schedule(ctx, every)
    old = _read(user)
    new = _checked(lambda: crontabs.installed(old, schedule))
    for name in crontabs.only_in_shell(os.environ):
        click.echo(f"note: {name} is set in this shell only; cron will not have it: write it to monitor.toml", err=True)
    _replace(ctx, old, new, user, yes)


@cron.command("uninstall")
@_user
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def cron_uninstall(ctx: click.Context, user: str, yes: bool) -> None:
    """Take the monitor's own block out of the crontab."""
    from monitor import cron as crontabs

    old = _read(user)
    new = _checked(lambda: crontabs.removed(old, _schedule(ctx, "15").id))
    _replace(ctx, old, new, user, yes)


def _replace(ctx: click.Context, old: bytes, new: bytes, user: str, yes: bool) -> None:
    from datetime import UTC, datetime

    from monitor import cron as crontabs

    if old == new:
        click.echo("nothing to change")
        return
    click.echo(crontabs.difference(old, new))
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("nobody is here to be asked: say --yes")
        click.confirm("Change the crontab so?", abort=True)
    folder = config_of(ctx).workspace
    if old and folder.is_dir():
        click.echo(f"the crontab as it was: {crontabs.back_up(old, folder, datetime.now(UTC))}")
    _checked(lambda: crontabs.write(new, user))
    if _checked(lambda: crontabs.read(user)) != new:
        raise click.ClickException("the crontab was changed by somebody else meanwhile; look with `crontab -l`")


@cron.command("status")
@_user
@click.pass_context
def cron_status(ctx: click.Context, user: str) -> None:
    """Say whether the runs come as they should; end with 1 when not installed or stale."""
    from datetime import UTC, datetime

    from monitor import cron as crontabs
    from monitor.checks_runs import last_end

    old = _read(user)
    pause = _checked(lambda: crontabs.period(old, _schedule(ctx, "15").id))
    state = crontabs.judge(pause, last_end(config_of(ctx)), _made(ctx), datetime.now(UTC))
    click.echo(state.words, err=not state.well)
    ctx.exit(0 if state.well else 1)


def _made(ctx: click.Context) -> datetime | None:
    """When the settings file was last touched: the nearest thing to the day of the installation."""
    from datetime import UTC, datetime

    path = config_of(ctx).workspace / "monitor.toml"
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.is_file() else None


def _read(user: str) -> bytes:
    from monitor import cron as crontabs

    found: bytes = _checked(lambda: crontabs.read(user))
    return found


def _checked(work: Any) -> Any:
    from monitor.cron import CronProblem

    try:
        return work()
    except CronProblem as error:
        raise click.ClickException(str(error)) from error
