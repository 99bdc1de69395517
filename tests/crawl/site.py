"""A real HTTP server on loopback whose pages a test declares, and which remembers what was asked for and when."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Reply:
    """What a path answers."""

    body: bytes | str = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0


@dataclass
class Site:
    """Routes by path; `asked` lists (seconds since start, path, request headers)."""

    routes: dict[str, Reply | Callable[[], Reply]] = field(default_factory=dict)
    asked: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    server: ThreadingHTTPServer | None = None

    @property
    def address(self) -> str:
        """host:port."""
        assert self.server is not None
        return f"127.0.0.1:{self.server.server_address[1]}"

    @property
    def url(self) -> str:
        """The site's address without a slash at the end."""
        return f"http://{self.address}"

    def paths(self, prefix: str = "/") -> list[str]:
        """The paths that were asked for, in order."""
        return [path for _, path, _ in self.asked if path.startswith(prefix)]

    def page(self, path: str, title: str, *paragraphs: str, head: str = "", language: str = "en") -> str:
        """Declare an article page; return its address."""
        text = "".join(f"<p>{one}</p>" for one in paragraphs)
        self.routes[path] = Reply(
            f"<!doctype html><html lang={language}><head><title>{title}</title>{head}</head>"
            f"<body><article><h1>{title}</h1>{text}</article></body></html>"
        )
        return self.url + path

    def feed(self, path: str, *entries: tuple[str, str]) -> str:
        """Declare an RSS feed of (title, link); return its address."""
        items = "".join(f"<item><title>{title}</title><link>{link}</link></item>" for title, link in entries)
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{items}</channel></rss>'
        self.routes[path] = Reply(body, kind="application/rss+xml")
        return self.url + path

    def start(self) -> Site:
        """Serve on a free port."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked.append((time.monotonic() - site.started, self.path, dict(self.headers.items())))
                found = site.routes.get(self.path, Reply(b"not here", 404))
                reply = found() if callable(found) else found
                time.sleep(reply.wait)
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                status = reply.status
                etag = reply.headers.get("ETag")
                if etag and self.headers.get("If-None-Match") == etag:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in {"Content-Type": reply.kind, **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        """Close the door."""
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()
