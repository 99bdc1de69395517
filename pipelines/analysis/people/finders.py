"""Which finders read which language, and how their spans are put together.

In      text, language (ISO 639-1; unknown ones by script)
Out     `NameSpan` tuple without overlap
Raises  nothing; ImportError or FileNotFoundError when the installation is broken
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pipelines.analysis import name_models, nationalities
from pipelines.analysis.people import crf, neural
from pipelines.analysis.people.arabic import (
    arabic_apart,
    arabic_end,
    arabic_names,
    arabic_start,
    called_after,
    third_name,
)
from pipelines.analysis.people.arabic_led import called_by_child, is_no_name
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
from pipelines.analysis.people.cues import CueHit, cue_class
from pipelines.analysis.people.doubtful import with_doubtful
from pipelines.analysis.people.features import known
from pipelines.analysis.people.named_after import located, named_after
from pipelines.analysis.people.patterns import (
    TURKISH_BODY,
    extend_lists,
    find_patterns,
    plausible,
    widen,
    without_rank,
)
from pipelines.analysis.people.public import public_spans
from pipelines.analysis.people.slavic import is_known_form
from pipelines.analysis.people.spans import NameSpan, merge, overlaps
from pipelines.analysis.people.tidy_cjk import tidy_cjk
from pipelines.analysis.people.words import word_set

_PERSON = frozenset({"PERSON", "PER", "PS"})
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
    way = route(text, language)
    cues = tuple(cues)
    spans = list(_model_spans(text, way))
    spans += _better(text, way)
    if way == "ar":
        spans = [part for span in spans for part in arabic_apart(text, span)]
    hits = nationalities.find(text, language)
    places = [(h.start, h.end) for h in hits]
    heads = sorted(
        [(h.start, h.end) for h in hits if h.kind == "demonym" or way in {"uk", "ru"}]
        + [
            (c.start, c.end)
            for c in cues
            if c.kind == "title" and not (way == "ar" and text[c.start : c.end] in ALSO_GIVEN)
        ]
    )
    spans = [t for s in spans for part in split_pair(text, s) if (t := tidy(text, behead(text, part, heads), way))]
    spans += find_patterns(text, cues, way) + public_spans(text)
    whole = merge(spans)
    if way in {"ar", "ne", "hi", "ko"}:
        starts = [*(end for _, end in heads), *(m.end() for m in CITIZEN.finditer(text))]
        whole = merge(korean_surname(text, led_widen(text, s, starts)) if not s.pseudonym else s for s in whole)
    if way in {"ar", "ne", "hi"}:
        whole = merge(second_surname(text, caseless_widen(text, s)) for s in whole)
        whole = merge([*whole, *caseless_lists(text, whole)])
    elif way not in {"zh", "ko"}:
        whole = merge(widen(text, behead(text, s, heads), places, way) for s in whole)
    if way == "ar":
        whole = merge(
            called_by_child(text, third_name(text, s))
            for s in whole
            if not called_after(text, s) and not is_no_name(text[s.start : s.end])
        )
        heads += [m.span() for m in CITIZEN.finditer(text)]
    if way in {"ar", "ne", "hi", "zh"}:
        whole = merge(behead(text, s, heads) for s in whole)
    if way in {"ar", "ne", "hi"}:
        peoples = [(h.start, h.end) for h in hits if h.kind == "demonym"]
        whole = merge(curtail(s, peoples) for s in whole)
    whole = merge(replace(s, start=without_rank(text, s.start, s.end)) for s in whole)
    whole = merge(with_initials(text, s) for s in whole if not _DATELINE.match(text, line_start(text, s), s.end + 30))
    whole = merge([*whole, *extend_lists(text, whole)])
    kept = [
        s
        for s in whole
        if s.pseudonym
        or not (_is_place(s, places) or _stands_as_place(text, s, way) or _foreign_letters(text[s.start : s.end], way))
    ]
    kept = [
        s
        for s in kept
        if not (named_after(text, s, way) or (way == "tr" and TURKISH_BODY.search(text, s.start, s.end)))
    ]
    ends = {s.end for s in kept}
    kept = [
        s
        for s in kept
        if not (
            (home := _HOME.search(text, max(0, s.start - 12), s.start))
            and home.start() in ends
            and s.source not in {"public", "age", "title"}
        )
    ]
    places_alone = {
        text[s.start : s.end] for s in kept if way not in {"zh", "ko", "ar", "ne", "hi"} and located(text, s)
    }
    return tuple(s for s in kept if text[s.start : s.end] not in places_alone)


_HOME = re.compile(r",?\s+(?:de|from|aus|da|do|з|із|из)\s$")


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


def _is_place(span: NameSpan, places: list[tuple[int, int]]) -> bool:
    """Whether a span is nothing but the name of a country or of a people."""
    inside = sum(min(b, span.end) - max(a, span.start) for a, b in places if a < span.end and span.start < b)
    return inside >= 0.6 * (span.end - span.start)


_KOREAN_PLACE = re.compile(
    r"에\s사[는던]|에\s살|\s?(?:병원|수용소|교도소|시내|대학|거리|본부|법원|전선|지역|인근|방면|방향|공항|전투|작전|출신|에서|주민|당국|정부)"
)


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
        and not _stands_as_place(text, span, "ko")
        and not cue_class(second.group(1))
    ):
        return NameSpan(span.start, span.end + 1 + len(second.group(1)), span.score, span.source)
    match = re.match(r"\s([가-힣])[은는이가을를의도]?(?![가-힣])", text[span.end : span.end + 4])
    whole = len(name) == 3 and name[0] in SURNAMES_KO  # what follows is "former", or the next word
    if match and match.group(1) in SURNAMES_KO and span.end - span.start > 2 and not whole:
        return NameSpan(span.start, span.end + 2, span.score, span.source, span.other, span.pseudonym)
    return span


def _stands_as_place(text: str, span: NameSpan, way: str) -> bool:
    """Whether what follows makes one word a place: `도네츠크 법원`, `लुहान्स्क में`."""
    if span.source in {"public", "title", "named", "age", "masked"} or re.search(r"\s", text[span.start : span.end]):
        return False
    if way == "zh":
        before = text[max(0, span.start - 1) : span.start]
        return before in "在於于" and len(text[span.start : span.end]) > 3 and "·" not in text[span.start : span.end]
    if way == "ko":
        return span.end - span.start > 2 and bool(_KOREAN_PLACE.match(text, span.end))
    return way == "hi" and text.startswith(" में", span.end)


def _foreign_letters(name: str, way: str) -> bool:
    """Latin names in texts of another script are mostly outlets: they must be two known names."""
    if way not in {"uk", "ru", "ar", "ne", "hi", "ko", "zh"} or not re.match(r"[A-Za-z]", name):
        return False
    words = name.split()
    return len(words) < 2 or any(known(w) == "0" for w in words)


def _better(text: str, way: str) -> list[NameSpan]:
    """Persons by the model that the user installed; none when there is none, or when it cannot be loaded."""
    name = name_models.installed(way)
    model = name_models.load(name)[0] if name else None
    if name is None or model is None:
        return []
    return [NameSpan(e.start_char, e.end_char, 0.75, name) for e in model(text).ents if e.label_ in _PERSON]


def _model_spans(text: str, way: str) -> tuple[NameSpan, ...]:
    if way == "en":
        return _english(text)
    if way == "ru":
        return neural.find_russian(text)
    if way == "uk":
        return _ukrainian(text)
    if way == "zh":
        return _chinese(text)
    if way == "ar":
        return arabic_names(text)
    name, threshold = {
        "ko": ("korean", 0.45),
        "ne": ("devanagari", 0.45),
        "hi": ("devanagari", 0.45),
    }.get(way, ("latin", 0.4))
    reading = crf.read(name, text)
    return reading.names(threshold) if way in {"ko", "ne"} else with_doubtful(reading, way, threshold)


def _english(text: str) -> tuple[NameSpan, ...]:
    """spaCy's spans that the second model does not find absurd, and the second model's own longer ones."""
    reading = crf.read("latin", text)
    second = reading.names(0.15)
    kept = []
    for span in neural.find_english(text):
        words = text[span.start : span.end].split()
        agreed = any(overlaps(span, s) for s in second)
        if (len(words) > 1 and (agreed or any(known(w) == "1" for w in words))) or (
            len(words) == 1 and (agreed or (known(words[0]) == "1" and words[0].lower() not in word_set("stop")))
        ):
            kept.append(NameSpan(span.start, span.end, 0.9 if agreed else 0.6, span.source))
    kept += [s for s in reading.names(0.5) if " " in text[s.start : s.end]]
    return tuple(kept)


def _ukrainian(text: str) -> tuple[NameSpan, ...]:
    """slovnet's spans that hold a known name or that the small Ukrainian model confirms."""
    second = crf.find("ukrainian", text, 0.4)
    kept: list[NameSpan] = []
    for span in neural.find_ukrainian(text):
        words = text[span.start : span.end].split()
        if all(w[:1].isupper() for w in words) and (
            any(is_known_form(w) for w in words) or any(overlaps(span, s) for s in second)
        ):
            inside = [s.score for s in second if span.start <= s.start and s.end <= span.end]
            kept.append(NameSpan(span.start, span.end, max([0.8, *(score + 0.01 for score in inside)]), span.source))
    kept += [s for s in second if _sure_ukrainian(text, s)]
    return tuple(kept)


def _sure_ukrainian(text: str, span: NameSpan) -> bool:
    """Whether the small model alone is believed: a word of the name is known, or two words and no doubt."""
    words = text[span.start : span.end].split()
    if len(words) == 1 and (cue_class(words[0]) or not span.start or text[span.start - 2] in ".!?\n"):
        return False
    return (span.score > 0.6 and any(is_known_form(w) for w in words)) or (
        span.score > 0.9 and len(words) > 1 and all(w[:1].isupper() for w in words)
    )


def _chinese(text: str) -> tuple[NameSpan, ...]:
    return crf.find("chinese", text, 0.3)


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
    start = without_rank(text, start, end)
    if way not in {"ar", "ne", "hi"} and (lower := _SENTENCE_WORD.search(text, start, end)):
        end = lower.start()
    if way == "ar":
        start, end = arabic_start(text, start, end), arabic_end(text, start, end, span.score)
    if way in {"ne", "hi"} and (case := _CASE_INSIDE.search(text, start, end)):
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
