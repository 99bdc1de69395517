"""The signed webhook: the same facts as the mail, as JSON, to an address of the recipient's own.

In      an `Envelope` and the view a mail would show; later the queued bytes and their signature
Out     `body`: JSON bytes, masked as the mail is · `post`: a `Result`, like that of a mail
Signed  `X-Monitor-Signature: sha256=…`, an HMAC of the body with the recipient's key; a retry has the same id and bytes
Guard   only public addresses are connected to, each checked as resolved; redirects are not followed
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
from dataclasses import asdict
from urllib.parse import urlsplit

from monitor.alerts.model import DigestView, Envelope, StoryView
from monitor.alerts.smtp import Result

TIMEOUT_SECONDS = 15.0
LATER = frozenset({408, 425, 429})
"""Answers below 500 that ask to come again."""


def is_webhook(address: str) -> bool:
    """Whether a recipient's address is one that is posted to."""
    return address.startswith(("https://", "http://"))


def key(secret: bytes, address: str) -> str:
    """The key that the receiver at `address` checks signatures with; each has its own."""
    return hmac.new(secret, f"webhook {address}".encode(), hashlib.sha256).hexdigest()


def sign(body: bytes, key: str) -> str:
    """The signature of `body`."""
    return "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def body(kind: str, envelope: Envelope, view: StoryView | DigestView, footer: tuple[str, ...]) -> bytes:
    """What is posted."""
    told = {
        "id": envelope.message_id.strip("<>"),
        "type": kind,
        "created_at": envelope.date.isoformat(),
        "subject": envelope.subject,
        "follows": [one.strip("<>") for one in envelope.references],
        "news": asdict(view),
        "notes": list(footer),
    }
    return json.dumps(told, ensure_ascii=True, sort_keys=True).encode("ascii")


def post(address: str, content: bytes, message_id: str, signature: str, allowed: frozenset[str]) -> Result:
    """Post `content`. `allowed`: host:port that may be reached although not public."""
    from monitor.middlewares.guard import refusal  # brings the crawler in: only where somebody has a webhook

    problem = refusal(address, allowed)
    if problem:
        return Result("permanent", None, f"refused: {problem}")
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    headers = {
        "Content-Type": "application/json",
        "X-Monitor-Id": message_id.strip("<>"),
        "X-Monitor-Signature": signature,
    }
    try:
        connection = _connect(parts.scheme, parts.hostname or "", port, f"{parts.hostname}:{port}" in allowed)
    except PermissionError as error:
        return Result("permanent", None, str(error))
    except OSError as error:
        return Result("temporary", None, f"{type(error).__name__}: {error}")
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), content, headers)
        code = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        # the id lets the receiver see a second copy for what it is
        return Result("temporary", None, f"{type(error).__name__}: {error}")
    finally:
        connection.close()
    return _result(code)


def _result(code: int) -> Result:
    if 200 <= code < 300:
        return Result("sent", code, "taken")
    if code in LATER or code >= 500:
        return Result("temporary", code, "asked to come again")
    return Result("permanent", code, "a redirect is not followed" if 300 <= code < 400 else "refused")


def _connect(scheme: str, host: str, port: int, allowed: bool) -> http.client.HTTPConnection:
    """Connect to the very address that was checked. Raises PermissionError where it is not public, OSError else."""
    from monitor.middlewares.guard import is_public

    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_, address in found:
        if not allowed and not is_public(ipaddress.ip_address(str(address[0]).split("%")[0])):
            raise PermissionError("refused: not a public address")
    line = socket.create_connection((str(found[0][4][0]), port), timeout=TIMEOUT_SECONDS)
    made = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    made.sock = ssl.create_default_context().wrap_socket(line, server_hostname=host) if scheme == "https" else line
    return made
