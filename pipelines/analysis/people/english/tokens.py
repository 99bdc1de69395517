"""Words as the English model saw them in training: white space, then affixes, exceptions, infixes.

In      plain text
Out     `Token` list with offsets; every character but single separating spaces belongs to a token
Units   characters, end exclusive
Source  the rules of spaCy's tokeniser; its patterns and exceptions stand in `models/spacy/tables.json`
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

_RUN = re.compile(r"\s+|\S+")
_CACHED = 20_000
"""White-space chunks whose words are remembered; then the memory starts anew."""


class Word(NamedTuple):
    """A word as a type: its text, and the norm that an exception gives it."""

    text: str
    norm: str | None = None

    @property
    def blank(self) -> bool:
        """Whether it is white space: no name begins there."""
        return self.text.isspace()


class Token(NamedTuple):
    """A word at its place."""

    start: int
    end: int
    word: Word


class Tokeniser:
    """Splits text; keeps the words of the chunks it has seen."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self._prefix = re.compile(tables["prefix"]).search
        self._suffix = re.compile(tables["suffix"]).search
        self._infix = re.compile(tables["infix"]).finditer
        self._url = re.compile(tables["url"]).match
        self._rules = {text: tuple(Word(*part) for part in parts) for text, parts in tables["rules"].items()}
        self._chunks: dict[str, tuple[Word, ...]] = {}
        self._runs: dict[str, list[tuple[str, ...]]] = {}
        self._learn_runs()

    def read(self, text: str) -> list[Token]:
        """Every token of `text`."""
        tokens: list[Token] = []
        add = tokens.append
        for start, chunk in _chunks(text):
            words = self._chunks.get(chunk) or self._remember(chunk)
            for word in words:
                end = start + len(word.text)
                add(Token(start, end, word))
                start = end
        return self._mend(text, tokens)

    def _remember(self, chunk: str) -> tuple[Word, ...]:
        if len(self._chunks) >= _CACHED:
            self._chunks.clear()
        words = self._chunks[chunk] = tuple(self._split(chunk, self._rules))
        return words

    def _split(self, chunk: str, rules: dict[str, tuple[Word, ...]]) -> list[Word]:
        """Words of one chunk: an exception, or what is left between its affixes."""
        if chunk in rules:
            return list(rules[chunk])
        if chunk.isascii() and chunk.isalpha():
            return [Word(chunk)]  # no pattern matches within plain letters
        before, middle, after = self._strip(chunk, rules)
        return [*map(Word, before), *self._inner(middle, rules), *map(Word, reversed(after))]

    def _strip(self, text: str, rules: dict[str, tuple[Word, ...]]) -> tuple[list[str], str, list[str]]:
        """Affixes from the outside in, until none is left or an exception lies bare."""
        before: list[str] = []
        after: list[str] = []
        while text and text not in rules:
            head = self._prefix(text)
            first = head.end() - head.start() if head else 0
            if first and text[first:] in rules:
                return [*before, text[:first]], text[first:], after
            tail = self._suffix(text[first:])
            last = tail.end() - tail.start() if tail else 0
            if last and text[:-last] in rules:
                return before, text[:-last], [*after, text[-last:]]
            if not first and not last:
                break
            both = first + last <= len(text)
            if first:
                before.append(text[:first])
            if last and (both or not first):
                after.append(text[-last:])
            text = text[first:-last] if first and last and both else text[first:] if first else text[:-last]
        return before, text, after

    def _inner(self, text: str, rules: dict[str, tuple[Word, ...]]) -> Iterator[Word]:
        if not text:
            return
        if text in rules:
            yield from rules[text]
            return
        if self._url(text):
            yield Word(text)
            return
        at = 0
        for match in self._infix(text):
            if not match.start():
                continue
            if at != match.start():
                yield Word(text[at : match.start()])
            if match.group():
                yield Word(match.group())
            at = match.end()
        if text[at:]:
            yield Word(text[at:])

    def _learn_runs(self) -> None:
        """Exceptions that affixes would take apart: the words they fall into, by the first of them."""
        for text in self._rules:
            if self._prefix(text) or self._suffix(text) or next(self._infix(text), None) or " " in text:
                run = tuple(w.text for _, chunk in _chunks(text) for w in self._split(chunk, {}))
                if run:
                    self._runs.setdefault(run[0], []).append(run)

    def _mend(self, text: str, tokens: list[Token]) -> list[Token]:
        """Put exceptions together that lay inside a chunk; the longest run of words wins, then the first."""
        runs = self._runs
        found = [
            (len(run), -i)
            for i, token in enumerate(tokens)
            if token.word.text in runs
            for run in runs[token.word.text]
            if all(a.word.text == b for a, b in zip(tokens[i : i + len(run)], run, strict=False))
            and i + len(run) <= len(tokens)
        ]
        if not found:
            return tokens
        out = list(tokens)
        for first, last in sorted(_apart(sorted(set(found), reverse=True)), reverse=True):
            start, end = tokens[first].start, tokens[last - 1].end
            if (rule := self._rules.get(text[start:end])) is not None:
                out[first:last] = _laid(start, rule)
        return out


def _laid(start: int, words: Iterable[Word]) -> Iterator[Token]:
    for word in words:
        yield Token(start, start + len(word.text), word)
        start += len(word.text)


def _apart(found: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """(first, last) of the runs that no earlier one touches; those that fall away still block."""
    seen: set[int] = set()
    for length, negative in found:
        first, last = -negative, length - negative
        if first not in seen and last - 1 not in seen:
            yield first, last
        seen.update(range(first, last))


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Runs of letters and runs of white space; a space that follows letters only separates."""
    for match in _RUN.finditer(text):
        start, chunk = match.start(), match.group()
        if start and chunk[0] == " ":
            start, chunk = start + 1, chunk[1:]
        if chunk:
            yield start, chunk
