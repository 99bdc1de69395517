"""A page that sends its reader on is followed, however it writes that; others pass without being decoded."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse
from scrapy.utils.test import get_crawler

from monitor.middlewares.refresh import RefreshMiddleware

URL = "http://post.example/old"
NEW = "http://post.example/new"


@pytest.mark.parametrize(
    ("html", "encoding", "leads"),
    [
        ('<meta http-equiv="refresh" content="0; url=/new">', "utf-8", NEW),
        ("<META HTTP-EQUIV=Refresh CONTENT='1;URL=http://post.example/new'>", "utf-8", NEW),
        ('<meta charset=big5><title>舊</title><meta http-equiv="refresh" content="0;url=/new">', "big5", NEW),
        ('<meta http-equiv="refresh" content="300; url=/new">', "utf-8", None),  # a page that renews itself
        ("<p>The council refreshed its list.</p>", "utf-8", None),
        ("<p>A quiet page.</p>", "utf-8", None),
    ],
)
def test_where_a_page_leads(html: str, encoding: str, leads: str | None) -> None:
    made = RefreshMiddleware.from_crawler(get_crawler(settings_dict={"METAREFRESH_MAXDELAY": 2}))
    response = HtmlResponse(URL, body=html.encode(encoding), encoding=encoding)
    passed = made.process_response(Request(URL), response)
    assert (passed.url if isinstance(passed, Request) else None) == leads
    assert leads is not None or passed is response
