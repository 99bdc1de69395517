"""Measure how well copies are found: recall over nine kinds of syndicated copy, false joins, cost as the store grows.

usage: python benchmarks/copies.py [--articles 20000] [--originals 300] [--texts FILE.jsonl] [--seed 1] [--json]
Texts are generated (a language of its own with frequent and rare words, house phrases and quotes that many share), or
read from the `body` or `text` of a JSONL file for the originals. The store is SQLite in a temporary file.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

from pipelines.analysis.copies import HOT_BIN, MIN_SHINGLES, Relation, Signature, compare, rare_needed, signature

Sentences = list[str]


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
    """The lookup that a database does: by band, by rare hash, then every candidate compared."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path)
        self.db.executescript(
            "pragma journal_mode = off; pragma synchronous = off;"
            "create table text (id integer primary key, need integer, bands blob, size integer, shingles blob);"
            "create table band (value integer, id integer, primary key (value, id)) without rowid;"
            "create table rare (value integer, id integer, primary key (value, id)) without rowid;"
        )

    def add(self, number: int, sig: Signature) -> None:
        """Keep a signature."""
        self.db.execute("insert into text values (?, ?, '', ?, ?)", (number, rare_needed(sig), sig.size, sig.shingles))
        self.db.executemany("insert or ignore into band values (?, ?)", ((value, number) for value in sig.bands))
        self.db.executemany("insert or ignore into rare values (?, ?)", ((value, number) for value in sig.rare))

    def related(self, sig: Signature) -> tuple[dict[int, Relation], int]:
        """Return the related texts, and how many candidates were compared."""
        found: set[int] = set()
        oldest = "select id from {} where value = ? order by id limit ?"
        for value in sig.bands:
            found.update(row[0] for row in self.db.execute(oldest.format("band"), (value, HOT_BIN)))
        shared: Counter[int] = Counter()
        for value in sig.rare:
            shared.update(row[0] for row in self.db.execute(oldest.format("rare"), (value, HOT_BIN)))
        mine = rare_needed(sig)
        for number, count in shared.items():
            if number not in found:
                need = self.db.execute("select need from text where id = ?", (number,)).fetchone()[0]
                if count >= min(mine, need):
                    found.add(number)
        related = {}
        for number in found:
            size, packed = self.db.execute("select size, shingles from text where id = ?", (number,)).fetchone()
            relation = compare(sig, Signature((), (), size, packed))
            if relation.kind != "none":
                related[number] = relation
        return related, len(found)


def originals(args: argparse.Namespace, writer: Writer) -> list[Sentences]:
    """Return the texts that are copied: given ones, or written ones."""
    if not args.texts:
        return [writer.article() for _ in range(args.originals)]
    rows = [json.loads(line) for line in Path(args.texts).read_text("utf-8").splitlines()]
    bodies = [row.get("body") or row.get("text") or "" for row in rows]
    return [body.replace("\n", " ").split(". ") for body in bodies if signature(body).size >= 100][: args.originals]


def fill(store: Store, writer: Writer, start: int, count: int) -> tuple[list[dict[str, float]], int]:
    """Store `count` unrelated articles; return the cost by tenth and the number of false joins."""
    false, tenths = 0, []
    for tenth in range(10):
        sign = look = 0.0
        compared = 0
        for number in range(start + tenth * count // 10, start + (tenth + 1) * count // 10):
            body = " ".join(writer.article())
            t0 = time.perf_counter()
            sig = signature(body)
            t1 = time.perf_counter()
            related, candidates = store.related(sig)
            store.add(number, sig)
            sign, look = sign + t1 - t0, look + time.perf_counter() - t1
            false, compared = false + len(related), compared + candidates
        each = max(1, count // 10)
        tenths.append(
            {
                "stored": start + (tenth + 1) * count // 10,
                "signature_ms": 1000 * sign / each,
                "lookup_ms": 1000 * look / each,
                "candidates": compared / each,
            }
        )
    return tenths, false


def half_quotes(store: Store, writer: Writer, texts: list[Sentences]) -> int:
    """Return how many texts are joined to another that quotes half of them; the aim is none."""
    joined = 0
    for number, text in enumerate(texts):
        half = " ".join(text[: len(text) // 2]).replace("“", "").replace("”", "")
        other = " ".join([*(writer.sentence() for _ in range(len(text) // 2)), f"“{half}” he said."])
        joined += number in store.related(signature(other))[0]
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
        store = Store(Path(folder) / "copies.db")
        for number, text in enumerate(texts):
            store.add(number, signature(" ".join(text)))
        tenths, false = fill(store, writer, len(texts), args.articles)
        # Given texts may hold the same article twice: what is related before any change is no false join after it.
        twins = [{number, *store.related(signature(" ".join(text)))[0]} for number, text in enumerate(texts)]
        hits: dict[str, list[bool]] = defaultdict(list)
        wrong = 0
        for kind, change in changes(writer).items():
            for number, text in enumerate(texts):
                sig = signature(" ".join(change(text)))
                if sig.size < MIN_SHINGLES:
                    continue
                related, _ = store.related(sig)
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
        sign, look = f"signature {row['signature_ms']:.2f} ms", f"lookup {row['lookup_ms']:.2f} ms"
        print(f"{row['stored']:>9.0f} stored  {sign}  {look}  candidates {row['candidates']:.2f}")


if __name__ == "__main__":
    main()
