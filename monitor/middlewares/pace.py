"""Delay and concurrency hold a host, whoever asks: several outlets may share one, and `www.` is no other host.

The longest delay wins: the setting, that of any outlet which asks this host, and robots.txt's `Crawl-delay`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from scrapy import Request

from monitor.addon import WORKSHOP_KEY


class PaceMiddleware:
    """Puts each request into the slot of its host, also after a redirect, with the delay its outlet declares."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        shop = crawler.settings.get(WORKSHOP_KEY)
        self.delays = {one.id: one.delay_seconds for one in shop.outlets.values() if one.delay_seconds} if shop else {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> PaceMiddleware:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Name the slot; slow it down where the outlet asks for it."""
        request.meta["download_slot"] = slot_of(request.url)
        wanted = self.delays.get(str(request.meta.get("outlet_id")))
        if wanted:
            slow_down(self.crawler.engine.downloader, request.meta["download_slot"], wanted)


def slot_of(url: str) -> str:
    """The name under which requests to one host wait for each other: host and port, without `www.`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}:{port}" if port else host


def slow_down(downloader: Any, name: str, seconds: float) -> None:
    """Make the pause between two requests of a slot at least `seconds`, one at a time, without chance."""
    declared = downloader.per_slot_settings.get(name, {})
    if declared.get("delay", 0.0) < seconds:
        # slots come and go; what is declared for them stays
        jitter = {"jitter": 0.0} if "jitter" in _slot_fields() else {"randomize_delay": False}
        downloader.per_slot_settings[name] = {**declared, "delay": seconds, "concurrency": 1, **jitter}
    slot = downloader.slots.get(name)
    if slot is not None and slot.delay < seconds:
        slot.delay, slot.concurrency = seconds, 1
        setattr(slot, "jitter" if hasattr(slot, "jitter") else "randomize_delay", 0)


def _slot_fields() -> frozenset[str]:
    from scrapy.core.downloader import Slot

    return frozenset(getattr(Slot, "__dataclass_fields__", ()))
