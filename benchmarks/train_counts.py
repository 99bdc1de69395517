"""Learn what the clues to a counted group's status and nationality weigh.

In      `news*.txt` beside this but `news_fresh.txt`, the sentences of `tests/analysis/test_counts*.tsv`
Model   a conditional logistic model over the clues of `count_clues.py`; of several right labels any is right
Out     right statuses, nationalities and both, of the numbers that were found, each file by a model that learnt from the
        others, beside what the rules alone say; `--write` learns from all and writes `data/count_weights.json`
Usage   python -m benchmarks.train_counts [--write] [--misses]
Needs   numpy; a minute
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import counts as sentences
from benchmarks.news import NEWS, rows
from benchmarks.weighing import Case, fit
from pipelines.analysis import counts
from pipelines.analysis.count_clues import NONE, CountClues, Told
from pipelines.analysis.weighing import Weights

WRITTEN = Path(counts.__file__).parent / "data" / "count_weights.json"
SENTENCES = sentences.SENTENCES.parent
OWN = frozenset({"news", "sentences", "news_plain", "news_harder"})
"""Files that the rules were made from: they weigh less, lest the rules be believed too much."""
SHARE, UNSAID = 0.15, 0.25
"""What a text of their own hand weighs, and a count of which the writer says nothing: then none is right."""
Asked = tuple[str, str, set[str]]


@dataclass(slots=True)
class Sample:
    """A count that was found, with what is right to say of it."""

    file: str
    text: str
    clues: CountClues
    at: int
    nation: str
    statuses: set[str]
    article: int
    before: list[tuple[str, str]]
    """Status and nationality of the counts before, as asked."""

    @property
    def told(self) -> Told:
        return self.clues.told[self.at]


def texts() -> Iterator[tuple[str, str, str, list[Asked]]]:
    """File, language, text, what it counts."""
    for path in sorted(set(NEWS.parent.glob("news*.txt")) - {NEWS.with_name("news_fresh.txt")}):
        for row in rows(path):
            yield path.stem, row.language, row.text, row.counts
    for path in sorted(SENTENCES.glob("test_counts*.tsv")):
        for language, text, asked in sentences.cases(path):
            yield "sentences", language, text, [(n, nation, {status}) for n, nation, status in asked]


def samples() -> Iterator[Sample]:
    """The counts whose number was asked for and found, each number in reading order."""
    for article, (file, language, text, asked) in enumerate(texts()):
        clues = counts.read_counts(text, language, "body")
        if clues is None:
            continue
        right: dict[int, tuple[str, set[str]]] = {}
        for number, nation, statuses in asked:
            fits = [at for at, one in enumerate(clues.told) if _number(one) == number and at not in right]
            best = max(fits, key=lambda at: _fit(clues.told[at], nation, statuses), default=None)
            if best is not None:
                right[best] = (nation, statuses)
        known = [_known(one, right.get(at)) for at, one in enumerate(clues.told)]
        for at, (nation, statuses) in sorted(right.items()):
            yield Sample(file, text, clues, at, nation, statuses, article, known)


def _known(one: Told, right: tuple[str, set[str]] | None) -> tuple[str, str]:
    """Status and nationality of a count that stands before another: as asked, else as the rules say."""
    status, nation = one.count.status.value if one.count.status else NONE, one.count.nationality or NONE
    if right is None:
        return status, nation
    if status not in right[1]:
        status = NONE if right[1] & {"?", "-"} else min(right[1])
    return status, NONE if right[0] in "?-" else right[0]


def _number(one: Told) -> str:
    low, high = one.count.low, one.count.high
    return str(low) if low == high else f"{low}-{high}"


def _fit(one: Told, nation: str, statuses: set[str]) -> int:
    status = one.count.status.value if one.count.status else "-"
    return (nation in ("?", one.count.nationality or "-")) + bool(statuses & {"?", status})


def _trained(case: Case) -> Case:
    """The rules were made from some files: there nothing is learnt of how far they can be trusted."""
    if case.file not in OWN:
        return case
    bare = {label: {c for c in clues if not c.startswith("rule")} for label, clues in case.candidates.items()}
    return Case(case.file, bare, case.right, case.share)


def status_case(one: Sample) -> Case:
    right = {NONE if s in "-?" else s for s in one.statuses}
    share = (SHARE if one.file in OWN else 1.0) * (UNSAID if "?" in one.statuses else 1.0)
    return Case(one.file, one.clues.statuses(one.at, [s for s, _ in one.before]).whole(), frozenset(right), share)


def nation_case(one: Sample) -> Case:
    right = NONE if one.nation in "-?" else one.nation
    share = (SHARE if one.file in OWN else 1.0) * (UNSAID if one.nation == "?" else 1.0)
    options = one.clues.nations(one.at, [n for _, n in one.before], [s for s, _ in one.before])
    return Case(one.file, options.whole(), frozenset({right}), share)


def cross_validate(found: Sequence[Sample], misses: bool, l2s: float, l2n: float) -> None:
    """Every file by models of the others."""
    print("n; status, nationality, both right: learnt (by the rules alone)")
    total: Counter[str] = Counter()
    status_cases, nation_cases = [status_case(one) for one in found], [nation_case(one) for one in found]
    for file in sorted({one.file for one in found}):
        status_weights = fit([_trained(c) for c in status_cases if c.file != file], l2s)
        nation_weights = fit([_trained(c) for c in nation_cases if c.file != file], l2n)
        stat: Counter[str] = Counter()
        chosen: dict[int, tuple[list[str], list[str]]] = {}
        for one in found:
            if one.file != file:
                continue
            if one.article not in chosen:
                chosen[one.article] = counts.chosen(one.clues, Weights(status_weights), Weights(nation_weights))
            status, nation = (told[one.at] for told in chosen[one.article])
            count = one.told.count
            rule = count.status.value if count.status else NONE
            ok = [_right(one, status, nation), _right(one, rule, count.nationality or NONE)]
            stat["n"] += 1
            for which, (s, n) in zip(("", "rule "), ok, strict=True):
                stat[which + "status"] += s
                stat[which + "nation"] += n
                stat[which + "both"] += s and n
            stat["unsaid"] += one.nation in "?-"
            stat["open"] += one.nation in "?-" and nation == NONE
            stat["rule open"] += one.nation in "?-" and not count.nationality
            stat["reach"] += one.nation in ("?", "-") or one.nation in {h.code for h, _, _ in one.clues.hits}
            if misses and not all(ok[0]):
                print(f"{file} {_number(one.told)}/{one.nation}/{'|'.join(sorted(one.statuses))}: {nation}/{status} rule {count.nationality}/{rule} [{one.told.phrase.label}]\n    {count.quote}")  # fmt: skip
        if file not in OWN:
            total += stat
        print(_line(file, stat), flush=True)
    print(_line("not own", total))


def _right(one: Sample, status: str, nation: str) -> tuple[bool, bool]:
    said = "-" if status == NONE else status
    return bool(one.statuses & {"?", said}), one.nation in ("?", "-" if nation == NONE else nation)


def _line(name: str, s: Counter[str]) -> str:
    n = max(1, s["n"])
    parts = " ".join(f"{k} {s[k] / n:.2f} ({s['rule ' + k] / n:.2f})" for k in ("status", "nation", "both"))
    unsaid = max(1, s["unsaid"])
    left = f"unsaid nationality of {unsaid:3} left open {s['open'] / unsaid:.2f} ({s['rule open'] / unsaid:.2f})"
    return f"{name:14} {n:4} {parts} named in the text {s['reach'] / n:.2f} {left}"


def main() -> None:
    """Learn, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only-write", action="store_true", help="without the cross-validation")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--l2", type=float, nargs=2, default=(0.003, 0.003))
    options = parser.parse_args()
    found = list(samples())
    if not options.only_write:
        cross_validate(found, options.misses, *options.l2)
    if options.write or options.only_write:
        learnt = {
            "status": fit([_trained(status_case(one)) for one in found], options.l2[0]),
            "nationality": fit([_trained(nation_case(one)) for one in found], options.l2[1]),
        }
        WRITTEN.write_text(json.dumps(learnt, ensure_ascii=False, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main()
