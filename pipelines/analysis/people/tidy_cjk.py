"""Trim what a model took for a Chinese or Korean name.

In      text, offsets of a span without signs at its edges, the span
Out     the span trimmed; None when nothing that can be a name is left
Raises  nothing
"""

from __future__ import annotations

import re

from pipelines.analysis.people.cjk import PLACES_ZH, SURNAMES_KO, SURNAMES_ZH, dictionary_name, simplify
from pipelines.analysis.people.korean_edges import korean_edges
from pipelines.analysis.people.patterns import trim_chinese
from pipelines.analysis.people.spans import NameSpan


def way_is_han(name: str) -> bool:
    """Whether a name is written in Han characters alone."""
    return all("\u3400" <= c <= "\u9fff" for c in name)


def _personal(name: str) -> bool:
    """Whether a word that ends like a country's or an army's name is a person's: `李建国`, `邓小军`."""
    return len(name) == 3 and name[0] in SURNAMES_ZH and name[1] not in "国军联邦盟" and dictionary_name(name)


_OFFICE_ZH = re.compile(r"(?:主席|[总總][统統理]|部[长長]|[书書][记記])$")


_SHORT_COUNTRY = frozenset({"우크라", "가명", "본명", "실명"})
_KO_TRADE = re.compile(r"[가-힣]{1,5}(?:자|원|가|관|장|인)\s(?=[가-힣]{3}$)")
"""A trade before a name of three syllables: `연구자 조현철`."""
_KO_BODY = re.compile(r"\S\S(?:본부|시설|부대|여단|군단|기지|협회|위원회|재단|감식단)$")
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
        or re.search(r"[\d省市县縣部队隊]", name)
        or (name[-1] in "国國军軍" and not _personal(simplify(name)))
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
    if name in _SHORT_COUNTRY or _KO_BODY.search(name):
        return None
    trade = _KO_TRADE.match(name)
    if trade and name[trade.end()] in SURNAMES_KO:
        start += trade.end()
    if before := _KO_BEFORE.match(text[start:end]):
        start += before.end()
    if "\uac00" <= name[-1] <= "\ud7a3" and (rest := _KO_REST.match(text, end)):
        end = rest.end("rest")
    if span.source == "korean":
        edges = korean_edges(text, start, end, span.score)
        if edges is None:
            return None
        start, end = edges
    name = text[start:end]
    led = re.match(r"\S*[운한된은는던의]\s(?=\S+\s\S)", name)
    if led and len(name.split()) > 2:
        start += led.end()
    if len(name) > 4 and "·" not in name and re.search(r"[\u3400-\u9fff]", name):
        start = trim_chinese(text, start, end)
    return NameSpan(start, end, span.score, span.source)
