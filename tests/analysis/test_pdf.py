"""PDF: title, paragraphs and day of real documents made here; what cannot be read says why."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader, PdfWriter

from pipelines.analysis.analyst import Analyst
from pipelines.analysis.page import read_page
from pipelines.analysis.pdf import _created, _paragraphs, _without_margins
from pipelines.records import Article, Context, Listing, Outcome, Page, RuleText, Watch
from tests.conftest import NOW

LINES = [
    "Statement on prisoners held in the valley",
    "2 March 2026",
    "The Office has visited twelve foreign prisoners of war and has spoken with each of them",
    "alone. They are citizens of Nepal and Kenya. All of them were captured in the au-",
    "tumn near the river.",
    "Two of the twelve have wounds that need an operation. The Office has asked both of the",
    "governments to let families write.",
]


def document(*pages: list[str]) -> bytes:
    """A PDF with these lines of text on its pages."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        drawn = " ".join(f"({line}) Tj T*" for line in lines)
        stream = f"BT /F1 11 Tf 14 TL 50 780 Td {drawn} ET"
        kids.append(f"{len(objects) + 1} 0 R")
        resources = "/Resources << /Font << /F1 3 0 R >> >> /MediaBox [0 0 595 842]"
        objects.append(f"<< /Type /Page /Parent 2 0 R {resources} /Contents {len(objects) + 2} 0 R >>")
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return f"{out}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode("latin-1")


def locked(content: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def read(content: bytes, kind: str = "application/pdf", *, close: bool = True) -> Article:
    page = Page("court", "https://court.example/files/12.pdf", NOW, content=content, content_type=kind)
    return read_page(page, Context(), close=close)


@pytest.mark.parametrize("close", [True, False])
def test_a_document_is_an_article(close: bool) -> None:
    found = read(document(LINES), close=close)
    assert (found.outcome, found.title, found.language) == (None, LINES[0], "en")
    assert found.published is not None
    assert (found.published.isoformat(), found.published.source) == ("2026-03-02", "pdf:text")
    assert found.body.split("\n\n")[1:] == [
        f"{LINES[2]} {LINES[3][:-1]}{LINES[4]}",
        f"{LINES[5]} {LINES[6]}",
    ]
    assert found.url_key
    assert found.flags == ("pdf",)


@pytest.mark.parametrize(
    ("content", "outcome", "says"),
    [
        (document([]), Outcome.EMPTY_BODY, "its pages are pictures"),
        (locked(document(LINES), "secret"), Outcome.READING_FAILED, "needs a password"),
        (document(LINES)[:300], Outcome.READING_FAILED, "damaged"),
        (b"%PDF-1.7 x", Outcome.READING_FAILED, "damaged"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, outcome: Outcome, says: str) -> None:
    found = read(content, "text/html")
    assert (found.outcome, found.body) == (outcome, "")
    assert says in (found.detail or "")


def test_the_headline_of_a_locked_document_still_matches() -> None:
    """What the feed said of it is all there is; it must not be lost."""
    rule = Watch("w", "W", (RuleText("r", '"prisoners of war"'),))
    listing = Listing(
        "court", "https://court.example/files/12.pdf", title="Twelve prisoners of war", summary="In the valley."
    )
    page = Page("court", listing.url, NOW, content=locked(document(LINES), "secret"), listing=listing)
    analyst = Analyst([rule])
    found = analyst.match(analyst.read(page, Context()), Context())
    assert (found.outcome, found.failure) == (Outcome.HEADLINE_ONLY, Outcome.READING_FAILED)
    assert (found.title, found.lead, len(found.matches)) == ("Twelve prisoners of war", "In the valley.", 1)


def test_a_document_that_only_forbids_printing_is_read() -> None:
    assert read(locked(document(LINES), "")).title == LINES[0]


def test_headers_and_numbers_of_pages_are_no_text() -> None:
    pages = [["UN / 2026", f"Line {n} of the report says something else each time {n}.", f"Page {n}"] for n in range(5)]
    assert [len(page) for page in _without_margins(pages)] == [1] * 5
    assert _paragraphs([["1. First point of", "the list.", "2. Second."]]) == [
        "1. First point of the list.",
        "2. Second.",
    ]
    assert _paragraphs([["两名战俘", "获释。"]]) == ["两名战俘获释。"]


@pytest.mark.parametrize(
    ("stamp", "value"),
    [
        ("D:20260302093000+02'00'", "2026-03-02T09:30:00+02:00"),
        ("D:20260302093000Z", "2026-03-02T09:30:00+00:00"),
        ("D:20260302", "2026-03-02"),
        ("yesterday", None),
    ],
)
def test_when_a_file_was_made(stamp: str, value: str | None) -> None:
    assert _created(stamp) == value
