"""Keep what copies are found by, find an article's copies and excerpts, and hold copies together in clusters.

In      an open session (the caller's transaction), an article that has its row, its `Text`, a `Compare`
Out     `Noted`: the article's cluster, its copies, its excerpt relations; nothing is committed here
Rules   a cluster is everything that copies join (`clusters`), so it is the same in any order of arrival; an excerpt is
        related, never clustered
Limits  a band or rare hash takes `most` texts, the oldest, and no more: the cost of a text does not grow.
        A list of numbers goes to the database as one value; a parameter a number costs more than the look-up itself
"""

from __future__ import annotations

import json
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import TextClause, delete, select, text
from sqlalchemy.orm import Session

from pipelines.store import clusters
from pipelines.store.clusters import parts
from pipelines.store.rows import put
from pipelines.store.schema import ExcerptRow, SignatureRow

_BAND = 0
"""The `need` of a band: one in common is enough."""

_LOCK = 7_203_311_905

# built once: putting a statement together costs more than running it
_LISTED = {"sqlite": "SELECT value FROM json_each(:numbers)", "postgresql": "SELECT unnest(CAST(:numbers AS bigint[]))"}


def _forms(statement: str) -> dict[str, TextClause]:
    """A statement on a list of numbers, in the words of each database."""
    return {name: text(statement.replace("LISTED", listed)) for name, listed in _LISTED.items()}


_LOOK = _forms("SELECT value, article_id, need FROM bin WHERE value IN (LISTED)")
_READ = _forms("SELECT article_id, need, size, packed FROM signature WHERE article_id IN (LISTED)")
_DROP = _forms("DELETE FROM bin WHERE value IN (LISTED) AND article_id = :id")
_ADD = "INSERT INTO bin (value, article_id, need) VALUES (?, ?, ?)"
_ADD_LISTED = text(
    "INSERT INTO bin (value, article_id, need) SELECT * FROM "
    "unnest(CAST(:values AS bigint[]), CAST(:ids AS bigint[]), CAST(:needs AS integer[]))"
)

Kind = Literal["copy", "excerpt_of", "contains", "none"]


@dataclass(frozen=True, slots=True)
class Text:
    """The signature of a text as plain values.

    `bands` and `rare` are signed 64-bit integers; `need` is how many rare hashes another text must share to be worth
    a comparison, one or more; `packed` are `size` hashes of eight bytes.
    """

    bands: tuple[int, ...]
    rare: tuple[int, ...]
    need: int
    size: int
    packed: bytes


Bins = Mapping[int, Sequence[tuple[int, int]]]
"""(article, what it needs) in each bin."""

Compare = Callable[[Text, Text], tuple[Kind, float]]
"""What the first text is to the second, and the share of the smaller text that the larger one has (0-1)."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of an article's text. `excerpts` are (excerpt, whole) pairs of article ids; all ids ascending."""

    cluster_id: int | None = None
    copies: tuple[int, ...] = ()
    excerpts: tuple[tuple[int, int], ...] = ()
    compared: int = 0


def note(
    session: Session, article_id: int, own: Text, compare: Compare, now: datetime, *, most: int, fresh: bool = False
) -> Noted:
    """Keep the text's signature in place of an earlier one, and bring the article into the cluster of its copies.

    `fresh`: the article is new, so that there is nothing earlier.
    """
    if not fresh:
        _alone(session)
        forget(session, article_id)
    [noted] = note_all(session, [(article_id, own)], compare, now, most=most)
    if not fresh and not noted.copies:
        clusters.leave(session, article_id)
    return noted


def note_all(
    session: Session, texts: Sequence[tuple[int, Text]], compare: Compare, now: datetime, *, most: int
) -> list[Noted]:
    """The same for several texts, as if one after the other; nothing is kept of them yet."""
    known = [(article_id, own) for article_id, own in texts if own.bands or own.rare]
    if not known:
        return [Noted()] * len(texts)
    _alone(session)
    bins = _bins(session, (own for _, own in known))
    kept = dict(_texts(session, {other for _, own in known for other in _candidates(own, bins)}))
    relations: dict[int, dict[int, tuple[Kind, float]]] = {}
    taken: dict[int, list[tuple[int, int]]] = {}
    for article_id, own in known:
        found = sorted(_candidates(own, bins))
        relations[article_id] = {other: compare(own, kept[other]) for other in found if other in kept}
        taken[article_id] = _take(article_id, own, bins, most)
        kept[article_id] = own
    _keep(session, known, taken)
    return _related(session, texts, relations, now)


def _related(
    session: Session,
    texts: Sequence[tuple[int, Text]],
    relations: Mapping[int, Mapping[int, tuple[Kind, float]]],
    now: datetime,
) -> list[Noted]:
    """Write what the texts are to others."""
    excerpts = {number: _excerpts(number, found) for number, found in relations.items()}
    pairs = {pair: share for found in excerpts.values() for pair, share in found.items()}
    if pairs:
        rows = [{"article_id": a, "of_id": b, "containment": share, "found_at": now} for (a, b), share in pairs.items()]
        put(session, ExcerptRow, rows)
    copies = {
        number: tuple(sorted(other for other, (kind, _) in found.items() if kind == "copy"))
        for number, found in relations.items()
    }
    joined = clusters.join(session, list(copies.items()), now)
    return [
        Noted(joined.get(number), copies[number], tuple(sorted(excerpts[number])), len(relations[number]))
        if number in relations
        else Noted()
        for number, _ in texts
    ]


def forget(session: Session, article_id: int) -> None:
    """Drop an article's signature and excerpt relations; its cluster stays until `note` decides anew."""
    drop(session, [article_id])
    session.execute(delete(ExcerptRow).where((ExcerptRow.article_id == article_id) | (ExcerptRow.of_id == article_id)))


def drop(session: Session, ids: Iterable[int]) -> None:
    """Drop what the texts of these articles are found by; what they are to others stays."""
    session.flush()
    for part in parts(sorted(ids)):
        kept = select(SignatureRow.article_id, SignatureRow.bins).where(SignatureRow.article_id.in_(part))
        for article_id, bins in session.execute(kept).all():
            _numbers(session, _DROP, sorted(unpacked(bins)), id=article_id)
        session.execute(delete(SignatureRow).where(SignatureRow.article_id.in_(part)))


def packed(values: Iterable[int]) -> bytes:
    """Signed 64-bit numbers as bytes, for `SignatureRow.bins`."""
    numbers = tuple(values)
    return struct.pack(f"<{len(numbers)}q", *numbers)


def unpacked(data: bytes) -> tuple[int, ...]:
    """The numbers that `packed` wrote."""
    return struct.unpack(f"<{len(data) // 8}q", data)


def _alone(session: Session) -> None:
    """Two transactions that bring two copies at once must see each other: the second waits for the first.

    SQLite has one writer anyhow.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _numbers(session: Session, statements: Mapping[str, TextClause], numbers: Sequence[int], **more: int) -> Any:
    """Run the database's own form of a statement on a list of numbers."""
    name = session.get_bind().dialect.name
    listed = json.dumps(numbers) if name == "sqlite" else list(numbers)
    return session.connection().execute(statements[name], {"numbers": listed, **more})


def _bins(session: Session, texts: Iterable[Text]) -> defaultdict[int, list[tuple[int, int]]]:
    """The articles in each bin of the texts that holds any, with what they need."""
    found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    values = sorted({value for own in texts for value in (*own.bands, *own.rare)})
    for value, article_id, need in _numbers(session, _LOOK, values).all():
        found[value].append((article_id, need))
    return found


def _candidates(own: Text, bins: Bins) -> set[int]:
    """Who shares a band, or as many rare hashes as the text that needs fewer asks for."""
    met = [one for value in {*own.bands, *own.rare} if value in bins for one in bins[value]]
    found = {other for other, need in met if need == _BAND}
    shared = Counter(one for one in met if one[1] != _BAND)
    found.update(other for (other, need), count in shared.items() if count >= min(own.need, need))
    return found


def _texts(session: Session, ids: Collection[int]) -> Iterable[tuple[int, Text]]:
    if not ids:
        return
    for article_id, need, size, hashes in _numbers(session, _READ, sorted(ids)):
        yield article_id, Text((), (), need, size, hashes)


def _take(
    article_id: int, own: Text, bins: defaultdict[int, list[tuple[int, int]]], most: int
) -> list[tuple[int, int]]:
    """Put a text into its bins; gives those that it came into, with what it needs. A full bin takes no more."""
    taken: dict[int, int] = {}
    for need, values in ((_BAND, own.bands), (own.need, own.rare)):
        for value in values:
            if value not in taken and len(bins[value]) < most:
                taken[value] = need
    for value, need in taken.items():
        bins[value].append((article_id, need))
    return list(taken.items())


def _keep(session: Session, texts: Sequence[tuple[int, Text]], taken: Mapping[int, Sequence[tuple[int, int]]]) -> None:
    """Write the signatures, and the texts into their bins."""
    rows = sorted((value, number, need) for number, found in taken.items() for value, need in found)
    ask = session.connection()
    if not rows:
        pass  # every bin is full
    elif ask.dialect.name == "sqlite":
        ask.exec_driver_sql(_ADD, rows)
    else:
        values, ids, needs = (list(column) for column in zip(*rows, strict=True))
        ask.execute(_ADD_LISTED, {"values": values, "ids": ids, "needs": needs})
    put(
        session,
        SignatureRow,
        [
            {
                "article_id": number,
                "size": own.size,
                "need": own.need,
                "packed": own.packed,
                "bins": packed(value for value, _ in taken[number]),
            }
            for number, own in texts
        ],
    )


def _excerpts(article_id: int, relations: Mapping[int, tuple[Kind, float]]) -> dict[tuple[int, int], float]:
    """(excerpt, whole) with how much of the excerpt the whole has."""
    pairs: dict[tuple[int, int], float] = {}
    for other, (kind, share) in relations.items():
        if kind == "excerpt_of":
            pairs[article_id, other] = share
        elif kind == "contains":
            pairs[other, article_id] = share
    return pairs
