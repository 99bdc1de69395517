"""What of an article may be kept under its outlet's `store` policy.

full       everything
excerpt    hash, title and the matching sentences, each at most 300 characters; what is claimed of other sentences goes
link_only  hash, title and link; what is claimed of the title stays

In      an article with its spans; a sentence splitter (this layer knows no languages)
Out     an article whose spans stand in the shorter text; one without a policy is given back as it is
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pipelines.records import Article, Keep, Match

MAX_SENTENCE = 300
BEFORE = 100
"""So many characters are kept before a match in a sentence that is too long."""

Sentences = Callable[[str, str | None], tuple[tuple[int, int], ...]]
Spanned = TypeVar("Spanned", bound=Any)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A shorter text and where its parts stood: (start and end in the old text, start in the new one)."""

    text: str = ""
    parts: tuple[tuple[int, int, int], ...] = ()

    def moved(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a span stands now; None when it was left out."""
        for left, right, new in self.parts:
            if left <= start and end <= right:
                return new + start - left, new + end - left
        return None


def excerpt(text: str, spans: Iterable[tuple[int, int]], bounds: Iterable[tuple[int, int]]) -> Excerpt:
    """The sentences (`bounds`) of `text` that hold a span, each cut to 300 characters around its first one."""
    wanted = sorted(spans)
    parts, pieces, place = [], [], 0
    for left, right in bounds:
        inside = [start for start, end in wanted if left <= start and end <= right]
        if not inside:
            continue
        if right - left > MAX_SENTENCE:
            left = max(left, min(inside[0] - BEFORE, right - MAX_SENTENCE))
            right = min(right, left + MAX_SENTENCE)
        parts.append((left, right, place))
        pieces.append(text[left:right])
        place += right - left + 2
    return Excerpt("\n\n".join(pieces), tuple(parts))


def under_policy(article: Article, keep: Keep, sentences: Sentences) -> Article:
    """The article as it may be kept."""
    if keep is Keep.FULL:
        return article
    fields: dict[str, Excerpt] = {"body": Excerpt(), "lead": Excerpt()}
    if keep is Keep.EXCERPT:
        for name in fields:
            text = getattr(article, name) or ""
            spans = [(s.start, s.end) for match in article.matches for s in match.spans if s.field == name]
            fields[name] = excerpt(text, spans, sentences(text, article.language))
    figures = (replace(one, mentions=_moved(one.mentions, fields)) for one in article.figures)
    quoted = keep is Keep.EXCERPT
    return replace(
        article,
        body=fields["body"].text,
        lead=fields["lead"].text or None,
        dates=_moved(article.dates, fields),
        counts=tuple(replace(one, quote=one.quote[:MAX_SENTENCE]) for one in _moved(article.counts, fields)),
        figures=tuple(_without_quotes(one, fields) for one in figures if one.mentions),
        matches=tuple(_match(one, fields, quoted) for one in article.matches),
        flags=(*article.flags, f"kept_{keep.value}"),
    )


def _moved(things: Iterable[Spanned], fields: dict[str, Excerpt]) -> tuple[Spanned, ...]:
    """Spans of the title stay, those of kept sentences move along, the others go."""
    found = []
    for thing in things:
        if thing.field not in fields:
            found.append(thing)
            continue
        where = fields[thing.field].moved(thing.start, thing.end)
        if where is not None:
            found.append(replace(thing, start=where[0], end=where[1]))
    return tuple(found)


def _without_quotes(figure: Spanned, fields: dict[str, Excerpt]) -> Spanned:
    """Quotes stay where the kept text holds them."""
    kept = "\n".join(part.text for part in fields.values())
    changes = {
        name: None
        for name in ("quote", "role_quote", "status_quote")
        if getattr(figure, name) and getattr(figure, name) not in kept
    }
    return replace(figure, **changes)


def _match(match: Match, fields: dict[str, Excerpt], quoted: bool) -> Match:
    quote = match.quote[:MAX_SENTENCE] if match.quote and quoted else None
    return replace(match, spans=_moved(match.spans, fields), quote=quote)
