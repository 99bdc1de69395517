"""What changed between two texts of an article, word by word, and whether it is news.

In      two texts
Out     `compare_texts`: blocks of pieces in reading order · `really_changed`: news or furniture
Units   a piece is a run of words with the space and marks between them; characters in scripts without spaces
Rules   paragraphs are aligned first, then words inside those that were rewritten; pieces of the old text that are
        same or removed join to the old paragraph, those same or added to the new one
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from pipelines.analysis.body_lines import is_boilerplate
from pipelines.analysis.fingerprint import fold, words

PieceKind = Literal["same", "added", "removed"]
BlockKind = Literal["same", "changed", "added", "removed"]

ALIKE = 0.35
"""Two paragraphs that share so much of their words are one paragraph rewritten; below, one went and one came."""

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_UNSPACED_CHAR = re.compile(rf"[{_UNSPACED}]")
_TOKEN = re.compile(rf"\s+|[{_UNSPACED}]|(?:(?![{_UNSPACED}])[\w\u0300-\u036f\u0900-\u0dff])+|.", re.DOTALL)
_DIGITS = re.compile(r"\d+(?:[.,:\u00a0\u202f ]\d+)*")
_SENTENCE_END = re.compile(r"[.!?。！？…।؟:：][\"'”’»)\]」』]*$")
_COUNTER = re.compile(
    r"(?:views?|reads?|shares?|likes?|comments?|min|minutes?|hours?|days?|ago|read|updated|published|today|am|pm"
    r"|переглядів|перегляди|перегляд|коментарів|коментарі|хв|хвилин|годин|тому|оновлено|поширень"
    r"|просмотров|просмотры|просмотра|комментариев|комментарии|мин|минут|часов|назад|обновлено|поделились"
    r"|vues|commentaires|partages|lecture|vistas|comentarios|compartidos|lectura|visualizações|comentários|leitura"
    r"|aufrufe|kommentare|lesezeit|minuten|aktualisiert|görüntüleme|yorum|okunma|dakika|مشاهدة|مشاهدات|تعليق|تعليقات"
    r"|次|阅读|浏览|评论|分享|点赞|更新|閱讀|瀏覽|評論|조회|댓글|공유|조회수|수|分钟前|小时前|前)",
    re.IGNORECASE,
)
"""Words of lines that count what readers do, or say when the page was made."""
_TEASER_WORDS = range(3, 26)
_PAIR_LIMIT = 60
"""Above so many paragraphs in one rewritten stretch they are paired in order, not by likeness."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that stayed, came or went."""

    kind: PieceKind
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph: as it was, rewritten, new, or gone."""

    kind: BlockKind
    pieces: tuple[Piece, ...]


def compare_texts(old: str, new: str) -> tuple[Block, ...]:
    """Return every paragraph of both texts, in the order of the new one; a removed one stands where it was.

    >>> [piece.kind for piece in compare_texts("155 men were held", "163 men were held")[0].pieces]
    ['removed', 'added', 'same']
    """
    before, after = paragraphs(old), paragraphs(new)
    matcher = SequenceMatcher(None, [_bare(p) for p in before], [_bare(p) for p in after], autojunk=False)
    found: list[Block] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            found += [Block("same", (Piece("same", text),)) for text in after[j1:j2]]
        else:
            found += _rewritten(before[i1:i2], after[j1:j2])
    return tuple(found)


def paragraphs(text: str) -> list[str]:
    """The lines of `text` that hold anything."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def compare_words(old: str, new: str) -> tuple[Piece, ...]:
    """Return the pieces of one paragraph in two wordings; a change of letter case, quotes or spaces alone is none."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = SequenceMatcher(None, [_bare(t) for t in before], [_bare(t) for t in after], autojunk=False)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in _joined(matcher.get_opcodes(), before):
        if tag == "equal":
            pieces.append(Piece("same", "".join(after[j1:j2])))
            continue
        gone, come = "".join(before[i1:i2]), "".join(after[j1:j2])
        pieces += [Piece("removed", gone)] if gone else []
        pieces += [Piece("added", come)] if come else []
    return tuple(pieces)


Opcode = tuple[str, int, int, int, int]


def _joined(opcodes: Sequence[Opcode], before: Sequence[str]) -> Iterator[Opcode]:
    """Changes with nothing but space or marks between them read as one."""
    held: Opcode | None = None
    gap: Opcode | None = None
    for code in opcodes:
        if code[0] != "equal":
            held = code if held is None else ("replace", held[1], code[2], held[3], code[4])
            gap = None
        elif held is not None and gap is None and not any(c.isalnum() for t in before[code[1] : code[2]] for c in t):
            gap = code
        else:
            yield from (one for one in (held, gap) if one is not None)
            held = gap = None
            yield code
    yield from (one for one in (held, gap) if one is not None)


def _rewritten(before: list[str], after: list[str]) -> list[Block]:
    """The blocks of a stretch whose paragraphs all differ: likely pairs are shown as one paragraph rewritten."""
    pairs = _pairs(before, after)
    found: list[Block] = []
    told = 0
    for j, text in enumerate(after):
        if j not in pairs:
            found.append(Block("added", (Piece("added", text),)))
            continue
        found += [Block("removed", (Piece("removed", one),)) for one in before[told : pairs[j]]]
        told = pairs[j] + 1
        found.append(Block("changed", compare_words(before[pairs[j]], text)))
    return found + [Block("removed", (Piece("removed", one),)) for one in before[told:]]


def _pairs(before: list[str], after: list[str]) -> dict[int, int]:
    """New paragraph → the old one it rewrites; never crossing, the most alike first."""
    if max(len(before), len(after)) > _PAIR_LIMIT:
        return {j: j for j in range(min(len(before), len(after))) if _alike(before[j], after[j]) >= ALIKE}
    scores = sorted(((_alike(b, a), -i, -j) for i, b in enumerate(before) for j, a in enumerate(after)), reverse=True)
    pairs: dict[int, int] = {}
    for score, minus_i, minus_j in scores:
        i, j = -minus_i, -minus_j
        free = j not in pairs and i not in pairs.values()
        if score >= ALIKE and free and all((i < pairs[k]) == (j < k) for k in pairs):
            pairs[j] = i
    return pairs


def _alike(one: str, other: str) -> float:
    """The share of words that two paragraphs have in common, 0-1."""
    a, b = words(one), words(other)
    if not a or not b:
        return 0.0
    left = list(b)
    shared = 0
    for word in a:
        if word in left:
            left.remove(word)
            shared += 1
    return 2 * shared / (len(a) + len(b))


def _bare(text: str) -> str:
    return " ".join(fold(text).split()) or " "


def really_changed(old: str, new: str) -> bool:
    """Return whether the news changed between two texts, and not only what the outlet set around it.

    No change are lines of boilerplate, digits in a line that counts views or tells the time, and teasers after the last
    paragraph of prose. In doubt it is a change: a revision too many is read in a moment, one too few is lost.

    >>> really_changed("155 men are held.\\n\\n12 comments", "155 men are held.\\n\\n40 comments")
    False
    >>> really_changed("155 men are held.", "163 men are held.")
    True
    """
    before, after = _news(old), _news(new)
    if [_bare(line) for line in before] == [_bare(line) for line in after]:
        return False
    return [_bare(line) for line in _without_teasers(before)] != [_bare(line) for line in _without_teasers(after)]


def _news(text: str) -> list[str]:
    return [line for line in paragraphs(text) if not _is_furniture(line)]


def _is_furniture(line: str) -> bool:
    return is_boilerplate(line) or not any(c.isalpha() for c in line) or is_counter(line)


def is_counter(line: str) -> bool:
    """Whether a short line only counts what readers do, or says when the page was made.

    >>> is_counter("Views: 1,204"), is_counter("Captured: 155")
    (True, False)
    """
    if len(line) > 60 or not _DIGITS.search(line):
        return False
    rest = re.findall(r"[^\W\d_]+", _DIGITS.sub(" ", line))
    return bool(rest) and all(_only_counter_words(word) for word in rest)


def _only_counter_words(word: str) -> bool:
    at = 0
    while at < len(word):
        found = _COUNTER.match(word, at)
        if found is None:
            return False
        at = found.end()
        if at < len(word) and not _UNSPACED_CHAR.match(word[at]):
            return False  # the beginning of another word
    return True


def _without_teasers(lines: list[str]) -> list[str]:
    """The lines up to the last paragraph of prose: headlines of other articles that stand below it are none of it."""
    last = max((i for i, line in enumerate(lines) if _SENTENCE_END.search(line)), default=-1)
    below = lines[last + 1 :]
    teasers = last >= 0 and len(below) > 1 and all(len(words(line)) in _TEASER_WORDS for line in below)
    return lines[: last + 1] if teasers else lines
