"""Tell a watchdog that a run started, went well or failed: one small request, which can never harm the run.

In      the heartbeat address of the settings, what happened, a line of counts
Out     nothing on success; a line that says why the watchdog was not reached
Guard   only public addresses (or those of the allow list), the checked address is the one connected to; no redirects
Limits  `PATIENCE` seconds in all, name resolution included; the address itself (it is a secret) is never in the answer
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlsplit

from monitor.middlewares.guard import is_public, refusal

PATIENCE = 8.0
MAX_LINE = 2_000
Happened = Literal["start", "success", "fail"]
_PATHS: dict[str, str] = {"start": "/start", "success": "", "fail": "/fail"}


def ping(url: str, happened: Happened, line: str = "", allowed: Iterable[str] = ()) -> str | None:
    """Send one sign of life; None when it arrived, or when no address is set."""
    if not url:
        return None
    said: list[str | None] = []

    def work() -> None:
        try:
            said.append(_post(url, _PATHS[happened], line, frozenset(allowed)))
        except (OSError, http.client.HTTPException, ValueError) as error:
            said.append(type(error).__name__)

    # a name server or a dripping answer can outlast every timeout of a socket: the run does not wait for them
    worker = threading.Thread(target=work, name="heartbeat", daemon=True)
    worker.start()
    worker.join(PATIENCE)
    problem = said[0] if said else f"no answer in {PATIENCE:g} s"
    return f"heartbeat ({happened}) not delivered: {problem}" if problem else None


def _post(url: str, path: str, line: str, allowed: frozenset[str]) -> str | None:
    problem = refusal(url, allowed)
    if problem:
        return f"address refused: {problem}"
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _address(host, port, f"{host}:{port}" in allowed)
    if address is None:
        return "address refused: not a public address"
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        plain = socket.create_connection((address, port), timeout=PATIENCE)
        secure = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) if parts.scheme == "https" else plain
        )
        connection.sock = secure
        target = parts.path.rstrip("/") + path or "/"
        query = f"?{parts.query}" if parts.query else ""
        body = line[:MAX_LINE].encode("utf-8", "replace")
        connection.request(
            "POST", target + query, body, {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "monitor"}
        )
        status = connection.getresponse().status
    finally:
        connection.close()
    return None if 200 <= status < 300 else f"answered {status}"


def _address(host: str, port: int, allowed: bool) -> str | None:
    """The address to connect to: checked, so that the name cannot mean another a moment later."""
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if allowed or all(is_public(ipaddress.ip_address(one.split("%")[0])) for one in found):
        return found[0]
    return None
