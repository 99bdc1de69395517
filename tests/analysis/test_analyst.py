"""The analyst: what no reader could store is mended, and the gate opens where a rule may fire."""

from __future__ import annotations

from datetime import datetime

from monitor.watches import load_watches
from pipelines.analysis.analyst import Analyst
from pipelines.records import Context, Listing, Outcome, Page, Reading

HALF = "\ud83d"


def test_halves_of_characters_are_replaced(now: datetime) -> None:
    page = Page(
        "x", "https://news.example/1", now, text=f"Two captured {HALF} fighters.", title=f"T{HALF}", language="en"
    )
    article = Analyst().analyse(page, Context())
    assert (article.title or "").encode()
    assert article.body.encode()
    listing = Listing("x", "https://news.example/2", f"Headline {HALF}", "Summary")
    failed = Page("x", listing.url, now, listing=listing, failure=Outcome.BLOCKED)
    assert (Analyst().read(failed, Context()).title or "").encode()


def test_only_what_a_rule_may_match_is_read_closely(now: datetime) -> None:
    analyst = Analyst(list(load_watches().values()))
    bread = (
        "<html><body><article><h1>Bread</h1><p>Bakers said that flour has become dearer again this week.</p></article>"
    )
    taken = (
        "<html><body><article><h1>Taken</h1><p>Two Nepali citizens who fought in the Russian army were captured.</p>"
    )
    off = analyst.read(
        Page("x", "https://news.example/1", now, content=bread.encode(), content_type="text/html"), Context()
    )
    on = analyst.read(
        Page("x", "https://news.example/2", now, content=taken.encode(), content_type="text/html"), Context()
    )
    assert (off.outcome, off.reading) == (Outcome.OFF_TOPIC, Reading.FAST_TEXT)
    assert (on.outcome, on.reading) == (None, Reading.CLOSE)
    assert "flour" in off.body
