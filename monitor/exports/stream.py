"""From rows of the database to pieces of bytes that may leave.

In      an open session, a dataset, a form, a policy, a filter
Out     pieces of bytes; the first is given before the database is asked
Raises  ExportError: a dataset or a form that is not there
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import chain, islice
from typing import Any

from sqlalchemy.orm import Session

from monitor.exports import ftm, writers
from monitor.exports.boundary import Boundary, names_beside, texts_of
from monitor.exports.codebook import DATASETS, datasets
from monitor.exports.parcels import Parcel, beside_each_other, mask
from monitor.exports.rows import read
from monitor.exports.shared import Row
from monitor.protection import Policy, reference
from monitor.query import Filter
from pipelines.store.schema import AuditRow

FORMS = ("csv", "jsonl", "ftm", "atom")
ALONE = 20
"""Pieces that are masked in this process: starting others takes as long."""


class ExportError(ValueError):
    """There is no such dataset or form; the text names those that are."""


def rows(
    session: Session,
    dataset: str,
    policy: Policy,
    wanted: Filter | None = None,
    only: Iterable[int] | None = None,
    workers: int = 0,
) -> Iterator[list[dict[str, Any]]]:
    """Pieces of rows of a dataset, masked. `only`: no other articles than these. Raises ExportError.

    `workers`: after the first `ALONE` pieces the rest is masked in so many processes; 0 or 1 = in this one.
    """
    if dataset not in DATASETS:
        raise ExportError(f"there is no dataset '{dataset[:40]}'; one of {', '.join(DATASETS)}")
    these = None if only is None else frozenset(only)
    pieces = read(session, dataset, wanted or Filter(), policy.secret, these)
    plain = Boundary(policy).lifted
    helped = workers > 1 and not plain
    for piece in islice(pieces, ALONE) if helped else pieces:
        yield mask(policy, _parcel(session, dataset, piece, plain=plain))
    if helped and (more := next(pieces, None)) is not None:
        parcels = (_parcel(session, dataset, piece, sent=True) for piece in chain([more], pieces))
        yield from beside_each_other(policy, parcels, workers)


def _parcel(session: Session, dataset: str, piece: list[Row], *, plain: bool = False, sent: bool = False) -> Parcel:
    """The rows with what masking needs: nothing for `plain` ones; whole, if they are `sent` to another process."""
    articles = [row.articles for row in piece]
    every = set() if plain else {number for row in piece for number in row.articles}
    fetch = cache(lambda: texts_of(session, every))
    texts = fetch() if sent else fetch
    return Parcel(dataset, [row.values for row in piece], articles, names_beside(session, every), texts)


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
    workers: int = 0,
) -> Iterator[bytes]:
    """Pieces of a file. `raw`: CSV for machines, without the apostrophe before formulas; `workers` as in `rows`.

    Raises ExportError.
    """
    if dataset not in DATASETS or form not in FORMS:
        raise ExportError(f"datasets are {', '.join(DATASETS)}; forms are {', '.join(FORMS)}")
    if form == "atom" and dataset not in ("articles", "matches"):
        raise ExportError("a feed is made of articles or matches")
    if form == "ftm" and dataset not in ftm.DATASETS:
        raise ExportError(f"FollowTheMoney entities are made of {', '.join(ftm.DATASETS)}")
    table, pieces = datasets()[dataset], rows(session, dataset, policy, wanted, only, workers)
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
