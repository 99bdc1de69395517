"""Read the text of an article: paragraphs only, nothing that the outlet repeats on every page.

In      the page's parsed tree (left as it is; long scripts may be missing); `close`: the precise reading
        or the fast one
Out     `BodyReading`: paragraphs joined by an empty line, NFC; the standfirst that stands outside them; how it was read
How     two cheap readers; where they agree, the better one's words; where not, the precise reader and, as a third
        opinion, the text the page states as data. Pages without text in their markup are read from their scripts
Raises  nothing: a page without text gives an empty one
"""

from __future__ import annotations

import copy
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import readability
import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import Extractor

from pipelines.analysis import body_blocks
from pipelines.analysis.body_blocks import Block
from pipelines.analysis.body_lead import find_lead
from pipelines.analysis.body_lines import clean_lines, without_edges, without_links
from pipelines.analysis.body_script import paragraphs_of, script_paragraphs
from pipelines.analysis.metadata import Metadata
from pipelines.analysis.titles import squeeze

AGREE = 0.86
"""Two readings this alike are taken as one. Chosen on pages held out by publisher; .80 to .95 hardly differ."""
SHORT = 200
"""A body of fewer characters is doubted, and the page's data are asked."""
MAX_ELEMENTS = 40_000
"""Pages with more elements get the one-pass reading alone: the other readers' time grows faster than the page."""

_MUTE = (
    "script",
    "style",
    "template",
    "svg",
    "math",
    "iframe",
    "object",
    "embed",
    "canvas",
    "button",
    "picture",
    "img",
    "source",
    "select",
    "textarea",
    "input",
    "label",
    "audio",
    "video",
    "dialog",
    "link",
    "meta",
)
"""What no reader takes text from: half of a page's elements, and each of a library's passes goes over all of them."""
_DROPPED = (*_MUTE, "noscript", "nav", "footer", "aside", "form")
_FAST, _PRECISE = (
    Extractor(fast=not precise, precision=precise, comments=False, tables=True) for precise in (False, True)
)
"""Made once: the library otherwise reads its settings anew for each page."""


@dataclass(frozen=True, slots=True)
class BodyReading:
    """The article's text. `method` names who read it; `flags` what was odd."""

    text: str = ""
    lead: str | None = None
    method: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FastBody:
    """The one-pass reading: all blocks of a page, those of its article, and their clean lines."""

    blocks: list[Block]
    inner: list[Block]
    lines: list[str]


def read_fast(tree: HtmlElement, title: str | None = None) -> FastBody:
    """Read a page in one pass."""
    blocks = body_blocks.read_blocks(tree)
    inner = body_blocks.article_blocks(blocks)
    return FastBody(blocks, inner, clean_lines([block.text for block in inner], title, deep=False))


def read_body(
    tree: HtmlElement,
    *,
    close: bool,
    meta: Metadata | None = None,
    title: str | None = None,
    fast: FastBody | None = None,
    whole: Callable[[], HtmlElement | None] | None = None,
) -> BodyReading:
    """Return the article's text, closely or fast. `fast` is the one-pass reading, where it was made already; `whole`
    parses the page with its scripts, where `tree` came without them."""
    meta = meta or Metadata()
    fast = fast or read_fast(tree, title)
    blocks, inner, cheap = fast.blocks, fast.inner, fast.lines
    flags: tuple[str, ...] = ()
    if not close:
        lines, method = cheap or [block.text for block in blocks], "blocks"
    elif body_blocks.is_plain(tree, blocks, inner):
        lines, method = cheap, "plain"
    elif tree.xpath("count(//*)") > MAX_ELEMENTS:
        lines, method, flags = cheap, "blocks", ("page_huge",)
    else:
        lines, method = _read_closely(tree, cheap, meta, title)
        if body_blocks.in_a_cell(inner) and _row_of_cells(lines, cheap):
            lines, method = cheap, "cell"
    lines = without_edges(without_links(clean_lines(lines, title), blocks))
    if sum(map(len, lines)) < SHORT:
        scripted = whole() if whole is not None else None
        lines, method = _from_data(tree if scripted is None else scripted, lines, method, meta, title)
    lead = find_lead(tree, lines, title, meta.description) if close else None
    return BodyReading(unicodedata.normalize("NFC", "\n\n".join(lines)), lead, method, flags)


def _read_closely(tree: HtmlElement, cheap: list[str], meta: Metadata, title: str | None) -> tuple[list[str], str]:
    """The lines of the reading to trust, and its name."""
    plain = _library(_without(tree, _DROPPED), _FAST, title)
    if plain and likeness(plain, cheap) >= AGREE:
        return plain, "agreed"
    loud = _without(tree, _MUTE)
    precise = _library(loud, _PRECISE, title)
    stated = clean_lines(paragraphs_of(meta.article_body or ""), title)
    if sum(map(len, stated)) >= 600:
        votes = {"precise": precise, "plain": plain, "blocks": cheap}
        name = max(votes, key=lambda key: likeness(votes[key], stated))
        if likeness(votes[name], stated) >= 0.8 and likeness(precise, stated) < 0.7:
            return votes[name], name
    if _swallowed(precise, cheap) and likeness(_readable(loud, title), cheap) > 0.75:
        return cheap, "blocks"
    if sum(map(len, precise)) < SHORT:
        return _longest([precise, cheap, plain], title), "longest"
    return precise, "precise"


def _longest(readings: list[list[str]], title: str | None) -> list[str]:
    """The reading of a short text with most in it, unless that is the whole article in a line: title, byline and text.

    A reader that finds too little takes everything; what another reader found in it is then the text.
    """
    longest = max(readings, key=lambda lines: sum(map(len, lines)))
    whole = squeeze("".join(longest))
    if not title or len(longest) != 1 or not whole.startswith(squeeze(title)):
        return longest
    inside = [lines for lines in readings if lines and len(lines[-1]) > 20 and lines != longest]
    return next((lines for lines in inside if all(squeeze(line) in whole for line in lines)), longest)


def _swallowed(lines: list[str], inner: list[str]) -> bool:
    """Whether `lines` hold all of `inner` and much else: perhaps the next article below."""
    have, whole = sum(map(len, inner)), sum(map(len, lines))
    if not 600 < have < 0.65 * whole or squeeze(inner[0])[:40] not in squeeze("".join(lines[:2])):
        return False  # what stands before it is the article's beginning: the cheap reader lost it
    pieces = _words(inner)
    return sum((_words(lines) & pieces).values()) > 0.9 * sum(pieces.values())


def _row_of_cells(lines: list[str], inner: list[str]) -> bool:
    """Whether `lines` hold all of `inner` and more: a layout of tables read as data, with menus and forms."""
    have, whole = sum(map(len, inner)), squeeze("".join(lines))
    if have < SHORT or len(whole) < 1.05 * len(squeeze("".join(inner))):
        return False
    return sum(len(line) for line in inner if squeeze(line) in whole) > 0.9 * have


def _readable(tree: HtmlElement, title: str | None) -> list[str]:
    """A third reader's lines, asked rarely."""
    try:
        summary = readability.Document(etree.tostring(tree, encoding="unicode", method="html")).summary(
            html_partial=True
        )
    except (readability.readability.Unparseable, ValueError, TypeError, AttributeError, etree.LxmlError):
        return []
    return clean_lines(paragraphs_of(summary), title, deep=False)


def _without(tree: HtmlElement, tags: tuple[str, ...]) -> HtmlElement:
    """A copy of a tree without some elements."""
    copied = copy.deepcopy(tree)
    etree.strip_elements(copied, *tags, with_tail=False)
    return copied


def _library(tree: HtmlElement, options: Extractor, title: str | None) -> list[str]:
    """The library's reading of a tree, cleaned."""
    try:
        text = trafilatura.extract(tree, options=options)
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError, etree.LxmlError):
        return []  # it stumbles over some broken pages; the other readers go on
    return clean_lines((text or "").split("\n"), title, deep=False)


def _from_data(
    tree: HtmlElement, lines: list[str], method: str, meta: Metadata, title: str | None
) -> tuple[list[str], str]:
    """What the page states as data, where that is clearly more than what it shows."""
    have = sum(map(len, lines))
    stated = clean_lines(paragraphs_of(meta.article_body or ""), title)
    if sum(map(len, stated)) > max(SHORT, 1.5 * have):
        return stated, "article_body"
    scripted = clean_lines(script_paragraphs(tree), title)
    if sum(map(len, scripted)) > max(SHORT, 1.5 * have):
        return scripted, "script"
    return lines, method


def likeness(one: list[str], other: list[str]) -> float:
    """How alike two readings are: the share of characters in words that they have in common, 0 to 1."""
    a, b = _words(one), _words(other)
    total = sum(a.values()) + sum(b.values())
    return 2 * sum((a & b).values()) / total if total else 0.0


def _words(lines: list[str]) -> Counter[str]:
    """Line by line in pieces of twelve squeezed characters: cheap shingles for any script."""
    pieces: Counter[str] = Counter()
    for line in lines:
        bare = squeeze(line)
        pieces.update(bare[i : i + 12] for i in range(0, len(bare), 12))
    return pieces
