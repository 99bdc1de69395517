"""Learn what two reports of one event share: a logistic model whose weights can be read one by one.

In      the invented events beside this file, with their days and without; `--data FILE.jsonl` (see `stories.py`) adds
        given rows. Every pair of reports of one file is a sample
Model   what speaks for one event may only add, what speaks against it only take away; a few weights have bounds, where
        the events say less than is known (`LEAST`, `MOST`)
Out     cross-validated pairs by file, events in parts so that look-alikes, which stand together, stay together;
        `--write` puts the weights into `pipelines/analysis/data/story_weights.toml`
Usage   python -m benchmarks.train_stories [--data FILE.jsonl] [--write]
Needs   numpy
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmarks.stories import FILES, Report, given, grouped, own, read, signs_of_reports, stories_of
from pipelines.analysis.story_evidence import ENOUGH, Weights, anchored
from pipelines.analysis.story_likeness import Sign, likeness
from pipelines.analysis.story_signs import Signs

WRITTEN = Path("pipelines/analysis/data/story_weights.toml")
PARTS, STEPS, L2 = 6, 500, 2.0
RIGHT = 3.0
"""What a pair of one event weighs; pairs of two events are many more."""

GIVEN = 2.0
"""What a pair of given rows weighs: they are real, and few."""

CAUTION = {"dated": 0.75, "undated": 0.5}
"""Points taken beyond what is learnt: a wrong join hides news, and only follow-ups that are known stand in the events.
Chosen where the cross-validation's joins of reports with their days are right nearly always."""

AGAINST = frozenset(
    [
        "another lead",
        "undated",
        "a day apart",
        "days apart",
        "other days",
        "another fate",
        "other persons",
        "other counts",
        "other numbers",
        "other numbers in headlines",
        "another headline",
        "undated person",
        "undated, another headline",
        "other units",
        "other countries",
    ]
)
LEAST = {"list of countries": 2.0}
MOST = {"undated, another headline": -1.0}
LOWEST = {"days apart": -0.75}
"""Every invented report came out within a day of its event; real ones do not."""

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reports of a file, by their places, and the parts that their events are in."""

    file: str
    one: int
    other: int
    parts: tuple[int, int]
    same: bool
    signs: list[Sign]


def rarity(texts: Sequence[Signs]) -> dict[str, float]:
    """How much each matter tells: the fewer reports speak of it, the more."""
    known = Counter(matter for one in texts for matter in one.matters)
    return {matter: round(math.log(len(texts) / count), 2) for matter, count in sorted(known.items())}


def pairs_of(file: str, reports: Sequence[Report], signs: Sequence[Signs], rare: dict[str, float]) -> list[Pair]:
    """Every pair of a file's reports."""
    parts = grouped(reports, PARTS)
    return [
        Pair(
            file, i, j, (parts[reports[i].event], parts[reports[j].event]),
            reports[i].event == reports[j].event, likeness(signs[i], signs[j], rare),
        )
        for i, j in combinations(range(len(reports)), 2)
    ]  # fmt: skip


def matrix(pairs: Sequence[Pair], names: Sequence[str]) -> Array:
    """Pairs as rows, signs as columns."""
    column = {name: at for at, name in enumerate(names)}
    made = np.zeros((len(pairs), len(names)))
    for row, pair in enumerate(pairs):
        for sign in pair.signs:
            made[row, column[sign.name]] = sign.amount
    return made


def fit(rows: Array, same: Array, importance: Array, names: Sequence[str]) -> tuple[Array, float]:
    """Weights and base by projected descent (Adam); every step returns into the bounds."""
    sign = np.array([-1 if name in AGAINST else 1 for name in names])
    low = np.array([LEAST.get(n, LOWEST.get(n, -math.inf if n in AGAINST else 0.0)) for n in names])
    high = np.array([MOST.get(n, 0.0 if n in AGAINST else math.inf) for n in names])
    weights, base = np.clip(0.1 * sign, low, high), -3.0
    mean, square = np.zeros(len(names) + 1), np.zeros(len(names) + 1)
    cost = np.where(same, RIGHT, 1.0) * importance
    for step in range(1, STEPS + 1):
        wrong = cost * (1 / (1 + np.exp(-(rows @ weights + base))) - same)
        slope = np.append(rows.T @ wrong + L2 * weights, wrong.sum())
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope * slope
        move = 0.05 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        weights, base = np.clip(weights - move[:-1], low, high), base - move[-1]
    return weights, float(base)


class Model:
    """The samples, and what is learnt of all or of some."""

    def __init__(self, pairs: Sequence[Pair], rare: dict[str, float]) -> None:
        self.rare = rare
        self.pairs = [pair for pair in pairs if anchored(pair.signs)]
        self.names = sorted({sign.name for pair in pairs for sign in pair.signs})
        self.rows = matrix(self.pairs, self.names)
        self.same = np.array([pair.same for pair in self.pairs], dtype=float)
        self.importance = np.array([GIVEN if pair.file.startswith("given") else 1.0 for pair in self.pairs])

    def learnt(self, *, without: int | None = None) -> Weights:
        """The weights from every pair, or from those that have no report in a part."""
        kept = np.array([without is None or without not in pair.parts for pair in self.pairs])
        found, base = fit(self.rows[kept], self.same[kept], self.importance[kept], self.names)
        signs = {name: round(float(w), 2) for name, w in zip(self.names, found, strict=True)}
        signs["undated"] = round(signs["undated"] + CAUTION["dated"] - CAUTION["undated"], 2)
        return Weights(round(base - CAUTION["dated"], 2), signs, self.rare)


def write(learnt: Weights) -> None:
    """Put the weights where the product reads them."""
    head = "# What two reports of one event share, in log odds; learnt by benchmarks/train_stories.py\n"
    ranked = sorted(learnt.signs.items(), key=lambda one: (-one[1], one[0]))
    signs = "\n".join(f'"{name}" = {weight}' for name, weight in ranked)
    rare = "\n".join(f"{matter} = {weight}" for matter, weight in learnt.rarity.items())
    said = f"{head}\nbase = {learnt.base}\n\n[signs]\n{signs}\n\n[rarity] # of matters\n{rare}\n"
    WRITTEN.write_text(said, "utf-8")


def main() -> None:
    """Cross-validate, print, and write when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    learnt_from = {name: path for name, path in FILES.items() if name != "fresh"}
    files = {name: read(own(path)) for name, path in learnt_from.items()}
    files |= {f"{name} undated": read(own(path), dated=False) for name, path in learnt_from.items()}
    if args.data:
        files["given undated"] = read(given(args.data), dated=False)
    signs = {name: signs_of_reports(reports) for name, reports in files.items()}
    rare = rarity([one for name in files if name.endswith("undated") for one in signs[name]])
    pairs = [pair for name, reports in files.items() for pair in pairs_of(name, reports, signs[name], rare)]
    model = Model(pairs, rare)
    print(f"{len(pairs)} pairs, {len(model.pairs)} of them share more than a topic; from {ENOUGH} points on one event")
    learnt = [model.learnt(without=part) for part in range(PARTS)]
    for name, reports in files.items():
        parts = grouped(reports, PARTS)
        print(f"{name:16} {stories_of(reports, signs[name], learnt, parts)}")
    final = model.learnt()
    for name, weight in sorted(final.signs.items(), key=lambda one: -one[1]):
        print(f"{name:28} {weight:6.2f}")
    if args.write:
        write(final)


if __name__ == "__main__":
    main()
