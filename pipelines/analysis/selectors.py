"""What an outlet's own selectors give of a page: title, text, authors, date, where its file says they stand.

In      the tree of a page, an outlet's `Select`: CSS, or XPath where a selector begins with / ( or .
Out     `Chosen`; what a selector does not find is empty, and the page is read as any other
Raises  `check`: ValueError with what is wrong with a selector; reading raises nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from lxml.html import HtmlElement

from pipelines.records import Select

_BLOCK_NAMES = (
    "p div section article main header footer aside nav h1 h2 h3 h4 h5 h6 ul ol li dl dd dt blockquote pre figure"
    " figcaption table thead tbody tr td th form fieldset hr details summary center address"
)
_NO_TEXT = frozenset({"script", "style", "noscript", "template"})
_SPACES = re.compile(r"\s+")
_EMPTY_LINE = re.compile(r"\n\s*\n")
_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_CALLED = re.compile(r"(?<![\w:-])([A-Za-z][\w:-]*)\s*\(")
_FUNCTION_NAMES = (
    "last position count id local-name namespace-uri name string concat starts-with contains substring-before"
    " substring-after substring string-length normalize-space translate boolean not true false lang number sum floor"
    " ceiling round text comment node processing-instruction and or div mod"
)
_BLOCKS, _FUNCTIONS = frozenset(_BLOCK_NAMES.split()), frozenset(_FUNCTION_NAMES.split())
_WHICH = "; XPath begins with /, ( or ./"
_ELEMENTS = "; CSS finds elements, XPath also texts and attributes: //h1/text(), //time/@datetime"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the selectors gave. `missing` are the keys whose selector found nothing."""

    title: str | None = None
    body: str = ""
    authors: tuple[str, ...] = ()
    date: str | None = None
    missing: tuple[str, ...] = ()


def check(selector: str) -> None:
    """Raise ValueError, with words, for a selector that cannot be used."""
    _compiled(selector)


def choose(tree: HtmlElement, select: Select) -> Chosen:
    """What the outlet's selectors give of a page."""
    found: dict[str, list[Any]] = {}
    for item in fields(select):
        selector = getattr(select, item.name)
        if selector:
            found[item.name] = _find(tree, selector)
    texts = {key: [text for one in nodes if (text := _line(one))] for key, nodes in found.items()}
    body = _body(found.get("body", []))
    return Chosen(
        title=next(iter(texts.get("title", [])), None),
        body=body,
        authors=tuple(dict.fromkeys(texts.get("authors", []))),
        date=next(iter(filter(None, map(_stamp, found.get("date", [])))), None),
        missing=tuple(key for key in found if not texts[key] and not (key == "date" and any(map(_stamp, found[key])))),
    )


@lru_cache(maxsize=512)
def _compiled(selector: str) -> etree.XPath:
    try:
        path = selector if selector[:1] in ("/", "(", ".") and not _is_class(selector) else _css(selector)
        made = etree.XPath(path)
        made(etree.Element("html"))  # an unknown prefix shows only now
    except SelectorError as error:
        raise ValueError(f"is no CSS selector: {error}{_ELEMENTS if '::' in selector else _WHICH}") from error
    except etree.XPathError as error:
        raise ValueError(f"is no XPath: {error}") from error
    if unknown := next((name for name in _CALLED.findall(_LITERAL.sub("''", path)) if name not in _FUNCTIONS), None):
        raise ValueError(f"is no XPath: there is no function {unknown}()")
    return made


def _is_class(selector: str) -> bool:
    """`.lead` is CSS, `./div` and `.//div` are XPath."""
    return selector.startswith(".") and not selector.startswith(("./", ".."))


def _css(selector: str) -> str:
    path = HTMLTranslator().css_to_xpath(selector)
    if "[0]" in path:  # how the translator says :hover, :visited…
        raise SelectorError("it depends on what a reader does, and finds nothing on a page")
    return path


def _find(tree: HtmlElement, selector: str) -> list[Any]:
    try:
        found = _compiled(selector)(tree)
    except etree.XPathError:
        return []
    return found if isinstance(found, list) else [str(found)] if isinstance(found, str) else []


def _line(one: Any) -> str:
    text = one if isinstance(one, str) else str(one.xpath("string()"))
    if not text.strip() and not isinstance(one, str):
        text = one.get("content") or ""
    return _SPACES.sub(" ", text).strip()


def _stamp(one: Any) -> str:
    """A date as a machine reads it, where the element has one; else its words."""
    if isinstance(one, str):
        return one.strip()
    return next((value.strip() for name in ("datetime", "content") if (value := one.get(name))), "") or _line(one)


def _body(nodes: list[Any]) -> str:
    """The paragraphs of the chosen elements, one empty line between them."""
    text = "\n\n".join(one if isinstance(one, str) else "".join(_pieces(one)) for one in nodes)
    return "\n\n".join(line for part in _EMPTY_LINE.split(text) if (line := _SPACES.sub(" ", part).strip()))


def _pieces(node: HtmlElement) -> Iterator[str]:
    """Every text of an element, an empty line at each edge of a block; line breaks in the markup are spaces."""
    for event, one in etree.iterwalk(node, events=("start", "end")):
        plain = isinstance(one.tag, str) and not any(up.tag in _NO_TEXT for up in (one, *one.iterancestors()))
        if one.tag in _BLOCKS:
            yield "\n\n"
        if event == "start" and plain:
            yield _SPACES.sub(" ", one.text or "")
        elif event == "end":
            yield "\n" if one.tag == "br" else ""
            if one is not node and not any(up.tag in _NO_TEXT for up in one.iterancestors()):
                yield _SPACES.sub(" ", one.tail or "")
