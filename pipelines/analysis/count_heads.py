"""Decide what a number counts: the noun phrase it stands in, or nothing.

In      `Marked`, nationality hits, a `Number`, the sentence as token bounds, and the count read before it
Out     `Phrase`, or `None` when the number counts no people as far as the words say
Rules   a unit before any noun rejects; then a noun or a demonym within some words; a participle or verb directly behind
        ("two captured by", "eight were killed"); a partitive ("5 of them"); a sum ("the number … has reached four");
        a country before the number in a list that already counts people; in Korean and Arabic also a noun before it
Raises  nothing
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipelines.analysis.count_elliptic import backward, listed, partitive, rest, summed, verbal
from pipelines.analysis.count_marks import Mark
from pipelines.analysis.count_numbers import Number
from pipelines.analysis.count_scene import Phrase, Scene

_REACH = 7
_BRACKETS = re.compile(r"\s?[(（][^()（）]{1,25}[)）]")
_COUNTERS = ("人", "जना", "जन")
_LOOSE = frozenset({"zh"})
_VERB_LAST = frozenset({"zh", "ko", "hi", "ne", "tr"})
_HEAD_LAST = frozenset({"zh", "ko", "hi", "ne", "tr", "en"})
_STRONGER = frozenset({"killed", "wounded", "missing", "captured", "held"})


def find_phrase(scene: Scene, number: Number) -> Phrase | None:
    """Return what `number` counts."""
    if number.year and not _noun_at_once(scene, number):
        return None
    if number.begin == number.end and number.begin in scene.spent:
        return None
    if number.pair and _swapped(scene):
        ahead = _forward(scene, number, number.end)
        return ahead if isinstance(ahead, Phrase) else Phrase(number.begin, number.end, None, None, (), pronominal=True)
    after = _after_number(scene, number)
    if after == -1:
        return None
    if scene.marked.language == "ko" and not scene.marked.tokens[after - 1].key.endswith("의"):
        return _korean(scene, number, after)
    ahead = _forward(scene, number, after)
    if isinstance(ahead, Phrase):
        return ahead
    if ahead == "unit":
        return None
    counter = scene.marked.tokens[after - 1].key if after > number.end else ""
    return (
        backward(scene, number, after)
        or partitive(scene, number, after)
        or verbal(scene, number, after)
        or summed(scene, number)
        or listed(scene, number)
        or rest(scene, number, after)
        or (Phrase(number.begin, after, counter, "counter", ()) if counter.startswith(_COUNTERS) else None)
    )


def _korean(scene: Scene, number: Number, after: int) -> Phrase | None:
    """Korean says the noun first; a counter without one counts people all the same."""
    if after == number.end and scene.has(after, "noun") is None:
        return None
    found = partitive(scene, number, after) or backward(scene, number, after) or summed(scene, number)
    if found is not None:
        return found
    return Phrase(number.begin, after, scene.marked.tokens[after - 1].key, "counter", ())


def _noun_at_once(scene: Scene, number: Number) -> bool:
    them = next((m for i in (1, 2) if (m := scene.has(number.begin - i, "them"))), None)
    noun = any(scene.has(i, "noun") is not None for i in (number.end, number.end + 1))
    return noun or (scene.counted and them is not None)


def _swapped(scene: Scene) -> bool:
    return any((m := scene.has(i, "status")) and m.label == "exchanged" for i in range(scene.first, scene.last))


def _after_number(scene: Scene, number: Number) -> int:
    """The token after the number, its bound and its classifier; -1 when a classifier is wanted and missing."""
    i = number.end
    language = scene.marked.language
    mark = scene.has(i, "after")
    if mark is not None and not scene.breaks(i - 1, i):
        i = mark.end
    classifier = scene.has(i, "cls")
    if classifier is not None and scene.has(i, "unit") is None:
        return classifier.end
    if classifier is not None and scene.has(i, "unit") is not None:
        unit = scene.has(i, "unit")
        return classifier.end if unit is not None and classifier.end >= unit.end else -1
    if language == "zh" and scene.has(i, "noun") is None and not _zh_bare(scene, number, i):
        return -1
    if language == "ko" and number.low is not None and number.words:
        return -1
    return i


def _zh_bare(scene: Scene, number: Number, i: int) -> bool:
    """Chinese without a classifier: only digits or big numbers directly before people ("155中国人")."""
    big = number.low is None or not number.words or number.low >= 10
    return big and i in scene.hits


@dataclass(slots=True)
class _Walk:
    """What was passed on the way from a number to its noun. `demonym`: the token behind the last nationality, or -1."""

    codes: list[str] = field(default_factory=list)
    modifiers: list[Mark] = field(default_factory=list)
    of: Number | None = None
    demonym: int = -1
    steps: int = 0


def _forward(scene: Scene, number: Number, i: int) -> Phrase | str | None:
    """The noun phrase behind the number; "unit" when the next thing counted is no person."""
    walk = _Walk()
    limit = _REACH + (8 if scene.marked.language in _LOOSE else 0)
    while scene.first < i < scene.last and walk.steps < limit and not scene.breaks(i - 1, i):
        noun, unit = scene.has(i, "noun"), scene.has(i, "unit")
        if scene.marked.tokens[i].key.isdigit() and (aged := scene.has(i + 1, "aged")) is not None:
            i = aged.end
        elif noun is not None and (unit is None or noun.end >= unit.end):
            return _close(scene, number, i, noun, walk)
        elif unit is not None and i not in scene.hits:
            if walk.demonym < 0 and not walk.modifiers:
                return "unit"
            break
        else:
            step = _step(scene, number, walk, i)
            if step is None:
                break
            i = step
        walk.steps += 1
    if walk.demonym < 0:
        told = walk.of is not None and any(one.low == walk.of.low for one in scene.told)
        if walk.of is None or not told:
            return None
        return Phrase(number.begin, walk.of.end, None, None, (), pronominal=True, modifiers=(), of=walk.of)
    return Phrase(
        number.begin, walk.demonym, None, "person", tuple(walk.codes), modifiers=tuple(walk.modifiers), of=walk.of
    )


def _step(scene: Scene, number: Number, walk: _Walk, i: int) -> int | None:
    """The token after what stands at `i`, remembered in `walk`; `None` where the noun phrase ends."""
    hit, other, status = scene.hits.get(i), scene.numbers.get(i), scene.has(i, "status")
    part, own = scene.has(i, "of"), scene.has(i, "own")
    if hit is not None:
        if walk.demonym == i and hit.code not in walk.codes and scene.has(i - 1, "and") is None:
            return None
        walk.codes.append(hit.code)
        walk.demonym = scene.past(hit, i)
        return walk.demonym
    if other is not None:
        joined = walk.of is None and i - 1 >= number.end and scene.has(_of_start(scene, number, i), "of")
        walk.of = other if joined else walk.of
        return other.end if joined else None
    if status is not None:
        if walk.demonym >= 0 and scene.marked.language not in _VERB_LAST:
            return None
        walk.modifiers.append(status)
        return status.end
    if part is not None and walk.steps <= 1 and not scene.has(i, "them"):
        walk.steps -= 1
        return part.end
    if own is not None and not walk.codes:
        walk.codes += _owner(scene, number)
        return own.end
    if walk.demonym == i and scene.has(i, "and") and i + 1 in scene.hits:
        behind = scene.past(scene.hits[i + 1], i + 1)
        if any(scene.has(j, "noun") for j in (behind, behind + 1)):  # "Colombian and Ukrainian mercenaries"
            walk.demonym = i + 1
            return i + 1
        return None
    return None if scene.has(i, "stop") and not scene.has(i, "more") else i + 1


def _owner(scene: Scene, number: Number) -> list[str]:
    """The country that "its citizens" speaks of: the last one named before the number."""
    before = [scene.hits[i].code for i in range(scene.first, number.begin) if i in scene.hits]
    return before[-1:]


def _of_start(scene: Scene, number: Number, i: int) -> int:
    """Where a partitive that ends before token `i` begins."""
    for start in range(number.end, i):
        mark = scene.has(start, "of")
        if mark is not None and mark.end == i:
            return start
    return number.end


def _close(scene: Scene, number: Number, i: int, noun: Mark, walk: _Walk) -> Phrase:
    """End the phrase after its noun(s) and the "of China", "from Cuba" or genitive behind it."""
    codes = walk.codes + [scene.hits[j].code for j in range(noun.begin, noun.end) if j in scene.hits]
    label, end, head = noun.label, noun.end, noun
    while end < scene.last and not scene.breaks(end - 1, end):
        more, hit = scene.has(end, "noun"), scene.hits.get(end)
        if more is not None and not scene.has(end, "stop"):
            label = more.label if label in ("person", "others") or more.label in _STRONGER else label
            end = more.end
        elif hit is not None and scene.marked.language not in _HEAD_LAST:
            if not codes or hit.kind == "demonym":
                codes = [*codes, hit.code]
            end = scene.past(hit, end)
        else:
            break
    end, found = _origin(scene, _past_brackets(scene, end), label)
    codes = codes or found
    of = walk.of
    if of is None and label in ("killed", "wounded", "missing", "held", "captured"):
        of = _total_behind(scene, end)
    start, stop = scene.marked.tokens[i].start, scene.marked.tokens[head.end - 1].end
    return Phrase(
        number.begin,
        end,
        scene.marked.text[start:stop],
        label,
        tuple(dict.fromkeys(codes)),
        modifiers=tuple(walk.modifiers),
        of=of,
    )


def _past_brackets(scene: Scene, end: int) -> int:
    """Step over "(POWs)" behind the noun."""
    tokens, folded = scene.marked.tokens, scene.marked.folded
    match = _BRACKETS.match(folded, tokens[end - 1].end)
    while match is not None and end < scene.last and tokens[end].start < match.end():
        end += 1
    return end


def _origin(scene: Scene, end: int, label: str) -> tuple[int, list[str]]:
    """The country behind "of", "from" and the like, after the noun; after "bodies" also whose they are."""
    origin = scene.has(end, "origin")
    if origin is None or origin.end >= scene.last or scene.breaks(end - 1, end):
        return end, []
    at = origin.end if origin.end in scene.hits or not scene.has(origin.end, "filler") else origin.end + 1
    hit = scene.hits.get(at)
    if hit is None or (hit.kind != "country" and label != "killed"):
        return end, []
    stop = scene.past(hit, at)
    codes = [hit.code]
    for i in range(stop, min(stop + 3, scene.last)):
        if i in scene.hits and scene.hits[i].kind == hit.kind:
            codes.append(scene.hits[i].code)
    return stop, codes


def _total_behind(scene: Scene, end: int) -> Number | None:
    """The 335 of "94 deaths among 335 fighters"."""
    mark = scene.has(end, "of")
    return scene.numbers.get(mark.end) if mark is not None else None
