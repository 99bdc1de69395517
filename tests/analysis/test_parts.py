"""Which address is the next page of the same article: a table."""

from __future__ import annotations

import pytest

from pipelines.analysis.parts import next_part

HOST = "https://post.example"


@pytest.mark.parametrize(
    ("here", "link", "found"),
    [
        ("/news/river", "/news/river?page=2", True),
        ("/news/river?id=7", "/news/river?id=7&amp;page=2", True),
        ("/news/river.html", "/news/river-2.html", True),
        ("/news/river/", "/news/river/2/", True),
        ("/news/river/", "/news/river/page/2/#text", True),
        ("/news/river/1", "/news/river/2", True),
        ("/news/river", "/news/river?page=3", False),  # not the next one
        ("/news/river", "/news/sea?page=2", False),  # another article
        ("/news/river?id=7", "/news/river?id=8&page=2", False),
        ("/news/river", "https://other.example/news/river?page=2", False),
        ("/news/river", "/news/river/comment-page-2", False),
        ("/news/river", "/news/river-2", False),  # the second article of that title
        ("/news/12", "/news/13", False),  # numbers of articles
        ("/news/river", "http://[/2", False),
    ],
)
def test_the_next_part(here: str, link: str, found: bool) -> None:
    assert (next_part(f'<a href="{link}">next</a>'.encode(), HOST + here) is not None) == found


def test_the_parts_after_the_second() -> None:
    second = HOST + "/news/river?page=2"
    assert next_part(b'<a href="?page=3">', second, first=False) == HOST + "/news/river?page=3"
    assert next_part(b'<a href="?page=3">', second) is None
