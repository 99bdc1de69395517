"""Print one article for a person at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from monitor.revisions import Difference, Fact
    from pipelines.analysis.diff import Piece


def print_article(found: dict[str, Any]) -> None:
    """Title, source, text, persons, counts, dates and the reason of every match."""
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    out = console.print
    out(f"[bold]{escape(found['title'] or '(no title)')}[/bold]")
    source = [found["outlet_name"] or found["outlet"], found["ownership"], found["language"], found["published"]]
    out(escape(" · ".join(str(part) for part in source if part)))
    out(escape(found["canonical_url"] or found["url"]))
    if found.get("gone_at"):
        out(f"[bold]the outlet took the article down; seen {found['gone_at']}[/bold]")
    if found.get("story"):
        out(escape(_story(found["story"])))
    if found["lead"]:
        out(f"\n[italic]{escape(found['lead'])}[/italic]")
    out(f"\n{escape(found['body'])}\n")
    _section(out, "Persons (machine reading)", [_person(one) + _by(one) for one in found["figures"]])
    _section(out, "Reported counts (machine reading)", [count_line(one) + _by(one) for one in found["counts"]])
    dates = [f"{one['text']} = {one['value']} ({one['precision']}){_by(one)}" for one in found["dates"]]
    _section(out, "Dates (machine reading)", dates)
    _section(out, "Why it matched (machine reading)", list(_matches(found["matches"])))
    if len(found.get("revisions", [])) > 1:
        out(f"{len(found['revisions'])} revisions")


def _story(one: dict[str, Any]) -> str:
    """Who carries the story that the article is in."""
    kinds = ("articles_count", "article"), ("outlets_count", "outlet"), ("independent_texts", "independent text")
    told = ", ".join(f"{one[key]} {noun}{'' if one[key] == 1 else 's'}" for key, noun in kinds)
    return f"story {one['id']}: {told}; first seen at {one['first_outlet']}, {one['first_seen']:%Y-%m-%d %H:%M} UTC"


def _section(out: Any, head: str, lines: list[str]) -> None:
    if lines:
        out(f"[bold]{head}[/bold]")
        for line in lines:
            out(f"  {escape(line)}")


def _by(one: dict[str, Any]) -> str:
    """Who reviewed a reading, where somebody did: then it is no machine reading any more."""
    return f" [{one['label']}]" if one.get("reviewed_by") else ""


def _person(one: dict[str, Any]) -> str:
    parts = [one["role"], one["status"], one["nationality"]]
    return f"{one['name']}: " + (", ".join(part for part in parts if part) or "role not known")


def count_line(one: dict[str, Any]) -> str:
    """A reported count in words: `at least 155 CN nationals, fighting (said by …)`."""
    low, high = one["low"], one["high"]
    number = "unnumbered" if low is None and high is None else str(low if high in (None, low) else f"{low}-{high}")
    words = [str(one["bound"]).replace("_", " ") if one["bound"] != "exact" else "", number]
    words += [f"of {one['of']}" if one.get("of") else "", one["nationality"] or "", one["noun"] or ""]
    line = " ".join(word for word in words if word)
    line += f", {one['status']}" if one["status"] else ""
    return line + (f" (said by {one['attributed_to']})" if one["attributed_to"] else "")


def _matches(found: list[dict[str, Any]]) -> Iterator[str]:
    """Each watch with its score and what makes it, then its rules with the words they found."""
    for (watch, level, score), rules in groupby(
        found, lambda one: (one.get("watch_id") or one.get("watch"), one["level"], one["score"])
    ):
        rows = list(rules)
        yield f"{watch} ({level}): score {rows[0]['reason'].partition('; score ')[2] or f'{score:g}'}"
        for one in rows:
            yield f"  {one['rule']}: {one['reason'].partition('; score ')[0]}{_by(one)}"


def print_difference(found: Difference) -> None:
    """What came (green, +) and went (red, -), paragraph by paragraph, then the facts."""
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    out = console.print
    if found.old == found.new:
        seen = _minute(found.old_fetched_at)
        out(f"article {found.article_id}: one revision ({seen}), no change of its text was seen")
    else:
        out(f"article {found.article_id}: revision {found.old} ({_minute(found.old_fetched_at)}) and "
            f"revision {found.new} ({_minute(found.new_fetched_at)})")  # fmt: skip
    if found.gone_at:
        out(f"[bold]the outlet took the article down; seen {_minute(found.gone_at)}[/bold]")
    if found.old == found.new:
        return
    if found.title:
        out(f"[bold]Title[/bold]  {_pieces(found.title)}")
    changed = [block for block in found.blocks if block.kind != "same"]
    for block in changed:
        out(f"\n{_MARKS[block.kind]} {_pieces(block.pieces)}")
    if not changed and not found.title:
        out("the words are the same")
    lines = [f"{one.change} {one.kind}: {one.what}{_told(one)}" for one in found.facts]
    _section(out, "\nFacts (machine reading)", lines or ["no person and no number changed"])


_MARKS = {"changed": "~", "added": "+", "removed": "-"}


def _pieces(pieces: Iterable[Piece]) -> str:
    styles = {"added": "[green]{{+{}+}}[/green]", "removed": "[red]\\[-{}-][/red]", "same": "{}"}
    return "".join(styles[piece.kind].format(escape(piece.text)) for piece in pieces)


def _told(one: Fact) -> str:
    if one.change == "changed":
        return f": {one.old} → {one.new}"
    return f": {one.new or one.old}"


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
