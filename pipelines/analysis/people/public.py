"""People whose role is theirs wherever they are named: heads of state, ministers, spokespersons, commanders known world-wide.

In      a text or a name; `data/public_people.toml`
Out     spans in a text; the role of a name
Raises  nothing
"""  # noqa: E501

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from pipelines.analysis.office_holders import spellings, spelt
from pipelines.analysis.people.cues import WordIndex
from pipelines.analysis.people.features import known
from pipelines.analysis.people.spans import NameSpan
from pipelines.analysis.people.words import word_set
from pipelines.records import Role

_CASELESS = re.compile(r"[\u0600-\u06ff\u0900-\u097f\u3400-\u9fff\uac00-\ud7af]")
_BEFORE = re.compile(r"([^\W\d_][\w\u0900-\u0963'’-]*\.?)[ \u00a0]$")


@cache
def _index() -> WordIndex:
    data = tomllib.loads((files("pipelines.analysis.people") / "data" / "public_people.toml").read_text("utf-8"))
    return WordIndex((("public", role, tuple(words.split())) for role, words in data.items()), ignore_case=False)


def public_spans(text: str) -> list[NameSpan]:
    """Where public people are named, with the given name before the surname."""
    found = []
    for hit in _index().find(text):
        start = hit.start
        before = _BEFORE.search(text, max(0, start - 24), start)
        if before and _given(before.group(1)) and " " not in text[hit.start : hit.end]:
            start = before.start()
        found.append(NameSpan(start, hit.end, 0.58, "public"))
    return found


def _given(word: str) -> bool:
    if word.lower() in word_set("stop") or word.lower() in word_set("institution"):
        return False
    return known(word) == "1" and (word[0].isupper() or (bool(_CASELESS.match(word)) and len(word) > 3))


def public_role(names: tuple[str, ...]) -> Role | None:
    """Role of a person who bears one of the names; the whole name must fit: given names before, nothing after."""
    for name in names:
        for hit in _index().find(name):
            if hit.end == len(name) and (hit.start == 0 or (len(name.split()) <= 4 and not _namesake(name))):
                return Role(hit.value)
    return None


def _namesake(name: str) -> bool:
    """Whether the name's surname is an office holder's, and its given name is not: Sardor Aliyev is no president."""
    words = [spelt(word) for word in name.split()]
    given = {spelling[0][:3] for spelling in spellings() if spelling[-1] == words[-1] and len(spelling) > 1}
    return bool(given) and not any(word[:3] in given for word in words[:-1])
