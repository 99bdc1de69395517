"""Call a command in this process, with the exit codes of the console script."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
from click.testing import CliRunner

from monitor.cli import _known, cli


@dataclass(frozen=True)
class Called:
    """What a command answered."""

    code: int
    out: str
    err: str


def call(workspace: Path, *words: str, **env: str) -> Called:
    """Run `monitor -w WORKSPACE words…`; errors without a mend are raised."""
    done = CliRunner().invoke(cli, ["-w", str(workspace), *words], env={"COLUMNS": "300", **env})
    error = done.exception
    if error is None or isinstance(error, SystemExit):
        return Called(done.exit_code, done.stdout, done.stderr)
    if isinstance(error, click.ClickException) or not isinstance(error, Exception):
        raise error
    known = _known(error)
    if known is None:
        raise error
    return Called(known, done.stdout, done.stderr + str(error))
