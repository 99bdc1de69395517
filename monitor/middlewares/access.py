"""How single outlets are asked otherwise than all: their proxy, headers, concurrency, and certificates left unchecked.

In      the table `[access]` of outlet files; secrets in it come from the environment (`MONITOR_SECRET_…`)
Out     requests with their proxy and headers, to the outlet's own hosts alone: a redirect elsewhere gets neither
        headers nor the exemption
Raises  `NoSecret` for a request whose secret is not set: its page waits, and the outlet's problem names the variable
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from monitor.addon import WORKSHOP_KEY
from monitor.config import ConfigError, with_secrets
from monitor.middlewares.browser import BROWSER_HEADERS, RENDER
from monitor.middlewares.guard import GuardedResolver
from monitor.middlewares.pace import slot_of
from pipelines.records import Access, Outlet

ANY_CERTIFICATE = "monitor_any_certificate"
SENT_HEADERS = "monitor_sent_headers"
"""Meta: the names of the headers that the outlet's file added, which the archive does not keep."""


class NoSecret(IgnoreRequest):
    """A secret that an outlet's file names is not in the environment."""


class AccessMiddleware:
    """Dresses requests as their outlet's file says."""

    def __init__(self, crawler: Any) -> None:
        shop = crawler.settings.get(WORKSHOP_KEY)
        outlets = list(shop.outlets.values()) if shop else []
        self.access = {one.id: one.access for one in outlets if one.access != Access()}
        self.hosts = {one.id: hosts_of(one) for one in outlets if one.id in self.access}
        self.concurrency = concurrencies(outlets)
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Any) -> AccessMiddleware:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Add what the outlet's file says, after taking off what an earlier host was sent."""
        for name in request.meta.pop(SENT_HEADERS, ()):
            request.headers.pop(name, None)
        for key in ("proxy", ANY_CERTIFICATE):
            request.meta.pop(key, None)
        request.headers.pop("Proxy-Authorization", None)
        outlet_id, slot = str(request.meta.get("outlet_id")), slot_of(request.url)
        self._let_more(slot)
        access = self.access.get(outlet_id)
        if access is None:
            return
        try:
            if RENDER in request.meta:  # one page is many requests: each is dressed where the browser sends it
                headers = {name: with_secrets(value) for name, value in access.headers}
                request.meta[BROWSER_HEADERS] = (self.hosts[outlet_id], headers)
                if not access.verify_tls:
                    request.meta[ANY_CERTIFICATE] = True
                return
            self._dress(request, access, own=slot in self.hosts[outlet_id])
        except ConfigError as error:
            raise NoSecret(str(error)) from error

    def _let_more(self, slot: str) -> None:
        """Let a host be asked by several at once, where every outlet that lives there says so."""
        wanted = self.concurrency.get(slot)
        declared = self.crawler.engine.downloader.per_slot_settings
        if wanted and "concurrency" not in declared.get(slot, {}):
            declared[slot] = {**declared.get(slot, {}), "concurrency": wanted}

    def _dress(self, request: Request, access: Access, *, own: bool) -> None:
        if access.proxy:
            login, host = split_proxy(with_secrets(access.proxy))
            request.meta["proxy"] = host
            GuardedResolver.allowed |= {urlsplit(host).hostname or ""}
            if login:
                coded = base64.b64encode(login.encode()).decode()
                request.headers["Proxy-Authorization"] = f"Basic {coded}"
        if not own:
            return
        for name, value in access.headers:
            request.headers[name] = with_secrets(value)
        request.meta[SENT_HEADERS] = frozenset(name.lower() for name, _ in access.headers)
        if not access.verify_tls:
            request.meta[ANY_CERTIFICATE] = True


def hosts_of(outlet: Outlet) -> frozenset[str]:
    """The hosts that an outlet's file names."""
    return frozenset({slot_of(outlet.homepage), *(slot_of(feed.url) for feed in outlet.feeds)})


def concurrencies(outlets: list[Outlet]) -> dict[str, int]:
    """Requests at once, by host: the least that any outlet living there declares; nothing declared is 1."""
    found: dict[str, int] = {}
    for outlet in outlets:
        for host in hosts_of(outlet):
            wanted = outlet.access.concurrency or 1
            found[host] = min(found.get(host, wanted), wanted)
    return {host: number for host, number in found.items() if number > 1}


def split_proxy(proxy: str) -> tuple[str, str]:
    """`user:password` (perhaps empty) and the proxy's address without it."""
    scheme, _, rest = proxy.partition("://")
    login, _, host = rest.rpartition("@")
    return login, f"{scheme}://{host}"


def any_certificate() -> Any:
    """A TLS policy that takes every certificate."""
    from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory

    return _ScrapyClientContextFactory(verify_certificates=False)
