"""Commands that look inside without storing anything: analyse, url, feed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from monitor.cli.common import config_of


@click.command()
@click.argument("sources", nargs=-1)
@click.option(
    "--jsonl",
    "jsonl",
    type=click.Path(path_type=Path),
    help="Read lines {id, url, html} or {id, url, title, text, lang}; - is standard input.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
@click.option(
    "--only", type=click.Choice(["all", "page"]), default="all", help="page: leave out persons, counts, rules."
)
@click.option("--url", "page_url", default="", help="The address of a saved page, when one FILE is given.")
@click.pass_context
def analyse(
    ctx: click.Context, sources: tuple[str, ...], jsonl: Path | None, as_json: bool, only: str, page_url: str
) -> None:
    """Show what the monitor understands of SOURCES: files (- is standard input) or web addresses.

    The same path as the crawl; nothing is stored.
    """
    if bool(sources) == bool(jsonl):
        raise click.UsageError("name files or addresses, or a stream with --jsonl")
    from monitor.analyse import Examiner

    examiner = Examiner(config_of(ctx), only_page=only == "page", clock=datetime.now(UTC))
    failed = 0
    rows = examiner.lines(_stream(jsonl)) if jsonl else (examiner.source(source, page_url) for source in sources)
    for row in rows:
        failed += "error" in row
        if as_json:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
            if not jsonl:
                sys.stdout.flush()
        else:
            _print(row)
    sys.stdout.flush()
    ctx.exit(1 if failed and not jsonl else 0)


def _stream(path: Path) -> Iterator[bytes]:
    if str(path) == "-":
        yield from sys.stdin.buffer
        return
    with path.open("rb") as opened:
        yield from opened


def _print(row: dict[str, Any]) -> None:
    from monitor.cli.render import print_article

    if "error" in row:
        click.echo(f"{row['id']}: {row['error']}", err=True)
        return
    print_article(
        {
            **row,
            "outlet": row["id"],
            "outlet_name": None,
            "ownership": None,
            "published": row["published_at"],
            "url": row["canonical_url"],
        }
    )


@click.command()
@click.argument("addresses", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
def url(addresses: tuple[str, ...], as_json: bool) -> None:
    """Show the canonical URL and the key of ADDRESSES, and why."""
    from pipelines.analysis import urls

    for address in addresses:
        reading = urls.canonical(address)
        if as_json:
            row = {"url": address, "canonical_url": reading.url, "url_key": reading.key, "why": list(reading.why)}
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(f"{address}\n  canonical  {reading.url}\n  key        {reading.key}")
            click.echo(f"  why        {'; '.join(reading.why) or 'nothing to change'}")


@click.command()
@click.argument("source")
@click.option("--kind", type=click.Choice(["rss", "atom", "json", "sitemap", "section", "telegram"]), default="rss")
@click.option("--url", "feed_url", default="", help="The address a saved feed came from.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
@click.pass_context
def feed(ctx: click.Context, source: str, kind: str, feed_url: str, as_json: bool) -> None:
    """Show the entries that are found in SOURCE, a file or an address of a feed, sitemap or section page."""
    from monitor import discovery
    from monitor.fetch import fetch
    from pipelines.records import Feed, FeedKind

    if urlsplit(source).scheme in ("http", "https"):
        answer = fetch(source, config_of(ctx))
        content, feed_url = answer.content, answer.url
    else:
        content = Path(source).read_bytes()
    reading = discovery.read(Feed(FeedKind(kind), feed_url or source), content, feed_url or source, "")
    for one in reading.listings:
        row = {"url": one.url, "title": one.title, "published": one.published, "summary": one.summary}
        click.echo(
            json.dumps(row, ensure_ascii=False) if as_json else f"{one.published or '-':32} {one.title}\n  {one.url}"
        )
    if reading.problem:
        click.echo(f"{source}: {reading.problem}", err=True)
    ctx.exit(0 if reading.listings else 1)
