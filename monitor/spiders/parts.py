"""The further pages of an article: asked for one after another, and handed on with the first as one page.

In      the `Page` of an article's first part and the response that brought it
Out     a `Request` for the next part, or the page with its parts, when there is no more
Rules   a part that cannot be had ends the article: what was read before is kept
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scrapy import Request
from scrapy.http import Response

from monitor.spiders.pages import charset_of, header
from pipelines.analysis.parts import MAX_PARTS, next_part
from pipelines.records import Page, Part


def with_parts(page: Page, response: Response) -> Page | Request:
    """The page itself, or a request for the part that follows it."""
    if page.failure is not None or page.rendered or "html" not in (page.content_type or ""):
        return page
    return _next(page, response.body, response)


def _next(page: Page, content: bytes, response: Response) -> Page | Request:
    last = len(page.parts) + 1 >= MAX_PARTS
    url = None if last else next_part(content, response.url, first=not page.parts)
    if url is None:
        return page
    return Request(
        url,
        callback=_parse,
        errback=_failed,
        dont_filter=True,
        meta={"outlet_id": page.outlet_id, "page": True},
        cb_kwargs={"current": response.request.cb_kwargs["current"], "page": page} if response.request else {},
    )


def _parse(response: Response, current: Any, page: Page) -> Page | Request:
    """A further part; what is no page of text is left out, and ends the article."""
    kind = header(response, "Content-Type") or ""
    if response.status != 200 or "html" not in kind:
        return page
    part = Part(response.url, response.body, charset_of(kind))
    return _next(replace(page, parts=(*page.parts, part)), response.body, response)


async def _failed(failure: Any) -> Any:
    """A part that could not be had: the article is what was read before."""
    yield failure.request.cb_kwargs["page"]
