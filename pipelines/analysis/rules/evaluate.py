"""Does a rule's tree hold in a text, and where?

In      a tree whose terms are numbered, a `Doc`, and the article's own properties as words (`Meta`)
Out     `Hit`s, the places that make it true (`()` when it holds without a place: a property, a NOT), or `None`
Gate    `could(...)` is the same question asked too kindly: fields, properties, NOT and sentence borders are forgotten;
        whatever `holds(...)` accepts, it accepts
Raises  nothing
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from operator import itemgetter
from typing import NamedTuple

from pipelines.analysis.rules.scan import Doc, Place
from pipelines.analysis.rules.syntax import META_FIELDS, And, Away, Near, Node, Not, Or, Term, TermSet, Within
from pipelines.analysis.rules.terms import fits
from pipelines.analysis.tokens import is_cjk, tokenise

MOST_PAIRS = 400
Range = tuple[int, int] | None


_start, _span = itemgetter(0), itemgetter(0, 1)


class Hit(NamedTuple):
    """A stretch of words, and the terms inside it that count. A tuple: a page has thousands."""

    start: int
    end: int
    leaves: tuple[tuple[Term, Place], ...]


Hits = tuple[Hit, ...] | None
Meta = Mapping[str, tuple[str, ...]]


def holds(node: Node, doc: Doc, meta: Meta, within: Range = None) -> Hits:
    """Return the hits that make `node` true inside `within` (positions, end exclusive), or `None`."""
    key = id(node)
    if within is None and key in doc.memo:
        return doc.memo[key]  # type: ignore[return-value]
    answer = _holds(node, doc, meta, within)
    if within is None:
        doc.memo[key] = answer
    return answer


def _holds(node: Node, doc: Doc, meta: Meta, within: Range) -> Hits:
    match node:
        case Term() | TermSet():
            return _words(node, doc, meta) if within is None else _cut(holds(node, doc, meta), within)
        case And():
            return _every(node.parts, doc, meta, within)
        case Or():
            return _either([holds(part, doc, meta, within) for part in node.parts])
        case Not():
            return () if holds(node.part, doc, meta, within) is None else None
        case Near():
            left = holds(node.left, doc, meta, within)
            return near(left, holds(node.right, doc, meta, within), node.words, doc) if left else None
        case Away():
            left = holds(node.left, doc, meta, within)
            return away(left, holds(node.right, doc, meta, within), node.words, doc) if left else None
        case Within():
            return _within(node, doc, meta, within)


def _words(node: Term | TermSet, doc: Doc, meta: Meta) -> Hits:
    terms = (node,) if isinstance(node, Term) else node.terms
    if node.field in META_FIELDS:
        return () if any(_property(term, meta) is not None for term in terms) else None
    found = [hit for term in terms if term.number in doc.hits for hit in _term(term, doc)]
    return tuple(sorted(found, key=_span)) or None


def _term(term: Term, doc: Doc) -> list[Hit]:
    places = doc.hits[term.number]
    if term.field is not None:
        places = [place for place in places if doc.zone_at(place[0]).name == term.field]
    return [Hit(*place, ((term, place),)) for place in places]


def _cut(hits: Hits, within: tuple[int, int]) -> Hits:
    """Return those of the hits, which are in order, that begin inside; properties hold everywhere."""
    if not hits:
        return hits
    low = bisect_left(hits, within[0], key=lambda hit: hit.start)
    return hits[low : bisect_left(hits, within[1], lo=low, key=lambda hit: hit.start)] or None


def _every(parts: tuple[Node, ...], doc: Doc, meta: Meta, within: Range) -> Hits:
    found: list[Hit] = []
    for part in parts:
        answer = holds(part, doc, meta, within)
        if answer is None:
            return None
        found += answer
    return tuple(found)


def _either(answers: list[Hits]) -> Hits:
    if all(answer is None for answer in answers):
        return None
    return tuple(hit for answer in answers if answer for hit in answer)


def _property(term: Term, meta: Meta) -> Hits:
    """A property holds when one of its values has the words of the term in a row."""
    for value in meta.get(term.field or "", ()):
        keys = tokenise(value).keys
        for at in range(len(keys) - len(term.items) + 1):
            if all(fits(item, keys[at + step]) for step, item in enumerate(term.items)):
                return ()
    return None


def near(left: Hits, right: Hits, words: int, doc: Doc) -> Hits:
    """Return the pairs, one of each side, that stand apart by at most `words` words and share no word."""
    if not left or not right:
        return None
    ordered = sorted(right, key=_start)
    starts = [hit.start for hit in ordered]
    found: list[Hit] = []
    for one in left:  # no calls for a pair that is only looked at: there are thousands
        first, last, leaves = one
        reach = words * 2 if is_cjk(doc.key(first)) else words
        low = bisect_left(starts, first - reach - 30)
        for other in ordered[low : bisect_right(starts, last + reach - 1)]:
            begin, end, others = other
            before = begin < first
            apart = (first if before else begin) - (end if end < last else last)
            if apart < reach and (apart >= 0 or not _share_words(one, other)):
                found.append(Hit(begin if before else first, last if end < last else end, leaves + others))
        if len(found) > MOST_PAIRS:
            break
    return tuple(found) or None


def away(left: Hits, right: Hits, words: int, doc: Doc) -> Hits:
    """Return the left hits that no right hit is near to."""
    if not left or not right:
        return left or None
    places = sorted((hit.start, hit.end) for hit in right)
    longest = max(end - start for start, end in places)
    found = []
    for one in left:
        reach = words * 2 if is_cjk(doc.key(one.start)) else words
        low = bisect_left(places, (one.start - reach - longest, 0))
        high = bisect_left(places, (one.end + reach, 0))
        if not any(max(one.start, start) - min(one.end, end) < reach for start, end in places[low:high]):
            found.append(one)
    return tuple(found) or None


def _share_words(one: Hit, other: Hit) -> bool:
    """Say whether a word counts for both; hits that only enclose each other are near."""
    for _, (first, last) in one.leaves:
        for _, (begin, end) in other.leaves:
            if first < end and begin < last:
                return True
    return False


def _within(node: Within, doc: Doc, meta: Meta, within: Range) -> Hits:
    whole = could(node.part, doc)
    if whole is None:
        return None
    found: list[Hit] = []
    seen: set[int] = set()
    for hit in whole:
        zone = doc.zone_at(hit.start)
        cuts = zone.starts_of(node.scope)
        index = bisect_right(cuts, hit.start) - 1
        start = cuts[index] if index >= 0 else zone.base
        if start in seen or (within is not None and not within[0] <= hit.start < within[1]):
            continue
        seen.add(start)
        end = cuts[index + 1] if index + 1 < len(cuts) else zone.base + len(zone.tokens)
        found += holds(node.part, doc, meta, (start, end)) or ()
    return tuple(found) or None


def could(node: Node, doc: Doc) -> Hits:
    """Return hits (perhaps none) if `node` might hold in this or a slightly different cut of the text, else `None`."""
    key = id(node)
    if key not in doc.loose:
        doc.loose[key] = _could(node, doc)
    return doc.loose[key]  # type: ignore[return-value]


def _could(node: Node, doc: Doc) -> Hits:
    match node:
        case Term():
            return () if node.field in META_FIELDS else _loose(node, doc)
        case TermSet():
            if node.field in META_FIELDS:
                return ()
            found = [hit for term in node.terms if term.number in doc.hits for hit in _loose(term, doc) or ()]
            return tuple(found) or None
        case And():
            return _all_of([could(part, doc) for part in node.parts])
        case Or():
            return _either([could(part, doc) for part in node.parts])
        case Not():
            return ()
        case Away():
            return could(node.left, doc)
        case Near():
            return _all_of([could(node.left, doc), could(node.right, doc)])
        case Within():
            return could(node.part, doc)


def _all_of(answers: list[Hits]) -> Hits:
    if any(answer is None for answer in answers):
        return None
    return tuple(hit for answer in answers if answer for hit in answer)


def _loose(term: Term, doc: Doc) -> Hits:
    return tuple(Hit(*place, ((term, place),)) for place in doc.hits.get(term.number, ())) or None
