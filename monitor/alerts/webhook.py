"""The signed webhook: the same facts as the mail, as JSON, to an address of the recipient's own.

In      an `Envelope` and the view a mail would show; later the queued bytes and their signature
Out     `body`: JSON bytes, masked as the mail is · `post`: a `Result`, like that of a mail
Signed  `X-Monitor-Signature: sha256=…`, an HMAC of the body with the recipient's key; a retry has the same id and bytes
Guard   only public addresses are connected to, each checked as resolved; redirects are not followed
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict

from monitor import outward
from monitor.alerts.model import DigestView, Envelope, StoryView
from monitor.alerts.smtp import Result

PATIENCE_SECONDS = 30.0
LATER = frozenset({408, 425, 429})
"""Answers below 500 that ask to come again."""


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
    headers = {
        "Content-Type": "application/json",
        "X-Monitor-Id": message_id.strip("<>"),
        "X-Monitor-Signature": signature,
    }
    answer = outward.post(address, content, headers, allowed, PATIENCE_SECONDS)
    if answer.refused:
        return Result("permanent", None, answer.problem)
    if answer.status is None:
        # the receiver may have it: the id lets it see a second copy for what it is. Its other messages wait too
        return Result("temporary", None, answer.problem, shared=True)
    return _result(answer.status)


def _result(code: int) -> Result:
    if 200 <= code < 300:
        return Result("sent", code, "taken")
    if code in LATER or code >= 500:
        return Result("temporary", code, "asked to come again")
    return Result("permanent", code, "a redirect is not followed" if 300 <= code < 400 else "refused")
