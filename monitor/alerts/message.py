"""A mail's final bytes: headers that no title can break, a text and an HTML part.

In      an `Envelope`, the two parts
Out     bytes with CRLF line ends, the same for the same input
Raises  nothing for any text: line breaks, bidirectional controls and invisible characters are taken out of headers
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import UTC
from email import policy
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from monitor.alerts.model import Envelope

SUBJECT_LIMIT = 180
"""Characters of a subject; longer ones are cut with an ellipsis."""

_POLICY = policy.SMTP.clone(max_line_length=76)


def plain(text: str, limit: int = SUBJECT_LIMIT) -> str:
    """`text` in one line without controls, invisible or unpaired characters, at most `limit` long.

    >>> plain("Two\\r\\nBcc: x\\u202e")
    'Two Bcc: x'
    """
    kept = (" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def message_id(recipient: str, thing: str, number: str, domain: str) -> str:
    """The Message-ID of the message that tells `thing` for the `number`-th time to `recipient`: always the same one."""
    digest = hashlib.sha256(f"{recipient}|{thing}|{number}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"<alert.{digest}@{domain}>"


def domain_of(sender: str) -> str:
    """The domain of an address, in ASCII; `localhost` when it has none."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    try:
        return domain.encode("idna").decode("ascii") or "localhost"
    except UnicodeError:
        return "localhost"


def parse_address(text: str) -> str:
    """The bare address of `Name <address>`."""
    return parseaddr(text)[1]


def build(envelope: Envelope, text: str, html: str) -> bytes:
    """Return the message's bytes."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _from(envelope.sender)
    mail["To"] = envelope.recipient
    mail["Subject"] = plain(envelope.subject)
    mail["Date"] = format_datetime(envelope.date.astimezone(UTC).replace(microsecond=0))
    mail["Message-ID"] = envelope.message_id
    if envelope.references:
        mail["In-Reply-To"] = envelope.references[-1]
        mail["References"] = " ".join(envelope.references)
    mail["List-Id"] = envelope.list_id
    if envelope.unsubscribe:
        mail["List-Unsubscribe"] = ", ".join(f"<{link}>" for link in envelope.unsubscribe)
    if envelope.one_click:
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Precedence"] = "bulk"
    mail.set_content(_clean(text), cte="base64" if _long(text) else None)
    mail.add_alternative(_clean(html), subtype="html", cte="base64")
    mail.set_boundary("=_" + hashlib.sha256(envelope.message_id.encode()).hexdigest()[:30])
    return mail.as_bytes()


def _long(text: str) -> bool:
    return not text.isascii() or any(len(line) > 900 for line in text.splitlines())


def _clean(text: str) -> str:
    # an unpaired surrogate cannot be encoded; what stands for it says so
    return text.encode("utf-8", "replace").decode("utf-8")


def _from(sender: str) -> Address | str:
    name, address = parseaddr(sender)
    try:
        return Address(display_name=plain(name, 80), addr_spec=address)
    except (HeaderParseError, ValueError, IndexError):
        return address
