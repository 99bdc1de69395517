"""Find the article links of a section or home page.

In      bytes of an HTML page, its URL
Out     `FeedReading` of kind section: links in page order, link text as title, a nearby <time> as raw `published`
How     same site; navigation, footers, forms and asides are left out; a link must look like an article by its address
        and its words, or share the shape of its address with several that do
Limits  6 MB, 400 links
Raises  nothing
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from monitor.discovery.markup import Element
from monitor.discovery.page import MAX_INSIDE, inside, parse_page, words
from monitor.discovery.reading import MAX_SECTION_LINKS, MAX_TITLE, FeedReading
from monitor.discovery.text import absolute, host_of, plain
from pipelines.records import FeedKind, Listing

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5"})
_OUTSIDE = frozenset({"nav", "footer", "aside", "form", "header", "noscript", "template"})
_OUTSIDE_ROLE = frozenset({"navigation", "contentinfo", "search", "menu", "menubar", "banner"})
_OUTSIDE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|submenu|footer|breadcrumbs?|pagination|pager|cookies?|social|share|sidebar-menu)(?=$|[\s_-])",
    re.I,
)
_NOT_ARTICLE = re.compile(
    r"(?:^|/)(?:tags?|topics?|category|categories|authors?|users?|profile|login|signin|signup|register|account|search|about(?:-us)?|"
    r"contacts?|advertis\w*|privacy\w*|terms\w*|cookies?|subscribe|subscription|newsletters?|donate|rss|feeds?|sitemap|archive|page|"
    r"jobs|careers|help|faq|shop|cart|wp-admin|wp-login\.php|amp|print|live-tv|podcasts?|galler(?:y|ies)|games?|weather|horoscopes?)"
    r"(?:/(?:\d+/?)?)?$|/(?:tags?|topics?|authors?|aut[eo]u?re?s?|autors?|avtory?|page)/[^/]+/?$",
    re.I,
)
_FILES = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|docx?|xlsx?|css|js|xml|rss|ics|webmanifest)$", re.I)
_DATE = re.compile(r"/(?:19|20)\d\d[/-]?(?:[01]?\d|[a-z]{3})(?:[/-]?[0-3]?\d)?(?:/|-|$)", re.I)
_NUMBER = re.compile(r"(?<!\d)\d{5,}(?!\d)|[0-9a-f]{8}-[0-9a-f]{4}-|(?:^|[-_/])[a-z]?\d{4,}(?:\.\w+)?$", re.I)
_PAGE_FILE = re.compile(r"\.(?:s?html?|php|aspx?)$|_story$|/$", re.I)
_SECOND_LEVEL = frozenset(
    {"co", "com", "net", "org", "gov", "edu", "ac", "gob", "gouv", "or", "go", "ne", "in", "mil", "info"}
)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
ENOUGH = 4


def parse(content: bytes, url: str, outlet_id: str = "", *, charset: str | None = None) -> FeedReading:
    """Return the links of a page that look like articles of the same site. Never raises."""
    root, base = parse_page(content, url, charset)
    if root is None:
        return FeedReading(problem="the page is empty", kind="section")
    found = _collect(root, base, url)
    for address, title in _listed(root, base):
        if same_site(address, url) and len(title) > len(found.get(address, ("", None, 0))[0]):
            found[address] = (title, None, ENOUGH)
    scores = {
        address: address_score(address) + extra + words_score(title) for address, (title, _, extra) in found.items()
    }
    shapes = Counter(shape(address) for address, score in scores.items() if score >= ENOUGH)
    listings = [
        Listing(
            outlet_id=outlet_id,
            url=address,
            title=plain(title, MAX_TITLE),
            published=when,
            feed_url=url,
            feed_kind=FeedKind.SECTION,
        )
        for address, (title, when, _) in found.items()
        if scores[address] >= ENOUGH or (scores[address] >= ENOUGH - 1 and shapes[shape(address)] >= 3)
    ]
    heading = root.find(".//title")
    return FeedReading(
        listings=tuple(listings[:MAX_SECTION_LINKS]),
        title=plain(words(heading), MAX_TITLE) if heading is not None else None,
        problem=None if listings else "no link on the page looks like an article",
        kind="section",
        notes=(f"only the first {MAX_SECTION_LINKS} links were taken",) if len(listings) > MAX_SECTION_LINKS else (),
    )


def _collect(root: Element, base: str, url: str) -> dict[str, tuple[str, str | None, int]]:
    """Same-site links outside the page's furniture: longest words, nearby time, bonus for headings."""
    found: dict[str, tuple[str, str | None, int]] = {}
    own = url.split("#")[0].rstrip("/")
    for link, in_heading in islice(_links(root), MAX_SECTION_LINKS * 10):
        address = absolute(link.get("href"), base)
        address = address.split("#")[0] if address else None
        if not address or address.rstrip("/") == own or not same_site(address, url) or _refused(address):
            continue
        title = words(link) or (link.get("title") or "").strip() or _caption(link)
        old = found.get(address, ("", None, 0))
        bonus = 1 if in_heading or any(node.tag in _HEADINGS for node in inside(link)) else 0
        when = old[1] or _time_near(link)
        found[address] = (title if len(title) > len(old[0]) else old[0], when, max(bonus, old[2]))
        if len(found) >= MAX_SECTION_LINKS * 4:
            break
    return found


def _caption(link: Element) -> str:
    """The words of a picture that is a link."""
    return next((str(node.get("alt") or "") for node in inside(link) if node.tag == "img"), "")


def _links(root: Element) -> Iterator[tuple[Element, bool]]:
    """Links in page order with a stack of our own: pages nest deeper than Python calls may."""
    stack: list[tuple[Element, bool]] = [(root, False)]
    while stack:
        node, heading = stack.pop()
        if not isinstance(node.tag, str) or _furniture(node):
            continue
        heading = heading or node.tag in _HEADINGS
        if node.tag == "a" and node.get("href"):
            yield node, heading
        stack.extend((child, heading) for child in reversed(node))


def _furniture(node: Element) -> bool:
    if node.tag in ("html", "body", "main", "article"):
        return False
    if node.tag in _OUTSIDE:
        # a <header> inside an article carries its headline
        return node.tag != "header" or next(node.iterancestors("article", "li", "section"), None) is None
    if (node.get("role") or "").lower() in _OUTSIDE_ROLE:
        return True
    named = f"{node.get('class') or ''} {node.get('id') or ''}".strip()
    return (
        node.tag in ("div", "ul", "ol", "section", "p", "span")
        and len(named) < 400
        and bool(_OUTSIDE_CLASS.search(named))
    )


def _time_near(link: Element) -> str | None:
    """The <time> in the teaser around a link; a teaser that holds many links is a list."""
    node = link
    for _ in range(4):
        teaser = list(inside(node))
        if len(teaser) >= MAX_INSIDE or sum(below.tag == "a" for below in teaser) > 6:
            return None
        for stamp in teaser:
            raw = (stamp.get("datetime") or words(stamp)).strip() if stamp.tag == "time" else ""
            if raw:
                return str(raw[:100])
        node = node.getparent()
        if node is None:
            return None
    return None


def _listed(root: Element, base: str) -> Iterator[tuple[str, str]]:
    """Articles that the page lists in JSON-LD (`ItemList`)."""
    for script in root.iter("script"):
        text = script.text or ""
        if "ld+json" not in (script.get("type") or "") or "itemListElement" not in text or len(text) > 500_000:
            continue
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            continue
        for item in _list_items(data):
            inner = item.get("item")
            target = inner if isinstance(inner, dict) else item
            address = absolute(target.get("url") if isinstance(target.get("url"), str) else None, base)
            title = target.get("name") or target.get("headline")
            if address and not _refused(address):
                yield address, title if isinstance(title, str) else ""


def _list_items(data: Any) -> Iterator[dict[str, Any]]:
    nodes = [node for node in (data if isinstance(data, list) else [data])[:50] if isinstance(node, dict)]
    graphs = [node["@graph"] for node in nodes if isinstance(node.get("@graph"), list)]
    for part in [*nodes, *(part for graph in graphs for part in graph if isinstance(part, dict))]:
        items = part.get("itemListElement")
        if part.get("@type") == "ItemList" and isinstance(items, list):
            yield from (item for item in items[:MAX_SECTION_LINKS] if isinstance(item, dict))


def same_site(address: str, url: str) -> bool:
    """Tell whether two addresses belong to one registered name: `en.x.com.ua` and `www.x.com.ua` do."""
    return site_of(address) == site_of(url) != ""


def site_of(url: str) -> str:
    """Return the registered name of an address, by rule of thumb: two labels, three below `co.uk` and the like."""
    host = host_of(url)
    labels = host.split(".")
    if len(labels) <= 2 or labels[-1].isdigit() or ":" in host:
        return host
    keep = 3 if len(labels[-1]) == 2 and (labels[-2] in _SECOND_LEVEL or len(labels[-2]) <= 2) else 2
    return ".".join(labels[-keep:])


def _refused(address: str) -> bool:
    path = urlsplit(address).path
    return (path in ("", "/") and not urlsplit(address).query) or bool(_NOT_ARTICLE.search(path) or _FILES.search(path))


def address_score(address: str) -> int:
    """Return how much an address looks like an article's, 0 to 5."""
    parts = urlsplit(address)
    path = unquote(parts.path)
    if _refused(address):
        return 0
    last = path.rstrip("/").rsplit("/", 1)[-1]
    runs = [part for part in re.split(r"[-_.+\s]", re.sub(r"\.\w{2,5}$", "", last)) if part]
    score = 0
    if len(runs) >= 4 or (len(last) >= 25 and len(runs) >= 3):
        score += 3
    elif len(runs) == 3:
        score += 2
    if _DATE.search(path):
        score += 2
    if _NUMBER.search(path) or re.search(r"(?:^|&)(?:id|p|article|newsid|nid)=\d{2,}", parts.query, re.I):
        score += 2
    if _PAGE_FILE.search(path) and not path.endswith("/"):
        score += 1
    return min(score, 5)


def words_score(title: str) -> int:
    """Return how much a link's words look like a headline, -2 to 2."""
    if not title:
        return -2
    length = len(title) + 2 * len(_CJK.findall(title))
    count = len(title.split()) + len(_CJK.findall(title)) // 2
    if length >= 30 and count >= 4:
        return 2
    if length >= 18 and count >= 3:
        return 1
    return -1 if count <= 1 and length < 14 else 0


def shape(address: str) -> str:
    """Return the pattern of an address: host, digits as `#`, words as `w`: articles of one site share few."""
    parts = urlsplit(address)
    steps = [step for step in parts.path.split("/") if step]
    drawn = [
        "#"
        if step.isdigit()
        else "w-#"
        if re.search(r"\d", step)
        else "w-w"
        if step.count("-") >= 2
        else "w"
        if number
        else step
        for number, step in enumerate(steps)
    ]
    return "/".join([host_of(address), *drawn])
