"""Read one entry of a feed, `<item>` or `<entry>`, whatever its dialect, into a `Listing`.

In      an element of RSS 0.9x to 2.0, RDF or Atom, with or without namespaces, in any letter case
Out     `Listing`, or None where the entry names no article
Units   `published` is raw text
Raises  nothing
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from monitor.discovery.markup import Element
from monitor.discovery.reading import MAX_SUMMARY, MAX_TAGS, MAX_TITLE
from monitor.discovery.text import absolute, plain
from pipelines.records import FeedKind, Listing

XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

_PREFIXES = {
    "": "",
    "http://www.w3.org/2005/Atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://purl.org/dc/terms/": "dc",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "",
    "http://www.google.com/schemas/sitemap/0.84": "",
    "http://www.w3.org/1999/xhtml": "xhtml",
}
_KNOWN_PREFIXES = {"atom": "", "a10": "", "rss": "", "dcterms": "dc", "n": "news"}
_DATES = ("pubdate", "published", "dc:date", "issued", "dc:issued", "created", "dc:created", "date")
_UPDATES = ("updated", "modified", "dc:modified", "lastbuilddate")
_SUMMARIES = ("description", "summary", "dc:description", "media:description")
_CONTENTS = ("content:encoded", "content", "xhtml:body", "body", "fullitem")
_TAGS = ("category", "dc:subject", "keywords", "tags")
_STRUCTURE = frozenset({"link", "guid", "id", "pubdate", "published", "updated", "description", "summary"})


@lru_cache(maxsize=4096)
def name_of(tag: str) -> str:
    """Return the plain lower-case name of a tag: `title`, `dc:date`, `media:title`; unknown namespaces keep a `?`.

    >>> name_of("{http://www.w3.org/2005/Atom}Title"), name_of("dc:Date"), name_of("{urn:x}title")
    ('title', 'dc:date', '?:title')
    """
    if tag[:1] == "{":
        space, _, local = tag[1:].partition("}")
        prefix = _PREFIXES.get(space.strip(), "?")
    else:
        head, _, local = tag.rpartition(":")
        prefix = _KNOWN_PREFIXES.get(head.lower(), head.lower())
    return f"{prefix}:{local.lower()}" if prefix else local.lower()


def fields(element: Element, *, deep: bool = False) -> dict[str, list[Element]]:
    """Return the children of an entry by name; `deep` looks below them too, for entries with unclosed tags."""
    found: dict[str, list[Element]] = {}
    for child in element.iter() if deep else element:
        if isinstance(child.tag, str) and child is not element:
            found.setdefault(name_of(child.tag), []).append(child)
    return found


def text_of(element: Element) -> str:
    """Return the text of an element, with that of its markup, but without fields that slipped into it."""
    if len(element) == 0:
        return element.text or ""
    if any(isinstance(below.tag, str) and name_of(below.tag) in _STRUCTURE for below in element):
        return element.text or ""
    return " ".join(part for part in element.itertext() if part)


def first(found: Mapping[str, Sequence[Element]], names: Sequence[str]) -> str | None:
    """Return the first text that stands under one of `names`, in the order of `names`."""
    for name in names:
        for element in found.get(name, ()):
            text = text_of(element).strip()
            if text:
                return text
    return None


def read_entry(
    element: Element,
    *,
    outlet_id: str,
    feed_url: str,
    base: str,
    kind: FeedKind,
    language: str | None,
    deep: bool = False,
) -> Listing | None:
    """Return what an entry tells. `base` resolves relative links, `language` is the feed's own."""
    found = fields(element, deep=deep)
    url = _link(element, found, _base_of(element, feed_url) or base)
    if url is None:
        return None
    own = element.get(XML_LANG) or first(found, ("dc:language", "language"))
    return Listing(
        outlet_id=outlet_id,
        url=url,
        title=plain(first(found, ("title", "dc:title", "media:title")), MAX_TITLE),
        summary=_summary(found),
        published=_short(first(found, _DATES) or first(found, _UPDATES)),
        language=(own or language or "").strip()[:35] or None,
        feed_url=feed_url,
        feed_kind=kind,
        tags=_tags(found),
    )


def _summary(found: Mapping[str, Sequence[Element]]) -> str | None:
    short = plain(first(found, _SUMMARIES), MAX_SUMMARY)
    if short and len(short) >= 40:
        return short
    return plain(first(found, _CONTENTS), MAX_SUMMARY) or short


def _short(raw: str | None) -> str | None:
    return " ".join(raw.split())[:100] if raw else None


def _base_of(element: Element, feed_url: str) -> str | None:
    """The base that `xml:base` sets for an element, None where no ancestor has one."""
    steps = [step for node in (element, *element.iterancestors()) if (step := node.get(XML_BASE))]
    base = None
    for step in reversed(steps):
        base = absolute(step, base or feed_url) or base
    return base


def _link(element: Element, found: Mapping[str, Sequence[Element]], base: str) -> str | None:
    """The article's address, best source first."""
    for candidate in _links(element, found):
        url = absolute(candidate, base)
        if url:
            return url
    return None


def _links(element: Element, found: Mapping[str, Sequence[Element]]) -> Iterator[str | None]:
    for node in found.get("feedburner:origlink", ()):
        yield text_of(node)
    written = found.get("link", ())
    for node in written:
        if not node.get("href"):
            yield text_of(node)
    for node in sorted((node for node in written if node.get("href")), key=_rank):
        yield node.get("href") if _rank(node) < 9 else None
    for node in found.get("url", ()):
        yield text_of(node)
    for node in found.get("guid", ()):
        yield _permalink(node)
    for node in found.get("id", ()):
        yield _http(text_of(node))
    for node in found.get("content", ()):
        yield node.get("src") if "html" in (node.get("type") or "") else None
    yield _http(element.get(_RDF_ABOUT) or element.get("about") or element.get("rdf:about") or "")


def _rank(link: Element) -> int:
    """Order of Atom links: the alternate as HTML first; 9 = never the article."""
    relation = (link.get("rel") or "alternate").strip().lower().rsplit("/", 1)[-1]
    media = (link.get("type") or "").lower()
    if relation != "alternate" or media.startswith(("audio/", "video/", "image/")):
        return 9
    return 0 if not media or "html" in media else 2


def _permalink(guid: Element) -> str | None:
    text = _http(text_of(guid))
    declared = next((str(value) for name, value in guid.attrib.items() if name.lower() == "ispermalink"), "")
    return text if declared.strip().lower() != "false" else None


def _http(text: str) -> str | None:
    text = text.strip()
    return text if text[:8].lower().startswith(("http://", "https://")) else None


def _tags(found: Mapping[str, Sequence[Element]]) -> tuple[str, ...]:
    words: dict[str, None] = {}
    for name in _TAGS:
        for node in found.get(name, ()):
            raw = node.get("label") or node.get("term") or text_of(node)
            for part in raw.split(",") if name in ("keywords", "tags") else (raw,):
                word = plain(part, 80)
                if word:
                    words.setdefault(word)
            if len(words) >= MAX_TAGS:
                return tuple(words)[:MAX_TAGS]
    return tuple(words)


def feed_base(url: str, channel: Element | None) -> str:
    """Return what a channel's relative links resolve against: xml:base, else the channel's link, else the feed."""
    if channel is None:
        return url
    base = _base_of(channel, url)
    if base:
        return base
    for child in channel:
        if isinstance(child.tag, str) and name_of(child.tag) == "link" and not child.get("href"):
            return absolute(child.text, url) or url
    return url
