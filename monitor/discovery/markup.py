"""From hostile bytes to a tree: decompression, decoding and XML parsing that bounds everything and expands nothing.

In      a body as received (Content-Encoding undone), the charset of the HTTP header if any
Out     text; an lxml tree, or None where there is none
Limits  bytes by the caller, depth 256 and text 10 MB by libxml2 (`huge_tree` off)
Never   expands an entity, loads a DTD, opens a file or a socket: the document type is cut off before parsing
Raises  nothing
"""

from __future__ import annotations

import codecs
import html
import html.entities
import re
import zlib
from collections.abc import Iterator
from typing import Any

from lxml import etree

Element = Any
"""An lxml element (lxml ships no types)."""

_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*?\?>", re.S | re.I)
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']\s*([A-Za-z0-9._:\-]+)""", re.S)
_ROOT = re.compile(r"<(?:\?xml|!doctype\s|(?:\w+:)?(?:rss|feed|rdf|urlset|sitemapindex|channel)[\s>])", re.I)
_REFERENCE = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)?", re.S
)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DOCTYPE = re.compile(r"(?:\s|\ufeff|(?><!--.*?-->)|(?><\?.*?\?>))*+(<!doctype\b)", re.I | re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_SEVEN_BIT = ("iso-2022", "iso2022", "hz", "utf-7", "utf7")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMESPACE_ERRORS = range(200, 206)


def unpack(content: bytes, limit: int) -> tuple[bytes, tuple[str, ...]]:
    """Return at most `limit` bytes of `content`, unzipped if it is gzip, and what there is to say about it."""
    if content[:2] == b"\x1f\x8b":
        try:
            stream = zlib.decompressobj(wbits=31)
            content = stream.decompress(content, limit + 1)
        except zlib.error as error:
            return b"", (f"gzip data cannot be read: {error}",)
        if len(content) <= limit and not stream.eof:
            return content, ("gzip data ends early",)
    if len(content) > limit:
        return content[:limit], (f"cut at {limit} bytes",)
    return content, ()


def decode(content: bytes, charset: str | None = None) -> str:
    """Return the text of an XML or JSON body, by byte order mark, zero bytes, UTF-8 if it is, declaration, header."""
    for mark, name in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, "replace")
    wide = _wide(content[:256])
    if wide:
        return content.decode(wide, "replace")
    found = _DECLARED.search(content[:4096])
    declared = found.group(1).decode("ascii") if found else None
    seven_bit = [name for name in (declared, charset) if name and name.lower().startswith(_SEVEN_BIT)]
    for name in (*seven_bit, "utf-8"):
        text = _strict(content, name)
        if text is not None:
            return text
    return _other(content, declared, charset)


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark shows in where the zero bytes stand."""
    if len(head) < 8 or head.count(0) * 4 < len(head):
        return None
    zeros = "".join("0" if head[place::4].count(0) * 8 > len(head) else "x" for place in range(4))
    return {"x000": "utf-32-le", "000x": "utf-32-be", "x0x0": "utf-16-le", "0x0x": "utf-16-be"}.get(zeros)


def _other(content: bytes, declared: str | None, charset: str | None) -> str:
    """The body is not clean UTF-8: UTF-8 with scars, or another charset that somebody names, or a Western guess."""
    scarred = content.decode("utf-8", "replace")
    wide_bytes = sum(byte >= 0x80 for byte in content[:200_000]) or 1
    scars = scarred[:200_000].count("\ufffd")
    if scars * 20 <= wide_bytes:
        return scarred
    for name in (declared, charset):
        if name and not name.lower().replace("_", "-").startswith("utf"):
            text = _strict(content, _wider(name))
            if text is not None:
                return text
    for name in (declared, charset):
        if name and not name.lower().replace("_", "-").startswith("utf") and _known(name):
            return content.decode(_wider(name), "replace")
    return content.decode("cp1252", "replace")


def _wider(name: str) -> str:
    """The superset that browsers use for a label, so that a stray byte does not cost the text."""
    label = name.lower().replace("_", "-")
    if label in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"):
        return "cp1252"
    return "gb18030" if label in ("gb2312", "gbk", "gb-2312", "x-gbk") else name


def _known(name: str) -> bool:
    try:
        return codecs.lookup(_wider(name)).name not in ("unicode_escape", "raw_unicode_escape", "idna", "punycode")
    except (LookupError, ValueError):
        return False


def _strict(content: bytes, name: str) -> str | None:
    if not _known(name):
        return None
    try:
        return content.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return None


def prolog(text: str) -> tuple[str, tuple[str, ...]]:
    """Cut off what stands before the root: stray text, declaration, document type. Say what was odd."""
    notes: list[str] = []
    start = _ROOT.search(text, 0, 100_000)
    if start and _COMMENT.sub("", text[: start.start()]).strip("\ufeff \t\r\n"):
        notes.append("text before the XML was skipped")
    if start:
        text = text[start.start() :]
    text = _DECLARATION.sub("", text, count=1)
    at = _doctype(text)
    if at:
        subset = text[at[0] : at[1]]
        if "<!ENTITY" in subset.upper():
            notes.append("entity declarations refused")
        text = text[: at[0]] + text[at[1] :]
    return text.lstrip("\ufeff \t\r\n"), tuple(dict.fromkeys(notes))


def _doctype(text: str) -> tuple[int, int] | None:
    """Where a document type stands, its internal subset included; None when there is none before the root."""
    found = _DOCTYPE.match(text)
    if not found:
        return None
    start = found.start(1)
    close, bracket = text.find(">", start), text.find("[", start)
    if bracket == -1 or (close != -1 and close < bracket):
        return start, (close + 1 if close != -1 else len(text))
    end = bracket
    while (end := text.find("]", end + 1)) != -1:
        rest = text[end + 1 : end + 64].lstrip()
        if rest.startswith(">"):
            return start, text.index(">", end) + 1
    return start, len(text)


def parse(text: str) -> tuple[Element | None, bool]:
    """Return the root of `text` (without prolog) and whether it was well-formed but for namespaces."""
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return None, False
    clean = all(entry.type in _NAMESPACE_ERRORS for entry in parser.error_log)
    return root, clean


def mend(text: str) -> str:
    """Return `text` with bare ampersands, HTML entities and control characters made legal XML; CDATA stays as it is."""
    return _REFERENCE.sub(_legal, _ILLEGAL.sub("", text))


def _legal(found: re.Match[str]) -> str:
    whole, name = found.group(0), found.group(1)
    if whole.startswith("<") or name in _XML_NAMES:
        return whole
    if not name:
        return "&amp;"
    if name.startswith("#"):
        char = html.unescape(whole)
        return "" if _ILLEGAL.search(char) else html.escape(char)
    named = html.entities.html5.get(name + ";")
    return html.escape(named) if named else "&amp;" + whole[1:]


def pieces(text: str, names: str, limit: int) -> Iterator[str]:
    """Cut `text` into the elements called `names` (`item|entry`), each alone, closed or not; nothing half-written.

    The last piece of a body that ends early loses what stands after its last whole tag, so no half link gets out.
    """
    marks = re.compile(rf"<!\[CDATA\[.*?(?:\]\]>|\Z)|<(/?)(?:\w+:)?(?:{names})(?=[\s>/])[^>]*>?", re.I | re.S)
    start, count = -1, 0
    for mark in marks.finditer(text):
        if mark.group(0).startswith("<!["):
            continue
        if start >= 0:
            yield text[start : mark.end() if mark.group(1) else mark.start()]
            count += 1
            if count >= limit:
                return
        start = -1 if mark.group(1) else mark.start()
    if start >= 0:
        tail = text[start:]
        yield tail[: tail.rfind(">") + 1]


def depth(text: str, stop: int = 300) -> int:
    """Return how deep elements nest, roughly and at most `stop`: a guard before slower parsers."""
    level = deepest = 0
    for mark in re.finditer(r"<(/?)[A-Za-z][^<>]*?(/?)>", text):
        if mark.group(1):
            level = max(0, level - 1)
        elif not mark.group(2):
            level += 1
            deepest = max(deepest, level)
            if deepest >= stop:
                return deepest
    return deepest
