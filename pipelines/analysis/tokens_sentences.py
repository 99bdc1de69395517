"""Cut text into paragraphs and sentences.

In      plain text; paragraphs are lines
Out     `(start, end)` pairs in reading order, without the white space around them, never overlapping, never empty
Rules   a full stop ends a sentence unless it follows an initial, a known abbreviation or a digit before a digit, or a
        small letter follows; Chinese, Arabic and Devanagari stops always end one; closing quotes stay with it
Raises  nothing
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_STOP = re.compile(r"[.!?…]+[\"'”»“)\]’]*(?=\s)|[。！？｡]+[」』”’）]*|[।॥؟۔]+[\"”»]*")
_LAST_WORD = re.compile(r"([^\W\d_]+)\.$")


@cache
def _abbreviations() -> frozenset[str]:
    text = resources.files("pipelines.analysis").joinpath("data/tokens_abbreviations.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span without the white space at its ends, `None` when nothing is left."""
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = end - (len(piece) - len(piece.rstrip()))
    return (left, right) if left < right else None


def paragraphs(text: str) -> tuple[tuple[int, int], ...]:
    """Return where the paragraphs (lines with something in them) stand."""
    spans = (_trim(text, m.start(), m.end()) for m in _LINE.finditer(text))
    return tuple(span for span in spans if span)


def _ends_here(text: str, start: int, stop: re.Match[str]) -> bool:
    """Say whether the stop ends a sentence that began at `start`."""
    if stop.group()[0] != "." or len(stop.group()) > 1:
        return True
    following = text[stop.end() :].lstrip()[:1]
    if following.islower():
        return False
    last = _LAST_WORD.search(text, start, stop.start() + 1)
    if not last:
        return True
    word = last.group(1)
    return not (word.lower() in _abbreviations() or (len(word) == 1 and word.isupper()))


def sentences(text: str, language: str | None = None) -> tuple[tuple[int, int], ...]:
    """Return where the sentences stand; a paragraph's end always ends one.

    >>> sentences("Gen. Doe spoke. They left.")
    ((0, 15), (16, 26))
    """
    found = []
    for left, right in paragraphs(text):
        start = left
        for stop in _STOP.finditer(text, left, right):
            if _ends_here(text, start, stop):
                found.append(_trim(text, start, stop.end()))
                start = stop.end()
        found.append(_trim(text, start, right))
    return tuple(span for span in found if span)
