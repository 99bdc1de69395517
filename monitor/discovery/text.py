"""Words and links as feeds carry them, made plain.

In      text out of feeds and pages, with markup, entities and stray white space
Out     one line of plain text, or an absolute http(s) URL; `None` where nothing is left
Raises  nothing
"""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin, urlsplit

_DROPPED = re.compile(r"<(script|style)\b[^>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!\[CDATA\[|\]\]>")
_INLINE = re.compile(r"</?(?:a|abbr|b|big|cite|code|em|font|i|mark|small|span|strong|sub|sup|u)\b[^<>]*>", re.I)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\u200b\ufeff]")
_WHOLE = re.compile(
    r"https?://[A-Za-z0-9.-]+(?:/[^\s\x00-\x20\x7f\u200b\ufeff\\&]*(?:&(?!amp;|#)[^\s\x00-\x20\x7f\u200b\ufeff\\&]*)*)?"
)
_URL_TRASH = re.compile(r"[\x00-\x20\x7f\u200b\ufeff]+")
_MAX_RAW = 200_000
_MAX_URL = 2_000


def plain(raw: str | None, limit: int) -> str | None:
    """Return `raw` without markup on one line, at most `limit` characters; None if nothing is left.

    >>> plain("Two <b>captured</b>&nbsp;fighters", 500)
    'Two captured fighters'
    """
    if not raw:
        return None
    if len(raw) > _MAX_RAW:
        raw = raw[:_MAX_RAW]
    if "<" in raw:
        raw = _TAG.sub(" ", _INLINE.sub("", _DROPPED.sub(" ", raw)))
    if "&" in raw:
        raw = html.unescape(raw)
    text = " ".join(raw.split())
    if not text.isprintable():
        text = " ".join(_CONTROL.sub("", text).split())
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return text or None


def absolute(raw: str | None, base: str) -> str | None:
    """Return `raw` as an absolute http(s) URL, resolved against `base`; None for anything else.

    >>> absolute("../b?x=1&amp;y=2", "https://news.example.org/a/")
    'https://news.example.org/b?x=1&y=2'
    >>> absolute("javascript:alert(1)", "https://news.example.org/") is None
    True
    """
    if not raw:
        return None
    link = raw.strip()
    if len(link) <= _MAX_URL and _WHOLE.fullmatch(link):
        return link
    if any(ord(char) <= 32 for char in link):
        # a line break inside an address is layout; a space inside is words
        link = "".join(part.strip() for part in link.splitlines()).replace(" ", "%20")
    link = _URL_TRASH.sub("", link).replace("&amp;", "&").replace("&#38;", "&").replace("&#038;", "&")
    if not link or link.startswith("#"):
        return None
    if link[:4].lower() == "www.":
        link = "https://" + link
    try:
        whole = urljoin(base, link)
        parts = urlsplit(whole)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or len(whole) > _MAX_URL:
        return None
    return parts.scheme + whole[len(parts.scheme) :]


def host_of(url: str) -> str:
    """Return the host in lower case without `www.`, or an empty string."""
    try:
        host = (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""
    return host[4:] if host.startswith("www.") else host
