"""The command `monitor`: one module a group of commands, loaded when it is called.

Exit codes  0 ok · 1 something needs a person · 2 usage or configuration · 3 database missing, too old or too new ·
            75 another run holds the lock
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from pathlib import Path

import click

COMMANDS = {
    "init": ("monitor.cli.setup:init", "Make a workspace: settings file, database, first watch."),
    "run": ("monitor.cli.crawl:run", "What cron calls: crawl what is due, match, plan alerts, send them."),
    "crawl": ("monitor.cli.crawl:crawl", "Crawl outlets (all, or those named) now."),
    "archive": (
        "monitor.cli.crawl:archive",
        "Read WARC files or folders of saved pages; what they hold is historical.",
    ),
    "add": ("monitor.cli.crawl:add", "Put single pages in."),
    "analyse": ("monitor.cli.read:analyse", "Show what the monitor understands of a page; nothing is stored."),
    "url": ("monitor.cli.read:url", "Show the canonical URL and the key of an address, and why."),
    "feed": ("monitor.cli.read:feed", "Show the entries that are found in a feed, sitemap or section page."),
    "search": ("monitor.cli.ask:search", "Search the articles read so far."),
    "searches": ("monitor.cli.searches:searches", "Save searches, ask them again, make watches of them."),
    "show": ("monitor.cli.ask:show", "Show one article: text, persons, counts, dates, why it matched."),
    "figures": ("monitor.cli.figures:figures", "List the persons spoken of; merge, split, alias: who is one person."),
    "people": ("monitor.cli.people:people", "Caseload of watched persons; names across scripts; merges by hand."),
    "counts": ("monitor.cli.ask:counts", "List reported counts: how many, of whom, said by whom."),
    "review": ("monitor.cli.review:review", "Confirm, correct or reject what the machine read."),
    "cite": ("monitor.cli.cite:cite", "Cite an article: quote, outlet, dates, hash and archive."),
    "export": ("monitor.cli.export:export", "Write articles, persons, counts, stories as CSV, JSONL, SQLite, …"),
    "person": ("monitor.cli.person:person", "Hand out, or erase, what is held about one person."),
    "purge": ("monitor.cli.purge:purge", "Let go what is older than the retention says."),
    "serve": ("monitor.cli.serve:serve", "Serve the pages and the JSON API of this workspace."),
    "status": ("monitor.cli.ask:status", "How the monitor is doing: runs, outlets, database, models."),
    "rules": ("monitor.cli.rules:rules", "List, check and explain watch rules."),
    "rematch": ("monitor.cli.rules:rematch", "Apply the watches of today to the articles read so far."),
    "watches": ("monitor.cli.watches:watches", "List, add, change, pause and export watches."),
    "outlets": ("monitor.cli.outlets:outlets", "List, show, add, test and check outlets."),
    "alerts": ("monitor.cli.alerts:alerts", "Preview, send and follow alert mails."),
    "cron": ("monitor.cli.cron:cron", "Let cron (or a systemd timer) call `monitor run`."),
    "db": ("monitor.cli.setup:db", "Make, upgrade and check the database."),
    "config": ("monitor.cli.setup:config", "Print the settings, secrets masked."),
    "doctor": ("monitor.cli.setup:doctor", "Check that everything the monitor needs is there."),
    "demo": ("monitor.cli.demo:demo", "Try the whole monitor on a bundled newsroom, in under a minute."),
}
"""Name -> where the command is defined, and its line in the help (kept here, so that help loads nothing)."""


_workspace: Path | None = None
"""The folder that the command under way was given; errors name what lies there."""


class LazyGroup(click.Group):
    """Loads a command's module only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command for a word that is none."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from monitor.config import nearest

            ctx.fail(f"there is no command '{args[0]}'{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--workspace", "-w", type=click.Path(path_type=Path), help="Folder of the installation [default: here].")
@click.version_option(package_name="fighters-pow-monitor", prog_name="monitor")
@click.pass_context
def cli(ctx: click.Context, workspace: Path | None) -> None:
    """News monitor for foreign fighters and prisoners of war.

    Try it: `monitor demo`. Then `monitor init`, and `monitor run` from cron.
    """
    global _workspace
    ctx.obj = _workspace = workspace


def main() -> None:
    """Entry of the console script: one wide edge that turns known errors into a line and an exit code."""
    # Imports and rules make a million objects that stay: looking for garbage among them is a fifth of every start.
    gc.set_threshold(20_000, 20, 50)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL) if hasattr(signal, "SIGPIPE") else None
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # LANG=C must not end a run
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = _say("stopped", 130)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except Exception as error:
        code = _known(error)
        if code is None:
            raise
    sys.stdout.flush()
    os._exit(code) if isinstance(code, int) and code == 130 else sys.exit(code if isinstance(code, int) else 0)


def _known(error: Exception) -> int | None:
    """The exit code of an error that has a mend; None for one that is ours."""
    from monitor.catalogue import CatalogueError
    from monitor.config import ConfigError
    from monitor.watches import WatchError
    from pipelines.store.session import DatabaseProblem

    if isinstance(error, DatabaseProblem):
        return _say(error, 3)
    if isinstance(error, (ConfigError, CatalogueError, WatchError)):
        return _say(error, 2)
    if isinstance(error, FileNotFoundError) and "temporary directory" in str(error):
        return _say("no temporary folder can be written; set TMPDIR to one that can", 1)
    if isinstance(error, OSError) and error.filename:
        return _say(f"{error.filename}: {error.strerror}", 1)
    from sqlalchemy.exc import OperationalError

    if isinstance(error, OperationalError):
        from pipelines.store.session import describe

        return _say(f"the database {_database()} refused: {describe(error)}", 1)
    return None


def _database() -> str:
    """The address of the database of the command under way, without its password."""
    from sqlalchemy import make_url

    from monitor.config import load

    return make_url(load(_workspace).database).render_as_string(hide_password=True)


def _say(words: object, code: int) -> int:
    click.echo(f"monitor: {words}", err=True)
    return code
