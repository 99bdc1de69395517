"""What an outlet's own selectors give of a page: title, text, authors, date, where its file says they stand.

In      the tree of a page, an outlet's `Select`: CSS, or XPath where a selector begins with / ( or .
Out     `Chosen`; what a selector does not find is empty, and the page is read as any other
Raises  `check`: ValueError with what is wrong with a selector; reading raises nothing
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from lxml.html import HtmlElement

from pipelines.records import Select

_BLOCKS = "p h1 h2 h3 h4 h5 h6 li blockquote pre td dd dt figcaption"
_PARAGRAPHS = " | ".join(f"descendant-or-self::{name}" for name in _BLOCKS.split())
_NO_TEXT = "descendant::script | descendant::style | descendant::noscript | descendant::template"
_SPACES = re.compile(r"\s+")


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
        return etree.XPath(path)
    except SelectorError as error:
        raise ValueError(f"is no CSS selector: {error}") from error
    except etree.XPathError as error:
        raise ValueError(f"is no XPath: {error}") from error


def _is_class(selector: str) -> bool:
    """`.lead` is CSS, `./div` and `.//div` are XPath."""
    return selector.startswith(".") and not selector.startswith(("./", ".."))


def _css(selector: str) -> str:
    return HTMLTranslator().css_to_xpath(selector)


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
    paragraphs: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            paragraphs.append(_line(node))
            continue
        clean = copy.deepcopy(node)
        clean.tail = None
        for junk in clean.xpath(_NO_TEXT):
            junk.drop_tree()
        blocks = [one for one in clean.xpath(_PARAGRAPHS) if not one.xpath(_PARAGRAPHS.replace("-or-self", ""))]
        paragraphs += [_line(one) for one in blocks or [clean]]
    return "\n\n".join(part for part in paragraphs if part)
