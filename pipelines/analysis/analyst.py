"""The analyst: what the monitor understands of a page, step by step; the same path for crawl, archive and `analyse`.

In      `Page` records and the outlet's `Context`; the watches are compiled once
Out     `Article` records; every step returns a new one
Gate    the cheap reading decides: only a page on which some rule could fire is read closely; and only where one does
        fire on the close text, or asks for persons, are persons, counts and dates looked for
Raises  nothing for any page: what cannot be read ends in a named outcome
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from pipelines.analysis import counts, people, times, urls
from pipelines.analysis.names import Caseload, person_matches
from pipelines.analysis.page import open_page, read_page
from pipelines.analysis.removed import says_removed
from pipelines.analysis.rules import compile_watches
from pipelines.records import Article, Context, Outcome, Page, Reading, Watch

TAKEN_DOWN = "the page says that its article was taken down"
RESERVED = "rights reserved (the page says so)"


class Analyst:
    """Compiled watches and the four steps. Cheap to keep, costly to make: one a process."""

    def __init__(self, watches: Sequence[Watch] = ()) -> None:
        self.book = compile_watches([watch for watch in watches if watch.person is None])
        self.caseload = Caseload(watch.person for watch in watches if watch.person is not None)

    def on_topic(self, text: str, language: str | None = None) -> bool:
        """Whether some rule could fire on a text, or a watched person is named in it."""
        return self.book.on_topic(text, language) or bool(self.caseload.find(text))

    def step(self, name: str, thing: Page | Article, context: Context) -> Article:
        """Run one step by name: read, dates, figures or match."""
        if isinstance(thing, Page):
            return self.read(thing, context)
        return {"dates": self.dates, "figures": self.figures, "match": self.match}[name](thing, context)

    def read(self, page: Page, context: Context) -> Article:
        """Cheap reading of a page, then the close one if a rule could fire on it."""
        if page.failure is not None:
            return headline_article(page)
        opened = open_page(page, context)
        if opened.meta.reserved:
            return headline_article(replace(page, status=0, failure=Outcome.HEADLINE_ONLY, detail=RESERVED))
        article = with_listing(opened.read(close=False), page)
        if page.text is None and says_removed(article.title, article.body):
            return headline_article(taken_down(page))
        if article.outcome is not None:
            return article
        text = "\n".join(part for part in (article.title, article.lead, article.body) if part)
        if not self.on_topic(text, article.language):
            return replace(article, reading=Reading.FAST_TEXT, outcome=Outcome.OFF_TOPIC)
        article = with_listing(opened.read(close=True), page)
        if article.outcome is None and not self.may_match(article, context):
            # persons and counts of a page that no rule wants are not looked for
            return replace(article, reading=Reading.FAST_TEXT, outcome=Outcome.OFF_TOPIC)
        return article

    def may_match(self, article: Article, context: Context) -> bool:
        """Whether a closely read article can still match, whatever persons are found in it."""
        return self.book.may_match(article, context) or bool(person_matches(article, self.caseload))

    def dates(self, article: Article, context: Context) -> Article:
        """Add the dates spoken of in the text."""
        if not article.deserves_close_reading:
            return article
        anchor = article.published.value if article.published else None
        day = anchor.date() if isinstance(anchor, datetime) else anchor if isinstance(anchor, date) else None
        found = times.find_dates(article.body, article.language or "", day, context.timezone)
        return replace(article, dates=found)

    def figures(self, article: Article, context: Context) -> Article:
        """Add the persons spoken of and the counts reported."""
        if not article.deserves_close_reading:
            return article
        language = article.language or ""
        return replace(
            article,
            figures=people.find_figures(article.title, article.body, language, lead=article.lead),
            counts=counts.find_counts(article.body, language, title=article.title),
        )

    def match(self, article: Article, context: Context) -> Article:
        """Add the matches; a page that could not be read keeps those of its headline."""
        if article.outcome is Outcome.OFF_TOPIC:
            return article
        matches = (*self.book.match(article, context), *person_matches(article, self.caseload))
        if article.reading is Reading.HEADLINE or _without_text(article):
            if not matches:
                return article
            failure = article.failure or article.outcome
            return replace(article, matches=matches, relevant=True, outcome=Outcome.HEADLINE_ONLY, failure=failure)
        if matches:
            return replace(article, matches=matches, relevant=True)
        # the gate is wide on purpose; what no rule confirms is off topic, though read closely
        return replace(article, outcome=article.outcome or Outcome.OFF_TOPIC)

    def analyse(self, page: Page, context: Context, *, only_page: bool = False) -> Article:
        """Every step, the close reading forced: what `monitor analyse` shows."""
        article = with_listing(read_page(page, context, close=True), page)
        if page.text is None and says_removed(article.title, article.body):
            article = replace(article, outcome=Outcome.GONE, failure=Outcome.GONE, detail=TAKEN_DOWN)
        if only_page:
            return article
        for step in (self.dates, self.figures, self.match):
            article = step(article, context)
        return article


def taken_down(page: Page) -> Page:
    """A page that holds a notice in the place of its article, as a page that is gone: what was read before stays."""
    return replace(page, failure=Outcome.GONE, detail=TAKEN_DOWN)


def headline_article(page: Page) -> Article:
    """What the listing says of a page that could not be had. Its outcome is the page's failure."""
    listing = page.listing
    reading = urls.canonical(page.requested_url or page.url)
    return sound(
        Article(
            outlet_id=page.outlet_id,
            url=page.requested_url or page.url,
            fetched_at=page.fetched_at,
            canonical_url=reading.url,
            url_key=reading.key,
            requested_url=page.requested_url,
            status=page.status,
            title=listing.title if listing else None,
            lead=listing.summary if listing else None,
            language=listing.language.split("-")[0].lower() if listing and listing.language else None,
            reading=Reading.HEADLINE,
            published=None,
            historical=page.historical,
            outcome=page.failure,
            failure=page.failure,
            detail=page.detail,
            listing=listing,
        )
    )


def with_listing(article: Article, page: Page) -> Article:
    """Fill from the feed's entry what the page itself does not say; keep how the page was come by."""
    listing = page.listing
    title, lead = article.title, article.lead
    if listing is not None:
        title = title or listing.title or title
        if _without_text(article):
            lead = lead or listing.summary or lead
    if title is not article.title or lead is not article.lead:
        article = replace(article, title=title, lead=lead)
    return sound(article)


def _without_text(article: Article) -> bool:
    """Whether a page was had but its text could not be read: its headline may still match."""
    return article.outcome is Outcome.EMPTY_BODY or (article.failure is Outcome.READING_FAILED and not article.body)


def sound(article: Article) -> Article:
    """Replace halves of characters (lone surrogates, from broken escapes): no database and no mail can carry them."""
    texts = (article.title, article.lead, article.body, article.section, *article.authors, *article.tags)
    try:
        "".join(text for text in texts if text).encode()
    except UnicodeEncodeError:
        return replace(
            article,
            title=_whole(article.title),
            lead=_whole(article.lead),
            body=_whole(article.body) or "",
            section=_whole(article.section),
            authors=tuple(_whole(one) or "" for one in article.authors),
            tags=tuple(_whole(one) or "" for one in article.tags),
        )
    return article


def _whole(text: str | None) -> str | None:
    return text.encode("utf-8", "replace").decode() if text else text
