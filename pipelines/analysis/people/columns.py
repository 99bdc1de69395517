"""How a sentence's features are told to the sequence models: by kinds, a key a token, so that what is known is not told again.

A kind of feature says, of a key, what a token of that key is and what its neighbours see of it, by the steps from them
to it: of a word "w=roe", and "-1w=roe" to the token behind it.

In      the keys of one sentence's tokens, kind by kind
Out     `Column`s for `crf_model`, which reads; `flat` gives the same features as strings, for training
Units   `BORDER` keys stand before a sentence's own, for what is seen beyond its ends; `END` says so
Raises  nothing
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

BORDER = 2
END = None
Said = Mapping[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What a key says by step: 0 is the token itself, -1 the one before the token that is told."""

    said: Callable[..., Said]
    steps: tuple[int, ...] = (0,)


class Column(NamedTuple):
    """The keys of one sentence: `BORDER` of them for its edge, then one a token."""

    kind: Kind
    keys: Sequence[Hashable]


def column(kind: Kind, keys: Sequence[Hashable], edge: Sequence[Hashable] = (END,) * BORDER) -> Column:
    """A sentence's keys with those of its edge."""
    return Column(kind, [*edge, *keys])


def flat(columns: Sequence[Column]) -> list[list[str]]:
    """The features of every token as one list, as training takes them."""
    count = len(columns[0].keys) - BORDER
    rows: list[list[str]] = [[] for _ in range(count)]
    for kind, keys in columns:
        said = [kind.said(key) for key in (*keys, *(END,) * BORDER)]
        for at, row in enumerate(rows, start=BORDER):
            for step in kind.steps:
                row += said[at + step].get(step, ())
    return rows
