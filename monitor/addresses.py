"""Where a message can go: the address of a mailbox, or the web address of a webhook.

In      text of a watch file or a command line
Out     the address as it is kept (a mailbox's domain in ASCII), None where nothing could be sent
Raises  nothing for any text
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_WEB = re.compile(r"https?://[!-~]{1,2000}", re.IGNORECASE)


def is_webhook(address: str) -> bool:
    """Whether a recipient's address is one that is posted to."""
    return address.startswith(("https://", "http://"))


def usable(address: str) -> str | None:
    """A mailbox as it may stand in an envelope, None when no server would take it.

    >>> usable("reader@example.org"), usable("nobody")
    ('reader@example.org', None)
    """
    local, _, domain = address.strip().rpartition("@")
    try:
        found = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None
    return found if _MAILBOX.fullmatch(found) else None


def reachable(address: str) -> str | None:
    """A recipient's address as it is kept: of a mailbox or of a webhook; None when neither.

    >>> reachable("HTTPS://hooks.example.org/news"), reachable("ftp://hooks.example.org/news")
    ('https://hooks.example.org/news', None)
    """
    address = address.strip()
    return _web(address) if _WEB.fullmatch(address) else usable(address)


def _web(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    # a password in an address would stand in every log and listing
    if not parts.hostname or port == 0 or "@" in parts.netloc or parts.fragment:
        return None
    return parts.scheme + address[len(parts.scheme) :]
