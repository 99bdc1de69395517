"""The address guard: no request leaves for a private, loopback, link-local or otherwise non-global address.

Two doors: a middleware refuses schemes and literal addresses in any spelling; the resolver refuses names that resolve
to such an address, and the address it checked is the one that is used. `MONITOR_ALLOW_ADDRESSES` (host:port) opens
single ones, for tests and the demo.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred

SCHEMES = frozenset({"http", "https"})
DEFAULT_PORTS = {"http": 80, "https": 443}


class AddressRefused(IgnoreRequest):
    """The address is not a public one."""


def as_literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address a host text means when it is one in any spelling (decimal, hex, octal, short), else None."""
    host = host.strip("[]").split("%", 1)[0]
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError, ValueError):
        return None


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address belongs to the open internet; mapped IPv4 counts as what it maps."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def allowed_hosts(entries: Any) -> frozenset[str]:
    """The hosts of the allow list, for the resolver, which knows no ports."""
    return frozenset(str(entry).rsplit(":", 1)[0].strip("[]") for entry in entries or ())


class AddressGuardMiddleware:
    """Refuses what must not be asked for, before anything is resolved."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self.allowed = allowed

    @classmethod
    def from_crawler(cls, crawler: Any) -> AddressGuardMiddleware:
        """Scrapy's constructor."""
        return cls(frozenset(crawler.settings.getlist("MONITOR_ALLOW_ADDRESSES")))

    def process_request(self, request: Request) -> None:
        """Raise `AddressRefused` for a scheme or literal address that is not public."""
        problem = refusal(request.url, self.allowed)
        if problem:
            raise AddressRefused(problem)


def refusal(url: str, allowed: frozenset[str]) -> str | None:
    """Why `url` must not be fetched, or None. Names are checked later, by the resolver."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        return "not a web address"
    if parts.scheme not in SCHEMES:
        return f"scheme {parts.scheme or 'missing'}"
    host = (parts.hostname or "").rstrip(".")
    if not host:
        return "no host"
    if f"{host}:{port}" in allowed:
        return None
    if host == "localhost" or host.endswith(".localhost"):
        return "loopback"
    literal = as_literal(host)
    return None if literal is None or is_public(literal) else f"not a public address ({literal})"


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, refusing answers that are not public."""

    allowed: ClassVar[frozenset[str]] = frozenset()
    """Hosts of the allow list; one resolver serves the whole process."""

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> GuardedResolver:
        """Scrapy's constructor."""
        made = super().from_crawler(crawler, reactor)
        cls.allowed |= allowed_hosts(crawler.settings.getlist("MONITOR_ALLOW_ADDRESSES"))
        return made

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:
        """Resolve, then check the very address that will be connected to."""
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found.addCallback(self._checked, name)

    def _checked(self, answer: str, name: str) -> str:
        if name not in self.allowed and not is_public(ipaddress.ip_address(answer)):
            raise AddressRefused(f"{name} resolves to an address that is not public")
        return answer
