"""HTML pages as trees, bounded: what section pages, channel previews and home pages share.

In      bytes as received, the charset of the HTTP header if any
Out     the tree and the base that its links resolve against
Limits  6 MB; libxml2's own limit of depth
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from monitor.discovery import markup
from monitor.discovery.markup import Element
from monitor.discovery.reading import MAX_PAGE_BYTES
from monitor.discovery.text import absolute

MAX_INSIDE = 400
_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9._:\-]+)""", re.I)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def parse_page(content: bytes, url: str, charset: str | None = None) -> tuple[Element | None, str]:
    """Return the root of a page, None if there is nothing to read, and its base URL."""
    body, _ = markup.unpack(content, MAX_PAGE_BYTES)
    named = _META.search(body[:4_096])
    text = markup.decode(body, charset or (named.group(1).decode("ascii") if named else None))
    text = _ILLEGAL.sub("", text).strip("\ufeff \t\r\n")
    if not text:
        return None, url
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root: Element | None = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return None, url
    if root is None:
        return None, url
    for node in root.iter("base"):
        return root, absolute(node.get("href"), url) or url
    return root, url


def inside(element: Element) -> Iterator[Element]:
    """Yield an element and what it holds, at most 400 nodes: links and teasers are small, hostile pages are not."""
    return islice(element.iter(), MAX_INSIDE)


def words(element: Element) -> str:
    """Return the text of an element on one line, a space between its parts, without scripts."""
    parts: list[str] = []
    for node in inside(element):
        if isinstance(node.tag, str) and node.tag not in ("script", "style", "noscript", "svg") and node.text:
            parts.append(node.text)
        if node is not element and node.tail:
            parts.append(node.tail)
    return " ".join(" ".join(parts).split())


def classes(element: Element) -> frozenset[str]:
    """Return the class names of an element."""
    return frozenset((element.get("class") or "").split())
