"""Read a fetched page: bytes to article.

In      a `Page` (bytes as fetched, or plain text handed over) and the outlet's `Context`
Out     an `Article` with canonical URL, title, authors, lead, body, language, times, content hash; `outcome` is set
        only where nothing could be read (`empty_body`, `not_html`, or the page's own failure)
How     `close=False` reads fast text only (a few milliseconds), enough to tell whether the page is on topic
Raises  nothing, whatever the bytes
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from pipelines.analysis import urls
from pipelines.analysis.authors import find_authors, split_names
from pipelines.analysis.body import FastBody, read_body, read_fast
from pipelines.analysis.decode import decode
from pipelines.analysis.fingerprint import content_hash
from pipelines.analysis.language import detect
from pipelines.analysis.meta_visible import written_day
from pipelines.analysis.meta_when import find_times
from pipelines.analysis.metadata import Metadata, clean, read_metadata
from pipelines.analysis.parts import joined, next_part
from pipelines.analysis.pdf import is_pdf, read_pdf
from pipelines.analysis.selectors import Chosen, choose
from pipelines.analysis.times_stamps import parse_when
from pipelines.analysis.titles import choose_title
from pipelines.records import Article, Context, Outcome, Page, Reading, Select, When

_SPACES = re.compile(r"[ \t\f\v\u00a0]+")
_BREAKS = re.compile(r"\s*\n\s*")
_ILLEGAL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13))
_CLASSES = etree.ElementDefaultClassLookup(element=HtmlElement)
"""One class for all elements: the library's own choice by tag (forms have another) takes a call for each element."""
_SCRIPT = re.compile(rb"<[sS][cC][rR][iI][pP][tT]")
_SCRIPT_OR_END = re.compile(rb"<(/?)[sS][cC][rR][iI][pP][tT]")
LONG_SCRIPT = 1_000
"""Scripts of more characters are not parsed."""
FAST_SAMPLE = 500
"""So many characters tell the language of a page that is read fast."""
_TEXTUAL = re.compile(r"html|xml|text/plain|^$", re.I)


def read_page(page: Page, context: Context, *, close: bool = True) -> Article:
    """Return the article on `page`, read closely or fast."""
    return open_page(page, context).read(close=close)


def open_page(page: Page, context: Context) -> Opened:
    """Decode and parse a page once, for both readings."""
    article = _blank(page)
    if page.failure is not None:
        return Opened(page, context, replace(_addressed(article), outcome=page.failure, detail=page.detail))
    if page.text is not None:
        return Opened(page, context, _from_text(_addressed(article), page, context))
    if not page.content.strip():
        return Opened(page, context, replace(_addressed(article), outcome=Outcome.EMPTY_BODY, detail="no bytes"))
    if is_pdf(page.content):
        return Opened(page, context, _from_pdf(_addressed(article), page, context))
    if not looks_like_html(page.content, page.content_type):
        return Opened(page, context, replace(_addressed(article), outcome=Outcome.NOT_HTML, detail=page.content_type))
    content = without_scripts(page.content)
    tree = parse(decode(content, page.charset))
    if tree is None:
        return Opened(page, context, replace(_addressed(article), outcome=Outcome.EMPTY_BODY, detail="no markup"))
    meta = read_metadata(tree, page.url)
    reading = urls.canonical(article.url, meta.canonical)
    title = choose_title(meta, tree, _host(reading.url))
    if title is None and page.listing is not None:
        title = page.listing.title
    article = replace(
        article,
        canonical_url=reading.url,
        url_key=reading.key,
        url_why=" ".join(reading.why),
        title=title,
        section=meta.section,
        tags=meta.tags,
        image_url=meta.image_url,
        next_url=None if page.rendered or page.parts else next_part(content, page.url),
    )
    return Opened(page, context, article, tree, meta)


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that is decoded and parsed, with what it says of itself; without a tree there is nothing more to read."""

    page: Page
    context: Context
    article: Article
    tree: HtmlElement | None = None
    meta: Metadata = field(default_factory=Metadata)
    fast: list[FastBody] = field(default_factory=list)
    """The fast reading of the text, once it was made: the close one begins with it."""

    def read(self, *, close: bool) -> Article:
        """The article, read closely or fast."""
        if self.tree is None:
            return self.article if close else replace(self.article, reading=Reading.FAST_TEXT)
        article = _from_tree(self, self.tree, self.article, close)
        return _with_parts(article, self.page, self.context, close) if self.page.parts else article


def _with_parts(article: Article, page: Page, context: Context, close: bool) -> Article:
    """The article with the text of its further pages."""
    texts: list[str] = []
    for part in page.parts:
        alone = replace(page, url=part.url, content=part.content, charset=part.charset or page.charset, parts=())
        text = open_page(alone, context).read(close=close).body
        if joined(article.body, texts) == joined(article.body, [*texts, text]):
            break  # the same text again: comments are what is numbered
        texts.append(text)
    if not texts:
        return article
    body = joined(article.body, texts)
    flags, outcome = (*article.flags, f"pages_{len(texts) + 1}"), article.outcome if not body else None
    return replace(article, body=body, content_hash=content_hash(article.title, body), flags=flags, outcome=outcome)


def _blank(page: Page) -> Article:
    """What is known of a page before it is read."""
    return Article(
        outlet_id=page.outlet_id,
        url=page.url,
        fetched_at=page.fetched_at,
        requested_url=page.requested_url,
        status=page.status,
        historical=page.historical,
        listing=page.listing,
        reading=Reading.CLOSE,
    )


def _addressed(article: Article, declared: tuple[str, ...] = ()) -> Article:
    """The article with the address to show, the key to compare by, and why."""
    reading = urls.canonical(article.url, declared)
    return replace(article, canonical_url=reading.url, url_key=reading.key, url_why=" ".join(reading.why))


def _from_text(article: Article, page: Page, context: Context) -> Article:
    """Plain text handed over: title, body and language are taken as given, cleaned."""
    body = _plain(page.text or "")
    title = clean(page.title) or None
    language = page.language or detect(f"{title or ''}\n{body}", context.languages)
    outcome = None if body else Outcome.EMPTY_BODY
    return replace(
        article, title=title, body=body, language=language, content_hash=content_hash(title, body), outcome=outcome
    )


def _from_pdf(article: Article, page: Page, context: Context) -> Article:
    """A document as an article: what it says of itself, then what its first page shows."""
    read = read_pdf(page.content)
    if read.failure:
        outcome = Outcome.EMPTY_BODY if read.scanned else Outcome.READING_FAILED
        return replace(article, outcome=outcome, failure=outcome, detail=read.failure, flags=("pdf",))
    title = clean(read.title) or (page.listing.title if page.listing else None)
    body = _plain(read.text)
    listed, spoken = (page.listing.published, page.listing.language) if page.listing else (None, None)
    hints = (*([spoken] if spoken else []), *context.languages)
    published = parse_when(listed, context, "listing") if listed else None
    day = written_day(body[:1_500], page.fetched_at.date()) if published is None else None
    made = parse_when(read.created, context, "pdf:created") if read.created else None
    shown = When(day, "none", "pdf:text", "") if day else None
    return replace(
        article,
        title=title,
        body=body,
        language=page.language or detect(body or title or "", hints),
        authors=split_names(list(read.authors), set()),
        published=published or shown or made,
        content_hash=content_hash(title, body),
        flags=("pdf", *(["pdf_cut"] if read.cut else [])),
        outcome=None if body else Outcome.EMPTY_BODY,
    )


def _from_tree(opened: Opened, tree: HtmlElement, article: Article, close: bool) -> Article:
    page, context, meta = opened.page, opened.context, opened.meta
    if not opened.fast:
        opened.fast.append(read_fast(tree, article.title))
    fast, whole = opened.fast[0], partial(_whole, page)
    body = read_body(tree, close=close, meta=meta, title=article.title, fast=fast, whole=whole)
    listed, spoken = (page.listing.published, page.listing.language) if page.listing else (None, None)
    times = find_times(
        meta,
        tree,
        page.url,
        context.timezone,
        context.timezone_assumed,
        page.fetched_at,
        listed=listed,
        thorough=close,
        whole=whole,
    )
    hints = (*meta.languages, *([spoken] if spoken else []), *context.languages)
    text = body.text or article.title or ""
    read = replace(
        article,
        reading=Reading.CLOSE if close else Reading.FAST_TEXT,
        language=page.language or detect(text if close else text[:FAST_SAMPLE], hints),
        authors=find_authors(meta, tree, _host(article.canonical_url)) if close else (),
        body=body.text,
        lead=body.lead,
        published=times.published,
        modified=times.modified,
        content_hash=content_hash(article.title, body.text),
        flags=(*article.flags, *body.flags, *times.flags),
        outcome=None if body.text else Outcome.EMPTY_BODY,
    )
    return read if context.select == Select() else _overridden(read, choose(tree, context.select), context)


def _overridden(article: Article, chosen: Chosen, context: Context) -> Article:
    """What the outlet's own selectors give stands in place of the general reading; what they miss is flagged."""
    published = parse_when(chosen.date, context, "select") if chosen.date else None
    unread = ("date",) if chosen.date and published is None else ()
    missing = tuple(f"select_missed_{key}" for key in (*chosen.missing, *unread))
    title, body = clean(chosen.title) or article.title, _plain(chosen.body) or article.body
    return replace(
        article,
        title=title,
        body=body,
        authors=split_names(list(chosen.authors), set()) or article.authors,
        published=published or article.published,
        content_hash=content_hash(title, body),
        flags=(*article.flags, *missing),
        outcome=article.outcome if not body else None,
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def without_scripts(content: bytes) -> bytes:
    """A page without what its long scripts hold: most of many pages, and none of it is text that is shown.

    In the bytes, before anything else looks at them: no charset of the web writes another character as `<`.
    Data about the page (JSON) stay. A stretch in which another script seems to begin is left as it is: a word in an
    attribute or a comment that looks like a script must not take the text after it along.
    """
    pieces, at, opened = [], 0, _SCRIPT.search(content)
    while opened:
        inside = content.find(b">", opened.start()) + 1
        end, alone = _script_end(content, inside) if inside else (-1, False)
        if end < 0:
            break
        if alone and end - inside > LONG_SCRIPT and _is_plain_script(content[opened.start() : inside].lower()):
            pieces.append(content[at:inside])
            at = end
        opened = _SCRIPT.search(content, end)
    return b"".join([*pieces, content[at:]]) if pieces else content


def _script_end(content: bytes, inside: int) -> tuple[int, bool]:
    """Where the script that begins at `inside` ends, -1 if nowhere, and whether no other seems to begin before."""
    place = content.find(
        b"<", inside
    )  # a single byte is found ten times faster than a name, and most scripts have none
    found = _SCRIPT_OR_END.search(content, place) if place >= 0 else None
    alone = found is None or bool(found.group(1))
    while found and not found.group(1):
        found = _SCRIPT_OR_END.search(content, found.end())
    return (found.start() if found else -1), alone


def _is_plain_script(tag: bytes) -> bool:
    """Whether a tag opens a script, all of it: no other element's name begins so, no quoted `>` ended it too early."""
    named = tag[7:8] in b"> \t\r\n\f" and not tag.endswith(b"/>")
    return named and b"json" not in tag and not (tag.count(b'"') % 2 or tag.count(b"'") % 2)


def _whole(page: Page) -> HtmlElement | None:
    """A page's tree with its scripts."""
    return parse(decode(page.content, page.charset))


def parse(html: str) -> HtmlElement | None:
    """The tree of a page's text; None without any markup."""
    content = html.encode("utf-8", "replace").translate(None, _CONTROLS)
    if not html.isascii():
        content = content.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")  # U+FFFE, U+FFFF
    if not content or content.isspace():
        return None
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    parser.set_element_class_lookup(_CLASSES)
    try:
        tree = document_fromstring(content, parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    return tree if len(tree) else None


def looks_like_html(content: bytes, content_type: str | None) -> bool:
    """Whether bytes are worth parsing as markup: the type is believed unless the first bytes say otherwise."""
    start = content[:1024].lstrip()
    if start[:5] in {b"%PDF-"} or start[:4] in {
        b"\x89PNG",
        b"GIF8",
        b"PK\x03\x04",
        b"\xff\xd8\xff\xe0",
        b"\x1f\x8b\x08\x00",
    }:
        return False
    if content_type and not _TEXTUAL.search(content_type.split(";")[0].strip()):
        return b"<html" in start.lower() or b"<!doctype html" in start.lower()
    return True


def _plain(text: str) -> str:
    """Given text with one empty line between paragraphs, NFC, no controls."""
    text = _SPACES.sub(" ", _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")))
    return unicodedata.normalize("NFC", _BREAKS.sub("\n\n", text)).strip()
