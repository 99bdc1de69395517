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
from itertools import accumulate

import numpy as np

from pipelines.analysis.people import cjk
from pipelines.analysis.people.columns import Column
from pipelines.analysis.people.common import commonness, own_commonness
from pipelines.analysis.people.crf_model import Floats, SequenceModel
from pipelines.analysis.people.features import Words, fold_arabic, tokenise
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


_SEEN_AS = {
    "arabic": Words(common=own_commonness, fold=fold_arabic),
    "devanagari": Words(common=own_commonness),
    "latin": Words(common=commonness),
    "ukrainian": Words(lexical=False),
}
_CHARACTERS = {"chinese": cjk.chinese_features, "korean": cjk.korean_features}


def _columns(name: str, text: str, start: int, end: int) -> tuple[list[tuple[int, int]], list[Column]]:
    """The tokens of one sentence of a text, Chinese simplified, and their features."""
    if name in _CHARACTERS:
        return [(at, at + 1) for at in range(start, end)], _CHARACTERS[name](text[start:end])
    offsets = tokenise(text, start, end)
    return offsets, words_of(name).features([text[a:b] for a, b in offsets])


def words_of(name: str) -> Words:
    """How a model sees words."""
    return _SEEN_AS[name]


@dataclass(frozen=True)
class Reading:
    """A text once read by a model: its tokens, how likely each is of a name, and whether it begins one or a sentence.

    Names are asked of it by threshold.
    """

    name: str
    text: str
    tokens: list[tuple[int, int]]
    chances: Floats
    begins: list[bool]
    opens: frozenset[int]

    def names(self, threshold: float, edge: float | None = None) -> tuple[NameSpan, ...]:
        """Runs of tokens whose probability passes `threshold`; with an `edge`, those behind them that pass it too."""
        edge = threshold if edge is None else edge
        found: list[NameSpan] = []
        run: list[float] = []
        first = last = 0
        likely = np.flatnonzero(self.chances >= min(edge, threshold))
        for at, chance in zip(likely.tolist(), self.chances[likely].tolist(), strict=True):
            if run and (at > last + 1 or chance < edge or self._apart(at)):
                found.append(self._name(first, last, run))
                run = []
            if chance >= (edge if run else threshold):
                first, last = first if run else at, at
                run.append(chance)
        return (*found, self._name(first, last, run)) if run else tuple(found)

    def _apart(self, at: int) -> bool:
        """Whether a token begins another name than the token before it."""
        if at in self.opens or not self.begins[at]:
            return at in self.opens
        start, end = self.tokens[at]
        compound = self.name == "arabic" and self.text[start:end] in _COMPOUND
        return not compound or self.text[self.tokens[at - 1][1] : start] != " "

    def _name(self, first: int, last: int, run: list[float]) -> NameSpan:
        return NameSpan(self.tokens[first][0], self.tokens[last][1], sum(run) / len(run), self.name)


def read(name: str, text: str) -> Reading:
    """Read a text by a model, all its sentences at once."""
    plain = cjk.simplify(text) if name == "chinese" else text
    sentences = [_columns(name, plain, *place) for place in split_sentences(text)]
    model = _model(name)
    shares = model.shares([columns for _, columns in sentences])
    zeros = np.zeros(len(shares))
    begin, inside = (shares[:, model.labels.index(tag)] if tag in model.labels else zeros for tag in "BI")
    tokens = [token for offsets, _ in sentences for token in offsets]
    opens = frozenset(accumulate(len(offsets) for offsets, _ in sentences))
    return Reading(name, text, tokens, begin + inside, (begin >= inside).tolist(), opens)


def find(name: str, text: str, threshold: float = 0.5) -> tuple[NameSpan, ...]:
    """Names of `text`: runs of tokens whose probability passes `threshold`."""
    return read(name, text).names(threshold)
