"""What finding persons costs by language: CPU milliseconds per 3,000 characters on one core, of texts not seen before.

usage   python -m benchmarks.people_cost [--lang en,zh] [--tree NAME=PATH ...] [--rounds 3]
In      the `news*.txt` beside this, invented news dense with names: a person every 120 characters; every second text of a
        language is read first, so that models and words are known, then the others, joined into texts of about
        3,000 characters, are measured, each for the first time in its process
Out     by language the median over its texts, of each the least of some rounds (processes), which is what a busy machine
        adds least to; with other checkouts as `--tree`, all trees in turns and the ratio to the first
Raises  subprocess.CalledProcessError when a tree's code fails
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parents[1]
LANGUAGES = ("en", "uk", "zh", "ru", "fr", "es", "pt", "de", "ar", "ko", "ne", "hi", "tr")
SIZE = 3_000
_CHILD = """
import json, sys, time
from monitor.reading_worker import settle
from pipelines.analysis.people import find_figures
language, known, new = json.load(sys.stdin)
for text in [*known, "\\n".join(known)]:  # the long one asks for every list
    find_figures(None, text, language)
settle()
spent = []
for text in new:
    before = time.process_time()
    figures = find_figures(None, text, language)
    spent.append([1000 * (time.process_time() - before) * 3000 / len(text), len(figures)])
print(json.dumps(spent))
"""


def texts(language: str) -> tuple[list[str], list[str]]:
    """The texts to begin with, and texts of about 3,000 characters to measure."""
    from benchmarks.news import rows

    files = sorted(HERE.glob("benchmarks/news*.txt"))
    own = [row.text for file in files for row in rows(file) if row.language == language]
    joined = [""]
    for text in own[1::2]:
        if len(joined[-1]) + len(text) > SIZE and joined[-1]:
            joined.append("")
        joined[-1] += ("\n" if joined[-1] else "") + text
    return own[::2], [text for text in joined if len(text) > SIZE // 2]


def spent_in(tree: Path, language: str) -> list[tuple[float, int]]:
    """Milliseconds and persons of every text, in a process of its own."""
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(tree)}
    told = json.dumps([language, *texts(language)])
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], input=told, capture_output=True, text=True, check=True, cwd=tree, env=env
    )
    return [(spent, found) for spent, found in json.loads(done.stdout)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lang", default=",".join(LANGUAGES))
    parser.add_argument("--tree", action="append", default=[], help="NAME=PATH of another checkout")
    parser.add_argument("--rounds", type=int, default=3)
    o = parser.parse_args()
    trees = {"this": HERE} | {name: Path(path) for name, path in (tree.split("=", 1) for tree in o.tree)}
    print("language  texts persons" + "".join(f"{name:>12}" for name in trees) + "   ms CPU per 3,000 characters")
    for language in o.lang.split(","):
        rounds = [{name: spent_in(tree, language) for name, tree in trees.items()} for _ in range(o.rounds)]
        least = {
            name: [min(row[0] for row in text) for text in zip(*(one[name] for one in rounds), strict=True)]
            for name in trees
        }
        persons = sum(found for _, found in rounds[0]["this"])
        print(
            f"{language:8} {len(least['this']):6} {persons:7}" + "".join(f"{median(least[n]):12.1f}" for n in trees),
            flush=True,
        )


if __name__ == "__main__":
    main()
