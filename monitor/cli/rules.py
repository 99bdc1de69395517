"""Commands about watch rules: rules (list, test, explain, estimate) and rematch."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.common import config_of, output_options, print_rows, since_of
from monitor.labels import plural

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.rehearse import Estimate
    from monitor.watch_store import Entry
    from pipelines.analysis.rules import Explanation, RuleExplanation
    from pipelines.records import Watch


@click.group()
def rules() -> None:
    """List, test, explain and estimate watch rules."""


@rules.command("list")
@click.option("--watch", help="Only the rules of this watch.")
@output_options
@click.pass_context
def rules_list(ctx: click.Context, watch: str | None, form: str) -> None:
    """List every rule with its score and text."""
    from monitor.watches import load_watches

    rows = [
        {"watch": one.id, "rule": rule.id, "score": rule.score, "languages": list(rule.languages), "query": rule.query}
        for one in _chosen(load_watches(config_of(ctx).workspace), watch).values()
        for rule in one.rules
    ]
    print_rows(rows, form, ("watch", "rule", "score", "languages", "query"), "no rules")


@rules.command("test")
@click.argument("files", nargs=-1, required=True, metavar="FILE_OR_WATCH…")
@click.option("-v", "--verbose", is_flag=True, help="Print every sentence, not only those that fail.")
@output_options
@click.pass_context
def rules_test(ctx: click.Context, files: tuple[str, ...], verbose: bool, form: str) -> None:
    """Run the example sentences of watch files; end with 1 when one is not told as its author wants."""
    from monitor.rehearse import try_examples
    from monitor.watch_store import examples_of

    rows: list[dict[str, Any]] = []
    for named in files:
        entry = _entry(named, config_of(ctx))
        examples = examples_of(entry)
        if not examples:
            click.echo(f"{named}: has no [examples.xx] with match or no_match sentences: nothing was tested", err=True)
        rows += [
            {
                "watch": entry.watch.id,
                "result": "ok" if one.ok else "missed" if one.example.match else "false match",
                "language": one.example.language,
                "score": one.score,
                "sentence": one.example.text,
                "reason": one.reason,
            }
            for one in try_examples(entry.watch, examples)
        ]
    failed = [row for row in rows if row["result"] != "ok"]
    shown = rows if verbose or form == "json" else failed
    if shown:
        print_rows(shown, form, ("watch", "result", "language", "score", "sentence", "reason"), "")
    click.echo(f"{len(rows) - len(failed)} of {len(rows)} sentences as wanted", err=form != "table")
    ctx.exit(1 if failed or not rows else 0)


@rules.command("explain")
@click.argument("article_id", type=int, required=False)
@click.option("--text", help="Explain this text instead of a stored article; - reads standard input.")
@click.option("--title", help="The headline of --text.")
@click.option("--lang", help="The language of --text, such as en; without: detected.")
@click.option("--watch", help="Only this watch, its rules that did not fire too.")
@click.option("--all", "show_all", is_flag=True, help="Every watch and rule, also those far from matching.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one watch a line.")
@click.pass_context
def rules_explain(
    ctx: click.Context,
    article_id: int | None,
    text: str | None,
    title: str | None,
    lang: str | None,
    watch: str | None,
    show_all: bool,
    as_json: bool,
) -> None:
    """Tell which rules, words, fields and lists made an article match, or what was missing."""
    if (article_id is None) == (text is None):
        raise click.UsageError("name one article (its id stands in `monitor search`) or give --text")
    found = _explained_text(ctx, text, title, lang, watch) if text is not None else _explained(ctx, article_id, watch)
    if as_json:
        print_rows([asdict(one) for one in found], "json", (), "")
        return
    shown = [one for one in found if show_all or watch or one.level or any(rule.fired for rule in one.rules)]
    for one in sorted(shown, key=lambda one: -one.score):
        _print_explanation(one, show_all, missing_too=show_all or watch is not None or one.level is None)
    if not shown:
        click.echo(f"no rule of {len(found)} watches fires; --watch NAME or --all says what is missing")


def _explained(ctx: click.Context, article_id: int | None, watch: str | None) -> tuple[Explanation, ...]:
    from monitor.rehearse import explain_stored
    from monitor.wiring import open_workshop
    from pipelines.store.session import session

    shop = open_workshop(config_of(ctx))
    with session(shop.engine) as opened:
        found = explain_stored(opened, shop, article_id or 0, _switched_on(shop.watches, watch))
    if found is None:
        raise click.UsageError(f"there is no article {article_id}; `monitor search` shows the ids")
    return found


def _explained_text(
    ctx: click.Context, text: str, title: str | None, lang: str | None, watch: str | None
) -> tuple[Explanation, ...]:
    from monitor.rehearse import explain_text
    from monitor.watches import load_watches
    from monitor.wiring import utc_now

    whole = sys.stdin.read() if text == "-" else text
    return explain_text(whole, title, lang, _switched_on(load_watches(config_of(ctx).workspace), watch), utc_now())


def _print_explanation(one: Explanation, show_all: bool, *, missing_too: bool) -> None:
    verdict = one.level or "no match"
    limits = f"alert from {one.alert_threshold:g}, possible from {one.possible_threshold:g}"
    click.echo(f"{one.watch}: {verdict}, score {one.score:g} ({limits}), language {one.language or 'unknown'}")
    for rule in one.rules:
        if rule.fired:
            _print_fired(rule)
    silent = [rule for rule in one.rules if not rule.fired and (rule.speaks or show_all)]
    if missing_too:
        for rule in silent:
            click.echo(f"  –      {rule.rule}: {'; '.join(dict.fromkeys(rule.missing))}")
    elif silent:
        click.echo(f"  {len(silent)} more rules did not fire (--all shows what each misses)")


def _print_fired(rule: RuleExplanation) -> None:
    click.echo(f"  {rule.points:+6.2f} {rule.rule}")
    for word in rule.words:
        listed = f", in {word.origin}" if word.origin else ""
        click.echo(f"         “{word.span.text}” ({word.span.field} {word.span.start}–{word.span.end}{listed})")
    if rule.quote:
        click.echo(f"         sentence: {rule.quote}")


@rules.command("estimate")
@click.argument("named", metavar="WATCH_OR_FILE")
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="How far to look back.")
@click.option("--rate", type=click.Choice(["immediate", "hourly", "daily", "weekly"]), help="Count mails at this rate.")
@click.option("--limit", type=click.IntRange(1), help="Try at most this many articles, the newest.")
@output_options
@click.pass_context
def rules_estimate(ctx: click.Context, named: str, days: int, rate: str | None, limit: int | None, form: str) -> None:
    """Run a watch over the stored articles: how many alerts it would have sent, and which."""
    from monitor.rehearse import estimate
    from monitor.wiring import open_workshop, utc_now

    config = config_of(ctx)
    watch = _entry(named, config).watch
    found = estimate(open_workshop(config), watch, utc_now(), days, limit, _progress())
    rows = [asdict(one) for one in (*found.alerts, *found.possible)]
    columns = ("day", "level", "score", "outlet", "language", "title", "article")
    if rows or form != "table":
        print_rows(rows, form, columns, "")
    _say_estimate(found, rate or watch.rate, err=form != "table")


def _say_estimate(found: Estimate, rate: str, *, err: bool = False) -> None:
    from monitor.rehearse import MANY_A_DAY

    click.echo(f"{found.line(rate)}; {found.articles} articles were tried", err=err)
    if found.cut:
        click.echo("more articles were stored than were tried: raise --limit for all of them", err=True)
    if found.untested:
        click.echo(f"{found.untested} articles could not be tried: no text of them is kept", err=True)
    if found.days and len(found.alerts) / found.days > MANY_A_DAY:
        click.echo("that is more than anybody reads: raise alert_threshold, or ask for more in the rules", err=True)


def _progress() -> Any:
    if not sys.stderr.isatty():
        return lambda done: None

    def show(done: int) -> None:
        if done % 100 == 0:
            click.echo(f"\r{done} articles", nl=False, err=True)

    return show


def _entry(named: str, config: Config) -> Entry:
    """A watch by the path of its file, or by its id."""
    from monitor.watch_store import find, read_file

    path = Path(named)
    if path.suffix == ".toml" or path.is_file():
        return read_file(path, config.workspace)
    return find(named, config.workspace)


def _chosen(watches: Any, only: str | None) -> dict[str, Watch]:
    from monitor.config import nearest

    if only is not None and only not in watches:
        raise click.UsageError(f'there is no watch "{only}"{nearest(only, watches)}')
    return {one.id: one for one in watches.values() if only in (None, one.id)}


def _switched_on(watches: Any, only: str | None) -> dict[str, Watch]:
    """The watch asked for, on or off; else those that are on."""
    found = _chosen(watches, only)
    return {key: one for key, one in found.items() if only or one.enabled}


@click.command()
@click.option("--watch", "only", help="Only this watch.")
@click.option("--alert", is_flag=True, help="Let new matches alert; without, they are historical.")
@click.option("--since", help="Only articles first seen since then: 2026-04-05, 36h, 7d.")
@click.pass_context
def rematch(ctx: click.Context, only: str | None, alert: bool, since: str | None) -> None:
    """Apply the watches of today to the articles read so far."""
    from monitor.rematch import rematch_all
    from monitor.wiring import open_workshop, utc_now

    shop = open_workshop(config_of(ctx))
    _chosen(shop.watches, only)
    done = rematch_all(shop, only, utc_now(), alert=alert, since=since_of(since, utc_now()))
    told = "will be told as news" if alert else "are told once, as older finds, in the next digest"
    click.echo(
        f"{plural(done.articles, 'article')} tried, {done.matched} match, {done.new} of them newly; these {told}"
    )
    if done.gone:
        click.echo(f"no watch any more for {plural(done.gone, 'article')}")
    if done.untested:
        click.echo(f"{done.untested} articles could not be tried in full: no text of them is kept", err=True)
