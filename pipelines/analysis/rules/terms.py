"""Turn the words of a rule into keys, by the same analyser that reads the articles.

In      a term as written: `mercenar*`, `prisoner* of war`, `*полонен*`, `战俘`
Out     its `Item`s, one a word (one a Chinese character)
Rules   `*` after a word: any ending; `*` before the first: inside a compound; Korean words take particles;
        Arabic words take conjunctions and prepositions, articles never count
Raises  `RuleError` for a term without letters, or one so short that its `*` would match nearly everything
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipelines.analysis.rules.syntax import Ending, Item, RuleError
from pipelines.analysis.tokens import fold, is_cjk, tokenise

_HANGUL = re.compile("[가-힣]$")
_ARABIC = re.compile("^[\u0621-\u064a]")
ARABIC_CLITICS = ("و", "ف", "ب", "ل", "ك", "وب", "ول", "فل", "س")
PARTICLES = re.compile(
    "(?:들|님|씨)?(?:이|가|은|는|을|를|의|에|에서|에게|에게서|께서|로|으로|로서|로써|으로서|와|과|도|만|부터|까지|보다|처럼|라고|이라고|라는|이라는|란|이란"
    "|에는|에서는|에게는|로는|으로는|와의|과의|에도|이며|이자|이나|나|인|이던|였던|이었던|였다|이었다|이다|다|입니다|이라|라|이고|하고|한테|든|들|하다|해|했다|한|할|하는|하고|된|되다|돼|됐다|되어|돼서|됐던|했던|당한|당했다|시켜|시킨)?"
)
_SHORTEST_PREFIX = 2


def read_term(text: str, column: int = 1) -> tuple[Item, ...]:
    """Return the items of a term, `column` being where it stands in its query."""
    try:
        return _read(text)
    except RuleError as error:
        raise RuleError(error.message, column) from None


_known: dict[str, tuple[Item, ...]] = {}
_MOST_KNOWN = 200_000


def read_terms(texts: Sequence[str]) -> list[tuple[Item, ...]]:
    """Return the items of the terms of a list, which may stand in quotes: the words of all are cut in one pass."""
    if len(_known) > _MOST_KNOWN:
        _known.clear()
    new = [text for text in texts if text not in _known]
    _known.update(zip(new, _read_all([text.strip('"') for text in new]), strict=True))
    return [_known[text] for text in texts]


def _read_all(texts: Sequence[str]) -> list[tuple[Item, ...]]:
    joined = "\n".join(texts)
    folded, tokens = fold(joined), tokenise(joined)
    keys, ends = tokens.keys, tokens.ends
    found, at, begin = [], 0, 0
    for text in texts:
        after = begin + len(text)
        first, inside = at, folded[begin:after].lstrip()[:1] == "*"
        while at < len(keys) and ends[at] <= after:
            at += 1
        items = tuple(
            _item(keys[index], ends[index] < after and folded[ends[index]] == "*", inside and index == first)
            for index in range(first, at)
        )
        found.append(_checked(items, text))
        begin = after + 1
    return found


@lru_cache(maxsize=20_000)
def _read(text: str) -> tuple[Item, ...]:
    return _read_all((text,))[0]


def _checked(items: tuple[Item, ...], text: str) -> tuple[Item, ...]:
    if not items:
        raise RuleError(f"{text!r} has no letter or digit to look for")
    only = items[0]
    if (
        len(items) == 1
        and (only.inside or only.ending is Ending.ANY)
        and len(only.key) < _SHORTEST_PREFIX + only.inside
    ):
        raise RuleError(f"{only.key}* is too short: it would match nearly every text")
    if only.inside and len(items) > 1:
        raise RuleError("a * before a word works for single words only")
    return items


def _item(key: str, starred: bool, inside: bool) -> Item:
    if key < "\u0600" and key[-1] < "\u0600":  # scripts without clitics and particles
        return Item(key, Ending.ANY if starred else Ending.NONE, inside)
    if is_cjk(key):
        return Item(key)
    arabic = bool(_ARABIC.match(key)) and not inside
    if starred:
        return Item(key, Ending.ANY, inside, arabic)
    ending = Ending.KOREAN if _HANGUL.search(key) else Ending.NONE
    return Item(key, ending, inside, arabic)


def fits(item: Item, key: str) -> bool:
    """Say whether a word of the text is this word of the term."""
    if key == item.key:
        return True
    at = key.find(item.key) if item.inside else 0
    starts = [at] if at >= 0 and key.startswith(item.key, at) else []
    if item.arabic:
        starts += [len(c) for c in ARABIC_CLITICS if key.startswith(c) and key.startswith(item.key, len(c))]
    return any(_ending_fits(item, key[start + len(item.key) :]) for start in starts)


def _ending_fits(item: Item, rest: str) -> bool:
    if not rest or item.ending is Ending.ANY:
        return True
    return item.ending is Ending.KOREAN and PARTICLES.fullmatch(rest) is not None


def beginnings(item: Item) -> tuple[str, ...]:
    """Return what a word of the text can begin with (or contain, when `inside`) for this item to fit."""
    return (item.key, *(clitic + item.key for clitic in ARABIC_CLITICS)) if item.arabic else (item.key,)
