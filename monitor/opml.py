"""OPML in and out: the lists of feeds that every feed reader knows.

In      OPML bytes, the outlets that are known already
Out     `OpmlImport`: outlets to write, and every feed that was not taken, with the reason; OPML bytes
How     feeds of one site become one outlet; folders and categories become tags; what is known changes nothing
Limits  8 MB, 5,000 feeds; no entity is expanded
Raises  nothing: bad input is named in `problem`
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from monitor.catalogue_schema import url_fault
from monitor.discovery import markup
from monitor.discovery.markup import Element
from monitor.discovery.reading import MAX_FEED_BYTES
from monitor.discovery.section import site_of
from monitor.discovery.text import absolute, plain
from pipelines.analysis.codes import COUNTRIES, LANGUAGES
from pipelines.records import Feed, FeedKind, Outlet

MAX_FEEDS = 5_000
_FEED_KINDS = frozenset({FeedKind.RSS, FeedKind.ATOM, FeedKind.JSON})
_KIND_OF_TYPE = {"atom": FeedKind.ATOM, "json": FeedKind.JSON, "jsonfeed": FeedKind.JSON}
# country domains that the world uses as if they were general ones
_CHANNEL = re.compile(r"https?://t\.me/s/\w+/?$", re.IGNORECASE)
_GENERAL = frozenset(["ai", "am", "cc", "co", "fm", "gg", "io", "is", "ly", "me", "sh", "so", "to", "tv", "ws"])
_XML_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Refused:
    """A feed of the file that was not taken over: `name`, `url` as written, `reason` in words."""

    name: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpmlImport:
    """What importing a file would do. `added` and `changed` are complete outlets, ready to be written."""

    added: tuple[Outlet, ...] = ()
    changed: tuple[Outlet, ...] = ()
    duplicates: tuple[Refused, ...] = ()
    refused: tuple[Refused, ...] = ()
    dead: tuple[Refused, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """One feed of a file."""

    name: str
    url: str
    home: str
    kind: FeedKind
    language: str | None
    tags: tuple[str, ...]


def import_opml(
    content: bytes, known: Mapping[str, Outlet], *, dead: Collection[str] = (), charset: str | None = None
) -> OpmlImport:
    """Return what a file of feeds adds to `known`. `dead`: addresses found dead: taken switched off, and named."""
    text, _ = markup.prolog(markup.decode(markup.unpack(content, MAX_FEED_BYTES)[0], charset))
    root, clean = markup.parse(text)
    if not clean:
        root, _ = markup.parse(markup.mend(text))
    if root is None or not any(True for _ in root.iter("{*}outline", "outline", "OUTLINE")):
        return OpmlImport(problem="not an OPML file, or one without any outline")
    lines, refused = _lines(root)
    return _merge(lines, refused, known, frozenset(map(feed_key, dead)))


def feed_key(url: str) -> str:
    """Return what makes two spellings of a feed's address one: without scheme, `www.` and last slash."""
    parts = urlsplit(url)
    host = (parts.netloc or "").lower().removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}{'?' + parts.query if parts.query else ''}"


def _lines(root: Element) -> tuple[list[_Line], list[Refused]]:
    """Every feed in file order; folders are the outlines above it."""
    lines: list[_Line] = []
    refused: list[Refused] = []
    for node in root.iter("{*}outline", "outline", "OUTLINE"):
        told = {str(key).lower(): str(value).strip() for key, value in node.attrib.items()}
        raw = told.get("xmlurl") or (told.get("url", "") if told.get("type", "").lower() in ("rss", "atom") else "")
        name = plain(told.get("title") or told.get("text"), 200) or ""
        if not raw:
            if told.get("type", "").lower() in ("rss", "atom"):
                refused.append(Refused(name, "", "the line has no address of a feed"))
            continue
        url = absolute(re.sub(r"^feed:(?://)?(?=https?:)", "", raw).replace("feed://", "https://", 1), "")
        url = url.split("#")[0] if url else None
        wrong = "is no http or https address: write it whole, with https://" if url is None else url_fault(url)
        if url is None or wrong:
            refused.append(Refused(name, raw[:200], f"the address {wrong}"))
        elif len(lines) >= MAX_FEEDS:
            refused.append(Refused(name, raw[:200], f"beyond the first {MAX_FEEDS} feeds"))
        else:
            lines.append(_line(node, told, name, url))
    return lines, refused


def _line(node: Element, told: Mapping[str, str], name: str, url: str) -> _Line:
    home = absolute(told.get("htmlurl"), url)
    home = home.split("#")[0] if home else None
    parts, channel = urlsplit(url), _CHANNEL.match(url) is not None
    language = told.get("language", "").lower()[:2]
    words = [
        str(up.get("text") or up.get("title") or "")
        for up in reversed([above for above in node.iterancestors() if str(above.tag).lower().endswith("outline")])
    ]
    words += re.split(r"[,/]", told.get("category", ""))
    tags = tuple(dict.fromkeys(tag for word in words if (tag := slug(word))))
    return _Line(
        name=name or parts.netloc,
        url=url,
        home=home if home and not url_fault(home) else url if channel else f"{parts.scheme}://{parts.netloc}",
        kind=FeedKind.TELEGRAM if channel else _KIND_OF_TYPE.get(told.get("type", "").lower(), FeedKind.RSS),
        language=language if language in LANGUAGES else None,
        tags=tags[:20],
    )


def slug(word: str) -> str:
    """Return a word as a tag: small letters of any script, digits, hyphens; at most 60 characters."""
    folded = unicodedata.normalize("NFKC", word).casefold()
    return re.sub(r"[^\w]+|_", "-", folded).strip("-")[:60].strip("-")


def _merge(
    lines: Iterable[_Line], refused: list[Refused], known: Mapping[str, Outlet], dead: frozenset[str]
) -> OpmlImport:
    outlets = dict(known)
    owners = {feed_key(feed.url): outlet.id for outlet in known.values() for feed in outlet.feeds}
    sites: dict[str, str] = {}
    for outlet in known.values():
        sites.setdefault(_site(outlet.homepage), outlet.id)
    duplicates: list[Refused] = []
    gone: list[Refused] = []
    for line in lines:
        key = feed_key(line.url)
        if key in owners:
            duplicates.append(Refused(line.name, line.url, f"is a feed of {owners[key]} already"))
            continue
        if key in dead:
            gone.append(Refused(line.name, line.url, "is dead; taken over switched off"))
        outlet_id = sites.get(_site(line.home)) or _new_id(line, outlets)
        outlets[outlet_id] = _with(outlets.get(outlet_id), outlet_id, line, key in dead)
        owners[key] = sites[_site(line.home)] = outlet_id
    return OpmlImport(
        added=tuple(outlet for key, outlet in outlets.items() if key not in known),
        changed=tuple(outlet for key, outlet in outlets.items() if key in known and outlet != known[key]),
        duplicates=tuple(duplicates),
        refused=tuple(refused),
        dead=tuple(gone),
    )


def _site(home: str) -> str:
    """Feeds of one registered name belong together, but not all who live on one path of a shared host."""
    site, path = site_of(home), urlsplit(home).path.strip("/")
    if _CHANNEL.match(home):
        return f"{site}/{path}".lower()
    return f"{site}/{path.split('/')[0]}" if path else site


def _with(outlet: Outlet | None, outlet_id: str, line: _Line, dead: bool) -> Outlet:
    feed = Feed(kind=line.kind, url=line.url, enabled=not dead, confidence="from OPML", language=line.language)
    if outlet is None:
        return Outlet(
            id=outlet_id,
            name=line.name,
            homepage=line.home,
            country=_country(line.home),
            languages=(line.language,) if line.language else (),
            feeds=(feed,),
            tags=line.tags,
        )
    tags = tuple(dict.fromkeys(outlet.tags + line.tags))
    languages = outlet.languages
    if line.language and line.language not in languages:
        languages = (*languages, line.language)
    return replace(outlet, feeds=(*outlet.feeds, feed), tags=tags, languages=languages)


def _country(home: str) -> str:
    """The country of the domain's end where that says something, else XX."""
    last = site_of(home).rpartition(".")[2]
    code = "GB" if last == "uk" else last.upper()
    return code if code in COUNTRIES and last not in _GENERAL else "XX"


def _new_id(line: _Line, taken: Collection[str]) -> str:
    """A free id out of the site's name, else out of the feed's."""
    host = site_of(line.home)
    path = urlsplit(line.home).path.strip("/")
    path = path.partition("/")[2] if _CHANNEL.match(line.home) else path.split("/")[0]
    ascii_name = unicodedata.normalize("NFKD", f"{host} {path}").encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:56].strip("-") or "outlet"
    number, candidate = 1, base
    while candidate in taken:
        number += 1
        candidate = f"{base}-{number}"
    return candidate


def export_opml(outlets: Iterable[Outlet], title: str = "Watched outlets") -> bytes:
    """Return the RSS, Atom and JSON feeds of `outlets` as OPML 2.0, a folder for the first tag, all tags as categories.

    Sections, sitemaps and channels are left out: no reader of OPML could use them. Feeds switched off are left out too.
    """
    folders: dict[str, list[str]] = {}
    for outlet in sorted(outlets, key=lambda item: item.id):
        rows = [_row(outlet, feed) for feed in outlet.feeds if feed.kind in _FEED_KINDS and feed.enabled]
        folders.setdefault(outlet.tags[0] if outlet.tags else "", []).extend(rows)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"  <head><title>{_attribute(title)[1:-1]}</title></head>", "  <body>"]
    for folder, rows in sorted(folders.items()):
        if folder and rows:
            lines += [f"    <outline text={_attribute(folder)}>", *(f"      {row}" for row in rows), "    </outline>"]
        else:
            lines += [f"    {row}" for row in rows]
    return "\n".join([*lines, "  </body>", "</opml>", ""]).encode("utf-8")


def _row(outlet: Outlet, feed: Feed) -> str:
    told = {
        "type": "atom" if feed.kind is FeedKind.ATOM else "json" if feed.kind is FeedKind.JSON else "rss",
        "text": outlet.name,
        "xmlUrl": feed.url,
        "htmlUrl": outlet.homepage,
        "language": feed.language or "",
        "category": ",".join(outlet.tags),
    }
    return "<outline " + " ".join(f"{key}={_attribute(value)}" for key, value in told.items() if value) + "/>"


def _attribute(value: str) -> str:
    # always in double quotes: quoteattr would change to single ones, and the title is cut out of them
    return quoteattr(_XML_ILLEGAL.sub("", value).replace('"', "\u201d"))
