"""Turn the plain body of an invented page into blocks and inline HTML for the templates.

In      paragraphs parted by empty lines; a mark at the start says what a block is:
        `## ` subhead · `> ` quotation · `- ` list item · `>> slug` inline teaser of another page ·
        `!! ` photo caption · `@@ ` embedded post · nothing = paragraph
        inside: `**strong**`, `[words](slug)` a link to another page of the outlet
Out     `Block(kind, html, slug)`; list items that follow one another share one block
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup, escape

_MARKS = (("## ", "subhead"), (">> ", "also"), ("> ", "quote"), ("!! ", "photo"), ("@@ ", "embed"))
_INLINE = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|\[(?P<words>[^\]]+)\]\((?P<slug>[^)]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a body. `items` is for lists, `slug` for teasers."""

    kind: str
    html: Markup
    slug: str = ""
    items: tuple[Markup, ...] = ()


def blocks(body: str, address_of: Callable[[str], str]) -> tuple[Block, ...]:
    """Return the blocks of `body`; `address_of` gives the address of a linked slug."""
    return tuple(_block(part.strip(), address_of) for part in re.split(r"\n\s*\n", body.strip()) if part.strip())


def inline(text: str, address_of: Callable[[str], str]) -> Markup:
    """Return `text` escaped, its strong words and links set."""
    done, html = 0, Markup("")
    for match in _INLINE.finditer(text):
        html += escape(text[done : match.start()])
        if match["strong"]:
            html += Markup("<strong>{}</strong>").format(match["strong"])
        else:
            html += Markup('<a href="{}">{}</a>').format(address_of(match["slug"]), match["words"])
        done = match.end()
    return html + escape(text[done:])


def _block(part: str, address_of: Callable[[str], str]) -> Block:
    if part.startswith("- "):
        items = tuple(inline(line[2:].strip(), address_of) for line in part.splitlines())
        return Block("list", Markup(""), items=items)
    for mark, kind in _MARKS:
        if part.startswith(mark):
            words = part[len(mark) :]
            return Block(kind, inline(words, address_of), slug=words if kind == "also" else "")
    return Block("p", inline(part, address_of))
