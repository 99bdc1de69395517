"""Say why a rule holds: spans, the sentence, the reason in words.

In      the hits of a rule and the `Doc` they stand in; their leaves, the words and terms, are read once for all
Out     `Span`s (characters of their field), a quote of at most 300 characters, one line of reason
Raises  nothing
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

from pipelines.analysis.rules.evaluate import Hit
from pipelines.analysis.rules.evidence import Weighing
from pipelines.analysis.rules.scan import Doc
from pipelines.analysis.rules.syntax import Anchors, Term
from pipelines.records import RuleText, Span

MOST_SPANS = 40
MOST_WORDS = 6
LONGEST_QUOTE = 300
MOST_PARTS = 8
_NAMES = {
    "ceiling": "(rules together count no more than one strong one)",
    "strong": "(a strong rule alone is enough for an alert)",
}
"""In words, what a score has that no rule gave."""


Leaves: TypeAlias = Sequence[tuple[Span, Term]]


def leaves_of(hits: Sequence[Hit], doc: Doc) -> list[tuple[Span, Term]]:
    """Return every word found once, in reading order, with the term of the rule that it is."""
    found: dict[tuple[int, int], Term] = {}
    for hit in hits:
        for term, place in hit.leaves:
            found.setdefault(place, term)
        if len(found) >= MOST_SPANS:
            break
    return [(doc.words(place), found[place]) for place in sorted(found)]


def quote_of(leaves: Leaves, doc: Doc, needed: Anchors = None) -> str | None:
    """Return the sentence in which most of the needed words stand; a sentence of the text goes before the title."""
    votes: Counter[tuple[str, int, int]] = Counter()
    zones = {zone.name: zone for zone in reversed(doc.zones)}
    for span in [span for span, term in leaves if needed and term.number in needed] or [span for span, _ in leaves]:
        zone = zones[span.field]
        cuts = zone.spans_of("sentence")
        votes[(span.field, *cuts[bisect_right(cuts, (span.start, len(zone.text))) - 1])] += 1
    if not votes:
        return None
    field, start, end = min(votes, key=lambda key: (key[0] == "title", -votes[key], key[1]))
    best = zones[field].text[start:end]
    return best if len(best) <= LONGEST_QUOTE else best[: LONGEST_QUOTE - 1].rstrip() + "…"


def reason_of(
    rule: RuleText,
    leaves: Leaves,
    score: float,
    parts: Sequence[tuple[str, float]],
    needed: Anchors = None,
) -> str:
    """Return one line: the words found (the needed ones first), where, from which list, and what makes the score."""
    words: list[str] = []
    for span, term in sorted(leaves, key=lambda leaf: not needed or leaf[1].number not in needed):
        place = f" in the {span.field}" if span.field != "body" else ""
        word = f"“{span.text}”{f' ({term.origin})' if term.origin else ''}{place}"
        if word not in words:
            words.append(word)
    shown = ", ".join(words[:MOST_WORDS]) + (f" and {len(words) - MOST_WORDS} more" if len(words) > MOST_WORDS else "")
    total = " ".join(f"{points:+g} {_NAMES.get(name, name)}" for name, points in parts)
    return f"{rule.topic or rule.id}: {shown or 'no word needed'}; score {score:g} = {total}"


def hits_of(weighing: Weighing) -> tuple[Hit, ...]:
    """Return the words of a stretch of evidence as hits, in reading order."""
    leaves = sorted(weighing.leaves, key=lambda leaf: leaf[1])
    return tuple(Hit(*place, ((term, place),)) for term, place in leaves)


def weighed(weighing: Weighing, doc: Doc) -> tuple[str, tuple[Span, ...], str | None]:
    """Return reason, spans and quote of a stretch of evidence: the words, and what weighs most."""
    leaves = leaves_of(hits_of(weighing), doc)
    words = [f"“{span.text}” ({term.origin})" for span, term in leaves]
    shown = list(dict.fromkeys(words))
    more = f" and {len(shown) - MOST_WORDS} more" if len(shown) > MOST_WORDS else ""
    heavy = sorted(weighing.parts, key=lambda part: (part[0] != "start", -abs(part[1])))
    total = " ".join(f"{points:+.2f} {name}" for name, points in heavy[:MOST_PARTS])
    rest = sum(points for _, points in heavy[MOST_PARTS:])
    total += f" {rest:+.2f} for {len(heavy) - MOST_PARTS} smaller ones" if len(heavy) > MOST_PARTS else ""
    reason = f"evidence: {', '.join(shown[:MOST_WORDS])}{more}; score {weighing.score:.2f} = {total}"
    return reason, tuple(span for span, _ in leaves), quote_of(leaves, doc)
