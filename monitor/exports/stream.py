"""From rows of the database to pieces of bytes that may leave.

In      an open session, a dataset, a form, a policy, a filter
Out     pieces of bytes; the first is given before the database is asked
Raises  ExportError: a dataset or a form that is not there
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from monitor.exports import ftm, writers
from monitor.exports.boundary import Beside, Boundary, Ordinary, Vouching, names_beside
from monitor.exports.codebook import DATASETS, datasets
from monitor.exports.rows import read
from monitor.exports.shared import Row
from monitor.protection import Policy, reference
from monitor.query import Filter
from pipelines.store.schema import AuditRow

FORMS = ("csv", "jsonl", "ftm", "atom")


class ExportError(ValueError):
    """There is no such dataset or form; the text names those that are."""


def rows(
    session: Session,
    dataset: str,
    policy: Policy,
    wanted: Filter | None = None,
    only: Iterable[int] | None = None,
) -> Iterator[list[dict[str, Any]]]:
    """Pieces of rows of a dataset, masked. `only`: no other articles than these. Raises ExportError."""
    if dataset not in DATASETS:
        raise ExportError(f"there is no dataset '{dataset[:40]}'; one of {', '.join(DATASETS)}")
    boundary, table = Boundary(policy), datasets()[dataset]
    these = None if only is None else frozenset(only)
    for piece in read(session, dataset, wanted or Filter(), policy.secret, these):
        besides = _besides(session, piece, boundary)
        yield [boundary.row(table, row.values, beside) for row, beside in zip(piece, besides, strict=True)]


def _besides(session: Session, piece: list[Row], boundary: Boundary) -> list[Beside]:
    """What stands beside each row; asked once for the whole piece, the everyday words only where needed."""
    if boundary.lifted:
        return [Beside()] * len(piece)
    every_id = {number for row in piece for number in row.articles}
    names, vouching = names_beside(session, every_id), Vouching(session, every_id)

    def beside(row: Row) -> Beside:
        every = dict.fromkeys(name for number in row.articles for name in names.get(number, ()))
        return Beside(tuple(every), Ordinary(lambda: vouching.words(row.articles)))

    return [beside(row) for row in piece]


def stream(
    session: Session,
    dataset: str,
    form: str,
    policy: Policy,
    wanted: Filter | None = None,
    *,
    now: datetime,
    only: Iterable[int] | None = None,
    public_url: str = "",
    raw: bool = False,
) -> Iterator[bytes]:
    """Pieces of a file. `raw`: CSV for machines, without the apostrophe before formulas. Raises ExportError."""
    if dataset not in DATASETS or form not in FORMS:
        raise ExportError(f"datasets are {', '.join(DATASETS)}; forms are {', '.join(FORMS)}")
    if form == "atom" and dataset not in ("articles", "matches"):
        raise ExportError("a feed is made of articles or matches")
    if form == "ftm" and dataset not in ftm.DATASETS:
        raise ExportError(f"FollowTheMoney entities are made of {', '.join(ftm.DATASETS)}")
    table, pieces = datasets()[dataset], rows(session, dataset, policy, wanted, only)
    if form == "csv":
        return writers.as_csv(table, pieces, raw=raw)
    if form == "jsonl":
        return writers.as_jsonl(pieces)
    if form == "ftm":
        return ftm.as_ftm(dataset, pieces, f"m-{reference('installation', policy.secret)}")
    return writers.as_atom(table, pieces, dataset, now, public_url)


def note_export(session: Session, actor: str, now: datetime, dataset: str, form: str, *, with_names: bool) -> None:
    """The audit row of an export; one that shows names is an unmasking."""
    action = "export with names" if with_names else "export"
    session.add(AuditRow(at=now, actor=actor, action=action, target=dataset, detail={"form": form}))
    session.flush()
