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
    """A declared word. Its pattern is compiled when a text has its beginning: most words are never asked for."""

    __slots__ = ("_flags", "_pattern", "_source", "kind", "letters", "value")

    def __init__(self, source: str, flags: re.RegexFlag, kind: str, value: str, letters: int = 0) -> None:
        self._source, self._flags, self.kind, self.value, self.letters = source, flags, kind, value, letters
        self._pattern: re.Pattern[str] | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        if self._pattern is None:
            self._pattern = re.compile(self._source, self._flags)
        return self._pattern


class WordIndex:
    """Many declared words, found in one pass: looked up by a text's words, then checked by their own pattern.

    `lists` are (kind, value, words); `ignore_case` off finds the words as spelt.
    """

    def __init__(self, lists: Iterable[tuple[str, str, tuple[str, ...]]], *, ignore_case: bool = True) -> None:
        flags = re.IGNORECASE if ignore_case else re.NOFLAG
        self._exact: dict[str, list[_Entry]] = {}
        self._prefix: dict[str, list[_Entry]] = {}
        self._unspaced: list[_Entry] = []
        self._asked: dict[str, tuple[_Entry, ...]] = {}
        for kind, value, words in lists:
            chinese = tuple(w for w in words if _CJK.search(w))
            if chinese:
                self._unspaced.append(_Entry(_any_of(chinese), re.IGNORECASE, kind, value))
            for word in (w for w in words if not _CJK.search(w)):
                first = word.split("_", 1)[0]
                entry = _Entry(word_pattern(word), flags, kind, value, len(word))
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

    def find(self, text: str) -> tuple[CueHit, ...]:
        """Every declared word of `text` in reading order; one place may be found for several kinds.

        Of one kind the word that says most is believed: `ministeriumssprecher*` before `minister*`.
        """
        hits: set[CueHit] = set()
        letters: dict[tuple[int, int, str], int] = {}
        for word in _FIRST.finditer(text):
            key = word.group().replace("İ", "i").casefold()
            elided = _ELIDED.match(key)
            for skip in (0, elided.end()) if elided else (0,):
                rest = key[skip:]
                for entry in self._begun_like(rest):
                    match = entry.pattern.match(text, word.start() + skip)
                    if match:
                        hit = CueHit(match.start(), match.end(), entry.kind, entry.value)
                        place = (hit.start, hit.end, hit.kind)
                        known = letters.get(place, 0)
                        if entry.letters > known > 0:
                            hits = {one for one in hits if (one.start, one.end, one.kind) != place}
                        if entry.letters >= known:
                            hits.add(hit)
                            letters[place] = entry.letters
        if _CJK.search(text):
            hits.update(
                CueHit(m.start(), m.end(), e.kind, e.value) for e in self._unspaced for m in e.pattern.finditer(text)
            )
        return tuple(sorted(hits, key=lambda h: (h.start, -h.end, h.kind, h.value)))


_LETTERS = 4
"""By how many letters a word is looked up that may have any ending."""
_KEPT = 20_000
_JOINT = re.compile(r"['’-]")
_ELIDED = re.compile(r"[ld]['’](?=\w{3})|[وفبل](?=[\u0600-\u06ff]{3})")
_FIRST = re.compile(rf"(?<![{_WORD}])[{_WORD}]+")


@cache
def _index() -> WordIndex:
    return WordIndex((kind, value, words) for kind, values in lexicon().items() for value, words in values.items())


def find_cues(text: str) -> tuple[CueHit, ...]:
    """Every cue of `text` in reading order; one word may be a cue of several kinds."""
    return _index().find(text)


@cache
def _classes() -> dict[str, dict[str, _Entry]]:
    """Class -> first two letters -> the words that begin with them."""
    lex = lexicon()
    lists: dict[str, Iterable[tuple[str, ...]]] = {
        "T": lex["title"].values(),
        "S": [lex["say"]["words"]],
        "K": lex["fate"].values(),
    }
    found: dict[str, dict[str, _Entry]] = {}
    for name, groups in lists.items():
        beginnings: dict[str, list[str]] = {}
        for word in (word for words in groups for word in words if "_" not in word):
            beginnings.setdefault(_beginning(word.rstrip("*")), []).append(word)
        found[name] = {key: _Entry(_any_of(words), re.IGNORECASE, name, "") for key, words in beginnings.items()}
    return found


_SAME_LETTERS = str.maketrans("İıſ’ʼ", "iis''")


def _beginning(word: str) -> str:
    """What two words have in common that differ in nothing but capitals and apostrophes."""
    return word[:2].translate(_SAME_LETTERS).casefold()[:2]


@lru_cache(maxsize=100_000)
def cue_class(word: str) -> str:
    """Cue class of one word for the sequence models: T title or role, S say verb, K fate; "" none."""
    key = _beginning(word)
    for name, beginnings in _classes().items():
        for part in {key, key[:1]}:
            if part in beginnings and beginnings[part].pattern.fullmatch(word):
                return name
    return ""
