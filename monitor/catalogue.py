"""The outlets that are watched: packaged files, then the workspace's own, which add to them and override them by id.

In      `monitor/outlets/<cc>/<id>.toml` of the package; `outlets/**/*.toml` of the workspace
Out     `dict[str, Outlet]`, sorted by id; a workspace file with a packaged id replaces the keys it names, no others
Limits  64 kB a file; links that lead out of the workspace's folder are refused
Raises  `CatalogueError`: every fault of every file, with file, key and the nearest valid word. Never lenient
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from enum import StrEnum
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

from monitor.catalogue_schema import OUTLET, nearest, read_outlet
from pipelines.records import Access, Expect, Feed, Outlet, Select

MAX_BYTES = 64 * 1024
MAX_LINES = 40
_FEED_KEYS = ("kind", "url", "enabled", "confidence", "verified_at", "language", "discovery_only")


class CatalogueError(ValueError):
    """Outlet files that cannot be used. `faults` has one line each; `outlets` are those without fault, for going on."""

    def __init__(self, faults: tuple[str, ...], outlets: Mapping[str, Outlet] | None = None) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
        self.outlets = dict(outlets or {})


def load_outlets(workspace_dir: Path | None = None) -> dict[str, Outlet]:
    """Return every outlet by id. Raises `CatalogueError` if any file is wrong."""
    tables: dict[str, dict[str, Any]] = {}
    sources: dict[str, str] = {}
    faults: list[str] = []
    for layer in (_packaged(), _workspace(workspace_dir)):
        seen: dict[str, str] = {}
        for source, name, raw in layer:
            table, wrong = _table(source, name, raw)
            outlet_id = str(table.get("id"))
            if not wrong and outlet_id in seen:
                wrong = (f'{source}: id: "{outlet_id}" is also the id of {seen[outlet_id]}',)
            faults += wrong
            if wrong:
                continue
            seen[outlet_id] = sources[outlet_id] = source
            tables[outlet_id] = {**tables.get(outlet_id, {}), **table}
    outlets: dict[str, Outlet] = {}
    for outlet_id in sorted(tables):
        outlet, wrong = read_outlet(tables[outlet_id], sources[outlet_id])
        faults += wrong
        if outlet:
            outlets[outlet_id] = outlet
    if faults:
        raise CatalogueError(tuple(faults), outlets)
    return outlets


def parse_outlet(text: str, source: str) -> Outlet:
    """Return the outlet of one complete file. Raises `CatalogueError`."""
    table, faults = _table(source, None, text.encode("utf-8", "surrogateescape"))
    outlet, wrong = (None, faults) if faults else read_outlet(table, source)
    if outlet is None:
        raise CatalogueError(wrong)
    return outlet


def find_outlet(outlets: Mapping[str, Outlet], outlet_id: str) -> Outlet:
    """Return an outlet by id. Raises `CatalogueError` naming the nearest id."""
    if outlet_id in outlets:
        return outlets[outlet_id]
    raise CatalogueError((f'"{outlet_id}" is not the id of an outlet{nearest(outlet_id, outlets)}',))


def _packaged() -> Iterator[tuple[str, str, bytes | str]]:
    root = Path(str(resources.files("monitor") / "outlets"))
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            if name.endswith(".toml"):
                yield f"outlets/{Path(folder).name}/{name}", name, (Path(folder) / name).read_bytes()


def _workspace(workspace_dir: Path | None) -> Iterator[tuple[str, str, bytes | str]]:
    """Yield source, file name and bytes, or the fault that keeps a file from being read."""
    if workspace_dir is None or not (workspace_dir / "outlets").is_dir():
        return
    root = (workspace_dir / "outlets").resolve()
    for path in sorted(root.rglob("*.toml")):
        source = f"outlets/{path.relative_to(root).as_posix()}"
        try:
            if not path.resolve().is_relative_to(root):
                yield source, path.name, "is a link that leads out of the folder of outlets"
            elif not path.is_file() or path.stat().st_size > MAX_BYTES:
                yield source, path.name, f"must be a file of at most {MAX_BYTES} bytes"
            else:
                yield source, path.name, path.read_bytes()
        except OSError as error:
            yield source, path.name, f"cannot be read: {error.strerror}"


def _table(source: str, name: str | None, raw: bytes | str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the table of a file whose id is its name, or the faults."""
    if isinstance(raw, str):
        return {}, (f"{source}: {raw}",)
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        return {}, (f"{source}: is not UTF-8: byte {error.start}",)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return {}, (f"{source}: is not TOML: {error}",)
    if name is not None and table.get("id") != name.removesuffix(".toml"):
        given = f'"{table["id"]}"' if "id" in table else "nothing"
        return table, (
            f'{source}: id: must be "{name.removesuffix(".toml")}" like the name of the file, it is {given}',
        )
    return table, ()


# ── writing ─────────────────────────────────────────────────────────────────


def outlet_path(outlet: Outlet) -> PurePosixPath:
    """Return where an outlet's file belongs: `outlets/<cc>/<id>.toml`."""
    return PurePosixPath("outlets", outlet.country.lower(), f"{outlet.id}.toml")


def write_outlet(workspace_dir: Path, outlet: Outlet) -> Path:
    """Write an outlet's file (mode 0600, whole or not at all) and return its path.

    An outlet that came from the workspace goes back to its own file. Raises `CatalogueError`, `OSError`.
    """
    text = dump_outlet(outlet)
    parse_outlet(text, str(outlet_path(outlet)))
    existing = sorted((workspace_dir / "outlets").rglob(f"{outlet.id}.toml"))
    path = existing[0] if existing else workspace_dir / outlet_path(outlet)
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


def dump_outlet(outlet: Outlet) -> str:
    """Return an outlet as TOML: what is required, then what differs from the defaults, then the feeds.

    `parse_outlet(dump_outlet(x), x.source_file) == x` for every valid outlet.
    """
    plain = replace(outlet, feeds=(), expect=Expect(), access=Access(), select=Select())
    bare = Outlet(id="", name="", homepage="", country="", languages=())
    always = ("id", "name", "homepage", "country", "languages", "timezone", "timezone_assumed", "ownership")
    lines = [
        f"{key} = {_value(getattr(plain, key))}"
        for key in OUTLET
        if key not in ("feed", "expect", "access", "select")
        and (key in always or getattr(plain, key) != getattr(bare, key))
    ]
    if outlet.expect != Expect():
        numbers = {key: getattr(outlet.expect, key) for key in ("articles_per_day", "silent_after_hours")}
        lines += ["", "[expect]", *(f"{key} = {_value(value)}" for key, value in numbers.items() if value is not None)]
    lines += _access_lines(outlet.access)
    if outlet.select != Select():
        chosen = {item.name: getattr(outlet.select, item.name) for item in fields(Select)}
        lines += ["", "[select]", *(f"{key} = {_value(value)}" for key, value in chosen.items() if value is not None)]
    blocks = [_feed_lines(feed) for feed in outlet.feeds]
    airy = len(lines) + sum(len(block) + 1 for block in blocks) <= MAX_LINES
    for place, block in enumerate(blocks):
        lines += ["", *block] if airy or place == 0 else block
    return "\n".join(lines) + "\n"


def _access_lines(access: Access) -> list[str]:
    bare = Access()
    told = [key for key in ("concurrency", "proxy", "verify_tls") if getattr(access, key) != getattr(bare, key)]
    lines = [f"{key} = {_value(getattr(access, key))}" for key in told]
    lines = ["", "[access]", *lines] if lines else []
    if access.headers:
        lines += ["", "[access.headers]", *(f"{name} = {_value(text)}" for name, text in access.headers)]
    return lines


def _feed_lines(feed: Feed) -> list[str]:
    bare = Feed(kind=feed.kind, url="")
    told = [key for key in _FEED_KEYS if key in ("kind", "url") or getattr(feed, key) != getattr(bare, key)]
    return ["[[feed]]", *(f"{key} = {_value(getattr(feed, key))}" for key in told)]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, StrEnum):
        value = value.value
    if isinstance(value, (int, float)):
        return repr(int(value)) if float(value).is_integer() else repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return '"' + "".join(_escaped(char) for char in str(value)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return f"\\u{ord(char):04x}" if ord(char) < 32 or ord(char) == 127 else char
