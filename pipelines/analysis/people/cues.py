"""Cue words of roles, fates and speech, read from `data/cues.toml` and looked for in one pass each.

In      a text
Out     `CueHit` tuples: kind ("title", "fate", "say"), value (role or status), offsets
Raises  nothing
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

_WORD = r"\w\u0900-\u0963\u064b-\u0652'’ʼ"
_CJK = re.compile(r"[\u3400-\u9fff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")


_START = rf"(?:(?<![{_WORD}])|(?<=\b[lLdD]['’])|(?<=[\s«(\"][وفبل]))"
"""A word's start: also after a French article and an Arabic conjunction."""


@dataclass(frozen=True, slots=True)
class CueHit:
    """A cue word in a text."""

    start: int
    end: int
    kind: str
    value: str


@cache
def lexicon() -> dict[str, dict[str, tuple[str, ...]]]:
    """kind -> value -> words, as declared."""
    data = tomllib.loads((files("pipelines.analysis.people") / "data" / "cues.toml").read_text("utf-8"))
    return {kind: {value: tuple(words.split()) for value, words in values.items()} for kind, values in data.items()}


def word_pattern(word: str) -> str:
    """Regular expression of one declared word."""
    stem, star = (word[:-1], True) if word.endswith("*") else (word, False)
    parts = [
        re.escape(p.rstrip("*")).replace("'", "['’ʼ]") + (rf"[{_WORD}-]*" if p.endswith("*") else "")
        for p in stem.split("_")
    ]
    body = r"\s+".join(parts)
    if _CJK.search(stem):
        return body
    if _HANGUL.search(stem):
        return rf"(?<![{_WORD}])" + body + rf"[{_WORD}]*"
    return _START + body + (rf"[{_WORD}-]*" if star else rf"(?![{_WORD}])")


def _any_of(words: Iterable[str]) -> str:
    """One pattern of many declared words, the longest first."""
    return "|".join(word_pattern(w) for w in sorted(set(words), key=lambda w: (-len(w), w)))


def compile_words(words: Iterable[str]) -> re.Pattern[str]:
    """The pattern of many declared words, whatever their capitals."""
    return re.compile(_any_of(words), re.IGNORECASE)


class _Entry:
    """A declared word, compared with a folded text sign by sign: so many patterns would take long to compile."""

    __slots__ = ("_parts", "_sounds", "_whole", "head", "kind", "letters", "value")

    def __init__(self, word: str, kind: str, value: str, *, ignore_case: bool = True) -> None:
        self.kind, self.value, self.letters = kind, value, len(word)
        stem, star = (word[:-1], True) if word.endswith("*") else (word, False)
        self._parts = [(fold(p.rstrip("*"), ignore_case), p.endswith("*")) for p in stem.split("_")]
        self._sounds = bool(_HANGUL.search(stem))
        self._whole = not star and not self._sounds
        if star and not self._sounds:
            self._parts[-1] = (self._parts[-1][0], True)
        self.head = self._parts[0][0]

    def end(self, folded: str, at: int) -> int:
        """Where the word ends that begins at `at`; -1 when it does not stand there."""
        for number, (part, more) in enumerate(self._parts):
            if number:
                space = _SPACE.match(folded, at)
                at = space.end() if space else -1
            if at < 0 or not folded.startswith(part, at):
                return -1
            at += len(part)
            if more:
                at = _end_of(_REST, folded, at)
        if self._whole:
            return -1 if _LETTER.match(folded, at) else at
        return _end_of(_LETTER_RUN, folded, at) if self._sounds else at


class _Unspaced:
    """Words of one kind that are written without spaces, as one pattern, compiled when a text may have one."""

    __slots__ = ("_pattern", "_words", "kind", "value")

    def __init__(self, words: tuple[str, ...], kind: str, value: str) -> None:
        self._words, self.kind, self.value = words, kind, value
        self._pattern: re.Pattern[str] | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        if self._pattern is None:
            self._pattern = compile_words(self._words)
        return self._pattern


_SPACE = re.compile(r"\s+")
_REST = re.compile(rf"[{_WORD}-]*")
_LETTER = re.compile(rf"[{_WORD}]")
_LETTER_RUN = re.compile(rf"[{_WORD}]*")
_APOSTROPHES = str.maketrans("’ʼ", "''")
_CAPITALS = str.maketrans("ıſ", "is")


def _end_of(run: re.Pattern[str], text: str, at: int) -> int:
    match = run.match(text, at)
    return match.end() if match else at


def fold(text: str, ignore_case: bool = True) -> str:
    """Small letters, one i, one apostrophe, sign for sign: offsets stay."""
    plain = text.translate(_APOSTROPHES)
    return plain.replace("İ", "i").lower().translate(_CAPITALS) if ignore_case else plain


_folded = lru_cache(maxsize=4)(fold)
"""Of a text that is read for one list after the other."""


class WordIndex:
    """Many declared words, found in one pass: looked up by a text's words, then checked by their own pattern.

    `lists` are (kind, value, words); `ignore_case` off finds the words as spelt.
    """

    def __init__(self, lists: Iterable[tuple[str, str, tuple[str, ...]]], *, ignore_case: bool = True) -> None:
        self._ignore_case = ignore_case
        self._exact: dict[str, list[_Entry]] = {}
        self._prefix: dict[str, list[_Entry]] = {}
        self._unspaced: list[_Unspaced] = []
        self._signs: dict[str, set[int]] = {}
        self._asked: dict[str, tuple[_Entry, ...]] = {}
        for kind, value, words in lists:
            chinese = tuple(w for w in words if _CJK.search(w))
            if chinese:
                for word in chinese:
                    self._signs.setdefault(_first_signs(word), set()).add(len(self._unspaced))
                self._unspaced.append(_Unspaced(chinese, kind, value))
            for word in (w for w in words if not _CJK.search(w)):
                first = word.split("_", 1)[0]
                entry = _Entry(word, kind, value, ignore_case=ignore_case)
                if first.endswith("*") or _HANGUL.search(first) or _JOINT.search(first):
                    beginning = _JOINT.split(first.rstrip("*"), maxsplit=1)[0]
                    self._prefix.setdefault(beginning.casefold()[:_LETTERS], []).append(entry)
                else:
                    self._exact.setdefault(first.casefold(), []).append(entry)

    def _begun_like(self, word: str) -> tuple[_Entry, ...]:
        """The declared words that a word may be, or begin with; what was asked lately is known."""
        known = self._asked.get(word)
        if known is None:
            if len(self._asked) >= _KEPT:
                self._asked.clear()
            beginnings = (word[:letters] for letters in range(1, min(len(word), _LETTERS) + 1))
            begun = (entry for beginning in beginnings for entry in self._prefix.get(beginning, ()))
            known = self._asked[word] = (*self._exact.get(word, ()), *begun)
        return known

    def _may_stand(self, text: str) -> set[int]:
        """The lists of words without spaces of which some word's first signs are in a text."""
        signs = _signs(text)
        return set().union(*(self._signs[sign] for sign in signs & self._signs.keys())) if signs else set()

    def find(self, text: str) -> tuple[CueHit, ...]:
        """Every declared word of `text` in reading order; one place may be found for several kinds.

        Of one kind the word that says most is believed: `ministeriumssprecher*` before `minister*`.
        """
        longest: dict[tuple[int, int, str], tuple[int, set[CueHit]]] = {}
        folded = _folded(text, self._ignore_case)
        asked, begun_like = self._asked, self._begun_like
        for start, word in _words(text):
            for entry in asked[word] if word in asked else begun_like(word):
                if not folded.startswith(entry.head, start):
                    continue
                end = entry.end(folded, start)
                if end < 0:
                    continue
                hit, place = CueHit(start, end, entry.kind, entry.value), (start, end, entry.kind)
                letters, known = longest.get(place, (0, set()))
                if entry.letters > letters:
                    longest[place] = (entry.letters, {hit})
                elif entry.letters == letters:
                    known.add(hit)
        hits = {hit for _, known in longest.values() for hit in known}
        for number in self._may_stand(text):
            some = self._unspaced[number]
            hits.update(CueHit(m.start(), m.end(), some.kind, some.value) for m in some.pattern.finditer(text))
        return tuple(sorted(hits, key=lambda h: (h.start, -h.end, h.kind, h.value)))


_LETTERS = 4
"""By how many letters a word is looked up that may have any ending."""
_KEPT = 20_000
_JOINT = re.compile(r"['’-]")
_ELIDED = re.compile(r"[ld]['’](?=\w{3})|[وفبل](?=[\u0600-\u06ff]{3})")
_FIRST = re.compile(rf"(?<![{_WORD}])[{_WORD}]+")
_BEFORE_CLITIC = frozenset(' \t\n\r\u00a0\u202f«("')
_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=4)
def _words(text: str) -> tuple[tuple[int, str], ...]:
    """Where words begin, and what they are called when looked up: as they stand, and behind an article or a clitic.

    Kept for the lists that are looked for one after the other.
    """
    found: list[tuple[int, str]] = []
    for word in _FIRST.finditer(text):
        key, start = word.group().replace("İ", "i").casefold(), word.start()
        found.append((start, key))
        elided = _ELIDED.match(key)
        if elided and (key[0] in "ld" or text[max(0, start - 1) : start] in _BEFORE_CLITIC):
            found.append((start + elided.end(), key[elided.end() :]))
    return tuple(found)


def _first_signs(word: str) -> str:
    """The first two signs of a word without spaces; one where the second is of another script."""
    return word[:2] if _CJK.match(word[1:2]) else word[:1]


@lru_cache(maxsize=4)
def _signs(text: str) -> frozenset[str]:
    """Every sign of a Chinese text, and every two in a row."""
    return frozenset({*text, *map("".join, pairwise(text))}) if _CJK.search(text) else _NONE


@cache
def _index() -> WordIndex:
    return WordIndex((kind, value, words) for kind, values in lexicon().items() for value, words in values.items())


def find_cues(text: str) -> tuple[CueHit, ...]:
    """Every cue of `text` in reading order; one word may be a cue of several kinds."""
    return _index().find(text)


_CLASSES = "TSK"


@cache
def _classes() -> tuple[dict[str, str], dict[str, list[tuple[str, re.Pattern[str]]]]]:
    """Folded word -> its classes, and beginning -> the classes of the words that begin so, with what may follow."""
    lex = lexicon()
    lists: dict[str, Iterable[tuple[str, ...]]] = {
        "T": lex["title"].values(),
        "S": [lex["say"]["words"]],
        "K": lex["fate"].values(),
    }
    whole: dict[str, str] = {}
    begin: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for name in _CLASSES:
        for word in {word for words in lists[name] for word in words if "_" not in word}:
            stem = fold(word.rstrip("*"))
            if _HANGUL.search(stem):
                begin.setdefault(stem, []).append((name, _LETTER_RUN))
            elif word.endswith("*") and not _CJK.search(stem):
                begin.setdefault(stem, []).append((name, _REST))
            else:
                whole.setdefault(stem, name)
    return whole, begin


@lru_cache(maxsize=100_000)
def cue_class(word: str) -> str:
    """Cue class of one word for the sequence models: T title or role, S say verb, K fate; "" none."""
    whole, begin = _classes()
    folded = fold(word)
    found = {whole.get(folded, "")}
    for letters in range(1, len(folded) + 1):
        found.update(name for name, rest in begin.get(folded[:letters], ()) if rest.fullmatch(folded, letters))
    return next((name for name in _CLASSES if name in found), "")
