"""Commands that make and check an installation: init, db, config, doctor."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from monitor.cli import db_keep
from monitor.cli.common import config_of, output_options, print_rows
from monitor.config import FILE_NAME, ConfigError

TEMPLATE = """\
# Settings of this monitor. `monitor config` prints all of them with their meaning.
contact = "{contact}"          # who answers for the requests; sent with every one
time_zone = "UTC"              # zone of the recipients, for the hour of digests

# Mail server for alerts; without one, alerts are queued and `monitor alerts preview` shows them.
# smtp_host = "mail.example.org"
# smtp_port = 587
# smtp_user = "monitor"        # the password: environment MONITOR_SMTP_PASSWORD or MONITOR_SMTP_PASSWORD_FILE
# mail_from = "Monitor <monitor@example.org>"
# owner = "you@example.org"    # gets alarms about the monitor and its outlets

# public_url = "https://monitor.example.org"   # where recipients reach `monitor serve`
# heartbeat_url = "https://watchdog.example.org/key"   # told when a run starts, went well or failed
"""


@click.command()
@click.option("--contact", help="Who answers for the requests (mail or web address); asked for, without.")
@click.pass_context
def init(ctx: click.Context, contact: str | None) -> None:
    """Make a workspace: settings file, database, folders for own outlets and watches."""
    config = config_of(ctx)
    path = config.workspace / FILE_NAME
    if not path.exists():
        contact = contact or config.contact or _asked_contact()
    make_workspace(config.workspace)
    if not path.exists():
        path.write_text(TEMPLATE.format(contact=(contact or "").replace('"', "")), encoding="utf-8")
        path.chmod(0o600)
    upgrade_database(ctx)
    click.echo(f"The workspace is ready: {config.workspace}\nNext: monitor run")


def _asked_contact() -> str:
    try:
        said: str = click.prompt("Contact (mail or web address, sent to the outlets)")
    except click.Abort as error:
        if sys.stdin.isatty():
            raise
        raise click.UsageError("nobody is here to be asked who answers for the requests: say --contact") from error
    return said


def make_workspace(folder: Path) -> None:
    """The folders of a workspace, readable by their owner alone. Raises ConfigError where they cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("outlets", "watchlists", "evidence"):
            (folder / name).mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(
            f"the workspace {folder} cannot be written ({error.strerror}); name another with --workspace"
        ) from error
    if not os.access(folder, os.W_OK):
        raise ConfigError(f"the workspace {folder} cannot be written; name another with --workspace")


def upgrade_database(ctx: click.Context) -> None:
    """Bring the configured database to this program's version."""
    from pipelines.store.migrations import upgrade
    from pipelines.store.session import make_engine

    engine = make_engine(config_of(ctx).database)
    upgrade(engine)
    if engine.dialect.name == "sqlite" and engine.url.database:
        Path(engine.url.database).chmod(0o600)


@click.group()
def db() -> None:
    """Make, upgrade and check the database."""


for _command in (db_keep.check, db_keep.backup, db_keep.restore, db_keep.copy, db_keep.reindex, db_keep.vacuum):
    db.add_command(_command)


@db.command("upgrade")
@click.pass_context
def db_upgrade(ctx: click.Context) -> None:
    """Make the database, or bring it to this program's version."""
    from pipelines.store.integrity import spare
    from pipelines.store.session import make_engine

    make_workspace(config_of(ctx).workspace)
    upgrade_database(ctx)
    if words := spare(make_engine(config_of(ctx).database)):
        click.echo(f"the database: {words}", err=True)


@db.command("downgrade")
@click.argument("revision")
@click.pass_context
def db_downgrade(ctx: click.Context, revision: str) -> None:
    """Bring the database down to REVISION (`base` empties it)."""
    from pipelines.store.migrations import downgrade
    from pipelines.store.session import make_engine

    downgrade(make_engine(config_of(ctx).database), revision)


@click.command()
@output_options
@click.pass_context
def config(ctx: click.Context, form: str) -> None:
    """Print every setting: its value (secrets masked) and what it means."""
    from dataclasses import fields

    from monitor.config import Config

    values = config_of(ctx).masked()
    rows = [{"setting": f.name, "value": str(values[f.name]), "meaning": f.metadata["about"]} for f in fields(Config)]
    print_rows(rows, form, ("setting", "value", "meaning"), "")


@click.command()
@output_options
@click.pass_context
def doctor(ctx: click.Context, form: str) -> None:
    """Check outlets, watches, database, disk and mail settings; end with 1 when something is wrong."""
    from monitor.checks import examine

    rows = [check.row() for check in examine(config_of(ctx))]
    print_rows(rows, form, ("check", "result", "detail"), "")
    ctx.exit(1 if any(row["result"] == "wrong" for row in rows) else 0)


def free_mb(folder: Path) -> int:
    """Megabytes free on the disk of `folder`."""
    return shutil.disk_usage(folder if folder.exists() else folder.parent).free // 1_000_000
