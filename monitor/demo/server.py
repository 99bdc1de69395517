"""Serve the invented newspapers over HTTP on loopback, in a process of its own.

Use     `python -m monitor.demo.server --port 0 --now 2026-11-23T09:00:00+00:00` prints the port on its first line
Out     GET and HEAD with ETag, Last-Modified, 304 and gzip; 404 for what is not there; 405 for other methods;
        `POST /_newsroom/edition?n=2&at=ISO` prints the next edition (articles change, new ones appear)
Exits   0 stopped · 2 wrong arguments · 3 the port cannot be had (the reason stands on stderr)
Limits  binds 127.0.0.1 only; with `--with-parent` it ends when its standard input is closed
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from monitor.demo.site.build import Resource, build
from monitor.demo.site.content import Content, load
from monitor.demo.site.story import Press

HOST = "127.0.0.1"
EXIT_USAGE, EXIT_PORT = 2, 3
_CONTROL = "/_newsroom/edition"


class NewsroomServer(ThreadingHTTPServer):
    """A threading HTTP server that holds one edition of the newspapers at a time."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, port: int, now: datetime, *, delay: float = 0.0, access_log: bool = False, browser: bool = False
    ) -> None:
        super().__init__((HOST, port), _Handler)
        self.delay = delay
        self.access_log = access_log
        self._content: Content = load()
        self._now = now
        self._browser = browser
        self.site: Mapping[str, Resource] = {}
        self.turn_to(1, None)

    @property
    def base_url(self) -> str:
        """Address without a slash at the end."""
        return f"http://{HOST}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent when a reader goes away; everything else is printed as usual."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def turn_to(self, edition: int, at: datetime | None) -> None:
        """Print `edition` (1 is the first); pages that it changes carry the instant `at`. Raises `ValueError`."""
        if edition < 1:
            raise ValueError(f"there is no edition {edition}")
        self.site = build(self._content, Press(self._now, self.base_url, edition, at, self._browser))


class _Handler(BaseHTTPRequestHandler):
    server: NewsroomServer
    protocol_version = "HTTP/1.1"
    server_version = "Newsroom"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        """Answer with the resource and its body."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with the headers of GET, without the body."""
        self._answer(with_body=False)

    def do_POST(self) -> None:
        """Turn to another edition; every other address refuses."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = urlsplit(self.path)
        if target.path != _CONTROL:
            return self._send(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET, HEAD"}, b"")
        query = {key: values[0] for key, values in parse_qs(target.query).items()}
        try:
            at = datetime.fromisoformat(query["at"]) if "at" in query else None
            self.server.turn_to(int(query["n"]), at)
        except (KeyError, ValueError) as problem:
            return self._send(HTTPStatus.BAD_REQUEST, {}, f"edition: {problem}\n".encode())
        return self._send(HTTPStatus.NO_CONTENT, {}, b"")

    def log_message(self, format: str, *args: object) -> None:
        """Write the access line only when asked for."""
        if self.server.access_log:
            super().log_message(format, *args)

    def _answer(self, *, with_body: bool) -> None:
        if self.server.delay:
            time.sleep(self.server.delay)
        resource = _find(self.server.site, self.path)
        if resource is None:
            body = b"<!DOCTYPE html><html><head><title>404</title></head><body><h1>Not found</h1></body></html>"
            headers = {"Content-Type": "text/html; charset=utf-8"}
            return self._send(HTTPStatus.NOT_FOUND, headers, body, with_body=with_body)
        headers = {
            "Content-Type": resource.content_type,
            "ETag": resource.etag,
            "Last-Modified": _http_date(resource.last_modified),
            "Cache-Control": "no-cache",
            "Vary": "Accept-Encoding",
        }
        if not_modified(resource, self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")):
            return self._send(HTTPStatus.NOT_MODIFIED, headers, b"", with_body=False, with_length=False)
        body = resource.body
        if accepts_gzip(self.headers.get("Accept-Encoding", "")):
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return self._send(HTTPStatus.OK, headers, body, with_body=with_body)

    def _send(
        self,
        status: HTTPStatus,
        headers: Mapping[str, str],
        body: bytes,
        *,
        with_body: bool = True,
        with_length: bool = True,
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if with_length and status is not HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)


def accepts_gzip(header: str) -> bool:
    """Say whether an Accept-Encoding header takes gzip (`gzip;q=0` does not).

    >>> accepts_gzip("br, gzip;q=0.5"), accepts_gzip("gzip; q=0")
    (True, False)
    """
    for part in header.lower().split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        if coding in {"gzip", "*"}:
            return not any(value.replace(" ", "") in {"q=0", "q=0.0", "q=0.00", "q=0.000"} for value in parameters)
    return False


def not_modified(resource: Resource, none_match: str | None, modified_since: str | None) -> bool:
    """Say whether the client's copy is still good. If-None-Match wins over If-Modified-Since (RFC 9110, 13.2.2)."""
    if none_match is not None:
        known = {tag.strip().removeprefix("W/") for tag in none_match.split(",")}
        return "*" in known or resource.etag.removeprefix("W/") in known
    if modified_since is None:
        return False
    try:
        since = parsedate_to_datetime(modified_since)
    except ValueError:
        return False
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    return resource.last_modified.replace(microsecond=0) <= since


def _find(site: Mapping[str, Resource], target: str) -> Resource | None:
    """Return the resource of a request target: with its query, or without it (tracking words are ignored)."""
    parts = urlsplit(target)
    whole = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return site.get(whole) or site.get(parts.path)


def _http_date(when: datetime) -> str:
    return format_datetime(when.astimezone(UTC).replace(microsecond=0), usegmt=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the server until it is stopped; returns the exit code."""
    options = _options(arguments)
    try:
        server = NewsroomServer(
            options.port,
            options.now,
            delay=options.delay,
            access_log=options.access_log,
            browser=options.browser,
        )
    except (OSError, OverflowError) as problem:
        sys.stderr.write(f"newsroom: cannot listen on {HOST}:{options.port}: {problem}\n")
        return EXIT_PORT
    if options.with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
    return 0


def _end_with_parent() -> None:
    """Leave at once when the parent is gone: it holds the other end of our standard input."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m monitor.demo.server", description="Serve invented newspapers.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--now", type=_instant, required=True, help="start instant, ISO 8601 with offset")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds to wait before every answer")
    parser.add_argument("--access-log", action="store_true", help="write requests to stderr")
    parser.add_argument("--browser", action="store_true", help="print the pages that need a browser, too")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input is closed")
    return parser.parse_args(arguments)


def _instant(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no offset; write for example {text}+00:00")
    return when


if __name__ == "__main__":
    sys.exit(main())
