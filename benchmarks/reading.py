"""Measure how well pages are read, beside trafilatura, newspaper4k, readability-lxml and htmldate, in one run.

In      a folder with `fundus`, `segments`, `dates` (each `truth.jsonl` and `<id>.html.gz`): the argument, else
        `$MONITOR_TEST_DATA/pages`
Out     a table: body F1, segment F1, publication day, title, authors by kind of truth, speed; ours minus the best library with a
        paired 95 % interval (bootstrap over pages); pages of ours with a body precision under .5
Units   speed is pages a second of CPU time, and its ratio to trafilatura's fast text alone; the command's own ratio
        (`analyse --only page` against a process of trafilatura, start-up taken off) comes last
Raises  SystemExit with a line where the data are missing; libraries that are not installed are named and left out
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import logging
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trafilatura

from pipelines.analysis.page import read_page
from pipelines.records import Context, Page

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SETS = ("fundus", "segments", "dates")
MEASURES = ("body F1", "segments F1", "day", "day silver", "title", "title silver", "authors", "authors silver")
"""`silver`: against what parsers written for each publisher read; the others against what people wrote down."""
_HAN = re.compile(r"([\u3040-\u30ff\u3400-\u9fff])")
_AND = re.compile(r"\s*[;,&|/]\s*|\s+(?:and|und|et|y|e|и|та)\s+", re.I)

Row = dict[str, Any]


@dataclass
class Reader:
    """One way to read a page: `read(html, url)` gives what it knows of title, authors, published_at, body."""

    name: str
    read: Callable[[str, str], Row]
    marks: dict[str, dict[str, Any]] = field(default_factory=lambda: {m: {} for m in MEASURES})
    seconds: float = 0.0
    pages: int = 0
    failed: int = 0


def ours(html: str, url: str) -> Row:
    """The monitor's close reading, all fields."""
    article = read_page(Page("", url, NOW, content=html.encode(), charset="utf-8"), Context())
    when = article.published.isoformat() if article.published else None
    return {"title": article.title, "authors": list(article.authors), "published_at": when, "body": article.body}


def ours_fast(html: str, url: str) -> Row:
    """The monitor's fast text."""
    return {"body": read_page(Page("", url, NOW, content=html.encode(), charset="utf-8"), Context(), close=False).body}


def trafilatura_fast(html: str, url: str) -> Row:
    """The measure of speed: fast text, nothing else."""
    return {"body": trafilatura.extract(html, url=url, fast=True, include_comments=False) or ""}


def trafilatura_text(html: str, url: str) -> Row:
    """Default mode, with metadata."""
    document = trafilatura.bare_extraction(html, url=url, with_metadata=True, include_comments=False)
    if document is None:
        return {}
    found: Any = document
    authors = (found.author or "").split("; ")
    return {"body": found.text or "", "title": found.title, "authors": authors, "published_at": found.date}


def trafilatura_precision(html: str, url: str) -> Row:
    """Precision mode, text only."""
    return {"body": trafilatura.extract(html, url=url, favor_precision=True, include_comments=False) or ""}


def newspaper(html: str, url: str) -> Row:
    """newspaper4k, all fields."""
    module = importlib.import_module("newspaper")
    article = module.Article(url, fetch_images=False)  # pages alone are judged; it would ask the network
    article.download(input_html=html)
    article.parse()
    when = article.publish_date.isoformat() if article.publish_date else None
    return {"body": article.text, "title": article.title, "authors": list(article.authors), "published_at": when}


def readability_text(html: str, url: str) -> Row:
    """readability-lxml, text and title."""
    document = importlib.import_module("readability").Document(html, url=url)
    summary = importlib.import_module("lxml.html").fromstring(document.summary())
    return {"body": "\n".join(t.strip() for t in summary.itertext() if t.strip()), "title": document.short_title()}


def htmldate_day(html: str, url: str) -> Row:
    """htmldate, extensive, the day only."""
    found = importlib.import_module("htmldate").find_date(html, url=url, original_date=True, extensive_search=True)
    return {"published_at": found}


OPTIONAL = {
    "newspaper4k": ("newspaper", newspaper),
    "readability-lxml": ("readability", readability_text),
    "htmldate": ("htmldate", htmldate_day),
}


def readers(wanted: list[str]) -> list[Reader]:
    """All readers that are installed; says which are not."""
    found = [
        Reader("monitor", ours),
        Reader("monitor, fast", ours_fast),
        Reader("trafilatura fast", trafilatura_fast),
        Reader("trafilatura", trafilatura_text),
        Reader("trafilatura prec.", trafilatura_precision),
    ]
    for name, (module, read) in OPTIONAL.items():
        try:
            importlib.import_module(module)
        except ImportError as error:
            print(f"{name}: absent ({error}); its column is left out")
            continue
        found.append(Reader(name, read))
    return [reader for reader in found if not wanted or reader.name.split(",")[0] in wanted or reader.name in wanted]


def fold(text: str | None) -> str:
    """NFKC, one kind of quote, single spaces."""
    text = unicodedata.normalize("NFKC", text or "").translate(str.maketrans("’‘ʼ“”„«»", '\'\'\'"""""'))
    return re.sub(r"\s+", " ", text).strip()


def shingles(text: str, by_character: bool) -> Counter[tuple[str, ...]]:
    """4-grams of words; a Han or kana character is a word where `by_character`."""
    words = re.findall(r"\w+", _HAN.sub(r" \1 ", text) if by_character else text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))) if words else Counter()


def precision_recall(truth: str, body: str) -> tuple[float | None, float]:
    """Precision (None for an empty prediction) and recall over 4-gram shingles."""
    by_character = bool(_HAN.search(truth))
    true, found = shingles(truth, by_character), shingles(body, by_character)
    hits = sum((true & found).values())
    return (hits / sum(found.values()) if found else None), hits / sum(true.values())


def people(names: list[str]) -> set[str]:
    """Names for comparing."""
    return {one.strip(" .").casefold() for name in names for one in _AND.split(fold(name)) if one and one.strip(" .")}


def same_day(truth: str, found: str | None) -> bool:
    """Whether the day is right, in the truth's zone where both have one."""
    if not found:
        return False
    try:
        at, want = datetime.fromisoformat(found), datetime.fromisoformat(truth)
    except ValueError:
        return False
    if at.tzinfo and want.tzinfo:
        at = at.astimezone(want.tzinfo)
    return at.date() == want.date()


def mark(reader: Reader, key: str, truth: Row, row: Row) -> None:
    """Enter what a reader's row is worth."""
    body = row.get("body") or ""
    silver = " silver" if key.startswith("fundus/") else ""
    if (truth.get("body") and "body" in row) or (truth.get("body") and not row):
        reader.marks["body F1"][key] = precision_recall(truth["body"], body)
    if truth.get("must_contain") is not None and ("body" in row or not row):
        text = re.sub(r"\s+", " ", body)
        flat = [re.sub(r"\s+", " ", part).strip() for part in truth["must_contain"]]
        have = sum(part in text for part in flat)
        bad = sum(re.sub(r"\s+", " ", part).strip() in text for part in truth.get("must_not_contain") or [])
        reader.marks["segments F1"][key] = (have, bad, len(flat) - have)
    when = truth.get("date") or truth.get("published")
    if when and ("published_at" in row or not row):
        reader.marks["day" + silver][key] = same_day(when, row.get("published_at"))
    if truth.get("title") and ("title" in row or not row):
        reader.marks["title" + silver][key] = fold(truth["title"]) == fold(row.get("title"))
    if truth.get("authors") and ("authors" in row or not row):
        reader.marks["authors" + silver][key] = people(truth["authors"]) == people(row.get("authors") or [])


def value(measure: str, items: list[Any]) -> float:
    """The figure of one measure over the marks of some pages."""
    if not items:
        return 0.0
    if measure == "body F1":
        precisions = [p for p, _ in items if p is not None]
        p, r = sum(precisions) / max(1, len(precisions)), sum(r for _, r in items) / len(items)
        return 2 * p * r / (p + r) if p + r else 0.0
    if measure == "segments F1":
        hit, bad, missed = (sum(item[i] for item in items) for i in range(3))
        return 2 * hit / (2 * hit + bad + missed) if hit else 0.0
    return float(sum(items) / len(items))


def interval(measure: str, one: dict[str, Any], other: dict[str, Any]) -> tuple[float, float, float]:
    """`one` minus `other` over the pages both read, with its 95 % bootstrap interval."""
    keys = sorted(set(one) & set(other))
    rng = random.Random(7)
    differences = []
    for sample in [keys, *([rng.choice(keys) for _ in keys] for _ in range(400))]:
        differences.append(value(measure, [one[k] for k in sample]) - value(measure, [other[k] for k in sample]))
    spread = sorted(differences[1:])
    return differences[0], spread[9], spread[389]


def pages(folder: Path, limit: int | None) -> Iterator[tuple[str, Row, str]]:
    """Set, truth and markup of every development page."""
    for name in SETS:
        path = folder / name / "truth.jsonl"
        if not path.exists():
            sys.exit(f"{path}: missing; name the folder that holds {', '.join(SETS)}")
        for line in path.read_text("utf-8").splitlines()[:limit]:
            truth = json.loads(line)
            with gzip.open(folder / name / f"{truth['id']}.html.gz", "rt", encoding="utf-8", newline="") as file:
                yield name, truth, file.read()


def measure_all(found: list[Reader], folder: Path, limit: int | None) -> None:
    """Let every reader read every page."""
    for name, truth, html in pages(folder, limit):
        for reader in found:
            start = time.process_time()
            try:
                row = reader.read(html, truth["url"])
            except Exception:  # noqa: BLE001 - a library may raise anything on a hostile page; it then scores as empty
                row, reader.failed = {}, reader.failed + 1
            reader.seconds += time.process_time() - start
            reader.pages += 1
            mark(reader, f"{name}/{truth['id']}", truth, row)


def report(found: list[Reader]) -> None:
    """Print the table."""
    base = next((r for r in found if r.name == "trafilatura fast"), None)
    print(f"\n{'':20}" + "".join(f"{m:>15}" for m in MEASURES) + f"{'pages/s':>10}{'ratio':>8}{'failed':>8}")
    for reader in found:
        cells = "".join(
            f"{value(m, list(reader.marks[m].values())):15.3f}" if reader.marks[m] else f"{'-':>15}" for m in MEASURES
        )
        ratio = base.seconds / reader.seconds if base else 0.0
        print(f"{reader.name:20}{cells}{reader.pages / reader.seconds:10.1f}{ratio:8.2f}{reader.failed:8}")
    mine = found[0]
    print(f"\n{mine.name} minus the best library (paired, 95 %):")
    for measure in MEASURES:
        others = [r for r in found if not r.name.startswith("monitor") and r.marks[measure]]
        if not others or not mine.marks[measure]:
            continue
        best = max(others, key=lambda r: value(measure, list(r.marks[measure].values())))
        print(
            f"  {measure:15} {{:+.3f}} [{{:+.3f}}, {{:+.3f}}]  ({best.name}, {len(mine.marks[measure])} pages)".format(
                *interval(measure, mine.marks[measure], best.marks[measure])
            )
        )
    bad = [key for key, (p, _) in mine.marks["body F1"].items() if p is not None and p < 0.5]
    print(f"\nbody precision under .5: {len(bad)}" + "".join(f"\n  {key}" for key in bad))


BASELINE = """
import json, sys
from trafilatura import extract
for line in open(sys.argv[1], encoding="utf8"):
    row = json.loads(line)
    print(len(extract(row["html"], url=row["url"], fast=True, include_comments=False) or ""))
"""


def command_speed(folder: Path, limit: int | None) -> None:
    """Print how fast `monitor analyse --only page` is beside trafilatura's fast text, both as processes."""
    with tempfile.TemporaryDirectory() as work:
        rows = [
            json.dumps({"id": f"{name}/{truth['id']}", "url": truth["url"], "html": html})
            for name, truth, html in pages(folder, limit)
            if name != "dates"
        ]
        inputs = {"many": Path(work, "many.jsonl"), "one": Path(work, "one.jsonl")}
        inputs["many"].write_text("\n".join(rows), "utf-8")
        inputs["one"].write_text(rows[0], "utf-8")
        monitor = [sys.executable, "-m", "monitor", "analyse", "--only", "page", "--json", "--jsonl"]
        costs = {
            name: seconds([*command, str(inputs["many"])]) - seconds([*command, str(inputs["one"])])
            for name, command in (("monitor", monitor), ("trafilatura", [sys.executable, "-c", BASELINE]))
        }
    print(
        f"\nanalyse --only page: {(len(rows) - 1) / costs['monitor']:.1f} pages a second of CPU, trafilatura's fast text "
        f"{(len(rows) - 1) / costs['trafilatura']:.1f}: ratio {costs['trafilatura'] / costs['monitor']:.2f}"
    )


def seconds(command: list[str]) -> float:
    """CPU seconds of a process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", help="default: $MONITOR_TEST_DATA/pages")
    parser.add_argument("--limit", type=int, help="read only the first pages of each set")
    parser.add_argument("--only", action="append", default=[], help="a reader's name; may be given again")
    options = parser.parse_args()
    data = options.folder or (
        f"{os.environ['MONITOR_TEST_DATA']}/pages" if os.environ.get("MONITOR_TEST_DATA") else None
    )
    if not data:
        sys.exit("no development pages: give their folder, or set MONITOR_TEST_DATA")
    logging.disable(logging.CRITICAL)
    warnings.filterwarnings("ignore")
    found = readers(options.only)
    measure_all(found, Path(data), options.limit)
    report(found)
    if not options.only:
        command_speed(Path(data), options.limit)


if __name__ == "__main__":
    main()
