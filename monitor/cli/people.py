"""Commands about persons: the caseload, search by name in any script, and who may be one person."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from monitor.cli.common import config_of, output_options, print_rows
from monitor.labels import plural

RATES = ["immediate", "hourly", "daily", "weekly", "off"]


@contextmanager
def _opened(ctx: click.Context, *, write: bool = False) -> Iterator[Any]:
    """A session on the workspace's database; a number that is not known ends with exit code 2."""
    from monitor.persons import PersonsError
    from pipelines.store.migrations import require_current
    from pipelines.store.session import make_engine, session

    url = config_of(ctx).database
    require_current(make_engine(url))
    try:
        with session(make_engine(url, read_only=not write)) as opened:
            yield opened
    except PersonsError as error:
        raise click.UsageError(str(error)) from error


def _actor() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


@click.group()
def people() -> None:
    """Watch persons by name, in every script, and say who is one person."""


@click.command("import-people")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", multiple=True, metavar="ADDRESS", help="Who is told of them; may be repeated.")
@click.option("--rate", type=click.Choice(RATES), help="How often they are told; daily, without.")
@click.option("--links", type=click.Choice(["none", "local", "original"]), default="none", show_default=True)
@click.option("--no-search", is_flag=True, help="Do not search the articles read so far.")
@output_options
@click.pass_context
def import_people(
    ctx: click.Context, file: Path, to: tuple[str, ...], rate: str | None, links: str, no_search: bool, form: str
) -> None:
    """Watch the persons of a table (reference, name, aliases, birth, nationality); search the archive at once.

    Alerts show the reference, never the name. What the archive holds is told once, as older finds. A second
    import replaces the first; who is told stays, unless --to or --rate says otherwise.
    """
    from monitor.addresses import reachable
    from monitor.caseload import PREFIX, keep, keep_telling, person_watches, read_csv
    from monitor.cli.setup import make_workspace

    for address in to:
        if reachable(address) is None:
            raise click.UsageError(f'"{address}" is no mail address and no web address (https://…)')
    persons = read_csv(file)
    workspace = config_of(ctx).workspace
    make_workspace(workspace)
    path = keep(workspace, persons)
    first = next(iter(person_watches(workspace).values()), None)
    told = to or tuple(one.address for one in (first.recipients if first else ()))
    if to or rate:
        keep_telling(workspace, told, rate or (first.rate if first else "daily"), links)
    watches = person_watches(workspace)
    click.echo(f"watched: {plural(len(persons), 'person')}, told to {', '.join(told) or 'nobody'}: {path}", err=True)
    if watches and not no_search:
        _search_archive(ctx, watches, PREFIX, form)


def _search_archive(ctx: click.Context, watches: dict[str, Any], prefix: str, form: str) -> None:
    from dataclasses import replace

    from monitor.persons import watched
    from monitor.rematch import rematch_all
    from monitor.wiring import open_workshop, utc_now

    shop = open_workshop(config_of(ctx))
    done = rematch_all(replace(shop, watches=watches), None, utc_now())
    with _opened(ctx) as session:
        rows = [row for row in watched(session) if prefix + row["reference"] in watches]
    click.echo(
        f"{plural(done.articles, 'article')} searched, {done.new} with a watched person for the first time", err=True
    )
    print_rows(rows, form, ("reference", "grade", "article", "outlet", "reason"), "no article names them yet")


people.add_command(import_people, "import")


@people.command("matches")
@click.argument("reference", required=False)
@output_options
@click.pass_context
def people_matches(ctx: click.Context, reference: str | None, form: str) -> None:
    """List the articles that name a watched person, newest first: grade, reason, the words of the page."""
    from monitor.persons import watched

    with _opened(ctx) as session:
        rows = watched(session, reference)
    print_rows(rows, form, ("reference", "grade", "article", "outlet", "words", "reason"), "no article names them yet")


@people.command("list")
@output_options
@click.pass_context
def people_list(ctx: click.Context, form: str) -> None:
    """List the persons who are watched."""
    from monitor.caseload import load

    persons = load(config_of(ctx).workspace)
    rows = [
        {
            "reference": one.reference,
            "name": one.names[0],
            "aliases": list(one.names[1:]),
            "birth": one.birth,
            "nationality": one.nationality,
        }
        for one in persons
    ]
    print_rows(
        rows, form, ("reference", "name", "aliases", "birth", "nationality"), "nobody: `monitor people import FILE.csv`"
    )


@people.command("search")
@click.argument("name")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@output_options
@click.pass_context
def people_search(ctx: click.Context, name: str, limit: int, form: str) -> None:
    """Find persons spoken of whose name may be NAME, in any script, with score and reason."""
    from monitor.persons import search

    with _opened(ctx) as session:
        rows = search(session, name, limit)
    columns = ("figure", "name", "score", "grade", "reason", "role", "status", "article", "title")
    print_rows(rows, form, columns, "no such name among the persons read so far")


@people.command("compare")
@click.argument("one")
@click.argument("other")
@output_options
def people_compare(one: str, other: str, form: str) -> None:
    """Say whether two names may name one person, and why."""
    from pipelines.analysis.names import compare

    found = compare(one, other)
    row = {"score": found.score, "grade": found.grade, "reason": found.reason}
    print_rows([row], form, tuple(row), "")


@people.command("suggest")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@output_options
@click.pass_context
def people_suggest(ctx: click.Context, limit: int, form: str) -> None:
    """List persons of different articles who may be one. Nothing is merged: `monitor people merge` does that."""
    from monitor.persons import suggest, suggestions
    from monitor.query import utc_now

    with _opened(ctx, write=True) as session:
        suggest(session, utc_now())
        rows = suggestions(session, limit=limit)
    columns = ("figure", "name", "other", "other_name", "score", "reason", "article", "other_article")
    print_rows(rows, form, columns, "nobody who may be one person")


@people.command("merge")
@click.argument("figures", nargs=-1, type=int, required=True)
@click.pass_context
def people_merge(ctx: click.Context, figures: tuple[int, ...]) -> None:
    """Say that FIGURES (their numbers) are one person. `split` takes it back."""
    from monitor.persons import merge
    from monitor.query import utc_now

    with _opened(ctx, write=True) as session:
        person = merge(session, figures, _actor(), utc_now())
        click.echo(f"person {person.id}: {', '.join([person.name, *person.aliases])}")


@people.command("split")
@click.argument("figure", type=int)
@click.pass_context
def people_split(ctx: click.Context, figure: int) -> None:
    """Take FIGURE out of its person again."""
    from monitor.persons import split
    from monitor.query import utc_now

    with _opened(ctx, write=True) as session:
        click.echo(f"figure {figure} is no longer person {split(session, figure, _actor(), utc_now())}")


@people.command("alias")
@click.argument("person", type=int)
@click.argument("name")
@click.pass_context
def people_alias(ctx: click.Context, person: int, name: str) -> None:
    """Add another spelling NAME to PERSON."""
    from monitor.persons import alias
    from monitor.query import utc_now

    with _opened(ctx, write=True) as session:
        found = alias(session, person, name, _actor(), utc_now())
        click.echo(f"person {found.id}: {', '.join([found.name, *found.aliases])}")
