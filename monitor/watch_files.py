"""Read one watch file: check every key, write every rule out for its languages.

In      a TOML table and the `ListBook`
Out     `Reading`: the `Watch`, or the faults that stand in its way
Raises  `Fault` for what is wrong with the file as a whole
"""

from __future__ import annotations

import re
import reprlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.addresses import reachable
from pipelines.analysis.rules import RuleError, check
from pipelines.records import Recipient, RuleText, Watch

if TYPE_CHECKING:
    from monitor.watch_lists import ListBook

LISTS_PREFIX = "lists-"
RATES = ("immediate", "hourly", "daily", "weekly", "off")
LINKS = ("none", "local", "original")
WATCH_KEYS: Mapping[str, type | tuple[type, ...]] = {
    "id": str, "name": str, "description": str, "version": (str, int), "enabled": bool, "languages": list,
    "rate": str, "at": str, "alert_threshold": (int, float), "possible_threshold": (int, float),
    "extends": str, "names_cleared": bool, "rules": list, "recipients": list, "lists": dict, "examples": dict,
    "status": str, "evidence": dict,
}  # fmt: skip
RULE_KEYS: Mapping[str, type | tuple[type, ...]] = {
    "id": str, "query": str, "score": (int, float), "topic": str, "languages": list, "except": list
}  # fmt: skip
KINDS: Mapping[type, str] = {
    str: 'a text ("…")', int: "a whole number", float: "a number", bool: "true or false", list: "a list ([…])",
    dict: "a table ([name] with lines below)",
}  # fmt: skip
RECIPIENT_KEYS: Mapping[str, type | tuple[type, ...]] = {"address": str, "rate": str, "links": str}
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Fault(ValueError):
    """One thing wrong in a file: `path: key: what`."""

    def __init__(self, path: Path, key: str, what: str) -> None:
        super().__init__(f"{path}: {key}: {what}" if key else f"{path}: {what}")


class Unknown(ValueError):
    """A name that nothing has, with the nearest one that something has.

    The nearest is looked for when it is told: most unknown names are lists that a language leaves out, and
    comparing every name with every list took longer than all else in the reading of the watches.
    """

    def __init__(self, name: str, nearest: Callable[[], str], column: int) -> None:
        super().__init__(name, column)
        self.name = name
        self.nearest = nearest
        self.column = column

    def __str__(self) -> str:
        return f"{self.name} is no list{self.nearest()} (character {self.column})"


@dataclass(slots=True)
class Faults:
    """Faults as lines, in the order in which they were met."""

    lines: list[str] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Note one."""
        self.lines.append(str(fault))

    def more(self, lines: Iterable[str]) -> None:
        """Note several."""
        self.lines.extend(lines)


@dataclass(frozen=True, slots=True)
class Reading:
    """A watch, or `None` and why."""

    watch: Watch | None
    faults: tuple[str, ...] = ()


def read_watch(path: Path, table: Mapping[str, Any], book: ListBook) -> Reading:
    """Return the watch that a file declares."""
    faults = Faults()
    _keys(path, "", table, WATCH_KEYS, faults)
    for key in ("id", "name", "rules"):
        if not table.get(key) and not (key == "rules" and table.get("evidence")):
            faults.add(Fault(path, key, "is missing"))
    if faults.lines:
        return Reading(None, tuple(faults.lines))
    if not _ID.fullmatch(table["id"]):
        faults.add(Fault(path, "id", f"{table['id']!r} may have small letters, digits and - only"))
    _choice(path, "rate", table.get("rate", "daily"), RATES, faults)
    if not _HOUR.fullmatch(table.get("at", "07:00")):
        faults.add(Fault(path, "at", f"{table['at']!r} is no hour; write it as 07:00"))
    from monitor.watch_evidence import read_evidence

    own = _own_lists(path, table, faults)
    recipients = _recipients(path, table.get("recipients", ()), faults)
    languages = _languages(path, "languages", table.get("languages", ()), book, faults)
    proven = book.vouches_for(path, table)
    rules, lists = _rules(path, table.get("rules", ()), languages, own, book, faults, proven=proven)
    evidence, more = read_evidence(path, table.get("evidence"), languages, own, book, faults)
    lists += tuple(one for one in more if one not in lists)
    if not rules and not evidence and not faults.lines:
        faults.add(Fault(path, "rules", "no rule is left for any language"))
    if faults.lines:
        return Reading(None, tuple(faults.lines))
    spoken = {language for rule in rules for language in rule.languages} | (set(languages) if evidence else set())
    drafts = spoken if table.get("status") == "draft" else {one for one in spoken if book.status.get(one) != "checked"}
    return Reading(
        Watch(
            id=table["id"],
            name=table["name"],
            rules=rules,
            recipients=recipients,
            rate=table.get("rate", "daily"),
            at=table.get("at", "07:00"),
            alert_threshold=float(table.get("alert_threshold", 3)),
            possible_threshold=float(table.get("possible_threshold", table.get("alert_threshold", 3) / 2)),
            names_cleared=table.get("names_cleared", False),
            lists=lists,
            draft_languages=tuple(sorted(drafts)),
            description=table.get("description", ""),
            enabled=table.get("enabled", True),
            version=str(table.get("version", "1")),
            source_file=str(path),
            evidence=evidence,
        )
    )


def _keys(
    path: Path, where: str, table: Mapping[str, Any], known: Mapping[str, type | tuple[type, ...]], faults: Faults
) -> None:
    for key, value in table.items():
        place = f"{where}.{key}" if where else key
        if key not in known:
            close = get_close_matches(key, list(known), 1, 0.5)
            faults.add(Fault(path, place, f"is no key{f'; the nearest is {close[0]}' if close else ''}"))
        elif not isinstance(value, known[key]) or (isinstance(value, bool) and known[key] is not bool):
            faults.add(Fault(path, place, wrong_kind(value, known[key])))


def wrong_kind(value: object, wanted: type | tuple[type, ...]) -> str:
    """What to say of a value of another kind than is wanted: the value, cut short, and how the right one is written."""
    kinds = wanted if isinstance(wanted, tuple) else (wanted,)
    return f"{reprlib.repr(value)} is not of the right kind: {' or '.join(KINDS[kind] for kind in kinds)} is wanted"


def _choice(path: Path, key: str, value: object, known: Sequence[str], faults: Faults) -> None:
    if value not in known:
        close = get_close_matches(str(value), known, 1, 0.5)
        nearest = f"; the nearest is {close[0]}" if close else ""
        faults.add(Fault(path, key, f"{value!r} is not one of {', '.join(known)}{nearest}"))


def _own_lists(path: Path, table: Mapping[str, Any], faults: Faults) -> dict[str, tuple[str, ...]]:
    from monitor.watch_lists import read_terms

    own = {}
    for name, words in table.get("lists", {}).items():
        try:
            own[name] = read_terms(path, f"lists.{name}", words)
        except Fault as fault:
            faults.add(fault)
    return own


def _recipients(path: Path, rows: Sequence[Any], faults: Faults) -> tuple[Recipient, ...]:
    found = []
    for index, row in enumerate(rows):
        where = f"recipients[{index}]"
        if not isinstance(row, dict) or not isinstance(row.get("address"), str):
            faults.add(Fault(path, f"{where}.address", "is missing"))
            continue
        _keys(path, where, row, RECIPIENT_KEYS, faults)
        if reachable(row["address"]) is None:
            faults.add(Fault(path, f"{where}.address", f"{row['address']!r} is no mail address and no web address"))
        if "rate" in row:
            _choice(path, f"{where}.rate", row["rate"], RATES, faults)
        _choice(path, f"{where}.links", row.get("links", "original"), LINKS, faults)
        found.append(Recipient(row["address"], row.get("rate"), row.get("links", "original")))
    return tuple(found)


def _languages(path: Path, key: str, asked: Sequence[str], book: ListBook, faults: Faults) -> tuple[str, ...]:
    """Return the languages of a `languages` key; `["all"]` are those that have word lists."""
    if list(asked) == ["all"]:
        return book.languages
    for language in asked:
        if not isinstance(language, str) or not re.fullmatch("[a-z]{2,3}", language):
            faults.add(Fault(path, key, f"{language!r} is no language code such as en or uk"))
    return tuple(asked)


def _rules(
    path: Path,
    rows: Sequence[Any],
    languages: tuple[str, ...],
    own: Mapping[str, tuple[str, ...]],
    book: ListBook,
    faults: Faults,
    *,
    proven: bool,
) -> tuple[tuple[RuleText, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    rules: list[RuleText] = []
    lists: dict[str, tuple[str, ...]] = {}
    for index, row in enumerate(rows):
        where = f"rules[{index}]"
        if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not isinstance(row.get("query"), str):
            faults.add(Fault(path, where, "needs an id and a query"))
            continue
        known = len(faults.lines)
        _keys(path, where, row, RULE_KEYS, faults)
        if len(faults.lines) > known:
            continue
        asked = (
            _languages(path, f"{where}.languages", row["languages"], book, faults) if "languages" in row else languages
        )
        spoken: list[str | None] = [one for one in asked if one not in row.get("except", ())]
        for language in spoken if asked else [None]:
            rule = _rule(path, f"{where} ({row['id']})", row, language, own, book, lists, faults, proven=proven)
            if rule is not None:
                rules.append(rule)
    times = Counter(rule.id for rule in rules)
    for twice in sorted(one for one, count in times.items() if count > 1):
        faults.add(Fault(path, "rules", f"two rules have the id {twice}"))
    return tuple(rules), tuple(lists.items())


def _rule(
    path: Path,
    where: str,
    row: Mapping[str, Any],
    language: str | None,
    own: Mapping[str, tuple[str, ...]],
    book: ListBook,
    lists: dict[str, tuple[str, ...]],
    faults: Faults,
    *,
    proven: bool,
) -> RuleText | None:
    """Return one rule for one language, checked unless `proven`; `None` when it has a fault, which is noted."""
    spoken = (language,) if language else ()
    name = f"{row['id']}.{language}" if language else row["id"]
    try:
        query, used = book.resolve(row["query"], language, own)
        rule = RuleText(name, query, float(row.get("score", 3)), row.get("topic"), spoken)
        if not proven:
            check(rule, dict(used))
    except RuleError as error:
        faults.add(Fault(path, f"{where}.query", f"{error}\n    {error.pointer().replace(chr(10), chr(10) + '    ')}"))
    except Unknown as error:
        if language is not None and book.leaves_out(error.name, language):
            return None  # a typo is still told: no language has such a list
        faults.add(Fault(path, f"{where}.query", str(error) + (f" for language {language}" if language else "")))
    else:
        lists.update(used)
        return rule
    return None
