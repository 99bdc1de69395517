"""Train the small sequence models that find persons, from labelled sets with clean licences.

usage   MONITOR_TEST_DATA=DIR python -m benchmarks.train_people [latin devanagari korean arabic chinese ukrainian] [--score]
In      DIR/names/*.gz, checked against the checksums in `benchmarks/people_data.sha256`
Out     `pipelines/analysis/people/models/<licence>/<name>.crf`; with --score only the F1 on held-out sentences is printed
        (trained without them); one seed, same figures every time
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import re
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pycrfsuite

from benchmarks.train_invented import replaced, sentences
from benchmarks.train_told import HELD_BACK, told
from pipelines.analysis.people import cjk
from pipelines.analysis.people.columns import flat
from pipelines.analysis.people.crf import words_of
from pipelines.analysis.people.features import tokenise

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "pipelines/analysis/people/models"
SUMS = Path(__file__).with_name("people_data.sha256")
Sentence = tuple[list[str], list[str]]


@dataclass(frozen=True)
class Recipe:
    """What a model is made of: files with (token column, tag column), licence folder, held-out files."""

    files: tuple[tuple[str, int, int], ...]
    folder: str
    held_out: tuple[tuple[str, int, int], ...] = ()
    kind: str = "words"
    iterations: int = 60
    invented: tuple[str, ...] = ()
    script: str = "latin"
    times: int = 12
    told: tuple[str, ...] = ()


RECIPES = {
    "latin": Recipe(
        (
            ("de_ge_test.tsv.gz", 1, 2),
            ("de_ge_dev.tsv.gz", 1, 2),
            ("pt_bosque_train.iob2.gz", 1, 2),
            ("pt_bosque_dev.iob2.gz", 1, 2),
            ("fr_enp.bio.gz", 0, -1),
            ("en_wikigold_wikigold.conll.txt.gz", 0, -1),
            ("en_wnut17_wnut17train.conll.gz", 0, -1),
            ("en_ewt_dev.iob2.gz", 1, 2),
            ("en_ewt_test.iob2.gz", 1, 2),
        ),
        "cc-by-sa-4.0",
        (
            ("de_pud.iob2.gz", 1, 2),
            ("pt_pud.iob2.gz", 1, 2),
            ("en_pud.iob2.gz", 1, 2),
            ("pt_bosque_test.iob2.gz", 1, 2),
        ),
        "latin",
        iterations=55,
        told=("en", "de", "fr", "es", "pt", "tr"),
        times=5,
    ),
    "devanagari": Recipe(
        (
            ("ne_ebiq.bio.gz", 0, -1),
            ("hi_hiner.conll.gz", 0, -1),
            ("hi_il_train.txt.gz", 0, -1),
            ("ne_naami_train.txt.gz", 0, -1),
        ),
        "cc-by-sa-4.0",
        (("ne_naami_test.txt.gz", 0, -1), ("hi_il_test.txt.gz", 0, -1)),
        "devanagari",
        invented=("ne", "hi"),
        told=("ne", "hi"),
        script="devanagari",
    ),
    "arabic": Recipe(
        (("ar_aqmar_train.txt.gz", 0, -1), ("ar_aqmar_dev.txt.gz", 0, -1)),
        "cc-by-sa-4.0",
        (("ar_aqmar_test.txt.gz", 0, -1),),
        "arabic",
        invented=("ar",),
        told=("ar",),
        script="arabic",
    ),
    "korean": Recipe(
        (("ko_klue_dev.tsv.gz", 0, -1),), "cc-by-sa-4.0", (), "korean", invented=("ko",), script="hangul", told=("ko",)
    ),
    "chinese": Recipe(
        (("zhs_gsdsimp_train.iob2.gz", 1, 2), ("zhs_gsdsimp_dev.iob2.gz", 1, 2)),
        "cc-by-sa-4.0",
        (("zhs_gsdsimp_test.iob2.gz", 1, 2), ("zht_gsd_test.iob2.gz", 1, 2)),
        "chinese",
        invented=("zh",),
        script="han",
        told=("zh",),
    ),
    "ukrainian": Recipe(
        (("ru_factrueval2016.tar.gz", 0, -1),),
        "mit",
        (("ru_pud.iob2.gz", 1, 2),),
        "ukrainian",
        invented=("uk",),
        script="cyrillic",
    ),
}


def data_file(name: str) -> Path:
    """Path of a data file whose checksum is right."""
    path = Path(os.environ["MONITOR_TEST_DATA"]) / "names" / name
    wanted = dict(reversed(line.split()) for line in SUMS.read_text().splitlines() if line)
    if hashlib.sha256(path.read_bytes()).hexdigest() != wanted.get(name):
        raise SystemExit(f"{path}: not the file that these figures were made with")
    return path


def bio(tag: str, before: str) -> str:
    """B, I or O: persons only; a person begins anew only at a B tag."""
    name = tag.upper()
    if not re.search(r"-(PER|PERSON|NEP|PS)$", name):
        return "O"
    return "B" if name.startswith("B") or before == "O" else "I"


def read_columns(path: Path, token: int, tag: int) -> Iterator[Sentence]:
    """Sentences of a column file; KLUE's tokens may be a blank."""
    words: list[str] = []
    tags: list[str] = []
    for raw in [*gzip.decompress(path.read_bytes()).decode("utf-8").splitlines(), ""]:
        line = raw.rstrip("\n")
        if not line.strip() or line.startswith(("# ", "## ", "#\t")):
            if words and not line.startswith("#"):
                yield words, tags
            if not line.startswith("#"):
                words, tags = [], []
            continue
        cells = line.split("\t") if "\t" in line else line.split(" ")
        if len(cells) < 2 or not cells[token]:
            continue
        words.append(cells[token])
        tags.append(bio(cells[tag].strip(), tags[-1] if tags else "O"))


def read_factru(path: Path) -> Iterator[Sentence]:
    """Sentences of factRuEval-2016; persons are its `Person` objects, by the characters of their spans."""
    with tarfile.open(path) as archive:
        members = {m.name: m for m in archive.getmembers()}

        def text(name: str) -> str:
            handle = archive.extractfile(members[name])
            return handle.read().decode("utf-8") if handle else ""

        for name in sorted(n for n in members if n.endswith(".txt") and "book_" in n and "/._" not in n):
            stem = name[:-4]
            if stem + ".objects" not in members:
                continue
            whole = text(name)
            marks: dict[str, tuple[int, int]] = {}
            for line in text(stem + ".spans").splitlines():
                cells = line.split()
                if len(cells) >= 4:
                    marks[cells[0]] = (int(cells[2]), int(cells[2]) + int(cells[3]))
            persons = []
            for line in text(stem + ".objects").splitlines():
                cells = line.split("#")[0].split()
                spans = [marks[i] for i in cells[2:] if i in marks]
                if len(cells) > 2 and cells[1] == "Person" and spans:
                    persons.append((min(s for s, _ in spans), max(e for _, e in spans)))
            for match in re.finditer(r"[^\n]+", whole):
                words, tags = [], []
                for start, end in tokenise(match.group()):
                    start, end = start + match.start(), end + match.start()
                    inside = [p for p in persons if p[0] <= start and end <= p[1]]
                    words.append(whole[start:end])
                    tags.append(
                        "O"
                        if not inside
                        else "B"
                        if any(p[0] == start for p in inside) and (True) and min(p[0] for p in inside) == start
                        else "I"
                    )
                if words:
                    yield words, tags


def split_words(sentence: Sentence) -> Sentence:
    """Tokens cut as at run time."""
    words, tags = [], []
    for word, tag in zip(*sentence, strict=True):
        parts = [word[a:b] for a, b in tokenise(word)] or [word]
        words += parts
        tags += [tag] + (["I" if tag != "O" else "O"] * (len(parts) - 1))
    return words, tags


def as_characters(sentence: Sentence) -> Sentence:
    """One character a token, with the tags of the words."""
    chars, tags = [], []
    for word, tag in zip(*sentence, strict=True):
        chars += list(word)
        tags += [tag] + (["I" if tag != "O" else "O"] * (len(word) - 1))
    return chars, tags


def features_of(recipe: Recipe, row: Sentence) -> tuple[list[list[str]], list[str]]:
    """Features and tags of one labelled sentence."""
    if recipe.kind == "korean":
        return flat(cjk.korean_features("".join(row[0]))), row[1]
    if recipe.kind == "chinese":
        chars, tags = as_characters(row)
        return flat(cjk.chinese_features(cjk.simplify("".join(chars)))), tags
    words, tags = split_words(row)
    return flat(words_of(recipe.kind).features(words)), tags


def examples(recipe: Recipe, files: Iterable[tuple[str, int, int]]) -> Iterator[tuple[list[list[str]], list[str]]]:
    """(features, tags) of every sentence of the files."""
    for name, token, tag in files:
        path = data_file(name)
        for row in read_factru(path) if name.endswith(".tar.gz") else read_columns(path, token, tag):
            yield features_of(recipe, row)


def more(recipe: Recipe, keep: bool, held_back: frozenset[str]) -> Iterator[tuple[list[list[str]], list[str]]]:
    """Every second sentence that names somebody, with an invented name, and sentences of our own, where a recipe asks for them."""
    random = Random(5)
    number = 0
    for name, token, tag in recipe.files if recipe.invented else ():
        path = data_file(name)
        for row in read_factru(path) if name.endswith(".tar.gz") else read_columns(path, token, tag):
            held = keep and not recipe.held_out and number % 10 == 0
            number += 1
            new = None if held or random.random() < 0.5 else replaced(*row, recipe.script, random)
            if new:
                yield features_of(recipe, new)
    for text, spans in [*sentences(recipe.invented, recipe.times), *told(recipe.told, recipe.times, held_back)]:
        pieces = tokenise(text) if recipe.kind not in {"korean", "chinese"} else [(i, i + 1) for i in range(len(text))]
        tags = [
            next(("B" if a == start else "I" for start, end in spans if a < end and start < b), "O") for a, b in pieces
        ]
        yield features_of(recipe, ([text[a:b] for a, b in pieces], tags))


def train(recipe: Recipe, target: Path, keep: bool, held_back: frozenset[str] = HELD_BACK) -> float:
    """Train and write; returns seconds. `keep`: hold every tenth sentence back where no file is held out."""
    begin = time.time()
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params({"c1": 0.05, "c2": 0.05, "max_iterations": recipe.iterations, "feature.minfreq": 2})
    for number, (features, tags) in enumerate(examples(recipe, recipe.files)):
        if not (keep and not recipe.held_out and number % 10 == 0):
            trainer.append(features, tags)
    for features, tags in more(recipe, keep, held_back):
        trainer.append(features, tags)
    target.parent.mkdir(parents=True, exist_ok=True)
    trainer.train(str(target))
    return time.time() - begin


def spans(tags: list[str]) -> set[tuple[int, int]]:
    """(start, end) of every name."""
    found, start = set(), None
    for i, tag in enumerate([*tags, "O"]):
        if start is not None and tag != "I":
            found.add((start, i))
            start = None
        if tag == "B" or (tag == "I" and start is None):
            start = i
    return found


def score(recipe: Recipe, model: Path) -> None:
    """Print exact and overlapping F1 for every held-out file."""
    tagger = pycrfsuite.Tagger()
    tagger.open(str(model))
    for part in recipe.held_out or recipe.files:
        right = near = given = asked = 0
        for number, (features, tags) in enumerate(examples(recipe, [part])):
            if not recipe.held_out and number % 10:
                continue
            truth, found = spans(tags), spans(tagger.tag(features))
            right += len(truth & found)
            near += sum(any(a < d and c < b for c, d in truth) for a, b in found)
            given, asked = given + len(found), asked + len(truth)
        f1 = 2 * right / max(1, given + asked)
        print(
            f"  {part[0]:28} n {asked:5} P {right / max(1, given):.3f} R {right / max(1, asked):.3f} F1 {f1:.3f} overlap {2 * near / max(1, given + asked):.3f}",
            flush=True,
        )


def main() -> None:
    """Train the named models, all by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*RECIPES, []], default=[])
    parser.add_argument("--score", action="store_true")
    parser.add_argument(
        "--without", default="", help="annotated texts to learn nothing from: news_train_f,news_train_g"
    )
    parser.add_argument("--out", type=Path, default=MODELS)
    options = parser.parse_args()
    for name in options.names or list(RECIPES):
        recipe = RECIPES[name]
        folder = Path(tempfile.mkdtemp()) if options.score else options.out / recipe.folder
        target = folder / f"{name}.crf"
        seconds = train(recipe, target, options.score, HELD_BACK | frozenset(options.without.split(",")))
        print(f"{name}: {seconds:.0f} s, {target.stat().st_size / 1e6:.2f} MB", flush=True)
        if options.score or recipe.held_out:
            score(recipe, target)


if __name__ == "__main__":
    main()
