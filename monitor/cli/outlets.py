"""Commands about outlets: list, show, add, test, check, import-opml, export-opml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from monitor.cli.common import config_of, output_options, print_rows
from monitor.labels import plural
from pipelines.records import Outlet

MOST_NAMED = 20
ASKED_AT_ONCE = 16


@click.group()
def outlets() -> None:
    """List, show, add, test and check outlets."""


def _load(ctx: click.Context) -> Any:
    from monitor.catalogue import load_outlets

    return load_outlets(config_of(ctx).workspace)


def _one(ctx: click.Context, outlet_id: str) -> Any:
    from monitor.config import nearest

    known = _load(ctx)
    if outlet_id not in known:
        raise click.UsageError(f'there is no outlet "{outlet_id}"{nearest(outlet_id, known)}')
    return known[outlet_id]


@outlets.command("list")
@click.option("--country", help="Only outlets of this country (ISO code).")
@click.option("--language", "--lang", help="Only outlets that write in this language.")
@output_options
@click.pass_context
def list_(ctx: click.Context, country: str | None, language: str | None, form: str) -> None:
    """List the outlets of the catalogue and of this workspace."""
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "country": one.country,
            "languages": list(one.languages),
            "ownership": one.ownership.value,
            "feeds": sum(feed.enabled for feed in one.feeds),
            "enabled": one.enabled,
            "verified": any(feed.verified_at for feed in one.feeds),
        }
        for one in _load(ctx).values()
        if (not country or one.country.lower() == country.lower()) and (not language or language in one.languages)
    ]
    print_rows(rows, form, ("id", "name", "country", "languages", "ownership", "feeds", "enabled"), "no such outlet")


@outlets.command("show")
@click.argument("outlet_id")
@click.pass_context
def show(ctx: click.Context, outlet_id: str) -> None:
    """Print the file of one outlet, as it is understood."""
    from monitor.catalogue import dump_outlet

    click.echo(dump_outlet(_one(ctx, outlet_id)), nl=False)


@outlets.command("add")
@click.argument("outlet_id")
@click.argument("homepage")
@click.option("--name", help="Name of the outlet [default: its id].")
@click.option("--country", required=True, help="ISO code of its country.")
@click.option("--language", "languages", multiple=True, required=True, help="Language it writes in; may be repeated.")
@click.option("--feed", "feeds", multiple=True, help="KIND=ADDRESS, for example rss=https://…/feed; may be repeated.")
@click.option("--zone", default="UTC", show_default=True, help="Time zone (IANA name).")
@click.pass_context
def add(
    ctx: click.Context,
    outlet_id: str,
    homepage: str,
    name: str | None,
    country: str,
    languages: tuple[str, ...],
    feeds: tuple[str, ...],
    zone: str,
) -> None:
    """Add an outlet to this workspace; without --feed, its home page is asked for feeds."""
    from monitor.catalogue import dump_outlet, parse_outlet
    from pipelines.records import Feed, FeedKind, Outlet

    config = config_of(ctx)
    named = tuple(_feed(text) for text in feeds) or _found_feeds(homepage, config)
    made = Outlet(
        id=outlet_id,
        name=name or outlet_id,
        homepage=homepage,
        country=country.upper(),
        languages=languages,
        timezone=zone,
        timezone_assumed=zone == "UTC",
        feeds=named or (Feed(FeedKind.SECTION, homepage),),
    )
    text = dump_outlet(made)
    path = config.workspace / "outlets" / country.lower() / f"{outlet_id}.toml"
    parse_outlet(text, str(path))  # what is written can be read again, or is refused now
    if path.exists():
        raise click.UsageError(f"{path} is there already; edit it")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    click.echo(f"{path}\nNext: monitor outlets test {outlet_id}")


def _feed(text: str) -> Any:
    from monitor.config import nearest
    from pipelines.records import Feed, FeedKind

    kind, _, url = text.partition("=")
    kinds = [one.value for one in FeedKind]
    if kind not in kinds or not url:
        raise click.UsageError(
            f'--feed {text}: write KIND=ADDRESS; "{kind}" is not one of {", ".join(kinds)}{nearest(kind, kinds)}'
        )
    return Feed(FeedKind(kind), url)


def _found_feeds(homepage: str, config: Any) -> tuple[Any, ...]:
    from monitor.discovery import autodiscover
    from monitor.fetch import FetchProblem, fetch
    from pipelines.records import Feed

    try:
        answer = fetch(homepage, config)
    except FetchProblem as problem:
        click.echo(f"{problem}; the home page is watched as a section page", err=True)
        return ()
    named = autodiscover.find(answer.content, answer.url, charset=answer.charset)
    return tuple(Feed(one.kind, one.url) for one in named)


@outlets.command("test")
@click.argument("outlet_id")
@click.option("--articles", default=3, show_default=True, type=click.IntRange(0, 20))
@click.pass_context
def test(ctx: click.Context, outlet_id: str, articles: int) -> None:
    """Fetch an outlet's feeds and three articles, and print what was understood. Nothing is stored."""
    from dataclasses import fields
    from datetime import UTC, datetime

    from monitor import discovery
    from monitor.analyse import Examiner
    from monitor.cli.render import count_line
    from monitor.fetch import FetchProblem, fetch
    from pipelines.records import Select

    one, config = _one(ctx, outlet_id), config_of(ctx)
    found: list[Any] = []
    for feed in one.feeds:
        try:
            answer = fetch(feed.url, config)
        except FetchProblem as problem:
            click.echo(f"{feed.kind.value:8} FAILED   {problem}")
            continue
        reading = discovery.read(feed, answer.content, answer.url, one.id)
        click.echo(f"{feed.kind.value:8} {len(reading.listings):4} links {feed.url} {reading.problem or ''}")
        found.extend(reading.listings)
    examiner = Examiner(config, only_page=False, clock=datetime.now(UTC))
    for listing in found[:articles]:
        row = examiner.source(listing.url)
        click.echo(f"\n{listing.url}")
        if "error" in row:
            click.echo(f"  {row['error']}")
            continue
        click.echo(f"  title      {row['title']}\n  published  {row['published_at']}\n  language   {row['language']}")
        click.echo(f"  body       {len(row['body'])} characters: {row['body'][:120]!r}")
        if one.select != Select():
            missed = [flag.removeprefix("select_missed_") for flag in row["flags"] if flag.startswith("select_missed_")]
            told = [item.name for item in fields(one.select) if getattr(one.select, item.name)]
            gave = ", ".join(f"{key} {'found nothing' if key in missed else 'found'}" for key in told)
            click.echo(f"  select     {gave}")
        click.echo(f"  persons    {', '.join(f['name'] for f in row['figures']) or 'none'}")
        click.echo(f"  counts     {'; '.join(count_line(c) for c in row['counts']) or 'none'}")
        click.echo(f"  matches    {', '.join(dict.fromkeys(m['watch'] for m in row['matches'])) or 'none'}")
    ctx.exit(0 if found else 1)


@outlets.command("check")
@click.argument("outlet_ids", nargs=-1)
@output_options
@click.pass_context
def check(ctx: click.Context, outlet_ids: tuple[str, ...], form: str) -> None:
    """Ask every feed once: working, moved, blocked, frozen, empty or dead. The answers are remembered."""
    from sqlalchemy import select

    from monitor.cli.crawl import require_contact
    from monitor.runner import run_spider
    from monitor.wiring import open_workshop, utc_now
    from pipelines.store.feeds import is_frozen
    from pipelines.store.schema import FeedStateRow
    from pipelines.store.session import session

    shop = open_workshop(config_of(ctx))
    for outlet_id in outlet_ids:
        _one(ctx, outlet_id)
    require_contact(shop.config, shop)
    run_spider(shop, "watch", {"outlets": ",".join(outlet_ids), "feeds_only": "1"})
    with session(shop.engine) as opened:
        query = select(FeedStateRow).order_by(FeedStateRow.outlet_id, FeedStateRow.url)
        rows = [
            {
                "outlet": row.outlet_id,
                "verdict": "frozen" if is_frozen(row, utc_now()) else row.verdict,
                "status": row.last_status,
                "entries": row.entries,
                "newest": row.newest_entry_at.date().isoformat() if row.newest_entry_at else None,
                "url": row.url,
                "problem": row.problem or row.moved_to,
            }
            for row in opened.scalars(query)
            if not outlet_ids or row.outlet_id in outlet_ids
        ]
    columns = ("outlet", "verdict", "status", "entries", "newest", "url", "problem")
    print_rows(rows, form, columns, "no feed was asked")
    if len(rows) > 1 and not any(row["status"] for row in rows):
        click.echo("monitor: no feed gave any answer: is this machine connected?", err=True)
        ctx.exit(1)


@outlets.command("import-opml")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--ask", is_flag=True, help="Ask every new feed once: dead ones are named, and taken over switched off.")
@click.pass_context
def import_opml(ctx: click.Context, file: Path, ask: bool) -> None:
    """Take the feeds of an OPML file over into this workspace; a second import changes nothing."""
    from monitor.catalogue import dump_outlet
    from monitor.opml import import_opml as read_opml

    content, known = file.read_bytes(), _load(ctx)
    done = read_opml(content, known)
    if done.problem:
        raise click.UsageError(f"{file}: {done.problem}")
    silent: dict[str, str] = {}
    if ask:
        dead, silent = _asked(ctx, done, known)
        done = read_opml(content, known, dead=dead)
    folder = config_of(ctx).workspace / "outlets"
    for one in (*done.added, *done.changed):
        path = folder / one.country.lower() / f"{one.id}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump_outlet(one), encoding="utf-8")
    added, known = plural(len(done.added), "outlet"), plural(len(done.duplicates), "feed")
    click.echo(f"{added} added, {len(done.changed)} changed, {known} known already")
    for word, rows in (("known", done.duplicates), ("refused", done.refused), ("dead", done.dead)):
        for row in rows[:MOST_NAMED]:
            click.echo(f"{word}: {row.name} {row.url}: {row.reason}", err=True)
        if len(rows) > MOST_NAMED:
            click.echo(f"{word}: and {len(rows) - MOST_NAMED} more", err=True)
    for words in silent.values():
        click.echo(f"no answer now: {words}; taken over, every run asks again", err=True)


def _asked(ctx: click.Context, done: Any, known: Mapping[str, Outlet]) -> tuple[list[str], dict[str, str]]:
    """Ask the feeds that an import would add: those that are gone (404, 410), and what others failed with."""
    from concurrent.futures import ThreadPoolExecutor

    from monitor.cli.crawl import require_contact
    from monitor.fetch import FetchProblem, fetch

    config = config_of(ctx)
    require_contact(config, None)
    old = {feed.url for outlet in known.values() for feed in outlet.feeds}
    new = [feed.url for outlet in (*done.added, *done.changed) for feed in outlet.feeds if feed.url not in old]

    hosts: dict[str, list[str]] = {}
    for url in new:
        hosts.setdefault(urlsplit(url).netloc, []).append(url)

    def answers(urls: list[str]) -> dict[str, FetchProblem]:
        found = {}
        for url in urls:  # one host, one request at a time
            try:
                fetch(url, config)
            except FetchProblem as problem:
                found[url] = problem
        return found

    with ThreadPoolExecutor(ASKED_AT_ONCE) as pool:
        problems = {url: one for part in pool.map(answers, hosts.values()) for url, one in part.items()}
    dead = [url for url, problem in problems.items() if problem.status in (404, 410)]
    return dead, {url: str(problem) for url, problem in problems.items() if url not in dead}


@outlets.command("export-opml")
@click.pass_context
def export_opml(ctx: click.Context) -> None:
    """Print all outlets' feeds as OPML."""
    from monitor.opml import export_opml as write_opml

    click.echo(write_opml(_load(ctx).values()), nl=False)
