"""Leave out single words that a model alone takes for a person: towns, trades, words at the start of a sentence.

In      text, the persons of an article as grouped, cues
Out     whether such a person is believed
Rules   one word (or article and word), by models alone, needs a title, a word of saying or a fate beside it, or a name
        known to the lists that a model is sure of inside a sentence
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipelines.analysis.people.common import commonness
from pipelines.analysis.people.cues import CueHit
from pipelines.analysis.people.features import known
from pipelines.analysis.people.group import Person
from pipelines.analysis.people.spans import NameSpan

_MODELS = frozenset({"latin", "devanagari", "arabic", "slovnet", "slovnet-uk", "spacy", "again"})
_SURE = 0.88
_BESIDE = 2
_COMMON = frozenset({"0", "1"})
"""The commonest 2,000 words."""
_HONORIFIC = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Mx|Dr|Sr|Sra|Srta|M|Mme|Mlle|Me|Herrn?|Frau|señora?|senhora?|dona|don|monsieur|madame|sayın|bay|bayan|"
    r"пан|пані|пана|господин|госпожа|господина)\.?|श्री|श्रीमती|السيد|السيدة)\s$",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\b(?:chamad[oa]|llamad[oa]|apodad[oa]|apelidad[oa]|named|nicknamed|nommée?|surnommée?|namens)\s$"
)
_ARTICLE = re.compile(r"(?:Le|La|Les|El|Los|Las|Der|Die|Das|Il) [^\W\d_]+$")
"""A paper or a town, where it is no surname told in full elsewhere."""
_QUOTED = re.compile(r"[«\"“„'‘(]$")
_UNQUOTED = "»\"”“'’)"
_OPENS = re.compile(r"(?:^|[.!?\n:«\"“„–—-])\s*$")


def believed(text: str, person: Person, cues: Sequence[CueHit]) -> bool:
    """Whether a person of one word is more than one model's guess."""
    if any(s.source not in _MODELS for s in person.spans):
        return True
    if _ARTICLE.match(person.name) or "&" in person.name:
        return any(_shown(text, span, cues) for span in person.spans)
    if len(person.keys) > 1 or person.pseudonym:
        return True
    if re.search(r"[\u3400-\u9fff\uac00-\ud7af]", person.name):
        return True
    if commonness(person.name) in _COMMON and known(person.name) != "1":
        return False
    return any(_shown(text, span, cues) for span in person.spans)


def _shown(text: str, span: NameSpan, cues: Iterable[CueHit]) -> bool:
    """Whether the words beside one mention speak of a person."""
    before = text[max(0, span.start - 16) : span.start]
    if (
        _HONORIFIC.search(before)
        or _CALLED.search(before)
        or (_QUOTED.search(before) and text[span.end : span.end + 1] in _UNQUOTED)
    ):
        return True
    if span.score >= _SURE and known(text[span.start : span.end]) != "0" and not _OPENS.search(before):
        return True
    return any(_beside(span, cue) for cue in cues)


def _beside(span: NameSpan, cue: CueHit) -> bool:
    """Whether a title stands before, or a word of saying or a fate on either side, at most two signs between."""
    gap = span.start - cue.end if cue.end <= span.start else cue.start - span.end
    return 0 <= gap <= _BESIDE and (cue.kind != "title" or cue.end <= span.start)
