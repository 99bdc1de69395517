"""The watching spider: any set of outlets, from their feeds to their pages.

scrapy crawl watch -a outlets=ukrinform,hromadske     (all outlets that are enabled, without)
scrapy crawl watch -a due=1                           (only what is due, as `monitor run` does)
scrapy crawl watch -a feeds_only=1                    (asks the feeds, reads no page)

A feed's links are rows before the feed counts as read; pages are asked for from those rows, so a run that was killed
leaves its work to the next. Outlets are leased a few at a time, so that several crawls share the work.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.http import Response
from sqlalchemy.exc import SQLAlchemyError

from monitor.middlewares.browser import RENDER
from monitor.middlewares.pause import Paused
from monitor.spiders.desk import Desk, chosen, link_of
from monitor.spiders.feed_spider import FeedSpider
from monitor.spiders.pages import failed_page, page_of, unchanged_page
from monitor.spiders.parts import PartsFollower
from monitor.spiders.rendering import CrawlRenderer, rendered_page
from monitor.spiders.round import Round
from monitor.workers import PoolReader
from pipelines.records import Article, Outcome, Outlet, Page
from pipelines.store.frontier import Link
from pipelines.store.session import describe

HEARTBEAT_SECONDS = 30.0
STALLED_SECONDS = 900.0
REREAD_PRIORITY = -10
PATIENCE = 20.0
"""Seconds: a pause that a host asks for and that is over so soon is waited for; the pages of a longer one stay in the
frontier until the next run."""
WAITS, MOST_WAITS = "waits", 3
REREAD_SHARE = 0.25
"""So much of an outlet's pages in one run may be articles read again."""


class WatchSpider(FeedSpider):
    """Watches outlets."""

    name = "watch"

    def __init__(self, outlets: str = "", feeds_only: str = "", due: str = "", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.feeds_only, self.only_due = bool(feeds_only), bool(due)
        self.wanted = [part.strip() for part in outlets.split(",") if part.strip()]
        self.rounds: dict[str, Round] = {}
        self.todo: deque[tuple[Outlet, frozenset[str]]] = deque()
        self.asked = self.waiting_out = 0
        self.ended = asyncio.Event()
        self.heart: asyncio.Task[None] | None = None
        self.renderer: CrawlRenderer

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> WatchSpider:
        """Scrapy's constructor. The add-on has not run yet: ports are looked up when they are used."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.finish, signal=signals.spider_closed)
        crawler.signals.connect(spider.page_written, signal=signals.item_scraped)
        crawler.signals.connect(spider.stage_failed, signal=signals.item_error)
        crawler.signals.connect(spider.request_lost, signal=signals.request_dropped)
        return spider

    @property
    def outlets_done(self) -> tuple[int, int]:
        """How many outlets are done, of how many."""
        return self.asked - len(self.todo) - len(self.rounds), self.asked

    # ── start and end ──

    async def start(self) -> AsyncIterator[Any]:
        """Lease a few outlets, ask their feeds and waiting pages; when one is done, take the next."""
        self.desk = Desk(self.ports)
        self.renderer = CrawlRenderer(self.crawler, self.shop.outlets, self.shop.config.chromium)
        self.ports.renderer = self.renderer
        self.ports.follower = PartsFollower(self.crawler)
        self.heart = asyncio.create_task(self._beat())
        try:
            todo = self.todo = await self._todo()
            self.asked = len(todo)
            while todo or self.rounds:
                room = self.shop.config.concurrency - len(self.rounds)
                portion = [todo.popleft() for _ in range(min(room, len(todo)))]
                for outlet_id in await asyncio.to_thread(self.desk.lease, [one.id for one, _ in portion]):
                    outlet, feeds = next(pair for pair in portion if pair[0].id == outlet_id)
                    async for request in self._open_round(outlet, feeds):
                        yield request
                await self._wait_for_an_end()
        except SQLAlchemyError as error:
            self.book.broke(f"database: {describe(error)}")

    async def _todo(self) -> deque[tuple[Outlet, frozenset[str]]]:
        outlets = chosen(self.wanted, self.shop.outlets)
        insist = bool(self.wanted) and not self.only_due
        resting = await asyncio.to_thread(self.desk.paused, [one.id for one in outlets], insist=insist)
        for outlet_id, reason in resting.items():
            self.book.problem(outlet_id, f"paused by the host: {reason}")
        free = [one for one in outlets if one.id not in resting]
        if not self.only_due:
            return deque((one, frozenset(feed.url for feed in one.feeds)) for one in free)
        due = await asyncio.to_thread(self.desk.due, free)
        return deque((one, due[one.id]) for one in free if one.id in due)

    async def _open_round(self, outlet: Outlet, feeds: frozenset[str]) -> AsyncIterator[Any]:
        current = self.rounds[outlet.id] = Round(outlet, self.shop.config.pages_per_run)
        current.under_way = 1  # the opening itself
        enabled = [feed for feed in outlet.feeds if feed.enabled]
        for feed in enabled:
            if feed.url in feeds:
                yield await self._feed_request(current, feed)
        if not enabled and (not self.only_due or outlet.homepage in feeds):
            yield self._sitemaps_request(current)
        for thing in [*await self._pages(current), *await self._pages_again(current)]:
            yield thing
        await self._less(current)

    async def _wait_for_an_end(self) -> None:
        while self.rounds and not self.ended.is_set():
            try:
                await asyncio.wait_for(self.ended.wait(), STALLED_SECONDS)
            except TimeoutError:
                # nothing may wait for ever: what is lost here is still in the frontier
                self.book.broke(f"no progress for {STALLED_SECONDS:.0f} s at {', '.join(sorted(self.rounds))}")
                self.rounds.clear()
        self.ended.clear()

    async def _less(self, current: Round) -> None:
        """One thing less is under way; the round ends with the last."""
        current.under_way -= 1
        if current.under_way > 0 or self.rounds.get(current.outlet.id) is not current:
            return
        try:
            resting = await asyncio.to_thread(
                self.desk.close_outlet, current.outlet.id, ok=current.ok, failed=current.failed
            )
            if resting:
                self.book.problem(current.outlet.id, f"failing: rests for {resting.total_seconds() / 60:.0f} minutes")
        except SQLAlchemyError as error:
            self.book.broke(f"database: {describe(error)}")
        for _gap in current.gaps:
            self.book.problem(current.outlet.id, "a feed moved on between two readings: entries may be missing")
        self.rounds.pop(current.outlet.id, None)
        self.ended.set()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                held = await asyncio.to_thread(self.desk.renew)
                await asyncio.to_thread(self.book.save, self.ports.clock())
            except SQLAlchemyError as error:
                self.logger.warning("heartbeat: %s", describe(error))
                continue
            for outlet_id in set(self.rounds) - held:
                self.book.problem(outlet_id, "the lease was lost: another crawl has this outlet now")
                self.rounds.pop(outlet_id).budget = 0
                self.ended.set()

    def finish(self, spider: Spider, reason: str) -> None:
        """Give the outlets back and write the book; called by Scrapy when the spider closes."""
        if self.heart is not None:
            self.heart.cancel()
        self.ports.reader.close()
        if self.ports.evidence is not None:
            self.ports.evidence.close()
        try:
            self.desk.release()
            self.book.save(self.ports.clock())
        except SQLAlchemyError as error:
            self.book.broke(f"database: {describe(error)}")

    # ── what became of pages ──

    async def page_written(self, item: Any) -> None:
        """A page came through all stages."""
        self.renderer.done(item)
        await self._page_ended(item)

    async def stage_failed(self, item: Any) -> None:
        """A stage raised: the page is counted; its link was not acknowledged and waits for the next run."""
        outlet_id = getattr(item, "outlet_id", "?")
        self.book.count(outlet_id, Outcome.WRITE_FAILED)
        self.book.problem(outlet_id, "a stage failed on a page")
        await self._page_ended(item)

    async def request_lost(self, request: Request) -> None:
        """The scheduler refused a request; its page stays in the frontier."""
        current = request.cb_kwargs.get("current")
        if isinstance(current, Round):
            await self._less(current)

    async def _page_ended(self, item: Page | Article) -> None:
        current = self.rounds.get(item.outlet_id)
        if current is not None:
            await self._less(current)

    # ── pages ──

    async def _waiting(self, current: Round) -> list[Link]:
        links = await asyncio.to_thread(self.desk.pending, current.outlet.id, max(current.budget, 0))
        fresh = [link for link in links if link.key not in current.links_asked][: max(current.budget, 0)]
        if fresh:
            await self._warm_up()
        current.links_asked.update(link.key for link in fresh)
        current.budget -= len(fresh)
        current.under_way += len(fresh)
        return fresh

    async def _warm_up(self) -> None:
        """Start the workers while the first pages are fetched; where feeds bring nothing new, nothing starts."""
        if isinstance(self.ports.reader, PoolReader):
            await self.ports.reader.warm_up()

    async def _pages(self, current: Round) -> list[Request | Page]:
        if self.feeds_only or any(feed.discovery_only and feed.enabled for feed in current.outlet.feeds):
            return []
        links = await self._waiting(current)
        if self.renderer.missing(current.outlet):
            return [failed_page(link, Outcome.NO_BROWSER, "no browser", self.ports.clock()) for link in links]
        return [self._page_request(current, link) for link in links]

    async def _pages_again(self, current: Round) -> list[Request]:
        if self.feeds_only or self.renderer.missing(current.outlet):
            return []
        most = int(self.shop.config.pages_per_run * REREAD_SHARE) or 1
        found = []
        for due in await asyncio.to_thread(self.desk.reread, current.outlet.id, most):
            link = link_of(current.outlet.id, due)
            if link.key in current.links_asked:
                continue
            current.links_asked.add(link.key)
            current.under_way += 1
            request = self._page_request(current, link, due.sha256)
            request.headers.update(due.headers)
            found.append(request.replace(priority=REREAD_PRIORITY))
        return found

    def _page_request(self, current: Round, link: Link, known: str | None = None) -> Request:
        return Request(
            link.listing.url,
            callback=self.parse_page,
            errback=self.page_failed,
            dont_filter=True,
            meta={
                "outlet_id": current.outlet.id,
                "keep_received": True,
                "page": True,
                **self.renderer.meta(current.outlet),
            },
            cb_kwargs={"current": current, "link": link, "known": known},
        )

    def parse_page(self, response: Response, current: Round, link: Link, known: str | None) -> Page:
        """A response, whatever its status, as a page for the stages."""
        same = known and response.status == 200 and hashlib.sha256(response.body).hexdigest() == known
        if (
            same and "redirect_urls" not in response.meta
        ):  # a new address is to be remembered: the feed may list it next
            return unchanged_page(response, link, self.ports.clock())
        page = page_of(response, link, self.ports.clock())
        if RENDER in response.meta and page.failure is None:
            return rendered_page(response, page)
        return page

    async def page_failed(self, failure: Any) -> AsyncIterator[Page | Request]:
        """A page that could not be had ends in a named outcome too; during a pause it simply waits."""
        current, link = failure.request.cb_kwargs["current"], failure.request.cb_kwargs["link"]
        if not isinstance(failure.value, Paused):
            yield failed_page(link, failure.value, None, self.ports.clock())
        elif (again := await self._after_the_pause(failure.request, failure.value)) is not None:
            yield again
        else:
            await self._less(current)

    async def _after_the_pause(self, request: Request, pause: Paused) -> Request | None:
        """The same request once a short pause is over; a long one is for the next run."""
        seconds = (pause.until - self.ports.clock()).total_seconds()
        waits = request.meta.get(WAITS, 0)
        if seconds > PATIENCE or waits >= MOST_WAITS:
            return None
        self.waiting_out += 1
        try:
            await asyncio.sleep(max(seconds, 0.0))
        finally:
            self.waiting_out -= 1
        return request.replace(meta={**request.meta, WAITS: waits + 1})
