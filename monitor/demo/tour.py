"""Print the demo's tour: what was read, what matched and why, persons, counts, the mail.

In      `TourFacts`; a text stream (standard output when none is given)
Out     `parts` gives rich renderables and touches nothing; `print_tour` writes them and says whether all was taken
Raises  nothing for a reader that leaves early (`| head`) or a terminal without Unicode: letters it lacks are escaped
Limits  long lists are cut at `SHOWN`, and the cut is said
"""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from monitor.demo.facts import TourCount, TourFacts, TourMail, TourMatch, TourPage, TourPerson

SHOWN = 12
"""How many rows of a list the tour shows."""

_UNHAPPY = ("robots_denied", "gone", "http_error", "network_error", "reading_failed", "write_failed", "blocked")
_UNDERSTOOD = ("stored", "revised", "unchanged", "off_topic")
_BOUNDS = {"at_least": "at least ", "at_most": "at most ", "about": "about ", "exact": ""}


def print_tour(facts: TourFacts, stream: TextIO | None = None, *, width: int | None = None) -> bool:
    """Print the tour; returns False when the reader left before the end. Columns: `width`, else the terminal's."""
    stream = stream or sys.stdout
    _let_any_letter_through(stream)
    console = _TourConsole(file=stream, width=width, soft_wrap=False, highlight=False, markup=False)
    try:
        for part in parts(facts):
            console.print(part)
        stream.flush()
    except BrokenPipeError:
        _throw_away_the_rest(stream)
        return False
    return True


def parts(facts: TourFacts) -> Iterator[RenderableType]:
    """Yield the tour's sections in order."""
    yield from _opening(facts)
    yield from _read(facts.pages)
    yield from _matched(facts.matches)
    yield from _left_alone(facts)
    yield from _persons(facts.persons)
    yield from _counts(facts.counts)
    yield from _mails(facts.mails)
    yield from _closing(facts)


class _TourConsole(Console):
    """A console that reports a closed pipe instead of ending the process."""

    def on_broken_pipe(self) -> None:
        """Let `print_tour` decide."""
        self.quiet = True
        raise BrokenPipeError


def _opening(facts: TourFacts) -> Iterator[RenderableType]:
    words = (
        f"{facts.outlets} invented newspapers in {len(facts.languages)} languages ({', '.join(facts.languages)}) "
        f"were served at {facts.base_url} and read as the real ones are: {len(facts.pages)} pages in "
        f"{facts.seconds:.1f} s. Every name of a captive is made up. What follows is a machine reading."
    )
    yield Panel(Text(words), title="The monitor on an invented newsroom", box=box.SQUARE)
    for note in facts.notes:
        yield Text(f"Note: {note}", style="yellow")


def _read(pages: Sequence[TourPage]) -> Iterator[RenderableType]:
    yield _head("What was read")
    table = _table("Outlet", "Language", "Pages", "How they ended")
    for outlet in dict.fromkeys(page.outlet for page in pages):
        own = [page for page in pages if page.outlet == outlet]
        languages = sorted({page.language for page in own if page.language})
        ends = Counter(page.outcome for page in own)
        told = ", ".join(f"{number} {word}" for word, number in ends.most_common())
        table.add_row(Text(outlet), Text(", ".join(languages)), str(len(own)), Text(told))
    yield table
    for page in pages:
        if page.outcome in _UNHAPPY:
            yield Padding(Text(f"{page.outcome}: {page.url}", style="dim", overflow="fold"), (0, 0, 0, 2))


def _matched(matches: Sequence[TourMatch]) -> Iterator[RenderableType]:
    yield _head("What matched, and why")
    if not matches:
        yield Text("Nothing matched.")
    by_url: dict[str, list[TourMatch]] = {}
    for match in matches:
        by_url.setdefault(match.url, []).append(match)
    groups = list(by_url.values())
    for group in groups[:SHOWN]:
        yield _article(group)
    yield from _cut(len(groups), "articles")


def _article(group: Sequence[TourMatch]) -> Padding:
    first = group[0]
    words = Text(first.title, style="bold", overflow="fold")
    words.append(f"\n{first.outlet}, {first.language}", style="dim")
    for match in group:
        words.append(f"\n  {match.watch}", style="green")
        words.append(f" / {match.rule}, score {match.score:g}: {match.reason}")
        if match.quote:
            words.append(f"\n    > {_one_line(match.quote)}", style="italic")
    return Padding(words, (0, 0, 1, 0))


def _left_alone(facts: TourFacts) -> Iterator[RenderableType]:
    # a page may have been asked for under another address than the canonical one that its match carries
    told = {key for match in facts.matches for key in (match.url, (match.outlet, match.title))}
    read = [page for page in facts.pages if page.outcome in _UNDERSTOOD and page.title]
    quiet = [page for page in read if told.isdisjoint((page.url, (page.outlet, page.title)))]
    if not quiet:
        return
    yield _head("What was left alone")
    for page in quiet[:SHOWN]:
        yield Text(f"  {page.title} ({page.outlet})", overflow="fold")
    yield from _cut(len(quiet), "pages")


def _persons(persons: Sequence[TourPerson]) -> Iterator[RenderableType]:
    yield _head("Persons")
    table = _table("Name", "Role", "Status", "Nationality", "Outlet")
    for person in persons[:SHOWN]:
        cells = (person.name, person.role, person.status, person.nationality, person.outlet)
        table.add_row(*(Text(cell or "-") for cell in cells))
    yield table
    yield from _cut(len(persons), "persons")


def _counts(counts: Sequence[TourCount]) -> Iterator[RenderableType]:
    yield _head("Counts, as sources state them")
    table = _table("Number", "Of whom", "Said by", "Outlet", "In the words of the page")
    for count in counts[:SHOWN]:
        whom = " ".join(word for word in (count.nationality, count.status) if word)
        said = count.attributed_to or "-"
        quote = Text(_one_line(count.quote), overflow="fold")
        table.add_row(_number(count), Text(whom or "-"), Text(said), Text(count.outlet), quote)
    yield table
    yield from _cut(len(counts), "counts")


def _mails(mails: Sequence[TourMail]) -> Iterator[RenderableType]:
    yield _head(f"The mail ({len(mails)} sent)" if mails else "The mail")
    if not mails:
        yield Text("No mail was sent.")
        return
    mail = mails[0]
    words = Text(overflow="fold")
    words.append(f"From: {mail.sender}\nTo: {', '.join(mail.recipients)}\nSubject: {mail.subject}\n\n", style="bold")
    words.append(mail.text.strip())
    yield Panel(words, box=box.SQUARE)


def _closing(facts: TourFacts) -> Iterator[RenderableType]:
    yield _head("Go on")
    if facts.workspace:
        yield Text(f"Everything lies in {facts.workspace}", overflow="fold")
    for step in facts.next_steps:
        yield Text(f"  {step}", style="cyan", overflow="fold")


def _head(words: str) -> Padding:
    return Padding(Rule(Text(words), align="left"), (1, 0, 0, 0))


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _cut(total: int, what: str) -> Iterator[Text]:
    if total > SHOWN:
        yield Text(f"  and {total - SHOWN} more {what}", style="dim")


def _number(count: TourCount) -> Text:
    low, high = count.low, count.high
    if low is None and high is None:
        return Text("?")
    span = f"{low}-{high}" if low is not None and high is not None and low != high else str(low or high)
    return Text(_BOUNDS.get(count.bound, "") + span)


def _one_line(words: str, limit: int = 160) -> str:
    line = " ".join(words.split())
    return line if len(line) <= limit else line[: limit - 3].rstrip() + "..."


def _let_any_letter_through(stream: TextIO) -> None:
    """Make a stream without Unicode write `\\u5468` for a letter it lacks, instead of failing."""
    if isinstance(stream, io.TextIOWrapper) and stream.errors != "backslashreplace":
        stream.reconfigure(errors="backslashreplace")


def _throw_away_the_rest(stream: TextIO) -> None:
    """Point the stream at nothing, so that the interpreter's own flush at the end stays silent."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, descriptor)
    os.close(nothing)
