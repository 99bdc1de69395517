"""Read what is claimed of a counted phrase: status, bound, who says so, denial, since when.

In      the `Scene` of a sentence, the number and its phrase
Out     plain values; `None` where the words do not say
Rules   a participle inside the phrase wins; else the nearest status word, where punctuation, other counts and weak
        words ("serving", "recruited") make the way longer; else what the noun itself says ("prisoners" are captured)
Raises  nothing
"""

from __future__ import annotations

from typing import Literal

from pipelines.analysis.count_marks import Mark
from pipelines.analysis.count_numbers import Number
from pipelines.analysis.count_scene import Phrase, Scene
from pipelines.records import Status

Bound = Literal["exact", "at_least", "at_most", "about"]

_WEAK = {"fighting": 5, "recruited": 3, "returned": 2, "held": 3, "accused": 5, "deceived": 2, "captured": 1}
NOUN_COST = {
    "captured": 7,
    "recruited": 8,
    "fighting": 12,
    "held": 3,
    "killed": 0,
    "wounded": 0,
    "missing": 0,
    "returned": 0,
    "deserted": 0,
}
_CAME_BACK = frozenset({"repatriated", "released", "returned"})
_VERB_LAST = frozenset({"ko", "hi", "ne", "tr", "de"})
_FAR = 40
_NEAR = 30
_VERB_FIRST = frozenset({"ar"})
_NOUN_FIRST = frozenset({"fr", "es", "pt", "ar"})
_FINITE = frozenset({"en", "fr", "es", "pt"})
_ONE_OF_A_KIND = frozenset(
    (
        *("captured", "surrendered", "held", "killed", "executed", "died_in_captivity", "missing", "wounded"),
        *("on_trial", "sentenced", "exchanged", "released", "repatriated"),
    )
)


def status_of(scene: Scene, phrase: Phrase, others: list[Phrase]) -> Status | None:
    """The status that the sentence claims of the phrase, `None` when it names none."""
    best: str | None = None
    cost: float = _FAR
    for mark in phrase.modifiers:
        weight: float = _WEAK.get(mark.label, 0) / 2 - 1
        if weight < cost:
            best, cost = mark.label, weight
    if phrase.label in NOUN_COST and NOUN_COST[phrase.label] < cost:
        best, cost = phrase.label, NOUN_COST[phrase.label]
    past = scene.first
    for i in range(scene.first, scene.last):
        found = scene.has(i, "status")
        if found is None or i < past or phrase.begin <= i < phrase.end:
            continue
        past = found.end
        if not_so(scene, found) or of_others(scene, phrase, found) or taken(scene, phrase, found, others):
            continue
        weight = distance(scene, phrase, found, others) + _WEAK.get(found.label, 0)
        if phrase.total and found.begin > phrase.end and not _in_clause(scene, phrase, found):
            continue
        weight += _relative(scene, phrase, found)
        if weight < cost:
            best, cost = found.label, weight
    if best is None:
        best = _by_noun(scene, phrase)
    if best == "recruited" and _lured(scene):
        best = "deceived"
    if best == "held" and phrase.label == "captured":  # "still holds 23 prisoners of war"
        best = "captured"
    if best in _CAME_BACK and (_swapped(scene) or any(one.status is Status.EXCHANGED for one in scene.told)):
        best = "exchanged"
    return Status(best) if best is not None else None


def _lured(scene: Scene) -> bool:
    """Whether this sentence, or what stands closely before it, says that those who signed were deceived."""
    marks = (scene.marked.mark(i, "status") for i in range(max(0, scene.first - _NEAR), scene.last))
    return any(mark is not None and mark.label == "deceived" for mark in marks)


def _swapped(scene: Scene) -> bool:
    """Whether the sentence tells of an exchange: "300 captives came home in the exchange"."""
    marks = (mark for i in range(scene.first, scene.last) if (mark := scene.has(i, "status")) is not None)
    return any(mark.label == "exchanged" and not not_so(scene, mark) for mark in marks)


def _relative(scene: Scene, phrase: Phrase, mark: Mark) -> float:
    """A weak word in a clause of its own ("who enlisted in May") says less than the main verb, and all of a total."""
    if mark.begin < phrase.end or mark.label not in _WEAK:
        return 0
    if _in_clause(scene, phrase, mark):
        return -9 if phrase.total else 6
    return 0


def _in_clause(scene: Scene, phrase: Phrase, mark: Mark) -> bool:
    return any(scene.has(i, "rel") is not None for i in range(phrase.end, mark.begin))


def _by_noun(scene: Scene, phrase: Phrase) -> str | None:
    """The nearest other noun of the sentence that says what befell people: "two Cubans are among the captives"."""
    found: tuple[int, str] | None = None
    for i in range(scene.first, scene.last):
        noun = scene.has(i, "noun")
        if noun is None or noun.label not in NOUN_COST or phrase.begin <= i < phrase.end:
            continue
        distance = abs(i - phrase.begin)
        if found is None or distance < found[0]:
            found = (distance, noun.label)
    return found[1] if found else None


def distance(scene: Scene, phrase: Phrase, mark: Mark, others: list[Phrase]) -> float:
    behind = mark.begin >= phrase.end
    left, right = (phrase.end, mark.begin) if behind else (mark.end, phrase.begin)
    cost = float(right - left) * (0.5 if scene.marked.language == "zh" else 1)
    for i in range(left - 1, right):
        gap = scene.marked.between(i, i + 1) if i + 1 < len(scene.marked.tokens) else ""
        cost += 3 * sum(c in ",،，、" for c in gap) + 8 * sum(c in ";:؛；：–—。()" for c in gap)
    cost += 9 * sum(left <= other.begin < right for other in others if other is not phrase)
    if behind and _finite(scene, mark, phrase.end):
        cost -= 7
    if scene.marked.language in _VERB_FIRST:
        cost += 2.5 if behind else 0
    elif not behind:
        cost += 6 if scene.marked.language in _VERB_LAST else 1.5
    return cost


def _finite(scene: Scene, mark: Mark, after: int) -> bool:
    """Whether an auxiliary stands directly before: "men recruited for the war are flying home"."""
    if scene.marked.language not in _FINITE or any(scene.has(i, "and") for i in range(after, mark.begin)):
        return False
    return any(scene.has(i, "aux") is not None for i in range(max(after, mark.begin - 2), mark.begin))


def not_so(scene: Scene, mark: Mark) -> bool:
    """Whether the status is denied: "none has been exchanged", "не повернулися"."""
    return any(scene.has(mark.begin - step, "none") is not None for step in (1, 2, 3))


def of_others(scene: Scene, phrase: Phrase, mark: Mark) -> bool:
    """Whether a partitive behind the phrase takes the status: "1,417 men, of whom 316 are dead"."""
    if mark.begin < phrase.end:
        return False
    return any(scene.has(i, "them") is not None for i in range(phrase.end, mark.end + 1))


def taken(scene: Scene, phrase: Phrase, mark: Mark, others: list[Phrase]) -> bool:
    """Whether another count stands between, in a clause of its own: "300 went there, and some 40 have died"."""
    if mark.begin < phrase.end:
        return False
    for other in others:
        if other is phrase or not phrase.end <= other.begin < mark.begin:
            continue
        gap = range(phrase.end - 1, min(other.begin, len(scene.marked.tokens) - 1))
        if any(scene.breaks(i, i + 1) for i in gap) or other.begin - phrase.end > 3:
            return True
    return False


def bound_of(scene: Scene, number: Number, phrase_end: int) -> tuple[Bound, int]:
    """The bound and the token where its words begin."""
    for size in range(1, 6):
        i = number.begin - size
        mark = scene.has(i, "bound")
        if mark is not None and mark.end <= number.begin and number.begin - mark.end <= (1 if size > 1 else 0):
            if (
                mark.end < number.begin
                and scene.has(mark.end, "more") is None
                and scene.has(mark.end, "filler") is None
            ):
                continue
            longer = scene.has(i - 1, "bound")
            if longer is not None and longer.end >= mark.end:
                mark, i = longer, i - 1
            longer = scene.has(i - 1, "bound")
            if longer is not None and longer.end >= mark.end:
                mark, i = longer, i - 1
            return _bound(mark.label), i
    for i in range(number.end, min(phrase_end + 2, scene.last)):
        mark = scene.has(i, "after")
        if mark is not None:
            return _bound(mark.label), number.begin
    return "exact", number.begin


def _bound(label: str) -> Bound:
    if label == "at_least":
        return "at_least"
    return "at_most" if label == "at_most" else "about"


def negated(scene: Scene, phrase: Phrase) -> bool:
    """Whether a denial stands before the phrase with no contrast between them."""
    for i in range(phrase.begin - 1, scene.first - 1, -1):
        if scene.has(i, "turn") or (scene.has(i, "say") and not scene.has(i, "deny")):
            return False
        if scene.has(i, "deny"):
            return True
    return False


def speaker(scene: Scene, phrase: Phrase | None) -> str | None:
    """Who says it: after "according to", or the name beside a verb of saying; `None` when nobody is named."""
    for i in range(scene.first, scene.last):
        mark = scene.has(i, "per")
        if mark is not None:
            name = _per_name(scene, mark)
            if name:
                return name
    verbs = [m for i in range(scene.first, scene.last) if (m := scene.has(i, "say"))]
    verbs.sort(key=lambda m: abs(m.begin - phrase.begin) if phrase else m.begin)
    for mark in verbs:
        name = _beside(scene, mark)
        if name:
            return name
    return None


def _per_name(scene: Scene, mark: Mark) -> str | None:
    """The words behind "according to"; before it where the language says it last ("X के अनुसार")."""
    if mark.label == "last":
        begin = mark.begin
        while begin > scene.first and mark.begin - begin < 5 and not scene.breaks(begin - 1, begin):
            begin -= 1
        return _text(scene, begin, mark.begin)
    end = mark.end
    limit = 14 if scene.marked.language == "zh" else 7
    while end < scene.last and end - mark.end < limit and not (end > mark.end and scene.breaks(end - 1, end)):
        if end > mark.end and (scene.has(end, "say") or end in scene.numbers):
            break
        end += 1
    return _text(scene, mark.end, end)


def _beside(scene: Scene, mark: Mark) -> str | None:
    """A run of capitalised words after or before a verb of saying; without capitals, the words before it."""
    text, tokens = scene.marked.text, scene.marked.tokens

    def capital(i: int) -> bool:
        return scene.first <= i < scene.last and text[tokens[i].start].isupper() and not scene.has(i, "month")

    if scene.marked.language in ("zh", "ko", "hi", "ne", "ar"):
        begin = mark.begin
        while begin > scene.first and mark.begin - begin < 8 and not scene.breaks(begin - 1, begin):
            begin -= 1
        if scene.marked.language == "ar":
            end = mark.end
            while (
                end < scene.last and end - mark.end < 3 and not (scene.has(end, "stop") or scene.breaks(end - 1, end))
            ):
                end += 1
            return _text(scene, mark.end, end)
        return _text(scene, begin, mark.begin)
    end = mark.end
    while capital(end) and not (end > mark.end and scene.breaks(end - 1, end)):
        end += 1
    if end > mark.end:
        return _text(scene, mark.end, end)
    begin = mark.begin
    while begin > scene.first and mark.begin - begin < 6 and not scene.breaks(begin - 1, begin):
        if not capital(begin - 1) and not (capital(begin - 2) and scene.has(begin - 1, "link")):
            break
        begin -= 1
    if begin == mark.begin or (begin == mark.begin - 1 and scene.has(begin, "stop")):  # nobody, or "It"
        return None
    return _text(scene, begin, mark.begin)


def _text(scene: Scene, begin: int, end: int) -> str | None:
    if begin >= end:
        return None
    tokens = scene.marked.tokens
    return scene.marked.text[tokens[begin].start : tokens[end - 1].end].strip() or None


def when(scene: Scene, kind: str) -> str | None:
    """The words of a time behind "as of" or "since", up to the next break, at most six."""
    for i in range(scene.first, scene.last):
        mark = scene.has(i, kind)
        if mark is None:
            continue
        end = mark.end
        while end < scene.last and end - mark.end < 6 and not scene.breaks(end - 1, end):
            end += 1
        return _text(scene, i, end)
    return None


def clear_single(scene: Scene, phrase: Phrase) -> bool:
    """Whether a strong status stands so near to "a" or "one" that this one person is what the sentence reports."""
    if any(m.label in _ONE_OF_A_KIND for m in phrase.modifiers):
        return True
    for i in range(max(scene.first, phrase.begin - 6), min(scene.last, phrase.end + 12)):
        mark = scene.has(i, "status")
        if mark is None or phrase.begin <= i < phrase.end or mark.label not in _ONE_OF_A_KIND:
            continue
        if mark.end <= phrase.begin and any(scene.has(j, "and") for j in range(mark.end, phrase.begin)):
            continue
        limit = 7 if mark.begin >= phrase.end or scene.marked.language in _VERB_LAST else 3.5
        if distance(scene, phrase, mark, []) <= limit and not not_so(scene, mark):
            return True
    return False


def side_of(scene: Scene, phrase: Phrase) -> str | None:
    """The state in whose army, or on whose side, the people are: "in the Russian army", "на боці Росії", "俄军"."""
    for i in range(scene.first, scene.last):
        hit = scene.hits.get(i)
        if hit is None or phrase.begin <= i < phrase.end:
            continue
        behind = scene.past(hit, i)
        words = scene.marked.text[hit.start : hit.end]
        places = (behind, behind + 1) if scene.marked.language not in _NOUN_FIRST else (i - 1, behind)
        army = any(scene.has(j, "army") for j in places) or words.endswith(("军", "軍", "군"))
        beside = any((m := scene.has(i - step, "beside")) is not None and m.end == i for step in (1, 2, 3, 4))
        if army or beside or (scene.has(behind, "besides") is not None):
            return hit.code
    return None
