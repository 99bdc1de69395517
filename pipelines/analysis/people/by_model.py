"""Persons as the models of a language find them, before their words are looked at.

In      text, the finders' language (`finders.route`)
Out     `NameSpan`s, which may overlap
Raises  nothing; FileNotFoundError when the installation lacks its data files
"""

from __future__ import annotations

from pipelines.analysis import name_models
from pipelines.analysis.people import crf, neural
from pipelines.analysis.people.arabic import arabic_names
from pipelines.analysis.people.cues import cue_class
from pipelines.analysis.people.doubtful import with_doubtful
from pipelines.analysis.people.features import known
from pipelines.analysis.people.slavic import is_known_form
from pipelines.analysis.people.spans import NameSpan, overlaps
from pipelines.analysis.people.words import word_set

_PERSON = frozenset({"PERSON", "PER", "PS"})


def better_spans(text: str, way: str) -> list[NameSpan]:
    """Persons by the model that the user installed; none when there is none, or when it cannot be loaded."""
    name = name_models.installed(way)
    model = name_models.load(name)[0] if name else None
    if name is None or model is None:
        return []
    return [NameSpan(e.start_char, e.end_char, 0.75, name) for e in model(text).ents if e.label_ in _PERSON]


def model_spans(text: str, way: str) -> tuple[NameSpan, ...]:
    """Persons by the packaged models."""
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
