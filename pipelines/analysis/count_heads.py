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

from pipelines.analysis.count_marks import Mark, Marked
from pipelines.analysis.count_numbers import Number
from pipelines.analysis.nationalities import NationalityHit

_REACH = 7
_BREAK = set(",;:.!?()[]{}|•–—、，。；：（）《》।؟،؛…\n")
_BRACKETS = re.compile(r"\s?[(（][^()（）]{1,25}[)）]")
_PARTICLES_KO = ("이", "가", "은", "는", "에서", "에", "을", "를", "로", "와", "과", "에게", "고", "다")
_COUNTERS = frozenset({"人", "जना", "जनाको", "जनालाई", "जनाले", "जन"})
_SHORT = frozenset({"тис", "тыс", "млн", "чел", "чол", "approx", "ca"})
_LOOSE = frozenset({"zh"})
_HEAD_LAST = frozenset({"zh", "ko", "hi", "ne", "tr", "en"})
_STRONGER = frozenset({"killed", "wounded", "missing", "captured", "held"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words that a number counts; tokens `begin`..`end` (number and bound included). `pronominal`: no noun of its own."""

    begin: int
    end: int
    noun: str | None
    label: str | None
    codes: tuple[str, ...]
    pronominal: bool = False
    modifiers: tuple[Mark, ...] = ()
    of: Number | None = None
    total: bool = False


@dataclass(slots=True)
class Scene:
    """What the reader of one sentence knows: the marks, the hits by token, and whether people were counted before."""

    marked: Marked
    hits: dict[int, NationalityHit]
    first: int
    last: int
    numbers: dict[int, Number]
    counted: bool = False
    listed: bool = False
    spent: set[int] = field(default_factory=set)

    def breaks(self, left: int, right: int) -> bool:
        """Whether punctuation parts token `left` from token `right`."""
        gap = self.marked.between(left, right)
        if gap.startswith(".") and self.marked.tokens[left].key in _SHORT:
            gap = gap[1:]
        return any(c in _BREAK for c in gap)

    def has(self, index: int, kind: str) -> Mark | None:
        """The mark of `kind` at a token of this sentence."""
        return self.marked.mark(index, kind) if self.first <= index < self.last else None


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
        _backward(scene, number, after)
        or _partitive(scene, number, after)
        or _verbal(scene, number, after)
        or _sum(scene, number)
        or _listed(scene, number)
        or (Phrase(number.begin, after, counter, "counter", ()) if counter in _COUNTERS else None)
    )


def _korean(scene: Scene, number: Number, after: int) -> Phrase | None:
    """Korean says the noun first; a counter without one counts people all the same."""
    if after == number.end and scene.has(after, "noun") is None:
        return None
    found = _partitive(scene, number, after) or _backward(scene, number, after) or _sum(scene, number)
    if found is not None:
        return found
    return Phrase(number.begin, after, scene.marked.tokens[after - 1].key, "counter", ())


def _noun_at_once(scene: Scene, number: Number) -> bool:
    them = next((m for i in (1, 2) if (m := scene.has(number.begin - i, "them"))), None)
    return scene.has(number.end, "noun") is not None or number.end in scene.hits or (scene.counted and them is not None)


def _swapped(scene: Scene) -> bool:
    return any((m := scene.has(i, "status")) and m.label == "exchanged" for i in range(scene.first, scene.last))


def _after_number(scene: Scene, number: Number) -> int:
    """The token after the number, its bound and its classifier; -1 when the language wants a classifier and has none."""
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


def _forward(scene: Scene, number: Number, i: int) -> Phrase | str | None:
    """The noun phrase behind the number; "unit" when the next thing counted is no person."""
    codes: list[str] = []
    modifiers: list[Mark] = []
    of: Number | None = None
    demonym, steps = -1, 0
    while scene.first < i < scene.last and steps < _REACH + (8 if scene.marked.language in _LOOSE else 0):
        if i > number.end and scene.breaks(i - 1, i) or i == number.end and scene.breaks(i - 1, i):
            break
        noun, unit, hit = scene.has(i, "noun"), scene.has(i, "unit"), scene.hits.get(i)
        aged = scene.has(i + 1, "aged") if scene.marked.tokens[i].key.isdigit() else None
        if aged is not None:
            i, steps = aged.end, steps + 1
            continue
        if noun is not None and (unit is None or noun.end >= unit.end):
            return _close(scene, number, i, noun, codes, modifiers, of)
        if unit is not None and hit is None:
            if demonym < 0 and not modifiers:
                return "unit"
            break
        if hit is not None:
            if demonym == i and hit.code not in codes and scene.has(i - 1, "and") is None:
                break
            codes.append(hit.code)
            demonym = i = _past(scene, hit, i)
            steps += 1
            continue
        other = scene.numbers.get(i)
        if other is not None:
            if of is None and steps <= 1 and i - 1 >= number.end and scene.has(_of_start(scene, number, i), "of"):
                of, i = other, other.end
                continue
            break
        status, part = scene.has(i, "status"), scene.has(i, "of")
        if status is not None:
            if demonym >= 0 and scene.marked.language not in ("zh", "ko", "hi", "ne", "tr"):
                break
            modifiers.append(status)
            i, steps = status.end, steps + 1
            continue
        if part is not None and steps <= 1 and not scene.has(i, "them"):
            i = part.end
            continue
        own = scene.has(i, "own")
        if own is not None and not codes:
            codes += _owner(scene, number)
            i = own.end
            continue
        if demonym == i and scene.has(i, "and") and i + 1 in scene.hits:
            i = demonym = i + 1
            continue
        if scene.has(i, "stop") and not scene.has(i, "more"):
            break
        i, steps = i + 1, steps + 1
    if demonym >= 0:
        return Phrase(number.begin, demonym, None, "person", tuple(codes), modifiers=tuple(modifiers), of=of)
    return None


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


def _past(scene: Scene, hit: NationalityHit, i: int) -> int:
    while i < scene.last and scene.marked.tokens[i].start < hit.end:
        i += 1
    return i


def _close(
    scene: Scene,
    number: Number,
    i: int,
    noun: Mark,
    codes: list[str],
    modifiers: list[Mark],
    of: Number | None,
) -> Phrase:
    """End the phrase after its noun(s) and the "of China", "from Cuba" or genitive behind it."""
    codes = codes + [scene.hits[j].code for j in range(noun.begin, noun.end) if j in scene.hits]
    label, end, head = noun.label, noun.end, noun
    while end < scene.last and not scene.breaks(end - 1, end):
        more, hit = scene.has(end, "noun"), scene.hits.get(end)
        if more is not None and not scene.has(end, "stop"):
            label = more.label if label in ("person", "others") or more.label in _STRONGER else label
            end = more.end
        elif hit is not None and scene.marked.language not in _HEAD_LAST:
            if not codes or hit.kind == "demonym":
                codes = [*codes, hit.code]
            end = _past(scene, hit, end)
        else:
            break
    end, found = _origin(scene, _past_brackets(scene, end))
    codes = codes or found
    if of is None and label in ("killed", "wounded", "missing", "held", "captured"):
        of = _total_behind(scene, end)
    start, stop = scene.marked.tokens[i].start, scene.marked.tokens[head.end - 1].end
    return Phrase(
        number.begin,
        end,
        scene.marked.text[start:stop],
        label,
        tuple(dict.fromkeys(codes)),
        modifiers=tuple(modifiers),
        of=of,
    )


def _past_brackets(scene: Scene, end: int) -> int:
    """Step over "(POWs)" behind the noun."""
    tokens, folded = scene.marked.tokens, scene.marked.folded
    match = _BRACKETS.match(folded, tokens[end - 1].end)
    while match is not None and end < scene.last and tokens[end].start < match.end():
        end += 1
    return end


def _origin(scene: Scene, end: int) -> tuple[int, list[str]]:
    """The country behind "of", "from" and the like, directly after the noun."""
    origin = scene.has(end, "origin")
    if origin is None or origin.end >= scene.last or scene.breaks(end - 1, end):
        return end, []
    hit = scene.hits.get(origin.end)
    if hit is None or hit.kind != "country":
        return end, []
    stop = _past(scene, hit, origin.end)
    codes = [hit.code]
    for i in range(stop, min(stop + 3, scene.last)):
        if i in scene.hits and scene.hits[i].kind == hit.kind:
            codes.append(scene.hits[i].code)
    return stop, codes


def _total_behind(scene: Scene, end: int) -> Number | None:
    """The 335 of "94 deaths among 335 fighters"."""
    mark = scene.has(end, "of")
    return scene.numbers.get(mark.end) if mark is not None else None


def _backward(scene: Scene, number: Number, after: int) -> Phrase | None:
    """A noun before the number: "북한군 포로 2명", "الرجال الثلاثة", "людей 25"."""
    language = scene.marked.language
    if language not in ("ko", "ar", "zh") or (language == "zh" and after == number.end):
        return None
    codes: list[str] = []
    noun: Mark | None = None
    begin = number.begin
    for i in range(number.begin - 1, max(scene.first, number.begin - (5 if language != "zh" else 10)) - 1, -1):
        if scene.breaks(i, i + 1) or i in scene.spent:
            break
        if language == "ko" and i < number.begin - 1 and scene.marked.tokens[i].key.endswith(_PARTICLES_KO):
            break
        mark, hit = scene.has(i, "noun"), scene.hits.get(i)
        if mark is not None and noun is None:
            if language == "ar" and mark.end < number.begin:
                break
            noun, begin = mark, i
        if hit is not None:
            codes.insert(0, hit.code)
            begin = i
        if noun is None and hit is None and language == "ar":
            break
    if noun is None and not codes:
        return None
    label = noun.label if noun else "person"
    words = (
        scene.marked.text[scene.marked.tokens[noun.begin].start : scene.marked.tokens[noun.end - 1].end]
        if noun
        else None
    )
    return Phrase(begin, after, words, label, tuple(dict.fromkeys(codes)))


def _partitive(scene: Scene, number: Number, after: int) -> Phrase | None:
    """ "5,962 of them", "з них 12", "منهم 1956"."""
    behind = scene.has(after, "them")
    if behind is not None and scene.counted and not scene.breaks(after - 1, after):
        return Phrase(number.begin, behind.end, None, None, (), pronominal=True)
    for i in range(number.begin - 1, max(scene.first, number.begin - 5) - 1, -1):
        mark = scene.has(i, "them")
        if mark is not None and scene.counted:
            return Phrase(number.begin, after, None, None, (), pronominal=True)
        if scene.breaks(i, i + 1):
            break
    return None


def _verbal(scene: Scene, number: Number, after: int) -> Phrase | None:
    """ "two captured by", "eight were killed", "Four returned"; before it only where people were counted already."""
    for i in range(after, min(after + 4, scene.last)):
        if scene.breaks(i - 1, i):
            break
        mark = scene.has(i, "status")
        if mark is not None and (i == after or scene.counted or not number.words or (number.low or 0) > 1):
            return Phrase(number.begin, mark.end, None, None, (), pronominal=True, modifiers=(mark,))
        if not (scene.has(i, "aux") or scene.has(i, "more")):
            break
    opens = number.begin == scene.first or scene.breaks(number.begin - 1, number.begin)
    if scene.counted and opens and scene.has(after, "aux") and not scene.breaks(after - 1, after):
        return Phrase(number.begin, after, None, None, (), pronominal=True)
    if not scene.counted or scene.marked.language in ("ko", "hi", "ne", "tr"):
        return None
    previous = next(
        (scene.has(i, "status") for i in range(number.begin - 1, number.begin - 4, -1) if scene.has(i, "status")), None
    )
    if previous is not None and previous.end == number.begin and not scene.breaks(number.begin - 1, number.begin):
        if after >= scene.last or scene.breaks(after - 1, after) or scene.has(after, "stop"):
            return Phrase(number.begin, after, None, None, (), pronominal=True, modifiers=(previous,))
    return None


def _sum(scene: Scene, number: Number) -> Phrase | None:
    """ "The number of Nepali nationals held captive by Ukraine has reached four"."""
    left = max(scene.first, number.begin - 18)
    for i in range(number.begin - 1, left - 1, -1):
        counter = scene.has(i, "number")
        if counter is None:
            continue
        if scene.marked.language not in ("ne", "hi", "ko", "zh", "tr", "ar") and not _reached(scene, number, i):
            return None
        noun = next((m for j in range(i, number.begin) if (m := scene.has(j, "noun"))), None)
        back = scene.marked.language in ("ne", "hi", "ko", "tr", "zh")
        if noun is None and back:
            noun = next((m for j in range(i, max(scene.first, i - 6) - 1, -1) if (m := scene.has(j, "noun"))), None)
        span = range(max(scene.first, i - 6) if back else i, number.begin)
        codes = [scene.hits[j].code for j in span if j in scene.hits]
        label = counter.label if counter.label != "x" else noun.label if noun else "person"
        if noun is None and not codes and label == "person":
            return None
        return Phrase(number.begin, number.end, None, label, tuple(codes[:1]), pronominal=noun is None and not codes)
    return None


def _reached(scene: Scene, number: Number, counter: int) -> bool:
    return any(
        (m := scene.has(j, "reach")) is not None and number.begin - m.end <= 2 for j in range(counter + 1, number.begin)
    )


def _listed(scene: Scene, number: Number) -> Phrase | None:
    """A country before the number in a list that counts people: "Mali with 51, Kenya 46"."""
    if not scene.listed or number.low is None or number.year or scene.has(number.begin, "article"):
        return None
    joined = scene.has(number.begin - 1, "with") is not None
    for i in range(number.begin - 1, max(scene.first, number.begin - (6 if joined else 4)) - 1, -1):
        hit = scene.hits.get(i)
        if scene.breaks(i, i + 1) and any(c in ",;.!?" for c in scene.marked.between(i, i + 1)):
            break
        if hit is not None and (joined or _past(scene, hit, i) >= number.begin - 1):
            return Phrase(i, number.end, None, None, (hit.code,), pronominal=True)
        if any(c in ",;." for c in scene.marked.between(i, i + 1)):
            break
    return None
