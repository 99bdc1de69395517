"""Take out of an article's paragraphs what is not its text: appeals, widgets' words, credits, "read also".

In      paragraphs in order; the article's title
Out     those that are the article's own words, in order
How     the patterns of `data/body_lines.toml`; what follows a "related" heading at the end goes with it
Raises  nothing
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ahocorasick_rs import AhoCorasick

from pipelines.analysis.body_blocks import Block
from pipelines.analysis.titles import squeeze

SCRAP = 50
RUNNING = 80
"""A line this long is running text even if it ends without a stop."""
SHORT = 260
MIDDLE = 400
LONG = 2000


@dataclass(frozen=True, slots=True)
class _Patterns:
    whole: re.Pattern[str]
    starts: re.Pattern[str]
    contains: re.Pattern[str]
    triggers: AhoCorasick
    cue: re.Pattern[str]
    appeal: tuple[re.Pattern[str], ...]


@cache
def _patterns() -> _Patterns:
    """The patterns, compiled at first use."""
    raw = tomllib.loads(resources.files("pipelines.analysis").joinpath("data/body_lines.toml").read_text("utf-8"))

    def union(key: str, before: str = "", after: str = "") -> re.Pattern[str]:
        return re.compile(before + "(?:" + "|".join(f"(?:{p})" for p in raw[key]) + ")" + after)

    return _Patterns(
        whole=union("whole", r"^[\W_]*", r"[\W_]*$"),
        starts=union("starts", r"^[\W_]*"),
        contains=union("contains"),
        triggers=AhoCorasick(raw["triggers"]),
        cue=union("appeal"),
        appeal=tuple(re.compile(p) for p in raw["appeal"]),
    )


_SENTENCE = re.compile(r"[.!?。！？…।؟][\"'”’»)\]]*$")
_STOPPED = re.compile(r"[.!?。！？…।؟:;,\"'”’»)\]]$")
_TIME_ONLY = re.compile(r"^[\d\s.:,/–-]{4,20}(?:uhr|h|am|pm|gmt|utc|[a-z]{2,4}t)?$", re.I)


def clean_lines(lines: list[str], title: str | None = None, *, deep: bool = True) -> list[str]:
    """The article's own paragraphs among `lines`: none empty or twice, no title; if `deep`, no boilerplate."""
    bare_title = squeeze(title) if title else None
    kept: list[str] = []
    seen: set[str] = set()
    for line in lines:
        text = _unmark(line)
        bare = squeeze(text)
        if not bare or bare == bare_title or (len(bare) > 40 and bare in seen) or (deep and is_boilerplate(text)):
            continue
        seen.add(bare)
        kept.append(text)
    return _without_tail(kept)


def is_boilerplate(line: str) -> bool:
    """Whether a paragraph is something the outlet set in, not the article's text.

    >>> is_boilerplate("You can also highlight the text and press Ctrl + Enter")
    True
    """
    length = len(line)
    low = line.replace(
        "İ", "i"
    ).lower()  # patterns are written in lower case: matching without regard to case is several times slower
    patterns = _patterns()
    if length <= 80 and (patterns.whole.match(low) or _TIME_ONLY.match(low)):
        return True
    if length <= SHORT and patterns.starts.match(low):
        return True
    if length > LONG or not patterns.triggers.find_matches_as_indexes(low):
        return False
    if length <= MIDDLE and patterns.contains.search(low):
        return True
    return _is_appeal(low, patterns)


def _is_appeal(low: str, patterns: _Patterns) -> bool:
    """Whether two different cues of an appeal stand in a lower-case line."""
    first = patterns.cue.search(low)
    if not first:
        return False
    return sum(bool(cue.search(low, first.start())) for cue in patterns.appeal) >= 2


def without_links(lines: list[str], blocks: Iterable[Block]) -> list[str]:
    """Without lines that are nothing but a link to something else; all of them, should they be most of the text."""
    links = {squeeze(block.text) for block in blocks if block.linked >= 0.9 * len(block.text)} - {""}
    kept = [line for line in lines if squeeze(line) not in links] if links else lines
    return kept if 2 * sum(map(len, kept)) > sum(map(len, lines)) else lines


def without_edges(lines: list[str]) -> list[str]:
    """Without scraps before the first sentence and after the last: bylines, agencies, labels, names of sections."""
    told = [i for i, line in enumerate(lines) if len(line) >= RUNNING or _STOPPED.search(line)]
    if not told:
        return lines
    first, last = told[0], told[-1]
    return [line for i, line in enumerate(lines) if first <= i <= last or len(line) >= SCRAP]


def _without_tail(lines: list[str]) -> list[str]:
    """Without headings at the very end, which announce what is no longer there."""
    while len(lines) > 2 and len(lines[-1]) < 60 and lines[-1].endswith((":", "：")):
        lines = lines[:-1]
    return lines


def _unmark(line: str) -> str:
    """A line without list dashes, table bars and outer space."""
    return line.strip().removeprefix("- ").strip("| ").strip()
