"""Mentions of one person become one: full name, surname, given name, other case, other script.

In      `Text`, spans, language
Out     `Person` list in order of first mention
Raises  nothing
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipelines.analysis.people.caseless import bare_word
from pipelines.analysis.people.slavic import base_form, is_known_form, stem
from pipelines.analysis.people.spans import NameSpan, merge
from pipelines.analysis.people.text import Text

_SLAVIC = frozenset({"uk", "ru"})
_KO_PARTICLE = re.compile(r"(?:에게서|에게|으로|이라는|이라고|라는|은|는|이|가|을|를|의|도|와|과|씨)$")


@dataclass
class Person:
    """One person of an article: base name, keys of its words, every span."""

    name: str
    keys: tuple[str, ...]
    spans: list[NameSpan] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    pseudonym: bool = False

    @cached_property
    def together(self) -> str:
        """Its keys as one word."""
        return "".join(self.keys)


def words_of(name: str) -> tuple[str, ...]:
    """Words of a name, without signs."""
    return tuple(re.findall(r"[^\W\d_](?:[\w\u0900-\u0963\u064b-\u0652]|['’ʼ-](?=\w))*", name))


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.casefold())
    return (
        unicodedata.normalize("NFC", "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f" or False))
        if word.isascii() or re.match(r"[A-Za-zÀ-ž]", word)
        else word.casefold()
    )


def keys_of(name: str, language: str) -> tuple[str, ...]:
    """Comparable words of a name."""
    words = words_of(name)
    if language in _SLAVIC or re.search(r"[А-Яа-яІіЇї]", name):
        return tuple(stem(w) for w in words)
    if language == "ne":
        return tuple(_strip(w) for w in words if _strip(w))
    return tuple(_plain(w) for w in words)


def _strip(word: str) -> str:
    return bare_word(word)


def base_name(name: str, language: str, before: str = "") -> str:
    """The name as one would file it: nominative, without particles, one space."""
    name = re.sub(r"\s+", " ", name).strip()
    words = words_of(name)
    if not words:
        return name
    if language in _SLAVIC and re.search(r"[А-Яа-яІіЇї]", name) and "." not in name:
        return " ".join(base_form(tuple(name.split()), before, language if language in _SLAVIC else "uk"))
    if language == "ne":
        parts = name.split()
        return " ".join([*parts[:-1], _strip(parts[-1])])
    if language == "ko" and re.fullmatch(r"[가-힣]{4,}", name):
        bare = _KO_PARTICLE.sub("", name)
        if name[-1] in "이은을" and (ord(name[-2]) - 0xAC00) % 28 == 0:  # stands behind a consonant only
            return name
        return bare if len(bare) >= 3 else name
    if name.isupper() and len(words) > 1 and name.isascii():
        return name.title()
    if any(w.isupper() and len(w) > 2 for w in words[1:]) and not name.isupper():
        return " ".join(w.capitalize() if w.isupper() and len(w) > 2 else w for w in name.split())
    return name


def _joins(short: Person, whole: Person) -> bool:
    """Whether `short` can be a mention of `whole`: all its words are among the other's."""
    if short.pseudonym != whole.pseudonym:
        return False
    if not short.keys or len(short.keys) > len(whole.keys):
        return False
    if short.together == whole.together:
        return True
    if len(short.keys) == 1:
        key = short.keys[0]
        if key in whole.keys or (len(key) == 1 and any(k.startswith(key) for k in whole.keys)):
            return True
        return _cjk_part(short, whole)
    rest = list(whole.keys)
    for key in short.keys:
        match = next((k for k in rest if k == key or (len(key) == 1 and k.startswith(key))), None)
        if match is None:
            return _cjk_part(short, whole)
        rest.remove(match)
    return True


def _cjk_part(short: Person, whole: Person) -> bool:
    a, b = short.together, whole.together
    return len(a) >= 2 and (b.endswith(a) or b.startswith(a)) and bool(_CJK.search(b))


_CJK = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]")


def group(text: Text, spans: Sequence[NameSpan], language: str) -> list[Person]:
    """Persons of the spans; a short form joins the nearest earlier full name that holds it, else a later one."""
    singles: dict[tuple[str, ...] | str, Person] = {}
    for span in spans:
        written = text.text[span.start : span.end]
        keys = keys_of(written, language)
        key = keys if not span.pseudonym else written
        person = singles.get(key)
        if person is None:
            person = singles[key] = Person(written, keys, pseudonym=span.pseudonym)
        person.spans.append(span)
        if span.other and span.other not in person.aliases:
            person.aliases.append(span.other)
    people: list[Person] = []
    for person in sorted(singles.values(), key=lambda p: (-len(p.keys), -len("".join(p.keys)), p.spans[0].start)):
        homes = [p for p in people if _joins(person, p)]
        if not homes:
            people.append(person)
            continue
        first = person.spans[0].start
        home = min(homes, key=lambda p: (p.spans[0].start > first, abs(p.spans[0].start - first)))
        home.spans += person.spans
        home.aliases += [a for a in person.aliases if a not in home.aliases]
    for person in people:
        person.spans = list(merge(person.spans))
        person.name = _best_name(text, person, language)
        person.aliases = [a for a in dict.fromkeys([*person.aliases, *_other_names(text, person)]) if a != person.name]
    return sorted(people, key=lambda p: p.spans[0].start)


def _best_name(text: Text, person: Person, language: str) -> str:
    """The fullest spelling; among equal ones one that is nominative as written."""
    written = [
        (re.sub(r"\s+", " ", text.text[s.start : s.end]), text.text[max(0, s.start - 24) : s.start])
        for s in person.spans
    ]
    full = max(len(words_of(w)) for w, _ in written)
    fullest = [w for w in written if len(words_of(w[0])) == full]
    mixed = [w for w in fullest if not w[0].isupper()] or fullest
    bases = [base_name(w, language, before) for w, before in mixed]
    unchanged = [b for b, w in zip(bases, mixed, strict=True) if b == w[0]]
    return max(
        dict.fromkeys(bases),
        key=lambda n: (bases.count(n), n in unchanged, -len(n) if language in {"ne", "hi", "ko"} else len(n)),
    )


def _other_names(text: Text, person: Person) -> list[str]:
    return [
        w
        for w in dict.fromkeys(re.sub(r"\s+", " ", text.text[s.start : s.end]) for s in person.spans)
        if w != person.name
    ]


def spread(text: Text, spans: Sequence[NameSpan], language: str) -> tuple[NameSpan, ...]:
    """Every other mention of the found names: the name again, its surname alone, a Slavic form of either."""
    found = list(spans)
    whole = text.text
    small = _small(whole)
    names = dict.fromkeys(whole[span.start : span.end] for span in spans if not span.pseudonym)
    for name in names:
        if re.search(r"[\u3400-\u9fff\uac00-\ud7af]", name):
            if len(name) >= 3 or "·" in name:
                found += [NameSpan(at, at + len(name), 0.5, "again") for at in _everywhere(whole, name)]
            continue
        words = words_of(name)
        if len(words) < 2:
            continue
        found += _again(whole, small, name, words)
    return merge(found)


def _again(whole: str, small: str, name: str, words: Sequence[str]) -> list[NameSpan]:
    """Where a name stands, or its last or its first word alone; a known Slavic one in any case."""
    slavic = bool(_CYRILLIC.search(name))
    places = [(at, -len(name), at + len(name)) for at in _places(small if slavic else whole, _small(name, slavic))]
    for order, word in enumerate((words[-1], words[0]), start=1):
        if len(word) < 3:
            continue
        inflected = slavic and bool(_CYRILLIC.search(word)) and is_known_form(word)
        core = stem(word) if inflected else word
        for at in _places(small if slavic else whole, _small(core, slavic), whole_word=not inflected):
            ending = _ENDING.match(small, at + len(core)) if inflected else None
            if not inflected or ending:
                places.append((at, order, ending.end() if ending else at + len(core)))
    found, last = [], 0
    for start, _, end in sorted(places):
        if start >= last:
            last = end
            if whole[start].isupper() or not name[:1].isupper():
                found.append(NameSpan(start, end, 0.4, "again"))
    return found


_CYRILLIC = re.compile(r"[А-Яа-яІіЇї]")
_ENDING = re.compile(r"[а-яіїє]{0,4}(?![\w-])")


def _small(text: str, needed: bool = True) -> str:
    """Small letters, sign for sign."""
    return text.replace("İ", "i").lower() if needed else text


def _everywhere(text: str, name: str) -> Iterator[int]:
    """Where a name begins in a text, inside words too."""
    at = text.find(name)
    while at >= 0:
        yield at
        at = text.find(name, at + len(name))


def _places(text: str, word: str, *, whole_word: bool = True) -> Iterator[int]:
    """Where a word begins in a text: no letter before it, and none behind if it is whole."""
    at = text.find(word)
    while at >= 0:
        if not (at and _of_word(text[at - 1])) and not (
            whole_word and _of_word(text[at + len(word) : at + len(word) + 1])
        ):
            yield at
        at = text.find(word, at + 1)


def _of_word(sign: str) -> bool:
    return sign.isalnum() or sign in ("_", "-")
