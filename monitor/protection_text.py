"""Which words of a text may be a person's name, and the text without them.

In      text; names that must not show (`hidden`), names that may (`allowed`), the small-letter words of the article
Out     `Spoken`: the text as it may leave, and whether nothing was taken out of it
Cased   Latin, Cyrillic, Greek, Armenian, Georgian: a capitalised word is a name until a list vouches for it
Uncased every word is a name until a list vouches for it; Chinese is cut into words first
Fails   closed: what no list knows is withheld; a text of which much is withheld does not leave at all
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from monitor.protection_spelling import (
    BETWEEN,
    HAN,
    UNSPACED,
    WORD,
    Span,
    Word,
    case,
    fold,
    joined,
    known_spans,
    visible,
    words,
)
from monitor.protection_uncased import is_plain, is_surname_too
from monitor.protection_words import COMMON, NAMELIKE, PLAIN_URL, STRONG, han_words, nation_spans
from pipelines.analysis import office_holders

WITHHELD = "▒▒"
MOST_WITHHELD = 0.34
"""Share of a text's words that may be withheld; with more of them gone the rest says nothing safely."""

_LISTED = COMMON | STRONG
ORDINARY_LENGTH = 4
"""Letters from which a word in small letters elsewhere in the article vouches for it where a sentence begins."""

_CHUNK = re.compile(r"[^\s.,;:!?()\[\]{}\"'“”„«»‘’/|…–—‐‑·•・।॥،؛؟。、，；：！？（）「」『』《》〈〉-]+")
"""What stands between blanks and punctuation: digits and signs glue what is left of a name to it."""

_MID_SENTENCE = re.compile(r"(?:(?<=[^\W\d_] )|(?<=[^\W\d_], ))" + WORD.pattern)
"""A word behind another of its sentence."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|[@#][\w.]+")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What may leave of a text. `usable`: enough of it is left to be shown at all."""

    text: str
    verbatim: bool
    usable: bool = True


class _Vouched(NamedTuple):
    """A span that a list vouches for. `firm`: also when an unknown capitalised word stands beside it."""

    start: int
    end: int
    firm: bool


def replace_spans(text: str, spans: Sequence[Span], mask: Callable[[str], str]) -> Spoken:
    """`text` with each span's name masked; an empty name is withheld."""
    out, at = [], 0
    for start, end, name in spans:
        out += [text[at:start], mask(name) if name else WITHHELD]
        at = end
    return Spoken("".join([*out, text[at:]]), not spans)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """How the articles of a story write their words: what they never capitalise, and what they do mid-sentence."""

    ordinary: frozenset[str] = frozenset()
    capitals: frozenset[str] = frozenset()


def lexicon(texts: Iterable[str]) -> Lexicon:
    """The small-letter words of `texts`, and their capitalised ones that no list vouches for; not of addresses."""
    small, large = Counter[str](), Counter[str]()
    for text in texts:
        plain = visible(text)
        if any(sign in plain for sign in ("@", "#", "://", "www.")):
            plain = _ADDRESS.sub(" ", plain)
        small.update(filter(str.islower, WORD.findall(plain)))
        large.update(_MID_SENTENCE.findall(plain))
    often = Counter[str]()
    for word, count in small.items():
        often[fold(word)] += count
    found = Counter[str]()
    for word, count in large.items():
        if case(word)[1]:
            found[fold(word)] += count
    # mostly "Smilenko" mid-sentence, once "smilenko": a name in a hurry, and no everyday word
    names = (w for w, count in found.items() if len(w) >= ORDINARY_LENGTH and count >= often[w] and w not in _LISTED)
    capitals = frozenset(names)
    return Lexicon(frozenset(often) - capitals, capitals)


def _begins(text: str, start: int) -> bool:
    """Whether a sentence begins at `start`: only quotes and blanks stand between it and the end of another."""
    for at in range(start - 1, -1, -1):
        if text[at] in ".!?:;…\n":
            return True
        if not text[at].isspace() and text[at] not in "\"'“”„«»‘’()[]–—-":
            return False
    return True


def speak(
    text: str,
    hidden: Sequence[str],
    allowed: Sequence[str],
    known_words: Lexicon,
    mask: Callable[[str], str],
) -> Spoken:
    """What may leave of `text`."""
    text, ordinary = visible(text), known_words.ordinary
    known = known_spans(text, hidden)
    free = [(m.start(), m.end()) for m in _ADDRESS.finditer(text)]
    spans = known + [(start, end, "") for start, end in free if not _inside(start, end, known)]
    vouched = _vouched(text, allowed)
    every = words(text)
    open_ = [piece for word in every for piece in _uncovered(word, spans)]
    title = _is_title(every)
    small = not title and _is_small(every)
    safe = [*vouched, *(_Vouched(*span, True) for span in han_words(text, [s[:2] for s in known]))]
    doubtful = _doubtful(text, open_, (vouched, safe), frozenset() if small else ordinary, title)
    doubtful += [w for w in open_ if w.cased and not w.capital and _betrays(w, known_words, small)]
    doubtful = _chunks(text, open_, doubtful)
    if title and doubtful:
        return Spoken("", False, False)
    spans += [(start, end, "") for start, end in _runs(text, doubtful)]
    gone = sum(_gone(w, spans) for w in every)
    spoken = replace_spans(text, joined(text, spans), mask)
    return Spoken(spoken.text, spoken.verbatim, gone <= MOST_WITHHELD * max(sum(map(_weight, every)), 1))


def _uncovered(word: Word, spans: Sequence[Span]) -> list[Word]:
    """What of a word no span covers: a word is covered as a whole, a clause without blanks character by character."""
    over = [(start, end) for start, end, _ in spans if word.start < end and start < word.end]
    if not over or word.cased or not UNSPACED.search(word.text):
        return [] if over else [word]
    free = [at for at in range(word.start, word.end) if not any(start <= at < end for start, end in over)]
    pieces = []
    for _, run in itertools.groupby(enumerate(free), key=lambda pair: pair[1] - pair[0]):
        positions = [at for _, at in run]
        piece = word.text[positions[0] - word.start : positions[-1] + 1 - word.start]
        pieces.append(Word(positions[0], positions[-1] + 1, piece, piece, False, False))
    return pieces


def _weight(word: Word) -> int:
    """A word counts one; a clause without blanks has a word every two characters."""
    return (len(word.text) + 1) // 2 if not word.cased and HAN.search(word.text) else 1


def _gone(word: Word, spans: Sequence[Span]) -> float:
    over = [min(word.end, end) - max(word.start, start) for start, end, name in spans if not name]
    covered = sum(length for length in over if length > 0)
    return (covered / 2 if _weight(word) > 1 else 1) if covered else 0


def _inside(start: int, end: int, spans: Sequence[Span]) -> bool:
    return any(start < s[1] and s[0] < end for s in spans)


def _vouched(text: str, allowed: Sequence[str]) -> list[_Vouched]:
    """What a list, or a person, vouches for: office holders, cleared names, countries and their people."""
    spans = [_Vouched(hit.start, hit.end, True) for hit in office_holders.find(text)]
    # a country is a given name too ("Kenya Smilenko"), its people rarely are
    spans += [_Vouched(start, end, people) for start, end, people in nation_spans(text)]
    for name in allowed:
        spans += [_Vouched(m.start(), m.end(), True) for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    return spans


def _is_title(every: Sequence[Word]) -> bool:
    """Whether a text is set in capitals (a headline in title case, or all capitals), so that capitals say nothing."""
    long = [w for w in every if w.cased and len(w.text) >= 4]
    small = [w for w in long if not w.capital]
    return len(long) >= 3 and len(small) <= 0.25 * len(long)


def _is_small(every: Sequence[Word]) -> bool:
    """Whether a text is written in small letters alone, so that they say nothing either."""
    cased = [w for w in every if w.cased]
    return len(cased) >= 3 and not any(w.capital for w in cased)


def _betrays(word: Word, known_words: Lexicon, small: bool) -> bool:
    """Whether a word in small letters may be a name all the same."""
    if small and word.folded not in COMMON and word.folded not in STRONG:
        return True
    return word.folded in known_words.capitals


def _chunks(text: str, every: Sequence[Word], doubtful: Sequence[Word]) -> list[Word]:
    """The doubtful words, and what is written together with them: "lenko" of "Smi2lenko"."""
    found = {word.start: word for word in doubtful}
    for chunk in _CHUNK.finditer(text) if found else ():
        inside = [w for w in every if chunk.start() <= w.start < chunk.end()]
        if len(inside) > 1 and any(w.start in found and w.cased for w in inside):
            found |= {w.start: w for w in inside}
    return sorted(found.values(), key=lambda w: w.start)


def _doubtful(
    text: str,
    every: Sequence[Word],
    lists: tuple[Sequence[_Vouched], Sequence[_Vouched]],
    ordinary: frozenset[str],
    title: bool,
) -> list[Word]:
    """The words that may be a name and that nothing vouches for: `lists` for scripts with capitals and without."""
    vouched, safe = lists
    found: list[Word] = []
    firm: set[int] = set()
    for word in every:
        if word.cased and not word.capital:
            continue
        if not word.cased:
            behind = bool(found) and BETWEEN.fullmatch(text[found[-1].end : word.start]) is not None
            found += [word] if behind and is_surname_too(word.text) else _doubtful_uncased(word, safe)
            continue
        by = [v for v in vouched if v.start <= word.start and word.end <= v.end]
        if by or word.folded in STRONG:
            if any(v.firm for v in by) and (word.folded not in NAMELIKE or _several(text, by[0])):
                firm.add(word.start)
            continue
        first = title or _begins(text, word.start)
        plain = word.folded in COMMON or (word.folded in ordinary and (title or len(word.folded) >= ORDINARY_LENGTH))
        if not (first and plain and not _ambiguous(word)):
            found.append(word)
    return found if title else _with_neighbours(text, found, every, firm)


def _ambiguous(word: Word) -> bool:
    """Whether an everyday word is a name as well; "He" and "In" are so only beside another unknown word."""
    return word.folded in NAMELIKE and not (len(word.folded) <= 3 and word.folded in COMMON)


def unvouched(text: str) -> frozenset[str]:
    """The folded words of `text` that may be names and that no list vouches for, wherever they stand."""
    vouched = _vouched(text, ())
    return frozenset(
        word.folded
        for word in words(text)
        if (word.capital or not word.cased)
        and len(word.folded) > 1
        and word.folded not in STRONG
        and not any(v.start <= word.start and word.end <= v.end for v in vouched)
    )


def _several(text: str, vouched: _Vouched) -> bool:
    return len(WORD.findall(text[vouched.start : vouched.end])) > 1


def _doubtful_uncased(word: Word, safe: Sequence[_Vouched]) -> Iterable[Word]:
    """The characters of an uncased word that no vouched span and no dictionary word covers."""
    good = [False] * len(word.text)
    if is_plain(word.text):
        return
    for span in safe:
        for i in range(max(span.start, word.start), min(span.end, word.end)):
            good[i - word.start] = True
    start = None
    for i, fine in enumerate([*good, True]):
        if not fine and start is None:
            start = i
        elif fine and start is not None:
            piece = word.text[start:i]
            yield Word(word.start + start, word.start + i, piece, piece, False, False)
            start = None


def _with_neighbours(text: str, found: list[Word], every: Sequence[Word], firm: set[int]) -> list[Word]:
    """A capitalised word beside a doubtful one belongs to its name: "Hope" in "Hope Smilenko"."""
    doubtful = {word.start: word for word in found}
    cased = [w for w in every if w.cased]
    pairs = [
        (one, other)
        for one, other in itertools.pairwise(cased)
        if one.capital and other.capital and BETWEEN.fullmatch(text[one.end : other.start])
    ]
    for one, other in (*pairs, *reversed(pairs)):
        for known, beside in ((one, other), (other, one)):
            sentence_word = beside.folded in COMMON and beside.folded not in NAMELIKE
            if known.start in doubtful and beside.start not in firm and not sentence_word:
                doubtful[beside.start] = beside
    return sorted(doubtful.values(), key=lambda w: w.start)


def _runs(text: str, doubtful: Sequence[Word]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for word in doubtful:
        if runs and (word.start == runs[-1][1] or BETWEEN.fullmatch(text[runs[-1][1] : word.start])):
            runs[-1] = (runs[-1][0], word.end)
        else:
            runs.append((word.start, word.end))
    return runs


def url_names(url: str, names: Iterable[str]) -> bool:
    """Whether a part of one of `names` stands in the address, in blanks, hyphens, or run together."""
    path = fold(unquote(url)).replace("'", "")
    return any(part.folded in path for name in names for part in words(name) if len(part.folded) > 1)


def url_is_safe(url: str, hidden: Sequence[str], ordinary: frozenset[str]) -> bool:
    """Whether every word behind the host is an ordinary one or a list's; what nobody knows may be a name."""
    if url_names(url, hidden):
        return False
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.username or parts.password:
        return False
    # capitals, since the lists of countries look for them
    rest = " ".join(w.text.title() for w in words(unquote(f"{parts.path} {parts.query} {parts.fragment}")))
    nations = nation_spans(rest)
    for word in words(rest):
        nation = any(start <= word.start and word.end <= end for start, end, _ in nations)
        listed = word.folded in PLAIN_URL or word.folded in STRONG or word.folded in COMMON or word.folded in ordinary
        if not (listed or nation) or _ambiguous(word):
            return False
    return True
