"""The packaged English finder: the entity recogniser of spaCy's small English model, computed here with numpy alone.

In      plain text
Out     (start, end, kind) in reading order: the same as spaCy finds with that model
Units   characters, end exclusive
Source  weights and tables in `models/spacy`; packed and compared by `benchmarks/{pack_english,english}.py`
Limits  loads on first use in about 0.1 s, 20 MB; a text is read as one document: bound its length
Raises  nothing; FileNotFoundError when the installation lacks its data files
"""

from __future__ import annotations

from functools import cache

from pipelines.analysis.people.english.moves import Moves
from pipelines.analysis.people.english.network import Network, load_weights
from pipelines.analysis.people.english.tables import load_tables
from pipelines.analysis.people.english.tokens import Tokeniser
from pipelines.analysis.people.english.vectors import Vectors

__all__ = ["find_entities", "tokenise"]


@cache
def _tokeniser() -> Tokeniser:
    return Tokeniser(load_tables())


@cache
def _vectors() -> Vectors:
    return Vectors(load_tables(), load_weights())


@cache
def _network() -> Network:
    return Network(load_weights())


@cache
def _moves() -> Moves:
    return Moves(load_tables()["moves"], load_weights())


def tokenise(text: str) -> tuple[str, ...]:
    """The words that the recogniser sees.

    >>> tokenise("Dr. Roe's unit can't move.")
    ('Dr.', 'Roe', "'s", 'unit', 'ca', "n't", 'move', '.')
    """
    return tuple(token.word.text for token in _tokeniser().read(text))


def find_entities(text: str) -> tuple[tuple[int, int, str], ...]:
    """(start, end, kind) of everything named in `text`: PERSON, GPE, ORG, DATE and fourteen more.

    >>> find_entities("President Jane Roe arrived in Paris.")
    ((10, 18, 'PERSON'), (30, 35, 'GPE'))
    """
    tokens = _tokeniser().read(text)
    if not tokens:
        return ()
    words = [token.word for token in tokens]
    states = _network().encode(_vectors().of(words))
    found = _moves().decode(states, [word.blank for word in words])
    return tuple((tokens[a].start, tokens[b - 1].end, kind) for a, b, kind in found)
