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
    return rf"(?<![{_WORD}])" + body + (rf"[{_WORD}-]*" if star else rf"(?![{_WORD}])")


def compile_words(words: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern of many declared words, the longest first."""
    return re.compile("|".join(word_pattern(w) for w in sorted(set(words), key=len, reverse=True)), re.IGNORECASE)


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple((kind, value, compile_words(words)) for kind, values in lexicon().items() for value, words in values.items())


def find_cues(text: str) -> tuple[CueHit, ...]:
    """Every cue of `text` in reading order; one word may be a cue of several kinds."""
    hits = [CueHit(m.start(), m.end(), kind, value) for kind, value, pattern in _patterns() for m in pattern.finditer(text)]
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
