"""What the words around a sentence tell of the people that it counts: is this about war, and whose are they?

In      the `Scene` of a sentence with what the text counted before it, and a phrase in it
Out     plain values; nothing is guessed where two answers are possible
Rules   a count without any status is one all the same where captivity, service or death are spoken of close by; a
        nationality is carried over from the counts before, or from the only foreigners the text names before it
Raises  nothing
"""

from __future__ import annotations

from pipelines.analysis.count_marks import Marked
from pipelines.analysis.count_scene import Phrase, Scene
from pipelines.records import Status

_BEFORE, _AFTER = 110, 50
_FATES = frozenset(
    (
        *("captured", "surrendered", "exchanged", "deserted", "died_in_captivity", "recruited", "deceived"),
        *("killed", "executed", "missing", "fighting"),
    )
)
_ALSO = frozenset({"held", "wounded", "released", "repatriated", "mistreated"})
_PEOPLE = frozenset({"captured", "fighting", "recruited", "killed", "missing", "deserted"})
_SIGNS_OF_WAR = 2
_AT_WAR = frozenset({"RU", "UA"})
_BEFALLEN = frozenset({"killed", "wounded", "missing"})


def speaks_of_war(marked: Marked, at: int) -> bool:
    """Whether two kinds of signs stand around token `at`: a fate, a fighter or captive, an army; one of them of war."""
    signs: set[str] = set()
    for i in range(max(0, at - _BEFORE), min(len(marked.tokens), at + _AFTER)):
        fate, noun = marked.mark(i, "status"), marked.mark(i, "noun")
        if fate is not None and fate.label in _FATES | _ALSO:
            signs.add(fate.label)
        elif noun is not None and noun.label in _PEOPLE:
            signs.add("a " + noun.label)
        elif marked.mark(i, "army") is not None:
            signs.add("army")
        if len(signs) >= _SIGNS_OF_WAR and not signs <= _ALSO:
            return True
    return False


def named_beside(scene: Scene, phrase: Phrase, status: Status | None) -> tuple[str, ...]:
    """The nationality that the sentence names outside the phrase."""
    return _before(scene, phrase) or _behind(scene, phrase) or _alone(scene, phrase, status)


def _before(scene: Scene, phrase: Phrase) -> tuple[str, ...]:
    """The nationality outside the phrase: before it ("Kolombiyalı 12 asker"), or the state whose citizens they are."""
    first = max(scene.first, phrase.begin - 2)
    if scene.marked.language in ("hi", "ne", "tr", "zh"):
        for i in range(phrase.begin - 1, first - 1, -1):
            if scene.breaks(i, i + 1):
                break
            hit = scene.hits.get(i)
            if hit is not None and (hit.kind == "demonym" or scene.has(i + 1, "link") or scene.has(i - 1, "origin")):
                return (hit.code,)
    sends = any(scene.has(i, "sends") for i in range(scene.first, phrase.begin))
    if phrase.label == "citizen" or (sends and phrase.noun is not None and phrase.label in ("person", "counter")):
        before = [h for i in range(scene.first, phrase.begin) if (h := scene.hits.get(i)) is not None]
        states = [h.code for h in before if h.kind == "country" or scene.marked.language in ("zh", "ko")]
        return tuple(states[:1])
    return ()


def _alone(scene: Scene, phrase: Phrase, status: Status | None) -> tuple[str, ...]:
    """The only people that the sentence names before the dead, wounded or missing: "북한군 사망자가 600명"; never who fights whom."""  # noqa: E501
    if status not in (Status.KILLED, Status.WOUNDED, Status.MISSING) or phrase.pronominal:
        return ()
    inside = {h.code for i, h in scene.hits.items() if scene.first <= i < scene.last}
    before = [i for i in scene.hits if scene.first <= i < phrase.begin and phrase.begin - i <= 9]
    if len(inside) != 1 or not before or inside & {"RU", "UA"}:
        return ()
    at = max(before)
    said = any(scene.has(i, "say") for i in range(at, phrase.begin)) or scene.has(phrase.begin - 1, "say")
    return () if said else tuple(inside)


def _behind(scene: Scene, phrase: Phrase) -> tuple[str, ...]:
    """The nationality behind a word that says what befell them: "22 missing Ghanaians"."""
    hit = scene.hits.get(phrase.end) if phrase.label in _BEFALLEN else None
    if hit is None or hit.kind != "demonym" or scene.breaks(phrase.end - 1, phrase.end):
        return ()
    return (hit.code,)


def people_before(scene: Scene, phrase: Phrase) -> tuple[str, ...]:
    """The one nationality of the sentences before: of their counts, else the only foreigners they name.

    Where this sentence names another people or speaks of foreigners at large, nothing is carried over.
    """
    inside = [h.code for i, h in scene.hits.items() if scene.first <= i < scene.last]
    counted_here = any(one.start >= scene.marked.tokens[scene.first].start for one in scene.told)
    if phrase.label in ("foreign", "others") or counted_here or _foreign(scene):
        return ()
    known = {count.nationality for count in scene.told if count.nationality}
    if not known:
        known = {h.code for i, h in scene.hits.items() if i < scene.first and (h.kind == "demonym" or h.person)}
        known -= _AT_WAR
    return tuple(known) if len(known) == 1 and set(inside) <= known | _AT_WAR else ()


def _foreign(scene: Scene) -> bool:
    marks = (scene.has(i, "noun") for i in range(scene.first, scene.last))
    return any(mark is not None and mark.label == "foreign" for mark in marks)
