"""Measure the day of publication beside htmldate, and choose its costs by cross-validation over publishers.

In      a folder with `fundus`, `segments`, `dates` (each `truth.jsonl` and `<id>.html.gz`): the argument, else
        `$MONITOR_TEST_DATA/pages`
Out     for every set, pages as they are and `bare` (no JSON-LD, no stamps in markup or scripts: what is left is what a
        reader sees): share of right days, of wrong ones (the rest have none), beside htmldate; the difference by fold and
        whole, with a 95 % interval (bootstrap over publishers); `--choose`: for every fold the costs that
        are best on the other folds, and what they give on it; `--misses`: the pages whose day is wrong or missing
Raises  SystemExit with a line where the data are missing
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import os
import random
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zlib import crc32

import htmldate
from lxml import html as markup
from lxml.html import HtmlElement
from reading import NOW, SETS, pages, same_day

from pipelines.analysis import meta_visible
from pipelines.analysis.meta_when import find_times
from pipelines.analysis.metadata import read_metadata

FOLDS = 5
GRID = {"PASSED": (0.0, 1.0, 2.0, 3.0), "WORST": (9.0, 12.0, 15.0)}
"""The costs that `--choose` tries."""
_STAMP = re.compile(r"\d{4}-\d\d-\d\d|\d{10}|(?:19|20)\d\d")


@dataclass
class Sheet:
    """One page: where it is from, its true day, its tree."""

    kind: str
    url: str
    truth: str
    tree: HtmlElement
    text: str

    @property
    def publisher(self) -> str:
        """The host, as one group: pages of one publisher look alike."""
        return ".".join((urlsplit(self.url).hostname or "").split(".")[-2:])

    @property
    def fold(self) -> int:
        """The fold of the publisher."""
        return crc32(self.publisher.encode()) % FOLDS


def bare(tree: HtmlElement) -> HtmlElement:
    """Take out of a page what is said to machines alone."""
    for element in list(tree.iter("script", "meta")):
        name = f"{element.get('property') or ''} {element.get('name') or ''}"
        if element.tag == "script" and element.text:
            element.text = ""
        elif element.tag == "meta" and _STAMP.search(element.get("content") or "") and "title" not in name:
            element.drop_tree()
    for element in tree.iter():
        for name in ("datetime", "content", "title", "data-date", "date"):
            if isinstance(element.tag, str) and element.tag != "meta" and _STAMP.search(element.get(name) or ""):
                del element.attrib[name]
    return tree


def sheets(folder: Path) -> Iterator[Sheet]:
    """Every dated page once, as it is and bare."""
    seen: set[str] = set()
    for name, truth, text in pages(folder, None):
        when = truth.get("date") or truth.get("published")
        if not when or truth["url"] in seen:
            continue
        seen.add(truth["url"])
        for kind in (name, f"{name}, bare"):
            tree = markup.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", text))
            if kind != name:
                tree = bare(tree)
                text = markup.tostring(tree, encoding="unicode")
            yield Sheet(kind, truth["url"], when, tree, text)


def ours(sheet: Sheet) -> str | None:
    """The monitor's day, with what it stands on."""
    found = find_times(read_metadata(sheet.tree, sheet.url), sheet.tree, sheet.url, "UTC", True, NOW).published
    return found.isoformat() if found else None


def theirs(sheet: Sheet) -> str | None:
    """htmldate's day, extensive."""
    try:
        return htmldate.find_date(sheet.text, url=sheet.url, original_date=True, extensive_search=True)
    except (ValueError, TypeError, AttributeError, OverflowError):  # it stumbles over some broken pages
        return None


def right(found: list[Sheet], days: list[str | None]) -> list[int]:
    """1 for every page whose day is right."""
    return [int(same_day(sheet.truth, day)) for sheet, day in zip(found, days, strict=True)]


def interval(found: list[Sheet], one: list[int], other: list[int]) -> tuple[float, float, float]:
    """`one` minus `other`, and its 95 % interval over publishers drawn anew."""
    groups: dict[str, list[int]] = {}
    for sheet, a, b in zip(found, one, other, strict=True):
        groups.setdefault(sheet.publisher, []).append(a - b)
    names, rng, spread = sorted(groups), random.Random(7), []
    for _ in range(1000):
        drawn = [value for name in rng.choices(names, k=len(names)) for value in groups[name]]
        spread.append(sum(drawn) / len(drawn))
    spread.sort()
    return (sum(one) - sum(other)) / len(found), spread[24], spread[974]


def report(found: list[Sheet], mine: list[str | None], other: list[str | None]) -> None:
    """Print the table."""
    print(
        f"{'':18}{'pages':>6}{'right':>8}{'wrong':>8}{'htmldate':>10}{'wrong':>8}  ours minus htmldate, by fold, whole"
    )
    kinds = [kind for name in SETS for kind in (name, f"{name}, bare")]
    for kind in kinds:
        rows = [i for i, sheet in enumerate(found) if sheet.kind == kind]
        if not rows:
            continue
        some = [found[i] for i in rows]
        a, b = [mine[i] for i in rows], [other[i] for i in rows]
        good, peer = right(some, a), right(some, b)
        folds = " ".join(
            f"{sum(g - p for s, g, p in zip(some, good, peer, strict=True) if s.fold == fold):+d}"
            f"/{sum(s.fold == fold for s in some)}"
            for fold in range(FOLDS)
        )
        n = len(rows)
        print(
            f"{kind:18}{n:6}{sum(good) / n:8.3f}{sum(d is not None for d in a) / n - sum(good) / n:8.3f}"
            f"{sum(peer) / n:10.3f}{sum(d is not None for d in b) / n - sum(peer) / n:8.3f}  {folds}  "
            + "{:+.3f} [{:+.3f}, {:+.3f}]".format(*interval(some, good, peer))
        )


def choose(found: list[Sheet]) -> None:
    """Print for every fold the costs that are best on the others, and what they give on it beside those in use."""
    used = {name: getattr(meta_visible, name) for name in GRID}
    results = {}
    for values in itertools.product(*GRID.values()):
        for name, value in zip(GRID, values, strict=True):
            setattr(meta_visible, name, value)
        results[values] = right(found, [ours(sheet) for sheet in found])
        print(dict(zip(GRID, values, strict=True)), f"right {sum(results[values])} of {len(found)}", flush=True)
    now = tuple(used.values())
    held, before = 0, 0
    for fold in range(FOLDS):
        inside = [i for i, sheet in enumerate(found) if sheet.fold == fold]
        outside = [i for i, sheet in enumerate(found) if sheet.fold != fold]
        best = max(results, key=lambda v: (sum(results[v][i] for i in outside), v == now))
        held += sum(results[best][i] for i in inside)
        before += sum(results.get(now, results[best])[i] for i in inside)
        print(f"fold {fold}: best outside {dict(zip(GRID, best, strict=True))}")
    print(f"held out: chosen {held / len(found):.4f}, in use ({used}) {before / len(found):.4f}")
    for name, value in used.items():
        setattr(meta_visible, name, value)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", help="default: $MONITOR_TEST_DATA/pages")
    parser.add_argument("--choose", action="store_true", help="cross-validate the costs")
    parser.add_argument("--misses", action="store_true", help="list the pages whose day is wrong or missing")
    options = parser.parse_args()
    data = options.folder or f"{os.environ.get('MONITOR_TEST_DATA', '')}/pages"
    if not Path(data, SETS[0], "truth.jsonl").exists():
        sys.exit("no development pages: give their folder, or set MONITOR_TEST_DATA")
    logging.disable(logging.CRITICAL)
    warnings.filterwarnings("ignore")
    found = list(sheets(Path(data)))
    if options.choose:
        choose(found)
        return
    mine = [ours(sheet) for sheet in found]
    report(found, mine, [theirs(sheet) for sheet in found])
    if options.misses:
        for sheet, day in zip(found, mine, strict=True):
            if not same_day(sheet.truth, day):
                print(json.dumps({"kind": sheet.kind, "url": sheet.url, "truth": sheet.truth, "found": day}))


if __name__ == "__main__":
    main()
