"""The text that persons are looked for in: title, lead and body as one string, with the way back.

In      title, lead, body (plain text)
Out     `Text`: one string, the parts' offsets, the sentences' offsets
Units   characters, end exclusive
Raises  nothing
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

MAX_CHARS = 60_000
"""Longer articles are cut here: a name that first appears after forty pages is not news."""

_GAP = "\n\n"
_ABBREVIATED = re.compile(
    r"(?:\b(?:[^\W\d_]|[^\W\d_]\.[^\W\d_]|Mr|Mrs|Ms|Dr|Drs|Prof|Gen|Lt|Col|Maj|Capt|Sgt|Cpl|Pvt|Brig|Adm|Gov|Sen|Rep|Rev|St|Jr|Sr|No|vs|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Hr|Fr|Nr|bzw|ca|Sr|Sra|Srta|Dra|Exc|Mme|Mlle|MM|"
    r"гл|ст|см|им|тис|млн|млрд|обл|див|проф|ген|полк|lt|tuğg|org|प्रा|डा|डॉ|श्री))$"
)
_END = re.compile(r"[.!?…।؟]+[\"'»”’)\]]*(?=\s)|[。！？]+[”」』]*|\n+|؛(?=\s)")


@dataclass(frozen=True, slots=True)
class Text:
    """One string of an article's fields; `fields` are (name, start, end), `sentences` (start, end)."""

    text: str
    fields: tuple[tuple[str, int, int], ...]
    sentences: tuple[tuple[int, int], ...]

    def sentence_at(self, offset: int) -> int:
        """Number of the sentence that holds the character at `offset`."""
        return max(0, bisect_right(self.sentences, (offset, len(self.text) + 1)) - 1)

    def sentence(self, number: int) -> str:
        """Text of a sentence, trimmed; empty when there is none of that number."""
        if not 0 <= number < len(self.sentences):
            return ""
        start, end = self.sentences[number]
        return self.text[start:end].strip()

    def place(self, start: int, end: int) -> tuple[str, int, int] | None:
        """(field, start, end) inside that field, or None when the span crosses fields."""
        for name, first, last in self.fields:
            if first <= start and end <= last:
                return name, start - first, end - first
        return None


def join(title: str | None, lead: str | None, body: str) -> Text:
    """Put the fields of an article into one `Text`; empty fields are left out."""
    pieces: list[str] = []
    fields: list[tuple[str, int, int]] = []
    at = 0
    for name, value in (("title", title), ("lead", lead), ("body", body[:MAX_CHARS])):
        if not value:
            continue
        if pieces:
            pieces.append(_GAP)
            at += len(_GAP)
        pieces.append(value)
        fields.append((name, at, at + len(value)))
        at += len(value)
    text = "".join(pieces)
    return Text(text, tuple(fields), split_sentences(text))


def split_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Offsets of the sentences of `text`; initials, titles and months with a dot do not end one."""
    found: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if match.group().startswith(".") and _ABBREVIATED.search(text, start, match.start()):
            continue
        found.append((start, match.end()))
        start = match.end()
    if start < len(text) or not found:
        found.append((start, len(text)))
    return tuple(found)
