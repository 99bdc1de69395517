"""Rights are kept: reserved pages stay unread, and an outlet's policy decides what is kept. Bombs are bounded."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest

from monitor.middlewares.tdm import covers, read_reservations
from tests.crawl.conftest import Workspace
from tests.crawl.site import Reply, Site

TITLE = "Two Nepali mercenaries captured while fighting for the Russian army in Ukraine"


def test_reserved_pages_leave_headline_and_link(site: Site, workspace: Workspace, article: Callable[..., str]) -> None:
    site.routes["/.well-known/tdmrep.json"] = Reply(
        '[{"location": "/closed/*", "tdm-reservation": 1}, {"location": "/", "tdm-reservation": 0}]'
    )
    for path in ("/closed/a", "/header", "/open"):
        article(path, TITLE)
    header = site.routes["/header"]
    assert isinstance(header, Reply)
    header.headers["TDM-Reservation"] = "1"
    site.page("/meta", TITLE, "Secret words of the page.", head='<meta name="tdm-reservation" content="1">')
    links = [(TITLE, site.url + path) for path in ("/closed/a", "/header", "/meta", "/open")]
    workspace.outlet("daily", ("rss", site.feed("/rss", *links)))
    article("/linked", TITLE + " again")
    workspace.outlet("links", ("rss", site.feed("/rss2", (TITLE, site.url + "/linked"))), extra='store = "link_only"')
    assert workspace.run("crawl", "daily", "links").returncode == 0
    assert workspace.outcomes() == {"headline_only": 3, "stored": 2}
    assert site.paths("/closed") == []
    bodies = dict(workspace.sql("SELECT url, length(body) FROM article"))
    assert {url.removeprefix(site.url) for url, length in bodies.items() if not length} == {
        "/closed/a", "/header", "/meta", "/linked",
    }  # fmt: skip
    assert workspace.sql("SELECT count(*) FROM evidence") == [(1,)]
    assert workspace.rows("search", "Secret") == []


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b'[{"location": "/a", "tdm-reservation": 1}]', ("/a",)),
        (b'[{"location": "/a", "tdm-reservation": 0}]', ()),
        (b'{"location": "/a", "tdm-reservation": 1}', ()),
        (b'[{"tdm-reservation": 1}, 7, null]', ()),
        (b"<html>not found</html>", ()),
        (b"[" * 100_000, ()),
        (b"\xff\xfe", ()),
    ],
)
def test_reservations(content: bytes, found: tuple[str, ...]) -> None:
    assert read_reservations(content) == found


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("/", "/x", True),
        ("/news", "/news/1", True),
        ("/news", "/old/news", False),
        ("/*.pdf$", "/a/b.pdf", True),
        ("/*.pdf$", "/a/b.pdf?x=1", False),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("*", "/x", True),
        ("/a*b*c", "/a1b2c3", True),
        ("/a*b*c", "/a1c2b3", False),
    ],
)
def test_patterns(pattern: str, path: str, covered: bool) -> None:
    assert covers(pattern, path) is covered


def test_bombs_end_by_name(site: Site, workspace: Workspace) -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    bomb = b"".join(squeeze.compress(block) for _ in range(300)) + squeeze.flush()
    assert len(bomb) < 400_000
    site.routes["/gzip"] = Reply(bomb, headers={"Content-Encoding": "gzip"})
    site.routes["/twice"] = Reply(gzip.compress(bomb), headers={"Content-Encoding": "gzip, gzip"})
    site.routes["/br"] = Reply(brotli.compress(bytes(64 << 20), quality=5), headers={"Content-Encoding": "br"})
    links = [(name, f"{site.url}/{name}") for name in ("gzip", "twice", "br")]
    workspace.outlet("daily", ("rss", site.feed("/rss", *links)))
    assert workspace.run("crawl", "daily").returncode == 0
    assert workspace.outcomes() == {"too_large": 3}
