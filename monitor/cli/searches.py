"""Commands about saved searches: list, save, run, watch, remove. The site has the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from monitor.cli.ask import _reading, search
from monitor.cli.common import config_of, output_options, print_rows

OWNER = "local"
"""Who saved a search here: the name that the site gives to who need not log in."""

_ANY = {"ignore_unknown_options": True, "allow_interspersed_args": False, "help_option_names": ["-h", "--help"]}
_FLAGS = {("order", "relevance"): "--relevance", ("relevant", "1"): "--relevant",
          ("reviewed", "yes"): "--reviewed", ("reviewed", "no"): "--unreviewed"}  # fmt: skip


@click.group()
def searches() -> None:
    """Save searches, ask them again, make watches of them."""


@searches.command("list")
@output_options
@click.pass_context
def searches_list(ctx: click.Context, form: str) -> None:
    """List the saved searches."""
    from monitor import saved

    with _reading(ctx) as opened:
        rows = saved.every(opened)
    for row in rows if form == "table" else ():
        row["query"] = " ".join(_words(row["query"]))
    print_rows(rows, form, ("id", "title", "query", "saved_by", "watch"), "none; `monitor searches save NAME WORDS…`")


@searches.command("save", context_settings=_ANY)
@click.argument("name")
@click.argument("asked", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def searches_save(ctx: click.Context, name: str, asked: tuple[str, ...]) -> None:
    """Save a search under NAME: words and options as `monitor search` takes them."""
    from datetime import UTC, datetime

    from monitor import saved

    found = _asked(ctx, asked)
    with _changing(ctx) as opened:
        done = saved.save(opened, name, found, OWNER, datetime.now(UTC))
    click.echo(f"saved as no. {done['id']}; `monitor searches run {done['id']}` asks it again")


@searches.command("run", context_settings=_ANY)
@click.argument("name")
@click.argument("more", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def searches_run(ctx: click.Context, name: str, more: tuple[str, ...]) -> None:
    """Ask a saved search again, by its name or number; more options of `monitor search` may follow."""
    from monitor import saved

    with _reading(ctx) as opened:
        try:
            kept = dict(saved.find(opened, name).query)
        except saved.SavedError as error:
            raise click.UsageError(f"{error.plain}; `monitor searches list`") from error
    with search.make_context("search", [*_words(kept), *more], parent=ctx.parent) as inner:
        search.invoke(inner)


@searches.command("watch")
@click.argument("name")
@click.pass_context
def searches_watch(ctx: click.Context, name: str) -> None:
    """Make a watch that looks for the same, from now on."""
    from datetime import UTC, datetime

    from monitor import saved

    with _changing(ctx) as opened:
        done = saved.to_watch(opened, name, config_of(ctx).workspace, OWNER, datetime.now(UTC))
    told = f"monitor watches edit {done['watch']} --to you@example.org"
    click.echo(f"watch {done['watch']}: {done['rule']}\n  nobody is told yet: `{told}`")


@searches.command("remove")
@click.argument("name")
@click.pass_context
def searches_remove(ctx: click.Context, name: str) -> None:
    """Take a saved search away; a watch that was made of it stays."""
    from datetime import UTC, datetime

    from monitor import saved

    with _changing(ctx) as opened:
        done = saved.remove(opened, name, OWNER, datetime.now(UTC))
    click.echo(f"{done['title']} is removed")


@contextmanager
def _changing(ctx: click.Context) -> Iterator[Any]:
    """A session that may write; what cannot be is a usage error."""
    from monitor.saved import SavedError
    from pipelines.store.batch import writing
    from pipelines.store.migrations import require_current
    from pipelines.store.session import make_engine

    engine = make_engine(config_of(ctx).database)
    require_current(engine)
    try:
        with writing(engine) as opened:
            yield opened
    except SavedError as error:
        raise click.UsageError(error.plain) from error


def _asked(ctx: click.Context, words: tuple[str, ...]) -> dict[str, str]:
    """Options of `monitor search` as the site names them: spans back stay spans. Raises click.UsageError."""
    from monitor.saved import NAMES

    with search.make_context("search", list(words), parent=ctx.parent) as inner:
        given = inner.params
    found = {name: str(value) for name in NAMES if (value := given.get(name)) is not None and value is not False}
    found |= {"q": " ".join(given["query"]), "status": given["befell"] or ""}
    found |= {"order": "relevance" if given["relevance"] else "", "relevant": "1" if given["relevant"] else ""}
    found["reviewed"] = {True: "yes", False: "no"}.get(given["reviewed"], "")
    return {name: value for name, value in found.items() if value}


def _words(kept: Mapping[str, str]) -> list[str]:
    """A saved search as `monitor search` takes it."""
    options = []
    for name, value in kept.items():
        if (name, value) in _FLAGS:
            options.append(_FLAGS[name, value])
        elif name not in ("q", "order", "relevant", "reviewed"):
            options += [f"--{name.replace('_', '-')}", value]
    return [*options, *(["--", kept["q"]] if kept.get("q") else [])]
