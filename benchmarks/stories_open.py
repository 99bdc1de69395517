"""Measure what a new report costs the planner while many stories are open.

usage: python -m benchmarks.stories_open [--open 250 1000 4000] [--new 40]
Invented reports, each of an event of its own (persons, numbers, a country, matters), are written as a crawl writes them
and given their stories; then some more arrive. Seconds of the processor: what a run costs before its first report, and
what each report costs on top of it.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from benchmarks.stories import MATCH, NOW
from monitor import stories
from pipelines.analysis.analyst import Analyst
from pipelines.persist import text_of, write_page
from pipelines.records import Article, Context, Outcome, Page
from pipelines.store import migrations
from pipelines.store.session import make_engine, session

NATIONS = ("Kenyan", "Nepali", "Cuban", "Colombian", "Chinese", "Indian", "Syrian", "Ghanaian", "Brazilian", "Serbian")
FATES = ("was captured near", "was killed near", "was sentenced in", "was exchanged near", "surrendered near")
PARTS = ["ba", "ko", "ri", "ma", "ne", "tu", "sha", "lo", "vi", "der", "gan", "mir", "zel", "pol", "hik", "rab"]


def reports(count: int, seed: int) -> list[Article]:
    """Reports that are read once: a dozen of them, whose names and numbers are then changed."""
    rng, analyst, made = random.Random(seed), Analyst(), []
    for number in range(count):
        name, place = (" ".join(_word(rng).capitalize() for _ in range(n)) for n in (2, 1))
        text = (
            f"A {rng.choice(NATIONS)} citizen, {name}, {rng.choice(FATES)} {place}, the {rng.randrange(20, 160)}th "
            f"Brigade said. {rng.randrange(13, 2000)} of his countrymen were recruited, an agency in {_word(rng)} said."
        )
        url = f"https://outlet{seed}.example/{number}"
        page = Page("outlet", url, NOW, text=text, title=f"{name} {rng.choice(FATES)} {place}", language="en")
        article = analyst.analyse(page, Context())
        made.append(replace(article, matches=MATCH, outcome=Outcome.STORED))
    return made


def _word(rng: random.Random) -> str:
    return "".join(rng.choice(PARTS) for _ in range(3))


def arrive(engine: Engine, articles: list[Article], minutes: int) -> float:
    """Write the articles; return the planner's seconds for their stories."""
    with session(engine) as opened:
        for article in articles:
            write_page(opened, article, None, NOW + timedelta(minutes=minutes), text_of(article))
    started = time.process_time()
    with session(engine) as opened:
        stories.assign(opened, NOW + timedelta(minutes=minutes))
    return time.process_time() - started


def main() -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open", type=int, nargs="+", default=[250, 1000, 4000])
    parser.add_argument("--new", type=int, default=40)
    args = parser.parse_args()
    old, new = reports(max(args.open), 1), reports((args.new + 1) * len(args.open), 2)
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/monitor.db")
        migrations.upgrade(engine)
        there = 0
        for at, count in enumerate(args.open):
            arrive(engine, old[there:count], 10 * at)
            there = count
            first, *rest = new[at * (args.new + 1) : (at + 1) * (args.new + 1)]
            alone, many = arrive(engine, [first], 10 * at + 1), arrive(engine, rest, 10 * at + 2)
            each = (many - alone) / max(1, len(rest) - 1)
            print(
                f"{count:6} stories open: a run of one report {alone:.2f} s, each further report {1000 * each:.1f} ms"
            )
        engine.dispose()


if __name__ == "__main__":
    main()
