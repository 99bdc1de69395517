"""Load watches: the packaged watch lists and those of a workspace.

In      `*.toml` in the package's `watchlists/`, then in `<workspace>/watchlists/`; a later file of the same id wins
Files   `lists-xx.toml` hold word lists of a language; every other file is one watch (see `watchlists/schema.json`)
Rules   a rule for several languages is read once for each: `$merc` becomes `$merc_en`, `$merc_uk`, …;
        `$nat_xx` and `$land_xx` come from the nationalities of the analysis
Out     `Watch` records by id, every rule checked
Raises  `WatchError`: one line a fault, each with file, key and the nearest valid word
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from monitor.watch_files import LISTS_PREFIX, Fault, Faults, Reading, read_watch
from monitor.watch_lists import ListBook
from pipelines.records import Watch

PACKAGED = Path(__file__).parent / "watchlists"
Tables = list[tuple[Path, dict[str, Any]]]


class WatchError(ValueError):
    """Watch files that cannot be used. `faults` has one line each; `watches` are those without fault, for going on."""

    def __init__(self, faults: Iterable[str], watches: Mapping[str, Watch] | None = None) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))
        self.watches = dict(watches or {})


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence that a watch must (`match`) or must not match, in a language."""

    watch: str
    language: str
    text: str
    match: bool


def load_watches(workspace_dir: Path | None = None, *, check_all: bool = False) -> dict[str, Watch]:
    """Return every watch by id. Raises `WatchError` if any file is wrong.

    The packaged watches were checked before they were packaged (`check_all`, a test): with every start it would cost
    .3 s. They are checked again where a workspace replaces a word list.
    """
    faults = Faults()
    lists, declared = watch_tables(workspace_dir, faults)
    book = list_book(lists, faults, check_all=check_all)
    watches: dict[str, Watch] = {}
    known: dict[str, dict[str, Any]] = {}
    for path, own in declared:
        try:
            table = known[str(own.get("id", path.stem))] = extended(path, own, known)
            watch = _read(path, table, book)
        except Fault as fault:
            faults.add(fault)
            continue
        faults.more(watch.faults)
        if watch.watch is not None:
            watches[watch.watch.id] = watch.watch
    if faults.lines:
        raise WatchError(faults.lines, watches)
    return dict(sorted(watches.items()))


def list_book(lists: Tables, faults: Faults, *, check_all: bool = False) -> ListBook:
    """Return the word lists of the package and of a workspace; rules of the package are believed if no list is new."""
    if check_all:
        return ListBook(lists, faults)
    return ListBook(lists, faults, PACKAGED, [table for _, table in _packaged()])


def extended(path: Path, table: dict[str, Any], known: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the table with what it takes over from the watch it `extends`; its own keys win."""
    base = table.get("extends")
    if base is None:
        return table
    if base not in known:
        near = get_close_matches(str(base), list(known), n=1)
        raise Fault(path, "extends", f'there is no watch "{base}"' + (f'; did you mean "{near[0]}"?' if near else ""))
    own = {key: value for key, value in table.items() if key != "extends"}
    return {**known[base], "id": base, **own}


def load_examples(path: Path) -> tuple[Example, ...]:
    """Return the sentences of a watch file that its author says must or must not match."""
    with path.open("rb") as file:
        table = tomllib.load(file)
    watch = str(table.get("id", path.stem))
    return tuple(
        Example(watch, language, text, wanted == "match")
        for language, lists in table.get("examples", {}).items()
        for wanted in ("match", "no_match")
        for text in lists.get(wanted, ())
    )


_readings: dict[Path, Reading] = {}


def _read(path: Path, table: Mapping[str, Any], book: ListBook) -> Reading:
    """Read a watch; a packaged one with nothing but packaged lists is the same each time, and read once a process."""
    if path.parent != PACKAGED or not book.vouches_for(path, table):
        return read_watch(path, table, book)
    if path not in _readings:
        _readings[path] = read_watch(path, table, book)
    return _readings[path]


def watch_tables(workspace_dir: Path | None, faults: Faults) -> tuple[Tables, Tables]:
    """Return lists and watches as tables with their files, in the order of reading: the later replaces the earlier."""
    own = _parse(_files(workspace_dir / "watchlists"), faults) if workspace_dir else []
    every = [*_packaged(), *own]
    lists = [one for one in every if one[0].name.startswith(LISTS_PREFIX)]
    return lists, [one for one in every if not one[0].name.startswith(LISTS_PREFIX)]


@cache
def _packaged() -> tuple[tuple[Path, dict[str, Any]], ...]:
    """The tables of the package, which nobody changes while a process runs. Raises `WatchError`."""
    faults = Faults()
    found = _parse(_files(PACKAGED), faults)
    if faults.lines:
        raise WatchError(faults.lines)
    return tuple(found)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml")) if folder.is_dir() else []


def _parse(paths: Iterable[Path], faults: Faults) -> Tables:
    found = []
    for path in paths:
        try:
            found.append((path, tomllib.loads(path.read_text(encoding="utf-8"))))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.add(Fault(path, "", f"is not TOML: {error}"))
        except OSError as error:
            faults.add(Fault(path, "", f"cannot be read: {error.strerror}"))
    return found
