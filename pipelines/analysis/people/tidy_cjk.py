"""Trim what a model took for a Chinese or Korean name.

In      text, offsets of a span without signs at its edges, the span
Out     the span trimmed; None when nothing that can be a name is left
Raises  nothing
"""

from __future__ import annotations

import re

from pipelines.analysis.people.cjk import PLACES_ZH, SURNAMES_ZH, simplify
from pipelines.analysis.people.patterns import trim_chinese
from pipelines.analysis.people.spans import NameSpan


def way_is_han(name: str) -> bool:
    """Whether a name is written in Han characters alone."""
    return all("\u3400" <= c <= "\u9fff" for c in name)


_OFFICE_ZH = re.compile(r"(?:主席|[总總][统統理]|部[长長]|[书書][记記])$")


_SHORT_COUNTRY = frozenset({"우크라"})
_KO_BEFORE = re.compile(r"(?:국적|출신|청년|병사|남성|여성|주민|대원|동료)\s(?=[가-힣]{2})")
"""Korean words for whom a name belongs to."""
_KO_REST = re.compile(r"(?P<rest>[프크트츠])(?:은|는|이|가|을|를|의|도|와|과|에게|씨|(?![가-힣]))")
"""The last sound of a foreign name, which no particle is."""


def tidy_cjk(text: str, start: int, end: int, span: NameSpan) -> NameSpan | None:
    """The span without what leads to a name; None for a place, a troop, an office."""
    name = text[start:end]
    if (
        len(name) < 2
        or not re.search(r"[\u3400-\u9fff\uac00-\ud7af]", name)
        or re.search(r"[\d省市县縣部队隊]|[国國军軍]$|^..?[国國]$", name)
    ):
        return None
    if (
        len(name) == 2
        and way_is_han(name)
        and start
        and simplify(name[0]) not in SURNAMES_ZH
        and simplify(text[start - 1]) in SURNAMES_ZH
    ):
        start -= 1
    if way_is_han(name) and (simplify(name) in PLACES_ZH or _OFFICE_ZH.search(name)):
        return None
    if name in _SHORT_COUNTRY:
        return None
    if before := _KO_BEFORE.match(name):
        start += before.end()
    if "\uac00" <= name[-1] <= "\ud7a3" and (rest := _KO_REST.match(text, end)):
        end = rest.end("rest")
    name = text[start:end]
    led = re.match(r"\S*[운한된은는던의]\s(?=\S+\s\S)", name)
    if led and len(name.split()) > 2:
        start += led.end()
    if len(name) > 4 and "·" not in name and re.search(r"[\u3400-\u9fff]", name):
        start = trim_chinese(text, start, end)
    return NameSpan(start, end, span.score, span.source)
