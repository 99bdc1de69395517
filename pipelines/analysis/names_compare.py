"""Compare two names part by part: a score, a grade and the reason in words.

Grades  likely: the same name spelt otherwise · possible: one part differs a little, is an initial or is missing ·
        namesake: the name is the same, a further part tells the persons apart · none
Limits  knows names, not persons: birth, nationality and story are the caller's
Raises  nothing
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipelines.analysis import names_chinese, names_korean
from pipelines.analysis.names_parts import Part, Profile, part_of, profile
from pipelines.analysis.names_sound import likeness, skeleton_likeness
from pipelines.analysis.office_holders import office_holder

Grade = Literal["likely", "possible", "namesake", "none"]

LIKELY, POSSIBLE, NAMESAKE = 0.85, 0.6, 0.5
_STRONG, _WEAK, _INITIAL = 0.84, 0.7, 0.6
_MOST_PARTS = 6


@dataclass(frozen=True, slots=True)
class NameScore:
    """How sure it is that two names name one person, 0-1, and why."""

    score: float
    grade: Grade
    reason: str


@dataclass(frozen=True, slots=True)
class _Pair:
    one: int
    other: int
    score: float
    how: str


_NONE = NameScore(0.0, "none", "no common name")


def compare(a: str, b: str) -> NameScore:
    """Say whether `a` and `b` may name one person. Symmetric; no network.

    >>> compare("Zhang Renbo", "Чжан Женьбо").grade, compare("Lin Jian", "Lin Dan").grade
    ('likely', 'none')
    """
    return _compare(a, b) if a <= b else _compare(b, a)


@lru_cache(maxsize=100_000)
def _compare(a: str, b: str) -> NameScore:
    one, other = profile(a), profile(b)
    if not one.parts or not other.parts:
        return _NONE
    if one.raw == other.raw and len("".join(one.raw)) > 1:
        return _same(one)
    holder = office_holder(a)
    if holder and holder == office_holder(b):
        return NameScore(0.99, "likely", "both are listed spellings of one office holder")
    found = _whole(one, other)
    return found if found is not None else _by_parts(one, other)


def _same(name: Profile) -> NameScore:
    if len(name.parts) == 1 and not name.chinese and not (name.hangul and len(name.hangul) > 2):
        return NameScore(POSSIBLE, "possible", "the same single name")
    return NameScore(1.0, "likely", "the same name")


def _graded(score: float, reason: str) -> NameScore:
    grade: Grade = "likely" if score >= LIKELY else "possible" if score >= POSSIBLE else "none"
    return NameScore(round(score, 3), grade, reason if grade != "none" else "no common name")


def _whole(one: Profile, other: Profile) -> NameScore | None:
    """Chinese and Korean names, which are compared by syllables; None when the parts must tell."""
    if one.hangul and other.hangul:
        score = names_korean.same_hangul(one.hangul, other.hangul)
        return _graded(score, "North and South spelling of the surname") if score else _NONE
    best = NameScore(0.0, "none", "no common name")
    for hangul, spelt in ((one, other), (other, one)):
        if hangul.hangul and spelt.script in ("latin", "cyrillic"):
            score = names_korean.fits(hangul.hangul, spelt.raw, spelt.script)
            if score:
                return _graded(score, "Korean syllables spelt in other letters")
            if len(hangul.hangul) <= 4:
                return _NONE
    if one.chinese and other.chinese:
        for x in one.chinese:
            for y in other.chinese:
                score, reason = names_chinese.compare_readings(x, y)
                if score > best.score:
                    best = _graded(score, reason)
    if one.script == other.script == "latin":
        score = names_korean.compare_latin(one.raw, other.raw)
        if score > best.score:
            best = _graded(score, "two spellings of one Korean name")
    latin, cyrillic = sorted((one, other), key=lambda name: name.script != "latin")
    if (latin.script, cyrillic.script) == ("latin", "cyrillic"):
        score = names_korean.compare_scripts(latin.raw, cyrillic.raw)
        if score > best.score:
            best = _graded(score, "one Korean name in other letters")
    if best.score or (one.chinese and other.chinese):
        return best
    return None


def _by_parts(one: Profile, other: Profile) -> NameScore:
    best = _NONE
    for left, right in _cuts(one.parts[:_MOST_PARTS], other.parts[:_MOST_PARTS]):
        found = _judged(left, right, one, other)
        if found.score > best.score:
            best = found
    return best


def _cuts(one: tuple[Part, ...], other: tuple[Part, ...]) -> list[tuple[tuple[Part, ...], tuple[Part, ...]]]:
    """The parts as they stand, and with two neighbours of the longer name written as one."""
    found = [(one, other)]
    if len(one) > len(other) >= 2:
        found += [(joined, other) for joined in _joined(one)]
    elif len(other) > len(one) >= 2:
        found += [(one, joined) for joined in _joined(other)]
    return found


def _joined(parts: tuple[Part, ...]) -> list[tuple[Part, ...]]:
    return [
        (*parts[:at], part_of(parts[at].text + parts[at + 1].text), *parts[at + 2 :])
        for at in range(len(parts) - 1)
        if parts[at].script in ("latin", "cyrillic", "arabic") and not parts[at].initial and not parts[at + 1].initial
    ]


def _judged(left: tuple[Part, ...], right: tuple[Part, ...], one: Profile, other: Profile) -> NameScore:
    if min(len(left), len(right)) < 2:
        return _single(left, right)
    pairs = _aligned(left, right)
    needed = min(len(left), len(right))
    full = [pair for pair in pairs if pair.score >= _WEAK]
    initials = [pair for pair in pairs if pair.how == "initial"]
    if len(full) < needed - len(initials) or not full or len(initials) == needed:
        return _namesake(full, needed)
    if len(initials) > 1 and len(full) < 1:
        return _NONE
    return _patronymics(_scored(full, initials, left, right), one, other)


def _single(left: tuple[Part, ...], right: tuple[Part, ...]) -> NameScore:
    """A name of one part is too little: it may be the surname, the given name or a call sign of anybody."""
    best = max((_alike(x, y)[0] for x in left for y in right), default=0.0)
    if len(left) == len(right) == 1 and best >= _STRONG:
        return NameScore(POSSIBLE, "possible", "the same single name")
    return NameScore(0.3, "none", "one part alone in common") if best >= _STRONG else _NONE


def _namesake(full: list[_Pair], needed: int) -> NameScore:
    strong = [pair for pair in full if pair.score >= _STRONG]
    if needed >= 3 and len(strong) == needed - 1 >= 2:
        return NameScore(NAMESAKE, "namesake", "two parts agree, another differs")
    return _NONE


def _scored(full: list[_Pair], initials: list[_Pair], left: tuple[Part, ...], right: tuple[Part, ...]) -> NameScore:
    scores = [pair.score for pair in full]
    score = 0.4 * sum(scores) / len(scores) + 0.6 * min(scores)
    reasons = list(dict.fromkeys(pair.how for pair in full))
    weak = [pair for pair in full if pair.score < _STRONG]
    if len(weak) == 1 and all(pair.score >= 0.93 for pair in full if pair not in weak):
        score = min(score, 0.8)
    elif weak:
        return _NONE
    if initials:
        score = min(score - 0.15, 0.75)
        reasons.append("an initial")
    if any(pair.one != pair.other for pair in full) and len(left) == len(right):
        score -= 0.01
        reasons.append("order of the parts")
    if len(left) != len(right):
        score, reason = _shorter(score, full + initials, left, right)
        reasons.append(reason)
    if _uneven(full, left, right):
        score = min(score, 0.8)
        reasons.append("one part inflected, another not")
    return _graded(score, ", ".join(reasons))


def _shorter(score: float, pairs: list[_Pair], left: tuple[Part, ...], right: tuple[Part, ...]) -> tuple[float, str]:
    """A part is missing: a second surname or a middle name is often left out, a first one seldom."""
    first = any(pair.one == 0 and pair.other == 0 for pair in pairs)
    extra = abs(len(left) - len(right))
    if first and extra == 1:
        return score - 0.05, "a part is left out"
    if first and extra == 2:
        return min(score - 0.1, 0.84), "two parts are left out"
    return min(score - 0.1, 0.75), "the first part is left out"


def _uneven(full: list[_Pair], left: tuple[Part, ...], right: tuple[Part, ...]) -> bool:
    """An inflected given name beside a surname that could be inflected but is not: another person (Олександр, -а)."""
    bent = [pair for pair in full if "inflected" in pair.how]
    straight = [pair for pair in full if "inflected" not in pair.how]
    if not bent or not straight:
        return False
    return any(
        x.script == y.script == "cyrillic" and x.text == y.text and x.text[-1] in "бвгджзклмнпрстфхцчшщйь"
        for x, y in ((left[pair.one], right[pair.other]) for pair in straight)
    )


def _patronymics(found: NameScore, one: Profile, other: Profile) -> NameScore:
    if found.grade == "none" or one.patronymic is None or other.patronymic is None:
        return found
    if _alike(one.patronymic, other.patronymic)[0] >= _WEAK:
        return found
    return NameScore(NAMESAKE, "namesake", "another patronymic")


def _aligned(left: tuple[Part, ...], right: tuple[Part, ...]) -> list[_Pair]:
    """The best pairing of parts, each used once; equal places first where scores are equal."""
    every = [_Pair(i, j, *_alike(x, y)) for i, x in enumerate(left) for j, y in enumerate(right)]
    every.sort(key=lambda pair: (-pair.score, abs(pair.one - pair.other)))
    found: list[_Pair] = []
    for pair in every:
        if pair.score > 0 and all(pair.one != kept.one and pair.other != kept.other for kept in found):
            found.append(pair)
    return found


@lru_cache(maxsize=200_000)
def _alike(one: Part, other: Part) -> tuple[float, str]:
    """How alike two parts are, and in what way."""
    if one.text == other.text:
        return (1.0, "same parts") if not one.initial else (_INITIAL, "initial")
    if one.initial or other.initial:
        return (_INITIAL, "initial") if _begins(one, other) else (0.0, "")
    best, how = 0.0, ""
    for x in one.bases:
        for y in other.bases:
            bent = x.inflected or y.inflected
            score = _sound_score(x.sounds, y.sounds, one.script, other.script)
            if x.groups & y.groups and (score >= 0.45 or "han" in (one.script, other.script)):
                score, way = max(score, 0.94), "forms of one name"
            elif x.groups and y.groups and score < 1 and one.script == other.script and one.script != "arabic":
                score, way = score - 0.15, "spelling"
            else:
                way = "spelling" if one.script == other.script else "other letters"
            if bent:
                score, way = (score * 0.98, f"{way}, inflected") if score >= 0.92 else (0.0, "")
            if score > best:
                best, how = score, way
    return (best, how) if best >= _WEAK else (0.0, "")


def _begins(one: Part, other: Part) -> bool:
    short, long = (one, other) if one.initial else (other, one)
    if short.script == long.script:
        return long.text.startswith(short.text)
    return any(y[:1] == x[:1] for x in short.bases[0].sounds for y in long.bases[0].sounds if x and y)


def _sound_score(one: tuple[str, ...], other: tuple[str, ...], script: str, other_script: str) -> float:
    best = 0.0
    if "han" in (script, other_script):
        # Chinese has no r
        one, other = (tuple(sound.replace("r", "l") for sound in sounds) for sounds in (one, other))
    for x in one:
        for y in other:
            score = likeness(x, y)
            if "arabic" in (script, other_script) and script != other_script:
                score = max(score, _unvowelled(x, y))
            if script == other_script == "arabic" and x != y and x.rstrip("i") == y.rstrip("i"):
                score = min(score, 0.8)  # منصور and منصوري are two surnames
            if min(len(x), len(y)) <= 3 and score < 1:
                score = min(score, 0.8)
            best = max(best, score)
    return best if "han" not in (script, other_script) else min(best, 0.9)


def _unvowelled(one: str, other: str) -> float:
    score = skeleton_likeness(one, other)
    size = sum(char not in "aeiou" for char in min(one, other, key=len))
    return score * (0.95 if size >= 3 else 0.8)
