"""Phrases that a number counts without a noun behind it.

In      the `Scene` of a sentence and a number for which no noun phrase was found behind
Out     a `Phrase`, or `None`
Rules   a noun before the number where the language says it first; a partitive ("5 of them"); a participle or verb
        beside it ("eight were killed"); a sum ("the number … has reached four"); a country in a list ("Kenya 46")
Raises  nothing
"""

from __future__ import annotations

from pipelines.analysis.count_marks import Mark
from pipelines.analysis.count_numbers import Number
from pipelines.analysis.count_scene import Phrase, Scene

_COLLECTIVE = frozenset(
    (
        *(
            "двое",
            "двоих",
            "трое",
            "троих",
            "четверо",
            "четверых",
            "пятеро",
            "пятерых",
            "шестеро",
            "семеро",
            "восьмеро",
        ),
        *("двоє", "троє", "п'ятеро", "шістеро", "восьмеро", "дев'ятеро", "десятеро", "девятеро", "шестерых", "семерых"),
    )
)
_PARTICLES_KO = ("이", "가", "은", "는", "에서", "에", "을", "를", "로", "와", "과", "에게", "고", "다")


def backward(scene: Scene, number: Number, after: int) -> Phrase | None:
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


def partitive(scene: Scene, number: Number, after: int) -> Phrase | None:
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


def rest(scene: Scene, number: Number, after: int) -> Phrase | None:
    """ "the other two", "ещё 88", "de seis": what is left of people counted before; "четверо" always counts people."""
    if number.low is None:
        return None
    left = number.begin - 1
    other = scene.counted and scene.has(left, "more") is not None and not scene.breaks(left, number.begin)
    if not other and not (number.words and scene.marked.tokens[number.begin].key in _COLLECTIVE):
        return None
    return Phrase(number.begin, after, None, "counter", (), pronominal=scene.counted)


def verbal(scene: Scene, number: Number, after: int) -> Phrase | None:
    """ "two captured by", "eight were killed", "Four returned"; before it only where people were counted already."""
    for i in range(after, min(after + (9 if scene.counted else 4), scene.last)):
        if scene.breaks(i - 1, i):
            break
        mark = scene.has(i, "status")
        if mark is not None and (i == after or scene.counted or not number.words or (number.low or 0) > 1):
            return Phrase(number.begin, mark.end, None, None, (), pronominal=True, modifiers=(mark,))
        if not (scene.has(i, "aux") or scene.has(i, "more") or (scene.counted and _passes(scene, number, i))):
            break
    left = number.begin - 1
    joined = any(scene.has(left, kind) is not None for kind in ("bound", "and"))
    opens = number.begin == scene.first or joined or scene.breaks(left, number.begin)
    if scene.counted and opens and scene.has(after, "aux") and not scene.breaks(after - 1, after):
        return Phrase(number.begin, after, None, None, (), pronominal=True)
    if not scene.counted or scene.marked.language in ("ko", "hi", "ne", "tr"):
        return None
    previous = next(
        (scene.has(i, "status") for i in range(number.begin - 1, number.begin - 4, -1) if scene.has(i, "status")), None
    )
    ends = after >= scene.last or scene.breaks(after - 1, after) or scene.has(after, "stop")
    gap = number.begin - previous.end if previous is not None else 9
    beside = gap == 0 or (gap == 1 and any(scene.has(number.begin - 1, kind) for kind in ("filler", "bound")))
    if previous is not None and beside and ends and not scene.breaks(number.begin - 1, number.begin):
        return Phrase(number.begin, after, None, None, (), pronominal=True, modifiers=(previous,))
    return None


def _passes(scene: Scene, number: Number, i: int) -> bool:
    """Whether a word may stand between number and fate where people were counted: "five are known to be dead"."""
    return number.low != 1 and i not in scene.numbers and not scene.has(i, "unit") and not scene.has(i, "noun")


def summed(scene: Scene, number: Number) -> Phrase | None:
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
        named = [scene.hits[j] for j in span if j in scene.hits]
        codes = [hit.code for hit in named if noun is not None or hit.kind == "demonym" or hit.person]
        label = counter.label if counter.label != "x" else noun.label if noun else "person"
        if noun is None and not codes and label == "person":
            return None
        return Phrase(number.begin, number.end, None, label, tuple(codes[:1]), pronominal=noun is None and not codes)
    return None


def _reached(scene: Scene, number: Number, counter: int) -> bool:
    return any(
        (m := scene.has(j, "reach")) is not None and number.begin - m.end <= 2 for j in range(counter + 1, number.begin)
    )


def listed(scene: Scene, number: Number) -> Phrase | None:
    """A country before the number in a list that counts people: "Mali with 51, Kenya 46"."""
    if not scene.listed or number.low is None or number.year or scene.has(number.begin, "article"):
        return None
    joined = scene.has(number.begin - 1, "with") is not None
    for i in range(number.begin - 1, max(scene.first, number.begin - (6 if joined else 4)) - 1, -1):
        hit = scene.hits.get(i)
        if scene.breaks(i, i + 1) and any(c in ",;.!?" for c in scene.marked.between(i, i + 1)):
            break
        if hit is not None and (joined or scene.past(hit, i) >= number.begin - 1):
            return Phrase(i, number.end, None, None, (hit.code,), pronominal=True)
        if any(c in ",;." for c in scene.marked.between(i, i + 1)):
            break
    return None
