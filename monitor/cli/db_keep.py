"""Commands that keep a database: `monitor db backup`, `restore`, `copy`, `check`, `reindex`, `vacuum`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from monitor.cli.common import config_of, output_options, print_rows
from monitor.labels import plural


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--portable", is_flag=True, help="Of PostgreSQL too as a SQLite file, for either database.")
@click.pass_context
def backup(ctx: click.Context, file: Path, portable: bool) -> None:
    """Write the database, as it stands now, to FILE. A crawl may go on meanwhile.

    Evidence, settings and the secret lie beside the database in the workspace: copy its folder after this.
    """
    from monitor import backup as keeping
    from pipelines.store.session import make_engine

    done = keeping.backup(make_engine(config_of(ctx).database), file, portable=portable)
    click.echo(f"{done.path}: {done.size / 1e6:.1f} MB ({done.means})", err=True)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Also where the database holds data; a SQLite file is kept aside.")
@click.pass_context
def restore(ctx: click.Context, file: Path, replace: bool) -> None:
    """Bring a backup into the configured database, and check it."""
    from monitor import backup as keeping
    from monitor.cli.setup import make_workspace
    from monitor.query import utc_now
    from monitor.run_lock import Locked, run_lock
    from pipelines.store.session import make_engine

    config = config_of(ctx)
    make_workspace(config.workspace)
    try:
        with run_lock(make_engine(config.database), config.workspace):
            engine = keeping.restore(file, config.database, utc_now(), replace=replace)
    except Locked as error:
        raise click.ClickException(f"{error}; wait for it, or stop it") from error
    _say_sound(engine)


@click.command("copy")
@click.argument("url")
@output_options
@click.pass_context
def copy(ctx: click.Context, url: str, form: str) -> None:
    """Copy the database into the empty one at URL (SQLite to PostgreSQL, or back), every row counted.

    Afterwards set `database_url` to URL.
    """
    from pipelines.persist import keys_of_row
    from pipelines.store import transfer
    from pipelines.store.migrations import upgrade
    from pipelines.store.session import make_engine

    target = make_engine(url)
    upgrade(target)
    done = transfer.copy(make_engine(config_of(ctx).database, read_only=True), target, keys_of_row)
    rows = [{"table": one.table, "rows": one.rows, "without_nul": one.cleaned} for one in done]
    shown = rows if form != "table" else [row for row in rows if row["rows"]]
    print_rows(shown, form, ("table", "rows", "without_nul"), "the database is empty")
    _say_sound(target)


@click.command("check")
@click.option("--evidence", is_flag=True, help="Look for the archive files of all evidence too.")
@click.option("--text", "every", is_flag=True, help="Look every text up in the full-text index, not 200 of them.")
@click.pass_context
def check(ctx: click.Context, evidence: bool, every: bool) -> None:
    """End with 0 when the database is sound and of this program's version; else say why, and end with 1 or 3."""
    from monitor import full_text
    from pipelines.store.integrity import problems
    from pipelines.store.migrations import current, require_current
    from pipelines.store.session import make_engine

    config = config_of(ctx)
    engine = make_engine(config.database)
    require_current(engine)
    found = problems(engine)
    found += full_text.problems(engine, every=every)
    if evidence:
        from monitor.backup import missing_evidence

        found += missing_evidence(engine, config.workspace / "evidence")
    for problem in found:
        click.echo(problem, err=True)
    if found:
        ctx.exit(1)
    click.echo(f"ok: {engine.dialect.name}, at {current(engine)}")


@click.command("reindex")
@click.pass_context
def reindex(ctx: click.Context) -> None:
    """Make the full-text index anew of the articles' texts. Searches go on meanwhile; what writes waits."""
    from monitor import full_text
    from monitor.run_lock import Locked, run_lock
    from pipelines.store.migrations import require_current
    from pipelines.store.session import make_engine

    config = config_of(ctx)
    engine = make_engine(config.database)
    require_current(engine)

    def told(number: int) -> None:
        if sys.stderr.isatty() and number % 1000 == 0:
            click.echo(f"\r{number:,} articles", err=True, nl=False)

    try:
        with run_lock(engine, config.workspace):
            done = full_text.rebuild(engine, told)
    except Locked as error:
        raise click.ClickException(f"{error}; wait for it, or stop it") from error
    click.echo(f"{plural(done, 'article')} indexed anew", err=True)


@click.command("vacuum")
@click.pass_context
def vacuum(ctx: click.Context) -> None:
    """Give room that deleted or moved rows left back to the disk. SQLite needs as much again while it works."""
    from monitor.run_lock import Locked, run_lock
    from pipelines.store.integrity import scrub
    from pipelines.store.migrations import require_current
    from pipelines.store.session import make_engine

    config = config_of(ctx)
    engine = make_engine(config.database)
    require_current(engine)
    try:
        with run_lock(engine, config.workspace):
            problem = scrub(engine)
    except Locked as error:
        raise click.ClickException(f"{error}; wait for it, or stop it") from error
    if problem:
        raise click.ClickException(problem)
    click.echo("the room of deleted rows is free again", err=True)


_SAID = {"article": "article", "review": "review", "outbox": "mail"}


def _say_sound(engine: object) -> None:
    from sqlalchemy import Engine

    from pipelines.store.integrity import counts, problems

    assert isinstance(engine, Engine)
    found = problems(engine)
    if found:
        raise click.ClickException("; ".join(found))
    numbers = counts(engine)
    said = (plural(numbers[table], one) for table, one in _SAID.items())
    click.echo(f"sound: {', '.join(said)}", err=True)
