"""What every column of an export means: one table makes the headers, the types, the masking and the codebook.

In      the packaged `codebook.toml`
Out     `Dataset` records in the order of the file
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

DATASETS = ("articles", "matches", "persons", "counts", "stories", "coverage")
MASKS = frozenset({"open", "text", "name", "url", "watch", "named"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type in the words of Frictionless Table Schema (and `list`), its way through the boundary."""

    name: str
    type: str
    mask: str
    about: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """One export and its columns, in order."""

    name: str
    about: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The header."""
        return tuple(column.name for column in self.columns)


@cache
def datasets() -> Mapping[str, Dataset]:
    """Every dataset by name."""
    table = tomllib.loads(files("monitor").joinpath("exports", "codebook.toml").read_text(encoding="utf-8"))
    return {name: _dataset(name, table[name], table["shared"]) for name in DATASETS}


def _dataset(name: str, entries: Mapping[str, Any], shared: Mapping[str, Any]) -> Dataset:
    columns = []
    for key, entry in entries.items():
        if key == "about":
            continue
        made = shared[key] if entry == "shared" else entry
        column = Column(key, made["type"], made["mask"], made["about"])
        if column.mask not in MASKS:
            raise ValueError(f"codebook.toml: {name}.{key}: mask is one of {', '.join(sorted(MASKS))}")
        columns.append(column)
    return Dataset(name, entries["about"], tuple(columns))


def as_markdown(names: tuple[str, ...] = DATASETS) -> str:
    """The codebook for a reader."""
    lines = ["# Codebook", "", *INTRODUCTION, ""]
    for name in names:
        dataset = datasets()[name]
        lines += [f"## {name}", "", f"{dataset.about}.", "", "| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{c.name}` | {c.type} | {c.about} |" for c in dataset.columns] + [""]
    return "\n".join(lines)


INTRODUCTION = (
    "Every row is a claim of a source as a machine read it, unless `review` says that a person did.",
    "Times are UTC. Empty means not known. Lists are joined by `; ` in CSV.",
    "Names of persons are initials and a stable reference unless they hold public office, or were cleared by hand.",
    "More articles are read from year to year as outlets are added: set every number against `coverage`.",
)
