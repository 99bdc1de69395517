"""Which finders read which language, and how their spans are put together.

In      text, language (ISO 639-1; unknown ones by script)
Out     `NameSpan` tuple without overlap
Raises  nothing; ImportError or FileNotFoundError when the installation is broken
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipelines.analysis import name_models, nationalities
from pipelines.analysis.nationalities import NationalityHit
from pipelines.analysis.people.arabic import (
    arabic_apart,
    arabic_end,
    arabic_start,
    called_after,
    first_name,
    third_name,
)
from pipelines.analysis.people.arabic_led import called_by_child, is_no_name
from pipelines.analysis.people.by_model import better_spans, model_spans
from pipelines.analysis.people.caseless import (
    ALSO_GIVEN,
    ARABIC_JOINING,
    CITIZEN,
    caseless_lists,
    caseless_widen,
    led_widen,
    second_surname,
)
from pipelines.analysis.people.cjk import SURNAMES_KO
from pipelines.analysis.people.common import commonness
from pipelines.analysis.people.cues import CueHit, cue_class
from pipelines.analysis.people.features import known
from pipelines.analysis.people.kept import kept, stands_as_place
from pipelines.analysis.people.korean_edges import TITLES_KO
from pipelines.analysis.people.patterns import (
    extend_lists,
    find_patterns,
    plausible,
    widen,
    without_rank,
)
from pipelines.analysis.people.public import public_spans
from pipelines.analysis.people.spans import NameSpan, merge
from pipelines.analysis.people.tidy_cjk import tidy_cjk
from pipelines.analysis.people.words import word_set

_CASELESS = frozenset({"ar", "ne", "hi"})
_SCRIPTS = (
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("ru", re.compile(r"[а-яё]", re.IGNORECASE)),
)


def route(text: str, language: str) -> str:
    """The language whose finders read a text: the language itself, else one of its script."""
    if language in name_models.PACKAGED:
        return language
    counts = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] * 2 > sum(c.isalpha() for c in text) else "de"


def find_spans(text: str, language: str, cues: Iterable[CueHit]) -> tuple[NameSpan, ...]:
    """Persons named in `text`."""
    way, cues = route(text, language), tuple(cues)
    hits = nationalities.find(text, language)
    places = [(h.start, h.end) for h in hits]
    heads = _heads(text, way, hits, cues)
    spans = [
        tidied
        for span in _by_models(text, way)
        for part in split_pair(text, span)
        if (tidied := tidy(text, behead(text, part, heads), way))
    ]
    spans += find_patterns(text, cues, way) + public_spans(text)
    whole = _edges(text, way, merge(spans), hits, heads)
    whole = merge(replace(s, start=without_rank(text, s.start, s.end)) for s in whole)
    whole = merge(with_initials(text, s) for s in whole if not _DATELINE.match(text, line_start(text, s), s.end + 30))
    whole = merge([*whole, *extend_lists(text, whole)])
    return kept(text, whole, places, way)


_Places = list[tuple[int, int]]


def _by_models(text: str, way: str) -> list[NameSpan]:
    """What the models find; of Arabic names that they took for one, each."""
    spans = [*model_spans(text, way), *better_spans(text, way)]
    return [part for span in spans for part in arabic_apart(text, span)] if way == "ar" else spans


def _heads(text: str, way: str, hits: Sequence[NationalityHit], cues: Sequence[CueHit]) -> _Places:
    """Peoples' names and titles, behind which names begin."""
    peoples = [(h.start, h.end) for h in hits if h.kind == "demonym" or way in {"uk", "ru"}]
    titles = [
        (c.start, c.end)
        for c in cues
        if c.kind == "title" and not (way == "ar" and text[c.start : c.end] in ALSO_GIVEN)
    ]
    return sorted(peoples + titles)


def _edges(
    text: str, way: str, spans: tuple[NameSpan, ...], hits: Sequence[NationalityHit], heads: _Places
) -> tuple[NameSpan, ...]:
    """The spans as wide as the names are: words beside them taken in, titles and peoples' names cut off."""
    if way in _CASELESS or way == "ko":
        starts = [*(end for _, end in heads), *(m.end() for m in CITIZEN.finditer(text))]
        spans = merge(korean_surname(text, led_widen(text, s, starts)) if not s.pseudonym else s for s in spans)
    if way in _CASELESS:
        spans = merge(second_surname(text, caseless_widen(text, s)) for s in spans)
        spans = merge([*spans, *caseless_lists(text, spans)])
    elif way not in {"zh", "ko"}:
        places = [(h.start, h.end) for h in hits]
        spans = merge(widen(text, behead(text, s, heads), places, way) for s in spans)
    if way == "ar":
        spans = merge(
            called_by_child(text, third_name(text, first_name(text, s)))
            for s in spans
            if not called_after(text, s) and not is_no_name(text[s.start : s.end])
        )
        heads = heads + [m.span() for m in CITIZEN.finditer(text)]
    if way in _CASELESS or way == "zh":
        spans = merge(behead(text, s, heads) for s in spans)
    if way in _CASELESS:
        peoples = [(h.start, h.end) for h in hits if h.kind == "demonym"]
        spans = merge(curtail(s, peoples) for s in spans)
    return spans


def behead(text: str, span: NameSpan, heads: list[tuple[int, int]]) -> NameSpan:
    """Cut the people's name or title that a model took into a name: `Le Camerounais Jean Roe`."""
    start = span.start
    for first, last in heads:
        if (
            (start <= first or start < last)
            and last < span.end
            and (first <= start or re.fullmatch(r"(?:[A-Z]?[a-z'’]{1,3}\s*|ال)?", text[start:first]))
        ):
            rest = re.match(r"(?:\s+[a-zäöüçğışа-яіїєґ][\w'’-]*)*\s*", text[last : span.end])
            cut = last + (rest.end() if rest else 0)
            if cut < span.end - 1:
                start = cut
    return NameSpan(start, span.end, span.score, span.source, span.other, span.pseudonym)


def curtail(span: NameSpan, peoples: list[tuple[int, int]]) -> NameSpan:
    """Cut a people's name off the end of a name of two words or more: `सन्तोष पुन युक्रेनी`."""
    end = min((first for first, last in peoples if span.start < first and last >= span.end > first), default=span.end)
    return replace(span, end=end - 1) if end - 1 > span.start and end != span.end else span


_SENTENCE_WORD = re.compile(
    r"\s(?!(?:al|el|bin|ibn|abu|abd|van|von|de|der|den|da|dos|do|das|del|della|la|las|los|di|ben|le|du|y|e|i|zu|ter|ten|te|oğlu|kızı|огли|оглы|кызы|бин|ибн|аль|эль|і|та)\b)"
    r"(?![a-z]{1,3}[-'’])[a-zà-öø-ÿçğışа-яіїєґё]+(?=\s|$)"
)
"""A word in small letters that no name has: what follows is another sentence part."""
_DATELINE = re.compile(
    r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ .'’-]{3,40}(?:,\s[A-Z][A-Za-zÀ-ÿ ]{2,30})?\s*(?:\([^)]{2,30}\)\s*)?(?::|—|–|--|-\s)"
)
_INITIALS = re.compile(
    r"(?:(?<![^\W\d_])[A-ZÀ-ÖØ-ÞА-ЯІЇЄҐ]\.[ \u00a0]?){1,3}$|(?:(?<!\S)(?!डॉ|डा|श्री)[\u0900-\u0963]{1,3}\.\s){1,3}$"
)


def line_start(text: str, span: NameSpan) -> int:
    """Where the line begins in which a name in capitals stands; the name itself where it is written in small ones."""
    return text.rfind("\n", 0, span.start) + 1 if text[span.start : span.end].isupper() else span.start


def with_initials(text: str, span: NameSpan) -> NameSpan:
    """Take in the initials before a surname: `W. A. Roe`."""
    found = None if span.pseudonym else _INITIALS.search(text, max(0, span.start - 12), span.start)
    if found is None or found.group().rstrip() == "M.":  # Monsieur
        return span
    return replace(span, start=found.start())


def korean_surname(text: str, span: NameSpan) -> NameSpan:
    """Take in a surname of one syllable behind a foreign given name: `블라디미르 최는`."""
    name = text[span.start : span.end]
    tail = re.match(r"이(?:는|가|를|의|와|도|에게)(?![가-힣])", text[span.end : span.end + 5])
    if tail and span.source == "korean" and (len(name) > 2 or name[0] not in SURNAMES_KO):
        return NameSpan(span.start, span.end + 1, span.score, span.source)
    foreign = " " not in name and (len(name) > 3 or (len(name) == 3 and name[0] not in SURNAMES_KO))
    second = re.match(r"\s([가-힣]{2,4}?)(?:은|는|이|가|을|를|에게|의)(?![가-힣])", text[span.end : span.end + 9])
    if (
        foreign
        and second
        and span.source == "korean"
        and not stands_as_place(text, span, "ko")
        and not cue_class(second.group(1))
        and second.group(1) not in TITLES_KO
    ):
        return NameSpan(span.start, span.end + 1 + len(second.group(1)), span.score, span.source)
    match = re.match(r"\s([가-힣])[은는이가을를의도]?(?![가-힣])", text[span.end : span.end + 4])
    whole = len(name) == 3 and name[0] in SURNAMES_KO  # what follows is "former", or the next word
    if match and match.group(1) in SURNAMES_KO and span.end - span.start > 2 and not whole:
        return NameSpan(span.start, span.end + 2, span.score, span.source, span.other, span.pseudonym)
    return span


_PAIR = re.compile(r"\s+(?:y|e|et|und|and|ve|та|і|и)\s+")


def split_pair(text: str, span: NameSpan) -> tuple[NameSpan, ...]:
    """Two full names that a model took for one: `Juan Roe y Luis Doe`."""
    name = text[span.start : span.end]
    cut = _PAIR.search(name)
    if not cut or len(name[: cut.start()].split()) < 2 or len(name[cut.end() :].split()) < 2:
        return (span,)
    return (
        NameSpan(span.start, span.start + cut.start(), span.score, span.source),
        *split_pair(text, NameSpan(span.start + cut.end(), span.end, span.score, span.source)),
    )


_EDGE = " \t\n,.;:!?\"'«»“”‘’„()[]{}-–—/|•·*@#"
_CASE_INSIDE = re.compile(r"[\u0900-\u0963]{3,}(?:ले|लाई|द्वारा|विरुद्ध|सँग)(?=\s)|\s[\u0900-\u0963]{3,}(?:को|बाट)(?=\s)")
"""A word of a Nepali name in a case: what follows is another part of the sentence."""
_NAME_WORD = re.compile(r"[^\W\d_][\w\u0900-\u0963\u064b-\u0652'’ʼ.-]*")


_TRADE = re.compile(r"[\w-]+(?:er|erin|freundin|ist|istin|präsident|präsidentin|chef|chefin|mann|frau|arzt|wart)$")
"""A German word for somebody, as a compound mostly on no list."""


def _behind_leads(text: str, start: int, end: int, way: str) -> int:
    """Behind `von` before one word, `de` before two, a German trade: `die Wahl von Roe`, `Klimaforscher Karl Roe`."""
    first, *rest = text[start:end].split()
    led = (first == "von" and len(rest) == 1) or (first in {"de", "da", "di"} and len(rest) > 1 and rest[0].istitle())
    if way == "de" and len(rest) == 2 and _TRADE.match(first):
        led = (known(first) != "1" or commonness(first) in {"0", "1", "2"}) and known(rest[0]) == "1"
    return end - len(" ".join(rest)) if led and text[start:end] == " ".join([first, *rest]) else start


def tidy(text: str, span: NameSpan, way: str) -> NameSpan | None:
    """Trim signs, titles and case particles from a model's span; None when nothing that can be a name is left."""
    start, end = span.start, span.end
    while start < end and text[start] in _EDGE:
        start += 1
    while start < end and text[end - 1] in _EDGE and not re.search(r"\b[A-ZА-Я]\.$", text[start:end]):
        end -= 1
    for ending in ("'s", "’s"):
        if text[start:end].endswith(ending):
            end -= 2
    if way in {"zh", "ko"}:
        return tidy_cjk(text, start, end, span)
    while match := re.match(r"([^\W\d_]+(?:[-'’][^\W\d_]+)*)\.?\s+", text[start:end]):
        if match.group(1).lower() not in word_set("stop") and not (
            way not in {"ar", "ne", "hi"}
            and match.group(1)[0].islower()
            and match.group(1) not in {"al", "el", "bin", "ibn", "abu", "van", "von", "de", "di", "da"}
        ):
            break
        start += match.end()
    start = without_rank(text, _behind_leads(text, start, end, way), end)
    if way not in {"ar", "ne", "hi"} and (lower := _SENTENCE_WORD.search(text, start, end)):
        end = lower.start()
    if way == "ar":
        start, end = arabic_start(text, start, end, span.score), arabic_end(text, start, end, span.score)
    if way == "ne" and (case := _CASE_INSIDE.search(text, start, end)):
        end = case.end()
    digits = re.search(r"\s+\S*\d", text[start:end])
    end = start + digits.start() if digits else end
    name = text[start:end]
    if way == "ar" and (
        any(w in word_set("arabic_counted") or w.endswith("يين") for w in name.split())
        or name in {"طالب"}
        or "وليس" in name
    ):
        return None
    if way == "ar" and name in ARABIC_JOINING:
        return None
    if "\n" in name or not _NAME_WORD.match(name) or any(c.isdigit() for c in name):
        return None
    if way not in {"ar", "ne", "hi"} and not any(c.isupper() for c in name):
        return None
    return NameSpan(start, end, span.score, span.source, span.other, span.pseudonym) if plausible(name) else None
