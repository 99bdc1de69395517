"""The browser's only way out: a proxy on loopback that checks the very address it connects to.

In      what Chromium sends a proxy: CONNECT for https and sockets, absolute addresses for http
Out     the bytes of public addresses, both ways; 403 for all others, in any spelling or behind any name
Limits  bytes a connection, seconds for a connection and between two reads, connections at once
Why     the browser resolves names itself; with this gate and no other route, a redirect, a frame, a socket or a name
        that changes its mind reaches nothing private. Nothing is decrypted here
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from urllib.parse import urlsplit

from monitor.middlewares.guard import is_public, refusal

MAX_HEAD = 64 * 1024
MAX_BYTES = 32 * 1024 * 1024
MAX_AT_ONCE = 100
CONNECT_SECONDS = 15.0
IDLE_SECONDS = 30.0
CHUNK = 64 * 1024
_HOP = ("proxy-connection", "proxy-authorization", "connection", "keep-alive")


class Refused(Exception):
    """The address is not one that may be asked."""


class BrowserGate:
    """A filtering proxy. `refused` counts what was turned away."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self.allowed = allowed
        self.refused = 0
        self.server: asyncio.Server | None = None
        self.at_once = asyncio.Semaphore(MAX_AT_ONCE)

    async def open(self) -> str:
        """Serve on a free port of loopback; return the proxy's address."""
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=MAX_HEAD)
        return f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Serve nobody any more."""
        if self.server is not None:
            self.server.close()
            self.server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self.at_once:
                await self._answer(reader, writer)
        except Refused:
            self.refused += 1
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        finally:
            with contextlib.suppress(OSError):
                writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_SECONDS)
        first, *lines = head[:-4].decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        tunnel = method == "CONNECT"
        url = f"https://{target}/" if tunnel else target
        far_reader, far_writer = await self._connect(url)
        try:
            if tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))
            else:
                far_writer.write(origin_form(method, url, lines))
                await _send(reader, far_writer, _length(lines))
                await _pour(far_reader, writer)
        finally:
            with contextlib.suppress(OSError):
                far_writer.close()

    async def _connect(self, url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        problem = refusal(url, self.allowed)
        if problem:
            raise Refused(problem)
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        found = await asyncio.wait_for(
            asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM), CONNECT_SECONDS
        )
        addresses = [str(entry[4][0]) for entry in found]
        if f"{host}:{port}" not in self.allowed and not all(is_public(_address(one)) for one in addresses):
            raise Refused("resolves to an address that is not public")
        # the address, not the name: it cannot mean another one a moment later
        return await asyncio.wait_for(asyncio.open_connection(addresses[0], port), CONNECT_SECONDS)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(text.split("%", 1)[0])


def origin_form(method: str, url: str, lines: list[str]) -> bytes:
    """The head that an origin expects, for one request on one connection."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kept = [line for line in lines if line.partition(":")[0].strip().lower() not in _HOP]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *kept, "Connection: close", "", ""]).encode("latin-1")


def _length(lines: list[str]) -> int:
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-length":
            return min(int(value), MAX_BYTES)
    return 0


async def _send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, length: int) -> None:
    if length:
        writer.write(await asyncio.wait_for(reader.readexactly(length), IDLE_SECONDS))
    await writer.drain()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the end, the limit, or silence; then close the far side."""
    left = MAX_BYTES
    try:
        while left > 0:
            data = await asyncio.wait_for(reader.read(CHUNK), IDLE_SECONDS)
            if not data:
                break
            left -= len(data)
            writer.write(data)
            await writer.drain()
    finally:
        with contextlib.suppress(OSError):
            writer.close()
