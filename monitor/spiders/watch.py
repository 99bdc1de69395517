"""The watching spider: any set of outlets, from their feeds to their pages.

scrapy crawl watch -a outlets=ukrinform,hromadske     (all outlets that are enabled, without)
scrapy crawl watch -a feeds_only=1                    (asks the feeds, reads no page)

A feed's links are rows before the feed counts as read; pages are asked for from those rows, so a run that was killed
leaves its work to the next. An outlet is leased while this spider has it.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.http import Response

from monitor import discovery
from monitor.addon import BOOK_KEY, WORKSHOP_KEY
from monitor.book import RunBook
from monitor.spiders.pages import charset_of, failed_page, is_pause, page_of
from monitor.wiring import Workshop
from pipelines.analysis import urls
from pipelines.ports import Ports, ports_of
from pipelines.records import Feed, FeedKind, Outcome, Outlet, Page
from pipelines.store import feeds, frontier
from pipelines.store.frontier import Link
from pipelines.store.schema import OutletRow
from pipelines.store.session import session

LEASE_SECONDS = 300.0
HEARTBEAT_SECONDS = 30.0
MAX_CHILD_SITEMAPS = 3
FEED_PRIORITY = 100


class WatchSpider(Spider):
    """Watches outlets."""

    name = "watch"

    def __init__(self, outlets: str = "", feeds_only: str = "", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.feeds_only = bool(feeds_only)
        self.wanted = [part.strip() for part in outlets.split(",") if part.strip()]
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{id(self)}"
        self.asked: set[int] = set()
        self.heart: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> WatchSpider:
        """Scrapy's constructor. The add-on has not run yet: ports are looked up when they are used."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.finish, signal=signals.spider_closed)
        crawler.signals.connect(spider.stage_failed, signal=signals.item_error)
        return spider

    @property
    def ports(self) -> Ports:
        """What the stages use too."""
        return ports_of(self.crawler)

    @property
    def shop(self) -> Workshop:
        """The declarations of the workspace."""
        found: Workshop = self.crawler.settings[WORKSHOP_KEY]
        return found

    @property
    def book(self) -> RunBook:
        """The book of this run."""
        found: RunBook = self.crawler.settings[BOOK_KEY]
        return found

    # ── start and end ──

    async def start(self) -> AsyncIterator[Any]:
        """Lease the outlets, then ask their feeds and the pages that still wait."""
        unknown = [name for name in self.wanted if name not in self.shop.outlets]
        for name in unknown:
            self.logger.error("unknown outlet: %s", name)
        chosen = [self.shop.outlets[name] for name in self.wanted if name in self.shop.outlets] or (
            [] if self.wanted else [outlet for outlet in self.shop.outlets.values() if outlet.enabled]
        )
        self.heart = asyncio.create_task(self._beat())
        for outlet_id in await asyncio.to_thread(self._lease, [outlet.id for outlet in chosen]):
            outlet = self.shop.outlets[outlet_id]
            for feed in outlet.feeds:
                if feed.enabled:
                    yield await self._feed_request(outlet, feed)
            async for request in self._pages(outlet):
                yield request

    def _lease(self, outlet_ids: list[str]) -> tuple[str, ...]:
        now = self.ports.clock()
        with session(self.ports.engine) as opened:
            paused = {
                row.id
                for row in (opened.get(OutletRow, outlet_id) for outlet_id in outlet_ids)
                if row is not None and row.paused_until_at is not None and row.paused_until_at > now
            }
            for outlet_id in paused:
                self.book.problem(outlet_id, "paused by the host")
            free = [outlet_id for outlet_id in outlet_ids if outlet_id not in paused]
            return frontier.lease(opened, free, self.holder, now, LEASE_SECONDS)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await asyncio.to_thread(self._renew)

    def _renew(self) -> None:
        with session(self.ports.engine) as opened:
            frontier.renew(opened, self.holder, self.ports.clock(), LEASE_SECONDS)
        self.book.save(self.ports.clock())

    def finish(self, spider: Spider, reason: str) -> None:
        """Give the outlets back and write the book; called by Scrapy when the spider closes."""
        if self.heart is not None:
            self.heart.cancel()
        with session(self.ports.engine) as opened:
            frontier.release(opened, self.holder)
        self.ports.reader.close()
        self.book.save(self.ports.clock(), exit_code=0 if reason == "finished" else 1)

    def stage_failed(self, item: Any) -> None:
        """A stage raised: the page is counted; its link was not acknowledged and waits for the next run."""
        outlet_id = getattr(item, "outlet_id", "?")
        self.book.count(outlet_id, Outcome.WRITE_FAILED)
        self.book.problem(outlet_id, "a stage failed on a page")

    # ── feeds ──

    async def _feed_request(self, outlet: Outlet, feed: Feed, depth: int = 0) -> Request:
        return Request(
            feed.url,
            callback=self.parse_feed,
            errback=self.feed_failed,
            headers=await asyncio.to_thread(self._validators, feed.url),
            priority=FEED_PRIORITY,
            dont_filter=True,
            meta={"outlet_id": outlet.id},
            cb_kwargs={"outlet": outlet, "feed": feed, "depth": depth},
        )

    def _validators(self, url: str) -> dict[str, str]:
        with session(self.ports.engine) as opened:
            return feeds.validators(opened, url)

    async def parse_feed(self, response: Response, outlet: Outlet, feed: Feed, depth: int) -> AsyncIterator[Any]:
        """Links into the frontier first; then the pages that wait there."""
        if response.status != 200:
            await asyncio.to_thread(self._note_feed, outlet, feed, feeds.Answer(response.status))
            if response.status != 304:
                self.book.problem(outlet.id, f"feed answered {response.status}")
            return
        reading = await asyncio.to_thread(
            discovery.read,
            feed,
            response.body,
            response.url,
            outlet.id,
            charset=charset_of(_header(response, "Content-Type") or ""),
        )
        await asyncio.to_thread(self._take_in, outlet, feed, response, reading)
        if depth == 0:
            for child in reading.children[:MAX_CHILD_SITEMAPS]:
                yield await self._feed_request(outlet, Feed(FeedKind.SITEMAP, child.url), depth=1)
        async for request in self._pages(outlet):
            yield request
        if feed.discovery_only:
            for link in await asyncio.to_thread(self._pending, outlet.id):
                yield self._headline_page(link)

    def _take_in(self, outlet: Outlet, feed: Feed, response: Response, reading: discovery.FeedReading) -> None:
        now = self.ports.clock()
        keyed = [(urls.key(listing.url), listing) for listing in reading.listings]
        answer = feeds.Answer(
            response.status,
            _header(response, "ETag"),
            _header(response, "Last-Modified"),
            [key for key, _ in keyed],
            reading.problem,
            response.url if response.url != feed.url else None,
        )
        with session(self.ports.engine) as opened:
            new = frontier.add(opened, keyed, now)
            gap = feeds.note(opened, outlet.id, feed, answer, now)
        self.book.listed(outlet.id, len(keyed), new)
        if gap:
            self.book.problem(outlet.id, "a feed moved on between two readings: entries may be missing")
        if reading.problem:
            self.book.problem(outlet.id, f"{feed.kind.value} feed: {reading.problem}")

    def _note_feed(self, outlet: Outlet, feed: Feed, answer: feeds.Answer) -> None:
        with session(self.ports.engine) as opened:
            feeds.note(opened, outlet.id, feed, answer, self.ports.clock())

    async def feed_failed(self, failure: Any) -> None:
        """A feed that could not be had: remembered, named in the book; the other outlets go on."""
        outlet, feed = failure.request.cb_kwargs["outlet"], failure.request.cb_kwargs["feed"]
        if is_pause(failure.value):
            return
        words = f"{type(failure.value).__name__}: {failure.value}"[:200]
        self.book.problem(outlet.id, f"{feed.kind.value} feed: {words}")
        await asyncio.to_thread(self._note_feed, outlet, feed, feeds.Answer(None, problem=words))

    # ── pages ──

    async def _pages(self, outlet: Outlet) -> AsyncIterator[Request]:
        if self.feeds_only or any(feed.discovery_only and feed.enabled for feed in outlet.feeds):
            return
        for link in await asyncio.to_thread(self._pending, outlet.id):
            yield Request(
                link.listing.url,
                callback=self.parse_page,
                errback=self.page_failed,
                dont_filter=True,
                meta={"outlet_id": outlet.id, "keep_received": True},
                cb_kwargs={"link": link},
            )

    def _pending(self, outlet_id: str) -> list[Link]:
        left = self.shop.config.pages_per_run - sum(self.book.tally(outlet_id).outcomes.values())
        with session(self.ports.engine) as opened:
            links = frontier.pending(opened, outlet_id, self.ports.clock(), max(left, 0))
        fresh = [link for link in links if link.id not in self.asked]
        self.asked.update(link.id for link in fresh)
        return fresh

    def _headline_page(self, link: Link) -> Page:
        return failed_page(link, Outcome.HEADLINE_ONLY, "the feed is for discovery alone", self.ports.clock())

    def parse_page(self, response: Response, link: Link) -> Page:
        """A response, whatever its status, as a page for the stages."""
        return page_of(response, link, self.ports.clock())

    def page_failed(self, failure: Any) -> Page | None:
        """A page that could not be had ends in a named outcome too; during a pause it simply waits."""
        if is_pause(failure.value):
            return None
        link = failure.request.cb_kwargs["link"]
        return failed_page(link, failure.value, None, self.ports.clock())


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
