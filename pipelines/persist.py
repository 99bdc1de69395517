"""Last stage: a page and everything understood of it become rows, in one transaction each page.

Pages are written in batches by one thread, off the event loop; inside a batch each page has its own savepoint,
so that one bad page costs itself alone. The bytes of a matched page are archived before its rows are committed:
an archived record without a row is allowed, a row without its record is not.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

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
from pipelines.store.session import describe
from pipelines.store.writer import KEPT, Written, write_article

log = logging.getLogger(__name__)

BATCH = 50
PATIENCE_SECONDS, LOOK_SECONDS = 0.5, 0.02
"""So long a page waits for others to be written with, and how often is looked whether any is still on its way."""


@dataclass(slots=True)
class _Waiting:
    article: Article
    fetched: Fetched | None
    text: copies.Text | None
    done: asyncio.Future[Written]


class PersistPipeline:
    """Writes articles and counts how every page ended."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.waiting: list[_Waiting] = []
        self.task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Any) -> PersistPipeline:
        """Scrapy's constructor."""
        return cls(ports_of(crawler))

    async def process_item(self, item: Article) -> Article:
        """The article with its final outcome. A write that fails ends in `write_failed`; the page stays to be read."""
        page = self.ports.held.pop(item.requested_url or item.url, None)
        item = await self._with_evidence(item, page)
        text = text_of(item)  # of the whole text: hashes may be kept where words may not
        item = under_policy(item, self.ports.context(item.outlet_id).store, tokens.sentences)
        entry = _Waiting(item, fetched_of(page), text, asyncio.get_running_loop().create_future())
        self.waiting.append(entry)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._write_waiting())
        try:
            outcome = (await entry.done).outcome
        except (SQLAlchemyError, OSError) as error:
            words = describe(error) if isinstance(error, SQLAlchemyError) else str(error)
            log.error("outlet %s: a page could not be written: %s", item.outlet_id, words)
            outcome = Outcome.WRITE_FAILED
        self.ports.book.count(item.outlet_id, outcome)
        return replace(item, outcome=outcome)

    async def _with_evidence(self, item: Article, page: Page | None) -> Article:
        if page is None or self.ports.evidence is None or not item.matches or not page.content:
            return item
        try:
            return replace(item, evidence=await asyncio.to_thread(self.ports.evidence.keep, page, item.matches))
        except OSError as error:
            # the match must not be lost for a full disk; the missing bytes are named on the article
            log.error("outlet %s: the bytes of a page could not be archived: %s", item.outlet_id, error)
            return replace(item, flags=(*item.flags, "evidence_failed"))

    async def _write_waiting(self) -> None:
        await self._gather()
        while self.waiting:
            batch, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
            try:
                results = await asyncio.to_thread(self._write, batch)
            except (SQLAlchemyError, OSError):
                # a batch is lost whole; each page of it may still be written alone
                results = [await asyncio.to_thread(self._write_alone, entry) for entry in batch]
            for entry, result in zip(batch, results, strict=True):
                if entry.done.cancelled():
                    continue
                if isinstance(result, BaseException):
                    entry.done.set_exception(result)
                else:
                    entry.done.set_result(result)
            if self.waiting:
                await self._gather()

    async def _gather(self) -> None:
        """Wait for a batch, but not for pages that are not there: `held` are those between fetching and this stage."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_SECONDS
        while self.ports.held and len(self.waiting) < BATCH and loop.time() < until:
            await asyncio.sleep(LOOK_SECONDS)

    def _write(self, batch: list[_Waiting]) -> list[Written | SQLAlchemyError | OSError]:
        now = self.ports.clock()
        results: list[Written | SQLAlchemyError | OSError] = []
        with writing(self.ports.engine) as opened:
            together = _write_together(opened, batch, now)
            for entry, written in zip(batch, together, strict=True):
                if written is not None:
                    results.append(written)
                    continue
                try:
                    with opened.begin_nested():
                        results.append(write_page(opened, entry.article, entry.fetched, now, entry.text))
                except OperationalError:
                    raise  # disk full, locked, connection lost: the database may have undone the whole transaction
                except SQLAlchemyError as error:
                    results.append(error)
        return results

    def _write_alone(self, entry: _Waiting) -> Written | SQLAlchemyError | OSError:
        try:
            with writing(self.ports.engine) as opened:
                return write_page(opened, entry.article, entry.fetched, self.ports.clock(), entry.text)
        except (SQLAlchemyError, OSError) as error:
            return error


def _write_together(session: Session, batch: list[_Waiting], now: datetime) -> list[Written | None]:
    """The plain pages of a batch, by few statements for all; None for those that are to be written alone."""
    done: list[Written | None] = [None] * len(batch)
    places = [place for place, entry in enumerate(batch) if bulk.is_plain(entry.article) and entry.text is None]
    if len(places) < 2:
        return done
    pages = [
        bulk.Plain(entry.article, keys_of(entry.article), link_keys(entry.article), entry.fetched)
        for entry in (batch[place] for place in places)
    ]
    try:
        with session.begin_nested():
            written = bulk.write_plain(session, pages, now)
    except OperationalError:
        raise  # see `_write`
    except SQLAlchemyError:
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
