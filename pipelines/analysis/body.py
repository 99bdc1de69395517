"""Read the text of an article: paragraphs only, nothing that the outlet repeats on every page.

In      the page's text and parsed tree (left as it is), its address; `close`: the precise reading or the fast one
Out     `BodyReading`: paragraphs joined by an empty line, NFC; the standfirst that stands outside them; how it was read
Raises  nothing: a page without text gives an empty one
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import trafilatura
from lxml.html import HtmlElement

from pipelines.analysis import body_blocks
from pipelines.analysis.body_lines import clean_lines
from pipelines.analysis.metadata import Metadata


@dataclass(frozen=True, slots=True)
class BodyReading:
    """The article's text. `method` names who read it; `flags` what was odd."""

    text: str = ""
    lead: str | None = None
    method: str = ""
    flags: tuple[str, ...] = ()


def read_body(
    html: str, tree: HtmlElement, url: str, *, close: bool, meta: Metadata | None = None, title: str | None = None
) -> BodyReading:
    """Return the article's text, closely or fast."""
    meta = meta or Metadata()
    blocks = body_blocks.read_blocks(tree)
    fast = [block.text for block in body_blocks.article_blocks(blocks)]
    if not close:
        return BodyReading(_join(clean_lines(fast or [b.text for b in blocks], title)), None, "blocks")
    text = trafilatura.extract(tree, url=url, favor_precision=True, include_comments=False, include_tables=True) or ""
    lines = text.split("\n") if text else fast
    return BodyReading(_join(clean_lines(lines, title)), None, "precise")


def _join(lines: list[str]) -> str:
    return unicodedata.normalize("NFC", "\n\n".join(lines))
