"""Read a PDF, as ministries, courts and the United Nations publish: title, paragraphs, when it was made.

In      the bytes of a document
Out     `Pdf`; `failure` names why nothing could be read: damaged, needs a password, only pictures of pages
Limits  `MOST_PAGES` pages and `MOST_CHARACTERS` characters; `cut` says that there was more
Raises  nothing, whatever the bytes
"""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MOST_PAGES = 120
MOST_CHARACTERS = 600_000
_FEW = 20
"""Characters a page below which documents of pictures stay."""

_END = re.compile(r"[.!?:;…।。！？»”\"')\]]\s*$")
_NUMBERED = re.compile(r"^(?:\d{1,3}[.)]|[ivxlc]{1,6}[.)]|[a-zа-я][.)]|[•●▪–—*-])\s", re.IGNORECASE)
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_PAGE = re.compile(
    r"^\W*(?:page|стор(?:інка)?\.?|стр(?:аница)?\.?|página|seite|صفحة|第)?\s*\d{1,4}"
    r"(?:\s*(?:/|of|з|из|de|von|sur|من|页)\s*\d{0,4})?\W*页?$",
    re.IGNORECASE,
)
_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?(?:([+-])(\d\d)'?(\d\d)|(Z))?")
_FILE = re.compile(
    r"\.(?:docx?|odt|pdf|indd|rtf|pages|xlsx?)\W*$|^(?:untitled|microsoft word\b|document\d*$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Pdf:
    """What a document says. `created` is ISO 8601, from the file."""

    title: str = ""
    text: str = ""
    authors: tuple[str, ...] = ()
    created: str | None = None
    cut: bool = False
    failure: str | None = None
    scanned: bool = False


def is_pdf(content: bytes) -> bool:
    """Whether bytes are a PDF; the mark may stand within the first kilobyte."""
    return b"%PDF-" in content[:1024] and not content[:1024].lstrip().startswith(b"<")


@lru_cache(maxsize=2)
def read_pdf(content: bytes) -> Pdf:
    """Return what a document says; the cheap reading and the close one share it."""
    from pypdf import PdfReader  # only where a PDF comes
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return Pdf(failure="the PDF needs a password")
        return _read(reader)
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, ArithmeticError,
            AssertionError, NotImplementedError, EOFError, RecursionError, UnicodeError) as error:  # fmt: skip
        # the library raises whatever its parsing stumbles over; a broken file must cost itself alone
        return Pdf(failure=f"the PDF is damaged: {type(error).__name__}")


def _read(reader: Any) -> Pdf:
    count = len(reader.pages)
    if not count:
        return Pdf(failure="the PDF is damaged: no pages")
    pages, length = [], 0
    for number in range(min(count, MOST_PAGES)):
        text = reader.pages[number].extract_text() or ""
        pages.append([line.translate(_LIGATURES).strip() for line in text.splitlines()])
        length += len(text)
        if length > MOST_CHARACTERS:
            break
    if length < _FEW * len(pages):
        return Pdf(failure="the PDF has no text: its pages are pictures", scanned=True)
    about = reader.metadata or {}
    paragraphs = _headed(_paragraphs(_without_margins(pages)))
    title = _title(str(about.get("/Title") or ""), paragraphs)
    if paragraphs and paragraphs[0] == title:
        paragraphs = paragraphs[1:]
    author = str(about.get("/Author") or "").strip()
    return Pdf(
        title=title,
        text="\n\n".join(paragraphs),
        authors=(author,) if author else (),
        created=_created(str(about.get("/CreationDate") or "")),
        cut=len(pages) < count,
    )


def _title(stated: str, paragraphs: list[str]) -> str:
    """The document's own title, unless it is a file's name; else its first line."""
    stated = " ".join(stated.split())
    if len(stated) > 8 and not _FILE.search(stated):
        return stated
    return next((part for part in paragraphs[:4] if 8 < len(part) <= 200 and not _PAGE.match(part)), "")


def _headed(paragraphs: list[str]) -> list[str]:
    """A heading that was broken over two lines put together."""
    if len(paragraphs) > 1 and len(paragraphs[0]) < 120 > len(paragraphs[1]) and paragraphs[1][:1].islower():
        return [f"{paragraphs[0]} {paragraphs[1]}", *paragraphs[2:]]
    return paragraphs


def _created(stamp: str) -> str | None:
    found = _DATE.match(stamp)
    if not found:
        return None
    year, month, day, hour, minute, second, sign, hours, minutes, zulu = found.groups()
    if hour is None:
        return f"{year}-{month}-{day}"
    zone = "+00:00" if zulu else f"{sign}{hours}:{minutes}" if sign else ""
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone}"


def _without_margins(pages: list[list[str]]) -> list[list[str]]:
    """The lines without page numbers and without what stands at the edge of half of the pages."""
    edges = Counter(key for page in pages for key in {_key(line) for line in _edge(page)})
    often = {key for key, times in edges.items() if key and times >= 3 and times * 2 >= len(pages)}
    kept = []
    for page in pages:
        edge = {id(line) for line in _edge(page)}
        kept.append([line for line in page if not (id(line) in edge and (_key(line) in often or _PAGE.match(line)))])
    return kept


def _edge(page: list[str]) -> list[str]:
    lines = [line for line in page if line]
    return lines[:3] + lines[-3:] if len(lines) > 6 else lines


def _key(line: str) -> str:
    return re.sub(r"\d+", "#", line.casefold()) if len(line) < 40 else line


def _paragraphs(pages: list[list[str]]) -> list[str]:
    """Lines put together: an empty line, a numbered one, or a short one that ends a sentence closes a paragraph."""
    widths = sorted(len(line) for page in pages for line in page if line)
    wide = widths[int(len(widths) * 0.8)] if widths else 0
    found: list[str] = []
    now = ""
    for page in pages:
        for line in page:
            if not line or _NUMBERED.match(line):
                found, now = [*found, now], ""
            if not line:
                continue
            now = _joined(now, line)
            if len(line) < 0.75 * wide and (_END.search(line) or (now == line and len(line) < 0.6 * wide)):
                found, now = [*found, now], ""
    return [part for part in (*found, now) if part]


def _joined(text: str, line: str) -> str:
    if not text:
        return line
    if re.search(r"[^\W\d_][-\u00ad\u2010]$", text) and line[:1].islower():
        return text[:-1] + line
    unspaced = re.search(r"[\u3040-\u30ff\u3400-\u9fff]$", text) and re.match(r"[\u3040-\u30ff\u3400-\u9fff]", line)
    return f"{text}{line}" if unspaced else f"{text} {line}"
