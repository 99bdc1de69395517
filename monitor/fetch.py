"""Fetch one address for a command, under the rules of the crawl: robots.txt, public addresses only, bounded.

Raises  `FetchProblem` with the reason
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
import zlib
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from protego import Protego

from monitor.config import Config
from monitor.middlewares.guard import is_public, refusal
from monitor.middlewares.robots import Rules
from monitor.settings import for_config

MAX_BYTES = 16 * 1024 * 1024
TIMEOUT = 30.0
MAX_REDIRECTS = 5
MAX_DELAY = 60.0
"""Seconds; no command waits longer for a host between two pages."""
_LAST: dict[str, float] = {}
"""When each host was asked last by this process."""


class FetchProblem(RuntimeError):
    """The address could not be fetched; `status` is what the server answered, if it did."""

    def __init__(self, words: str, status: int | None = None) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered."""

    url: str
    status: int
    content: bytes
    content_type: str | None
    charset: str | None


def fetch(url: str, config: Config) -> Answer:
    """Fetch `url`, following at most five redirects, each checked anew."""
    for _ in range(MAX_REDIRECTS + 1):
        rules = _robots(url, config)
        if not rules.allows(url, for_config(config)["USER_AGENT"]):
            why = f"its robots.txt could not be read: {rules.closed}" if rules.closed else "forbidden by its robots.txt"
            raise FetchProblem(f"{url}: {why}")
        _keep_pace(url, rules, config)
        answer, location = _once(url, config)
        if location is None:
            return answer
        url = urljoin(url, location)
    raise FetchProblem(f"{url}: too many redirects")


def _keep_pace(url: str, rules: Rules, config: Config) -> None:
    """Wait as long after the last request to the same host as the settings and its robots.txt want."""
    asked = rules.parser.crawl_delay(for_config(config)["USER_AGENT"]) if rules.parser else None
    host, delay = urlsplit(url).netloc, min(max(config.delay_seconds, asked or 0.0), MAX_DELAY)
    time.sleep(max(0.0, _LAST.get(host, 0.0) + delay - time.monotonic()))
    _LAST[host] = time.monotonic()


def _robots(url: str, config: Config) -> Rules:
    parts = urlsplit(url)
    try:
        answer, _ = _once(f"{parts.scheme}://{parts.netloc}/robots.txt", config)
    except FetchProblem as problem:
        return Rules() if problem.status and 400 <= problem.status < 500 else Rules(closed=str(problem))
    return Rules(parser=Protego.parse(answer.content.decode("utf-8", "replace")))


def _once(url: str, config: Config) -> tuple[Answer, str | None]:
    problem = refusal(url, frozenset(config.allow_addresses))
    if problem:
        raise FetchProblem(f"{url}: refused: {problem}")
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    connection = _connect(parts.scheme, host, port, config)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        agent = for_config(config)["USER_AGENT"]
        connection.request("GET", path, headers={"User-Agent": agent, "Accept-Encoding": "gzip"})
        response = connection.getresponse()
        body = response.read(MAX_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        raise FetchProblem(f"{url}: {error}") from error
    finally:
        connection.close()
    if response.status in (301, 302, 303, 307, 308) and response.getheader("Location"):
        return Answer(url, response.status, b"", None, None), response.getheader("Location")
    if response.status >= 400:
        raise FetchProblem(f"{url}: answered {response.status}", response.status)
    if response.getheader("Content-Encoding", "").lower() == "gzip":
        body = _gunzip(body)
    if len(body) > MAX_BYTES:
        raise FetchProblem(f"{url}: larger than {MAX_BYTES // 2**20} MB")
    return Answer(
        url, response.status, body, response.headers.get_content_type(), response.headers.get_content_charset()
    ), None


def _connect(scheme: str, host: str, port: int, config: Config) -> http.client.HTTPConnection:
    """Connect to an address that was checked, and to no other that the name may mean a moment later."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise FetchProblem(f"{host}: cannot be resolved ({error.strerror})") from error
    allowed = f"{host}:{port}" in config.allow_addresses
    for *_, address in found:
        if not allowed and not is_public(ipaddress.ip_address(str(address[0]).split("%")[0])):
            raise FetchProblem(f"{host}: refused: not a public address")
    made = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        plain = socket.create_connection((str(found[0][4][0]), port), timeout=TIMEOUT)
        made.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) if scheme == "https" else plain
        )
    except OSError as error:
        raise FetchProblem(f"{host}: {error}") from error
    return made


def _gunzip(body: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise FetchProblem(f"damaged gzip: {error}") from error
