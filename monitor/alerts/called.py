"""What a watch may be called outside: its name, or a case reference where it follows a person.

In      a watch, the secret of the workspace
Out     words without a person's name in them
"""

from __future__ import annotations

import re
import tomllib
from functools import cache

from monitor.alerts.message import plain
from monitor.protection import Policy, case_reference, speak
from monitor.protection_spelling import words
from monitor.protection_text import unvouched
from monitor.watches import PACKAGED
from pipelines.records import Watch

OPERATORS = frozenset({"and", "or", "not", "near", "figure", "person", "outlet", "title"})
_LOOKED_FOR: dict[str, tuple[object, frozenset[str]]] = {}


@cache
def _shipped_names() -> frozenset[str]:
    """What the watches of the package are called: these are our words."""
    tables = (tomllib.loads(path.read_text(encoding="utf-8")) for path in PACKAGED.glob("*.toml"))
    return frozenset(str(table["name"]) for table in tables if "name" in table)


def public_label(watch: Watch, secret: bytes) -> str:
    """A watch's name where nothing of its stories is at hand: what may be a name in it is masked."""
    if watch.person is not None:
        return f"case-{watch.name}"
    if watch.name in _shipped_names():
        return plain(watch.name, 80)
    spoken = speak(watch.name, (), Policy(secret=secret))
    if is_person_watch(watch) or not spoken.usable:
        return case_reference(watch.id, secret)
    return plain(spoken.text, 80)


def is_person_watch(watch: Watch) -> bool:
    """Whether a watch follows a named person: a rule asks for a figure by name, or its own name stands in a rule."""
    asked = any(sign in rule.query.casefold() for rule in watch.rules for sign in ("figure:", "person:"))
    return asked or watched_names(watch, f"{watch.name} {watch.id}")


def watched_names(watch: Watch, label: str) -> bool:
    """Whether a word of `label` that no list vouches for is one that the watch's rules look for by name."""
    said = " ".join(w.folded for w in words(label))
    return any(
        re.search(rf"(?<!\w){re.escape(w)}(?!\w)" if w.isascii() else re.escape(w), said) for w in _looked_for(watch)
    )


def _looked_for(watch: Watch) -> frozenset[str]:
    """The words of the rules that no list vouches for: read once a watch, a thousand rules take a while."""
    known = _LOOKED_FOR.get(watch.id)
    if known is None or known[0] is not watch.rules:
        found = {w for rule in watch.rules for w in unvouched(rule.query) if w not in OPERATORS}
        known = _LOOKED_FOR[watch.id] = (watch.rules, frozenset(found))
    return known[1]
