"""Measure stories: pair precision and recall, within a language and across, over the planner's own path.

usage: python -m benchmarks.stories [--data FILE.jsonl] [--orders 3] [--show] [--json]
Reports are read by the analyst, written as a crawl writes them into a new database, and given their stories by
`monitor.stories.assign`; once with the days they came out, once without. Invented events: `FILES`; with --data lines of
`id, lang, title, text, group` (null: alone). Each order is another order of arrival. The weights were learnt from these
very events, so the figures are tuned; those that are not are printed by `train_stories.py`.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path

from sqlalchemy import select

from monitor import stories
from pipelines.analysis.analyst import Analyst
from pipelines.analysis.story_evidence import Evidence, Weights, evidence
from pipelines.analysis.story_signs import Signs
from pipelines.persist import text_of, write_page
from pipelines.records import Article, Context, Match, Outcome, Page, When
from pipelines.store import migrations
from pipelines.store.schema import ArticleRow, StoryRow
from pipelines.store.session import make_engine, session

NOW = datetime(2031, 3, 14, 12, tzinfo=UTC)
MATCH = (Match("benchmark", "all", 3.0),)
NAMES = {"own": "stories", "alike": "stories_alike", "later": "stories_later", "close": "stories_close"}
NAMES["fresh"] = "stories_fresh"  # nothing is learnt from these
FILES = {name: Path(__file__).with_name(f"{stem}.toml") for name, stem in NAMES.items()}
WHERE = ("within a language", "across languages", "all")


Row = tuple[str, str, str | None, str, date | None]


@dataclass(frozen=True, slots=True)
class Report:
    """A report and the event it is of."""

    event: str
    language: str
    article: Article
    day: date | None = None


def own(path: Path) -> Iterator[Row]:
    """The invented reports: event, language, title, text, day."""
    told = tomllib.loads(path.read_text("utf-8"))
    for event in told["event"]:
        for language, title, text in event["reports"]:
            yield event["id"], language, title, text, event["day"]
    for number, one in enumerate(told.get("alone", [])):
        yield f"alone {number}", one["lang"], one["title"], one["text"], one["day"]


def given(path: Path) -> Iterator[Row]:
    """The reports of a file."""
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield row.get("group") or row["id"], row["lang"].split("-")[0], row["title"], row["text"], None


def read(rows: Iterable[Row], *, dated: bool = True) -> list[Report]:
    """The reports as the analyst understands them; each matches, and every third came out a day after the event."""
    analyst, found = Analyst(), []
    for number, (event, language, title, text, day) in enumerate(rows):
        address = f"https://outlet{number}.example/news/{number}"
        page = Page(f"outlet{number}", address, NOW, text=text, title=title, language=language)
        article = replace(analyst.analyse(page, Context()), matches=MATCH, outcome=None)
        report = Report(event, language, article, day + timedelta(days=number % 3 == 0) if day else None)
        found.append(report if dated else undated(report))
    return [on_its_day(report, analyst) for report in found]


def undated(report: Report) -> Report:
    """The report as a page that does not say when it came out."""
    return replace(report, day=None)


def on_its_day(report: Report, analyst: Analyst) -> Report:
    """The report with its day of publication, and the days that the text names from there."""
    day = report.day
    published = When(datetime(day.year, day.month, day.day, 9, tzinfo=UTC)) if day else None
    article = analyst.dates(replace(report.article, published=published, outcome=None), Context())
    return replace(report, article=replace(article, outcome=Outcome.STORED))


def signs_of_reports(reports: Sequence[Report]) -> list[Signs]:
    """The signs of each report, through the database."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/monitor.db")
        migrations.upgrade(engine)
        with session(engine) as opened:
            for report in reports:
                write_page(opened, report.article, None, NOW, text_of(report.article))
        with session(engine) as opened:
            rows = opened.scalars(select(ArticleRow)).all()
            found = stories.signs_of_articles(opened, rows)
            where = {row.url: found[row.id] for row in rows}
        engine.dispose()
    return [where[report.article.url] for report in reports]


def grouped(reports: Sequence[Report], parts: int) -> dict[str, int]:
    """The part of each event; events that stand together in the file, as look-alikes do, are in one part."""
    events = list(dict.fromkeys(report.event for report in reports))
    return {event: at * parts // len(events) for at, event in enumerate(events)}


def stories_of(reports: list[Report], signs: list[Signs], learnt: Sequence[Weights], parts: dict[str, int]) -> str:
    """Pair precision and recall where every two reports are judged by weights learnt without their events' parts."""
    part = {id(one): parts[report.event] for report, one in zip(reports, signs, strict=True)}

    def judge(one: Signs, other: Signs) -> Evidence:
        first, second = (evidence(one, other, learnt[part[id(signs)]]) for signs in (one, other))
        return replace(first, points=(first.points + second.points) / 2)

    pairs: Counter[tuple[str, str]] = Counter()
    for order in range(3):
        places = list(range(len(reports)))
        random.Random(order).shuffle(places)
        found = _by_hand(places, signs, judge)
        pairs += score([reports[at] for at in places], [found[at] for at in places])
    rows = figures(pairs, 3)
    return "  ".join(
        f"{w} {rows[w]['precision']:.3f} / {rows[w]['recall']:.3f} (n {rows[w]['pairs']})" for w in WHERE[1:]
    )


def _by_hand(places: list[int], signs: list[Signs], judge: stories.Judge) -> dict[int, int]:
    """The story of each report, by the planner's rules without its database."""
    known: dict[int, dict[int, Signs]] = {}
    for at in places:
        made = stories.decide(signs[at], [(number, dict(members)) for number, members in known.items()], judge)
        into = at if made.story_id is None else made.story_id
        known.setdefault(into, {})[at] = signs[at]
        for other in made.same:
            known[into] |= known.pop(other)
    return {at: number for number, members in known.items() for at in members}


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


def figures(pairs: Counter[tuple[str, str]], orders: int) -> dict[str, dict[str, float]]:
    """Precision and recall of pairs."""
    result = {}
    for where in WHERE:
        right, wrong, missed = (
            sum(n for (place, kind), n in pairs.items() if kind == wanted and where in (place, "all"))
            for wanted in ("right", "wrong", "missed")
        )
        result[where] = {
            "pairs": (right + missed) // orders,
            "precision": right / max(1, right + wrong),
            "recall": right / max(1, right + missed),
        }
    return result


def measure(reports: list[Report], orders: int, *, shown: bool) -> dict[str, dict[str, float]]:
    """The figures of one file over some orders of arrival."""
    pairs: Counter[tuple[str, str]] = Counter()
    for order in range(orders):
        mixed = list(reports)
        if order:
            random.Random(order).shuffle(mixed)
        found, why = assign(mixed)
        pairs += score(mixed, found)
        if shown and not order:
            show(mixed, found, why)
    return figures(pairs, orders)


def main() -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--events", choices=FILES, help="this file alone")
    parser.add_argument("--orders", type=int, default=3)
    parser.add_argument("--show", action="store_true", help="print every story that is not whole or not pure")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result = {}
    for name in [args.events] if args.events else ["given"] if args.data else FILES:
        rows = list(given(args.data) if args.data else own(FILES[name]))
        for dated in (True, False) if rows[0][4] else (False,):
            label = name if dated else f"{name} undated"
            result[label] = measure(read(rows, dated=dated), args.orders, shown=args.show)
            if not args.json:
                for where, row in result[label].items():
                    told = f"precision {row['precision']:.3f}  recall {row['recall']:.3f}"
                    print(f"{label:16} {len(rows):4} reports  {where:18} {row['pairs']:4} pairs  {told}")
    if args.json:
        print(json.dumps(result, indent=1))


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
