"""Measure reported counts: numbers, full triples (number, nationality, status) and cost.

usage: counts.py [--sentences FILE.tsv] [--articles dev.jsonl] [--misses] [--json]
In      sentences: language, text, counts asked (see tests/analysis/test_counts_news.tsv); articles: JSON lines with
        `text`, `lang`, `counts`
Out     by language P, R, F1 of the number and F1 of the triple with n; for articles F1 over the distinct numbers of a
        row with the spread over five folds; milliseconds for 3,000 characters; a bare digit search for the ratio
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipelines.analysis.counts import find_counts

SENTENCES = Path(__file__).parents[1] / "tests" / "analysis" / "test_counts_news.tsv"
Triple = tuple[str, str, str]
Finder = Callable[[str, str], list[Triple]]


def ours(text: str, language: str) -> list[Triple]:
    """What the monitor reads."""
    return [
        (
            "none" if c.low is None else str(c.low) if c.low == c.high else f"{c.low}-{c.high}",
            c.nationality or "-",
            c.status.value if c.status else "-",
        )
        for c in find_counts(text, language)
    ]


def digits(text: str, language: str) -> list[Triple]:
    """The least that could be done: every run of digits is a count."""
    return [(re.sub(r"\D", "", m.group()), "-", "-") for m in re.finditer(r"\d[\d.,\u00a0 ]*\d|\d", text)]


def cases(path: Path) -> Iterator[tuple[str, str, list[Triple]]]:
    """Language, sentence, triples asked."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            language, text, *asked = line.split("\t")
            triples = [tuple(x.split("/")) for x in (asked[0].split() if asked else [])]
            yield language, text, [(n, nation, status) for n, nation, status in triples]


def compare(asked: list[Triple], got: list[Triple]) -> tuple[int, int]:
    """How many numbers, and how many whole triples, were read right; "?" is not asked."""
    left, numbers, whole = list(got), 0, 0
    for number, nation, status in asked:
        same = [g for g in left if g[0] == number]
        if same:
            best = max(same, key=lambda g: (nation in ("?", g[1])) + (status in ("?", g[2])))
            left.remove(best)
            numbers += 1
            whole += nation in ("?", best[1]) and status in ("?", best[2])
    return numbers, whole


def f1(right: int, given: int, asked: int) -> float:
    return 2 * right / (given + asked) if given + asked else 1.0


def sentences(path: Path, finder: Finder, misses: bool) -> dict[str, Any]:
    """Scores by language and over all."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for language, text, asked in cases(path):
        got = finder(text, language)
        numbers, whole = compare(asked, got)
        if misses and (whole < len(asked) or len(got) > numbers):
            print(f"{language}\t{text}\n\tasked {asked}\n\tread  {got}")
        for key in (language, "all"):
            for i, value in enumerate((numbers, whole, len(got), len(asked))):
                sums[key][i] += value
    return {
        key: {
            "precision": round(n / max(1, given), 3),
            "recall": round(n / max(1, asked), 3),
            "f1": round(f1(n, given, asked), 3),
            "triple_f1": round(f1(w, given, asked), 3),
            "n": asked,
        }
        for key, (n, w, given, asked) in sums.items()
    }


def articles(path: Path) -> dict[str, Any]:
    """Distinct numbers a row, positive rows only, over all and in five folds by row."""
    folds: list[list[int]] = [[0, 0, 0] for _ in range(5)]
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    positive = [r for r in rows if r.get("label", "positive") == "positive"]
    for i, row in enumerate(positive):
        asked = {c["n"] for c in row["counts"] if isinstance(c["n"], int) and c["what"] != "countries"}
        found = find_counts(row["text"], row["lang"], row.get("title"))
        got = {c.low for c in found if c.low is not None}
        for j, value in enumerate((len(asked & got), len(got), len(asked))):
            folds[i % 5][j] += value
    right, given, wanted = (sum(f[j] for f in folds) for j in range(3))
    each = [round(f1(*f), 3) for f in folds]
    return {"f1": round(f1(right, given, wanted), 3), "folds": each, "n": wanted, "ms_per_3000": cost(positive)}


def cost(rows: list[dict[str, Any]]) -> float:
    """Milliseconds for 3,000 characters, word lists loaded."""
    for row in rows:
        find_counts(row["text"], row["lang"])
    size = sum(len(r["text"]) for r in rows)
    start = time.process_time()
    for row in rows:
        find_counts(row["text"], row["lang"])
    return round((time.process_time() - start) * 1000 * 3000 / size, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=Path, default=SENTENCES)
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = {
        "monitor": sentences(options.sentences, ours, options.misses),
        "digits": sentences(options.sentences, digits, False)["all"],
    }
    if options.articles:
        result["articles"] = articles(options.articles)
    if options.json:
        print(json.dumps(result, indent=1))
        return
    for key, score in result["monitor"].items():
        print(key, score)
    print("bare digits", result["digits"])
    if options.articles:
        print("articles", result["articles"])


if __name__ == "__main__":
    main()
