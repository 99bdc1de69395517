"""The packaged sequence models: which there are, and persons by one of them.

In      plain text
Out     `NameSpan` tuple; score = the model's mean probability that the span's tokens are of a name
Limits  a model loads on first use (0.3 to 6 MB)
Raises  nothing; FileNotFoundError when the installation lacks its data files
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import pycrfsuite

from pipelines.analysis.people import cjk
from pipelines.analysis.people.features import fold_arabic, tokenise, word_features
from pipelines.analysis.people.spans import NameSpan
from pipelines.analysis.people.text import split_sentences

FOLDERS = {
    "latin": "cc-by-sa-4.0",
    "devanagari": "cc-by-sa-4.0",
    "arabic": "cc-by-sa-4.0",
    "korean": "cc-by-sa-4.0",
    "chinese": "cc-by-sa-4.0",
    "ukrainian": "mit",
}


_COMPOUND = frozenset({"عبد", "أبو", "بن", "آل"})
"""Arabic words that may begin a name and as well go on with one."""


@cache
def _tagger(name: str) -> Any:
    tagger = pycrfsuite.Tagger()
    tagger.open(str(files("pipelines.analysis.people") / "models" / FOLDERS[name] / f"{name}.crf"))
    return tagger


def _tokens(name: str, sentence: str) -> tuple[list[tuple[int, int]], list[list[str]]]:
    if name == "chinese":
        return [(i, i + 1) for i in range(len(sentence))], cjk.chinese_features(cjk.simplify(sentence))
    if name == "korean":
        return [(i, i + 1) for i in range(len(sentence))], cjk.korean_features(sentence)
    offsets = tokenise(sentence)
    words = [sentence[a:b] for a, b in offsets]
    return offsets, word_features(words, lexical=name != "ukrainian", fold=fold_arabic if name == "arabic" else None)


def probabilities(name: str, sentence: str) -> Iterator[tuple[int, int, float, bool]]:
    """(start, end, probability of being in a name, begins one) of every token of a sentence."""
    offsets, features = _tokens(name, sentence)
    if not offsets:
        return
    tagger = _tagger(name)
    tagger.set(features)
    labels = set(tagger.labels())
    for i, (start, end) in enumerate(offsets):
        begin = tagger.marginal("B", i) if "B" in labels else 0.0
        inside = tagger.marginal("I", i) if "I" in labels else 0.0
        yield start, end, begin + inside, begin >= inside


def find(name: str, text: str, threshold: float = 0.5) -> tuple[NameSpan, ...]:
    """Names of `text`: runs of tokens whose probability passes `threshold`."""
    found: list[NameSpan] = []
    for first, last in split_sentences(text):
        run: list[tuple[int, int, float]] = []
        for start, end, chance, begins in [*probabilities(name, text[first:last]), (0, 0, 0.0, True)]:
            if run and begins and name == "arabic" and text[first + start : first + end] in _COMPOUND:
                begins = text[first + run[-1][1] : first + start] != " "
            if run and (chance < threshold or begins):
                found.append(NameSpan(first + run[0][0], first + run[-1][1], sum(p for *_, p in run) / len(run), name))
                run = []
            if chance >= threshold:
                run.append((start, end, chance))
    return tuple(found)
