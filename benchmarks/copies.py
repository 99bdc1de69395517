"""Measure how well copies are found: recall over nine kinds of syndicated copy, false joins, cost as the store grows.

usage: python benchmarks/copies.py [--articles 20000] [--originals 300] [--texts FILE.jsonl] [--seed 1] [--json]
Texts are generated (a language of its own with frequent and rare words, house phrases and quotes that many share), or
read from the `body` or `text` of a JSONL file for the originals. The store is the project's own, on SQLite in a
temporary file; times are of the processor, so that a busy machine does not count.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from pipelines.analysis.copies import HOT_BIN, MIN_SHINGLES, signature
from pipelines.persist import compare, text_from
from pipelines.store import copies, migrations
from pipelines.store.schema import ArticleRow
from pipelines.store.session import make_engine

Sentences = list[str]
TRIED = 10**9
"""The number of a text that is only tried."""
NOW = datetime(2031, 3, 4, tzinfo=UTC)
BARE = {
    **dict.fromkeys(("outlet_id", "url", "canonical_url", "content_hash"), "x"),
    **{"first_seen_at": NOW, "fetched_at": NOW, "reading": "close", "outcome": "stored", "analysis_version": "1"},
}


INSERT = insert(cast("Table", ArticleRow.__table__))


class Writer:
    """Writes invented articles: Zipf words, some sentences that a whole trade repeats, quotes that several use."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        letters = "aeiou", "bcdfghklmnprstvz"
        self.vocabulary = [
            "".join(rng.choice(letters[(i + n) % 2]) for i in range(rng.randint(2, 9))) for n in range(20_000)
        ]
        self.weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.vocabulary))))
        self.house = [self.sentence() for _ in range(60)]
        self.quotes = [" ".join(self.sentence() for _ in range(3)) for _ in range(300)]

    def sentence(self) -> str:
        """Return a sentence of eight to twenty-eight words."""
        chosen = self.rng.choices(self.vocabulary, cum_weights=self.weights, k=self.rng.randint(8, 28))
        return " ".join(chosen).capitalize() + "."

    def article(self) -> Sentences:
        """Return the sentences of an article, four to thirty of them."""
        made = [self.sentence() for _ in range(self.rng.randint(6, 30))]
        if self.rng.random() < 0.5:
            made.insert(self.rng.randrange(len(made)), f"“{self.rng.choice(self.quotes)}” he said.")
        made += self.rng.sample(self.house, self.rng.randint(0, 2))
        return made


def changes(writer: Writer) -> dict[str, Callable[[Sentences], Sentences]]:
    """Return the nine things that editors do to a wire text."""
    rng = writer.rng

    def noise(share: float) -> Callable[[Sentences], Sentences]:
        def change(text: Sentences) -> Sentences:
            return [
                " ".join(rng.choice(writer.vocabulary) if rng.random() < share else w for w in s.split()) for s in text
            ]

        return change

    def drop(share: float) -> Callable[[Sentences], Sentences]:
        return lambda text: [s for s in text if rng.random() > share] or text

    def insert(text: Sentences) -> Sentences:
        at, count = rng.randrange(len(text) + 1), max(1, len(text) // 6)
        return [*text[:at], *(writer.sentence() for _ in range(count)), *text[at:]]

    def shuffled(text: Sentences) -> Sentences:
        parts = [text[i : i + 3] for i in range(0, len(text), 3)]
        rng.shuffle(parts)
        return [s for part in parts for s in part]

    return {
        "dateline and boilerplate": lambda text: ["KYIV, 5 April —", *text, *rng.sample(writer.house, 2)],
        "headline and typography": lambda text: [
            writer.sentence(),
            *(s.upper().replace("“", '"').replace("”", '"') for s in text),
        ],
        "noise 8 %": noise(0.08),
        "drop 25 %": drop(0.25),
        "local insert": insert,
        "paragraphs in another order": shuffled,
        "edited lightly": lambda text: insert(noise(0.03)(drop(0.1)(text))),
        "cut to 60 %": lambda text: text[: max(1, round(len(text) * 0.6))],
        "cut to 35 %": lambda text: text[: max(1, round(len(text) * 0.35))],
    }


class Store:
    """The project's own store of copies, on SQLite; what is not committed together is committed every thousand."""

    def __init__(self, folder: Path) -> None:
        engine = make_engine(f"sqlite:///{folder / 'copies.db'}")
        migrations.upgrade(engine)
        self.session = Session(engine)
        self.seconds = 0.0
        """Of the processor, for looking up, comparing and keeping; the article's own row is not counted."""

    def add(self, number: int, text: copies.Text, *, keep: bool = True) -> copies.Noted:
        """Keep a text as article `number`; what it is to the texts before it."""
        self.session.connection().execute(INSERT, {**BARE, "id": number, "url_key": str(number)})
        started = time.process_time()
        noted = copies.note(self.session, number, text, compare, NOW, most=HOT_BIN, fresh=True)
        if keep and number % 1000 == 0:
            self.session.commit()
        self.seconds += time.process_time() - started
        return noted

    def related(self, number: int, text: copies.Text) -> set[int]:
        """The articles that a text is related to; nothing of it is kept."""
        with self.session.begin_nested() as tried:
            noted = self.add(number, text, keep=False)
            tried.rollback()
        return {*noted.copies, *(one for pair in noted.excerpts for one in pair)} - {number}


def originals(args: argparse.Namespace, writer: Writer) -> list[Sentences]:
    """Return the texts that are copied: given ones, or written ones."""
    if not args.texts:
        return [writer.article() for _ in range(args.originals)]
    rows = [json.loads(line) for line in Path(args.texts).read_text("utf-8").splitlines()]
    bodies = [row.get("body") or row.get("text") or "" for row in rows]
    return [body.replace("\n", " ").split(". ") for body in bodies if signature(body).size >= 100][: args.originals]


def fill(store: Store, writer: Writer, start: int, count: int) -> tuple[list[dict[str, float]], int]:
    """Store `count` unrelated articles; return the cost by tenth, or by ten thousand, and the number of false joins."""
    false, tenths, parts = 0, [], max(10, count // 10_000)
    for tenth in range(parts):
        sign, before, compared = 0.0, store.seconds, 0
        for number in range(start + tenth * count // parts, start + (tenth + 1) * count // parts):
            body = " ".join(writer.article())
            t0 = time.process_time()
            text = text_from(body)
            sign += time.process_time() - t0
            noted = store.add(number, text)
            false, compared = false + len(noted.copies) + len(noted.excerpts), compared + noted.compared
        each = max(1, count // parts)
        stored = start + (tenth + 1) * count // parts
        row = {
            "stored": stored,
            "signature_ms": 1000 * sign / each,
            "lookup_ms": 1000 * (store.seconds - before) / each,
        }
        tenths.append({**row, "compared": compared / each})
        cost = f"{row['signature_ms']:.2f} ms signature, {row['lookup_ms']:.2f} ms lookup and store"
        print(f"{stored} stored, {cost}, {false} false", file=sys.stderr)
    return tenths, false


def half_quotes(store: Store, writer: Writer, texts: list[Sentences]) -> int:
    """Return how many texts are joined to another that quotes half of them; the aim is none."""
    joined = 0
    for number, text in enumerate(texts, 1):
        half = " ".join(text[: len(text) // 2]).replace("“", "").replace("”", "")
        other = " ".join([*(writer.sentence() for _ in range(len(text) // 2)), f"“{half}” he said."])
        joined += number in store.related(TRIED, text_from(other))
    return joined


def main() -> None:
    """Run the measurement and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--originals", type=int, default=300)
    parser.add_argument("--texts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    writer = Writer(random.Random(args.seed))
    texts = originals(args, writer)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for number, text in enumerate(texts, 1):
            store.add(number, text_from(" ".join(text)))
        tenths, false = fill(store, writer, len(texts) + 1, args.articles)
        # Given texts may hold the same article twice: what is related before any change is no false join after it.
        twins = {n: {n, *store.related(TRIED, text_from(" ".join(text)))} for n, text in enumerate(texts, 1)}
        hits: dict[str, list[bool]] = defaultdict(list)
        wrong = 0
        for kind, change in changes(writer).items():
            for number, text in enumerate(texts, 1):
                changed = text_from(" ".join(change(text)))
                if changed.size < MIN_SHINGLES:
                    continue
                related = store.related(TRIED, changed)
                hits[kind].append(number in related)
                wrong += sum(other not in twins[number] for other in related)
        quoted = half_quotes(store, writer, texts)
    recall = {kind: sum(found) / max(1, len(found)) for kind, found in hits.items()}
    everything = [hit for found in hits.values() for hit in found]
    result = {
        "recall": recall,
        "recall_all": sum(everything) / len(everything),
        "false_joins_in_store": false,
        "false_joins_of_copies": wrong,
        "half_quote_joined": quoted / len(texts),
        "cost": tenths,
    }
    if args.json:
        print(json.dumps(result, indent=1))
        return
    for kind, share in recall.items():
        print(f"{kind:30} {share:.3f}")
    print(f"{'all nine':30} {result['recall_all']:.3f}")
    print(f"false joins: {false} among {args.articles} stored, {wrong} of copies with other texts")
    print(f"half-quotes joined: {quoted} of {len(texts)}")
    for row in tenths:
        sign, look = f"signature {row['signature_ms']:.2f} ms", f"lookup and store {row['lookup_ms']:.2f} ms"
        print(f"{row['stored']:>9.0f} stored  {sign}  {look}  compared {row['compared']:.2f}")


if __name__ == "__main__":
    main()
