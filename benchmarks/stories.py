"""Measure stories: pair precision and recall, within a language and across, over the planner's own path.

usage: python benchmarks/stories.py [--events alike | --data FILE.jsonl] [--orders 3] [--undated] [--show] [--json]
Reports are read by the analyst, written as a crawl writes them into a new database, and given their stories by
`monitor.stories.assign`. Invented events: stories.toml; `--events alike`: stories_alike.toml, other events of the same
people and numbers; `--events later`: stories_later.toml, written after the rules were tuned. With --data lines of
`id, lang, title, text, group` (null: alone). Each order is another order of arrival; --undated hides the days.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path

from sqlalchemy import select

from monitor import stories
from pipelines.analysis.analyst import Analyst
from pipelines.persist import text_of, write_page
from pipelines.records import Article, Context, Match, Outcome, Page, When
from pipelines.store import migrations
from pipelines.store.schema import ArticleRow, StoryRow
from pipelines.store.session import make_engine, session

NOW = datetime(2031, 3, 14, 12, tzinfo=UTC)
MATCH = (Match("benchmark", "all", 3.0),)
OWN = Path(__file__).with_name("stories.toml")
ALIKE, LATER = OWN.with_name("stories_alike.toml"), OWN.with_name("stories_later.toml")


@dataclass(frozen=True, slots=True)
class Report:
    """A report and the event it is of."""

    event: str
    language: str
    article: Article


def own(path: Path) -> Iterator[tuple[str, str, str | None, str, date | None]]:
    """The invented reports: event, language, title, text, day."""
    told = tomllib.loads(path.read_text("utf-8"))
    for event in told["event"]:
        for language, title, text in event["reports"]:
            yield event["id"], language, title, text, event["day"]
    for number, one in enumerate(told["alone"]):
        yield f"alone {number}", one["lang"], one["title"], one["text"], one["day"]


def given(path: Path) -> Iterator[tuple[str, str, str | None, str, date | None]]:
    """The reports of a file."""
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield row.get("group") or row["id"], row["lang"].split("-")[0], row["title"], row["text"], None


def read(rows: Iterator[tuple[str, str, str | None, str, date | None]], *, dated: bool) -> list[Report]:
    """The reports as the analyst understands them; each matches."""
    analyst, found = Analyst(), []
    for number, (event, language, title, text, day) in enumerate(rows):
        address = f"https://outlet{number}.example/news/{number}"
        page = Page(f"outlet{number}", address, NOW, text=text, title=title, language=language)
        article = analyst.analyse(page, Context())
        published = When(datetime(day.year, day.month, day.day, 9, tzinfo=UTC)) if day and dated else None
        found.append(
            Report(event, language, replace(article, published=published, matches=MATCH, outcome=Outcome.STORED))
        )
    return found


def assign(reports: list[Report]) -> tuple[list[int | None], list[str]]:
    """The story of each report, and why; as a crawl and the planner make them, ten reports a run."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/monitor.db")
        migrations.upgrade(engine)
        for at in range(0, len(reports), 10):
            with session(engine) as opened:
                for report in reports[at : at + 10]:
                    write_page(opened, report.article, None, NOW + timedelta(minutes=at), text_of(report.article))
            with session(engine) as opened:
                stories.assign(opened, NOW + timedelta(minutes=at))
        with session(engine) as opened:
            where = {row.url: row for row in opened.scalars(select(ArticleRow))}
            rows = [where[report.article.url] for report in reports]
            why = [opened.get_one(StoryRow, row.story_id).facts["why"].get(str(row.id), "?") for row in rows]
            found = [row.story_id for row in rows]
        engine.dispose()
    return found, why


def score(reports: list[Report], found: list[int | None]) -> Counter[tuple[str, str]]:
    """Pairs: (within or across languages, right, wrong or missed)."""
    pairs: Counter[tuple[str, str]] = Counter()
    for (one, story), (other, another) in combinations(zip(reports, found, strict=True), 2):
        where = "within a language" if one.language == other.language else "across languages"
        same, joined = one.event == other.event, story == another
        if same or joined:
            pairs[where, "right" if same and joined else "wrong" if joined else "missed"] += 1
    return pairs


def main() -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--events", choices=("own", "alike", "later"), default="own")
    parser.add_argument("--orders", type=int, default=3)
    parser.add_argument("--undated", action="store_true")
    parser.add_argument("--show", action="store_true", help="print every story that is not whole or not pure")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    reports = read(
        given(args.data) if args.data else own({"own": OWN, "alike": ALIKE, "later": LATER}[args.events]),
        dated=not args.undated,
    )
    pairs: Counter[tuple[str, str]] = Counter()
    for order in range(args.orders):
        mixed = list(reports)
        if order:
            random.Random(order).shuffle(mixed)
        found, why = assign(mixed)
        pairs += score(mixed, found)
        if args.show and not order:
            show(mixed, found, why)
    result = {}
    for where in ("within a language", "across languages", "all"):
        right, wrong, missed = (
            sum(n for (place, kind), n in pairs.items() if kind == wanted and where in (place, "all"))
            for wanted in ("right", "wrong", "missed")
        )
        result[where] = {
            "pairs": (right + missed) // args.orders,
            "precision": right / max(1, right + wrong),
            "recall": right / max(1, right + missed),
        }
    if args.json:
        print(json.dumps(result, indent=1))
        return
    print(f"{len(reports)} reports, {args.orders} orders of arrival")
    for where, row in result.items():
        print(f"{where:18} {row['pairs']:4} pairs  precision {row['precision']:.3f}  recall {row['recall']:.3f}")


def show(reports: list[Report], found: list[int | None], why: list[str]) -> None:
    """Print the reports by event where an event is in two stories or a story has two events."""
    rows = sorted(zip(reports, found, why, strict=True), key=lambda row: (row[0].event, row[1] or 0))
    for report, story, words in rows:
        kin = {other for one, other, _ in rows if one.event == report.event}
        mates = {one.event for one, other, _ in rows if other == story}
        if len(kin) > 1 or len(mates) > 1:
            print(f"{report.event:22} {report.language} story {story}: {words} | {report.article.title}")


if __name__ == "__main__":
    main()
