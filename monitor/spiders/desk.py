"""What the watching spider asks of the database and tells it; every method is one transaction, run in a thread.

Raises  SQLAlchemyError: the spider names the outlet and goes on
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor import discovery
from monitor.discovery import sitemap
from monitor.spiders.holder import dead_among, new_holder
from pipelines.analysis import urls
from pipelines.ports import Ports
from pipelines.records import Feed, Listing, Outlet
from pipelines.store import feeds, frontier, reread
from pipelines.store.batch import writing
from pipelines.store.feeds import Answer, Gap
from pipelines.store.frontier import Link
from pipelines.store.reread import Due
from pipelines.store.session import session

LEASE_SECONDS = 300.0
SITEMAP_DAYS = 14
"""How far back a sitemap is read: it may list an archive of decades."""

MAX_URL = 4_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a reading of a feed brought: links listed, new ones, all its keys, and the gap before it if there is one."""

    listed: int
    new: int
    keys: frozenset[str]
    gap: Gap | None = None


class Desk:
    """The database side of one crawl."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.holder = new_holder()
        self.started = ports.clock()

    # ── outlets ──

    def paused(self, outlet_ids: Sequence[str], *, insist: bool) -> dict[str, str]:
        """The outlets that rest now, with the reason."""
        with writing(self.ports.engine) as opened:
            return feeds.paused(opened, outlet_ids, self.ports.clock(), insist=insist)

    def due(self, outlets: Sequence[Outlet]) -> dict[str, frozenset[str]]:
        """The outlets with something to do now, each with its feeds that are due."""
        now, found = self.ports.clock(), {}
        ids = [outlet.id for outlet in outlets]
        with session(self.ports.engine) as opened:
            busy = frontier.outlets_waiting(opened, ids, now) | reread.outlets_due(opened, ids, now)
            for outlet in outlets:
                asked = feeds.due(opened, [feed.url for feed in outlet.feeds if feed.enabled] or [outlet.homepage], now)
                if asked or outlet.id in busy:
                    found[outlet.id] = asked
        return found

    def lease(self, outlet_ids: Sequence[str]) -> tuple[str, ...]:
        """Take the outlets that are free; those of dead holders on this host are."""
        with writing(self.ports.engine) as opened:
            dead = dead_among(frontier.holders(opened), self.holder)
            return frontier.lease(
                opened, outlet_ids, self.holder, self.ports.clock(), LEASE_SECONDS, dead=dead, since=self.started
            )

    def renew(self) -> frozenset[str]:
        """Keep what is held; return it."""
        with writing(self.ports.engine) as opened:
            return frontier.renew(opened, self.holder, self.ports.clock(), LEASE_SECONDS)

    def close_outlet(self, outlet_id: str, *, ok: bool, failed: bool) -> timedelta:
        """An outlet is crawled to its end: give it back; return the rest it takes after too many failures."""
        now = self.ports.clock()
        with writing(self.ports.engine) as opened:
            resting = feeds.close_outlet(opened, outlet_id, ok=ok, failed=failed, now=now)
            frontier.finish(opened, self.holder, outlet_id, now)
        return resting

    def release(self) -> None:
        """Give back everything, finished or not."""
        with writing(self.ports.engine) as opened:
            frontier.release(opened, self.holder)

    # ── feeds ──

    def validators(self, url: str) -> dict[str, str]:
        """Headers that ask for a feed only if it changed."""
        with session(self.ports.engine) as opened:
            return feeds.validators(opened, url)

    def note_feed(self, outlet: Outlet, feed: Feed, answer: Answer) -> None:
        """A feed answered without a reading."""
        with writing(self.ports.engine) as opened:
            feeds.note(opened, outlet.id, feed, answer, self.ports.clock())

    def take_in(
        self, outlet: Outlet, feed: Feed, reading: discovery.FeedReading, answer: Answer, *, follows: bool = False
    ) -> TakenIn:
        """The links of a reading become rows, and the feed counts as read, in one transaction.

        `follows` is an older page of a feed: its links are taken, the feed's own state stays.
        """
        now = self.ports.clock()
        every = [urls.key(listing.url) for listing in reading.listings]
        fresh = sitemap.recent(reading, now - timedelta(days=SITEMAP_DAYS)) if _is_sitemap(reading) else reading
        keyed = [
            (urls.key(one.url), replace(one, feed_url=feed.url)) for one in fresh.listings if len(one.url) <= MAX_URL
        ]
        newest = discovery.newest(reading.listings, now)
        with writing(self.ports.engine) as opened:
            # the newest comes last into the table, since what came last is read first
            new = frontier.add(opened, reversed(keyed), now)
            whole = replace(answer, keys=every, new=new, newest=newest)
            gap = None if follows else feeds.note(opened, outlet.id, feed, whole, now)
        return TakenIn(len(keyed), new, frozenset(every), gap)

    def fill(self, gap: Gap) -> None:
        """A gap was filled."""
        with writing(self.ports.engine) as opened:
            feeds.fill(opened, gap)

    # ── pages ──

    def pending(self, outlet_id: str, limit: int) -> tuple[Link, ...]:
        """The links that wait and are due, newest first."""
        with session(self.ports.engine) as opened:
            return frontier.pending(opened, outlet_id, self.ports.clock(), limit)

    def reread(self, outlet_id: str, limit: int) -> tuple[Due, ...]:
        """The recent articles that are due to be read again."""
        with session(self.ports.engine) as opened:
            return reread.due(opened, outlet_id, self.ports.clock(), limit)


def link_of(outlet_id: str, due: Due) -> Link:
    """A page to be read again as a link. It has no title: what it was listed with says nothing about it now."""
    return Link(0, urls.key(due.url), historical=False, attempts=0, listing=Listing(outlet_id, due.url))


def recent_children(reading: discovery.FeedReading, now: datetime, limit: int) -> tuple[str, ...]:
    """The newest sitemaps of an index."""
    fresh = sitemap.recent(reading, now - timedelta(days=SITEMAP_DAYS))
    return tuple(child.url for child in fresh.children[:limit])


def chosen(wanted: Sequence[str], outlets: Mapping[str, Outlet]) -> list[Outlet]:
    """The outlets by name; without names, all that are enabled. Unknown names are logged."""
    for name in wanted:
        if name not in outlets:
            _log.error("unknown outlet: %s", name)
    if wanted:
        return [outlets[name] for name in dict.fromkeys(wanted) if name in outlets]
    return [outlet for outlet in outlets.values() if outlet.enabled]


def _is_sitemap(reading: discovery.FeedReading) -> bool:
    return reading.kind in ("sitemap", "news_sitemap")
