"""Read an article's text out of a page's script data, where the markup holds none.

In      the page's tree
Out     paragraphs in order; an empty list if no script holds running text
How     JSON in scripts (whole, or assigned to a variable) is walked; the list or object with the most running text wins
Limits  `MAX_SCRIPTS` scripts of `MAX_LENGTH` characters, `MAX_NODES` nodes
Raises  nothing
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from pipelines.analysis.metadata import clean

MAX_SCRIPTS = 60
MAX_LENGTH = 4_000_000
MAX_NODES = 80_000

_KEYS = re.compile(
    r"^(?:text|body|content|html|rendered|value|paragraph|articleBody|bodyText|body_?html|contents?(?:_?html)?|"
    r"article|story|"
    r"plainText|fullText|full_text|body_?text|article_?(?:text|content|body)|data|innerHTML|c|t)$",
    re.I,
)
_ASSIGNED = re.compile(r"=\s*(?=[{\[])|(?:JSON\.parse\()\s*(?=\")|push\(\s*(?=[\[{])")
_PUSHED = re.compile(r"__next_f\.push\(\[1,\s*(\"(?:[^\"\\]|\\.)*\")\s*\]\)")
_ROW = re.compile(r"(?m)^[0-9a-f]{1,4}:")
_RUNNING = re.compile(r"[.!?。！？।؟]")
_CODE = ("function(", '":"', '":{', '["$"', "=>", "!important", "&&")
_CAPTION = re.compile(
    r"<(script|style|figure|figcaption)\b.*?</\1\s*>|<(div|p|"
    r"span)\b[^>]*class=[\"'][^\"']*caption[^>]*>.*?</\2\s*>|\$\$\w+\$\$",
    re.S | re.I,
)
_BLOCK = re.compile(r"</?(?:p|div|br|h[1-6]|li|blockquote|section)\b[^>]*>", re.I)


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs of a text that may hold markup."""
    if "<" in text:
        text = _BLOCK.sub("\n", _CAPTION.sub(" ", text))
    return [line for line in map(clean, text.split("\n")) if line]


def script_paragraphs(tree: HtmlElement) -> list[str]:
    """The running text with the most characters that a script of the page holds."""
    best: list[str] = []
    for script in tree.xpath("//script[not(@src)]")[:MAX_SCRIPTS]:
        text = script.text or ""
        if not 300 < len(text) <= MAX_LENGTH or "ld+json" in (script.get("type") or "") or "__next_f" in text:
            continue
        for data in _values(text):
            found = _richest(data)
            if sum(map(len, found)) > sum(map(len, best)):
                best = found
    for data in _streamed(tree):
        found = _richest(data)
        if sum(map(len, found)) > sum(map(len, best)):
            best = found
    return best


def _streamed(tree: HtmlElement) -> Iterator[object]:
    """The values in rows of `id:value` that some frameworks push to the page in pieces."""
    pieces = [piece for script in tree.iter("script") for piece in _PUSHED.findall(script.text or "")]
    try:
        rows = "".join(json.loads(piece, strict=False) for piece in pieces[:400])
    except (ValueError, TypeError):
        return
    for row in _ROW.split(rows[:MAX_LENGTH]):
        value = row.lstrip("I")
        if value[:1] in {"[", "{"}:
            try:
                yield json.loads(value, strict=False)
            except (ValueError, RecursionError):
                continue
        elif value[:1] == "T" and "," in value[:12]:
            yield [value.split(",", 1)[1]]


def _values(text: str) -> Iterator[object]:
    """The JSON values in a script."""
    decoder = json.JSONDecoder(strict=False)
    starts = [0] if text.lstrip()[:1] in "{[" else [m.end() for m in _ASSIGNED.finditer(text)][:12]
    done = -1
    for start in starts:
        if start < done:
            continue
        try:
            value, done = decoder.raw_decode(text, start + len(text[start:]) - len(text[start:].lstrip()))
        except (ValueError, RecursionError):
            continue
        if isinstance(value, str) and value[:1] in "{[":
            try:
                value = json.loads(value, strict=False)
            except (ValueError, RecursionError):
                continue
        yield value


def _richest(data: object) -> list[str]:
    """The paragraphs of the node with the most running text among its own texts and those of its items."""
    best: list[str] = []
    stack: list[object] = [data]
    for _ in range(MAX_NODES):
        if not stack:
            break
        node = stack.pop()
        texts = list(_own(node))
        if sum(map(len, texts)) > sum(map(len, best)):
            best = texts
        if isinstance(node, dict):
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return best


def _own(node: object) -> Iterator[str]:
    """Running text in a node: its text fields, or those of the items of a list of paragraphs."""
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and _KEYS.match(key) and _is_running(value, 200):
                yield from paragraphs_of(value)
    elif isinstance(node, list):
        for item in node[:2000]:
            if isinstance(item, str):
                if _is_running(item, 40):
                    yield from paragraphs_of(item)
            elif isinstance(item, dict):
                value = next((v for k, v in item.items() if isinstance(v, str) and _KEYS.match(k)), None)
                if value and _is_running(value, 40):
                    yield from paragraphs_of(value)


def _is_running(text: str, least: int) -> bool:
    if (
        len(text) < least
        or text.lstrip()[:1] in "{["
        or any(mark in text for mark in _CODE)
        or text.startswith(("http", "data:"))
    ):
        return False
    return (bool(_RUNNING.search(text)) and text.count(" ") > len(text) / 40) or (
        not text.isascii() and len(text) > least
    )
