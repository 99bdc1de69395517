"""The command `monitor export`: what the monitor knows as files, names masked unless asked for."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from monitor.cli.ask import filter_options, refuse_unknown
from monitor.cli.common import config_of
from monitor.cli.opened import actor, opened

NAMES = ["articles", "matches", "persons", "counts", "stories", "coverage", "all"]


@click.command()
@click.argument("dataset", type=click.Choice(NAMES))
@click.option("--format", "form", type=click.Choice(["csv", "jsonl", "sqlite", "ftm", "atom"]), default="csv",
              show_default=True)  # fmt: skip
@click.option("--to", default="-", show_default=True, metavar="FOLDER|FILE|-",
              help="A folder gets a codebook, coverage.csv and datapackage.json beside the data.")  # fmt: skip
@click.option("--query", "-q", "text", default="", help="Only articles that this search finds.")
@click.option("--relevant", is_flag=True, help="Only articles that some watch matched.")
@click.option("--folder", help="Only articles of this case folder.")
@click.option("--with-names", is_flag=True, help="Show protected names; the audit says who did.")
@click.option("--raw", is_flag=True, help="CSV for machines: no apostrophe before what begins like a formula.")
@filter_options
@click.pass_context
def export(
    ctx: click.Context,
    dataset: str,
    form: str,
    to: str,
    text: str,
    relevant: bool,
    folder: str | None,
    with_names: bool,
    raw: bool,
    wanted: Any,
) -> None:
    """Export DATASET. Names of protected persons are initials and a reference; every export leaves an audit row.

    The whole dataset is written; --limit does not apply. `monitor export all --to FOLDER` writes all of them.
    """
    from monitor.protection import workspace_secret
    from monitor.query import utc_now

    wanted = replace(wanted, text=text, relevant_only=relevant)
    names = tuple(NAMES[:-1]) if dataset == "all" else (dataset,)
    goal = None if to == "-" else Path(to)
    folder_asked = goal is not None and (goal.is_dir() or to.endswith("/") or not goal.suffix)
    if len(names) > 1 and form != "sqlite" and not folder_asked:
        raise click.UsageError("all datasets go into a folder (--to FOLDER) or a SQLite file (--format sqlite)")
    now, config = utc_now(), config_of(ctx)
    secret = workspace_secret(config.workspace)
    _check(ctx, names, form)
    with opened(ctx) as session:
        refuse_unknown(ctx, session, wanted)
    with opened(ctx, write=True) as session:  # the trace stands before anything leaves
        _note(session, now, names, form, with_names)
    with opened(ctx) as session:
        only = _only(session, folder)
        job = {"wanted": wanted, "now": now, "only": only, "public_url": config.public_url, "raw": raw,
               "workers": os.cpu_count() or 1}  # fmt: skip
        _write(session, names, form, goal if not folder_asked else None, goal if folder_asked else None, secret,
               with_names, job)  # fmt: skip


def _check(ctx: click.Context, names: tuple[str, ...], form: str) -> None:
    """Refuse before anything is written what a form cannot hold."""
    from monitor.exports import ftm

    fits = {"ftm": ftm.DATASETS, "atom": ("articles", "matches")}
    if form in fits and not set(names) <= set(fits[form]):
        raise click.UsageError(f"--format {form} is made of {', '.join(fits[form])}", ctx)


def _note(session: Session, now: Any, names: tuple[str, ...], form: str, with_names: bool) -> None:
    from monitor.exports import note_export

    for name in names:
        note_export(session, actor(), now, name, form, with_names=with_names)


def _only(session: Session, folder: str | None) -> frozenset[int] | None:
    from monitor.review.notes import articles_with

    return frozenset(articles_with(session, "folder", folder)) if folder else None


def _write(
    session: Session,
    names: tuple[str, ...],
    form: str,
    file: Path | None,
    folder: Path | None,
    secret: bytes,
    with_names: bool,
    job: dict[str, Any],
) -> None:
    from monitor import exports
    from monitor.exports import datasette

    policy = exports.policy_of(session, secret, with_names=with_names)
    if folder is not None:
        for path in exports.write_folder(session, folder, names, form, policy, **job):
            click.echo(str(path), err=True)
    elif form == "sqlite":
        if file is None:
            raise click.UsageError("a SQLite file is written with --to FILE.db or --to FOLDER")
        datasette.write(session, file, policy, job["wanted"], job["only"], names, job["workers"])
    else:
        _stream(exports.stream(session, names[0], form, policy, **job), file)


def _stream(pieces: Iterable[bytes], file: Path | None) -> None:
    if file is not None:
        from monitor.exports import write_file

        write_file(file, pieces)
        return
    # whoever reads may have enough (`| head`): helping processes are then sent home, and nothing is said
    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        signal.signal(signal.SIGPIPE, before)
