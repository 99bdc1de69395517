"""Find every word of every rule in a text, in one pass.

In      the terms of all rules, numbered once; then an article's texts, field by field
Out     `Doc`: the words of the text, and for each term found the words where it stands
Method  one Aho-Corasick automaton over the folded keys finds the beginning of a term, a check of its words confirms
Units   positions count words over all fields; fields lie far apart, so nothing is near across them
Raises  nothing
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick, MatchKind

from pipelines.analysis.rules.syntax import Ending, Item, Term
from pipelines.analysis.rules.terms import beginnings, fits
from pipelines.analysis.tokens import Tokens, paragraphs, sentences, tokenise
from pipelines.records import Span

GAP = 1000
Place = tuple[int, int]


@dataclass(slots=True)
class Zone:
    """One field's text and its words; `base` is the position of its first word."""

    name: str
    text: str
    tokens: Tokens
    base: int
    cuts: dict[str, list[int]] = field(default_factory=dict)
    spans: dict[str, tuple[Place, ...]] = field(default_factory=dict)

    def spans_of(self, scope: str) -> tuple[Place, ...]:
        """Return where the sentences or paragraphs stand, in characters."""
        if scope not in self.spans:
            self.spans[scope] = sentences(self.text) if scope == "sentence" else paragraphs(self.text)
        return self.spans[scope]

    def starts_of(self, scope: str) -> list[int]:
        """Return the positions of the words with which the sentences or paragraphs begin."""
        if scope not in self.cuts:
            starts = self.tokens.starts
            self.cuts[scope] = [self.base + bisect_right(starts, begin - 1) for begin, _ in self.spans_of(scope)]
        return self.cuts[scope]


@dataclass(slots=True)
class Doc:
    """What one pass found: `hits` are term number → places `(first word, after the last)` in order."""

    zones: list[Zone]
    hits: dict[int, list[Place]]
    memo: dict[int, object] = field(default_factory=dict)
    loose: dict[int, object] = field(default_factory=dict)
    """What was asked of it and answered, of each node: `holds`, and `could`."""
    spans: dict[Place, Span] = field(default_factory=dict)
    """The places that were told as characters: many rules tell the same words, and one record serves them all."""

    def zone_at(self, position: int) -> Zone:
        """Return the field in which a word stands."""
        for zone in reversed(self.zones):
            if zone.base <= position:
                return zone
        raise LookupError(f"no field has a word {position}")

    def span(self, place: Place) -> tuple[Zone, int, int]:
        """Return a place as characters of its field."""
        zone = self.zone_at(place[0])
        first, last = place[0] - zone.base, place[1] - 1 - zone.base
        return zone, zone.tokens.starts[first], zone.tokens.ends[last]

    def words(self, place: Place) -> Span:
        """Return a place as a record, one for all who ask."""
        found = self.spans.get(place)
        if found is None:
            zone, start, end = self.span(place)
            found = self.spans[place] = Span(start, end, zone.name, zone.text[start:end])
        return found

    def key(self, position: int) -> str:
        """Return the key of the word at a position."""
        zone = self.zone_at(position)
        return zone.tokens.keys[position - zone.base]


class Scanner:
    """The automaton of all terms; made once, read by every article."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.numbers: dict[tuple[Item, ...], int] = {}
        self.items: list[tuple[Item, ...]] = []
        starts: dict[str, list[int]] = {}
        for term in terms:
            if term.items in self.numbers:
                continue
            number = self.numbers[term.items] = len(self.items)
            self.items.append(term.items)
            for pattern in _patterns(term.items):
                starts.setdefault(pattern, []).append(number)
        self.starts = list(starts.values())
        self.machine = AhoCorasick(list(starts), matchkind=MatchKind.Standard) if starts else None

    def number(self, term: Term) -> int:
        """Return the number under which a term's places are kept."""
        return self.numbers[term.items]

    def read(self, texts: Sequence[tuple[str, str]]) -> Doc:
        """Scan `(field, text)` pairs."""
        zones: list[Zone] = []
        hits: dict[int, list[Place]] = {}
        base = 0
        for name, text in texts:
            zone = Zone(name, text, tokenise(text), base)
            zones.append(zone)
            self._scan(zone, hits)
            base += len(zone.tokens) + GAP
        return Doc(zones, hits)

    def _scan(self, zone: Zone, hits: dict[int, list[Place]]) -> None:
        keys = zone.tokens.keys
        if self.machine is None or not keys:
            return
        begins, at = [], 1
        for key in keys:
            begins.append(at)
            at += len(key) + 1
        found: set[tuple[int, int]] = set()
        line = " " + " ".join(keys) + " "
        for pattern, start, _ in self.machine.find_matches_as_indexes(line, overlapping=True):
            token = bisect_right(begins, start + 1) - 1
            for number in self.starts[pattern]:
                if (number, token) not in found and self._confirmed(number, token, keys):
                    found.add((number, token))
        for number, token in sorted(found):
            hits.setdefault(number, []).append((zone.base + token, zone.base + token + len(self.items[number])))

    def _confirmed(self, number: int, token: int, keys: Sequence[str]) -> bool:
        items = self.items[number]
        if token + len(items) > len(keys):
            return False
        for item in items:
            if not fits(item, keys[token]):
                return False
            token += 1
        return True


def _patterns(items: tuple[Item, ...]) -> tuple[str, ...]:
    """Return what the automaton looks for: the term up to its first word with an open end."""
    first = items[0]
    if first.inside:
        return (first.key,)
    if first.arabic or first.ending is not Ending.NONE:
        return tuple(f" {beginning}" for beginning in beginnings(first))
    closed: list[str] = []
    for item in items:
        if item.arabic or item.ending is not Ending.NONE:
            return (" " + " ".join([*closed, item.key]),) if not item.arabic else (" " + " ".join(closed) + " ",)
        closed.append(item.key)
    return (" " + " ".join(closed) + " ",)
