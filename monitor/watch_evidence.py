"""Read the `[evidence]` of a watch file: kinds of words, and what they weigh where several meet.

In      the TOML table, the watch's languages and lists
Out     `Evidence`, and every list that its kinds are made of, one a language
Raises  nothing; faults are noted with their key and the nearest valid word
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.watch_files import Fault, Faults, wrong_kind
from pipelines.records import Evidence

if TYPE_CHECKING:
    from monitor.watch_lists import ListBook

Lists = tuple[tuple[str, tuple[str, ...]], ...]
KEYS: Mapping[str, type | tuple[type, ...]] = {
    "kinds": dict, "weights": dict, "like": dict, "start": (int, float), "window": int, "near": int,
    "long": (int, float), "late": (int, float), "topic": str,
}  # fmt: skip
JOINTS = ("with", "near")


def read_evidence(
    path: Path,
    table: Mapping[str, Any] | None,
    languages: tuple[str, ...],
    own: Mapping[str, tuple[str, ...]],
    book: ListBook,
    faults: Faults,
) -> tuple[Evidence | None, Lists]:
    """Return the evidence that a watch file declares, `None` where it declares none or a wrong one."""
    if table is None:
        return None, ()
    known = len(faults.lines)
    for key, value in table.items():
        if key not in KEYS:
            close = get_close_matches(key, list(KEYS), 1, 0.5)
            faults.add(Fault(path, f"evidence.{key}", "is no key" + (f"; the nearest is {close[0]}" if close else "")))
        elif not isinstance(value, KEYS[key]) or isinstance(value, bool):
            faults.add(Fault(path, f"evidence.{key}", wrong_kind(value, KEYS[key])))
    for key in ("kinds", "weights", "start"):
        if key not in table:
            faults.add(Fault(path, f"evidence.{key}", "is missing"))
    if len(faults.lines) > known:
        return None, ()
    kinds, lists = _kinds(path, table["kinds"], languages, own, book, faults)
    _weights(path, table["weights"], [name for name, _ in kinds], faults)
    if len(faults.lines) > known:
        return None, ()
    plain: dict[str, Any] = {key: table[key] for key in ("window", "near", "topic") if key in table}
    plain |= {key: float(table[key]) for key in ("start", "long", "late") if key in table}
    weights = tuple((name, float(points)) for name, points in table["weights"].items())
    return Evidence(kinds, weights, like=tuple(table.get("like", {}).items()), **plain), lists


def _kinds(
    path: Path,
    table: Mapping[str, Any],
    languages: tuple[str, ...],
    own: Mapping[str, tuple[str, ...]],
    book: ListBook,
    faults: Faults,
) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], Lists]:
    """Return the kinds with the names of their lists, and those lists; a language may lack some of them."""
    kinds: list[tuple[str, tuple[str, ...]]] = []
    lists: dict[str, tuple[str, ...]] = {}
    for kind, said in table.items():
        names = tuple(name.strip().removeprefix("$") for name in str(said).split(",") if name.strip())
        for name in names:
            found = {name: own[name]} if name in own else {}
            found |= {full: terms for one in languages if (terms := book.find(full := f"{name}_{one}"))}
            lists |= found
            if not found:
                faults.add(Fault(path, f"evidence.kinds.{kind}", f"${name} is no list{book.nearest(name, own)}"))
        kinds.append((kind, names))
    return tuple(kinds), tuple(lists.items())


def _weights(path: Path, table: Mapping[str, Any], kinds: list[str], faults: Faults) -> None:
    """Note every weight that names no kind or is no number."""
    for name, points in table.items():
        words = name.split(" ")
        shape = len(words) == 1 or words[1:] in (["twice"], ["often"]) or (len(words) == 3 and words[1] in JOINTS)
        strange = [word for word in (words[0], *words[2:]) if word not in kinds]
        if not shape:
            said = "is not `kind`, `kind twice`, `kind with kind` or `kind near kind`"
        elif strange:
            close = get_close_matches(strange[0], kinds, 1, 0.5)
            said = f"{strange[0]} is no kind" + (f"; the nearest is {close[0]}" if close else "")
        elif not isinstance(points, int | float) or isinstance(points, bool):
            said = f"{points!r} is no number"
        else:
            continue
        faults.add(Fault(path, f'evidence.weights."{name}"', said))
