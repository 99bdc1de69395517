"""Choose an article's title: once, without the site's name.

In      titles the page states (JSON-LD, OpenGraph, `title`), its `h1` headings, the names of the site
Out     one line of plain text, or None
How     a heading that the statements confirm wins; else the statement most others agree with, its site suffix removed
Raises  nothing
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from pipelines.analysis.metadata import Metadata, clean

_SEPARATOR = re.compile(r"\s+[|–—\-·•»«:/~›]+\s+|\s*[|｜]\s*|\s+::\s+|\s*_\s*(?=[^_]*(?:_[^_]*)?$)")
_GENERIC = re.compile(
    r"^(?:home(?:page)?|news|article|untitled|index|error|404|not found|access denied|just a moment.*)$", re.I
)
_ARCHIVE = re.compile(r"^(?:.{2,40}? » )?Blog Archive?s?\s*[»:]\s*", re.I)
_DATED = re.compile(r"\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}:\d{2}")
_WORD = re.compile(r"\w+")
_NO_WORD = re.compile(r"[\W_]+")
_BARE = {code: None for code in range(128) if not chr(code).isalnum()}
"""What `squeeze` leaves out of plain ASCII, by table: most texts are, and most of them are long."""
NAVIGATION_LINKS = 12


def choose_title(meta: Metadata, tree: HtmlElement, host: str = "") -> str | None:
    """Return the article's title, or None if the page has none."""
    sites = {squeeze(name) for name in meta.site_names} | host_names(host) | navigation_names(tree)
    stated = [(s.source, strip_site(s.value, sites)) for s in meta.titles]
    stated = [(source, text) for source, text in stated if text and not _GENERIC.match(text)]
    headings = _headings(tree, sites)
    for heading in headings:
        bare = squeeze(heading)
        for _, text in stated:
            told = squeeze(text)
            if bare == told:
                return text if " :" in heading else heading
            if len(told) > 14 and len(bare) < 2 * len(told) and _adds_furniture(heading, bare, text, told):
                return text
    if len(headings) == 1 and (not stated or any(_alike(headings[0], text) for _, text in stated)):
        return headings[0]
    alike = [h for h in headings if any(_alike(h, text) for _, text in stated)]
    if len(alike) == 1:
        return alike[0]
    if stated and len(headings) == 1 and len(headings[0].split()) > 3 and not stated[0][0].startswith("jsonld"):
        return headings[0]
    if stated:
        return stated[0][1]
    return headings[0] if headings else None


def _adds_furniture(heading: str, bare: str, text: str, told: str) -> bool:
    """Whether a heading is the stated title with a kicker before it, or a date line after it."""
    if bare.endswith(told):
        start = heading.casefold().rfind(text.casefold())
        return not heading[: max(0, start)].rstrip().endswith((":", "–", "-")) or " :" in heading
    return bare.startswith(told) and not text.endswith(("…", "...")) and bool(_DATED.search(heading[len(text) :]))


def navigation_names(tree: HtmlElement) -> set[str]:
    """The squeezed words of a page's first links: its own name and its sections, which pages put beside the title."""
    links = islice(tree.iter("a"), NAVIGATION_LINKS)
    texts = (clean(" ".join(link.itertext()) if len(link) else link.text) for link in links)
    return {squeeze(text) for text in texts if 2 < len(text) < 40} - {""}


def strip_site(title: str, sites: set[str]) -> str:
    """`title` without a part before or after a separator that is the site's name (or holds little but it)."""
    title = _ARCHIVE.sub("", title)
    for _ in range(3):
        parts = list(_SEPARATOR.finditer(title))
        if not parts:
            return title
        head, tail = title[: parts[0].start()], title[parts[-1].end() :]
        if _is_site(tail, sites):
            # Chinese sites write "title_section_site": no title has an underscore of its own
            cut = parts[0] if "_" in parts[-1].group() and "_" in parts[0].group() else parts[-1]
            title = title[: cut.start()].strip()
        elif _is_site(head, sites):
            title = title[parts[0].end() :].strip()
        else:
            return title
    return title


@lru_cache(maxsize=2048)
def squeeze(text: str) -> str:
    """Letters and digits only, folded: for comparing titles, names, lines; kept, as one page asks time and again."""
    if text.isascii():
        return text.translate(_BARE).lower()
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def _is_site(part: str, sites: set[str]) -> bool:
    bare = squeeze(part)
    if not bare:
        return True
    return any(
        bare == site or (len(site) > 3 and site in bare and len(bare) < len(site) + 12) for site in sites if site
    )


def host_names(host: str) -> set[str]:
    """The squeezed names that a host may go by: its own, and its main label."""
    labels = [label for label in host.lower().split(".") if label not in {"www", "m", "amp", "mobile"}]
    names = {squeeze(host.removeprefix("www."))}
    if len(labels) > 1:
        name = labels[-3] if len(labels) > 2 and len(labels[-2]) <= 3 else labels[-2]
        names.add(squeeze(name))
    return names


def _headings(tree: HtmlElement, sites: set[str]) -> list[str]:
    """The texts of the page's first headings of the first rank, each once."""
    texts = [clean(" ".join(h1.itertext())) for h1 in islice(tree.iter("h1"), 8)]
    return list(dict.fromkeys(t for t in texts if len(t) > 3 and squeeze(t) not in sites and not _GENERIC.match(t)))


def _alike(one: str, other: str) -> bool:
    """Whether most words of the shorter text stand in the longer."""
    a, b = ({word.casefold() for word in _WORD.findall(text)} for text in (one, other))
    if not a or not b:
        return False
    if len(a) < 3 or len(b) < 3:
        short, long = sorted((squeeze(one), squeeze(other)), key=len)
        return short in long and len(short) > len(long) / 2
    return len(a & b) >= 0.7 * min(len(a), len(b))
