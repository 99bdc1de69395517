"""The WARC records of one page: response (or resource), request, metadata, as bytes ready to append.

In      a `Page`, with its `Exchange` where the crawl fetched it; the rules that fired
Out     `Group`: compressed records, the length of the first, the sha256 of its payload
Digests sha256 throughout; the payload is what the server sent, Content-Encoding kept, Transfer-Encoding never
Pure    no clock, no files
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor import __version__
from pipelines.records import ANALYSIS_VERSION, Exchange, Match, Page

WIRE_HEADERS = frozenset({"transfer-encoding", "content-length", "connection"})
UNPACKED_HEADERS = WIRE_HEADERS | {"content-encoding"}
LEVEL = 1
"""Of zlib. Most pages come packed; of those that do not, level 4 saves an eighth of the room for twice the time."""

_SHA256 = "sha256:"
SOFTWARE = f"fighters-pow-monitor/{__version__}"


@dataclass(frozen=True, slots=True)
class Group:
    """The records of one page, ready to append. `length` is the first record's, compressed."""

    data: bytes
    length: int
    sha256: str


def page_records(page: Page, matches: Iterable[Match] = ()) -> Group:
    """Response, request and metadata of `page`, each its own gzip member."""
    writer = WARCWriter(BytesIO(), gzip=False)
    payload = page.exchange.body if page.exchange and not page.rendered else page.content
    date = page.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    first = _resource(writer, page, date) if page.rendered else _response(writer, page, payload, date)
    members = [_member(first)]
    about = {"WARC-Date": date, "WARC-Concurrent-To": first.rec_headers.get_header("WARC-Record-ID")}
    if page.exchange is not None and not page.rendered:
        members.append(_member(_request(writer, page, page.exchange, about)))
    members.append(_member(_record(writer, page.url, "metadata", metadata(page, matches), None, about)))
    digest = first.rec_headers.get_header("WARC-Payload-Digest").removeprefix(_SHA256)
    return Group(b"".join(members), len(members[0]), digest)


def info_record(filename: str) -> bytes:
    """The warcinfo record that a file begins with."""
    writer = WARCWriter(BytesIO(), gzip=False)
    lines = {"software": SOFTWARE, "format": "WARC File Format 1.0", "robots": "obeyed"}
    return _member(writer.create_warcinfo_record(filename, lines))


def _member(record: ArcWarcRecord) -> bytes:
    """A record as a gzip member of its own; the library would pack at level 9, which takes five times as long."""
    raw = BytesIO()
    WARCWriter(raw, gzip=False).write_record(record)
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(raw.getvalue()) + packer.flush()


def metadata(page: Page, matches: Iterable[Match]) -> bytes:
    """Why the page was kept and by what, as `application/warc-fields`. No text of the page, no names."""
    fields = [("outlet", page.outlet_id), ("software", SOFTWARE), ("analysisVersion", ANALYSIS_VERSION)]
    if page.exchange is None:
        fields.append(("note", "rendered by a browser" if page.rendered else "from a saved page, encoding undone"))
    if page.listing is not None and page.listing.feed_url:
        fields.append(("via", page.listing.feed_url))
    fields += [("redirectedFrom", url) for url in (page.exchange.via if page.exchange else ())]
    fields += [("rule", f"{one.watch}/{one.rule} version {one.watch_version} score {one.score:g}") for one in matches]
    return "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields).encode()


def _response(writer: Any, page: Page, payload: bytes, date: str) -> Any:
    exchange = page.exchange
    headers = exchange.headers if exchange else page.headers
    dropped = WIRE_HEADERS if exchange else UNPACKED_HEADERS
    lines = [(name, value) for name, value in headers if name.lower() not in dropped]
    lines.append(("Content-Length", str(len(payload))))
    status = exchange.status if exchange else page.status
    http = StatusAndHeaders(_status_line(status), lines, protocol=exchange.protocol if exchange else "HTTP/1.1")
    extra = {"WARC-Date": date}
    if exchange and exchange.ip:
        extra["WARC-IP-Address"] = exchange.ip
    return _record(writer, page.url, "response", payload, http, extra)


def _resource(writer: Any, page: Page, date: str) -> Any:
    return _record(writer, page.url, "resource", page.content, None, {"WARC-Date": date}, "text/html; charset=utf-8")


def _request(writer: Any, page: Page, exchange: Exchange, extra: dict[str, str]) -> Any:
    parts = urlsplit(page.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [("Host", parts.netloc), *exchange.request_headers]
    http = StatusAndHeaders(f"{path} HTTP/1.1", lines, protocol=exchange.method, is_http_request=True)
    return _record(writer, page.url, "request", b"", http, extra)


def _record(
    writer: Any, url: str, kind: str, payload: bytes, http: Any, extra: dict[str, str], content_type: str = ""
) -> Any:
    head = http.to_bytes() if http is not None else b""
    digest = _digest(payload)
    digests = {"WARC-Payload-Digest": digest, "WARC-Block-Digest": _digest(head + payload) if head else digest}
    return writer.create_warc_record(
        url,
        kind,
        payload=BytesIO(payload),
        length=len(payload),
        http_headers=http,
        warc_headers_dict={**extra, **digests},
        warc_content_type=content_type,
    )


def _digest(data: bytes) -> str:
    return _SHA256 + hashlib.sha256(data).hexdigest()


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
