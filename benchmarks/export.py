"""How fast a big export is: rows a second, first byte, memory. Makes its own database of invented articles.

    python benchmarks/export.py [--rows 200000] [--database URL] [--datasets articles,matches,…]

Prints a line for each dataset, masked and with names. The names and headlines are put together by a seeded generator.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, text

from monitor import exports
from pipelines.store.migrations import upgrade
from pipelines.store.schema import (
    ArticleRow,
    ClusterRow,
    FigureRow,
    MatchRow,
    OutletRow,
    ReportedCountRow,
    StoryRow,
)
from pipelines.store.session import make_engine, session

NOW = datetime(2031, 3, 4, tzinfo=UTC)
FIRST = [
    "Anping",
    "Desheng",
    "Ivan",
    "Lesia",
    "Ramesh",
    "Karma",
    "Kofi",
    "Ada",
    "Juan",
    "Camila",
    "Olek",
    "Mykyta",
    "Dorji",
    "Pema",
    "Tashi",
    "Kwame",
]
LAST = [
    "Smilenko",
    "Zhelvak",
    "Gurungol",
    "Thapeli",
    "Bastolan",
    "Rojanez",
    "Perildo",
    "Kuznetsar",
    "Botviner",
    "Mensaho",
    "Lamichor",
    "Tamanget",
]
PLACES = ["Pokrovsk", "Kupiansk", "Toretsk", "Bakhmut", "Donetsk", "Kharkiv", "Kyiv", "Moscow"]
PEOPLE = ["Nepali", "Chinese", "Cuban", "Kenyan", "Indian", "Colombian", "Syrian", "Korean"]
TITLES = (
    "{n} {people} men captured near {place} say they were promised kitchen work",
    "{name}, {n}, was taken prisoner in the {place} region on Tuesday",
    "Families of {people} recruits ask their government for news of {name}",
    "Ukraine says at least {n} {people} nationals are fighting for Russia",
    "Court sentences {people} volunteer {name} to {n} years",
    "У полоні під містом {place} опинилися {n} громадян Непалу",
    "В плен попали {n} граждан Кубы, сообщил представитель штаба",
    "乌克兰称俘虏{n}名中国公民",
)
BODY = "{title}. The ministry said on Monday that {name} was among them. " + "Nothing else was known of the case. " * 12


def fill(engine: Engine, rows: int) -> None:
    """Write `rows` articles with a match each, every second with a person, every third with a count."""
    dice = random.Random(7)
    with session(engine) as opened:
        opened.execute(
            insert(OutletRow),
            [{"id": f"outlet-{i}", "name": f"Outlet {i}", "country": "GB", "ownership": "independent",
              "share": "excerpt", "homepage": f"https://o{i}.example/", "tags": [], "first_seen_at": NOW, "failures": 0}
             for i in range(40)],
        )  # fmt: skip
        opened.execute(insert(StoryRow), [{"id": i, "created_at": NOW, "first_seen_at": NOW, "updated_at": NOW,
                                           "title": f"Story {i}", "facts": {}} for i in range(1, rows // 20 + 2)])  # fmt: skip
        opened.execute(insert(ClusterRow), [{"id": i, "created_at": NOW} for i in range(1, rows // 5 + 2)])
    for start in range(1, rows + 1, 5000):
        batch = [_row(dice, i, rows) for i in range(start, min(start + 5000, rows + 1))]
        with session(engine) as opened:
            opened.execute(insert(ArticleRow), [one for one, _ in batch])
            opened.execute(insert(MatchRow), [_match(one) for one, _ in batch])
            opened.execute(insert(FigureRow), [_figure(one, name) for one, name in batch if one["id"] % 2])
            opened.execute(insert(ReportedCountRow), [_count(dice, one) for one, _ in batch if one["id"] % 3 == 0])


def _row(dice: random.Random, number: int, rows: int) -> tuple[dict[str, Any], str]:
    name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
    title = dice.choice(TITLES).format(
        n=dice.randint(2, 900), people=dice.choice(PEOPLE), place=dice.choice(PLACES), name=name
    )
    when = NOW - timedelta(minutes=rows - number)
    url = f"https://o{number % 40}.example/news/{number}/{dice.choice(PLACES).lower()}-prisoners-{number}"
    return {
        "id": number, "outlet_id": f"outlet-{number % 40}", "url": url, "canonical_url": url, "url_key": url,
        "title": title, "body": BODY.format(title=title, name=name), "language": "en", "authors": [], "tags": [],
        "published_at": when, "published_on": when.date(), "published_offset": 0, "first_seen_at": when,
        "fetched_at": when, "status": 200, "content_hash": f"{number:064x}", "reading": "close", "relevant": True,
        "historical": False, "outcome": "stored", "flags": [], "revision": 1, "analysis_version": "1",
        "story_id": number // 20 + 1, "cluster_id": number // 5 + 1 if number % 5 else None,
    }, name  # fmt: skip


def _match(one: dict[str, Any]) -> dict[str, Any]:
    return {"article_id": one["id"], "revision": 1, "watch_id": "prisoners-of-war", "watch_version": "1",
            "rule": "captured", "score": 4.0, "level": "alert", "reason": "“captured” in the title", "parts": [],
            "quote": one["body"][:180], "spans": [], "historical": False, "matched_at": NOW,
            "analysis_version": "1", "rejected": False}  # fmt: skip


def _figure(one: dict[str, Any], name: str) -> dict[str, Any]:
    return {"article_id": one["id"], "revision": 1, "name": name, "name_key": name.casefold(), "role": "captive",
            "status": "captured", "nationality": "NP", "quote": one["body"][:180], "pseudonym": False,
            "attributes": {}, "analysis_version": "1", "rejected": False}  # fmt: skip


def _count(dice: random.Random, one: dict[str, Any]) -> dict[str, Any]:
    low = dice.randint(1, 50)
    return {"article_id": one["id"], "revision": 1, "field": "body", "start": 0, "end": 9, "low": low, "high": low,
            "bound": "exact", "kind": "total", "nationality": "NP", "status": "captured", "negated": False,
            "quote": one["body"][:120], "analysis_version": "1", "rejected": False}  # fmt: skip


def measure(engine: Engine, dataset: str, named: bool, workers: int = 0) -> dict[str, Any]:
    """Export a dataset as CSV into nothing."""
    with session(engine) as opened:
        policy = exports.policy_of(opened, b"benchmark", with_names=named)
        start = time.perf_counter()
        first, size, lines = None, 0, 0
        for piece in _pieces(opened, dataset, policy, workers):
            first = first if first is not None else time.perf_counter() - start
            size, lines = size + len(piece), lines + piece.count(b"\r\n")
        took = time.perf_counter() - start
    return {"rows": lines - 1, "seconds": took, "first": first or 0.0, "mb": size / 1e6}


def _pieces(opened: Any, dataset: str, policy: Any, workers: int) -> Iterator[bytes]:
    return exports.stream(opened, dataset, "csv", policy, now=NOW, workers=workers)


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rows", type=int, default=200_000)
    asked.add_argument("--database", help="an empty database; without, SQLite in a temporary folder")
    asked.add_argument("--keep", type=Path, help="a SQLite file to make once and use again")
    asked.add_argument("--datasets", default="articles,matches,persons,counts,stories,coverage")
    asked.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that mask [all cores]")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = given.keep or Path(folder) / "export.db"
        fresh = not file.exists()
        url = given.database or f"sqlite:///{file}"
        if fresh:
            engine = make_engine(url)
            upgrade(engine)
            start = time.perf_counter()
            fill(engine, given.rows)
            print(f"{given.rows:,} articles made in {time.perf_counter() - start:.0f} s: {engine.dialect.name}")
            if engine.dialect.name == "postgresql":
                with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tidy:
                    tidy.execute(text("ANALYZE"))  # as the server does by itself after a while
            engine.dispose()
        engine = make_engine(url, read_only=True)
        print(f"{'dataset':10} {'names':7} {'rows':>8} {'seconds':>8} {'first byte ms':>14} {'MB':>6} {'peak MB':>8}")
        for dataset in given.datasets.split(","):
            for named in (True, False):
                one = measure(engine, dataset, named, given.workers)
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
                print(f"{dataset:10} {'shown' if named else 'masked':7} {one['rows']:8,} {one['seconds']:8.1f} "
                      f"{one['first'] * 1000:14.1f} {one['mb']:6.1f} {peak:8.0f}", flush=True)  # fmt: skip
        engine.dispose()


if __name__ == "__main__":
    main()
