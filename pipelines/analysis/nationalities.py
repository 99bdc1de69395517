"""Find nationalities and countries in a text: "Chinese", "громадянина Індії", 中国籍.

In      plain text and its language (ISO 639-1; a script suffix as in `zh-Hans` is ignored); data/nationalities*.toml
Out     `NationalityHit` tuple in reading order, never overlapping; codes are ISO 3166-1 alpha-2
Units   `start`/`end` are character offsets, end exclusive
Raises  nothing: an unknown language or a text without nationalities gives `()`
Limits  a demonym does not say who is meant: "Georgian" is a country's or a state's; "Korean" alone is left out
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

Kind = Literal["demonym", "country"]

WORD = re.compile(
    r"[^\W_](?:[^\W_]|[\u0300-\u036f\u064b-\u0655\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u200c\u200d])*"
)
"""A word: letters or digits with the vowel signs of Arabic and Devanagari, which `\\w` leaves out."""

_FOLD = str.maketrans(
    {"ё": "е", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ı": "i", "İ": "i", "ʼ": "'", "’": "'"}
)
_VOWELS = dict.fromkeys((*range(0x64B, 0x656), 0x670))
_JOINT = re.compile(r"[\s\u00a0\-\u2010\u2011'’ʼ.]{1,2}")
_PERSON_ZH = re.compile(
    r"(?:国|國)?(?:籍|裔|公民|国民|國民|人|男子|女子|青年|士兵|军人|軍人|战俘|戰俘|雇佣兵|僱傭兵|傭兵|志愿兵|志願兵|志愿者|士官|军官|軍官|学生|學生)"
)
_PERSON_KO = re.compile(r"(?:인|군|\s?국적|\s?출신|\s?용병|\s?병사|\s?남성|\s?청년|\s?포로|\s?시민|\s?국민|\s?군인)")
_BARE_KO = frozenset({"인권", "인터"})
_CAPITAL = frozenset({"en"})


@dataclass(frozen=True, slots=True)
class NationalityHit:
    """A place that names a nationality. `person`: the words say that a person is meant (zh and ko suffixes)."""

    start: int
    end: int
    code: str
    kind: Kind = "demonym"
    person: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    words: tuple[str, ...]
    prefix: tuple[bool, ...]
    code: str
    kind: Kind
    exact_case: str | None


def stems(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return code → stems of the people of that country; a `*` at the end means any ending, several words a phrase."""
    return _lists("nationalities.toml", _base(language))


def countries(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return code → names of the country in the forms that texts use; empty for zh and ko (see `stems`)."""
    return _lists("nationalities_places.toml", _base(language))


def find(text: str, language: str) -> tuple[NationalityHit, ...]:
    """Return every nationality and country named in `text`, in reading order.

    >>> [(hit.code, hit.kind) for hit in find("Two Chinese men from Kenya", "en")]
    [('CN', 'demonym'), ('KE', 'country')]
    """
    return _found(text, _base(language))


@lru_cache(maxsize=8)
def _found(text: str, language: str) -> tuple[NationalityHit, ...]:
    """The hits of a text; several readers of one article ask for them."""
    return tuple(_find_zh(text) if language == "zh" else _find_words(text, language))


def fold(text: str) -> str:
    """Fold case and letter variants; the length of the text never changes."""
    text = text.translate(_FOLD)
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _base(language: str) -> str:
    return language.split("-")[0].split("_")[0].lower()


@cache
def _data(name: str) -> dict[str, dict[str, str]]:
    text = files("pipelines.analysis").joinpath("data", name).read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _lists(name: str, language: str) -> Mapping[str, tuple[str, ...]]:
    table = _data(name).get(language, {})
    return MappingProxyType({code: tuple(s.strip() for s in value.split(",")) for code, value in table.items()})


# ── languages with words ────────────────────────────────────────────────────


@cache
def _index(language: str) -> tuple[dict[str, list[_Entry]], dict[str, list[_Entry]]]:
    """Entries by their first word, whole words and beginnings apart; the longest phrase first."""
    whole: dict[str, list[_Entry]] = {}
    begin: dict[str, list[_Entry]] = {}
    for entry in _entries(language):
        (begin if entry.prefix[0] else whole).setdefault(entry.words[0], []).append(entry)
    for table in (whole, begin):
        for entries in table.values():
            entries.sort(key=lambda e: -len(e.words))
    return whole, begin


def _entries(language: str) -> Iterator[_Entry]:
    blocked = _data("nationalities.toml")["block"].get(language, "")
    for stem in filter(None, (s.strip() for s in blocked.split(","))):
        yield _entry(stem, "", "demonym")
    for kind, lists in (("demonym", stems(language)), ("country", countries(language))):
        for code, entries in lists.items():
            for stem in entries:
                yield _entry(stem, code, "country" if kind == "country" else "demonym")


def _entry(stem: str, code: str, kind: Kind) -> _Entry:
    found = list(WORD.finditer(stem))
    prefix = tuple(stem[m.end() : m.end() + 1] == "*" for m in found)
    exact = stem if len(found) == 1 and stem.isupper() and len(stem) <= 4 and stem[0].lower() != stem[0] else None
    return _Entry(tuple(fold(m.group()) for m in found), prefix, code, kind, exact)


def _find_words(text: str, language: str) -> Iterator[NationalityHit]:
    folded, words, plain = _split(text)
    i = 0
    while i < len(words):
        if language != "ar" and not _candidates(plain[i], language):  # in Arabic it may stand after a clitic
            i += 1
            continue
        best = _best(i, words, folded, language, text)
        if best is None:
            i += 1
            continue
        entry, start, count = best
        end = words[i + count - 1].end()
        if entry.code:
            person = language == "ko" and _person_ko(folded, start, end, entry)
            yield NationalityHit(start, end, entry.code, entry.kind, person)
        i += count


def _best(
    i: int,
    words: list[re.Match[str]],
    folded: str,
    language: str,
    text: str,
) -> tuple[_Entry, int, int] | None:
    """The longest entry that begins at word `i`, with where it starts and how many words it takes."""
    match = words[i]
    best: tuple[_Entry, int, int] | None = None
    for word, start in _readings(match, language):
        for entry in _candidates(word, language):
            if best is not None and len(entry.words) <= best[2]:
                continue
            if _fits(entry, i, words, folded) and _case_fits(entry, text[start : match.end()], language):
                best = (entry, start, len(entry.words))
        if best is not None:
            return best
    return best


@lru_cache(maxsize=8)
def _split(text: str) -> tuple[str, list[re.Match[str]], list[str]]:
    """The folded text and its words; kept for the languages that are asked one after the other."""
    folded = fold(text)
    words = list(WORD.finditer(folded))
    return folded, words, [word.group() for word in words]


@lru_cache(maxsize=262_144)
def _tongues(word: str) -> frozenset[str]:
    """The languages in which a word may begin an entry; in Arabic it may after a clitic, so there it always may."""
    return frozenset(language for language in _worded() if language == "ar" or _candidates(word, language))


def may_name(text: str) -> frozenset[str]:
    """The languages in which some word of `text` may begin a nationality or a country: the others need no search."""
    none: frozenset[str] = frozenset()
    return none.union(*map(_tongues, _split(text)[2]))


@cache
def _worded() -> tuple[str, ...]:
    """The languages that are written with words and have entries."""
    known = {*_data("nationalities.toml"), *_data("nationalities_places.toml")}
    return tuple(sorted(known - {"block", "zh"}))


@lru_cache(maxsize=262_144)
def _candidates(word: str, language: str) -> tuple[_Entry, ...]:
    """The entries that a word may begin: whole words first, then beginnings, the longest first. Most have none."""
    whole, begin = _index(language)
    found = list(whole.get(word, ()))
    for size in range(len(word), 1, -1):
        found += begin.get(word[:size], ())
    return tuple(found)


def _readings(match: re.Match[str], language: str) -> Iterator[tuple[str, int]]:
    """The word itself and, in Arabic, the word without conjunction, preposition and article."""
    word, start = match.group(), match.start()
    if language != "ar":
        yield word, start
        return
    word = word.translate(_VOWELS)
    yield word, start
    for clitic in ("وال", "بال", "فال", "كال", "ولل", "ال", "لل", "و", "ف", "ب", "ل"):
        if word.startswith(clitic) and len(word) - len(clitic) >= 3:
            rest = word[len(clitic) :]
            yield rest, start + len(clitic)
            if not clitic.endswith("ل"):
                yield "ال" + rest, start
            elif clitic != "ال" and len(clitic) > 1:
                yield "ال" + rest, start + len(clitic)


def _fits(entry: _Entry, i: int, words: list[re.Match[str]], folded: str) -> bool:
    """Whether the words after the first stand there too, joined by no more than a space or a hyphen."""
    for step in range(1, len(entry.words)):
        if i + step >= len(words):
            return False
        word = words[i + step]
        if not _JOINT.fullmatch(folded, words[i + step - 1].end(), word.start()):
            return False
        got, want = word.group().translate(_VOWELS), entry.words[step]
        if got != want and not (entry.prefix[step] and got.startswith(want)):
            return False
    return True


def _case_fits(entry: _Entry, surface: str, language: str) -> bool:
    if entry.exact_case is not None:
        return surface == entry.exact_case
    return language not in _CAPITAL or surface[:1] != surface[:1].lower()


# ── Korean and Chinese ──────────────────────────────────────────────────────


def _person_ko(folded: str, start: int, end: int, entry: _Entry) -> bool:
    base = entry.words[-1]
    tail = folded[start:end][len(base) :] if len(entry.words) == 1 else ""
    if base.endswith(("인", "군", "국적", "출신")):
        return True
    after = _PERSON_KO.match(folded, start + len(base)) if len(entry.words) == 1 else None
    return after is not None and tail[:2] not in _BARE_KO


@cache
def _zh() -> tuple[re.Pattern[str], dict[str, tuple[tuple[str, str], ...]]]:
    """What a name may begin with, and by it the names with their codes, the longest first."""
    codes: dict[str, str] = {}
    for code, names in stems("zh").items():
        codes.update(dict.fromkeys(names, code))
    for name in _data("nationalities.toml")["block"]["zh"].split(","):
        codes.setdefault(name.strip(), "")
    by_first: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(codes, key=len, reverse=True):
        by_first.setdefault(name[0], []).append((name, codes[name]))
    first = re.compile("[" + "".join(map(re.escape, by_first)) + "]")
    return first, {char: tuple(names) for char, names in by_first.items()}


def _find_zh(text: str) -> Iterator[NationalityHit]:
    first, by_first = _zh()
    at = 0
    while (begin := first.search(text, at)) is not None:
        start = begin.start()
        name, code = next((n for n in by_first[text[start]] if text.startswith(n[0], start)), ("", ""))
        at = start + (len(name) or 1)
        if code:
            person = name.endswith("籍") or _PERSON_ZH.match(text, at) is not None
            yield NationalityHit(start, at, code, "demonym" if person else "country", person)
