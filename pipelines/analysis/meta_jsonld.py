"""Read the article that a page describes in JSON-LD.

In      the page's parsed tree
Out     the article's node (a plain dict) with its references resolved, or an empty dict; and the site's names
Limits  `MAX_SCRIPTS` scripts of `MAX_LENGTH` characters, nodes nested `MAX_DEPTH` deep; broken JSON is mended in
        the usual ways (comments, CDATA, control characters, trailing commas), else passed over
Raises  nothing
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

MAX_SCRIPTS = 40
MAX_LENGTH = 2_000_000
MAX_DEPTH = 12

Node = dict[str, Any]

_ARTICLE = re.compile(
    r"(?:^|/)(?:\w*Article|\w*NewsArticle|Report|BlogPosting|LiveBlogPosting|SocialMediaPosting|Review|"
    r"AnalysisNewsArticle)$"
)
_WEAK = frozenset({"WebPage", "VideoObject", "Recipe", "PodcastEpisode", "CreativeWork", "ItemPage", "QAPage"})
_ELSEWHERE = frozenset(
    {"itemListElement", "hasPart", "mentions", "isPartOf", "relatedLink", "citation", "publisher", "author", "comment"}
    | {"liveBlogUpdate", "itemReviewed", "video", "image", "associatedMedia", "about", "isBasedOn"}
)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|(?://|/\*)?\s*\]\]>\s*(?:\*/)?)\s*;?\s*$"
)
_CONTROLS = re.compile(r"[\x00-\x1f]+")


def read_nodes(tree: HtmlElement) -> list[Node]:
    """Every JSON-LD object at the top of a script or a `@graph`, in page order."""
    nodes: list[Node] = []
    described = (script for script in tree.iter("script") if "ld+json" in script.get("type", ""))
    for script in islice(described, MAX_SCRIPTS):
        text = script.text
        if text and len(text) <= MAX_LENGTH:
            nodes.extend(_flatten(_parse(text), 0))
    return nodes


def article_node(nodes: list[Node], url: str) -> Node:
    """The node that describes this page's article: the right address wins, then the stronger type, then order."""
    ids = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    best, best_rank = {}, (0, 0)
    tail = _tail(url)
    for node in nodes:
        strength = _strength(node)
        if not strength:
            continue
        mine = bool(tail) and any(_tail(address) == tail for address in _addresses(node))
        rank = (strength + (2 if mine else 0), min(len(node), 12))
        if rank > best_rank:
            best, best_rank = node, rank
    return {key: _resolve(value, ids) for key, value in best.items()}


def strings(value: object, key: str = "name") -> Iterator[str]:
    """The texts in a value that may be a text, an object with `key`, or a list of either."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings(value.get(key), key)
    elif isinstance(value, list):
        for item in value[:200]:
            yield from strings(item, key)


def first(value: object, key: str = "name") -> str | None:
    """The first text of `strings`, stripped; None if there is none."""
    return next((text.strip() for text in strings(value, key) if text.strip()), None)


def types(node: Node) -> tuple[str, ...]:
    """A node's types, whichever way they are written."""
    return tuple(strings(node.get("@type")))


def _strength(node: Node) -> int:
    names = types(node)
    if any(_ARTICLE.search(name) for name in names):
        return 3 if first(node.get("headline")) or node.get("datePublished") else 2
    weak = any(name in _WEAK for name in names)
    return 1 if weak and (node.get("datePublished") or node.get("headline")) else 0


def _parse(text: str) -> object:
    """The JSON in a script, mended if need be; None if it cannot be."""
    for attempt in (_same, _mend):
        try:
            return json.loads(attempt(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _same(text: str) -> str:
    return text


def _mend(text: str) -> str:
    text = _CONTROLS.sub(" ", _WRAPPING.sub("", text.strip()))
    return _TRAILING_COMMA.sub(r"\1", _WRAPPING.sub("", text).rstrip("; \n"))


def _flatten(value: object, depth: int) -> Iterator[Node]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value[:300]:
            yield from _flatten(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key, item in value.items():
            if key == "@graph" or (key not in _ELSEWHERE and isinstance(item, dict) and "@type" in item):
                yield from _flatten(item, depth + 1)


def _resolve(value: object, ids: dict[str, Node]) -> object:
    """References (`{"@id": …}` alone) replaced by what they point at, one level deep."""
    if isinstance(value, list):
        return [_resolve(item, ids) for item in value[:200]]
    if isinstance(value, dict) and isinstance(value.get("@id"), str) and "name" not in value:
        return ids.get(value["@id"], value)
    return value


def _addresses(node: Node) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "@id"):
        yield from strings(node.get(key), "@id")
        yield from strings(node.get(key), "url")


def _tail(url: str) -> str:
    """The path of an address, bare: enough to tell pages of one site apart."""
    return re.sub(r"^\w+://[^/]*|[?#].*$", "", url).strip("/").casefold()
