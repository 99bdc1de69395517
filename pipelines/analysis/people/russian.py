"""slovnet's Russian recogniser, its layers computed for one text at a time.

Without a batch nothing is padded, and what the first layer makes of a word is kept: it is the largest part of the work.

In      plain text; the loaded model
Out     spans of persons, as slovnet gives them
Units   characters, end exclusive
Limits  3,000 kinds of words are kept (9 MB); then the memory starts anew
Raises  nothing
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from slovnet.bio import bio_spans
from slovnet.token import tokenize

Floats = NDArray[np.float32]
_KEPT = 3_000


class Recogniser:
    """The model's matrices, laid out for whole texts, and the words it has seen."""

    def __init__(self, finder: Any) -> None:
        model, encoder = finder.infer.model, finder.infer.encoder
        self._words, self._shapes = encoder.words_vocab, encoder.shapes_vocab
        self._item = encoder.item
        self._tag_names = finder.infer.decoder.tags_vocab.items
        self._embed = model.emb
        first, *rest = model.encoder.layers
        self._first = np.concatenate([first.conv.weight.array[:, :, k].T for k in range(3)], axis=1)
        self._after_first = _after(first)
        self._rest = [
            (layer.conv.weight.array.transpose(2, 1, 0).reshape(-1, len(layer.conv.bias.array)), _after(layer))
            for layer in rest
        ]
        self._head, self._head_bias = model.head.proj.weight.array, model.head.proj.bias.array
        self._transitions = np.ascontiguousarray(model.head.crf.transitions.array)
        self._rows: dict[tuple[int, int], int] = {}
        self._kept = np.empty((_KEPT, self._first.shape[1]), dtype=np.float32)

    def persons(self, text: str) -> list[tuple[int, int]]:
        """(start, end) of every person."""
        tokens = list(tokenize(text))
        if not tokens:
            return []
        tags = self._tags([token.text for token in tokens])
        return [(span.start, span.stop) for span in bio_spans(tokens, tags) if span.type == "PER"]

    def _tags(self, words: list[str]) -> list[str]:
        rows = self._seen(list(zip(*self._item(words), strict=True)))
        width = rows.shape[1] // 3
        x = rows[:, width : 2 * width].copy()
        x[1:] += rows[:-1, :width]
        x[:-1] += rows[1:, 2 * width :]
        x = _finish(x, self._after_first)
        for weight, after in self._rest:
            width = x.shape[1]
            window = np.zeros((len(x), 3 * width), dtype=np.float32)
            window[1:, :width] = x[:-1]
            window[:, width : 2 * width] = x
            window[:-1, 2 * width :] = x[1:]
            x = _finish(window @ weight, after)
        return [self._tag_names[i] for i in self._path(x @ self._head + self._head_bias)]

    def _seen(self, words: list[tuple[int, int]]) -> Floats:
        """What the first layer makes of each word, for the word after it, itself and the one before."""
        rows = self._rows
        new = {word for word in words if word not in rows}
        if new and len(rows) + len(new) > _KEPT:
            rows.clear()
            new = set(words)
            if len(new) > len(self._kept):
                self._kept = np.empty((len(new), self._first.shape[1]), dtype=np.float32)
        if new:
            at = len(rows)
            rows.update(zip(new, range(at, at + len(new)), strict=True))
            word_ids, shape_ids = (np.array(ids) for ids in zip(*new, strict=True))
            self._kept[at : at + len(new)] = self._embed(word_ids, shape_ids) @ self._first
        return self._kept[[rows[word] for word in words]]

    def _path(self, scores: Floats) -> list[int]:
        """The best sequence of tags."""
        score, history = scores[0], []
        tags = np.arange(len(score))
        for here in scores[1:]:
            reached = score[:, None] + self._transitions
            reached += here
            best = reached.argmax(0)
            score = reached[best, tags]
            history.append(best)
        last = int(score.argmax())
        path = [last]
        for best in reversed(history):
            last = int(best[last])
            path.append(last)
        return path[::-1]


def _after(layer: Any) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    norm = layer.norm
    return layer.conv.bias.array, norm.mean.array, norm.std.array, norm.weight.array, norm.bias.array


def _finish(x: Floats, after: tuple[Floats, Floats, Floats, Floats, Floats]) -> Floats:
    bias, mean, std, weight, shift = after
    x += bias
    np.maximum(x, 0, out=x)
    x -= mean
    x /= std
    x *= weight
    x += shift
    return x
