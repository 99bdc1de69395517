"""Score the packaged watches on invented news: short texts as reports are paraphrased, half of them look-alikes.

In      `news/*.txt`: `## xx` opens a language, then a line a text, `+ ` on the topic or `- ` not, `title || body` or body
Parts   every third text of a language is blind: nobody tunes on it and its misses are not printed;
        in files named `seen_…` every text was read while mending
Usage   python -m tests.rules.news [--part tuned|blind] [--dev FILE.jsonl]
Out     precision and recall at any level and at alert, and the misses of the tuned part
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from monitor.watches import load_watches
from pipelines.analysis.rules import RuleBook, compile_watches
from tests.rules.conftest import article

FOLDER = Path(__file__).parent / "news"
BLIND_EVERY = 3
SEEN, FRESH = "seen_", "fresh_"


@dataclass(frozen=True, slots=True)
class News:
    """One text, what its author says of it, and whether rules may be tuned on it."""

    language: str
    on_topic: bool
    title: str | None
    body: str
    blind: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the watches said: `level` is `alert`, `possible` or `None`."""

    news: News
    level: str | None
    rules: tuple[str, ...]


def read_news(folder: Path = FOLDER, leave_out: Collection[str] = ()) -> list[News]:
    """Return every text of the folder but those of files named in `leave_out`."""
    found: list[News] = []
    seen: dict[str, int] = defaultdict(int)
    language = ""
    for path in sorted(path for path in folder.glob("*.txt") if path.stem not in leave_out):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("## "):
                language = line[3:].strip()
            elif line[:2] in ("+ ", "- "):
                title, bar, body = line[2:].partition(" || ")
                open_book = path.name.startswith((SEEN, FRESH))
                blind = not open_book and seen[language] % BLIND_EVERY == BLIND_EVERY - 1
                seen[language] += not open_book
                found.append(News(language, line[0] == "+", title if bar else None, body if bar else title, blind))
    return found


def read_rows(path: Path) -> list[News]:
    """Return the annotated rows of a JSON lines file, arguable ones left out."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [
        News(row["lang"].split("-")[0], row["label"] == "positive", row.get("title"), row["text"], False)
        for row in rows
        if not (row.get("negative_kind") or "").startswith("borderline")
    ]


def judge(texts: Iterable[News], book: RuleBook) -> list[Verdict]:
    """Ask every watch about every text."""
    found = []
    for news in texts:
        matches = book.match(article(news.body, news.title, language=news.language))
        levels = {match.level for match in matches}
        level = "alert" if "alert" in levels else "possible" if levels else None
        found.append(Verdict(news, level, tuple(f"{match.watch}/{match.rule}={match.score}" for match in matches)))
    return found


def precision_recall(verdicts: Iterable[Verdict], levels: tuple[str, ...]) -> tuple[float, float]:
    """Return precision and recall when a text counts as found at one of `levels`; 0 where nothing was found."""
    rows = list(verdicts)
    found = [row.news.on_topic for row in rows if row.level in levels]
    wanted = sum(row.news.on_topic for row in rows)
    return sum(found) / len(found) if found else 0.0, sum(found) / wanted if wanted else 0.0


def show(name: str, verdicts: list[Verdict]) -> None:
    """Print one line of figures."""
    any_level, alert = (precision_recall(verdicts, one) for one in (("alert", "possible"), ("alert",)))
    wanted = sum(row.news.on_topic for row in verdicts)
    print(
        f"{name:12s} n {len(verdicts):4d} (+{wanted:3d})  any P {any_level[0]:.3f} R {any_level[1]:.3f}"
        f"  alert P {alert[0]:.3f} R {alert[1]:.3f}"
    )


def main() -> None:
    """Print the table, and the misses of the tuned part."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--part", choices=("tuned", "blind"))
    asked.add_argument("--dev", type=Path)
    asked.add_argument("--languages", action="store_true")
    options = asked.parse_args()
    book = compile_watches([watch for watch in load_watches().values() if watch.enabled])
    if options.dev:
        rows = judge(read_rows(options.dev), book)
        show("annotated", rows)
        misses = rows
    else:
        verdicts = judge(read_news(), book)
        tuned = misses = [row for row in verdicts if not row.news.blind]
        show("tuned", tuned)
        show("blind", [row for row in verdicts if row.news.blind])
        if options.languages:
            for language in dict.fromkeys(row.news.language for row in tuned):
                show(language, [row for row in tuned if row.news.language == language])
    for row in [] if options.part == "blind" else misses:
        if row.level != ("alert" if row.news.on_topic else None):
            sign = "MISSED" if row.news.on_topic and not row.level else "weak" if row.news.on_topic else "FALSE"
            print(f"{sign} {row.news.language} {row.level} {row.rules}\n    {row.news.title or ''} | {row.news.body}")


if __name__ == "__main__":
    main()
