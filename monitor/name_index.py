"""An index of the names that stand in articles, so that a person is found without reading every name.

In      an engine or an open session; a name in any script
Out     rows of `name_index`: each distinct name under its keys (`analysis.names`); the names that share a key with one
Whole   figures read since the index was last brought up to date are looked through one by one: none is ever missed
Anew    when the analysis that makes the keys has another version
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.orm import Session

from pipelines.analysis.names import keys, part_keys, profile
from pipelines.records import ANALYSIS_VERSION
from pipelines.store.batch import writing
from pipelines.store.derive import name_key
from pipelines.store.schema import WITH_REJECTED, FigureRow, NameIndexRow, NameIndexStateRow

_STATE = 1
_VERSION = f"{ANALYSIS_VERSION} parts"
"""Of the keys in the index: with those of single parts."""
MOST_PARTS, SURNAME = 6, 2
_PIECE, _AT_ONCE = 500, 3000


def _reach(session: Session) -> int:
    """The number of the last figure whose name is in the index."""
    state = session.get(NameIndexStateRow, _STATE)
    return state.figure_id if state is not None and state.version == _VERSION else 0


def bring_up_to_date(engine: Engine) -> int:
    """Put the names of all figures that came since into the index; how many figures were looked at."""
    done = 0
    while True:
        with writing(engine) as opened:  # a piece at a time, so that nobody waits long for the right to write
            looked = _piece(opened)
        if not looked:
            return done
        done += looked


def _piece(session: Session) -> int:
    reach = _reach(session)
    if not reach:
        session.execute(delete(NameIndexRow))
    rows = select(FigureRow.id, FigureRow.name).where(FigureRow.id > reach).order_by(FigureRow.id).limit(_AT_ONCE)
    found = session.execute(rows.execution_options(**WITH_REJECTED)).all()
    if found:
        add(session, [row.name for row in found])
        session.merge(NameIndexStateRow(id=_STATE, version=_VERSION, figure_id=found[-1].id))
        session.flush()
    return len(found)


def add(session: Session, names: Iterable[str]) -> None:
    """Put names into the index; those that are there stay."""
    every = sorted(set(names))
    for at in range(0, len(every), _PIECE):
        part = every[at : at + _PIECE]
        known = set(session.scalars(select(NameIndexRow.name).where(NameIndexRow.name.in_(part))))
        rows = [{"key": key, "name": name} for name in part if name not in known for key in sorted(_keys(name))]
        if rows:
            session.execute(insert(NameIndexRow), rows)


def _keys(name: str) -> set[str]:
    """The keys of a name, of each of its parts, and the name itself: a name without keys is found as it is written."""
    return {*keys(name), *(f"p:{key}" for key in _part_keys(name)), f"={name_key(name)}"}


def _part_keys(name: str) -> set[str]:
    """What a name is found by when one part of it is asked for; in a script without spaces the surname in front."""
    found = profile(name)
    if found.han or found.hangul:
        return {name[:1], name[:2]}
    return {key for part in found.parts[:MOST_PARTS] for key in part_keys(part)}


def _asked(name: str) -> set[str]:
    """The keys to look for: those of parts alone only where a single part is asked for."""
    found = profile(name)
    if found.han or found.hangul:
        return _keys(name) if len(name) <= SURNAME else _keys(name) - {f"p:{key}" for key in _part_keys(name)}
    return _keys(name) if len(found.parts) == 1 else {key for key in _keys(name) if not key.startswith("p:")}


def alike(session: Session, name: str) -> Iterator[str]:
    """Every name in the articles that shares a key with `name`; each once."""
    wanted = _asked(name)
    seen: set[str] = set()
    found = select(NameIndexRow.name).where(NameIndexRow.key.in_(sorted(wanted))).distinct()
    later = select(FigureRow.name).where(FigureRow.id > _reach(session)).distinct()
    for known in session.scalars(found):
        seen.add(known)
        yield known
    for known in session.scalars(later):
        if known not in seen and wanted & _keys(known):
            yield known


def forget(session: Session, names: Iterable[str]) -> int:
    """Take names out of the index, when a person was erased; how many rows went."""
    gone = session.execute(delete(NameIndexRow).where(NameIndexRow.name.in_(sorted(set(names)))))
    return int(getattr(gone, "rowcount", 0) or 0)
