"""Measure what one more text costs the store of copies while it holds more and more of them, up to a million.

usage: python benchmarks/copies_million.py [--at 10000,100000,300000,1000000] [--texts 1000] [--seed 1] [--folder DIR]
The store is filled in bulk, in the order of its tree, with the rows that one text after another would have left (the
first 32 of each value; `--check` compares both ways); then further texts go through the project's own `note`, with a
commit every twenty, as a crawl writes. Texts are runs of invented words (frequent and rare, house phrases and quotes
that many share), kept as their shingles' hashes: a signature's own time does not depend on the store.

Out     per size: processor time and time by the clock of a text, look-ups that hit, false joins, size on disk, memory;
        "cold": by the clock, with the file out of the system's cache
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
from sqlalchemy import Engine, Table, insert
from sqlalchemy.orm import Session

from pipelines.analysis import copies as texts
from pipelines.analysis.copies import HOT_BIN, Hashes, Signature, signature_of
from pipelines.persist import compare
from pipelines.store import copies, migrations
from pipelines.store.schema import ArticleRow
from pipelines.store.session import make_engine

NOW = datetime(2031, 3, 4, tzinfo=UTC)
WORDS, AT_ONCE, COMMIT = 20_000, 20_000, 20
BARE = {
    **dict.fromkeys(("outlet_id", "url", "canonical_url", "content_hash"), "x"),
    **{"first_seen_at": NOW, "fetched_at": NOW, "reading": "close", "outcome": "stored", "analysis_version": "1"},
}
INSERT = insert(cast("Table", ArticleRow.__table__))
ADD_BIN = "INSERT INTO bin (value, article_id, need) VALUES (?, ?, ?)"
ADD_SIGNATURE = "INSERT INTO signature (article_id, size, need, packed, bins) VALUES (?, ?, ?, ?, ?)"


class Writer:
    """Writes texts as their shingles' hashes: the habits are those of `benchmarks/copies.py`, without the letters."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.Generator(np.random.PCG64(seed))
        weights = 1 / (np.arange(WORDS) + 3)
        self.bounds = np.cumsum(weights) / weights.sum()
        self.house = [self.words(int(self.rng.integers(8, 29))) for _ in range(60)]
        self.quotes = [self.words(int(self.rng.integers(24, 85))) for _ in range(300)]

    def words(self, count: int) -> Any:
        """So many words, by their numbers."""
        return np.searchsorted(self.bounds, self.rng.random(count)).astype(np.uint64)

    def text(self) -> Hashes:
        """The shingles of a text of six to thirty sentences, as a signature keeps them."""
        rng = self.rng
        parts = [self.words(int(rng.integers(8, 29, rng.integers(6, 31)).sum()))]
        if rng.random() < 0.5:
            parts.append(self.quotes[rng.integers(len(self.quotes))])
        parts += [self.house[one] for one in rng.integers(0, len(self.house), rng.integers(0, 3))]
        said = np.concatenate(parts)
        mixed = (said[:-2] * np.uint64(WORDS) + said[1:-1]) * np.uint64(WORDS) + said[2:]
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 0x9E3779B97F4A7C15)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        return np.unique(mixed >> np.uint64(1)) << np.uint64(1)


def text_of(sig: Signature) -> copies.Text:
    """A signature as the store keeps it."""
    return copies.Text(sig.bands, sig.rare, texts.rare_needed(sig), sig.size, sig.shingles)


def fill(engine: Engine, writer: Writer, count: int) -> None:
    """Put `count` texts into an empty store, in the order of its trees."""
    raw = engine.raw_connection()
    cursor = raw.cursor()
    values, owners, needs = [], [], []
    for start in range(1, count + 1, AT_ONCE):
        rows = []
        for number in range(start, min(count + 1, start + AT_ONCE)):
            own = text_of(signature_of(writer.text()))
            mine = np.array([*own.bands, *own.rare], dtype=np.int64)
            values.append(mine)
            owners.append(np.full(len(mine), number, dtype=np.int32))
            needs.append(np.repeat(np.array([0, own.need], dtype=np.int16), (len(own.bands), len(own.rare))))
            rows.append((number, own.size, own.need, own.packed, mine.astype("<i8").tobytes()))
        with engine.begin() as put:
            put.execute(INSERT, [{**BARE, "id": row[0], "url_key": str(row[0])} for row in rows])
        cursor.executemany(ADD_SIGNATURE, rows)
        raw.commit()
    for part in in_order(np.concatenate(values), np.concatenate(owners), np.concatenate(needs)):
        cursor.executemany(ADD_BIN, part)
        raw.commit()
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()


def in_order(values: Any, owners: Any, needs: Any) -> Iterator[list[tuple[int, int, int]]]:
    """The rows of the bins by value and article, the oldest of each value alone, in parts."""
    order = np.argsort(values, kind="stable")  # articles came in order
    values, owners, needs = values[order], owners[order], needs[order]
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    place = np.arange(len(values)) - np.repeat(starts, np.diff(np.append(starts, len(values))))
    kept = np.flatnonzero(place < HOT_BIN)
    for at in range(0, len(kept), 500_000):
        some = kept[at : at + 500_000]
        yield list(zip(values[some].tolist(), owners[some].tolist(), needs[some].tolist(), strict=True))


@dataclass
class Cost:
    """What some texts cost together."""

    texts: int = 0
    cpu: float = 0.0
    clock: float = 0.0
    compared: int = 0
    joined: int = 0

    def __str__(self) -> str:
        cpu, clock = 1000 * self.cpu / self.texts, 1000 * self.clock / self.texts
        return f"{cpu:.2f} ms CPU {clock:.2f} ms clock, {self.compared / self.texts:.2f} compared, {self.joined} joined"


def go_on(engine: Engine, writer: Writer, first: int, count: int) -> Cost:
    """Note `count` further texts, one by one."""
    cost = Cost(count)
    written = [text_of(signature_of(writer.text())) for _ in range(count)]
    with Session(engine) as session:
        for number, own in enumerate(written, first):
            session.connection().execute(INSERT, {**BARE, "id": number, "url_key": str(number)})
            cpu, clock = time.process_time(), time.perf_counter()
            noted = copies.note(session, number, own, compare, NOW, most=HOT_BIN, fresh=True)
            if number % COMMIT == 0:
                session.commit()
            cost.cpu, cost.clock = cost.cpu + time.process_time() - cpu, cost.clock + time.perf_counter() - clock
            cost.compared += noted.compared
            cost.joined += len(noted.copies) + len(noted.excerpts)
        session.commit()
    return cost


def opened(path: Path) -> Engine:
    """An empty store in a new file."""
    engine = make_engine(f"sqlite:///{path}")
    migrations.upgrade(engine)
    return engine


def check(folder: Path, seed: int, count: int = 3000) -> bool:
    """Whether a store that was filled in bulk has the bins of one that grew text by text."""
    found = []
    for name, put in (("bulk", fill), ("single", lambda e, w, n: go_on(e, w, 1, n))):
        engine = opened(folder / f"{name}.db")
        put(engine, Writer(seed), count)
        with engine.connect() as ask:
            found.append(ask.exec_driver_sql("SELECT value, article_id, need FROM bin ORDER BY 1, 2").fetchall())
    return found[0] == found[1]


def chill(path: Path) -> None:
    """Take a file out of the system's cache."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def resident() -> int:
    """Bytes of memory that this process holds now."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Fill, measure and print, size by size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at", default="10000,30000,100000,300000,1000000")
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", help="where the files lie while it runs (a million texts: 5 GB)")
    parser.add_argument("--check", action="store_true", help="compare bulk filling with text by text first")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        if options.check:
            print("filled in bulk and text by text:", "the same" if check(Path(folder), options.seed) else "DIFFERENT")
        for size in map(int, options.at.split(",")):
            path, writer = Path(folder) / f"{size}.db", Writer(options.seed)
            engine = opened(path)
            fill(engine, writer, size)
            before = resident()
            go_on(engine, writer, size + 1, 200)  # the first ones warm what is kept in memory
            warm = go_on(engine, writer, size + 201, options.texts)
            chill(path)
            cold = go_on(engine, writer, size + 201 + options.texts, 200)
            grown = resident() - before
            room = f"{path.stat().st_size / 1e9:.2f} GB, {grown / 1e6:.0f} MB more memory"
            print(f"{size:>9} stored: {warm}; cold {1000 * cold.clock / cold.texts:.1f} ms clock; {room}", flush=True)
            engine.dispose()
            path.unlink()


if __name__ == "__main__":
    main()
