"""The command `monitor person`: what is held about somebody, and its erasure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from monitor.cli.common import config_of, output_options, print_rows
from monitor.cli.opened import actor, opened, scrubbed


@click.group()
def person() -> None:
    """Hand out, or erase, what is held about one person.

    REF is person:NUMBER or figure:NUMBER (`monitor people search NAME` shows them), the p-… of a mail or an export, or
    the reference of a watched person.
    """


@person.command("export")
@click.argument("ref")
@click.option("--also", multiple=True, metavar="NAME", help="Another spelling of the name; may be repeated.")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="Write a file, for its owner alone.")
@click.pass_context
def export(ctx: click.Context, ref: str, also: tuple[str, ...], to: Path | None) -> None:
    """Print, as JSON, everything that is held about REF. Names are shown; the audit says who asked."""
    from monitor import subjects
    from monitor.exports.package import write_file
    from monitor.exports.stream import note_export
    from monitor.query import utc_now

    with opened(ctx, write=True) as session:
        found = subjects.held(session, _subject(ctx, session, ref, also))
        note_export(session, actor(), utc_now(), "a person", "json", with_names=True)
    text = json.dumps(found, ensure_ascii=False, indent=2, default=str) + "\n"
    if to is None:
        click.echo(text, nl=False)
    else:
        write_file(to, [text.encode("utf-8", "replace")])


def _subject(ctx: click.Context, session: Any, ref: str, also: tuple[str, ...]) -> Any:
    from monitor import subjects
    from monitor.caseload import load
    from monitor.protection import workspace_secret

    workspace = config_of(ctx).workspace
    return subjects.find(session, ref, workspace_secret(workspace), load(workspace), also)


class _Undo(Exception):
    """Leaves the transaction without keeping it."""


@person.command("erase")
@click.argument("ref")
@click.option("--also", multiple=True, metavar="NAME", help="Another spelling of the name; may be repeated.")
@click.option("--reason", default="asked for", show_default=True, help="Why; kept in the audit.")
@click.option("--dry-run", is_flag=True, help="Say what would go and what would stay; change nothing.")
@click.option("--no-suppress", is_flag=True, help="Do not keep the name on the list of names that are never shown.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output_options
@click.pass_context
def erase(
    ctx: click.Context,
    ref: str,
    also: tuple[str, ...],
    reason: str,
    dry_run: bool,
    no_suppress: bool,
    yes: bool,
    form: str,
) -> None:
    """Erase REF: readings are deleted, the name is taken out of every text that is kept. It cannot be undone."""
    from monitor.caseload import PREFIX, keep, load
    from monitor.erase import erase as do
    from monitor.query import utc_now
    from monitor.subjects import similar

    if not dry_run and not yes:
        click.confirm(f"Erase {ref}? Make a backup first; this cannot be undone", abort=True)
    steps: Any = ()
    watch, others = None, []
    try:
        with opened(ctx, write=True) as session:
            subject = _subject(ctx, session, ref, also)
            watch, others = subject.watch, similar(session, subject)
            steps = do(session, subject, actor(), reason, utc_now(), suppress=not no_suppress)
            if dry_run:
                raise _Undo
    except _Undo:
        click.echo("nothing was changed", err=True)
    if watch and not dry_run:
        workspace = config_of(ctx).workspace
        keep(workspace, [one for one in load(workspace) if PREFIX + one.reference != watch])
    if not dry_run:
        scrubbed(ctx)
    rows = [{"what": one.what, "done": one.done, "rows": one.rows, "why": one.why} for one in steps]
    shown = rows if form != "table" else [row for row in rows if row["rows"]]
    print_rows(shown, form, ("what", "done", "rows", "why"), "nothing is held about them")
    for one in others:
        at = ", ".join(f"figure:{number}" for number in one["figures"])
        click.echo(f"perhaps theirs too, not touched ({one['grade']}; --also): {one['name']} = {at}", err=True)
