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
from urllib.parse import urljoin

from protego import Protego
from scrapy import Request, Spider, signals
from scrapy.http import Response
from sqlalchemy.exc import SQLAlchemyError

from monitor import discovery
from monitor.addon import BOOK_KEY, WORKSHOP_KEY
from monitor.book import RunBook
from monitor.middlewares.browser import RENDER
from monitor.middlewares.robots import ROBOTS_REQUEST
from monitor.spiders.desk import Desk, chosen, link_of, recent_children
from monitor.spiders.pages import charset_of, failed_page, header, is_pause, page_of, unchanged_page
from monitor.spiders.parts import with_parts
from monitor.spiders.rendering import CrawlRenderer, rendered_page
from monitor.spiders.round import Round
from monitor.wiring import Workshop
from monitor.workers import PoolReader
from pipelines.ports import Ports, ports_of
from pipelines.records import Article, Feed, FeedKind, Outcome, Outlet, Page
from pipelines.store.feeds import Answer, Gap
from pipelines.store.frontier import Link
from pipelines.store.session import describe

HEARTBEAT_SECONDS = 30.0
STALLED_SECONDS = 900.0
MAX_CHILD_SITEMAPS = 3
MAX_OLDER_PAGES = 10
FEED_PRIORITY = 100
REREAD_PRIORITY = -10
REREAD_SHARE = 0.25
"""So much of an outlet's pages in one run may be articles read again."""


class WatchSpider(Spider):
    """Watches outlets."""

    name = "watch"

    def __init__(self, outlets: str = "", feeds_only: str = "", due: str = "", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.feeds_only, self.only_due = bool(feeds_only), bool(due)
        self.wanted = [part.strip() for part in outlets.split(",") if part.strip()]
        self.rounds: dict[str, Round] = {}
        self.ended = asyncio.Event()
        self.heart: asyncio.Task[None] | None = None
        self.desk: Desk
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
        """Lease a few outlets, ask their feeds and waiting pages; when one is done, take the next."""
        self.desk = Desk(self.ports)
        self.renderer = CrawlRenderer(self.crawler, self.shop.outlets, self.shop.config.chromium)
        self.ports.renderer = self.renderer
        self.heart = asyncio.create_task(self._beat())
        try:
            todo = await self._todo()
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

    # ── feeds ──

    async def _feed_request(self, current: Round, feed: Feed, depth: int = 0, follows: Gap | None = None) -> Request:
        current.under_way += 1
        current.feeds_asked.add(feed.url)
        asked = {} if follows else await asyncio.to_thread(self.desk.validators, feed.url)
        return Request(
            feed.url,
            callback=self.parse_feed,
            errback=self.feed_failed,
            headers=asked,
            priority=FEED_PRIORITY,
            dont_filter=True,
            meta={"outlet_id": current.outlet.id},
            cb_kwargs={"current": current, "feed": feed, "depth": depth, "follows": follows},
        )

    async def parse_feed(
        self, response: Response, current: Round, feed: Feed, depth: int, follows: Gap | None
    ) -> AsyncIterator[Any]:
        """Links into the frontier first; then the pages that wait there."""
        try:
            if response.status == 200:
                async for thing in self._read_feed(response, current, feed, depth, follows):
                    yield thing
            else:
                await self._unread_feed(response.status, current, feed)
        except SQLAlchemyError as error:
            self.book.broke(f"database: {describe(error)}")
            self.book.problem(current.outlet.id, "a feed's links could not be written")
        finally:
            await self._less(current)

    async def _unread_feed(self, status: int, current: Round, feed: Feed) -> None:
        if status == 304:
            current.ok = True
        else:
            current.failed = True
            self.book.problem(current.outlet.id, f"feed answered {status}")
        await asyncio.to_thread(self.desk.note_feed, current.outlet, feed, Answer(status))

    async def _read_feed(
        self, response: Response, current: Round, feed: Feed, depth: int, follows: Gap | None
    ) -> AsyncIterator[Any]:
        outlet = current.outlet
        reading = await asyncio.to_thread(
            discovery.read,
            feed,
            response.body,
            response.url,
            outlet.id,
            charset=charset_of(header(response, "Content-Type") or ""),
        )
        moved = response.url if response.url != feed.url else None
        answer = Answer(200, header(response, "ETag"), header(response, "Last-Modified"), None, reading.problem, moved)
        taken = await asyncio.to_thread(self.desk.take_in, outlet, feed, reading, answer, follows=follows is not None)
        self.book.listed(outlet.id, taken.listed, taken.new)
        if reading.problem and feed in outlet.feeds:
            self.book.problem(outlet.id, f"{feed.kind.value} feed: {reading.problem}")
        filled = current.read(taken.keys, taken.gap)
        if follows is not None and follows in current.gaps and follows.filled_by(taken.keys, follows=True):
            current.gaps.remove(follows)
            filled.append(follows)
        for gap in filled:
            await asyncio.to_thread(self.desk.fill, gap)
        for request in await self._more_feeds(current, feed, reading, depth, taken.gap or follows):
            yield request
        for thing in await self._pages(current):
            yield thing
        if feed.discovery_only:
            for link in await self._waiting(current):
                yield failed_page(link, Outcome.HEADLINE_ONLY, "the feed is for discovery alone", self.ports.clock())

    async def _more_feeds(
        self, current: Round, feed: Feed, reading: discovery.FeedReading, depth: int, gap: Gap | None
    ) -> list[Request]:
        """Sitemaps of an index; and while a gap is open, older pages of the feed and the outlet's other ways."""
        found: list[Request] = []
        if depth == 0 and reading.children:
            for url in recent_children(reading, self.ports.clock(), MAX_CHILD_SITEMAPS):
                found.append(await self._feed_request(current, Feed(FeedKind.SITEMAP, url), depth=1))
        if gap is None or gap not in current.gaps:
            return found
        older = reading.next_url
        if older and older not in current.feeds_asked and depth < MAX_OLDER_PAGES:
            found.append(await self._feed_request(current, Feed(feed.kind, older), depth + 1, follows=gap))
        others = [one for one in current.outlet.feeds if one.enabled and one.url not in current.feeds_asked]
        found += [await self._feed_request(current, one) for one in others]
        listing = (FeedKind.SITEMAP, FeedKind.SECTION)
        if not any(one.kind in listing and one.enabled for one in current.outlet.feeds):
            robots = urljoin(current.outlet.homepage, "/robots.txt")
            if robots not in current.feeds_asked:
                found.append(self._sitemaps_request(current))
        return found

    async def feed_failed(self, failure: Any) -> None:
        """A feed that could not be had: remembered, named in the book; the other outlets go on."""
        current, feed = failure.request.cb_kwargs["current"], failure.request.cb_kwargs["feed"]
        try:
            if is_pause(failure.value):
                return
            current.failed = True
            words = f"{type(failure.value).__name__}: {failure.value}"[:200]
            self.book.problem(current.outlet.id, f"{feed.kind.value} feed: {words}")
            await asyncio.to_thread(self.desk.note_feed, current.outlet, feed, Answer(None, problem=words))
        except SQLAlchemyError as error:
            self.book.broke(f"database: {describe(error)}")
        finally:
            await self._less(current)

    # ── sitemaps that robots.txt names ──

    def _sitemaps_request(self, current: Round) -> Request:
        url = urljoin(current.outlet.homepage, "/robots.txt")
        current.under_way += 1
        current.feeds_asked.add(url)
        return Request(
            url,
            callback=self.parse_robots,
            errback=self.robots_failed,
            priority=FEED_PRIORITY,
            dont_filter=True,
            meta={"outlet_id": current.outlet.id, ROBOTS_REQUEST: True},
            cb_kwargs={"current": current},
        )

    async def parse_robots(self, response: Response, current: Round) -> AsyncIterator[Any]:
        """The sitemaps named by robots.txt are feeds of an outlet that declares none."""
        try:
            named: list[str] = []
            if response.status == 200:
                named = list(Protego.parse(response.body[:512_000].decode("utf-8", "replace")).sitemaps)
            wanted = [url for url in dict.fromkeys(named) if url not in current.feeds_asked][:MAX_CHILD_SITEMAPS]
            if not wanted and not current.outlet.feeds:
                self.book.problem(current.outlet.id, "no feed is declared and robots.txt names no sitemap")
            for url in wanted:
                yield await self._feed_request(current, Feed(FeedKind.SITEMAP, url))
            home = Feed(FeedKind.SECTION, current.outlet.homepage)
            await asyncio.to_thread(self.desk.note_feed, current.outlet, home, Answer(response.status))
        except SQLAlchemyError as error:
            self.book.broke(f"database: {describe(error)}")
        finally:
            await self._less(current)

    async def robots_failed(self, failure: Any) -> None:
        """Without robots.txt there is nothing to discover."""
        current = failure.request.cb_kwargs["current"]
        current.failed = True
        self.book.problem(current.outlet.id, f"robots.txt: {type(failure.value).__name__}")
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

    def parse_page(self, response: Response, current: Round, link: Link, known: str | None) -> Page | Request:
        """A response, whatever its status, as a page for the stages."""
        if known and response.status == 200 and hashlib.sha256(response.body).hexdigest() == known:
            return unchanged_page(response, link, self.ports.clock())
        page = page_of(response, link, self.ports.clock())
        if RENDER in response.meta and page.failure is None:
            return rendered_page(response, page)
        return with_parts(page, response)

    async def page_failed(self, failure: Any) -> AsyncIterator[Page]:
        """A page that could not be had ends in a named outcome too; during a pause it simply waits."""
        current, link = failure.request.cb_kwargs["current"], failure.request.cb_kwargs["link"]
        if is_pause(failure.value):
            await self._less(current)
            return
        yield failed_page(link, failure.value, None, self.ports.clock())
