"""Mark the words of a text that matter to counts: people, what befell them, units, bounds, who speaks.

In      plain text and its language; the word lists of data/count_words.toml (notation of data/nationalities.toml)
Out     `Marked`: tokens (a Chinese character, digits, or a word) and for each the longest entry of each kind
Units   token spans are character offsets, end exclusive; a `Mark` ends before token `end`
Raises  nothing
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from pipelines.analysis.tokens_fold import fold

_SIGNS = "\u0300-\u036f\u064b-\u0655\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u200c\u200d"
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff"
TOKEN = re.compile(rf"\d+|[{_HAN}]|[^\W\d_{_HAN}](?:[^\W\d_{_HAN}]|[{_SIGNS}])*")
_JOINT = re.compile(r"[\s\u00a0\u202f\-\u2010\u2011'’ʼ.]{0,2}")
_COUNTING = frozenset({"num", "vague", "dual", "single", "article"})
_VOWELS_AR = dict.fromkeys((*range(0x64B, 0x656), 0x670))
_CLITICS_AR = ("وبال", "وال", "بال", "فال", "كال", "ولل", "ال", "لل", "و", "ف", "ب", "ل")


class Token(NamedTuple):
    """A word, a run of digits or a Chinese character, folded. A tuple, as a mark is: a text has thousands."""

    start: int
    end: int
    key: str


class Mark(NamedTuple):
    """An entry of the word lists that stands at tokens `begin`..`end`; `label` is what it says."""

    begin: int
    end: int
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with its tokens and, by token, the marks that begin there (looked up when first asked for)."""

    text: str
    folded: str
    language: str
    tokens: tuple[Token, ...]
    at: list[dict[str, Mark] | None] = field(repr=False, compare=False)

    def mark(self, index: int, kind: str) -> Mark | None:
        """The mark of `kind` that begins at token `index`; `None` outside the text."""
        if not 0 <= index < len(self.at):
            return None
        marks = self.at[index]
        if marks is None:
            marks = self.at[index] = _marks_at(index, self.tokens, self.folded, self.language)
        return marks.get(kind)

    def places(self, first: int, last: int) -> list[int]:
        """The tokens among `first`..`last` at which some mark begins, or may."""
        language = self.language
        return [i for i, token in enumerate(self.tokens[first:last], first) if _opened(token.key, language)]

    def may_count(self, index: int) -> bool:
        """Whether a number can begin at token `index`: digits, or a word that some number begins with."""
        key = self.tokens[index].key
        return key.isdigit() or _opens_number(key, self.language)

    def between(self, left: int, right: int) -> str:
        """The characters between token `left` and token `right`."""
        return self.folded[self.tokens[left].end : self.tokens[right].start]


class _Entry(NamedTuple):
    words: tuple[str, ...]
    prefix: tuple[bool, ...]
    kind: str
    label: str
    weight: tuple[int, int]
    """The longer one of a kind holds."""


def mark(text: str, language: str) -> Marked:
    """Tokenise `text` and mark every entry of the language's lists."""
    folded = fold(text)
    drop = _VOWELS_AR if language == "ar" else {}
    tokens = tuple(Token(m.start(), m.end(), m.group().translate(drop)) for m in TOKEN.finditer(folded))
    return Marked(text, folded, language, tokens, [None] * len(tokens))


@cache
def words(language: str) -> dict[str, dict[str, str]]:
    """The lists of one language: kind → label → entries; the shared lists come first."""
    data = tomllib.loads(files("pipelines.analysis").joinpath("data", "count_words.toml").read_text(encoding="utf-8"))
    numbers = tomllib.loads(files("pipelines.analysis").joinpath("data", "numbers.toml").read_text(encoding="utf-8"))
    table: dict[str, dict[str, str]] = {kind: dict(labels) for kind, labels in data.get(language, {}).items()}
    table.update({kind: dict(labels) for kind, labels in numbers.get(language, {}).items()})
    return table


def _entries(language: str) -> Iterator[_Entry]:
    for kind, labels in words(language).items():
        for label, entries in labels.items():
            for stem in filter(None, (s.strip() for s in entries.split(","))):
                found = list(TOKEN.finditer(fold(stem)))
                prefix = tuple(stem[m.end() : m.end() + 1] == "*" for m in found)
                if found:
                    said = tuple(m.group() for m in found)
                    yield _Entry(said, prefix, kind, label, (len(said), sum(map(len, said))))


@cache
def _index(language: str) -> tuple[dict[str, tuple[_Entry, ...]], dict[str, tuple[_Entry, ...]]]:
    """Entries by their first word: whole words and beginnings apart."""
    whole: dict[str, list[_Entry]] = {}
    begin: dict[str, list[_Entry]] = {}
    for entry in _entries(language):
        (begin if entry.prefix[0] else whole).setdefault(entry.words[0], []).append(entry)
    return {k: tuple(v) for k, v in whole.items()}, {k: tuple(v) for k, v in begin.items()}


@lru_cache(maxsize=1 << 15)
def _candidates(word: str, language: str) -> tuple[_Entry, ...]:
    """Every entry whose first word is, or begins, this word."""
    whole, begin = _index(language)
    found: list[_Entry] = []
    for reading in _readings(word, language):
        found += whole.get(reading, ())
        for size in range(1, len(reading) + 1):
            found += begin.get(reading[:size], ())
    return tuple(found)


@lru_cache(maxsize=1 << 15)
def _opens_number(word: str, language: str) -> bool:
    return any(entry.kind in _COUNTING for entry in _candidates(word, language))


@lru_cache(maxsize=1 << 15)
def _opened(word: str, language: str) -> tuple[tuple[_Entry, ...], tuple[_Entry, ...]] | None:
    """Of each kind the longest entry that is this one word; the entries that go on behind it; `None`: there is none."""
    alone: dict[str, _Entry] = {}
    more = []
    for entry in _candidates(word, language):
        if len(entry.words) > 1:
            more.append(entry)
        elif entry.kind not in alone or entry.weight > alone[entry.kind].weight:
            alone[entry.kind] = entry
    return (tuple(alone.values()), tuple(more)) if alone or more else None


_NO_MARKS: dict[str, Mark] = {}


def _marks_at(i: int, tokens: tuple[Token, ...], folded: str, language: str) -> dict[str, Mark]:
    opened = _opened(tokens[i].key, language)
    if opened is None:
        return _NO_MARKS
    alone, more = opened
    marks = {entry.kind: Mark(i, i + 1, entry.kind, entry.label) for entry in alone}
    if not more or i + 1 >= len(tokens):
        return marks
    best: dict[str, tuple[int, int]] = {}
    following, plain = tokens[i + 1].key, language != "ar"
    for entry in more:
        second = entry.words[1]
        if plain and following != second and not (entry.prefix[1] and following.startswith(second)):
            continue  # nearly all: seen without a call
        if entry.weight > best.get(entry.kind, (0, 0)) and _fits(entry, i, tokens, folded, language):
            best[entry.kind] = entry.weight
            marks[entry.kind] = Mark(i, i + len(entry.words), entry.kind, entry.label)
    return marks


def _readings(word: str, language: str) -> Iterator[str]:
    yield word
    if language == "ar":
        for clitic in _CLITICS_AR:
            if word.startswith(clitic) and len(word) - len(clitic) >= 3:
                yield word[len(clitic) :]


def _fits(entry: _Entry, i: int, tokens: tuple[Token, ...], folded: str, language: str) -> bool:
    for step in range(1, len(entry.words)):
        if i + step >= len(tokens):
            return False
        token, want, begins = tokens[i + step], entry.words[step], entry.prefix[step]
        readings = (token.key,) if language != "ar" else _readings(token.key, language)
        if not any(got == want or (begins and got.startswith(want)) for got in readings):
            return False
        if not _JOINT.fullmatch(folded, tokens[i + step - 1].end, token.start):
            return False
    return True
