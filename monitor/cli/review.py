"""The command `monitor review`: look at what the machine read, and decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import click

from monitor.cli.ask import refuse_unknown
from monitor.cli.common import output_options, print_rows, since_of
from monitor.cli.opened import actor, opened

COLUMNS = ("target", "article", "outlet", "what", "quote", "label", "assigned")


@click.group()
def review() -> None:
    """Confirm, correct or reject what the machine read. A verdict wins, and survives that the machine reads anew.

    A TARGET is match:3, person:12, count:7, date:9, article:5 or story:2, as `monitor review queue` names them.
    """


def what(one: Mapping[str, Any]) -> str:
    """A reading in a few words, what a person changed in it behind its machine value."""
    if one["kind"] == "match":
        return f"{one['watch']}: {one['rule']}"
    shown = []
    for name, value in one.get("values", {}).items():
        if value not in (None, False, "", "exact", "unclear") or name in one["machine"]:
            was = one["machine"].get(name, value)
            label = "" if name in ("name", "value") else f"{name} "
            shown.append(
                f"{label}{value}" + (f" (machine: {'nothing' if was is None else was})" if was != value else "")
            )
    words = ", ".join(shown)
    return f"REJECTED {words}" if one.get("rejected") else words


def _print(rows: list[dict[str, Any]], form: str, columns: tuple[str, ...], empty: str) -> None:
    if form != "json":
        rows = [{**row, "what": what(row) if "values" in row else row.get("title")} for row in rows]
    print_rows(rows, form, columns, empty)


@review.command("queue")
@click.option("--kind", type=click.Choice(["match", "person", "count", "date"]), help="Only readings of this kind.")
@click.option("--watch", help="Only articles that this watch matched.")
@click.option("--outlet", help="Only this outlet.")
@click.option("--language", "--lang", help="Only this language.")
@click.option("--folder", help="Only articles of this case folder.")
@click.option("--tag", help="Only articles with this tag.")
@click.option("--assigned", metavar="WHO", help="Only what WHO is to look at.")
@click.option("--state", type=click.Choice(["open", "reviewed", "all"]), default="open", show_default=True)
@click.option("--before", type=int, metavar="ARTICLE", help="Go on below this article's number.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@output_options
@click.pass_context
def queue(ctx: click.Context, /, form: str, **asked: Any) -> None:
    """List readings that nobody judged yet, newest articles first."""
    from monitor.query import Filter
    from monitor.review import queue as read

    with opened(ctx) as session:
        rows = read(session, **asked)
        if not rows:
            refuse_unknown(
                ctx, session, Filter(**{name: asked[name] for name in ("watch", "outlet", "language", "tag")})
            )
    _print(rows, form, COLUMNS, "nothing waits to be reviewed")
    if rows and form == "table":
        click.echo(f"more: --before {rows[-1]['article']}", err=True)


@review.command("show")
@click.argument("target")
@output_options
@click.pass_context
def show(ctx: click.Context, target: str, form: str) -> None:
    """Show one reading with everything that was decided about it."""
    from monitor.review import item

    with opened(ctx) as session:
        found = item(session, target)
    _told(found, form)
    if form == "table" and found.get("history"):
        columns = ("at", "by", "verdict", "kind", "field", "value", "note")
        print_rows(found["history"], form, columns, "")


def _told(found: dict[str, Any], form: str) -> None:
    columns = tuple(name for name in COLUMNS if name == "what" or name in found)
    _print([found], form, columns, "")


def deciding(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every verdict takes: its target, a note, who gives it."""

    @click.argument("target")
    @click.option("--note", help="Why; kept with the verdict.")
    @click.option("--by", help="Who decides [default: your login name].")
    @output_options
    @click.pass_context
    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return command(*args, **kwargs)

    return wrapped


def _decide(
    ctx: click.Context,
    target: str,
    verdict: str,
    parts: list[tuple[str, str | None]],
    note: str | None,
    by: str | None,
    form: str,
) -> None:
    from monitor.query import utc_now
    from monitor.review import decide

    with opened(ctx, write=True) as session:
        for field, value in parts:
            found = decide(session, target, verdict, by or actor(), utc_now(), field=field, value=value, note=note)
    _told(found, form)


@review.command("confirm")
@deciding
@click.argument("fields", nargs=-1)
def confirm(
    ctx: click.Context, target: str, fields: tuple[str, ...], note: str | None, by: str | None, form: str
) -> None:
    """Say that TARGET is right as it stands; with FIELDS (role, status, …), these alone."""
    _decide(ctx, target, "confirm", [(field, None) for field in fields or ("",)], note, by, form)


@review.command("correct")
@deciding
@click.argument("changes", nargs=-1, required=True, metavar="FIELD=VALUE...")
def correct(
    ctx: click.Context, target: str, changes: tuple[str, ...], note: str | None, by: str | None, form: str
) -> None:
    """Say what is right: role=captive, status=killed, nationality=NP, low=155, published=2026-03-04, story=7, …"""
    parts: list[tuple[str, str | None]] = []
    for change in changes:
        field, sign, value = change.partition("=")
        if not sign:
            raise click.UsageError(f"'{change}' is no FIELD=VALUE")
        parts.append((field.strip(), value))
    _decide(ctx, target, "correct", parts, note, by, form)


@review.command("reject")
@deciding
@click.argument("fields", nargs=-1)
def reject(
    ctx: click.Context, target: str, fields: tuple[str, ...], note: str | None, by: str | None, form: str
) -> None:
    """Say that TARGET is wrong: it is in no answer any more. With FIELDS, that these are not known."""
    _decide(ctx, target, "reject", [(field, None) for field in fields or ("",)], note, by, form)


@review.command("reopen")
@deciding
@click.argument("fields", nargs=-1)
def reopen(
    ctx: click.Context, target: str, fields: tuple[str, ...], note: str | None, by: str | None, form: str
) -> None:
    """Take verdicts on TARGET (on its FIELDS) back: the machine's reading stands again, and waits."""
    _decide(ctx, target, "reopen", [(field, None) for field in fields or ("",)], note, by, form)


def _annotating(name: str, metavar: str, about: str) -> click.Command:
    @click.command(name, help=about)
    @click.argument("target")
    @click.argument("words", metavar=metavar)
    @click.option("--remove", is_flag=True, help="Take it back.")
    @click.option("--by", help="Who writes [default: your login name].")
    @output_options
    @click.pass_context
    def annotate(ctx: click.Context, target: str, words: str, remove: bool, by: str | None, form: str) -> None:
        from monitor.query import utc_now
        from monitor.review import annotate as write

        with opened(ctx, write=True) as session:
            row = write(session, target, name, words, by or actor(), utc_now(), unset=remove)
        print_rows([row], form, ("target", "kind", "value", "by"), "")

    return annotate


review.add_command(_annotating("note", "WORDS", "Write a note beside TARGET."))
review.add_command(_annotating("tag", "TAG", "Put a tag on the article of TARGET."))
review.add_command(_annotating("folder", "NAME", "Put the article of TARGET into a case folder."))
review.add_command(_annotating("assign", "WHO", "Say who is to look at the article of TARGET."))


@review.command("folders")
@output_options
@click.pass_context
def folder_list(ctx: click.Context, form: str) -> None:
    """List the case folders."""
    from monitor.review import folders

    with opened(ctx) as session:
        rows = folders(session)
    print_rows(rows, form, ("folder", "articles"), "none yet: `monitor review folder article:NUMBER NAME`")


@review.command("precision")
@click.option("--watch", help="Only this watch.")
@click.option("--since", help="Only verdicts given since: a day (2026-04-05) or a span back (7d, 4w).")
@output_options
@click.pass_context
def precision(ctx: click.Context, watch: str | None, since: str | None, form: str) -> None:
    """How often each watch is right, counted from verdicts on its matches, with the 95 % interval."""
    from monitor.query import utc_now
    from monitor.review import precision as read

    with opened(ctx) as session:
        rows = read(session, watch, since_of(since, utc_now()))
    columns = ("watch", "precision", "low", "high", "judged", "confirmed", "rejected", "open")
    print_rows(rows, form, columns, "no watch matched anything yet")
