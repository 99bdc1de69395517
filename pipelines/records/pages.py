"""A link that was found, and the page that came of it, before anything of it is understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pipelines.records.words import FeedKind, Outcome


@dataclass(frozen=True, slots=True)
class Listing:
    """A link to an article as a feed, sitemap or section page shows it."""

    outlet_id: str
    url: str
    title: str | None = None
    summary: str | None = None
    published: str | None = None
    language: str | None = None
    feed_url: str | None = None
    feed_kind: FeedKind | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the wire carried: the request as sent and the response before Content-Encoding was undone.

    `body` is without Transfer-Encoding; `via` are the addresses that redirected here, oldest first.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    protocol: str = "HTTP/1.1"
    method: str = "GET"
    request_headers: tuple[tuple[str, str], ...] = ()
    ip: str | None = None
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A further page of an article that is spread over several."""

    url: str
    content: bytes = field(repr=False)
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A response before it is understood.

    `content` are the body's bytes after Content-Encoding is undone; `charset` is what the HTTP header says.
    `text`/`title`/`language` are set instead when a caller hands over plain text (`monitor analyse --jsonl`).
    """

    outlet_id: str
    url: str
    fetched_at: datetime
    requested_url: str | None = None
    status: int = 200
    content: bytes = b""
    content_type: str | None = None
    charset: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    historical: bool = False
    rendered: bool = False
    listing: Listing | None = None
    text: str | None = None
    title: str | None = None
    language: str | None = None
    failure: Outcome | None = None
    detail: str | None = None
    exchange: Exchange | None = field(default=None, repr=False)
    parts: tuple[Part, ...] = ()
    """The article's further pages, in order."""
