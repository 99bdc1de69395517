"""Words and names as they are spelt, and where a known name stands in a text, in any case, order and inflection.

In      text; a name as somebody wrote it
Out     `words` with offsets; `known_spans`; `initials`; `visible` is the text as a reader sees it
Limits  a name in a script without blanks is looked for literally, in traditional and simplified characters alike
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from pipelines.analysis.tokens_fold import simplified

LONG_NAME = 6
"""Letters from which a part of a name is recognised inside longer words."""

Span = tuple[int, int, str]
"""Start, end, and the name that stands there."""

_PLANES = itertools.chain(range(0x20000), range(0xE0000, 0xE1000))
"""Where format characters are, planes 0, 1 and the tags: a look at every plane would cost each start .3 s."""
_FORMAT = "".join(c for c in map(chr, _PLANES) if unicodedata.category(c) == "Cf" and c not in "\u200c\u200d")
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef" + re.escape(_FORMAT) + "]"
)
"""What no reader sees; it would part a name into harmless pieces."""

WORD = re.compile(
    r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0970-\u0dff\u200c\u200d\u00ad])*"
)
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
BETWEEN = re.compile(r"[\s.\-‐‑'’ʼ·•・]{1,3}")
_MARKS: dict[str, str | int | None] = dict.fromkeys("’‘ʼ`´", "'")


class Word(NamedTuple):
    """A tuple, since a text has hundreds of them."""

    start: int
    end: int
    text: str
    folded: str
    cased: bool
    capital: bool


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """`word` in small letters without accents: the form in which spellings are compared."""
    flat = unicodedata.normalize("NFKD", word.translate(str.maketrans(_MARKS)).replace("\u00ad", ""))
    return "".join(c for c in flat if not "\u0300" <= c <= "\u036f").casefold().translate(_LETTERS)


_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "ё": "е", "ґ": "г"})


@lru_cache(maxsize=2048)
def words(text: str) -> tuple[Word, ...]:
    """The words of `text`; a hyphen or an apostrophe parts them."""
    found = []
    for match in WORD.finditer(text):
        word = match.group()
        cased, capital = case(word)
        found.append(Word(match.start(), match.end(), word, fold(word), cased, capital))
    return tuple(found)


@lru_cache(maxsize=65536)
def case(word: str) -> tuple[bool, bool]:
    """Whether a word's script has capitals, and whether it has one."""
    cased = word[0].lower() != word[0].upper()
    return cased, cased and any(c.isupper() or c.istitle() for c in word)


def initials(name: str) -> str:
    """The first letters of a name; `N. N.` in scripts where one character is already a name.

    >>> initials("Anping Zhou-Smilenko"), initials("周安平")
    ('A. Z. S.', 'N. N.')
    """
    parts = words(name)
    if not parts or not all(part.cased for part in parts):
        return "N. N."
    return " ".join(f"{part.text[0].upper()}." for part in parts[:4])


def _stem(part: str) -> str:
    return part[: max(4, len(part) - 2)] if len(part) >= 5 else part


def _same(word: str, part: str) -> bool:
    """Whether `word` is `part` or one of its inflected forms, both folded."""
    if word == part:
        return True
    if len(part) >= LONG_NAME and (part in word or word.startswith(_stem(part))):
        return True  # "antismilenko", "Smilenko-Brigade", "сміленківський"
    if len(part) < 3 or abs(len(word) - len(part)) > 3:
        return False
    return word.startswith(part) or (len(part) >= 5 and word.startswith(_stem(part)))


def known_spans(text: str, names: Iterable[str]) -> list[Span]:
    """Where any part of one of `names` stands, in any order, case and inflection; neighbours are one span."""
    every = words(text)
    spans: list[Span] = []
    for name in names:
        parts = [part.folded for part in words(name)]
        cased = all(part.cased for part in words(name))
        if not cased:
            spans += _literal(text, name)
        first = {part[:1] for part in parts}
        long = [part for part in parts if len(part) >= LONG_NAME]
        for word in every:
            if word.cased and word.folded[:1] not in first and not any(part in word.folded for part in long):
                continue  # an inflected form begins as its name does
            if UNSPACED.search(word.text):
                continue  # what stands between two blanks there is a whole clause: the literal search is exact
            if any(_same(word.folded, part) if word.cased else part in word.folded for part in parts):
                spans.append((word.start, word.end, name))
    return joined(text, spans)


def _literal(text: str, name: str) -> list[Span]:
    """A name in a script without blanks: the whole, and the given name without its first character."""
    if HAN.search(name):
        text, name_as = simplified(text), simplified(name)
    else:
        name_as = name
    wanted = [name_as, *(p for p in re.split(r"[\s·•・‧]+", name_as) if len(p) > 1)]
    if len(name) == 3 and UNSPACED.fullmatch(name[0]):
        wanted.append(name_as[1:])
    return [(m.start(), m.end(), name) for piece in wanted for m in re.finditer(re.escape(piece), text)]


def joined(text: str, spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end, name in sorted(spans, key=lambda s: (s[0], -s[1])):
        if merged:
            last = merged[-1]
            gap = text[last[1] : start]
            if start < last[1] or (name == last[2] and (not gap or BETWEEN.fullmatch(gap))):
                merged[-1] = (last[0], max(last[1], end), last[2])
                continue
        merged.append((start, end, name))
    return merged


def visible(text: str) -> str:
    """`text` without characters that no reader sees: a soft hyphen or a joiner inside a name hides nothing.

    The two joiners that Indic and Persian words are written with stay.
    """
    return text if text.isascii() else _IGNORABLE.sub("", text)
