"""Learn what the kinds of words of `people-at-war` weigh: a logistic model with few weights, readable one by one.

In      own news (`tests/rules/news`), the watches' examples, the demo's articles, annotated rows (`--dev FILE.jsonl`),
        ordinary pages (`--pages FILE.jsonl`, lines with title, body and language, taken as off the topic)
Model   look-alikes may only take away; pairs and seconds may only add; small weights are dropped (L1)
Out     precision and recall, cross-validated by group; `--write` puts the weights into the watch file
Usage   python -m benchmarks.train_evidence --dev DEV --pages PAGES [--leave-out fresh_b …] [--write]
Needs   numpy
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from monitor.demo.site.content import load as load_demo
from monitor.demo.truth import load_truth
from monitor.watches import PACKAGED, load_examples, load_watches
from pipelines.analysis.rules import compile_watches
from pipelines.analysis.rules.book import RuleBook
from pipelines.analysis.rules.evidence import stretches
from pipelines.records import Evidence
from tests.rules.conftest import article
from tests.rules.news import read_news, read_rows

WATCH = "people-at-war"
ALERT, POSSIBLE = -0.3, -1.45
"""Where the two thresholds lie on the model's own scale, log odds; chosen on texts that nothing was learnt from."""
THREE, POINT = -0.75, 0.75
"""Three points of the watch file are so much, one is so much more: files of different times can be read side by side."""
LEAST = {
    "hired": 0.5,
    "mercenary": 0.3,
    "pow": 0.3,
    "hands": 0.5,
    "captive": 0.4,
    "enlist": 0.3,
    "join": 0.0,
    "nation": 0.0,
}
"""Kinds that speak for the topic by themselves: what each weighs at least, whatever the few texts say."""
MOST = {
    "not_play": -0.8,
    "not_sport": -0.8,
    "not_scam": -0.9,
    "not_ransom": -0.6,
    "not_sport often": -2.0,
    "not_play often": -1.5,
    "not_study often": -1.0,
}
"""Four words of sport in one stretch are a match report, whatever its legionnaires fight for."""
FOLDS, L1, L2 = 5, 0.0008, 0.002
Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Sample:
    """A text: for each of its stretches the numbers of the weights that count there."""

    stretches: tuple[frozenset[int], ...]
    on_topic: bool
    group: str
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by number, and the constant."""

    weights: Array
    start: float

    def score(self, sample: Sample) -> float:
        """The log odds of the best stretch."""
        return self.start + max(sum(float(self.weights[i]) for i in one) for one in sample.stretches)


def candidates(rule: Evidence) -> tuple[str, ...]:
    """Every weight that may be learnt."""
    kinds = [name for name, _ in rule.kinds]
    plain = [name for name in kinds if not name.startswith("not_")]
    pairs = [(a, b) for at, a in enumerate(plain) for b in plain[at + 1 :]]
    joined = [f"{a} {how} {b}" for how in ("with", "near") for a, b in pairs]
    often = (f"{name} often" for name in kinds if name.startswith("not_"))
    return (*kinds, *(f"{name} twice" for name in kinds), *often, *joined)


def sample(book: RuleBook, names: dict[str, int], text: tuple[str, str | None, str, bool, str], share: float) -> Sample:
    """Ask the product itself which weights count in each opening stretch of a text."""
    language, title, body, on_topic, group = text
    watch = book.watches[0]
    assert watch.evidence is not None
    base = language.split("-")[0].lower()
    doc = book.read(article(body, title, language=language))
    found = (
        (at, weights)
        for at, weights in stretches(watch.evidence, doc, base if base in watch.languages else None)
        if at.opening
    )
    sets = {frozenset(names[weight.name] for weight in weights) for _, weights in found}
    return Sample(tuple(sets) or (frozenset(),), on_topic, group, share)


def texts(dev: Path | None, leave_out: Sequence[str]) -> list[tuple[str, str | None, str, bool, str]]:
    """The news, examples and annotated rows: language, title, body, on topic, group."""
    news = read_news(leave_out=leave_out)
    found = [(n.language, n.title if n.title != n.body else None, n.body, n.on_topic, n.body) for n in news]
    examples: dict[tuple[str, str], bool] = {}
    for path in sorted(PACKAGED.glob("*.toml")):
        for one in () if path.name.startswith("lists-") else load_examples(path):
            key = (one.language, one.text)
            examples[key] = examples.get(key, False) or one.match
    found += [(language, None, text, wanted, text) for (language, text), wanted in examples.items()]
    found += demo_articles()
    if dev:
        groups = [json.loads(line).get("group") for line in dev.read_text(encoding="utf-8").splitlines()]
        rows = read_rows(dev)
        named = groups if len(groups) == len(rows) else [None] * len(rows)
        found += [
            (n.language, n.title, n.body, n.on_topic, f"dev {g or n.body}") for n, g in zip(rows, named, strict=True)
        ]
    return found


def demo_articles() -> list[tuple[str, str | None, str, bool, str]]:
    """The articles of the demo's newspapers, whole: half of them are look-alikes of article length."""
    content = load_demo()
    found = []
    for truth in load_truth():
        page = content.page(truth.page)
        if not page.body:
            continue  # a reprint
        body = f"{page.lead}\n\n{page.body}".strip()
        found.append(
            (content.outlets[page.outlet].languages[0], page.title, body, truth.on_topic, f"demo {page.title}")
        )
    return found


def pages(path: Path | None) -> list[tuple[str, str | None, str, bool, str]]:
    """Ordinary pages; those few that are on the topic have to be left out of the file."""
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    rows = [json.loads(line) for line in lines]
    return [(r.get("language") or "en", r.get("title"), r["body"], False, r["id"]) for r in rows if r.get("body")]


def bounds(names: Sequence[str]) -> tuple[Array, Array]:
    """What each weight may be at least and at most."""
    low = np.array([LEAST.get(n, 0.0 if " " in n else -np.inf) for n in names])
    high = np.array([MOST.get(n, 0.0 if n.startswith("not_") else np.inf) for n in names])
    low[[i for i, n in enumerate(names) if n.startswith("not_")]] = -np.inf
    return low, high


def fit(samples: Sequence[Sample], names: Sequence[str], rounds: int = 3, steps: int = 400) -> Model:
    """Fit by accelerated proximal gradient; each text stands for its best stretch of the round before."""
    low, high = bounds(names)
    y = np.array([one.on_topic for one in samples], float)
    share = np.array([one.share for one in samples])
    share /= share.mean()
    model = Model(np.zeros(len(names)), 0.0)
    for turn in range(rounds):
        x = np.zeros((len(samples), len(names)))
        for row, one in enumerate(samples):
            best = max(one.stretches, key=lambda s: sum(model.weights[i] for i in s)) if turn else one.stretches[0]
            x[row, list(best)] = 1
        model = _descend(model, x, y, share, low, high, steps)
    return model


def _descend(model: Model, x: Array, y: Array, share: Array, low: Array, high: Array, steps: int) -> Model:
    count = len(y)
    curve = 0.25 * np.linalg.norm(x * np.sqrt(share)[:, None], 2) ** 2 / count + L2 + 0.05
    weights, start, ahead, ahead_start, pace = model.weights, model.start, model.weights, model.start, 1.0
    for _ in range(steps):
        wrong = (1 / (1 + np.exp(-(x @ ahead + ahead_start))) - y) * share
        moved = ahead - (x.T @ wrong / count + L2 * ahead) / curve
        moved = np.clip(np.sign(moved) * np.maximum(np.abs(moved) - L1 / curve, 0), low, high)
        moved_start = ahead_start - wrong.mean() / curve
        faster = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        ahead = moved + (pace - 1) / faster * (moved - weights)
        ahead_start = moved_start + (pace - 1) / faster * (moved_start - start)
        weights, start, pace = moved, moved_start, faster
    return Model(weights, float(start))


def report(name: str, scores: Sequence[float], samples: Sequence[Sample]) -> None:
    """Print precision and recall at both thresholds."""
    said = []
    for limit in (ALERT, POSSIBLE):
        found = [one.on_topic for one, score in zip(samples, scores, strict=True) if score >= limit]
        wanted = sum(one.on_topic for one in samples)
        said.append(f"P {sum(found) / max(1, len(found)):.3f} R {sum(found) / max(1, wanted):.3f}")
    print(f"{name:14s} n {len(samples):4d}  alert {said[0]}  possible {said[1]}")


def crossed(samples: Sequence[Sample], more: Sequence[Sample], names: Sequence[str]) -> list[float]:
    """The score of each text by a model that has not seen its group."""
    groups = sorted({one.group for one in samples})
    random.Random(1).shuffle(groups)
    fold = {group: at % FOLDS for at, group in enumerate(groups)}
    scores = [0.0] * len(samples)
    for number in range(FOLDS):
        model = fit([*(one for one in samples if fold[one.group] != number), *more], names, 2, 250)
        for at, one in enumerate(samples):
            if fold[one.group] == number:
                scores[at] = model.score(one)
    return scores


def _points(odds: float) -> float:
    return round(3 + (odds - THREE) / POINT, 2)


def write(model: Model, names: Sequence[str]) -> None:
    """Put weights and thresholds into the watch file, in its points."""
    path = PACKAGED / f"{WATCH}.toml"
    rows = [(name, round(float(w) / POINT, 2)) for name, w in zip(names, model.weights, strict=True)]
    lines = [f'"{name}" = {points}' if " " in name else f"{name} = {points}" for name, points in rows if points]
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\[evidence\.weights\]\n(?:[^\[]*\n)", "[evidence.weights]\n" + "\n".join(lines) + "\n\n", text)
    start = _points(model.start)
    for key, points in (
        ("start", start),
        ("alert_threshold", _points(ALERT)),
        ("possible_threshold", _points(POSSIBLE)),
    ):
        text = re.sub(rf"(?m)^{key} = .*$", f"{key} = {points}", text)
    path.write_text(text, encoding="utf-8")
    print(f"{len(lines)} weights written to {path.name}, start {start:.2f}")


def main() -> None:
    """Cross-validate, then fit on everything."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--dev", type=Path)
    asked.add_argument("--pages", type=Path)
    asked.add_argument("--leave-out", nargs="*", default=[])
    asked.add_argument("--write", action="store_true")
    asked.add_argument("--fast", action="store_true", help="no cross-validation")
    options = asked.parse_args()
    watch = load_watches()[WATCH]
    assert watch.evidence is not None
    names = candidates(watch.evidence)
    wide = replace(watch, evidence=replace(watch.evidence, weights=tuple((name, 1.0) for name in names)))
    book, numbers = compile_watches([wide]), {name: at for at, name in enumerate(names)}
    samples = [sample(book, numbers, text, 1.0) for text in texts(options.dev, options.leave_out)]
    more = [sample(book, numbers, page, 1.0) for page in pages(options.pages)]
    if not options.fast:
        scores = crossed(samples, more, names)
        report("crossed", scores, samples)
        dev = [at for at, one in enumerate(samples) if one.group.startswith("dev ")]
        report("crossed, dev", [scores[at] for at in dev], [samples[at] for at in dev])
        shown = [at for at, one in enumerate(samples) if one.group.startswith("demo ")]
        report("crossed, demo", [scores[at] for at in shown], [samples[at] for at in shown])
    model = fit([*samples, *more], names)
    report("fitted", [model.score(one) for one in samples], samples)
    above = sorted((model.score(one) for one in more), reverse=True)[:12]
    print("ordinary pages, the highest openings:", " ".join(f"{score:.2f}" for score in above))
    if options.write:
        write(model, names)


if __name__ == "__main__":
    main()
