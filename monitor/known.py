"""Words of a filter that nobody knows: a slip of the pen must not read like "no news".

In      an open session, a `Filter` that found nothing, what the workspace declares
Out     the first unknown `Word`: which filter, and what is said of it with the nearest word; None where all are known
Limits  asked only where nothing was found: what articles have is found, whatever is declared now
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.config import nearest
from monitor.filters import Filter
from pipelines.analysis.codes import fault
from pipelines.records import Outlet, Role, Status, Watch
from pipelines.store.schema import MatchRow, OutletRow, ReviewRow, WatchRow


@dataclass(frozen=True, slots=True)
class Word:
    """A filter's value that is unknown. `said` does not repeat it: pages never show what was asked in an error."""

    name: str
    value: str
    said: str


def unknown(
    session: Session, wanted: Filter, outlets: Mapping[str, Outlet], watches: Mapping[str, Watch], *, named: bool = True
) -> Word | None:
    """The first word of `wanted` that nobody knows. `named`: whether the reader may hear of watches for persons."""
    return next(_unknown(session, wanted, outlets, watches, named), None)


def _unknown(
    session: Session, wanted: Filter, outlets: Mapping[str, Outlet], watches: Mapping[str, Watch], named: bool
) -> Iterator[Word]:
    if wanted.outlet and wanted.outlet not in outlets and session.get(OutletRow, wanted.outlet) is None:
        yield _none("outlet", wanted.outlet, {*outlets, *session.scalars(select(OutletRow.id))})
    if wanted.watch and wanted.watch not in watches and not _watched(session, wanted.watch):
        known = {*watches, *session.scalars(select(MatchRow.watch_id).distinct())}
        yield _none("watch", wanted.watch, {one for one in known if named or not one.startswith("person:")})
    if wanted.ownership:
        kinds = {one.ownership for one in outlets.values()} | set(session.scalars(select(OutletRow.ownership)))
        if wanted.ownership not in kinds:
            yield _none("ownership", wanted.ownership, kinds)
    if wanted.tag:
        tags = {str(tag) for one in outlets.values() for tag in one.tags} | _tags(session)
        by_hand = set(session.scalars(select(ReviewRow.value).where(ReviewRow.kind == "tag").distinct()))
        if wanted.tag not in tags | by_hand:
            yield _none("tag", wanted.tag, tags | {str(one) for one in by_hand if named})
    for name, choices in (("role", Role), ("status", Status)):
        if (value := getattr(wanted, name)) and value not in [one.value for one in choices]:
            yield _none(name, value, [one.value for one in choices])
    for name in ("language", "country", "nationality"):
        if (code := getattr(wanted, name)) and (wrong := fault(name, code)):
            yield Word(name, code, wrong.removeprefix(code).strip())


def _none(name: str, value: str, known: Iterable[str]) -> Word:
    return Word(name, value, f"there is none of this name{nearest(value, sorted(known))}")


def _watched(session: Session, watch: str) -> bool:
    if session.get(WatchRow, watch) is not None:
        return True
    return session.scalar(select(MatchRow.id).where(MatchRow.watch_id == watch).limit(1)) is not None


def _tags(session: Session) -> set[str]:
    return {str(tag) for tags in session.scalars(select(OutletRow.tags)) for tag in tags or ()}
