"""What the command modules share: loading the workspace, and printing rows as a table, JSON or CSV."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from typing import Any

import click

from monitor.config import Config, load


def config_of(ctx: click.Context) -> Config:
    """The settings of the workspace named on the command line, else of the current folder."""
    return load(ctx.find_root().obj)


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--json` and `--csv`; the command gets one word, `form`."""

    @click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
    @click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
    @wraps(command)
    def wrapped(*args: Any, as_json: bool, as_csv: bool, **kwargs: Any) -> Any:
        if as_json and as_csv:
            raise click.UsageError("--json and --csv exclude each other")
        return command(*args, form="json" if as_json else "csv" if as_csv else "table", **kwargs)

    return wrapped


def print_rows(rows: Iterable[Mapping[str, Any]], form: str, columns: Sequence[str], empty: str) -> None:
    """Print rows. JSON carries every field, CSV and the table the named columns; `empty` says what to do next."""
    if form == "json":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False, default=_plain))
        return
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([csv_cell(row.get(name)) for name in columns] for row in rows)
        return
    rows = list(rows)
    if not rows:
        click.echo(empty, err=True)
        return
    _table(rows, columns)


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(name))) for name in columns))
    Console(width=None if sys.stdout.isatty() else 160, soft_wrap=False).print(table)


def csv_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if value is None or isinstance(value, (int, float)):
        return value
    text = _cell(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠") else text


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}Z"
    if isinstance(value, (list, tuple)):
        return ", ".join(_cell(part) for part in value)
    return str(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value)


def since_of(text: str | None, now: datetime) -> datetime | None:
    """Read `--since`: a day (2026-04-05), an instant, or a span back (36h, 7d, 4w). Raises click.BadParameter."""
    if not text:
        return None
    unit = {"h": "hours", "d": "days", "w": "weeks"}.get(text[-1:])
    if unit and text[:-1].isdigit():
        return now - timedelta(**{unit: int(text[:-1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"'{text}' is no day (2026-04-05) and no span (36h, 7d, 4w)") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
