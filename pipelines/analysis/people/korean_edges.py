"""Where a Korean name that a model found begins and ends: whole words without particles, titles and kin.

In      a text, offsets of a model's span, how sure the model is
Out     better offsets; None for a troop, an office, or a common word of which the model is not sure
Raises  nothing
"""

from __future__ import annotations

import re

from pipelines.analysis.people.cjk import SURNAMES_KO
from pipelines.analysis.people.common import korean_commonness
from pipelines.analysis.people.cues import cue_class
from pipelines.analysis.people.gazetteer import is_name

_SURE = 0.9
_CERTAIN = 0.97
_CASE = "의|에|에게|에게서|에서|한테|까지|부터|처럼|보다|조차|마저|뿐|씨|등|측|님|께서|만|도"
_ANY = rf"(?:{_CASE})(?:은|는|이|가|을|를|도|만|의|과|와)?"
_BEHIND_CONSONANT = re.compile(rf"(?:{_ANY}|은|이|을|과|으로|이란|이며|이다|이었다|이었던|이었고|이나|이라며)$")
_BEHIND_VOWEL = re.compile(rf"(?:{_ANY}|는|가|를|와|로|란|며|다|였다|였던|였고|나|라며)$")
_CALLED = (re.compile("이라[는고]$"), re.compile("라[는고]$"))
"""`somebody named so`, behind a consonant and a vowel; not behind syllables that a model missed: `페레이라는`."""
_REST = re.compile(r"[가-힣]+")
_MOST = 5
"""Syllables that a model may miss at a name's end."""
_BODY = re.compile(r"(?:군|당|부|청|성|국|구|시|대|사|단|족|해방군|법원|정부|당국|산맥|강|섬|반도|지역)$")
_BODY_ALONE = re.compile(r".(?:산맥|반도|정책|법원|대사관|시청|도청|구청|군청|병원)$")
_TITLES = (
    "옹|씨|군|양|과장|부장|차장|실장|국장|처장|청장|소장|이사장|회장|대표|위원|의원|장관|차관|대사|교수|"
    "박사|변호사|대변인|목사|신부|스님|상병|병장|일병|이병|하사|중사|상사|원사|소위|중위|대위|소령|중령|"
    "대령|준장|중장|대장|사령관|단장|팀장|센터장|연구원|연구위원|지부장|총장|총리|대통령|선수|감독|코치|기자|"
    "작가|판사|검사|시장|지사|군수|순경|경장|경사|경위|경감|경정|총경"
)
TITLES_KO = frozenset(_TITLES.split("|"))
"""Words that stand behind a name."""


def korean_edges(text: str, start: int, end: int, score: float) -> tuple[int, int] | None:
    """A model's span as whole words of a name."""
    start = _behind_titles(text, start, end)
    words = text[start:end].split(" ")
    title = len(words) == 2 and words[1] in TITLES_KO and len(words[0]) != 2
    if title or (len(words) == 2 and _full_name(words[0]) and korean_commonness(words[1])[1] == "0"):
        end -= len(words[1]) + 1
    name = text[start:end]
    if len(name) < 2:
        return None
    missed = _missed(text, name, end)
    if missed is None:
        return None if score < _SURE and " " not in name else (start, end)
    whole = text[start : end + missed]
    if " " not in whole:
        if missed and _BODY.search(whole):
            return None
        if _BODY_ALONE.search(whole) or (score < _CERTAIN and not _full_name(whole) and _compound(whole)):
            return None
        if score < _SURE and not _full_name(whole) and korean_commonness(whole)[1] == "0" and not is_name(whole):
            return None
    return start, end + missed


def _compound(word: str) -> bool:
    """Whether a word is put together of two common ones, the first of one syllable or more: `진영논리`, `범보수`."""
    if len(word) not in (3, 4):
        return False
    head, tail = word[:-2], word[-2:]
    common = [korean_commonness(part) for part in (head, tail) if len(part) > 1]
    return all(rest == "0" and sign[0] in "012" for sign, rest in common)


def _full_name(word: str) -> bool:
    return len(word) == 3 and word[0] in SURNAMES_KO


def _behind_titles(text: str, start: int, end: int) -> int:
    """Behind the last word but one that is a title or somebody's relation: `조카 노가 샤하르`."""
    words = text[start:end].split(" ")
    for at in range(len(words) - 1, 0, -1):
        if cue_class(words[at - 1]) == "T" or words[at - 1] in _RELATED:
            return end - len(" ".join(words[at:]))
    return start


_PEOPLE = "조카|사촌|동료|전우|탈북민|주민|누이|매형|처남|승려|코치|생환자|인권변호사|통역|브로커|간병인|이웃"
_RELATED = frozenset(_PEOPLE.split("|"))


def _missed(text: str, name: str, end: int) -> int | None:
    """How many syllables behind a span belong to it: the rest of its word is no particle; None if unclear."""
    rest = _REST.match(text, end)
    if rest is None:
        return 0
    for size in range(min(_MOST, len(rest.group())) + 1):
        if size and _full_name(name):
            break
        last = (name + rest.group()[:size])[-1]
        particle = rest.group()[size:]
        closed = "가" <= last <= "힣" and (ord(last) - 0xAC00) % 28 > 0
        said = (_BEHIND_CONSONANT if closed else _BEHIND_VOWEL).match(particle)
        if not particle or said or (not size and _CALLED[not closed].match(particle)):
            return size
    return None
