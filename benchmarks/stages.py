"""What each stage of a page costs: CPU milliseconds a page on topic, by language, and of a page off topic.

python benchmarks/stages.py [--pages 12] [--repeats 3]

In      the pages of the crawl benchmark, 150 kB; nothing is fetched and nothing leaves this process
Out     a table: cheap reading (decode, parse, metadata, fast text, gate), close reading (body, times, authors), dates,
        persons, counts, rules, write (SQLite, batches of 50); the least of some repeats, so that a busy machine adds little
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crawl_site import TOPIC, page
from monitor.config import Config
from monitor.reading_worker import settle
from monitor.watches import load_watches
from monitor.wiring import make_ports, open_workshop
from pipelines.analysis import counts, people
from pipelines.analysis.analyst import Analyst
from pipelines.analysis.page import open_page
from pipelines.persist import BATCH, PersistPipeline
from pipelines.records import Article, Context, Outcome, Page
from pipelines.store.migrations import upgrade
from pipelines.store.session import make_engine

NOW = datetime.now(UTC)
CONTEXT = Context("bench", "UA", ("en",), "UTC")
STAGES = ("cheap reading", "close reading", "dates", "persons", "counts", "rules", "write")
T = TypeVar("T")


def least(repeats: int, work: Callable[[], T]) -> tuple[float, T]:
    """The least CPU milliseconds of some repeats, and what the last gave."""
    best = float("inf")
    for _ in range(repeats):
        before = time.process_time()
        found = work()
        best = min(best, 1000 * (time.process_time() - before))
    return best, found


def made(number: int, language: str, topic: bool) -> Page:
    """One page of the site."""
    content = page(number, language, topic, 150).encode()
    url = f"https://bench.example/{language}/{topic:d}/{number}"
    return Page("bench", url, NOW, requested_url=url, status=200, content=content, content_type="text/html")


def of_page(analyst: Analyst, one: Page, repeats: int) -> tuple[dict[str, float], Article]:
    """What the stages of one page cost, and the article they give."""

    def cheap() -> bool:
        article = open_page(one, CONTEXT).read(close=False)
        text = "\n".join(filter(None, (article.title, article.lead, article.body)))
        return analyst.on_topic(text, article.language)

    spent: dict[str, float] = {}
    spent["cheap reading"], on_topic = least(repeats, cheap)
    if not on_topic:
        return spent, analyst.read(one, CONTEXT)
    opened = open_page(one, CONTEXT)
    spent["close reading"], article = least(repeats, lambda: opened.read(close=True))
    language = article.language or ""
    spent["dates"], _ = least(repeats, lambda: analyst.dates(article, CONTEXT))
    spent["persons"], _ = least(repeats, lambda: people.find_figures(article.title, article.body, language))
    spent["counts"], _ = least(repeats, lambda: counts.find_counts(article.body, language, title=article.title))
    whole = analyst.figures(analyst.dates(article, CONTEXT), CONTEXT)

    def rules() -> Article:
        analyst.book.lately = ()  # in a crawl the first of the two questions has no answer yet
        analyst.may_match(article, CONTEXT)
        return analyst.match(whole, CONTEXT)

    spent["rules"], matched = least(repeats, rules)
    return spent, matched


def writing(articles: list[Article]) -> float:
    """CPU milliseconds an article for writing it, with others, into a new SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config(workspace=Path(folder))
        engine = make_engine(config.database)
        upgrade(engine)
        ports, _ = make_ports(open_workshop(config))
        ports.evidence = None
        stage = PersistPipeline(ports)

        async def all_of(some: list[Article]) -> list[Any]:
            return await asyncio.gather(*(stage.process_item(one) for one in some))

        other = replace(articles[0], canonical_url="", requested_url=None)
        warm = [replace(other, url=f"https://x.example/{n}", url_key=f"x.example/{n}") for n in range(2)]
        asyncio.run(all_of(warm))  # statements are put together once
        spent, done = least(1, lambda: asyncio.run(all_of(articles[:BATCH])))
        if any(one.outcome is Outcome.WRITE_FAILED for one in done):
            sys.exit("articles could not be written")
        return spent / len(done)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=12, help="of each language, on topic and off")
    parser.add_argument("--repeats", type=int, default=3)
    o = parser.parse_args()
    logging.disable(logging.CRITICAL)
    analyst = Analyst([watch for watch in load_watches().values() if watch.enabled])
    settle()
    print(f"{o.pages} pages each, CPU ms a page, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'':16}" + "".join(f"{stage:>15}" for stage in STAGES) + f"{'all':>9}")
    for topic in (True, False):
        for language in TOPIC:
            analyst.analyse(made(-1, language, True), CONTEXT)  # models load once
            rows, articles = [], []
            for number in range(o.pages):
                spent, article = of_page(analyst, made(number, language, topic), o.repeats)
                rows.append(spent)
                articles.append(article)
            found = {stage: mean(row.get(stage, 0.0) for row in rows) for stage in STAGES}
            found["write"] = writing(articles)
            name = f"{language}, {'on' if topic else 'off'} topic"
            print(
                f"{name:16}" + "".join(f"{found[stage]:15.1f}" for stage in STAGES) + f"{sum(found.values()):9.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
