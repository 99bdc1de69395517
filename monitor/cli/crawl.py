"""Commands that bring pages in: run, crawl, archive, add."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from monitor.cli.common import config_of

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.cycle import CycleResult

LOCK_HELD = 75


@click.command()
@click.argument("outlets", nargs=-1)
@click.pass_context
def crawl(ctx: click.Context, outlets: tuple[str, ...]) -> None:
    """Crawl OUTLETS now (all that are enabled, without)."""
    from monitor.runner import run_spider
    from monitor.wiring import open_workshop

    shop = open_workshop(config_of(ctx))
    _check_names(outlets, shop)
    require_contact(shop.config, shop)
    result = run_spider(shop, "watch", {"outlets": ",".join(outlets)})
    _report(result)
    ctx.exit(result.exit_code)


@click.command()
@click.option("--skip-if-locked", is_flag=True, help="End with 0 instead of 75 when another run is at work.")
@click.option("--outlet", "outlets", multiple=True, help="Only these outlets.")
@click.option("-v", "--verbose", is_flag=True, help="Say what was done, also when all went well.")
@click.pass_context
def run(ctx: click.Context, skip_if_locked: bool, outlets: tuple[str, ...], verbose: bool) -> None:
    """What cron calls: crawl what is due, match, plan alerts, send them. Quiet when all went well."""
    from monitor.heartbeat import watched
    from monitor.run_lock import Locked, run_lock
    from pipelines.store.session import make_engine

    config = config_of(ctx)
    made = config.workspace.is_dir()
    # taken before anything heavy is loaded: a second run leaves at once, however close behind the first it comes
    lock = run_lock(make_engine(config.database), config.workspace) if made else nullcontext()
    try:
        with lock, watched(config) as beat:
            result = _run_once(config, outlets, locked=made)
            beat.ended(result.exit_code, result.counts())
    except Locked as error:
        if not skip_if_locked:
            click.echo(f"monitor: {error}", err=True)
        ctx.exit(0 if skip_if_locked else LOCK_HELD)
    if verbose or result.exit_code:
        for line in (*result.lines(), *beat.problems):
            click.echo(line, err=bool(result.exit_code))
    ctx.exit(result.exit_code)


def _run_once(config: Config, outlets: tuple[str, ...], *, locked: bool) -> CycleResult:
    from monitor.cycle import run_cycle
    from monitor.lenient import open_leniently

    opened = open_leniently(config)
    _check_names(outlets, opened.shop)
    require_contact(config, opened.shop)
    broken = opened.watches_broken
    return run_cycle(opened.shop, outlets, faults=opened.faults, watches_broken=broken, locked=locked)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--outlet", default="", help="Take every page for this outlet's, instead of going by its address.")
@click.pass_context
def archive(ctx: click.Context, paths: tuple[Path, ...], outlet: str) -> None:
    """Read WARC files or folders of saved pages. What they hold is historical: stored and matched, never alerted."""
    from monitor.runner import run_spider
    from monitor.wiring import open_workshop

    shop = open_workshop(config_of(ctx))
    if len(paths) > 1:
        raise click.UsageError("one file or folder at a time; put several into a folder")
    if outlet:
        _check_names((outlet,), shop)
    result = run_spider(shop, "archive", {"path": str(paths[0].absolute()), "outlet": outlet})
    _report(result)
    ctx.exit(result.exit_code)


@click.command()
@click.argument("urls", nargs=-1, required=True)
@click.option("--outlet", default="", help="The outlet they belong to; without: by their address.")
@click.pass_context
def add(ctx: click.Context, urls: tuple[str, ...], outlet: str) -> None:
    """Put single pages into the frontier; the next crawl of their outlet reads them."""
    from monitor.spiders.archive import host_of, hosts_of
    from monitor.wiring import note_declarations, open_workshop, utc_now
    from pipelines.analysis import urls as url_keys
    from pipelines.records import Listing
    from pipelines.store import frontier
    from pipelines.store.session import session

    shop = open_workshop(config_of(ctx))
    by_host = hosts_of(shop.outlets.values())
    listings = []
    for url in urls:
        if urlsplit(url).scheme not in ("http", "https"):
            raise click.UsageError(f"{url}: no web address; it starts with https://")
        owner = outlet or by_host.get(host_of(url))
        if owner is None:
            raise click.UsageError(f"{url}: belongs to no outlet of the catalogue; name one with --outlet")
        listings.append(Listing(owner, url))
    _check_names((outlet,) if outlet else (), shop)
    note_declarations(shop.engine, shop.outlets.values(), shop.watches.values(), utc_now())
    with session(shop.engine) as opened:
        new = frontier.add(opened, [(url_keys.key(one.url), one) for one in listings], utc_now())
    click.echo(f"{new} new, {len(listings) - new} known already")


def require_contact(config: Any, shop: Any) -> None:
    """Beyond loopback, honest crawling names who answers for it."""
    if not config.contact and not config.allow_addresses:
        raise click.UsageError(
            f'no contact is set: write contact = "you@example.org" into {config.workspace / "monitor.toml"} '
            "(or MONITOR_CONTACT); it is sent to the outlets with every request"
        )


def _check_names(names: tuple[str, ...], shop: Any) -> None:
    from monitor.config import nearest
    from monitor.runner import unknown

    for name in unknown(names, shop):
        raise click.UsageError(f'there is no outlet "{name}"{nearest(name, shop.outlets)}')


def _report(result: Any) -> None:
    click.echo(result.line())
    for outlet_id, problems in sorted(result.problems.items()):
        click.echo(f"  {outlet_id}: {'; '.join(problems)}", err=True)
