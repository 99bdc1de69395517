"""Find reported counts: "at least 155 Chinese nationals", "двоє полонених", "两名中国籍士兵".

A reported count is a claim by a source, not a fact: the words and where they stand are kept, side by side.

In      article body and title: plain text, NFC, no markup; a language (ISO 639-1, a script suffix is ignored)
Out     `ReportedCount` tuple, title first, then reading order; spans of one field never overlap
Units   `low`/`high` are people, `None` where no number is named; `start`/`end` are character offsets, end exclusive
Raises  nothing: text without counts, or in a language without word lists, gives `()`
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pipelines.analysis import count_read as read
from pipelines.analysis.count_clues import NONE, CountClues, Told
from pipelines.analysis.count_context import named_beside, people_before, speaks_of_war
from pipelines.analysis.count_heads import find_phrase
from pipelines.analysis.count_marks import Marked, mark, words
from pipelines.analysis.count_numbers import Number, find_numbers
from pipelines.analysis.count_repeats import told_already, told_once
from pipelines.analysis.count_scene import Phrase, Scene
from pipelines.analysis.nationalities import NationalityHit, find
from pipelines.analysis.tokens_sentences import sentences
from pipelines.analysis.weighing import Weights, learnt
from pipelines.records import ReportedCount, Status

Kind = Literal["total", "increment", "subset", "unclear"]
_QUOTE = 240
_FEW = 3
_TELLERS = 5
_SERVING = frozenset(
    {Status.FIGHTING, Status.RECRUITED, Status.DECEIVED, Status.DESERTED, Status.KILLED, Status.MISSING, Status.WOUNDED}
)
_SAME_PEOPLE = frozenset({"others", "counter", "killed", "wounded", "missing"})


@dataclass(frozen=True, slots=True)
class _Read:
    count: ReportedCount
    phrase: Phrase


def find_counts(body: str, language: str, title: str | None = None) -> tuple[ReportedCount, ...]:
    """Return every reported count of `title` and `body`; what the body states with the same bound is not told twice.

    >>> find_counts("At least 155 Chinese nationals are fighting.", "en")[0].low
    155
    """
    language = language.split("-")[0].split("_")[0].lower()
    if not words(language):
        return ()
    inside = told_once(settle(read_counts(body, language, "body")))
    if not title:
        return inside
    known = {(c.low, c.high, c.bound) for c in inside}
    head = tuple(c for c in settle(read_counts(title, language, "title")) if (c.low, c.high, c.bound) not in known)
    return head + inside


def read_counts(text: str, language: str, field: str) -> CountClues | None:
    """The counts of one field by the rules of word order, with the clues to what else may hold."""
    marked = mark(text, language)
    numbers = {n.begin: n for n in find_numbers(marked)}
    if not numbers:
        return None
    found: list[ReportedCount] = []
    told: list[Told] = []
    previous: list[_Read] = []
    hits = _by_token(marked, find(text, language))
    bounds = _bounds(marked, sentences(text, language))
    for number, (first, last) in enumerate(bounds):
        scene = Scene(marked, hits, first, last, numbers, counted=bool(previous), told=found)
        here = _sentence(scene, previous, field)
        if here:
            previous = here
            told += [Told(one.count, one.phrase, scene, number) for one in here]
    return CountClues(marked, bounds, hits, told)


def chosen(clues: CountClues, befell: Weights, nation: Weights) -> tuple[list[str], list[str]]:
    """Status and nationality of every count, one after the other: what was said of one weighs on the next."""
    statuses: list[str] = []
    nations: list[str] = []
    for at in range(len(clues.told)):
        statuses.append(befell.choose(clues.statuses(at, statuses)))
        nations.append(nation.choose(clues.nations(at, nations, statuses)))
    return statuses, nations


def settle(clues: CountClues | None) -> tuple[ReportedCount, ...]:
    """The counts with the statuses and nationalities that are likeliest."""
    if clues is None:
        return ()
    weights = learnt("pipelines.analysis", "count_weights.json", ("status", "nationality"))
    statuses, nations = chosen(clues, weights["status"], weights["nationality"])
    return tuple(map(_settled, clues.told, statuses, nations))


def _settled(one: Told, status: str, nation: str) -> ReportedCount:
    befell = None if status == NONE else Status(status)
    return replace(
        one.count,
        status=befell,
        nationality=None if nation == NONE else nation,
        side=read.side_of(one.scene, one.phrase) if befell in _SERVING else None,
    )


def _by_token(marked: Marked, hits: tuple[NationalityHit, ...]) -> dict[int, NationalityHit]:
    by_start = {t.start: i for i, t in enumerate(marked.tokens)}
    out: dict[int, NationalityHit] = {}
    for hit in hits:
        index = by_start.get(hit.start)
        if index is None:  # an Arabic clitic stands before the name
            index = next((i for i, t in enumerate(marked.tokens) if t.start < hit.start < t.end), None)
        if index is not None:
            out[index] = hit
    return out


def _bounds(marked: Marked, spans: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    out, i = [], 0
    for start, end in spans:
        while i < len(marked.tokens) and marked.tokens[i].start < start:
            i += 1
        first = i
        while i < len(marked.tokens) and marked.tokens[i].start < end:
            i += 1
        if i > first:
            out.append((first, i))
    return out


def _sentence(scene: Scene, previous: list[_Read], field: str) -> list[_Read]:
    """Read the counts of one sentence; `previous` are those of the last sentence that had any."""
    if not any(i in scene.numbers for i in range(scene.first, scene.last)):
        return []
    pairs: list[tuple[Number, Phrase]] = []
    skip: set[int] = set()
    for i in range(scene.first, scene.last):
        number = scene.numbers.get(i)
        if number is None or i in skip:
            continue
        phrase = find_phrase(scene, number)
        if phrase is None:
            continue
        if phrase.of is not None and phrase.of.begin not in skip:
            skip.add(phrase.of.begin)
            if number.low != 1:  # "one of 1,700 defenders" speaks of the 1,700
                pairs.append((number, phrase))
            pairs.append((phrase.of, _whole(scene, phrase, phrase.of)))
        else:
            pairs.append((number, phrase))
        scene.counted = True
        scene.listed = scene.listed or bool(phrase.codes) or phrase.noun is not None
        scene.spent.update(range(phrase.begin, phrase.end))
    phrases = [p for _, p in pairs]
    out: list[_Read] = []
    for number, phrase in pairs:
        if _only_tells(scene, number, phrase):
            continue
        read_one = _count(scene, number, phrase, phrases, out or previous, field, inside=bool(out))
        if read_one is not None:
            out.append(read_one)
            scene.told.append(read_one.count)
    return out


def _count(
    scene: Scene,
    number: Number,
    phrase: Phrase,
    phrases: list[Phrase],
    before: list[_Read],
    field: str,
    *,
    inside: bool,
) -> _Read | None:
    bound, begin = read.bound_of(scene, number, phrase.end)
    phrase = replace(phrase, begin=min(begin, phrase.begin))
    status = read.status_of(scene, phrase, phrases)
    codes = phrase.codes
    last = before[-1].count if before else None
    if phrase.pronominal and last is not None:
        codes = codes or ((last.nationality,) if last.nationality else ())
        if status is None or phrase.codes:
            status = last.status or status
    codes = codes or named_beside(scene, phrase, status)
    if phrase.label in _SAME_PEOPLE and not codes and inside and last is not None:
        codes = (last.nationality,) if last.nationality else ()
    if status is None and phrase.noun is not None and last is not None and number.low != 1:
        status = last.status
    listed = inside and phrase.noun is None and bool(phrase.codes) and before[-1].phrase.noun is None
    if _too_thin(scene, number, phrase, status, codes, listed=listed and bool(before[-1].phrase.codes)):
        return None
    if bound == "exact" and number.low is not None and told_already(scene, number, phrase, status):
        return None
    codes = codes or people_before(scene, phrase)
    start, end = _span(scene, number, phrase, begin)
    count = ReportedCount(
        start=start,
        end=end,
        low=number.low,
        high=number.high,
        quote=_quote(scene, start, end),
        bound="exact" if number.low is None and bound == "exact" else bound,
        of=phrase.of.low if phrase.of else None,
        kind=_kind(scene, number, phrase),
        noun=phrase.noun,
        nationality=codes[0] if len(set(codes)) == 1 else None,
        status=status,
        attributed_to=read.speaker(scene, phrase) or _later_speaker(scene),
        as_of=read.when(scene, "asof"),
        period=read.when(scene, "since"),
        negated=read.negated(scene, phrase),
        field=field,
    )
    return _Read(count, phrase)


def _only_tells(scene: Scene, number: Number, phrase: Phrase) -> bool:
    """Whether a few people are there for what they say ("two witnesses told"): what befell others did not them."""
    if number.low is None or number.low > _TELLERS or phrase.codes or phrase.label not in (None, "person", "counter"):
        return False
    tokens, text, after = scene.marked.tokens, scene.marked.text, max(number.end, phrase.end)
    for i in range(after, min(after + 2, scene.last)):
        if text[tokens[i - 1].end : tokens[i].start].strip():
            return False
        if scene.has(i, "say"):
            return not scene.has(i, "deny")
    return False


def _whole(scene: Scene, phrase: Phrase, of: Number) -> Phrase:
    """What the 17 of "11 of 17 men" or the 335 of "94 deaths among 335 fighters" counts."""
    own = find_phrase(scene, of) if of.begin >= phrase.end else None
    return replace(own or phrase, begin=of.begin, of=None, total=True)


def _too_thin(
    scene: Scene, number: Number, phrase: Phrase, status: Status | None, codes: tuple[str, ...], *, listed: bool
) -> bool:
    """Whether too little is said: neither status nor nationality, or a single person whom nothing befell."""
    if number.low == 1 and number.words:
        if listed:
            return False
        said = scene.has(number.begin, "article") is None and phrase.pronominal
        return not (phrase.noun or phrase.codes or said) or not read.clear_single(scene, phrase)
    if status is not None or codes or phrase.label == "foreign":
        return False
    if phrase.noun is None and phrase.label != "counter":
        return True
    if any(scene.has(i, "status") for i in range(scene.first, scene.last)):
        return False
    return number.low is None or number.low < _FEW or not speaks_of_war(scene.marked, number.begin)


def _span(scene: Scene, number: Number, phrase: Phrase, begin: int) -> tuple[int, int]:
    """The characters of bound, number and noun phrase; before "of 17 men" the first number stands alone."""
    tokens = scene.marked.tokens
    first = min(begin, phrase.begin)
    last = number.end if phrase.of is not None else phrase.end
    return tokens[first].start, tokens[max(last, number.end) - 1].end


def _quote(scene: Scene, start: int, end: int) -> str:
    """The part of the sentence around the count, literal; the whole sentence when it is short."""
    tokens, text = scene.marked.tokens, scene.marked.text
    left, right = tokens[scene.first].start, tokens[scene.last - 1].end
    if right - left > _QUOTE:
        left = max(left, max((text.rfind(c, left, start) + 1 for c in ";:—。；"), default=left))
        right = min(right, min((p for c in ";—。；" if (p := text.find(c, end, right)) >= 0), default=right))
    if right - left > _QUOTE:
        left = max(left, text.rfind(" ", left, max(left, start - 80)) + 1)
        right = min(right, max(end, text.rfind(" ", end, min(right, end + 120))))
    return text[left:right].strip()


def _kind(scene: Scene, number: Number, phrase: Phrase) -> Kind:
    near = range(max(scene.first, number.begin - 3), min(scene.last, number.end + 2))
    if phrase.of is not None or (phrase.pronominal and any(scene.has(i, "them") for i in near)):
        return "subset"
    if any(scene.has(i, "more") for i in near):
        return "increment"
    if any(scene.has(i, "all") for i in range(max(scene.first, number.begin - 4), min(scene.last, phrase.end + 3))):
        return "total"
    counter = any(scene.has(i, "number") for i in range(scene.first, number.begin))
    return "total" if counter else "unclear"


def _later_speaker(scene: Scene) -> str | None:
    """The speaker of the next sentence of the paragraph when it ends with "… said X": he says this one too."""
    text, tokens = scene.marked.text, scene.marked.tokens
    if scene.last >= len(tokens) or "\n" in text[tokens[scene.last - 1].end : tokens[scene.last].start]:
        return None
    end = scene.last
    while end < len(tokens) and end - scene.last < 60:
        gap = text[tokens[end].end : tokens[end + 1].start] if end + 1 < len(tokens) else "."
        end += 1
        if any(c in gap for c in ".!?\n।。"):
            break
    nxt = Scene(scene.marked, scene.hits, scene.last, end, scene.numbers)
    for i in range(max(scene.last, end - 6), end):
        verb = nxt.has(i, "say")
        if verb is not None and scene.marked.text[tokens[min(verb.end, end - 1)].start].isupper():
            return read.speaker(nxt, None)
    return None
