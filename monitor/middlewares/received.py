"""Hold a page's response as it came, before Content-Encoding is undone, for the archive.

In      responses to requests whose meta says `keep_received`
Out     an `Exchange` in the request's meta; later middlewares and the spider see the unpacked response as ever
Limits  credentials never enter it: what the archive holds is handed to others
"""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Headers, Response

from monitor.middlewares.access import SENT_HEADERS
from monitor.middlewares.browser import RENDER
from pipelines.records import Exchange

WANTED = "keep_received"
_HELD = "monitor_received"
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})


class AsReceivedMiddleware:
    """Nearest the wire: what it sees is what the server sent."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Note the exchange; the response goes on unchanged."""
        if request.meta.get(WANTED) and RENDER not in request.meta:
            secret = SECRET_HEADERS | request.meta.get(SENT_HEADERS, frozenset())
            request.meta[_HELD] = Exchange(
                status=response.status,
                headers=pairs(response.headers),
                body=response.body,
                protocol=response.protocol or "HTTP/1.1",
                method=request.method,
                request_headers=tuple(pair for pair in pairs(request.headers) if pair[0].lower() not in secret),
                ip=str(response.ip_address) if response.ip_address else None,
                via=tuple(request.meta.get("redirect_urls", ())),
            )
        return response


def exchange_of(response: Response) -> Exchange | None:
    """The exchange that brought `response`, None where none was held. A rendered page has none of its own."""
    found = response.meta.get(_HELD) if response.request else None
    return found if isinstance(found, Exchange) else None


def pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    """Header lines as text; a name that comes twice stays twice."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values
    )
