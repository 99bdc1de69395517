"""Last stage: a page and everything understood of it become rows, in one transaction for a batch of pages.

Pages are written in batches by one thread, off the event loop; new pages of a batch go together, by few statements for
all. One bad page costs itself alone: what fails is undone to a savepoint, and each page is tried alone. The bytes of
matched pages are archived before their rows are committed: an archived record without a row is allowed, a row without
its record is not.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from pipelines.analysis import copies as texts
from pipelines.analysis import tokens, urls
from pipelines.analysis.diff import really_changed
from pipelines.ports import Ports, ports_of
from pipelines.records import Article, Outcome, Page, Reading
from pipelines.store import bulk, copies, reread
from pipelines.store.batch import writing
from pipelines.store.policy import under_policy
from pipelines.store.reread import Fetched
from pipelines.store.schema import ArticleRow
from pipelines.store.search import Keys
from pipelines.store.session import describe, is_passing
from pipelines.store.writer import KEPT, Written, write_article

log = logging.getLogger(__name__)

BATCH = 50
PATIENCE_SECONDS = 1.0
"""So long a page waits for others to be written with, if any is on its way: a batch costs as much as two pages."""

TRIES = 3
"""So often a batch is written where the database went away or is held by another; each try waits for it."""

USELESS = 20
"""After so many pages in a row that the database did not take the crawl ends: its pages wait for the next."""

BAD = (SQLAlchemyError, OSError, ValueError)
"""What a page may fail by. ValueError: characters or values that no database takes."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A page as it is to be written: the article, what the wire said, what its copies are found by."""

    article: Article
    fetched: Fetched | None = None
    text: copies.Text | None = None


@dataclass(slots=True)
class _Waiting:
    """`page` is set where its bytes are to be kept."""

    ready: Ready
    page: Page | None
    done: asyncio.Future[Written]


class PersistPipeline:
    """Writes articles and counts how every page ended."""

    def __init__(self, ports: Ports, crawler: Any = None) -> None:
        self.ports, self.crawler = ports, crawler
        self.refused = 0
        self.waiting: list[_Waiting] = []
        self.task: asyncio.Task[None] | None = None
        self.full = asyncio.Event()
        self.ending: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Any) -> PersistPipeline:
        """Scrapy's constructor."""
        return cls(ports_of(crawler), crawler)

    async def process_item(self, item: Article) -> Article:
        """The article with its final outcome. A write that fails ends in `write_failed`; the page stays to be read."""
        page = self.ports.held.pop(item.requested_url or item.url, None)
        if item.failure is Outcome.HEADLINE_ONLY:
            page = None  # its publisher reserves it: nothing of it is kept
        text = text_of(item)  # of the whole text: hashes may be kept where words may not
        item = under_policy(item, self.ports.context(item.outlet_id).store, tokens.sentences)
        kept = page if item.matches and page is not None and page.content else None
        entry = _Waiting(Ready(item, fetched_of(page), text), kept, asyncio.get_running_loop().create_future())
        self.waiting.append(entry)
        if self._is_whole():
            self.full.set()
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._write_waiting())
        try:
            outcome = (await entry.done).outcome
            self.refused = 0
        except BAD as error:
            words = describe(error) if isinstance(error, SQLAlchemyError) else str(error)
            log.error("outlet %s: a page could not be written: %s", item.outlet_id, words)
            outcome = Outcome.WRITE_FAILED
            self._note_refused(error)
        self.ports.book.count(item.outlet_id, outcome)
        return replace(entry.ready.article, outcome=outcome)

    def _note_refused(self, error: Exception) -> None:
        """End the crawl when the database takes nothing: what it fetches would be fetched again."""
        self.refused += isinstance(error, OperationalError)
        if self.refused == USELESS and self.crawler is not None:
            log.error(
                "the database took none of the last %d pages: the crawl ends, the rest waits for the next", USELESS
            )
            self.ending = asyncio.create_task(self.crawler.engine.close_spider_async(reason="database refused pages"))

    async def _write_waiting(self) -> None:
        await self._gather()
        while self.waiting:
            batch, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
            results: Sequence[Written | Exception]
            try:
                results = await asyncio.to_thread(self._write, batch)
            except Exception as error:  # noqa: BLE001 - a fault of ours: Scrapy logs it for each page, nobody waits for ever
                results = [error] * len(batch)
            for entry, result in zip(batch, results, strict=True):
                if entry.done.cancelled():
                    continue
                if isinstance(result, Exception):
                    entry.done.set_exception(result)
                else:
                    entry.done.set_result(result)
            if self.waiting:
                await self._gather()

    async def _gather(self) -> None:
        """Wait for a batch, but not for pages that are not there."""
        self.full.clear()
        if not self._is_whole():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.full.wait(), PATIENCE_SECONDS)

    def _is_whole(self) -> bool:
        """Whether no more pages are to be waited for: `held` are those between fetching and this stage."""
        return not self.ports.held or len(self.waiting) >= BATCH

    def _write(self, batch: list[_Waiting]) -> list[Result]:
        self._keep_bytes([entry for entry in batch if entry.page is not None])
        ready = [entry.ready for entry in batch]
        for _ in range(TRIES - 1 if self.ending is None else 0):
            results = write_batch(self.ports.engine, ready, self.ports.clock())
            if not all(isinstance(one, Exception) and is_passing(one) for one in results):
                return results
        return write_batch(self.ports.engine, ready, self.ports.clock())

    def _keep_bytes(self, batch: list[_Waiting]) -> None:
        if self.ports.evidence is None or not batch:
            return
        try:
            kept = self.ports.evidence.keep([(e.page, e.ready.article.matches) for e in batch if e.page is not None])
        except (OSError, ValueError) as error:
            if len(batch) > 1:  # each alone, to tell which
                for entry in batch:
                    self._keep_bytes([entry])
                return
            # the match must not be lost for a full disk; the missing bytes are named on the article
            [entry] = batch
            article = entry.ready.article
            log.error("outlet %s: the bytes of a page could not be archived: %s", article.outlet_id, error)
            entry.ready = replace(entry.ready, article=replace(article, flags=(*article.flags, "evidence_failed")))
            return
        for entry, evidence in zip(batch, kept, strict=True):
            entry.ready = replace(entry.ready, article=replace(entry.ready.article, evidence=evidence))


Result = Written | SQLAlchemyError | OSError | ValueError
"""What became of a page, or why it could not be written."""


def write_batch(engine: Engine, batch: Sequence[Ready], now: datetime) -> list[Result]:
    """Write pages in one transaction; where that is lost, each page in its own."""
    try:
        with writing(engine) as opened:
            return _write_pages(opened, batch, now)
    except BAD as error:
        if is_passing(error):
            return [error] * len(batch)  # nothing is wrong with the pages
        return [_write_alone(engine, page, now) for page in batch]


def _write_alone(engine: Engine, page: Ready, now: datetime) -> Result:
    try:
        with writing(engine) as opened:
            return write_page(opened, page.article, page.fetched, now, page.text)
    except BAD as error:
        return error


def _write_pages(session: Session, batch: Sequence[Ready], now: datetime) -> list[Result]:
    results: list[Result] = []
    for page, written in zip(batch, _write_together(session, batch, now), strict=True):
        if written is not None:
            results.append(written)
            continue
        try:
            with session.begin_nested():
                results.append(write_page(session, page.article, page.fetched, now, page.text))
        except OperationalError:
            raise  # disk full, locked, connection lost: the database may have undone the whole transaction
        except (SQLAlchemyError, ValueError) as error:
            results.append(error)
    return results


def _write_together(session: Session, batch: Sequence[Ready], now: datetime) -> list[Written | None]:
    """The new pages of a batch, by few statements for all; None for those that are to be written alone."""
    done: list[Written | None] = [None] * len(batch)
    places = [place for place, page in enumerate(batch) if bulk.may_be_new(page.article)]
    if len(places) < 2:
        return done
    pages = [
        bulk.New(page.article, keys_of(page.article), link_keys(page.article), page.fetched, page.text)
        for page in (batch[place] for place in places)
    ]
    try:
        with session.begin_nested():
            written = bulk.write_new(session, pages, compare, now, most=texts.HOT_BIN)
    except OperationalError:
        raise  # see `_write_pages`
    except (SQLAlchemyError, ValueError):
        return done  # one of them cannot be written: each alone, to tell which
    for place, one in zip(places, written, strict=True):
        done[place] = one
    return done


def write_page(
    session: Session, article: Article, fetched: Fetched | None, now: datetime, text: copies.Text | None = None
) -> Written:
    """Everything of one page: its rows, its copies, its link's acknowledgement, and when it is read again."""
    written = write_article(session, article, keys_of(article), link_keys(article), now, really_changed, keys_of_row)
    if written.article_id is not None and (written.outcome in KEPT or written.outcome is Outcome.REVISED):
        if text is not None:
            fresh = written.outcome is not Outcome.REVISED
            copies.note(session, written.article_id, text, compare, now, most=texts.HOT_BIN, fresh=fresh)
        elif written.outcome is Outcome.REVISED:
            copies.forget(session, written.article_id)
    if fetched is not None:
        reread.note(session, article, fetched, now)
    return written


def text_of(article: Article) -> copies.Text | None:
    """What copies of the article are found by; None where no rule could match it.

    Ten times as many pages are read as are on topic, and each signature is more than a hundred rows.
    """
    if article.reading is not Reading.CLOSE or not article.body or (article.outcome or Outcome.STORED) not in KEPT:
        return None
    return text_from(article.body, article.language)


def text_from(body: str, language: str | None = None) -> copies.Text:
    """What copies of a text are found by, as the store keeps it."""
    made = texts.signature(body, language)
    return copies.Text(made.bands, made.rare, texts.rare_needed(made), made.size, made.shingles)


def compare(one: copies.Text, other: copies.Text) -> tuple[copies.Kind, float]:
    """What `one` is to `other`, in the store's plain values."""
    found = texts.compare(*(texts.Signature(t.bands, t.rare, t.size, t.packed) for t in (one, other)))
    return found.kind, found.containment


def fetched_of(page: Page | None) -> Fetched | None:
    """What the wire said of a page; None for one that was not fetched now."""
    if page is None or not page.status or (page.historical and page.exchange is None):
        return None
    headers = {name.lower(): value for name, value in page.headers}
    return Fetched(
        page.requested_url or page.url,
        page.status,
        headers.get("etag"),
        headers.get("last-modified"),
        hashlib.sha256(page.content).hexdigest() if page.content else None,
    )


def keys_of(article: Article) -> Keys:
    """The full-text keys of an article that will become a row."""
    if (article.outcome or Outcome.STORED) not in KEPT:
        return Keys()
    return _keys(article.title, article.lead, article.body)


def keys_of_row(row: ArticleRow) -> Keys:
    """The full-text keys of an article that is stored. What an erasure inked over is no word."""
    return _keys(*(part and part.replace("▒", " ") for part in (row.title, row.lead, row.body)))


def _keys(title: str | None, lead: str | None, body: str | None) -> Keys:
    return Keys(tokens.index_keys(title or ""), tokens.index_keys("\n".join(part for part in (lead, body) if part)))


def link_keys(article: Article) -> tuple[str, ...]:
    """The keys under which the frontier may know this page: as listed, as requested, as it turned out."""
    listed = article.listing.url if article.listing else None
    met = dict.fromkeys(url for url in (listed, article.requested_url, article.url) if url)
    found = [urls.key(url) for url in met]
    return tuple(dict.fromkeys([*found, article.url_key] if article.url_key else found))
