"""The packaged neural finders: spaCy's small model for English, slovnet for Russian (and Ukrainian mapped to Russian).

In      plain text
Out     `NameSpan` tuple of persons
Limits  long texts are read in pieces; models load on first use and stay (about 20 MB for English, 80 MB for Russian)
Raises  ImportError when a package of the default installation is missing
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pipelines.analysis.people.spans import NameSpan
from pipelines.analysis.people.ukrainian import russify

_PIECE = 4_000
"""Characters a model reads at once: bounds its memory whatever the page's length."""

_RUSSIAN = Path(__file__).parent / "models" / "slovnet"


@cache
def _slovnet() -> Any:
    """slovnet's news model with the frequent part of its embeddings, packed by `benchmarks/pack_russian.py`."""
    from navec import Navec
    from slovnet import NER

    finder = NER.load(str(_RUSSIAN / "ner.tar"))
    finder.navec(Navec.load(str(_RUSSIAN / "navec.tar")))
    return finder


@cache
def _russian() -> Any:
    from pipelines.analysis.people.russian import Recogniser

    return Recogniser(_slovnet())


def pieces(text: str) -> list[tuple[int, str]]:
    """Cut at line ends (else at spaces) into pieces of at most `_PIECE` characters."""
    pieces: list[tuple[int, str]] = []
    start = 0
    while start < len(text):
        end = min(len(text), start + _PIECE)
        if end < len(text):
            cut = max(text.rfind("\n", start + 1, end), text.rfind(". ", start + 1, end) + 1)
            end = cut if cut > start else end
        pieces.append((start, text[start:end]))
        start = end
    return pieces


def find_english(text: str) -> tuple[NameSpan, ...]:
    """Persons by spaCy's small English model."""
    from pipelines.analysis.people import english  # numpy comes with the first English text

    found = []
    for offset, piece in pieces(text):
        for start, end, kind in english.find_entities(piece):
            if kind == "PERSON":
                found.append(NameSpan(offset + start, offset + end, 0.6, "spacy"))
    return tuple(found)


def find_russian(text: str, source: str = "slovnet") -> tuple[NameSpan, ...]:
    """Persons by slovnet's Russian model."""
    found = []
    for offset, piece in pieces(text):
        for start, end in _russian().persons(piece):
            found.append(NameSpan(offset + start, offset + end, 0.7, source))
    return tuple(found)


def find_ukrainian(text: str) -> tuple[NameSpan, ...]:
    """Persons by the Russian model on Ukrainian text written with Russian letters and function words; offsets are the text's."""  # noqa: E501
    mapped, back = russify(text)
    spans = find_russian(mapped, "slovnet-uk")
    return tuple(NameSpan(back[s.start], back[s.end - 1] + 1, s.score, s.source) for s in spans)
