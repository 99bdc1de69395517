"""Watches made by command: TOML files in the workspace's `watchlists/`, which extend a shipped watch or have own rules.

In      a workspace, a watch's id, the changes
Out     the file, written whole or not at all (0600), and only when every watch of the workspace can still be read
Keeps   comments and order of a file that a person wrote: single lines change; what cannot be changed so is refused
Raises  `WatchError` with file, key and the nearest valid word
"""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from monitor import watches as files
from monitor.watch_files import Fault, Faults, read_watch
from monitor.watches import Example, WatchError
from pipelines.records import Watch

FOLDER = "watchlists"
_TABLE = re.compile(r"^\s*\[")
_PLAIN_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """A watch as its file declares it, with what it takes over from the watch it extends."""

    watch: Watch
    table: Mapping[str, Any]
    path: Path


@dataclass(frozen=True, slots=True)
class Changes:
    """What to change. Recipients are address -> own keys (rate, links); `None` removes one."""

    values: Mapping[str, Any] = field(default_factory=dict)
    recipients: Mapping[str, Mapping[str, str] | None] = field(default_factory=dict)


def tables(workspace: Path | None) -> dict[str, tuple[Path, dict[str, Any]]]:
    """Every watch file that can be read as TOML, by the id of its watch; what it extends is filled in."""
    known: dict[str, dict[str, Any]] = {}
    found: dict[str, tuple[Path, dict[str, Any]]] = {}
    for path, own in files.watch_tables(workspace, Faults())[1]:
        try:
            table = files.extended(path, own, known)
        except Fault:
            continue
        name = str(table.get("id", path.stem))
        known[name], found[name] = table, (path, table)
    return found


def read_file(path: Path, workspace: Path | None = None, text: str | None = None) -> Entry:
    """The watch of one file (or of `text`, as if it stood there), wherever it lies. Raises `WatchError`, `OSError`."""
    faults = Faults()
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8") if text is None else text)
        others = {name: table for name, (at, table) in tables(workspace).items() if at.absolute() != path.absolute()}
        if own.get("extends") == own.get("id", own.get("extends")):
            others = {name: table for name, (_, table) in tables(None).items()}
        table = files.extended(path, own, others)
        reading = read_watch(path, table, files.list_book(files.watch_tables(workspace, faults)[0], faults))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WatchError([str(Fault(path, "", f"is not TOML: {error}"))]) from error
    except Fault as fault:
        raise WatchError([str(fault)]) from fault
    if reading.watch is None:
        raise WatchError(reading.faults)
    return Entry(reading.watch, table, path)


def find(name: str, workspace: Path | None) -> Entry:
    """A watch by its id. Raises `WatchError` naming the nearest."""
    known = tables(workspace)
    if name not in known:
        close = get_close_matches(name, list(known), 1, 0.4)
        nearest = f'; did you mean "{close[0]}"?' if close else f"; there are {', '.join(sorted(known))}"
        raise WatchError([f'there is no watch "{name}"{nearest}'])
    return read_file(known[name][0], workspace)


def examples_of(entry: Entry) -> tuple[Example, ...]:
    """The sentences that the watch, or the one it extends, must or must not match."""
    return tuple(
        Example(entry.watch.id, language, text, wanted == "match")
        for language, lists in entry.table.get("examples", {}).items()
        for wanted in ("match", "no_match")
        for text in lists.get(wanted, ())
    )


# ── writing ─────────────────────────────────────────────────────────────────


def new_watch(
    workspace: Path, name: str, title: str, rules: Sequence[str], languages: Sequence[str], changes: Changes
) -> Path:
    """Write a watch with rules of its own. Raises `WatchError`."""
    if not _PLAIN_ID.fullmatch(name):
        raise WatchError([f'"{name}": an id may have small letters, digits and - only'])
    if name in tables(workspace):
        raise WatchError([f'there is a watch "{name}" already; `monitor watches edit {name}` changes it'])
    table: dict[str, Any] = {"id": name, "name": title, "version": "1"}
    if languages:
        table["languages"] = list(languages)
    table |= dict(changes.values)
    table["rules"] = [{"id": f"rule-{number}", "query": query} for number, query in enumerate(rules, 1)]
    recipients = _recipients((), changes)
    if recipients:
        table["recipients"] = recipients
    return _write(workspace, workspace / FOLDER / f"{name}.toml", dump(table))


def change(workspace: Path, name: str, changes: Changes) -> Path:
    """Change a watch; a shipped one gets a file in the workspace that extends it. Raises `WatchError`."""
    entry = find(name, workspace)
    if not entry.path.absolute().is_relative_to((workspace / FOLDER).absolute()):
        table: dict[str, Any] = {"extends": name, **changes.values}
        recipients = _recipients(entry.table.get("recipients", ()), changes)
        if recipients:
            table["recipients"] = recipients
        return _write(workspace, workspace / FOLDER / f"{name}.toml", dump(table))
    text = entry.path.read_text(encoding="utf-8")
    own = tomllib.loads(text)
    wanted = {**own, **changes.values}
    if changes.recipients:
        wanted["recipients"] = _recipients(entry.table.get("recipients", ()), changes)
        if not wanted["recipients"] and "extends" not in own:
            del wanted["recipients"]
    edited = _edited(text, wanted, changes)
    if edited is None:
        raise WatchError([f"{entry.path}: is written in a way that no command can change; change it by hand"])
    return _write(workspace, entry.path, edited)


def _recipients(present: Sequence[Mapping[str, Any]], changes: Changes) -> list[dict[str, Any]]:
    found = {str(one["address"]): dict(one) for one in present}
    for address, own in changes.recipients.items():
        if own is None:
            found.pop(address, None)
        else:
            found[address] = {**found.get(address, {}), "address": address, **own}
    return list(found.values())


def _edited(text: str, wanted: Mapping[str, Any], changes: Changes) -> str | None:
    """`text` with single lines changed; None when that would not give what is wanted."""
    lines = text.splitlines()
    for key, value in changes.values.items():
        _set_line(lines, key, value)
    if changes.recipients:
        lines = _without_recipients(lines)
        if not wanted.get("recipients"):
            if "recipients" in wanted:
                _set_line(lines, "recipients", [])
        else:
            lines += ["", *_blocks("recipients", wanted["recipients"])]
    edited = "\n".join(lines).rstrip("\n") + "\n"
    try:
        return edited if tomllib.loads(edited) == dict(wanted) else None
    except tomllib.TOMLDecodeError:
        return None


def _set_line(lines: list[str], key: str, value: Any) -> None:
    head = next((at for at, line in enumerate(lines) if _TABLE.match(line)), len(lines))
    written = f"{key} = {_value(value)}"
    for at in range(head):
        found = re.match(rf"{re.escape(key)}\s*=", lines[at])
        if found:
            comment = re.search(r"\s+#[^\"']*$", lines[at])
            lines[at] = written + (comment.group() if comment else "")
            return
    while head and not lines[head - 1].strip():
        head -= 1
    lines.insert(head, written)


def _without_recipients(lines: list[str]) -> list[str]:
    kept, inside = [], False
    for line in lines:
        if _TABLE.match(line):
            inside = re.match(r"\s*\[\[\s*recipients\s*\]\]", line) is not None
        if not inside and not re.match(r"recipients\s*=\s*\[\s*\]", line):
            kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _write(workspace: Path, path: Path, text: str) -> Path:
    """Check the text as if it stood there already, then put it there."""
    read_file(path, workspace, text)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


# ── TOML ────────────────────────────────────────────────────────────────────


def dump(table: Mapping[str, Any]) -> str:
    """A watch's table as TOML: single values first, then tables, then arrays of tables."""
    plain = {key: value for key, value in table.items() if not _is_table(value) and not _is_tables(value)}
    lines = [f"{key} = {_value(value)}" for key, value in plain.items()]
    for key, value in table.items():
        if _is_tables(value):
            lines += ["", *_blocks(key, value)]
    for key, value in table.items():
        if _is_table(value):
            lines += _table_lines(_name(key), value)
    return "\n".join(lines).lstrip("\n") + "\n"


def _table_lines(name: str, table: Mapping[str, Any]) -> list[str]:
    own = [f"{_name(key)} = {_value(value)}" for key, value in table.items() if not _is_table(value)]
    lines = ["", f"[{name}]", *own] if own else []
    for key, value in table.items():
        if _is_table(value):
            lines += _table_lines(f"{name}.{_name(key)}", value)
    return lines


def _blocks(key: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines: list[str] = []
    for row in rows:
        lines += ["", f"[[{key}]]", *(f"{_name(one)} = {_value(value)}" for one, value in row.items())]
    return lines[1:]


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _name(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(int(value)) if float(value).is_integer() else repr(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return '"' + "".join(_escaped(char) for char in str(value)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return f"\\u{ord(char):04x}" if ord(char) < 32 or ord(char) == 127 else char
