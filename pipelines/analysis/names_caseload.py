"""Many watched persons, found in a text in one pass: every spelling, order, case and script of their names.

In      up to 10,000 `WatchedPerson`; then a text
Out     `PersonHit` in reading order: the reference, one span that holds the whole name, grade and reason; one hit a
        person and span. A surname alone is no hit
Method  every word of the text is looked up by its sound (cached); neighbours that may belong to one watched name are
        compared with it exactly
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.analysis import names_chinese, names_korean
from pipelines.analysis.names_compare import Grade, NameScore, compare
from pipelines.analysis.names_data import words
from pipelines.analysis.names_parts import is_patronymic, part_of, profile
from pipelines.analysis.names_sound import bones, script
from pipelines.analysis.tokens import fold
from pipelines.records import WatchedPerson

_WORD = re.compile(
    r"[^\W\d_\u3400-\u9fff](?:[^\W\d_\u3400-\u9fff]|[\u0300-\u036f\u064b-\u0655\u0670\u0900-\u0963\u200c\u200d'’ʼ`´])*"
)
_GAP = re.compile(r"[ \t\u00a0\u202f]{1,3}|[ \t]?\n[ \t]?(?!\n)|-|[·•・]|\. ?|\.?-")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_DOT = re.compile("(?<=[\u3400-\u9fff])[·•・‧．･](?=[\u3400-\u9fff])")
_REACH = 4
_LEAST_BESIDE_INITIAL = 4
_CACHE = 200_000
_KEPT_GRADES = ("likely", "possible", "namesake")


@dataclass(frozen=True, slots=True)
class PersonHit:
    """A watched name in a text, `start`/`end` in characters, end exclusive."""

    reference: str
    start: int
    end: int
    grade: Grade
    reason: str
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    text: str
    ids: frozenset[int]
    link: bool
    named: bool


class Caseload:
    """The compiled list. `find` may be called from several processes, each with its own copy."""

    def __init__(self, people: Iterable[WatchedPerson]) -> None:
        self.people = tuple(people)
        self.by_reference = {person.reference: person for person in self.people}
        self._names: list[tuple[int, str]] = []
        self._by_key: dict[str, set[int]] = {}
        self._whole: dict[str, set[int]] = {}
        self._cache: dict[str, frozenset[int]] = {}
        for at, person in enumerate(self.people):
            for name in dict.fromkeys(person.names):
                self._add(at, name)

    def __len__(self) -> int:
        return len(self.people)

    def _add(self, person: int, name: str) -> None:
        found = profile(name)
        number = len(self._names)
        self._names.append((person, name))
        for reading in found.chinese:
            self._whole.setdefault(names_chinese.loose_key(reading), set()).add(number)
        for key in _korean_keys(found.hangul, found.raw, found.script):
            self._whole.setdefault(key, set()).add(number)
        if found.han and not found.chinese:
            self._whole.setdefault(f"han:{found.han}", set()).add(number)
        for part in found.parts if len(found.parts) > 1 else ():
            for key in _keys(part.text, watched=True):
                self._by_key.setdefault(key, set()).add(number)
        if found.script in ("latin", "cyrillic") and found.chinese:
            for word in found.raw:
                for key in _keys(word, watched=True):
                    self._by_key.setdefault(key, set()).add(number)

    def find(self, text: str, language: str | None = None) -> tuple[PersonHit, ...]:
        """Every watched name that stands in `text`, whole, in one place."""
        if not self._names or not text:
            return ()
        best: dict[tuple[str, int], PersonHit] = {}
        for hit in (*self._spaced(text), *self._han(text)):
            key = (hit.reference, hit.start)
            if key not in best or (hit.score, hit.end) > (best[key].score, best[key].end):
                best[key] = hit
        return _apart(sorted(best.values(), key=lambda hit: (hit.start, hit.reference)))

    # ── words with blanks between ──

    def _spaced(self, text: str) -> Iterator[PersonHit]:
        found = list(self._words(text))
        for at, word in enumerate(found):
            if word.ids:
                yield from self._from(text, found, at)
            if self._whole and word.named:
                yield from self._syllables(text, found, at)
            if "\uac00" <= word.text[0] <= "\ud7a3":
                yield from self._hangul(word, found[at + 1] if at + 1 < len(found) and found[at + 1].link else None)

    def _words(self, text: str) -> Iterator[_Word]:
        particles, last = words().particles, 0
        for match in _WORD.finditer(text):
            raw = match.group().strip("'’")
            gap = text[last : match.start()]
            initial_before = gap.startswith(".") and last - 2 >= -1 and (last < 2 or not text[last - 2].isalnum())
            link = bool(_GAP.fullmatch(gap)) and (not gap.startswith(".") or initial_before)
            cased = raw[0].lower() != raw[0].upper()
            low = raw.lower()
            named = raw[0].isupper() if cased else True
            ids = self._ids(low) if named else frozenset[int]()
            yield _Word(match.start(), match.start() + len(raw), low, ids, link, named or low in particles)
            last = match.end()

    def _ids(self, word: str) -> frozenset[int]:
        found = self._cache.get(word)
        if found is None:
            sets = [self._by_key[key] for key in _keys(word, watched=False) if key in self._by_key]
            found = frozenset(set().union(*sets)) if sets else frozenset()
            if len(self._cache) >= _CACHE:
                self._cache.clear()
            self._cache[word] = found
        return found

    def _from(self, text: str, found: Sequence[_Word], at: int) -> Iterator[PersonHit]:
        """Hits that begin at one word: with each word that follows it closely and may belong to the same name."""
        first = found[at]
        for end in range(at + 1, min(at + _REACH + 1, len(found))):
            word = found[end]
            if not word.link or not word.named:
                return
            both = first.ids & word.ids
            if not both:
                continue
            last = (
                end + 1 if end + 1 < len(found) and found[end + 1].link and is_patronymic(found[end + 1].text) else end
            )
            span = text[first.start : found[last].end]
            yield from self._compared(both, span, first.start, found[last].end)

    def _compared(self, numbers: Iterable[int], span: str, start: int, end: int) -> Iterator[PersonHit]:
        clean = " ".join(span.split())
        for number in numbers:
            person, name = self._names[number]
            score = compare(clean, name)
            if score.grade in _KEPT_GRADES and not _slight(clean, score):
                yield self._hit(person, start, end, score)

    def _hit(self, person: int, start: int, end: int, score: NameScore) -> PersonHit:
        return PersonHit(self.people[person].reference, start, end, score.grade, score.reason, score.score)

    def _syllables(self, text: str, found: Sequence[_Word], at: int) -> Iterator[PersonHit]:
        """Chinese and Korean names in Latin or Cyrillic letters, of two or three words."""
        for end in (at + 1, at + 2):
            if end >= len(found) or not (found[end].link and (found[end].named or text[found[end].start - 1] == "-")):
                return
            raw = tuple(fold(word.text) for word in found[at : end + 1])
            numbers = self._syllable_ids(raw)
            if numbers:
                yield from self._compared(
                    numbers, text[found[at].start : found[end].end], found[at].start, found[end].end
                )

    def _syllable_ids(self, raw: tuple[str, ...]) -> set[int]:
        kind = script(raw[0])
        if kind not in ("latin", "cyrillic") or any(len(word) > 14 for word in raw):
            return set()
        wanted = {names_chinese.loose_key(reading) for reading in names_chinese.readings(raw, kind)}
        wanted |= _korean_keys("", raw, kind)
        return set().union(*(self._whole.get(key, ()) for key in wanted))

    # ── Korean: particles are glued to the name ──

    def _hangul(self, word: _Word, following: _Word | None) -> Iterator[PersonHit]:
        texts = [(word.text, 0)]
        if len(word.text) == 1 and following is not None and "\uac00" <= following.text[0] <= "\ud7a3":
            texts = [(word.text + following.text, following.start - word.end)]
        for text, blank in texts:
            letters = re.match("[\uac00-\ud7a3]*", text)
            for size in range(min(4, letters.end() if letters else 0), 1, -1):
                name = text[:size]
                for key in _korean_keys(name, (), "hangul"):
                    numbers = self._whole.get(key, ())
                    yield from self._compared(numbers, name, word.start, word.start + size + blank)

    # ── Chinese: no blanks at all ──

    def _han(self, text: str) -> Iterator[PersonHit]:
        if not self._whole and not _DOT.search(text):
            return
        known = words()
        folded = fold(text)
        for run in _HAN_RUN.finditer(folded):
            for at in range(run.start(), run.end() - 1):
                if folded[at] in known.chinese or folded[at : at + 2] in known.compound:
                    yield from self._han_at(folded, at, run.end())
        for dot in _DOT.finditer(folded):
            yield from self._dotted(folded, dot.start())
        yield from self._literal(folded)

    def _han_at(self, folded: str, at: int, stop: int) -> Iterator[PersonHit]:
        for size in (4, 3, 2):
            if at + size > stop:
                continue
            name = folded[at : at + size]
            for reading in names_chinese.han_readings(name):
                for number in self._whole.get(names_chinese.loose_key(reading), ()):
                    yield from self._han_hit(number, name, at)

    def _han_hit(self, number: int, name: str, at: int) -> Iterator[PersonHit]:
        person, watched = self._names[number]
        written = [other for known, other in self._of(person) if script(other[0]) == "han"]
        score = compare(name, watched)
        if profile(watched).han == name:
            grade: Grade = "likely" if len(name) > 2 else "possible"
            yield PersonHit(
                self.people[person].reference, at, at + len(name), grade, "the same characters", score.score
            )
        elif not profile(watched).han and not written and score.score >= 0.95 and len(name) > 2:
            reason = f"{score.reason}, characters not known"
            yield PersonHit(self.people[person].reference, at, at + len(name), "possible", reason, score.score)

    def _of(self, person: int) -> list[tuple[int, str]]:
        return [(person, name) for name in self.people[person].names if name]

    def _literal(self, folded: str) -> Iterator[PersonHit]:
        for key, numbers in self._whole.items():
            if key.startswith("han:") and len(key) > 6 and (at := folded.find(key[4:])) >= 0:
                for number in numbers:
                    score = NameScore(0.95, "likely", "the same characters")
                    yield self._hit(self._names[number][0], at, at + len(key) - 4, score)

    def _dotted(self, folded: str, dot: int) -> Iterator[PersonHit]:
        """A foreign name in Chinese: the surname's end and the given name's beginning have no border."""
        left = [
            folded[dot - size : dot]
            for size in range(1, 7)
            if dot >= size and _HAN_RUN.fullmatch(folded[dot - size : dot])
        ]
        right = [
            folded[dot + 1 : dot + 1 + size]
            for size in range(1, 8)
            if _HAN_RUN.fullmatch(folded[dot + 1 : dot + 1 + size])
        ]
        ids_left = [(part, self._ids(part)) for part in left]
        best: dict[int, PersonHit] = {}
        for after in dict.fromkeys(right):
            ids = self._ids(after)
            for before, others in ids_left:
                for hit in self._compared(ids & others, f"{before}·{after}", dot - len(before), dot + 1 + len(after)):
                    person = hash(hit.reference)
                    if hit.grade != "namesake" and (person not in best or hit.score > best[person].score):
                        best[person] = hit
        yield from best.values()


def _slight(span: str, score: NameScore) -> bool:
    """An initial beside a short word or one that only resembles the name: pages are full of such."""
    if "an initial" not in score.reason:
        return False
    longest = max(len(word) for word in re.split(r"[\W_]+", span))
    return longest < _LEAST_BESIDE_INITIAL or "spelling" in score.reason


def _korean_keys(hangul: str, raw: Sequence[str], kind: str) -> set[str]:
    if hangul:
        cut = names_korean.split_hangul(hangul)
        return {f"ko:{names_korean.south(cut[0])}:{names_korean.hangul_classes(hangul)}"} if cut else set()
    if kind != "latin":
        return set()
    return {f"ko:{surname}:{given}" for surnames, given in names_korean.readings(raw) for surname in surnames}


def _keys(word: str, *, watched: bool) -> set[str]:
    """Keys of one word: its consonants for every reading, the names it is a form of; initials by their sound."""
    part = part_of(word)
    out = {f"q{number}" for base in part.bases[:1] for number in base.groups}
    for base in part.bases[:1] if watched else part.bases:
        for sound in base.sounds:
            if part.initial:
                out.add(f"i:{sound[:1]}")
                continue
            flat = bones(sound)
            out.add(flat[:4] if flat else f"-{sound[:1]}")
            if watched and not base.inflected:
                out.add(f"i:{sound[:1]}")
    return out


def _apart(hits: Sequence[PersonHit]) -> tuple[PersonHit, ...]:
    """Of one person's hits that overlap, the better one; a namesake within a better hit falls."""
    kept: list[PersonHit] = []
    for hit in sorted(hits, key=lambda one: (-one.score, one.start - one.end)):
        if all(hit.reference != other.reference or hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return tuple(sorted(kept, key=lambda hit: (hit.start, hit.reference)))
