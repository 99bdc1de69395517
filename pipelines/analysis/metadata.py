"""Collect what a page says about itself: JSON-LD, OpenGraph, meta tags, links.

In      the page's parsed tree and its address
Out     `Metadata`: raw statements, each with the part of the page it comes from, best first; nothing is judged here
Raises  nothing: broken markup gives empty fields
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml.html import HtmlElement

from pipelines.analysis import meta_jsonld as ld


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement of a page. `source` says where it stands: `jsonld`, `og:title`, `meta:author`…"""

    source: str
    value: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says about itself, unjudged."""

    titles: tuple[Stated, ...] = ()
    authors: tuple[Stated, ...] = ()
    published: tuple[Stated, ...] = ()
    modified: tuple[Stated, ...] = ()
    canonical: tuple[str, ...] = ()
    site_names: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    description: str | None = None
    article_body: str | None = None
    types: tuple[str, ...] = ()
    reserved: bool = False
    """Its text is reserved against text and data mining."""
    node: ld.Node = field(default_factory=dict, repr=False)


_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "headline")
_AUTHORS = (
    "author",
    "article:author",
    "og:article:author",
    "og:author",
    "byl",
    "dc.creator",
    "dc.creator.name",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "citation_author",
    "authors",
    "cxenseparse:author",
    "article_author",
    "article:author_name",
    "twitter:data1",
    "creator",
    "shareaholic:article_author_name",
)
_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "datepublished",
    "date_published",
    "publishdate",
    "publish_date",
    "publish-date",
    "publication_date",
    "publicationdate",
    "pubdate",
    "ptime",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "citation_publication_date",
    "citation_online_date",
    "cxenseparse:recs:publishtime",
    "article.published",
    "og:published_time",
    "originalpublicationdate",
    "timestamp",
    "dc.date",
    "dcterms.date",
    "date",
    "og:release_date",
    "article:post_date",
    "last-published",
    "displaydate",
    "datecreated",
    "article_date_original",
    "analyticsattributes.articledate",
    "vr:published_time",
    "cxenseparse:publishtime",
    "rnews:datepublished",
    "bt:pubdate",
    "created",
    "article.created",
)
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "og:article:modified_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "lastmod",
    "article:modified",
    "modified",
    "bt:moddate",
    "utime",
    "revised",
)
_IMAGES = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src", "thumbnail")
_DESCRIPTIONS = ("og:description", "description", "twitter:description", "dc.description")
_LANGUAGES = ("content-language", "og:locale", "language", "dc.language", "dcterms.language", "inlanguage")


def clean(text: str | None) -> str:
    """One line of plain text: entities undone (twice where a page encodes them twice), tags and runs of space gone."""
    if not text:
        return ""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = re.sub(r"</?[a-zA-Z][^<>]*>", " ", text)
    if not text.isascii():
        text = text.replace("\u200b", "").replace("\ufeff", "").replace("\u00ad", "")
    return " ".join(text.split())


def read_metadata(tree: HtmlElement, url: str) -> Metadata:
    """Return what the page at `url` says about itself."""
    nodes = ld.read_nodes(tree)
    node = ld.article_node(nodes, url)
    metas = _metas(tree)
    tags = [*ld.strings(node.get("keywords")), *metas.get("article:tag", ()), *metas.get("news_keywords", ())]
    return Metadata(
        titles=tuple(_titles(tree, node, metas)),
        authors=tuple(_people(node)) + tuple(_stated("", [], _AUTHORS, metas)),
        published=tuple(_stated("jsonld", [ld.strings(node.get("datePublished"))], _PUBLISHED, metas))
        + tuple(_stated("jsonld:created", [ld.strings(node.get("dateCreated"))], (), metas)),
        modified=tuple(_stated("jsonld", [ld.strings(node.get("dateModified"))], _MODIFIED, metas)),
        canonical=tuple(_canonical(tree, node, metas)),
        site_names=tuple(_site_names(nodes, node, metas)),
        languages=tuple(_languages(tree, node, metas)),
        section=clean(ld.first(node.get("articleSection")) or _first(metas, ("article:section", "section"))) or None,
        tags=tuple(dict.fromkeys(t for tag in tags for t in map(clean, tag.split(",")) if t))[:40],
        image_url=ld.first(node.get("image"), "url") or _first(metas, _IMAGES),
        description=clean(_first(metas, _DESCRIPTIONS) or ld.first(node.get("description"))) or None,
        article_body=ld.first(node.get("articleBody")),
        types=ld.types(node) + metas.get("og:type", ()),
        reserved="1" in metas.get("tdm-reservation", ()),
        node=node,
    )


def _metas(tree: HtmlElement) -> dict[str, tuple[str, ...]]:
    """The contents of all meta elements by their lower-case name, property, itemprop or http-equiv."""
    found: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        value = meta.get("content")
        if not value or not value.strip():
            continue
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            key = meta.get(attribute)
            if key:
                found.setdefault(key.strip().lower(), []).append(value.strip()[:20_000])
    return {key: tuple(values[:50]) for key, values in found.items()}


def _stated(
    source: str, values: list[Iterator[str]], keys: tuple[str, ...], metas: dict[str, tuple[str, ...]]
) -> Iterator[Stated]:
    """The JSON-LD values, then those of the meta elements in order of trust."""
    for value in (text for texts in values for text in texts):
        if clean(value):
            yield Stated(source, clean(value))
    for key in keys:
        if key == "twitter:data1" and "author" not in "".join(metas.get("twitter:label1", ())).lower():
            continue
        for value in metas.get(key, ()):
            yield Stated(f"meta:{key}", clean(value))


def _people(node: ld.Node) -> Iterator[Stated]:
    """The authors in JSON-LD: `jsonld:person` where it says so, organisations left out."""
    for key in ("author", "creator"):
        value = node.get(key)
        for item in value if isinstance(value, list) else [value]:
            kinds = ld.types(item) if isinstance(item, dict) else ()
            if not any("Organization" in kind for kind in kinds):
                source = "jsonld:person" if "Person" in kinds else "jsonld"
                yield from (Stated(source, clean(name)) for name in ld.strings(item) if clean(name))


def _titles(tree: HtmlElement, node: ld.Node, metas: dict[str, tuple[str, ...]]) -> Iterator[Stated]:
    for key in ("headline", "name"):
        text = clean(ld.first(node.get(key)))
        if text:
            yield Stated(f"jsonld:{key}", text)
    for name in _TITLES:
        for value in metas.get(name, ())[:1]:
            yield Stated(name, clean(value))
    found = list(islice(tree.iter("title"), 20))  # a drawing in the page may have a title, too
    element = next((one for one in found if one.getparent().tag == "head"), found[0] if found else None)
    if element is not None and clean(element.text_content()):
        yield Stated("title", clean(element.text_content()))


def _canonical(tree: HtmlElement, node: ld.Node, metas: dict[str, tuple[str, ...]]) -> Iterator[str]:
    for link in tree.iter("link"):
        address = link.get("href")
        if address and "canonical" in (link.get("rel") or "").lower().split():
            yield address.strip()
    yield from metas.get("og:url", ())[:1]
    yield from (a for a in list(ld.strings(node.get("mainEntityOfPage"), "@id"))[:1] if a.startswith("http"))
    yield from (a for a in list(ld.strings(node.get("url"), "@id"))[:1] if a.startswith("http"))


def _site_names(nodes: list[ld.Node], node: ld.Node, metas: dict[str, tuple[str, ...]]) -> Iterator[str]:
    values = [*metas.get("og:site_name", ()), *metas.get("application-name", ()), *metas.get("publisher", ())]
    values += list(ld.strings(node.get("publisher")))
    for other in nodes:
        if {"WebSite", "Organization", "NewsMediaOrganization"} & set(ld.types(other)):
            values += [*ld.strings(other.get("name")), *ld.strings(other.get("alternateName"))]
    yield from dict.fromkeys(name for name in map(clean, values) if 1 < len(name) < 60)


def _languages(tree: HtmlElement, node: ld.Node, metas: dict[str, tuple[str, ...]]) -> Iterator[str]:
    root = tree.getroottree().getroot()
    values = [root.get("lang"), root.get("{http://www.w3.org/XML/1998/namespace}lang"), root.get("xml:lang")]
    values += [ld.first(node.get("inLanguage")), *(v for key in _LANGUAGES for v in metas.get(key, ()))]
    yield from dict.fromkeys(value.strip() for value in values if value and value.strip())


def _first(metas: dict[str, tuple[str, ...]], keys: tuple[str, ...]) -> str | None:
    return next((value for key in keys for value in metas.get(key, ())), None)
