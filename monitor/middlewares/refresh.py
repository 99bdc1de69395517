"""Follow a page that sends its reader on with `<meta http-equiv=refresh>`, without decoding every page to see that.

In      a response of the crawl
Out     the response, or the request for where it leads: the library's own judgement, asked only where the word stands
"""

from __future__ import annotations

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.http import Response

LOOKED_AT = 4 * 4096
"""Bytes at a page's beginning: the library looks at 4,096 characters, each of four bytes at most."""


class RefreshMiddleware(MetaRefreshMiddleware):
    """The library's middleware; nine pages of ten it need not decode."""

    def process_response(  # type: ignore[override]  # what follows is of old spiders, and warned of
        self, request: Request, response: Response
    ) -> Request | Response:
        """Pass a page on where nothing of the kind stands at its beginning."""
        head = response.body[:LOOKED_AT]
        if b"refresh" not in head.lower():
            return response
        passed: Request | Response = super().process_response(request, response)
        return passed
