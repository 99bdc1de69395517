"""Articles over several pages: which address holds the next part, and one body of all.

In      a page's bytes and its address · the text of the first page and of those that follow
Out     the address of the next part, None where there is none · the paragraphs of all, each once
Rules   the next part is this very address with the next number in a place where pages are numbered, on the same host;
        `rel=next` alone is not believed, since it often leads to another article. A page that says nothing new (its
        comments are what is numbered) ends the article
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import urljoin, urlsplit

MAX_PARTS = 8
"""Pages of one article that are read, the first one counted."""

_HREF = rb"""%s\s*=\s*["']?([^"'\s>]{0,400}[=/_-]%d(?:\.[sS]?[hH][tT][mM][lL]?|/)?)(?:#[^"'\s>]*)?["'\s>]"""
"""An address that ends as the numbered part of an article does."""
_PARAMETER = re.compile(r"(?:^|&)(?:page|seite|pagina|page_no|pagenum|part|p)=(\d{1,2})$", re.I)
_PATH = re.compile(r"(?:/(?:page|seite|pagina|part)[/-]?|/|[_-](?=\d+\.))(\d{1,2})(\.s?html?|/)?$", re.I)


def next_part(content: bytes, url: str, *, first: bool = True) -> str | None:
    """The address of the part after the one at `url`, if the page links to it.

    An article is followed from its `first` page on: `/news/12` is no part of `/news`, nor `/news/13` the part after it.

    >>> next_part(b'<a href="/news/river?page=2">2</a> <a href="/news/sea?page=2">', "https://post.example/news/river")
    'https://post.example/news/river?page=2'
    >>> next_part(b'<link rel=next href="/news/sea">', "https://post.example/news/river") is None
    True
    """
    base, number = _numbered(url)
    if first and number > 1:
        return None
    wanted = number + 1 if number else 2
    written = b"href" if b"href" in content else b"HREF"  # a search for either would take ten times as long
    for found in re.finditer(_HREF % (written, wanted), content):
        try:
            address = urljoin(url, unescape(found[1].decode("utf-8", "replace"))).partition("#")[0]
            if _numbered(address) == (base, wanted):
                return address
        except ValueError:
            continue
    return None


def _numbered(url: str) -> tuple[str, int]:
    """An address without the number of its page, and that number (0: none)."""
    parts = urlsplit(url)
    path, query = parts.path, parts.query
    found = _PARAMETER.search(query)
    if found:
        query = query[: found.start()]
    else:
        found = _PATH.search(path)
        if found:
            path = path[: found.start()] + (found[2] or "").replace("/", "")
    return f"{parts.netloc.lower()}{path.rstrip('/')}?{query}", int(found[1]) if found else 0


def joined(first: str, others: Iterable[str]) -> str:
    """One text of all parts: paragraphs that stand in an earlier part are not said again."""
    text = first
    for other in others:
        for line in other.split("\n\n"):
            if line not in text:
                text += f"\n\n{line}" if text else line
    return text
