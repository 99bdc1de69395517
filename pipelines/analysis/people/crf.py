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

import numpy as np

from pipelines.analysis.people import cjk
from pipelines.analysis.people.crf_model import SequenceModel
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
def _model(name: str) -> SequenceModel:
    return SequenceModel((files("pipelines.analysis.people") / "models" / FOLDERS[name] / f"{name}.crf").read_bytes())


def _tokens(name: str, sentence: str) -> tuple[list[tuple[int, int]], list[tuple[tuple[str, ...], ...]]]:
    if name == "chinese":
        return [(i, i + 1) for i in range(len(sentence))], cjk.chinese_features(cjk.simplify(sentence))
    if name == "korean":
        return [(i, i + 1) for i in range(len(sentence))], cjk.korean_features(sentence)
    offsets = tokenise(sentence)
    words = [sentence[a:b] for a, b in offsets]
    return offsets, word_features(words, lexical=name != "ukrainian", fold=fold_arabic if name == "arabic" else None)


@dataclass(frozen=True)
class Reading:
    """A text once read by a model; names are asked of it by threshold."""

    name: str
    text: str
    sentences: tuple[tuple[int, list[tuple[int, int, float, bool]]], ...]

    def names(self, threshold: float, edge: float | None = None) -> tuple[NameSpan, ...]:
        """Runs of tokens whose probability passes `threshold`; with an `edge`, those behind them that pass it too."""
        edge = threshold if edge is None else edge
        found: list[NameSpan] = []
        for first, tokens in self.sentences:
            run: list[tuple[int, int, float]] = []
            for start, end, chance, begins in [*tokens, (0, 0, 0.0, True)]:
                if run and begins and self.name == "arabic" and self.text[first + start : first + end] in _COMPOUND:
                    begins = self.text[first + run[-1][1] : first + start] != " "
                if run and (chance < edge or begins):
                    score = sum(p for *_, p in run) / len(run)
                    found.append(NameSpan(first + run[0][0], first + run[-1][1], score, self.name))
                    run = []
                if chance >= (edge if run else threshold):
                    run.append((start, end, chance))
        return tuple(found)


def read(name: str, text: str) -> Reading:
    """Read a text by a model, all its sentences at once."""
    places = split_sentences(text)
    tokens = [_tokens(name, text[a:b]) for a, b in places]
    model = _model(name)
    shares = model.shares([features for _, features in tokens])
    zeros = np.zeros(len(shares))
    begin, inside = (shares[:, model.labels.index(tag)] if tag in model.labels else zeros for tag in "BI")
    chances, begins = (begin + inside).tolist(), (begin >= inside).tolist()
    sentences, at = [], 0
    for (first, _), (offsets, _) in zip(places, tokens, strict=True):
        run = slice(at, at + len(offsets))
        sentences.append(
            (first, [(a, b, p, o) for (a, b), p, o in zip(offsets, chances[run], begins[run], strict=True)])
        )
        at += len(offsets)
    return Reading(name, text, tuple(sentences))


def find(name: str, text: str, threshold: float = 0.5) -> tuple[NameSpan, ...]:
    """Names of `text`: runs of tokens whose probability passes `threshold`."""
    return read(name, text).names(threshold)
