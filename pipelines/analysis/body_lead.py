"""Find an article's standfirst where it stands outside the content.

In      the page's tree, the body's lines, the title, the description the page states
Out     one paragraph of plain text, or None if there is none or the body has it already
Raises  nothing
"""

from __future__ import annotations

import re

from lxml.etree import _Element
from lxml.html import HtmlElement

from pipelines.analysis.body_lines import is_boilerplate
from pipelines.analysis.metadata import clean
from pipelines.analysis.titles import squeeze

SHORTEST = 30
LONGEST = 700

_NAMES = re.compile(
    r"(?:^|[\s_-])(?:excerpt|stand-?first|lead(?:-?text)?|lede|intro(?:duction)?|sub-?(?:title|head|headline|"
    r"heading)|dek|deck|"
    r"summary|description|abstract|vorspann|chapo|chapeau|entradilla|bajada|copete|sapo|ingress|perex|sommario|"
    r"occhiello|"
    r"linha-?fina|spot|annotation|anons)(?:$|[\s_-])",
    re.I,
)


def find_lead(tree: HtmlElement, lines: list[str], title: str | None, description: str | None) -> str | None:
    """Return the standfirst that stands before the body and not in it."""
    first = squeeze(lines[0])[:40] if lines else ""
    body = squeeze("".join(lines[:4]))
    bare_title, stated = squeeze(title or ""), squeeze(description or "")[:50]
    for element in tree.iter("p", "div", "h2", "h3", "span", "section", "strong"):
        names = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        named = bool(names.strip()) and bool(_NAMES.search(names))
        if not named and element.tag not in {"p", "h2"}:
            continue
        text = clean(" ".join(element.itertext()))
        bare = squeeze(text)
        if first and bare.startswith(first):
            return None
        fits = SHORTEST <= len(text) <= LONGEST and bare != bare_title and bare[:50] not in body
        told = len(stated) > 25 and bare.startswith(stated)
        if fits and (named or told) and not is_boilerplate(text) and not _furniture(element) and _is_shown(element):
            return text
    return None


def _is_shown(element: _Element) -> bool:
    """Whether all of an element's text is for readers: a script or a style sheet inside is not."""
    return next(element.iter("script", "style"), None) is None


def _furniture(element: _Element) -> bool:
    """Whether an element stands in a list of other articles, or is one itself, or is mostly a link."""
    if any(ancestor.tag in {"nav", "aside", "footer", "li", "a", "form"} for ancestor in element.iterancestors()):
        return True
    linked = sum(len(clean(" ".join(link.itertext()))) for link in element.iter("a"))
    return linked > 0.5 * len(clean(" ".join(element.itertext())))
