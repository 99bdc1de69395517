"""Find an outlet's feeds: what its home page names, what robots.txt names, and where feeds usually stand.

In      bytes of a home page; text of robots.txt; the address of a site
Out     `Candidate(url, kind, title, why)`, best first; nothing is fetched
Limits  50 candidates of a page, 100 sitemaps of a robots.txt
Raises  nothing
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from monitor.discovery.page import parse_page, words
from monitor.discovery.reading import MAX_TITLE
from monitor.discovery.section import same_site
from monitor.discovery.telegram import preview_url
from monitor.discovery.text import absolute, plain
from pipelines.records import FeedKind

MAX_CANDIDATES = 50
MAX_SITEMAPS = 100
_TYPES = {
    "application/rss+xml": FeedKind.RSS,
    "application/rdf+xml": FeedKind.RSS,
    "application/atom+xml": FeedKind.ATOM,
    "application/feed+json": FeedKind.JSON,
    "application/json": FeedKind.JSON,
    "application/xml": FeedKind.RSS,
    "text/xml": FeedKind.RSS,
}
_FEED_PATH = re.compile(
    r"(?:^|/)(?:rss\d?|feeds?|atom|rdf)(?:$|/|\.\w+$|[_-][\w-]+\.xml$)|[._-](?:rss|atom|rdf|feed)(?:\.xml)?/?$", re.I
)
_USUAL = (
    ("/feed/", FeedKind.RSS),
    ("/rss", FeedKind.RSS),
    ("/rss.xml", FeedKind.RSS),
    ("/feed.xml", FeedKind.RSS),
    ("/rss/", FeedKind.RSS),
    ("/index.xml", FeedKind.RSS),
    ("/atom.xml", FeedKind.ATOM),
    ("/rss/all.xml", FeedKind.RSS),
    ("/rss/news", FeedKind.RSS),
    ("/feed.json", FeedKind.JSON),
    ("/feeds/posts/default", FeedKind.ATOM),
    ("/arc/outboundfeeds/rss/", FeedKind.RSS),
    ("/news-sitemap.xml", FeedKind.SITEMAP),
    ("/sitemap-news.xml", FeedKind.SITEMAP),
    ("/sitemap_news.xml", FeedKind.SITEMAP),
    ("/sitemap/news.xml", FeedKind.SITEMAP),
    ("/googlenews.xml", FeedKind.SITEMAP),
    ("/sitemap_index.xml", FeedKind.SITEMAP),
    ("/sitemap.xml", FeedKind.SITEMAP),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed that may exist. `why`: named by the page, linked from it, named by robots.txt, or a usual place."""

    url: str
    kind: FeedKind
    title: str | None = None
    why: str = "usual place"


def find(content: bytes, url: str, *, charset: str | None = None) -> tuple[Candidate, ...]:
    """Return the feeds that a page names in its head, then those it links to, Telegram channels last."""
    root, base = parse_page(content, url, charset)
    if root is None:
        return ()
    found: dict[str, Candidate] = {}
    for link in root.iter("link"):
        kind = _TYPES.get((link.get("type") or "").split(";")[0].strip().lower())
        relation = (link.get("rel") or "").lower().split()
        address = absolute(link.get("href"), base)
        if address and kind and "alternate" in relation and not _comments(address, link.get("title")):
            found.setdefault(
                address, Candidate(address, kind, plain(link.get("title"), MAX_TITLE), "named by the page")
            )
    channels: dict[str, Candidate] = {}
    for link in root.iter("a"):
        address = absolute(link.get("href"), base)
        if not address:
            continue
        title = plain(words(link), MAX_TITLE)
        channel = preview_url(address)
        if channel:
            channels.setdefault(channel, Candidate(channel, FeedKind.TELEGRAM, title, "linked from the page"))
        elif _looks_like_feed(address, url) and not _comments(address, title):
            kind = FeedKind.ATOM if "atom" in address.lower() else FeedKind.RSS
            found.setdefault(address, Candidate(address, kind, title, "linked from the page"))
        if len(found) + len(channels) >= MAX_CANDIDATES:
            break
    return (*found.values(), *channels.values())[:MAX_CANDIDATES]


def _looks_like_feed(address: str, url: str) -> bool:
    parts = urlsplit(address)
    own = same_site(address, url) or (parts.hostname or "").startswith(("feeds.", "rss.", "feed."))
    return own and bool(
        _FEED_PATH.search(parts.path) or re.search(r"(?:^|&)(?:feed|format|type)=(?:rss|atom)", parts.query, re.I)
    )


def _comments(address: str, title: str | None) -> bool:
    return "/comments/" in address.lower() or bool(title and "comments" in title.lower())


def candidates(homepage: str) -> tuple[Candidate, ...]:
    """Return the usual places of feeds and news sitemaps, below the path of the home page first, then at the root."""
    if absolute(homepage, homepage) is None:
        return ()
    path = urlsplit(homepage).path.rstrip("/")
    found: dict[str, Candidate] = {}
    for step, kind in _USUAL:
        for place in dict.fromkeys((path + step, step)):
            address = urljoin(homepage, place)
            found.setdefault(address, Candidate(address, kind))
    return tuple(found.values())


def robots_sitemaps(text: str, url: str = "") -> tuple[str, ...]:
    """Return the `Sitemap:` addresses of a robots.txt; relative ones need the `url` of the file."""
    found: dict[str, None] = {}
    for line in text[:500_000].lstrip("\ufeff").splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip().lower() in ("sitemap", "site-map"):
            address = absolute(value.split(" #")[0].strip(), url)
            if address:
                found.setdefault(address)
            if len(found) >= MAX_SITEMAPS:
                break
    return tuple(found)
