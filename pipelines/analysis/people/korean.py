"""Korean names shown by what stands around: a title, an age, 씨, a people; also foreign ones of two and three words.

In      a text, its cue words
Out     `NameSpan`s
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.analysis import nationalities
from pipelines.analysis.people.cjk import SURNAMES_KO
from pipelines.analysis.people.common import korean_commonness
from pipelines.analysis.people.cues import CueHit, cue_class
from pipelines.analysis.people.spans import NameSpan

_MASKED = re.compile(r"[가-힣]\s?모\s?씨|[가-힣]\s?[○OX×]{1,2}\s?(?:씨)?|[가-힣]\s?모\s?\(\d\d\)")
_RANKS = (
    "씨|대통령|장관|대변인|의원|총리|대사|교수|사령관|국장|위원장|실장|변호사|상병|병장|이병|일병|하사|중사|상사|원사|소위|중위|대위|"
    "소령|중령|대령|준장|소장|경감|경위|경정|총경|박사|단장|팀장|센터장|연구원|목사|선교사|옹|이사장|과장|부장|회장|대표|부대변인|"
    "차관|연구위원|지부장|총영사|영사|검사|판사|총장|신부|스님"
)
_TITLED = re.compile(
    rf"(?<![가-힣])(?P<n>[가-힣]{{3}})(?=\s?(?:{_RANKS})(?:[^가-힣]|[은는이가의에도을를와과로인])|\s?\(\d\d\))"
)
_TITLED_OF = re.compile(
    rf"(?<![가-힣])(?P<n>[가-힣]{{3}})(?=\s[가-힣]{{2,12}}(?:\s[가-힣]{{2,6}})?\s?(?:{_RANKS})(?:[^가-힣]|[은는이가의에도을를와과로인]))"
)
"""`구병삼 통일부 대변인`: the office between the name and the title."""
_AGED = re.compile(r"(?<![가-힣])(?P<n>[가-힣]{2,6}\s[가-힣]{1,7})(?=\s?\(\d{2}\))")
_LED = re.compile(
    r"(?:대변인|장관|차관|대사|의원|국장|총영사|변호사|교수|병사|청년|선교사)\s(?P<n>[가-힣]{3})(?=[은는이가의은]|\s?씨)"
)
_NO_NAME = frozenset(
    [
        "국적",
        "출신",
        "대원",
        "동료",
        "용병",
        "유학생",
        "노동자",
        "의용병",
        "자원병",
        "남자",
        "여자",
        "주재",
        "소속",
        "전직",
        "청년",
        "병사",
        "남성",
        "여성",
        "주민",
        "북한군",
        "우크라이나",
        "러시아",
        "한국인",
        "중국인",
    ]
)
_FOREIGN = re.compile(
    r"(?<![가-힣])(?P<n>[가-힣]{2,6}\s[가-힣]{2,6})(?=\s(?:(?:우크라이나|러시아)\s(?:[가-힣]{2,8}\s)?)?(?:대통령|장관|대변인|총리|외무|국방))"
)
_SOVIET = "".join(sorted(SURNAMES_KO - set("이전한두구신각현총"))) + "텐킴쩬쯔"
"""Surnames of Koreans of the former Soviet Union; without those that are words of their own."""
_SURNAME_APART = re.compile(
    rf"(?<![가-힣])(?P<n>[{_SOVIET}]\s(?![은는이가])[가-힣]{{3,5}}|[가-힣]{{2,5}}\s[{''.join(sorted(SURNAMES_KO))}])(?=\s씨|\([^\d)]{{2,6}}\))"
)
"""`김 류드밀라 씨`, `조앤 배 씨`."""
_PARTICLES = "은는이가을를의에도와과로"
_PARTICLE = r"(?:은|는|이|가|의|에게|씨)"
_SEVERAL = re.compile(
    rf"\s(?P<n>(?:[가-힣]{{1,6}}\s){{1,2}}?[가-힣]{{1,7}}?)(?={_PARTICLE}(?![가-힣])|\s씨|\s(?:{_RANKS})[은는이가의]?(?![가-힣]))"
)
"""Two or three words behind a title or a people's name, the last of them with a particle."""
_WORD_OF_SENTENCE = re.compile(
    r".*(?:[은는의을를에로와과된한인할던서고며]|에서|까지|부터|으로|하게|[가-힣](?:했다|한다|됐다))$"
)
_FOREIGN_SOUND = re.compile(
    r"[르크트프츠드브즈흐쉬슈쥬쵸쿠푸키티캬쨔쬬텐쩐응옹툰킨럼컬맥숀존짐쉐헨벤렌켄카코]|[^가-힣]"
)
"""Syllables of foreign names that are rare in Korean words."""
_ORGANISATION = re.compile(
    r"(?:본부|시설|부대|여단|군단|기지|협회|연합|위원회|재단|그룹|정부|당국|총국|[부청군당팀실과])$"
)


def korean_shown(text: str, cues: Iterable[CueHit]) -> list[NameSpan]:
    """Names shown by their surroundings."""
    found = [NameSpan(m.start(), m.end(), 1.0, "masked", pseudonym=True) for m in _MASKED.finditer(text)]
    for match in _AGED.finditer(text):
        first, last = match.group("n").split()
        if not cue_class(first) and first not in _NO_NAME and not (last[0] in SURNAMES_KO and len(last) == 3):
            found.append(NameSpan(*match.span("n"), 0.85, "age"))
    for match in _LED.finditer(text):
        if match.group("n")[0] in SURNAMES_KO and not cue_class(match.group("n")):
            found.append(NameSpan(*match.span("n"), 0.75, "title"))
    for match in _TITLED.finditer(text):
        name = match.group("n")
        if name[0] in SURNAMES_KO and not cue_class(name) and name[-1] not in "회부팀실당청":
            found.append(NameSpan(*match.span("n"), 0.8, "title"))
    for match in _TITLED_OF.finditer(text):
        name = match.group("n")
        if name[0] in SURNAMES_KO and korean_commonness(name)[0] == "n" and not cue_class(name):
            found.append(NameSpan(*match.span("n"), 0.6, "title"))
    for match in _SURNAME_APART.finditer(text):
        first, last = match.group("n").split()
        if not any(cue_class(w) or w in _NO_NAME for w in (first, last)) and not _WORD_OF_SENTENCE.match(first):
            found.append(NameSpan(*match.span("n"), 0.995, "title"))
    found += [
        NameSpan(*m.span("n"), 0.7, "title")
        for m in _FOREIGN.finditer(text)
        if not re.search(r"[부청원군당]$|정부|중국", m.group("n")) and not _of_state(m.group("n"))
    ]
    return found + _several(text, cues)


def _of_state(name: str) -> bool:
    """Whether two words are a state's body, or tell something: `우크라이나 정보총국`, `숨졌다고 프랑스`."""
    first, last = name.split()
    told = korean_commonness(first)[1] == "0" and not _FOREIGN_SOUND.search(first)
    body = bool(_ORGANISATION.search(last)) or any(h.start == 0 for h in nationalities.find(last, "ko"))
    return body or told or bool(_WORD_OF_SENTENCE.match(first) and _WORD_OF_SENTENCE.match(last))


def _several(text: str, cues: Iterable[CueHit]) -> list[NameSpan]:
    """Foreign names of two or three words behind a title or a people's name: `대변인 조 민 툰은`."""
    heads = {hit.end for hit in cues if hit.kind == "title" and text[hit.end - 1] not in _PARTICLES}
    heads |= {hit.end for hit in nationalities.find(text, "ko") if text[hit.end - 1] == "인"}
    found = []
    for head in sorted(heads):
        match = _SEVERAL.match(text, head)
        words = match.group("n").split() if match else []
        if (
            match
            and len(words) > 1
            and any(_FOREIGN_SOUND.search(word) for word in words)
            and not any(cue_class(w) or w in _NO_NAME or _ORGANISATION.search(w) for w in words)
            and not any(_WORD_OF_SENTENCE.match(word) for word in words[:-1])
            and not (len(words[-1]) == 3 and words[-1][0] in SURNAMES_KO)
        ):
            found.append(NameSpan(*match.span("n"), 0.9, "title"))
    return found
