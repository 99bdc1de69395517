"""The feeds of an outlet: asked, read, their links put into the frontier, their gaps filled from elsewhere.

In      a `Round` and the feeds that are due; then the answers
Out     links in the frontier; requests for the pages that wait there, for sitemaps below an index, for older pages
Raises  nothing: what a feed cannot give is named in the book, and the other outlets go on
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urljoin

from protego import Protego
from scrapy import Request
from scrapy.http import Response
from sqlalchemy.exc import SQLAlchemyError

from monitor import discovery
from monitor.middlewares.robots import ROBOTS_REQUEST
from monitor.spiders.desk import Desk, recent_children
from monitor.spiders.own import OwnSpider
from monitor.spiders.pages import charset_of, failed_page, header, is_pause
from monitor.spiders.round import Round
from pipelines.records import Feed, FeedKind, Outcome, Page
from pipelines.store.feeds import Answer, Gap
from pipelines.store.frontier import Link
from pipelines.store.session import describe

MAX_CHILD_SITEMAPS = 3
MAX_OLDER_PAGES = 10
FEED_PRIORITY = 100


class FeedSpider(OwnSpider):
    """What a spider does with feeds; what it does with pages is its own."""

    desk: Desk

    @abstractmethod
    async def _less(self, current: Round) -> None:
        """One thing less is under way."""

    @abstractmethod
    async def _pages(self, current: Round) -> list[Request | Page]:
        """Requests for the pages that wait in the frontier."""

    @abstractmethod
    async def _waiting(self, current: Round) -> list[Link]:
        """The links that wait in the frontier, taken."""

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
