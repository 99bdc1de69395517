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
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from monitor.protection_uncased import is_plain, is_surname_too
from monitor.protection_words import COMMON, NAMELIKE, PLAIN_URL, STRONG, han_words, nation_spans
from pipelines.analysis import office_holders

WITHHELD = "▒▒"
MOST_WITHHELD = 0.34
"""Share of a text's words that may be withheld; with more of them gone the rest says nothing safely."""

_LISTED = COMMON | STRONG
ORDINARY_LENGTH = 4
"""Letters from which a word in small letters elsewhere in the article vouches for it where a sentence begins."""

LONG_NAME = 6
"""Letters from which a part of a name is recognised inside longer words."""

Span = tuple[int, int, str]
"""Start, end, and the name that stands there."""

_FORMAT = "".join(c for c in map(chr, range(0x110000)) if unicodedata.category(c) == "Cf" and c not in "\u200c\u200d")
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef" + re.escape(_FORMAT) + "]"
)
"""What no reader sees; it would part a name into harmless pieces."""

_CHUNK = re.compile(r"[^\s.,;:!?()\[\]{}\"'“”„«»‘’/|…–—‐‑·•・।॥،؛؟。、，；：！？（）「」『』《》〈〉-]+")
"""What stands between blanks and punctuation: digits and signs glue what is left of a name to it."""

WORD = re.compile(
    r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0970-\u0dff\u200c\u200d\u00ad])*"
)
_MID_SENTENCE = re.compile(r"(?:(?<=[^\W\d_] )|(?<=[^\W\d_], ))" + WORD.pattern)
"""A word behind another of its sentence."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|[@#][\w.]+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_BETWEEN = re.compile(r"[\s.\-‐‑'’ʼ·•・]{1,3}")
_MARKS: dict[str, str | int | None] = dict.fromkeys("’‘ʼ`´", "'")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What may leave of a text. `usable`: enough of it is left to be shown at all."""

    text: str
    verbatim: bool
    usable: bool = True


class _Word(NamedTuple):
    """A tuple, since a text has hundreds of them."""

    start: int
    end: int
    text: str
    folded: str
    cased: bool
    capital: bool


class _Vouched(NamedTuple):
    """A span that a list vouches for. `firm`: also when an unknown capitalised word stands beside it."""

    start: int
    end: int
    firm: bool


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """`word` in small letters without accents: the form in which spellings are compared."""
    flat = unicodedata.normalize("NFKD", word.translate(str.maketrans(_MARKS)).replace("\u00ad", ""))
    return "".join(c for c in flat if not "\u0300" <= c <= "\u036f").casefold().translate(_LETTERS)


_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "ё": "е", "ґ": "г"})


@lru_cache(maxsize=2048)
def words(text: str) -> tuple[_Word, ...]:
    """The words of `text`; a hyphen or an apostrophe parts them."""
    found = []
    for match in WORD.finditer(text):
        word = match.group()
        cased, capital = _case(word)
        found.append(_Word(match.start(), match.end(), word, fold(word), cased, capital))
    return tuple(found)


@lru_cache(maxsize=65536)
def _case(word: str) -> tuple[bool, bool]:
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
            if _UNSPACED.search(word.text):
                continue  # what stands between two blanks there is a whole clause: the literal search is exact
            if any(_same(word.folded, part) if word.cased else part in word.folded for part in parts):
                spans.append((word.start, word.end, name))
    return _joined(text, spans)


def _literal(text: str, name: str) -> list[Span]:
    """A name in a script without blanks: the whole, and the given name without its first character."""
    wanted = [name, *(p for p in re.split(r"[\s·•・‧]+", name) if len(p) > 1)]
    if len(name) == 3 and _UNSPACED.fullmatch(name[0]):
        wanted.append(name[1:])
    return [(m.start(), m.end(), name) for piece in wanted for m in re.finditer(re.escape(piece), text)]


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end, name in sorted(spans, key=lambda s: (s[0], -s[1])):
        if merged:
            last = merged[-1]
            gap = text[last[1] : start]
            if start < last[1] or (name == last[2] and (not gap or _BETWEEN.fullmatch(gap))):
                merged[-1] = (last[0], max(last[1], end), last[2])
                continue
        merged.append((start, end, name))
    return merged


def replace_spans(text: str, spans: Sequence[Span], mask: Callable[[str], str]) -> Spoken:
    """`text` with each span's name masked; an empty name is withheld."""
    out, at = [], 0
    for start, end, name in spans:
        out += [text[at:start], mask(name) if name else WITHHELD]
        at = end
    return Spoken("".join([*out, text[at:]]), not spans)


def visible(text: str) -> str:
    """`text` without characters that no reader sees: a soft hyphen or a joiner inside a name hides nothing.

    The two joiners that Indic and Persian words are written with stay.
    """
    return text if text.isascii() else _IGNORABLE.sub("", text)


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
        if _case(word)[1]:
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
    open_ = [w for w in every if not any(w.start < s[1] and s[0] < w.end for s in spans)]
    title = _is_title(every)
    small = not title and _is_small(every)
    doubtful = _doubtful(text, open_, vouched, frozenset() if small else ordinary, title)
    doubtful += [w for w in open_ if w.cased and not w.capital and _betrays(w, known_words, small)]
    doubtful = _chunks(text, open_, doubtful)
    if title and doubtful:
        return Spoken("", False, False)
    spans += [(start, end, "") for start, end in _runs(text, doubtful)]
    gone = sum(1 for w in every if any(w.start < end and start < w.end for start, end, name in spans if not name))
    spoken = replace_spans(text, _joined(text, spans), mask)
    return Spoken(spoken.text, spoken.verbatim, gone <= MOST_WITHHELD * max(len(every), 1))


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


def _is_title(every: Sequence[_Word]) -> bool:
    """Whether a text is set in capitals (a headline in title case, or all capitals), so that capitals say nothing."""
    long = [w for w in every if w.cased and len(w.text) >= 4]
    small = [w for w in long if not w.capital]
    return len(long) >= 3 and len(small) <= 0.25 * len(long)


def _is_small(every: Sequence[_Word]) -> bool:
    """Whether a text is written in small letters alone, so that they say nothing either."""
    cased = [w for w in every if w.cased]
    return len(cased) >= 3 and not any(w.capital for w in cased)


def _betrays(word: _Word, known_words: Lexicon, small: bool) -> bool:
    """Whether a word in small letters may be a name all the same."""
    if small and word.folded not in COMMON and word.folded not in STRONG:
        return True
    return word.folded in known_words.capitals


def _chunks(text: str, every: Sequence[_Word], doubtful: Sequence[_Word]) -> list[_Word]:
    """The doubtful words, and what is written together with them: "lenko" of "Smi2lenko"."""
    found = {word.start: word for word in doubtful}
    for chunk in _CHUNK.finditer(text) if found else ():
        inside = [w for w in every if chunk.start() <= w.start < chunk.end()]
        if len(inside) > 1 and any(w.start in found and w.cased for w in inside):
            found |= {w.start: w for w in inside}
    return sorted(found.values(), key=lambda w: w.start)


def _doubtful(
    text: str, every: Sequence[_Word], vouched: Sequence[_Vouched], ordinary: frozenset[str], title: bool
) -> list[_Word]:
    """The words that may be a name and that nothing vouches for."""
    safe_han = [_Vouched(start, end, True) for start, end in han_words(text)]
    found: list[_Word] = []
    firm: set[int] = set()
    for word in every:
        if word.cased and not word.capital:
            continue
        if not word.cased:
            behind = bool(found) and _BETWEEN.fullmatch(text[found[-1].end : word.start]) is not None
            found += [word] if behind and is_surname_too(word.text) else _doubtful_uncased(word, (*safe_han, *vouched))
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


def _ambiguous(word: _Word) -> bool:
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


def _doubtful_uncased(word: _Word, safe: Sequence[_Vouched]) -> Iterable[_Word]:
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
            yield _Word(word.start + start, word.start + i, piece, piece, False, False)
            start = None


def _with_neighbours(text: str, found: list[_Word], every: Sequence[_Word], firm: set[int]) -> list[_Word]:
    """A capitalised word beside a doubtful one belongs to its name: "Hope" in "Hope Smilenko"."""
    doubtful = {word.start: word for word in found}
    cased = [w for w in every if w.cased]
    pairs = [
        (one, other)
        for one, other in itertools.pairwise(cased)
        if one.capital and other.capital and _BETWEEN.fullmatch(text[one.end : other.start])
    ]
    for one, other in (*pairs, *reversed(pairs)):
        for known, beside in ((one, other), (other, one)):
            sentence_word = beside.folded in COMMON and beside.folded not in NAMELIKE
            if known.start in doubtful and beside.start not in firm and not sentence_word:
                doubtful[beside.start] = beside
    return sorted(doubtful.values(), key=lambda w: w.start)


def _runs(text: str, doubtful: Sequence[_Word]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for word in doubtful:
        if runs and (word.start == runs[-1][1] or _BETWEEN.fullmatch(text[runs[-1][1] : word.start])):
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
