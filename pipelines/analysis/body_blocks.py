"""Read a page's running text in one walk: the fast reading, and the cheap second opinion on the close one.

In      the page's parsed tree (left as it is)
Out     `Block`s of text in page order, and those of the element that holds the article
How     text is gathered per block element, outside navigation, forms and teasers; paragraphs give weight to the
        elements around them (less for links), and an article split over several boxes is joined again
Raises  nothing
Limits  `MAX_ELEMENTS` elements are walked; the rest of a monstrous page is not read
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml.etree import _Element
from lxml.html import HtmlElement

MAX_ELEMENTS = 60_000

_SKIP = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "canvas",
        "nav",
        "footer",
        "aside",
        "form",
        "button",
        "select",
        "textarea",
        "input",
        "label",
        "audio",
        "video",
        "figcaption",
        "menu",
        "dialog",
        "head",
        "link",
        "meta",
        "map",
        "option",
        "fieldset",
        "time",
    }
)
_INLINE = frozenset(
    {
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "tt",
        "u",
        "var",
        "wbr",
        "nobr",
        "ruby",
        "rb",
        "rt",
        "rp",
        "time",
    }
)
_BREAK = frozenset({"br", "hr"})
_SILENT = frozenset({"script", "style", "noscript"})
"""What stands in the middle of a sentence without ending it."""
_INVISIBLE = re.compile(r"display\s*:\s*none")
_NEGATIVE = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|disqus|related\w*|recommend\w*|teasers?|promo\w*|sponsor\w*|"
    r"advert\w*|ads?|share\w*|sharing|social\w*|"
    r"newsletter\w*|subscri\w*|sidebar|side|widget\w*|breadcrumbs?|byline|author\w*|caption\w*|credits?|tags?|"
    r"toolbar|footer|foot|"
    r"nav\w*|menu|pagination|pager|cookie\w*|consent\w*|gdpr|modal|popup|overlay|login|signup|paywall\w*|"
    r"donat\w*|support-us|adblock\w*|"
    r"most-?(?:read|popular)|popular|trending|outbrain|taboola|more-(?:news|stories|on|articles)|readmore|"
    r"read-more|read-also|"
    r"also-read|see-also|meta|metadata|dateline|timestamp|copyright|disclaimer|hidden|visually-hidden|sr-only|"
    r"screen-reader-text|"
    r"skip-link|banner|poll|quiz|rating|infobox|toc|mailing|feedback|print-only|noprint|no-print|player|"
    r"audio)(?:$|[\s_-])",
    re.I,
)
_POSITIVE = re.compile(r"article|body|content|entry|main|post|story|text|single|detail", re.I)
_KEPT = frozenset({"article", "main", "body", "html"})
_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0\u2009\u202f]+")
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]+")
"""Hyphens that show only at a line's end, and spaces without width: they would hide words from every search."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_STOPS = re.compile(r"[,，、،。.!?؟।;；]")


@dataclass(slots=True)
class Block:
    """A run of text between two block borders. `linked`: how many of its characters are in links."""

    text: str
    tag: str
    linked: int
    element: _Element
    weight: float = 0.0


def read_blocks(tree: HtmlElement) -> list[Block]:
    """Every block of visible text outside the parts that are never an article, in page order."""
    body = tree.find("body")
    root = body if body is not None else tree
    walker = _Walker(_trusted(root))
    walker.walk(root)
    if sum(len(block.text) for block in walker.blocks) >= 250:
        return walker.blocks
    lenient = _Walker(None)
    lenient.walk(root)
    return lenient.blocks


def _trusted(root: _Element) -> frozenset[_Element]:
    """Elements that hold a good part of the page's paragraphs: a suspicious name misleads there."""
    counts: dict[_Element, int] = {}
    total = 0
    for paragraph in root.iter("p"):
        length = len("".join(paragraph.itertext()))
        if length < 60:
            continue
        length = min(length, 600)
        total += length
        node = paragraph.getparent()
        while node is not None:
            counts[node] = counts.get(node, 0) + length
            node = node.getparent()
    return frozenset(node for node, count in counts.items() if count >= 0.4 * total)


class _Walker:
    """One pass over a tree, in document order.

    Each element costs here what a page has hundreds of: nothing is asked of the tree twice.
    """

    def __init__(self, trusted: frozenset[_Element] | None) -> None:
        self.trusted = trusted
        self.blocks: list[Block] = []
        self.pieces: list[str] = []
        self.linked = 0
        self.holder: _Element | None = None

    def walk(self, root: _Element) -> None:
        """Gather text between the borders of block elements; `around` are the block elements that are open."""
        around, links, seen = [root], 0, 0
        if text := root.text:
            self.add(text, root, 0)
        levels = [(iter(root), root, "")]  # a level knows what was opened when it began, to be closed at its end
        while levels:
            children, opened, as_tag = levels[-1]
            for element in children:
                tag = element.tag
                inline = tag in _INLINE or tag.__class__ is not str  # a comment has no name
                if not inline and self.pieces and tag not in _SILENT:
                    self.flush()
                seen += 1
                if seen > MAX_ELEMENTS:
                    levels = []
                    break
                if tag.__class__ is str and tag not in _SKIP and not self.is_unwanted(element, tag):
                    inside = links + (tag == "a")
                    if text := element.text:
                        self.add(text, around[-1] if inline else element, inside)
                    if len(element):
                        links = inside
                        if not inline:
                            around.append(element)
                        levels.append((iter(element), element, tag))
                        break
                    if not inline and self.pieces and tag not in _SILENT:
                        self.flush()
                if text := element.tail:
                    self.add(text, around[-1], links)
            else:
                levels.pop()
                if not levels:
                    break
                if as_tag in _INLINE:
                    links -= as_tag == "a"
                else:
                    if as_tag not in _SILENT:
                        self.flush()
                    around.pop()
                if text := opened.tail:
                    self.add(text, around[-1], links)
        self.flush()

    def is_unwanted(self, element: _Element, tag: str) -> bool:
        """Whether an element's markup says that it is not of the article, and no good part of the page stands in it."""
        return self.trusted is not None and _unwanted(element, tag) and element not in self.trusted

    def add(self, text: str, holder: _Element, linked: int) -> None:
        """Append a piece of text to the block being gathered; the first with a word says which element it is of."""
        if self.holder is None and not text.isspace():
            self.holder = holder
        self.pieces.append(text)
        if linked:
            self.linked += len(text.strip())

    def flush(self) -> None:
        """End the block being gathered."""
        if self.pieces:
            if self.holder is not None:
                text = "".join(self.pieces)
                text = " ".join(text.split()) if text.isascii() else _SPACES.sub(" ", _UNSEEN.sub("", text)).strip()
                if text:
                    self.blocks.append(Block(text, str(self.holder.tag), self.linked, self.holder))
            self.pieces, self.linked, self.holder = [], 0, None


def _unwanted(element: _Element, tag: str) -> bool:
    """Whether markup says that an element is not part of the article."""
    names = element.keys()
    if not names or tag in _KEPT:
        return False
    get = element.get
    named = get("class") if "class" in names else None
    if len(names) == 1 and named:  # what most elements have
        return 1 < len(named) < 300 and _is_furniture(named)
    if tag in {"p", "h1", "h2", "h3"} and not named:
        return False
    if "style" in names and "display" in (style := get("style", "")) and _INVISIBLE.search(style):
        return True
    if "hidden" in names or ("aria-hidden" in names and get("aria-hidden") == "true"):
        return True
    marked = f"{named or ''} {get('id', '') if 'id' in names else ''}"
    return 2 < len(marked) < 300 and _is_furniture(marked)


@lru_cache(maxsize=16_384)
def _is_furniture(marked: str) -> bool:
    """Whether class and id name something that is not the article; kept, as pages repeat their names."""
    return bool(_NEGATIVE.search(marked))


def size(text: str) -> int:
    """Length in characters of a spaced script: a character of an unspaced one counts threefold."""
    return len(text) if text.isascii() else len(text) + 2 * len(_UNSPACED.findall(text))


def article_blocks(blocks: list[Block]) -> list[Block]:
    """The blocks of the article among all blocks of the page."""
    scores: dict[_Element, float] = {}
    for block in blocks:
        block.weight = 0.0
        if 2 * block.linked > len(block.text):
            continue
        length = size(block.text)
        if (block.tag in {"h1", "li", "td", "th"} and length < 120) or length < 30:
            continue
        density = block.linked / max(1, len(block.text))
        stops = len(_STOPS.findall(block.text))
        if stops == 0 and length < 90:
            continue
        block.weight = (1 + min(stops, 8) / 2 + min(length / 100, 4)) * (1 - density)
        for step, ancestor in enumerate(_ancestors(block)):
            scores[ancestor] = scores.get(ancestor, 0.0) + block.weight / (1.0, 1.2, 2.0, 3.0, 5.0)[step]
    if not scores:
        return []
    best = max(scores, key=lambda e: scores[e] * (1.15 if _POSITIVE.search(_names(e)) else 1.0))
    top = _widen(best, blocks)
    return _trim([block for block in _inside(blocks, top) if _wanted(block)])


def is_plain(tree: HtmlElement, blocks: list[Block], inner: list[Block]) -> bool:
    """Whether `inner` is beyond doubt the article: plain paragraphs, nearly all that the page has, and little else.

    The blocks must have their weights (`article_blocks`). Bounds chosen by comparing with the slower readers.
    """
    running = [block for block in inner if block.weight]
    length = sum(len(block.text) for block in running)
    paragraphs = sum(block.tag == "p" for block in running)
    if length < 800 or paragraphs < 0.9 * len(running):
        return False
    if sum(block.weight for block in running) < 0.9 * sum(block.weight for block in blocks):
        return False
    if sum(len(block.text) for block in inner if not block.weight) > 0.05 * length:
        return False
    whole = 0
    for paragraph in tree.iter("p"):
        text = "".join(paragraph.itertext()).strip()
        linked = sum(len(piece) for link in paragraph.iter("a") for piece in link.itertext())
        whole += len(text) if len(text) >= 60 and linked <= 0.5 * len(text) else 0
    return 0.85 * whole <= length <= 1.2 * whole


def in_a_cell(inner: list[Block]) -> bool:
    """Whether the article stands in a cell of a table: an old layout."""
    running = [block for block in inner if block.weight]
    return bool(running) and all(next(block.element.iterancestors("td"), None) is not None for block in running)


def _ancestors(block: Block) -> Iterator[_Element]:
    element: _Element | None = block.element
    if block.tag in {"p", "li", "blockquote", "h2", "h3", "h4", "pre", "td", "dd"} and element is not None:
        element = element.getparent()
    for _ in range(5):
        if element is None or element.tag in {"html"}:
            return
        yield element
        element = element.getparent()


def _widen(best: _Element, blocks: list[Block]) -> _Element:
    """The element around `best` that joins the boxes of one article: climbs while much running text is gained."""
    inside = sum(b.weight for b in _inside(blocks, best))
    top = best
    for _ in range(4):
        parent = top.getparent()
        if parent is None or parent.tag in {"body", "html"}:
            break
        within = _inside(blocks, parent)
        whole = sum(b.weight for b in within)
        waste = sum(len(b.text) for b in within if not b.weight)
        good = sum(len(b.text) for b in within if b.weight)
        if whole > inside * 1.25 and waste < good * 0.35:
            best, inside = parent, whole
        top = parent
    return best


def _inside(blocks: list[Block], top: _Element) -> list[Block]:
    """The blocks that stand in an element. What is found of an element is kept for all within it."""
    known: dict[_Element, bool] = {top: True}
    return [block for block in blocks if _within(block.element, known)]


def _within(element: _Element, known: dict[_Element, bool]) -> bool:
    """Whether an element stands in one that is known to; what is found is kept for all on the way."""
    way: list[_Element] = []
    node: _Element | None = element
    while node is not None and node not in known:
        way.append(node)
        node = node.getparent()
    found = node is not None and known[node]
    known.update(dict.fromkeys(way, found))
    return found


def _wanted(block: Block) -> bool:
    density = block.linked / max(1, len(block.text))
    if block.tag in {"h1", "th"} or density > 0.6:
        return False
    if block.weight or block.tag in {"h2", "h3", "h4", "p", "blockquote"}:
        return True
    return size(block.text) > 40


def _trim(blocks: list[Block]) -> list[Block]:
    """Without what stands after the last paragraph: headings of what comes next."""
    while blocks and (not blocks[-1].weight and blocks[-1].tag in {"h2", "h3", "h4", "div", "li", "span"}):
        blocks = blocks[:-1]
    return blocks


def _names(element: _Element) -> str:
    return f"{element.tag!s} {element.get('class') or ''} {element.get('id') or ''}"
