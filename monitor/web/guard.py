"""What stands before every route: who asks, from where, and the headers of every answer, errors too.

In      ASGI requests; `Door`: the accounts, the secret, the clock
Out     `scope["state"]["who"]`; 401 or the login page for strangers, 403 for unsafe methods of another site
Loopback without accounts is the researcher, under a loopback name only, so that no other site's name leads here
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.web import access, logins
from monitor.web.access import Accounts, Who

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
OPEN = ("/login", "/static/", "/healthz", "/stop/", "/feed/")
CAPABLE = ("/stop/", "/feed/")
"""Addresses that are themselves the right to what they do: served under every name, taken from every site."""
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(slots=True)
class Door:
    """The accounts as the file says now, the secret, and the brake."""

    workspace: Path
    secret: bytes = field(repr=False)
    local: str = "researcher"
    """The role of who sits at this machine, while nobody has to log in."""
    proxies: frozenset[str] = frozenset()
    """Addresses of proxies that are believed: what they say of the client, the scheme, and who logged in."""
    header: str = ""
    """The header in which a believed proxy names who logged in; empty = none does."""
    clock: Callable[[], float] = time.time
    brake: logins.Brake = field(default_factory=logins.Brake)
    _seen: tuple[int, int] | None = None
    _accounts: Accounts = field(default_factory=Accounts, repr=False)
    _strict: bool = False

    def accounts(self) -> Accounts:
        """The accounts; the file is read again when it changed. Raises AccessError."""
        path = self.workspace / access.FILE
        stat = path.stat() if path.exists() else None
        seen = (stat.st_mtime_ns, stat.st_size) if stat else None
        if seen != self._seen:
            self._accounts, self._seen = access.load(self.workspace), seen
        self._strict = self._strict or self._accounts.any
        return self._accounts

    def who(self, headers: Headers, peer: str = "") -> Who | None:
        """Who asks; whoever sits at the machine where no account was ever seen. None = a stranger."""
        accounts = self.accounts()
        if not self._strict:
            return Who(self.local)
        if self.header and peer in self.proxies and self.header in headers:
            user = accounts.users.get(headers[self.header])
            return Who(user["role"], headers[self.header]) if user else None
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return accounts.by_token(token.strip())
        return logins.read(self.secret, accounts, _cookie(headers), self.clock())

    def client(self, headers: Headers, peer: str) -> str:
        """The address that asks: of a believed proxy, the last one it names."""
        named = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        return named or peer if peer in self.proxies else peer

    def secure(self, headers: Headers, peer: str, scheme: str) -> bool:
        """Whether the client speaks TLS, to us or to a believed proxy."""
        return scheme == "https" or (peer in self.proxies and headers.get("x-forwarded-proto") == "https")

    @property
    def strict(self) -> bool:
        """Whether one has to log in: for good once there was an account, so that removing the last opens nothing."""
        return self._strict


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(logins.COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


class Guard:
    """The middleware: one check for every route."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app, self.door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then hand on; every answer gets the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if not scope["path"].startswith("/static/"):
                    headers["cache-control"] = "no-store"
            await send(message)

        refused = self._refuse(scope)
        await (refused or self.app)(scope, receive, with_headers)

    def _refuse(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), scope["path"]
        try:
            who = self.door.who(headers, (scope.get("client") or ("",))[0])
        except access.AccessError:
            return PlainTextResponse("The list of accounts cannot be read: nobody is let in.", 503)
        scope.setdefault("state", {})["who"] = who
        capable = path.startswith(CAPABLE)
        if not self.door.strict and not capable and _host(headers) not in LOOPBACK:
            return PlainTextResponse("This address is not served without a login.", 421)
        bearer = headers.get("authorization", "").lower().startswith("bearer ")
        if scope["method"] not in SAFE and not bearer and not capable and not same_site(headers):
            return PlainTextResponse("A form of another site is not taken.", 403)
        if who is not None or any(path == one or (one.endswith("/") and path.startswith(one)) for one in OPEN):
            return None
        if path.startswith("/api") or path.endswith((".json", ".csv")):
            return JSONResponse(
                {"error": "a login or a token is needed"}, 401, {"www-authenticate": 'Bearer realm="monitor"'}
            )
        return RedirectResponse(f"/login?next={quote(path)}", 303)


def _host(headers: Headers) -> str:
    try:
        return (urlsplit(f"//{headers.get('host', '')}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def same_site(headers: Headers) -> bool:
    """Whether a form was sent from our own pages: by what the browser says, else by its origin.

    A client that says neither is no browser, and so carries nobody's cookie by accident.
    """
    said = headers.get("sec-fetch-site")
    if said is not None:
        return said in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == headers.get("host", "")
    except ValueError:
        return False
