"""Learn what the clues to a person's nationality weigh.

In      `news*.txt` beside this but `news_fresh.txt`: persons whose nationality is annotated
Model   a conditional logistic model over the clues of `people/nations.py`; the role is the annotated one
Out     right nationalities of the persons found (none counts too), each file by a model that learnt from the others,
        beside the rule of the nearest name; `--write` learns from all and writes `people/data/nations.json`
Usage   python -m benchmarks.train_nations [--write]
Needs   numpy; two minutes
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.news import NEWS, rows
from benchmarks.weighing import Case, fit
from pipelines.analysis import nationalities
from pipelines.analysis.people import find
from pipelines.analysis.people.nations import NONE, Nations
from pipelines.analysis.weighing import Options, Weights
from pipelines.records import Role

WRITTEN = Path(find.__file__).parent / "data" / "nations.json"
L2 = 0.003


def cases() -> Iterator[tuple[Case, Options]]:
    """The persons that were found and whose nationality is asked."""
    for path in sorted(set(NEWS.parent.glob("news*.txt")) - {NEWS.with_name("news_fresh.txt")}):
        for row in rows(path):
            if all(one.nationality == "?" for one in row.people):
                continue
            text, people, _, language = find.named(None, row.text, row.language)
            nations = Nations(text, people, nationalities.find(text.text, language), language)
            left = [one for one in row.people if not one.changed]
            for person in people:
                asked = next((one for one in left if one.named(person.name)), None)
                if asked is None:
                    continue
                left.remove(asked)
                if asked.nationality != "?" and "?" not in asked.roles:
                    right = NONE if asked.nationality == "-" else asked.nationality
                    options = nations.options(person, Role(min(asked.roles)))
                    yield Case(path.stem, options.whole(), frozenset({right})), options


def rule_of(options: Options) -> str:
    """What the rule of the nearest name says."""
    return next(label for label, clues in options.clues.items() if {"rule", "rule none"} & set(clues))


def main() -> None:
    """Learn, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    found = list(cases())
    total: Counter[str] = Counter()
    for file in sorted({case.file for case, _ in found}):
        weights = Weights(fit([case for case, _ in found if case.file != file], L2))
        stat: Counter[str] = Counter()
        for case, choice in found:
            if case.file == file:
                told = weights.choose(choice)
                kind = "none" if NONE in case.right else "named"
                stat[kind + " n"] += 1
                stat[kind] += told in case.right
                stat[kind + " rule"] += rule_of(choice) in case.right
        total += stat
        print(_line(file, stat), flush=True)
    print(_line("all", total))
    if options.write:
        learnt = {"nationality": fit([case for case, _ in found], L2)}
        WRITTEN.write_text(json.dumps(learnt, ensure_ascii=False, indent=0) + "\n", "utf-8")


def _line(file: str, s: Counter[str]) -> str:
    parts = (
        f"{kind} {s[kind] / max(1, s[kind + ' n']):.2f} ({s[kind + ' rule'] / max(1, s[kind + ' n']):.2f}) of {s[kind + ' n']}"
        for kind in ("named", "none")
    )
    return f"{file:14} learnt (by the rule): {', '.join(parts)}"


if __name__ == "__main__":
    main()
