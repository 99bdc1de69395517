"""Tell a count once that a text states again: in its headline, its lead, a caption, or as "the two men".

In      the counts of one text in reading order
Out     the same without those that say no more than another: same number and bound, and every field that they fill
        is filled alike in the other; claims that differ in nationality, side, denial or speaker all stay, and so does
        what befell the same people later on
Raises  nothing
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.analysis.count_numbers import Number
from pipelines.analysis.count_scene import Phrase, Scene
from pipelines.records import ReportedCount, Status

_BEFORE_ALL = frozenset({Status.RECRUITED, Status.DECEIVED, Status.FIGHTING})
_LATER = frozenset(
    {
        *(Status.KILLED, Status.EXECUTED, Status.DIED_IN_CAPTIVITY, Status.SENTENCED, Status.EXCHANGED),
        *(Status.RELEASED, Status.REPATRIATED, Status.RETURNED),
    }
)


def told_once(counts: Iterable[ReportedCount]) -> tuple[ReportedCount, ...]:
    """Drop what another count of the text says as fully; of two that say the same the first stays."""
    kept: list[ReportedCount] = []
    for count in counts:
        if count.low == 1 or not any(_covers(other, count) for other in kept):
            kept = [other for other in kept if other.low == 1 or not _covers(count, other)]
            kept.append(count)
    return tuple(kept)


def _covers(full: ReportedCount, thin: ReportedCount) -> bool:
    """Whether `full` says all that `thin` says."""
    if (full.low, full.high, full.bound, full.negated) != (thin.low, thin.high, thin.bound, thin.negated):
        return False
    before = full.nationality == thin.nationality and thin.status in _BEFORE_ALL and full.status is not None
    if not (before or thin.status in (None, full.status)):
        return False
    return all(theirs in (None, ours) for ours, theirs in zip(_said(full), _said(thin), strict=True))


def _said(count: ReportedCount) -> tuple[object, ...]:
    return count.nationality, count.side, count.of, count.attributed_to, count.as_of, count.period


def told_already(scene: Scene, number: Number, phrase: Phrase, status: Status | None) -> bool:
    """Whether the number only takes up a count told before ("the two men"), or is one person who is named at once."""
    if number.low == 1:
        return number.words and _name_follows(scene, max(phrase.end, number.end))
    if phrase.codes or phrase.of is not None:
        return False
    if phrase.total:
        return phrase.noun is None and any(one.low == number.low for one in scene.told)
    if any(scene.has(i, kind) for kind in ("more", "them") for i in range(phrase.begin - 2, phrase.end)):
        return False
    return any(one.low == number.low and (status == one.status or status not in _LATER) for one in scene.told)


def _name_follows(scene: Scene, end: int) -> bool:
    """Whether two capitalised words, no nationality, stand at most three words behind: "Ein Este, Priit Aas"."""
    tokens, text = scene.marked.tokens, scene.marked.text

    def capital(i: int) -> bool:
        free = i not in scene.hits and scene.has(i, "noun") is None and scene.has(i, "month") is None
        return i < scene.last and text[tokens[i].start].isupper() and free

    for i in range(end, min(end + 4, scene.last)):
        if capital(i) and capital(i + 1) and not scene.breaks(i, i + 1):
            return True
    return False
