"""The word lists that rules name as `$name`: of languages, of the nationalities, of the watch itself.

In      the tables of `lists-xx.toml` files; the nationalities of the analysis
Short   a language whose file says `short = true` has some lists only: packaged rules that need others skip it
Out     `ListBook.resolve(query, language, own)`: the query with each `$name` made `$name_xx`, and the lists it uses
Raises  `Unknown` with the nearest name
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from monitor.watch_files import Fault, Faults, Unknown
from pipelines.analysis import nationalities

Terms = tuple[str, ...]
Lists = tuple[tuple[str, Terms], ...]

PARTIES = frozenset({"RU", "UA", "IL", "PS"})
"""Whose people fight at home in the wars watched most: their nationality says nothing about foreign fighters."""

MADE_OF = ("rules", "lists", "languages", "evidence")
"""What a file that extends another must leave alone for its rules to be the other's."""

_NAME = re.compile(r"\$([\w-]+)")


class ListBook:
    """All lists, `name_xx` → terms; those of a workspace replace packaged ones of the same name and language."""

    def __init__(
        self,
        tables: Iterable[tuple[Path, Mapping[str, Any]]],
        faults: Faults,
        proven: Path | None = None,
        shipped: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Read the lists. Rules of files in the folder `proven` (tables: `shipped`) are right with its lists alone."""
        self.lists: dict[str, Terms] = {}
        self.status: dict[str, str] = {}
        self.short: set[str] = set()
        self._kinds = {"nat", "land"}
        self._proven = proven
        self._shipped = shipped
        for path, table in tables:
            if path.parent != proven:
                self._proven = None
            try:
                self._add(path, table)
            except Fault as fault:
                faults.add(fault)
        self.languages = tuple(sorted(self.status))

    def _add(self, path: Path, table: Mapping[str, Any]) -> None:
        language = table.get("language")
        if not isinstance(language, str) or not language:
            raise Fault(path, "language", "is missing: which language are these words of?")
        if table.get("status") not in ("checked", "draft"):
            raise Fault(path, "status", f"{table.get('status')!r} is not one of checked, draft")
        for name, words in table.get("lists", {}).items():
            self._kinds.add(name)
            self.lists[f"{name}_{language}"] = read_terms(path, f"lists.{name}", words)
        self.status[language] = table["status"]
        if table.get("short") is True:
            self.short.add(language)

    def vouches_for(self, path: Path, table: Mapping[str, Any]) -> bool:
        """Say whether the rules of this file need no check: nothing that they are made of can have changed."""
        if self._proven is None:
            return False
        return path.parent == self._proven or any(
            all(table.get(key) is base.get(key) for key in MADE_OF) for base in self._shipped
        )

    def find(self, name: str) -> Terms | None:
        """Return the terms of `name_xx`, `None` when there is no such list."""
        if name not in self.lists:
            kind, _, language = name.rpartition("_")
            found = _nationality(kind, language)
            if found:
                self.lists[name] = found
        return self.lists.get(name)

    def resolve(self, query: str, language: str | None, own: Mapping[str, Terms]) -> tuple[str, Lists]:
        """Return `query` with the lists of `language`, and every list that it names."""
        used: dict[str, Terms] = {}
        parts = list(_split(query))
        for index in range(1, len(parts), 2):
            asked = parts[index]
            for full in (asked, f"{asked}_{language}"):
                terms = own.get(full) or self.lists.get(full) or ("_" in full and self.find(full))
                if terms:
                    used[full] = terms
                    parts[index] = f"${full}"
                    break
            else:
                column = sum(map(len, _split(query)[:index])) + index // 2 + 1
                raise Unknown(f"${asked}", partial(self.nearest, asked, own), column)
        return "".join(parts), tuple(used.items())

    def leaves_out(self, name: str, language: str) -> bool:
        """Say whether `$name` is a list of other languages that the short lists of this one do not have."""
        return language in self.short and name.removeprefix("$") in self._kinds

    def nearest(self, name: str, own: Mapping[str, Terms]) -> str:
        known = {*own, *self.lists, *(key.rpartition("_")[0] for key in self.lists), "nat", "land"}
        close = get_close_matches(name, sorted(known), 1, 0.5)
        return f"; the nearest is ${close[0]}" if close else ""


@lru_cache(maxsize=4_096)
def _split(query: str) -> tuple[str, ...]:
    """Text and `$names` (without the sign) of a query in turn: the same for each of its languages."""
    return tuple(_NAME.split(query))


def _nationality(kind: str, language: str) -> Terms:
    """Return `$nat_xx` (what people of a country are called) or `$land_xx` (countries), without the parties."""
    tables = {"nat": nationalities.stems, "land": nationalities.countries}
    if kind not in tables:
        return ()
    if language in ("zh", "ko") and kind == "land":
        kind = "nat"
    found = tables[kind](language)
    return tuple(dict.fromkeys(term for code, terms in found.items() if code not in PARTIES for term in terms if term))


def read_terms(path: Path, key: str, words: object) -> Terms:
    """Return the terms of a list: an array of strings, or one string with commas."""
    if isinstance(words, str):
        found = tuple(word.strip() for word in words.split(",") if word.strip())
    elif isinstance(words, list) and all(isinstance(word, str) for word in words):
        found = tuple(words)
    else:
        raise Fault(path, key, "is neither an array of words nor words between commas")
    if not found:
        raise Fault(path, key, "is empty")
    return found
