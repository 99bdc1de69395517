"""One POST to an address that the operator named: a webhook, a watchdog. Never to an address that is not public.

In      the address, the bytes, headers; host:port pairs that may be reached although not public
Out     `Answer`: the status, or why there is none
Guard   every address of the name is checked, and the one that was checked is connected to; redirects are not followed
Limits  `patience` seconds in all, name resolution and a dripping answer included; the address is never in the answer
Raises  nothing on the network's failures
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

USER_AGENT = "monitor"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `refused`: nothing was sent and nothing ever will be, the address is not allowed."""

    status: int | None = None
    problem: str = ""
    refused: bool = False


class _NotPublic(Exception):
    """A name means an address that is not public."""


def post(
    url: str, content: bytes, headers: Mapping[str, str], allowed: Iterable[str] = (), patience: float = 30.0
) -> Answer:
    """Post `content` once."""
    from monitor.middlewares.guard import refusal  # brings the crawler in: only where something is posted

    problem = refusal(url, frozenset(allowed))
    if problem:
        return Answer(problem=f"address refused: {problem}", refused=True)
    said: list[Answer] = []
    # a name server or a dripping answer can outlast every timeout of a socket: nobody waits for them
    worker = threading.Thread(
        target=lambda: said.append(_post(urlsplit(url), content, headers, frozenset(allowed), patience)),
        name="outward",
        daemon=True,
    )
    worker.start()
    worker.join(patience)
    return said[0] if said else Answer(problem=f"no answer in {patience:g} s")


def _post(
    parts: SplitResult, content: bytes, headers: Mapping[str, str], allowed: frozenset[str], patience: float
) -> Answer:
    host = parts.hostname or ""
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        addresses = _addresses(host, port, f"{host}:{port}" in allowed)
        connection = http.client.HTTPConnection(host, port, timeout=patience)
        try:
            connection.sock = _connect(addresses, port, host if parts.scheme == "https" else "", patience)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, content, {"User-Agent": USER_AGENT, **headers})
            return Answer(connection.getresponse().status)
        finally:
            connection.close()
    except _NotPublic:
        return Answer(problem="address refused: not a public address", refused=True)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(problem=type(error).__name__)


def _addresses(host: str, port: int, allowed: bool) -> list[str]:
    """The addresses to connect to: checked, so that the name cannot mean another a moment later."""
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    from monitor.middlewares.guard import is_public

    if not allowed and not all(is_public(ipaddress.ip_address(one.split("%")[0])) for one in found):
        raise _NotPublic
    return found


def _connect(addresses: Sequence[str], port: int, secure_for: str, patience: float) -> socket.socket:
    """A line to the first address that answers; with TLS for the name `secure_for`, if it is not empty."""
    problem: OSError = OSError("no address")
    for address in addresses:
        try:
            line = socket.create_connection((address, port), timeout=patience)
        except OSError as error:
            problem = error
            continue
        if not secure_for:
            return line
        try:
            return ssl.create_default_context().wrap_socket(line, server_hostname=secure_for)
        except OSError:
            line.close()
            raise
    raise problem
