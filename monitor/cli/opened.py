"""A session on the workspace's database for a command, and who calls it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.orm import Session

from monitor.cli.common import config_of


@contextmanager
def opened(ctx: click.Context, *, write: bool = False) -> Iterator[Session]:
    """A session; read-only unless `write`. What cannot be judged ends with exit code 2."""
    from monitor.review.target import ReviewError
    from pipelines.store.batch import writing
    from pipelines.store.migrations import require_current
    from pipelines.store.session import make_engine, session

    url = config_of(ctx).database
    engine = make_engine(url)
    require_current(engine)
    try:
        with writing(engine) if write else session(make_engine(url, read_only=True)) as found:
            yield found
    except ReviewError as error:
        raise click.UsageError(str(error)) from error


def scrubbed(ctx: click.Context) -> None:
    """Take what was deleted out of the database's files too; say so where that must wait."""
    from pipelines.store.integrity import scrub
    from pipelines.store.session import make_engine

    engine = make_engine(config_of(ctx).database)
    if problem := scrub(engine):
        click.echo(f"{problem}; `monitor purge` tries again", err=True)
    engine.dispose()


def actor() -> str:
    """The login name of the caller, for the audit."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
