"""Cue words of roles, fates and speech, read from `data/cues.toml` and looked for in one pass each.

In      a text
Out     `CueHit` tuples: kind ("title", "fate", "say"), value (role or status), offsets
Raises  nothing
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
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
    body = r"\s+".join(rf"{re.escape(p.rstrip('*'))}[{_WORD}-]*" if p.endswith("*") else re.escape(p) for p in stem.split("_"))
    body = body.replace("'", "['’ʼ]")
    if _CJK.search(stem):
        return body
    if _HANGUL.search(stem):
        return rf"(?<![{_WORD}])" + body + rf"[{_WORD}]*"
    return _START + body + (rf"[{_WORD}-]*" if star else rf"(?![{_WORD}])")


def compile_words(words: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern of many declared words, the longest first."""
    return re.compile("|".join(word_pattern(w) for w in sorted(set(words), key=len, reverse=True)), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Entry:
    pattern: re.Pattern[str]
    kind: str
    value: str


@cache
def _index() -> tuple[dict[str, tuple[_Entry, ...]], dict[str, tuple[_Entry, ...]], tuple[_Entry, ...]]:
    """Entries by their first word, by the first letters of their first stem, and those of Chinese (one pattern a value)."""
    exact: dict[str, list[_Entry]] = {}
    prefix: dict[str, list[_Entry]] = {}
    unspaced: list[_Entry] = []
    for kind, values in lexicon().items():
        for value, words in values.items():
            chinese = tuple(w for w in words if _CJK.search(w))
            if chinese:
                unspaced.append(_Entry(compile_words(chinese), kind, value))
            for word in words:
                if _CJK.search(word):
                    continue
                first = re.split(r"_", word)[0]
                entry = _Entry(re.compile(word_pattern(word), re.IGNORECASE), kind, value)
                if first.endswith("*") or _HANGUL.search(first) or "'" in first or "-" in first:
                    prefix.setdefault(first.rstrip("*").casefold()[:2], []).append(entry)
                else:
                    exact.setdefault(first.casefold(), []).append(entry)
    return {k: tuple(v) for k, v in exact.items()}, {k: tuple(v) for k, v in prefix.items()}, tuple(unspaced)


_ELIDED = re.compile(r"[ld]['’](?=\w{3})|[وفبل](?=[\u0600-\u06ff]{3})")
_FIRST = re.compile(rf"(?<![{_WORD}])[{_WORD}]+")


def find_cues(text: str) -> tuple[CueHit, ...]:
    """Every cue of `text` in reading order; one word may be a cue of several kinds."""
    exact, prefix, unspaced = _index()
    hits: set[CueHit] = set()
    for word in _FIRST.finditer(text):
        key = word.group().casefold()
        for skip in (0, _ELIDED.match(key).end() if _ELIDED.match(key) else 0):  # type: ignore[union-attr]
            if skip or key:
                rest = key[skip:]
                for entry in (*exact.get(rest, ()), *prefix.get(rest[:2], ())):
                    match = entry.pattern.match(text, word.start() + skip)
                    if match:
                        hits.add(CueHit(match.start(), match.end(), entry.kind, entry.value))
    if _CJK.search(text):
        hits.update(CueHit(m.start(), m.end(), e.kind, e.value) for e in unspaced for m in e.pattern.finditer(text))
    return tuple(sorted(hits, key=lambda h: (h.start, -h.end)))


@cache
def _classes() -> dict[str, re.Pattern[str]]:
    lex = lexicon()
    single = {
        "T": tuple(w for words in lex["title"].values() for w in words if "_" not in w),
        "S": tuple(w for w in lex["say"]["words"] if "_" not in w),
        "K": tuple(w for words in lex["fate"].values() for w in words if "_" not in w),
    }
    return {name: compile_words(words) for name, words in single.items()}


@cache
def cue_class(word: str) -> str:
    """Cue class of one word for the sequence models: T title or role, S say verb, K fate; "" none."""
    for name, pattern in _classes().items():
        if pattern.fullmatch(word):
            return name
    return ""
