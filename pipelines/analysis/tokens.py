"""The one analyser: words, sentences and index keys, the same for rules, search and names.

In      plain text and, where known, its language; the script of each word decides, so a wrong language does no harm
Out     `Tokens`: where each word stands in the text, and its key, the folded form that is compared
Words   runs of letters, digits and their marks; each Chinese or Japanese character is a word of its own; an apostrophe
        splits Latin words (l'armée) and joins Cyrillic ones (п'ять); Arabic keys have lost their article
Units   character offsets into the given text, end exclusive
Raises  nothing: any text, the empty one too, gives an answer
"""

from __future__ import annotations

import re

from pipelines.analysis.tokens_fold import _DROPPED, fold, squeeze
from pipelines.analysis.tokens_sentences import paragraphs, sentences

__all__ = ["Tokens", "fold", "index_keys", "is_cjk", "key_of", "paragraphs", "query_keys", "sentences", "tokenise"]

CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_DEVANAGARI = "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
_MARKS = (
    rf"{_DROPPED}{_DEVANAGARI}\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a4d\u0e31-\u0e4e"
    r"\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82\u0bbe-\u0bd7\u0c00-\u0c04\u0c3e-\u0c56"
    r"\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d57\u0d81-\u0d83\u0dca-\u0ddf\u0eb1-\u0ecd\u102b-\u103e"
)
"""Vowel signs of Indian scripts, Thai, Lao and Burmese: they are no letters for Python, and no border of a word."""
_LETTER = rf"[^\W_{CJK}]"
_TOKEN = re.compile(rf"[{CJK}]|{_LETTER}+(?:(?:[{_MARKS}]+|(?<=[а-яєіїў])'(?=[а-яєіїў])){_LETTER}*)*")
_PLAIN_TOKEN = re.compile(r"[^\W_]+")
"""The same in a text without any of the characters below, which most texts are; a third of the time."""
_NOT_PLAIN = re.compile(rf"[{CJK}{_MARKS}]|(?<=[а-яєіїў])'(?=[а-яєіїў])")
_CJK_CHAR = re.compile(f"[{CJK}]")
_SIGNS = re.compile(f"[{_DROPPED}']")
_ARABIC = re.compile("[\u0621-\u064a]")
_ARTICLE = re.compile("(?:و|ف)?(?:ال|بال|كال|لل)(?=\\w{3})")
_INDIC_MARK = re.compile(f"[{_DEVANAGARI}]")
_MARK_TO_LETTER = 0xA000 - 0x0900
"""Databases break words at vowel signs; in the index each sign is written as a letter of a script we never meet."""


class Tokens:
    """The words of a text in reading order; the three tuples have one entry a word.

    Where the words stand is looked up when it is first asked for: most texts are only asked which words they have.
    """

    __slots__ = ("_folded", "_spans", "keys", "text")

    def __init__(self, text: str, folded: str, keys: tuple[str, ...]) -> None:
        self.text, self.keys = text, keys
        self._folded = folded
        self._spans: tuple[tuple[int, ...], tuple[int, ...]] | None = None

    @property
    def starts(self) -> tuple[int, ...]:
        """Where each word begins."""
        return (self._spans or self._find())[0]

    @property
    def ends(self) -> tuple[int, ...]:
        """Where each word ends."""
        return (self._spans or self._find())[1]

    def _find(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        spans = [match.span() for match in _pattern(self._folded).finditer(self._folded)]
        starts, ends = zip(*spans, strict=True) if spans else ((), ())
        self._spans = starts, ends
        return self._spans

    def __len__(self) -> int:
        return len(self.keys)


def is_cjk(key: str) -> bool:
    """Say whether a key is one Chinese or Japanese character, which stands without borders."""
    return not key.isascii() and bool(_CJK_CHAR.match(key))


def key_of(word: str) -> str:
    """Return the key of one folded word: no signs, no Arabic article."""
    key = squeeze(word)
    if _ARABIC.match(key):
        article = _ARTICLE.match(key)
        key = key[article.end() :] if article else key
    return key


def tokenise(text: str, language: str | None = None) -> Tokens:
    """Return the words of `text`.

    >>> tokenise("Two POWs").keys, tokenise("两名战俘").keys
    (('two', 'pows'), ('两', '名', '战', '俘'))
    """
    folded = fold(text)
    keys = _pattern(folded).findall(folded)
    if not folded.isascii() and (_ARABIC.search(folded) or _SIGNS.search(folded)):
        keys = [key if key.isascii() else key_of(key) for key in keys]
    return Tokens(text, folded, tuple(keys))


def _pattern(folded: str) -> re.Pattern[str]:
    """What finds the words of a text."""
    return _PLAIN_TOKEN if folded.isascii() or not _NOT_PLAIN.search(folded) else _TOKEN


def _for_index(key: str) -> str:
    return _INDIC_MARK.sub(lambda mark: chr(ord(mark.group()) + _MARK_TO_LETTER), key)


def index_keys(text: str, language: str | None = None) -> str:
    """Return the keys of `text`, one space between them, as a full-text index of single words takes them."""
    return _for_index(" ".join(key for key in tokenise(text, language).keys if key))


def query_keys(text: str) -> tuple[str, ...]:
    """Return the keys of a query in order, each written as `index_keys` writes it; a phrase asks for them in a row."""
    return tuple(_for_index(key) for key in tokenise(text).keys if key)
