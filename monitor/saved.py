"""Saved searches: asked again by their name, and made into watches.

In      an open session; parameters as the site's search names them; who, and when
Out     rows of `saved_search`, each change with its audit row; a watch file in the workspace
Limits  a watch has words and properties of articles; role, status, person, story, review, dates of events it has not
Raises  SavedError with what would be right; WatchError where the watch cannot be written
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.filters import _PART
from monitor.watch_store import Changes, new_watch
from pipelines.analysis import tokens, wordforms
from pipelines.store.schema import AuditRow, SavedSearchRow

NAMES = (
    "q", "rule", "outlet", "tag", "ownership", "language", "country", "watch", "story", "nationality", "role", "status",
    "person", "figure", "since", "until", "event_since", "event_until", "reviewed", "relevant", "order",
)  # fmt: skip
_FIELDS = {"outlet": "outlet", "tag": "tag", "ownership": "ownership", "language": "lang", "country": "country",
           "nationality": "nationality"}  # fmt: skip
_FORWARD = frozenset({"q", "rule", "since", "until", "order", "relevant", *_FIELDS})
"""What a watch can keep, or needs not: it looks at what comes."""
LONGEST = 120


class SavedError(ValueError):
    """A search that cannot be saved, found or made a watch; `plain` says why without the words of the search."""

    def __init__(self, plain: str) -> None:
        super().__init__(plain)
        self.plain = plain


def from_query(text: str) -> dict[str, str]:
    """The parameters of an address's query.

    >>> from_query("?q=captured&language=uk&after=x")
    {'q': 'captured', 'language': 'uk'}
    """
    given = dict(parse_qsl(text.lstrip("?"), max_num_fields=50))
    return {name: given[name][:2000] for name in NAMES if given.get(name)}


def save(session: Session, name: str, asked: Mapping[str, str], by: str, now: datetime) -> dict[str, Any]:
    """Keep a search; under a name that is taken, in its place. Raises SavedError."""
    name = " ".join(name.replace("\x00", "").split())
    kept = {key: asked[key].replace("\x00", "") for key in NAMES if asked.get(key)}
    if not 0 < len(name) <= LONGEST:
        raise SavedError(f"a name of 1 to {LONGEST} characters is needed")
    if not kept:
        raise SavedError("a search with words or filters is needed")
    row = session.scalar(select(SavedSearchRow).where(SavedSearchRow.name == name))
    if row is None:
        row = SavedSearchRow(name=name, query=kept, saved_by=by, saved_at=now)
        session.add(row)
    elif row.saved_by != by:
        raise SavedError("somebody else has a search of that name")
    row.query, row.saved_at = kept, now
    session.flush()
    _note(session, "search save", row, by, now)
    return as_dict(row)


def every(session: Session) -> list[dict[str, Any]]:
    """All saved searches, by name."""
    return [as_dict(row) for row in session.scalars(select(SavedSearchRow).order_by(SavedSearchRow.name))]


def find(session: Session, key: str) -> SavedSearchRow:
    """A saved search by its number or name. Raises SavedError."""
    row = session.get(SavedSearchRow, int(key)) if re.fullmatch("[0-9]{1,18}", key) else None
    row = row or session.scalar(select(SavedSearchRow).where(SavedSearchRow.name == key.replace("\x00", "")))
    if row is None:
        raise SavedError("there is no such saved search")
    return row


def remove(session: Session, key: str, by: str, now: datetime, *, anybodys: bool = True) -> dict[str, Any]:
    """Take a saved search away. Raises SavedError."""
    row = find(session, key)
    if not anybodys and row.saved_by != by:
        raise SavedError("only who saved a search, or an editor, takes it away")
    done = as_dict(row)
    _note(session, "search remove", row, by, now)
    session.delete(row)
    session.flush()
    return done


def to_watch(session: Session, key: str, workspace: Path, by: str, now: datetime) -> dict[str, Any]:
    """Write a watch that looks for the same. Raises SavedError, WatchError."""
    row = find(session, key)
    rule = rule_of(row.query)
    name = _id(row.name, row.id)
    new_watch(workspace, name, row.name, [rule], ["all"], Changes())
    row.watch_id = name
    session.flush()
    _note(session, "search watch", row, by, now)
    return {**as_dict(row), "rule": rule}


def as_dict(row: SavedSearchRow) -> dict[str, Any]:
    """Ready for JSON."""
    return {"id": row.id, "title": row.name, "query": dict(row.query), "saved_by": row.saved_by,
            "saved_at": row.saved_at, "watch": row.watch_id}  # fmt: skip


def rule_of(asked: Mapping[str, str]) -> str:
    """The rule that finds what a search finds. Raises SavedError where a watch cannot ask that.

    >>> rule_of({"q": 'captured "foreign fighters" -film recruit*', "language": "en"})
    'captured AND "foreign fighters" AND NOT film AND recruit* AND lang:"en"'
    """
    beyond = [name for name in asked if name not in _FORWARD]
    if beyond:
        raise SavedError(f"a watch cannot ask for {', '.join(beyond)}: save the search without it")
    parts = [f"({asked['rule']})"] if asked.get("rule") else []
    parts += [_term(*found) for found in _PART.findall(asked.get("q", "").replace("\x00", " "))]
    parts += [f'{field}:"{_quoted(asked[name])}"' for name, field in _FIELDS.items() if asked.get(name)]
    parts = [part for part in parts if part]
    if not parts:
        raise SavedError("a watch needs a word, a rule or a filter")
    return " AND ".join(parts)


def _term(minus: str, field: str, quoted: str, word: str) -> str:
    raw = quoted or word
    prefix = not quoted and raw.endswith("*")
    keys = tokens.query_keys(raw.rstrip("*"))
    if not keys:
        return ""
    forms = wordforms.forms(keys[0]) if len(keys) == 1 and not prefix and not quoted else ()
    plain = _quoted(raw.rstrip("*"))
    if len(forms) > 30:  # a Slavic word: what all its forms begin with
        plain, prefix = min(forms, key=len), True
    shown = f"{plain}*" if prefix else plain
    shown = shown if re.fullmatch(r"[\w']+\*?", shown) and shown.upper() not in ("AND", "OR", "NOT") else f'"{shown}"'
    return ("NOT " if minus else "") + (f"{field}:" if field else "") + shown


def _quoted(text: str) -> str:
    return " ".join(text.replace('"', " ").replace("\\", " ").split())


def _id(name: str, number: int) -> str:
    """The id of a watch: small letters, digits and `-`."""
    made = re.sub("[^a-z0-9]+", "-", tokens.fold(name)).strip("-")[:40]
    return made or f"search-{number}"


def _note(session: Session, action: str, row: SavedSearchRow, by: str, now: datetime) -> None:
    session.add(AuditRow(at=now, actor=by, action=action, target=f"search:{row.id}", detail={}))
