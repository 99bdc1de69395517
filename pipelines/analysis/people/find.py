"""Find every person an article speaks of, and what it says of them.

In      title, lead, body (plain text, NFC), language (ISO 639-1)
Out     `Figure` tuple in order of first mention; every attribute is the source's claim, read by a machine
Units   mention offsets are characters of the field they name
Limits  the first 60,000 characters of a body are read
Raises  nothing on any text
"""

from __future__ import annotations

from dataclasses import asdict

from pipelines.analysis.people import finders
from pipelines.analysis.people.cues import CueHit, find_cues
from pipelines.analysis.people.filters import spoken_of
from pipelines.analysis.people.group import Person, group, spread
from pipelines.analysis.people.lone import believed
from pipelines.analysis.people.roles import Reading, read_people
from pipelines.analysis.people.text import Text, join
from pipelines.records import Figure, FigureMention


def find_figures(title: str | None, body: str, language: str, lead: str | None = None) -> tuple[Figure, ...]:
    """Every named person of an article, with mentions, role, status and attributes.

    >>> find_figures(None, "President Jane Roe said so.", "en")[0].name
    'Jane Roe'
    """
    text, people, cues, language = named(title, body, language, lead)
    return tuple(
        _figure(text, person, reading)
        for person, reading in zip(people, read_people(text, people, cues, language), strict=True)
    )


def named(
    title: str | None, body: str, language: str, lead: str | None = None
) -> tuple[Text, list[Person], tuple[CueHit, ...], str]:
    """The article as one text, its persons, its cue words, its language's short name."""
    language = language.split("-")[0].lower()
    text = join(title, lead, body)
    if not text.text.strip():
        return text, [], (), language
    cues = find_cues(text.text)
    spans = finders.find_spans(text.text, language, cues)
    judged: dict[tuple[int, int], bool] = {}
    spans = spoken_of(text, spans, judged)
    spans = spread(text, spans, language)
    people = [p for p in group(text, spoken_of(text, spans, judged), language) if believed(text.text, p, cues)]
    return text, people, cues, language


def _figure(text: Text, person: Person, reading: Reading) -> Figure:
    mentions = []
    for span in person.spans:
        place = text.place(span.start, span.end)
        if place:
            mentions.append(FigureMention(place[1], place[2], text.text[span.start : span.end], place[0]))
    first = text.sentence(text.sentence_at(person.spans[0].start))
    return Figure(
        name=person.name,
        role=reading.role,
        status=reading.status,
        mentions=tuple(mentions),
        quote=reading.role_quote or reading.status_quote or first,
        confidence=reading.confidence,
        aliases=tuple(person.aliases),
        role_quote=reading.role_quote,
        status_quote=reading.status_quote,
        negated=reading.negated,
        in_captivity_statement=reading.in_captivity_statement,
        pseudonym=person.pseudonym or reading.pseudonym,
        **asdict(reading.attributes),
    )
