"""A folder that explains itself: the data, `codebook.md`, `coverage.csv` and `datapackage.json`.

In      an open session, datasets, a form, a policy, a filter, a folder
Out     the written files; each is whole or not there, readable by its owner alone
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from monitor import __version__
from monitor.exports import datasette
from monitor.exports.boundary import Boundary
from monitor.exports.codebook import DATASETS, INTRODUCTION, Dataset, as_markdown, datasets
from monitor.exports.stream import stream
from monitor.protection import Policy
from monitor.query import Filter

SUFFIX = {"csv": "csv", "jsonl": "jsonl", "ftm": "ftm.jsonl", "atom": "atom", "sqlite": "db"}
_MEDIA = {"csv": "text/csv", "jsonl": "application/x-ndjson", "ftm": "application/json+ftm",
          "atom": "application/atom+xml"}  # fmt: skip
_FRICTIONLESS = {"list": "string"}


def write_file(path: Path, pieces: Iterable[bytes]) -> tuple[int, str]:
    """Write a file whole, for its owner alone; gives its size and SHA-256."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    size, digest = 0, hashlib.sha256()
    try:
        with fresh.open("wb") as opened:
            for piece in pieces:
                opened.write(piece)
                digest.update(piece)
                size += len(piece)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)  # of an export that was broken off nothing is left
    return size, digest.hexdigest()


def write_folder(
    session: Session,
    folder: Path,
    names: Sequence[str],
    form: str,
    policy: Policy,
    wanted: Filter | None = None,
    *,
    now: datetime,
    only: Iterable[int] | None = None,
    public_url: str = "",
    raw: bool = False,
    workers: int = 0,
) -> list[Path]:
    """Write the datasets and what explains them into `folder`. Raises OSError, ExportError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    these = None if only is None else frozenset(only)
    if form == "sqlite":
        datasette.write(session, folder / "monitor.db", policy, wanted, these, workers=workers)
        described = json.dumps(datasette.metadata(), ensure_ascii=False, indent=2)
        write_file(folder / "metadata.json", [described.encode()])
        write_file(folder / "codebook.md", [as_markdown().encode()])
        return [folder / name for name in ("monitor.db", "metadata.json", "codebook.md")]
    written, resources = [], []
    plan = [(name, form) for name in names] + ([("coverage", "csv")] if "coverage" not in names else [])
    for name, kind in plan:
        path = folder / f"{name}.{SUFFIX[kind]}"
        made = stream(session, name, kind, policy, wanted, now=now, only=these, public_url=public_url, raw=raw,
                      workers=workers)  # fmt: skip
        size, digest = write_file(path, made)
        resources.append(_resource(datasets()[name], path.name, kind, size, digest))
        written.append(path)
    write_file(folder / "codebook.md", [as_markdown(tuple(dict.fromkeys(n for n, _ in plan))).encode()])
    described = json.dumps(_described(resources, policy, wanted, now), ensure_ascii=False, indent=2)
    write_file(folder / "datapackage.json", [described.encode()])
    return [*written, folder / "codebook.md", folder / "datapackage.json"]


def _resource(table: Dataset, path: str, form: str, size: int, digest: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": table.name,
        "path": path,
        "description": f"{table.about}.",
        "mediatype": _MEDIA[form],
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{digest}",
    }
    if form != "csv":
        return made
    schema: dict[str, Any] = {
        "fields": [
            {"name": c.name, "type": _FRICTIONLESS.get(c.type, c.type), "description": c.about} for c in table.columns
        ],
        "missingValues": [""],
    }
    if "id" in table.names:
        schema["primaryKey"] = "id"
    return {**made, "profile": "tabular-data-resource", "schema": schema}


def _described(resources: list[dict[str, Any]], policy: Policy, wanted: Filter | None, now: datetime) -> dict[str, Any]:
    return {
        "name": "news-monitor-export",
        "title": "News monitor: what outlets report, as a machine read it",
        "profile": "data-package",
        "created": now.isoformat(timespec="seconds"),
        "description": " ".join(INTRODUCTION),
        "version": __version__,
        "names_shown": policy.names_cleared,
        "filter": dict(_asked(wanted or Filter(), policy)),
        "resources": resources,
    }


def _asked(wanted: Filter, policy: Policy) -> Iterator[tuple[str, Any]]:
    """What was filtered by; words and names that were searched for stay here with the names."""
    hidden = () if policy.names_cleared else ("text", "name")
    for one in fields(Filter):
        value = getattr(wanted, one.name)
        if one.name in ("limit", "offset") or value == one.default:
            continue
        if one.name in hidden:
            value = "(withheld)"
        elif one.name == "watch":
            value = Boundary(policy).watch(value)
        yield one.name, value.isoformat() if isinstance(value, datetime) else value


__all__ = ["DATASETS", "SUFFIX", "write_file", "write_folder"]
