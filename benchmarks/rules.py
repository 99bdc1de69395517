"""How long do rules take? The packaged watches, and 500 rules more, on texts of 3,000 characters, one core.

In      texts made of the packaged example sentences (or, with `--jsonl FILE`, the `text` of each line)
Out     milliseconds per 3,000 characters: analyser, gate, match; the price of compiling; a naive peer (one `re` a rule)
Usage   python benchmarks/rules.py [--jsonl FILE] [--rules 500]
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from monitor.watches import PACKAGED, load_examples, load_watches
from pipelines.analysis.rules import RuleBook, compile_watches
from pipelines.analysis.tokens import tokenise
from pipelines.records import Article, RuleText, Watch

SIZE = 3000


def texts_from_examples() -> list[tuple[str, str]]:
    """Return `(language, text)`: per language one text with matching sentences and one with look-alikes only."""
    files = sorted(path for path in PACKAGED.glob("*.toml") if not path.name.startswith("lists-"))
    examples = [example for path in files for example in load_examples(path)]
    texts = []
    for language in sorted({example.language for example in examples}):
        for match in (True, False):
            said = " ".join(e.text for e in examples if e.language == language and e.match is match)
            texts.append((language, (said * (SIZE // len(said) + 1))[:SIZE]))
    return texts


def texts_from(path: Path) -> list[tuple[str, str]]:
    """Return `(language, text)` of a JSON lines file."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line)
    return [(row.get("lang") or "en", row["text"]) for row in rows if row.get("text")]


def synthetic(count: int) -> Watch:
    """Return a watch of `count` rules as users write them: names near words, phrases, prefixes."""
    rules = [
        RuleText(f"s{n}", f'("unit {n}" OR person{n}x OR прізвищ{n}*) NEAR/10 (captur* OR полон* OR "war prisoner*")')
        for n in range(count)
    ]
    return Watch("synthetic", "Synthetic", tuple(rules))


def per_size(work: Callable[[str, str], object], texts: Sequence[tuple[str, str]], rounds: int = 5) -> float:
    """Return the best of `rounds` runs, in milliseconds per 3,000 characters."""
    characters = sum(len(text) for _, text in texts)
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        for language, text in texts:
            work(language, text)
        best = min(best, time.process_time() - began)
    return best / characters * SIZE * 1000


def article(language: str, text: str) -> Article:
    """Return a text as an article."""
    return Article("bench", "https://bench.example/", datetime(2026, 1, 1, tzinfo=UTC), body=text, language=language)


def naive(watch: Watch) -> Callable[[str, str], object]:
    """Return the peer: for each rule one alternation of `re`, asked one after the other."""
    patterns = [re.compile(rf"\b(?:unit {n}|person{n}x|прізвищ{n}\w*)", re.IGNORECASE) for n in range(len(watch.rules))]
    return lambda _, text: [pattern.search(text) for pattern in patterns]


def compiled(watches: Sequence[Watch]) -> RuleBook:
    """Compile and print what it took."""
    began = time.process_time()
    book = compile_watches(watches)
    rules = sum(len(watch.rules) for watch in watches)
    print(f"{rules:5d} rules, {len(book.scanner.items):6d} terms: compiled in {time.process_time() - began:.2f} s")
    return book


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--jsonl", type=Path)
    asked.add_argument("--rules", type=int, default=500)
    options = asked.parse_args()
    texts = texts_from(options.jsonl) if options.jsonl else texts_from_examples()
    print(f"{len(texts)} texts, {sum(len(text) for _, text in texts)} characters; ms per {SIZE} characters")
    print(f"analyser alone                {per_size(lambda language, text: tokenise(text, language), texts):8.2f}")
    packs, more = list(load_watches().values()), synthetic(options.rules)
    for name, watches in (("packs", packs), (f"{options.rules} rules", [more]), ("packs + rules", [*packs, more])):
        book = compiled(watches)
        print(f"{name:14s} gate           {per_size(lambda _, text, b=book: b.on_topic(text), texts):8.2f}")
        print(
            f"{name:14s} match          {per_size(lambda lang, text, b=book: b.match(article(lang, text)), texts):8.2f}"
        )
    print(f"peer: one re a rule           {per_size(naive(more), texts, 1):8.2f}")


if __name__ == "__main__":
    main()
