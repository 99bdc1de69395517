"""The packaged sequence models: which there are, and persons by one of them.

In      plain text
Out     `NameSpan` tuple; score = the model's mean probability that the span's tokens are of a name
Limits  a model loads on first use (0.3 to 6 MB)
Raises  nothing; FileNotFoundError when the installation lacks its data files
"""

from __future__ import annotations

from dataclasses import dataclass
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


_UNLIKELY = 0.05
"""Below every threshold that names are asked with."""
_COMPOUND = frozenset({"عبد", "أبو", "بن", "آل"})
"""Arabic words that may begin a name and as well go on with one."""


@cache
def _tagger(name: str) -> tuple[Any, frozenset[str]]:
    tagger = pycrfsuite.Tagger()
    tagger.open(str(files("pipelines.analysis.people") / "models" / FOLDERS[name] / f"{name}.crf"))
    return tagger, frozenset(tagger.labels())


def _tokens(name: str, sentence: str) -> tuple[list[tuple[int, int]], list[list[str]]]:
    if name == "chinese":
        return [(i, i + 1) for i in range(len(sentence))], cjk.chinese_features(cjk.simplify(sentence))
    if name == "korean":
        return [(i, i + 1) for i in range(len(sentence))], cjk.korean_features(sentence)
    offsets = tokenise(sentence)
    words = [sentence[a:b] for a, b in offsets]
    return offsets, word_features(words, lexical=name != "ukrainian", fold=fold_arabic if name == "arabic" else None)


def probabilities(name: str, sentence: str) -> list[tuple[int, int, float, bool]]:
    """(start, end, probability of being in a name, begins one) of every token of a sentence."""
    offsets, features = _tokens(name, sentence)
    if not offsets:
        return []
    tagger, labels = _tagger(name)
    tagger.set(features)
    marginal = tagger.marginal
    read = []
    for i, (start, end) in enumerate(offsets):
        chance = 1 - marginal("O", i) if "O" in labels else 1.0
        begin = inside = 0.0
        if chance > _UNLIKELY:  # most tokens are of no name: where one begins is not asked of them
            begin = marginal("B", i) if "B" in labels else 0.0
            inside = marginal("I", i) if "I" in labels else 0.0
            chance = begin + inside
        read.append((start, end, chance, begin >= inside))
    return read


@dataclass(frozen=True)
class Reading:
    """A text once read by a model; names are asked of it by threshold."""

    name: str
    text: str
    sentences: tuple[tuple[int, list[tuple[int, int, float, bool]]], ...]

    def names(self, threshold: float) -> tuple[NameSpan, ...]:
        """Runs of tokens whose probability passes `threshold`."""
        found: list[NameSpan] = []
        for first, tokens in self.sentences:
            run: list[tuple[int, int, float]] = []
            for start, end, chance, begins in [*tokens, (0, 0, 0.0, True)]:
                if run and begins and self.name == "arabic" and self.text[first + start : first + end] in _COMPOUND:
                    begins = self.text[first + run[-1][1] : first + start] != " "
                if run and (chance < threshold or begins):
                    score = sum(p for *_, p in run) / len(run)
                    found.append(NameSpan(first + run[0][0], first + run[-1][1], score, self.name))
                    run = []
                if chance >= threshold:
                    run.append((start, end, chance))
        return tuple(found)


def read(name: str, text: str) -> Reading:
    """Read a text by a model, sentence by sentence."""
    return Reading(name, text, tuple((a, probabilities(name, text[a:b])) for a, b in split_sentences(text)))


def find(name: str, text: str, threshold: float = 0.5) -> tuple[NameSpan, ...]:
    """Names of `text`: runs of tokens whose probability passes `threshold`."""
    return read(name, text).names(threshold)
