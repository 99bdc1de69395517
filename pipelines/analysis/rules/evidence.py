"""Evidence that adds up: kinds of words, and what it weighs when several of them meet in one stretch of a text.

In      a watch's `Evidence` with its terms numbered, and a `Doc`
Out     `Weighing`: the best stretch, what it weighs and why; or `None` where no word of any kind stands
Method  a stretch is the title and lead with `window` words of the body; each weight counts once in a stretch
Limits  what stands late in a long text is weighed less, and alone is at most possible: see `RuleBook`
Units   positions count words; of Chinese and Japanese two characters make a word
Raises  `RuleError` when a list cannot be read
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.analysis.rules.scan import Doc, Place
from pipelines.analysis.rules.syntax import Term, TermSet
from pipelines.analysis.tokens import is_cjk
from pipelines.records import Evidence

OPENING = 40
"""A stretch that begins within so many words of the body's beginning is its opening."""
LONG, LIKELY = 150, 2
STEP = 6
"""Stretches begin at least a sixth of their length apart: more would cost time and find nothing."""
TIMES = {"twice": 2, "often": 4}
"""How many words of a kind it takes at least."""
Tables = Mapping[str | None, Mapping[int, tuple[int, ...]]]


@dataclass(frozen=True, slots=True)
class Weight:
    """One thing that counts: a kind of word, alone or twice, or two kinds that meet or stand near each other."""

    name: str
    points: float
    first: int
    second: int | None
    how: str


@dataclass(frozen=True, slots=True, eq=False)
class CompiledEvidence:
    """Evidence ready to be weighed: for each language, which kinds of word a term is of."""

    rule: Evidence
    tables: Tables
    terms: Mapping[str | None, Mapping[int, Term]]
    weights: tuple[Weight, ...]
    gains: Mapping[int, tuple[Weight, ...]]
    """What speaks for a match, by the first kind of word it takes."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """What a stretch of text weighs: its parts, and the places of the words behind them with their terms.

    `opening`: it stands where the text begins; `known`: the text is in a language with lists.
    """

    score: float
    parts: tuple[tuple[str, float], ...]
    leaves: tuple[tuple[Term, Place], ...]
    opening: bool
    known: bool


def weights_of(rule: Evidence) -> tuple[Weight, ...]:
    """Read `nation`, `not_sport often`, `captive with law`, `a near b`. Raises `KeyError` for an unknown kind."""
    kinds = {name: index for index, (name, _) in enumerate(rule.kinds)}
    found = []
    for name, points in rule.weights:
        words = name.split(" ")
        second = kinds[words[2]] if len(words) == 3 else None
        how = words[1] if len(words) > 1 else "alone"
        if how not in ("alone", "twice", "often", "with", "near") or (second is None) is (how in ("with", "near")):
            raise KeyError(name)
        found.append(Weight(name, points, kinds[words[0]], second, how))
    return tuple(found)


def compile_evidence(
    rule: Evidence, lists: Mapping[str, TermSet], languages: Sequence[str], number: Callable[[Term], int]
) -> CompiledEvidence:
    """Number the terms of every kind in every language; a text of an unknown language is asked for all of them."""
    tables: dict[str | None, dict[int, tuple[int, ...]]] = {None: {}}
    terms: dict[str | None, dict[int, Term]] = {None: {}}
    every = tables[None]
    for language in languages:
        table: dict[int, tuple[int, ...]] = {}
        own = terms[language] = {}
        for kind, (_, names) in enumerate(rule.kinds):
            only = (kind,)
            for term in (t for name in names for t in _terms(lists, name, language)):
                at = number(term)
                own.setdefault(at, term)
                terms[None].setdefault(at, term)
                if kind not in (known := table.get(at, ())):
                    table[at] = (*known, kind) if known else only
                if kind not in (known := every.get(at, ())):
                    every[at] = (*known, kind) if known else only
        tables[language] = table
    for other, like in rule.like:
        if like in tables:
            tables[other], terms[other] = tables[like], terms[like]
    weights = weights_of(rule)
    gains: dict[int, tuple[Weight, ...]] = {}
    for weight in weights:
        if weight.points > 0:
            gains[weight.first] = (*gains.get(weight.first, ()), weight)
    return CompiledEvidence(rule, tables, terms, weights, gains)


def _terms(lists: Mapping[str, TermSet], name: str, language: str) -> tuple[Term, ...]:
    found = lists.get(f"{name}_{language}") or lists.get(name)
    return found.terms if found else ()


@dataclass(slots=True)
class Stretch:
    """Where a stretch of the body begins and ends; `head` is where title and lead end."""

    head: int
    begin: int
    end: int
    opening: bool

    def holds(self, first: int, last: int) -> bool:
        return (first < self.head or self.begin <= first) and (last <= self.head or last <= self.end)


def weigh(evidence: CompiledEvidence, doc: Doc, language: str | None) -> Weighing | None:
    """Return the stretch that weighs most; `None` where nothing of it stands, a page without any text included."""
    if not doc.hits:
        return None
    rule, best, chosen = evidence.rule, float("-inf"), None
    long = _length(doc) > LONG * _breadth(doc)
    for stretch, found in stretches(evidence, doc, language):
        away = (rule.long if long else 0.0) + (0.0 if stretch.opening else rule.late)
        total = rule.start + away + sum(weight.points for weight in found)
        if total > best:
            best, chosen = total, (stretch, found, away)
    if chosen is None:
        return None
    stretch, found, away = chosen
    parts = [("start", rule.start), *((weight.name, weight.points) for weight in found)]
    parts += [("long text" if stretch.opening else "late in a long text", away)] if away else []
    leaves = tuple(_leaves(evidence, doc, language, found, stretch))
    known = language is not None and language in evidence.tables
    return Weighing(best, tuple(parts), leaves, stretch.opening, known)


def stretches(evidence: CompiledEvidence, doc: Doc, language: str | None) -> Iterator[tuple[Stretch, list[Weight]]]:
    """Yield each stretch of the text with the weights that count in it; nothing where no word of any kind stands."""
    kinds = _places(evidence, doc, language)
    if any(kinds):
        near = _neighbours(evidence, kinds, evidence.rule.near * _breadth(doc))
        present = [
            weight
            for weight in evidence.weights
            if kinds[weight.first] and (weight.second is None or kinds[weight.second])
        ]
        for stretch in _stretches(doc, kinds, evidence.rule.window):
            yield stretch, [weight for weight in present if _counts(weight, kinds, near, stretch)]


def might(evidence: CompiledEvidence, doc: Doc, language: str | None, least: float) -> bool:
    """Whether a stretch of this text, or of a slightly different cut of it, could weigh `least`.

    Nothing is taken away for look-alikes, words may stand half as far again from each other, a text is long only
    where half of it would be, and it is read in its language and in the two of which it has most words.
    """
    hits = doc.hits.keys()
    if not hits:
        return False
    words = {name: len(hits & table.keys()) for name, table in evidence.tables.items() if name}
    likely = sorted(words, key=lambda name: -words[name])[:LIKELY]
    asked = [language if language in evidence.tables else None, *likely]
    distinct = {id(evidence.tables[name]): name for name in asked}
    return any(_may_weigh(evidence, doc, name, least) for name in distinct.values())


def _may_weigh(evidence: CompiledEvidence, doc: Doc, language: str | None, least: float) -> bool:
    rule = evidence.rule
    long = _length(doc) > 2 * LONG * _breadth(doc)
    needed = least - rule.start - (rule.long if long else 0.0)
    if needed <= 0:
        return True
    table = evidence.tables.get(language, evidence.tables[None])
    there = {kind for number in doc.hits.keys() & table.keys() for kind in table[number]}
    present = [
        weight
        for kind in there
        for weight in evidence.gains.get(kind, ())
        if weight.second is None or weight.second in there
    ]
    if sum(weight.points for weight in present) < needed:
        return False  # not even if everything stood in one stretch
    kinds = _places(evidence, doc, language)
    near = _neighbours(evidence, kinds, rule.near * _breadth(doc) * 3 // 2)
    return any(
        sum(weight.points for weight in present if _counts(weight, kinds, near, at)) >= needed
        for at in _stretches(doc, kinds, rule.window * 3 // 2)
    )


def _places(evidence: CompiledEvidence, doc: Doc, language: str | None) -> list[list[Place]]:
    """For each kind the places of its words in order; of words inside each other the longest."""
    table = evidence.tables.get(language, evidence.tables[None])
    found: list[list[Place]] = [[] for _ in evidence.rule.kinds]
    for number in doc.hits.keys() & table.keys():
        for kind in table[number]:
            found[kind] += doc.hits[number]
    return [list(_outermost(places)) for places in found]


def _outermost(places: list[Place]) -> Iterator[Place]:
    end = -1
    for place in sorted(places, key=lambda one: (one[0], -one[1])):
        if place[0] >= end:
            yield place
            end = place[1]


def _breadth(doc: Doc) -> int:
    body = doc.zones[-1]
    return 2 if any(is_cjk(key) for key in body.tokens.keys[:50]) else 1


def _length(doc: Doc) -> int:
    return len(doc.zones[-1].tokens) if doc.zones[-1].name == "body" else 0


def _stretches(doc: Doc, kinds: list[list[Place]], window: int) -> Iterator[Stretch]:
    body, breadth = doc.zones[-1], _breadth(doc)
    if body.name != "body":
        yield Stretch(body.base + len(body.tokens), body.base, body.base + len(body.tokens), True)
        return
    begin, end, width = body.base, body.base + len(body.tokens), window * breadth
    last = max(begin, end - width)
    starts = sorted({min(place[0], last) for places in kinds for place in places if place[0] >= begin} | {begin})
    before = -width
    for start in [begin] if last == begin else starts:
        if start - before >= width // STEP:
            before = start
            yield Stretch(begin if begin else 0, start, start + width, start <= begin + OPENING * breadth)


def _neighbours(evidence: CompiledEvidence, kinds: list[list[Place]], near: int) -> dict[str, list[Place]]:
    """For each weight of two kinds that stand near each other, where they do."""
    found = {}
    for weight in evidence.weights:
        if weight.how == "near" and weight.second is not None:
            pairs = _pairs(kinds[weight.first], kinds[weight.second], near)
            if pairs:
                found[weight.name] = pairs
    return found


def _pairs(left: list[Place], right: list[Place], near: int) -> list[Place]:
    if not left or not right:
        return []
    starts = [start for start, _ in right]
    found = []
    for start, end in left:
        for other, after in right[bisect_left(starts, start - near - 12) : bisect_left(starts, end + near + 1)]:
            if other - end <= near and start - after <= near and not (other < end and start < after):
                found.append((min(start, other), max(end, after)))
    return found


def _counts(weight: Weight, kinds: list[list[Place]], near: Mapping[str, list[Place]], at: Stretch) -> bool:
    if weight.how == "near":
        return any(at.holds(first, last) for first, last in near.get(weight.name, ()))
    if weight.how == "with" and weight.second is not None and not _times(kinds[weight.second], at, 1):
        return False
    return _times(kinds[weight.first], at, TIMES.get(weight.how, 1))


def _times(places: list[Place], at: Stretch, least: int) -> bool:
    count = 0
    for first, _ in places:
        if first >= at.end:
            return False
        if first < at.head or first >= at.begin:
            count += 1
            if count == least:
                return True
    return False


def _leaves(
    evidence: CompiledEvidence, doc: Doc, language: str | None, found: list[Weight], at: Stretch
) -> Iterator[tuple[Term, Place]]:
    """The words of the kinds that spoke for a match."""
    kinds = {kind for weight in found if weight.points > 0 for kind in (weight.first, weight.second)}
    asked = language if language in evidence.tables else None
    table, terms = evidence.tables[asked], evidence.terms[asked]
    for number in doc.hits.keys() & table.keys():
        if kinds.intersection(table[number]):
            for place in doc.hits[number]:
                if (place[0] < at.head or place[0] >= at.begin) and place[0] < at.end:
                    yield terms[number], place
