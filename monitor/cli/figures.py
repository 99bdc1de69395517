"""Command `figures`: list the persons spoken of; `merge`, `split` and `alias` say by hand who is one person.

In      the options of the listing, or one of the three subcommands, which are those of `monitor people`
Out     rows of persons, or one line about what was done; each of the three leaves a line in the audit
Raises  `click.UsageError` (exit code 2) for a number that is not known
"""

from __future__ import annotations

from typing import Any

import click

from monitor.cli import ask
from monitor.cli.people import people_alias, people_merge, people_split


@click.pass_context
def _list_or_more(ctx: click.Context, /, **asked: Any) -> None:
    if ctx.invoked_subcommand is None:
        ctx.invoke(ask.figures, **asked)


figures = click.Group(
    name="figures",
    callback=_list_or_more,
    params=list(ask.figures.params),
    help=f"{ask.figures.help}\n\nOne person under two names: `monitor figures merge 3 8`; `split` takes it back.",
    invoke_without_command=True,
)
for _name, _command in (("merge", people_merge), ("split", people_split), ("alias", people_alias)):
    figures.add_command(_command, _name)
