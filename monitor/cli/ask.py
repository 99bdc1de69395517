"""Commands that read the database: search, show, figures, counts, status."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click

from monitor.cli.common import config_of, output_options, print_rows, since_of
from pipelines.records import Role, Status

_ROLE = click.Choice([one.value for one in Role])
_STATUS = click.Choice([one.value for one in Status])


@contextmanager
def _reading(ctx: click.Context) -> Iterator[Any]:
    """A read-only session on the workspace's database, checked to be of this version."""
    from pipelines.store.migrations import require_current
    from pipelines.store.session import make_engine, session

    url = config_of(ctx).database
    require_current(make_engine(url))
    with session(make_engine(url, read_only=True)) as opened:
        yield opened


def _small(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Languages are written small: UK as uk."""
    return value.lower() if value else value


def refuse_unknown(ctx: click.Context, opened: Any, wanted: Any) -> None:
    """A word of a filter that nobody knows is a usage error: a typing slip is no "no news"."""
    from monitor.catalogue import load_outlets
    from monitor.known import unknown
    from monitor.watches import load_watches

    folder = config_of(ctx).workspace
    if word := unknown(opened, wanted, load_outlets(folder), load_watches(folder)):
        raise click.UsageError(f'--{word.name} "{word.value}": {word.said}')


def _known_or_say(ctx: click.Context, opened: Any, wanted: Any, found: Iterable[Any]) -> list[Any]:
    """The rows; where there are none, words that nobody knows are refused."""
    rows: list[Any] = list(found)
    if not rows:
        refuse_unknown(ctx, opened, wanted)
    return rows


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The filters that search, figures and counts share; the command gets one `Filter` as `wanted`."""

    @click.option("--outlet", help="Only this outlet.")
    @click.option("--language", "--lang", callback=_small, help="Only this language (en, uk, ru, zh, …).")
    @click.option("--watch", help="Only what this watch matched.")
    @click.option("--nationality", help="Only where this nationality is spoken of (ISO code: CN, NP, …).")
    @click.option("--country", help="Only outlets of this country (ISO code).")
    @click.option("--tag", help="Only outlets with this tag, or articles that a person tagged so.")
    @click.option("--ownership", help="Only outlets of this ownership (state, independent, …).")
    @click.option("--story", type=click.IntRange(1), help="Only this story.")
    @click.option("--person", type=click.IntRange(1), help="Only where this joined person is spoken of.")
    @click.option("--figure", type=click.IntRange(1), help="Only where a person of this one's spelling is spoken of.")
    @click.option("--event-since", help="A date spoken of in the text is this day or later.")
    @click.option("--event-until", help="A date spoken of in the text is before this day.")
    @click.option("--since", help="Published since: a day (2026-04-05) or a span back (36h, 7d, 4w).")
    @click.option("--until", help="Published before.")
    @click.option("--reviewed/--unreviewed", default=None, help="Only what a person judged, or only what nobody did.")
    @click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        from monitor.query import Filter, utc_now

        names = ("outlet", "language", "watch", "nationality", "country", "reviewed", "limit", "tag", "ownership",
                 "story", "person", "figure")  # fmt: skip
        now = utc_now()
        times = {name: since_of(kwargs.pop(name), now) for name in ("since", "until", "event_since", "event_until")}
        days: dict[str, Any] = {
            name: at.date() if at and name.startswith("event") else at for name, at in times.items()
        }
        wanted = Filter(**{name: kwargs.pop(name) for name in names}, **days)
        return command(*args, wanted=wanted, **kwargs)

    return wrapped


@click.command()
@click.argument("query", nargs=-1)
@click.option("--relevance", is_flag=True, help="Best hits first, instead of the newest.")
@click.option("--relevant", is_flag=True, help="Only articles that some watch matched.")
@click.option("--role", type=_ROLE, metavar="ROLE", help="A person of the article is captive, fighter, recruiter, …")
@click.option(
    "--status", "befell", type=_STATUS, metavar="STATUS", help="What befell a person or a group: captured, killed, …"
)
@click.option("--rule", help="A rule as watches have them, instead of words: '(a NEAR/8 b) AND NOT c'.")
@filter_options
@output_options
@click.pass_context
def search(
    ctx: click.Context,
    /,
    query: tuple[str, ...],
    relevance: bool,
    relevant: bool,
    role: str | None,
    befell: str | None,
    rule: str | None,
    wanted: Any,
    form: str,
) -> None:
    """Search the articles read so far.

    Words are joined by AND; "a phrase"; prefix*; -not; title:word. Without a query: the newest articles.
    """
    from dataclasses import replace

    from monitor import query as read

    wanted = replace(
        wanted, text=" ".join(query), by_relevance=relevance, relevant_only=relevant, role=role, status=befell
    )
    if rule:
        _search_by_rule(ctx, rule, wanted, form)
        return
    with _reading(ctx) as opened:
        columns = [
            "id",
            "published",
            "outlet",
            "language",
            "title",
            "watches",
            "label",
            *(["url"] if form == "csv" else []),
        ]
        rows = _known_or_say(ctx, opened, wanted, read.search(opened, wanted))
        print_rows(rows, form, columns, "nothing found; `monitor status` shows what was read")
        if form == "table":
            found = read.count_found(opened, wanted)
            if found > wanted.limit:
                click.echo(f"{found} found, {wanted.limit} shown (--limit)", err=True)


def _search_by_rule(ctx: click.Context, rule: str, wanted: Any, form: str) -> None:
    """Go on from page to page until enough articles were found, or all were tried."""
    from dataclasses import replace

    from monitor import rule_search
    from monitor.catalogue import load_outlets
    from monitor.query import Cursor
    from pipelines.analysis.rules import RuleError

    folder = config_of(ctx).workspace
    outlets, place = load_outlets(folder), None
    found: list[dict[str, Any]] = []
    with _reading(ctx) as opened:
        while len(found) < wanted.limit:
            try:
                page = rule_search.search(opened, rule, replace(wanted, after=place), outlets, folder)
            except RuleError as error:
                pointer = "\n".join(f"    {line}" for line in error.pointer().splitlines())
                raise click.UsageError(f"{error}\n{pointer}") from error
            found += page["articles"]
            if page["next"] is None:
                break
            place = Cursor.read(page["next"])
        found = _known_or_say(ctx, opened, wanted, found)
    columns = ("id", "published", "outlet", "language", "title", "watches", "label")
    print_rows(found[: wanted.limit], form, columns, "the rule holds in no article that was read")


@click.command()
@click.argument("article_id", type=int)
@click.option("--diff", is_flag=True, help="Show what the newest revision changed: words, persons, numbers.")
@click.option("--revision", type=int, help="With --diff: this revision instead of the newest.")
@click.option("--against", type=int, help="With --diff: compare with this revision instead of the one before.")
@output_options
@click.pass_context
def show(ctx: click.Context, article_id: int, diff: bool, revision: int | None, against: int | None, form: str) -> None:
    """Show one article: text, persons, counts, dates, why it matched."""
    from monitor import query as read
    from monitor.cli.render import print_article, print_difference

    if diff:
        from monitor.revisions import compare

        with _reading(ctx) as opened:
            try:
                changes = compare(opened, article_id, revision, against)
            except LookupError as error:
                raise click.UsageError(str(error.args[0])) from error
        if form == "table":
            print_difference(changes)
        else:
            print_rows([changes.row()], form, ("article_id", "old", "new", "gone_at"), "")
        return
    with _reading(ctx) as opened:
        found = read.article(opened, article_id)
    if found is None:
        raise click.UsageError(f"there is no article {article_id}; `monitor search` lists them")
    if form == "table":
        print_article(found)
    else:
        print_rows([found], form, tuple(k for k, v in found.items() if not isinstance(v, list)), "")


@click.command()
@click.option("--role", type=_ROLE, metavar="ROLE", help="captive, fighter, recruit, recruiter, family, official, …")
@click.option("--status", "befell", type=_STATUS, metavar="STATUS", help="captured, killed, exchanged, sentenced, …")
@click.option("--name", help="Part of the name.")
@filter_options
@output_options
@click.pass_context
def figures(ctx: click.Context, role: str | None, befell: str | None, name: str | None, wanted: Any, form: str) -> None:
    """List the persons spoken of, newest articles first. Every row is a machine reading until reviewed."""
    from dataclasses import replace

    from monitor import query as read

    columns = ("name", "role", "status", "nationality", "mentions", "outlet", "published", "article", "label")
    with _reading(ctx) as opened:
        wanted = replace(wanted, role=role, status=befell, name=name)
        rows = _known_or_say(ctx, opened, wanted, read.figures(opened, wanted))
        print_rows(rows, form, columns, "no persons found")


@click.command()
@click.option("--status", "befell", type=_STATUS, metavar="STATUS", help="fighting, captured, killed, exchanged, …")
@filter_options
@output_options
@click.pass_context
def counts(ctx: click.Context, befell: str | None, wanted: Any, form: str) -> None:
    """List reported counts: how many, of whom, said by whom. Claims of sources, side by side."""
    from dataclasses import replace

    from monitor import query as read

    columns = ("low", "high", "bound", "of", "nationality", "noun", "status", "attributed_to", "published", "outlet",
               "article", "label")  # fmt: skip
    with _reading(ctx) as opened:
        wanted = replace(wanted, status=befell)
        rows = _known_or_say(ctx, opened, wanted, read.counts(opened, wanted))
        print_rows(rows, form, columns, "no counts found")


@click.command()
@click.option("--outlets", "by_outlet", is_flag=True, help="One row an outlet.")
@output_options
@click.pass_context
def status(ctx: click.Context, by_outlet: bool, form: str) -> None:
    """How the monitor is doing: the last run, articles, alerts, outlets by health, which models find names."""
    from monitor import overview
    from monitor.catalogue import load_outlets
    from monitor.query import utc_now
    from pipelines.analysis.name_models import active_models

    outlets = load_outlets(config_of(ctx).workspace)
    with _reading(ctx) as opened:
        if by_outlet:
            rows = overview.outlet_states(opened, outlets, utc_now())
            columns = ("outlet", "state", "last_success", "last_article", "feeds", "problem")
            print_rows(rows, form, columns, "no outlets")
            return
        found = {**overview.summary(opened, outlets, utc_now()), "name_finders": active_models()}
    if form == "table":
        rows = [{"what": key.replace("_", " "), "value": _flat(value)} for key, value in found.items()]
        print_rows(rows, form, ("what", "value"), "")
    else:
        print_rows([found], form, tuple(found), "")


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_flat(v)}" for k, v in value.items()) or "none"
    return "never" if value is None else str(value)
