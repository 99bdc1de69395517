"""Each published advisory of Scrapy once, as the monitor would meet it. The first table names the test that holds it."""

from __future__ import annotations

import gzip
import resource
import zlib
from collections.abc import Iterator
from typing import Any

import brotli
import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.spiders import Spider
from scrapy.utils.misc import build_from_crawler

from monitor import discovery
from monitor import settings as project
from monitor.spiders.archive import ArchiveSpider
from monitor.spiders.watch import WatchSpider
from pipelines.records import Feed, FeedKind
from tests.crawl.conftest import Workspace
from tests.crawl.site import Reply, Site
from tests.effort import grows_like_its_input

ADVISORIES = {
    "GHSA-h7wm-ph43-c39p": "test_no_stage_stores_files",
    "GHSA-jwqp-28gf-p498": "test_nobody_gets_credentials",
    "GHSA-cjvr-mfj7-j4j8": "test_nobody_gets_cookies",
    "GHSA-mfjm-vh54-3f96": "test_nobody_gets_cookies",
    "GHSA-9x8m-2xpf-crp3": "test_the_environments_proxies_are_not_used",
    "GHSA-cc65-xxvf-f7r9": "test_feeds_made_to_stall_a_reader",
    "GHSA-7j7m-v7m3-jqm7": "test_bombs_are_bounded",
    "GHSA-cw9j-q3vf-hrrv": "test_authorization_stays_with_its_origin",
    "GHSA-23j4-mw76-5v7h": "test_no_redirect_leaves_the_web",
    "GHSA-4qqq-9vqf-3h3f": "test_authorization_stays_with_its_origin",
    "GHSA-jm3v-qxmh-hxwv": "test_the_environments_proxies_are_not_used",
    "GHSA-2qfp-q593-8484": "test_bombs_are_bounded",
    "GHSA-cwxj-rr6w-m6w7": "test_a_referrer_policy_is_words",
    "GHSA-76g3-c3x4-crvx": "test_there_is_no_way_to_s3",
}


def test_each_advisory_has_its_test() -> None:
    assert [name for name in ADVISORIES.values() if name not in globals()] == []


@pytest.fixture(scope="module")
def effective() -> Settings:
    made = Settings()
    made.setmodule(project, priority="project")
    return made


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Site, Workspace, Any]]:
    """A crawl of a hostile outlet: what was asked of it, of a neighbour, and what became of its pages."""
    site, other = Site().start(), Site().start()
    workspace = Workspace(tmp_path_factory.mktemp("hostile") / "workspace")
    workspace.folder.mkdir()
    workspace.allow(site.address, other.address)
    workspace.run("db", "upgrade")
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeeze.compress(bytes(1 << 20)) for _ in range(200)) + squeeze.flush()
    hostile = {
        "/cookie": Reply(
            status=302, headers={"Location": f"{other.url}/cookie", "Set-Cookie": "session=secret; Path=/"}
        ),
        "/policy": Reply(
            status=302, headers={"Location": f"{other.url}/policy", "Referrer-Policy": "os.abort, unsafe-url"}
        ),
        "/unsafe": Reply(status=302, headers={"Location": f"{other.url}/unsafe", "Referrer-Policy": "unsafe-url"}),
        "/file": Reply(status=302, headers={"Location": "file:///etc/hostname"}),
        "/s3": Reply(status=302, headers={"Location": "s3://bucket/key"}),
        "/data": Reply('<meta http-equiv="refresh" content="0; url=data:text/html,<p>inside</p>"><p>x</p>'),
        "/gzip": Reply(bomb, headers={"Content-Encoding": "gzip"}),
        "/deflate": Reply(zlib.compress(bytes(100 << 20), 9), headers={"Content-Encoding": "deflate"}),
        "/brotli": Reply(brotli.compress(bytes(64 << 20), quality=5), headers={"Content-Encoding": "br"}),
        "/twice": Reply(gzip.compress(bomb), headers={"Content-Encoding": "gzip, gzip"}),
    }
    site.routes.update(hostile)
    links = [(path.strip("/"), site.url + path) for path in hostile]
    links.append(("named", site.url.replace("http://", "http://reader:canary@") + "/named"))
    workspace.outlet("hostile", ("rss", site.feed("/rss", *links)))
    proxy = Site().start()
    address = proxy.url.replace("http://", "http://reader:canary@")
    try:
        env = {
            "http_proxy": address,
            "https_proxy": address,
            "HTTP_PROXY": address,
            "all_proxy": address,
            "no_proxy": "",
        }
        done = workspace.run("crawl", "hostile", env=env)
        assert proxy.asked == [], "the environment's proxy was used"
        yield site, other, workspace, done
    finally:
        for one in (site, other, proxy):
            one.stop()


def headers_sent(*sites: Site) -> list[dict[str, str]]:
    return [{name.lower(): value for name, value in headers.items()} for one in sites for _, _, headers in one.asked]


def ends(workspace: Workspace) -> dict[str, str]:
    """What became of each page, by the last part of its address."""
    return {url.rpartition("/")[2]: outcome for url, outcome in workspace.sql("SELECT url, outcome FROM frontier")}


def test_the_hostile_crawl_ends_well(crawled: tuple[Site, Site, Workspace, Any]) -> None:
    *_, workspace, done = crawled
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "canary" not in done.stderr + done.stdout
    assert workspace.sql("SELECT count(*) FROM frontier WHERE outcome IS NULL") == [(0,)]


def test_nobody_gets_cookies(crawled: tuple[Site, Site, Workspace, Any]) -> None:
    site, other, *_ = crawled
    assert other.paths("/cookie") == ["/cookie"]
    assert [sent for sent in headers_sent(site, other) if "cookie" in sent] == []


def test_nobody_gets_credentials(crawled: tuple[Site, Site, Workspace, Any], effective: Settings) -> None:
    site, other, *_ = crawled
    assert [sent for sent in headers_sent(site, other) if {"authorization", "proxy-authorization"} & set(sent)] == []
    for spider in (WatchSpider, ArchiveSpider):
        assert not hasattr(spider, "http_user")
    assert not hasattr(Spider, "http_pass")
    assert (
        effective.getdict("DOWNLOADER_MIDDLEWARES")["scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware"] is None
    )


def test_the_environments_proxies_are_not_used(crawled: tuple[Site, Site, Workspace, Any]) -> None:
    site, *_ = crawled  # that the proxy was not asked stands in the crawl itself
    assert site.paths("/rss") == ["/rss"]


def test_a_referrer_policy_is_words(crawled: tuple[Site, Site, Workspace, Any]) -> None:
    site, other, *_ = crawled
    assert {"/policy", "/unsafe"} <= set(other.paths())
    assert [sent for sent in headers_sent(site, other) if "referer" in sent] == []


def test_no_redirect_leaves_the_web(crawled: tuple[Site, Site, Workspace, Any]) -> None:
    *_, workspace, _ = crawled
    outcomes = ends(workspace)
    assert outcomes["file"] in ("address_refused", "http_error")
    assert outcomes["s3"] in ("address_refused", "http_error")
    assert workspace.sql("SELECT count(*) FROM article WHERE body LIKE '%inside%'") == [(0,)]


def test_bombs_are_bounded(crawled: tuple[Site, Site, Workspace, Any]) -> None:
    *_, workspace, _ = crawled
    outcomes = ends(workspace)
    assert {outcomes[name] for name in ("gzip", "deflate", "brotli", "twice")} == {"too_large"}
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 900_000  # kB


def test_there_is_no_way_to_s3(effective: Settings) -> None:
    handlers = {**effective.getdict("DOWNLOAD_HANDLERS_BASE"), **effective.getdict("DOWNLOAD_HANDLERS")}
    assert handlers["s3"] is None


def test_no_stage_stores_files(effective: Settings) -> None:
    assert [name for name in effective.getdict("ITEM_PIPELINES") if name.startswith("scrapy.")] == []


@pytest.mark.parametrize(
    "target",
    ["http://other.example/a", "http://example.org:8080/a", "https://example.org/a", "http://example.org:80/a"],
)
def test_authorization_stays_with_its_origin(effective: Settings, target: str) -> None:
    crawler = Crawler(Spider, effective)
    crawler.settings = effective
    middleware = build_from_crawler(RedirectMiddleware, crawler)
    asked = Request("http://example.org/", headers={"Authorization": "Bearer canary", "Cookie": "a=canary"})
    answer = Response(asked.url, status=302, headers={"Location": target})
    led = middleware.process_response(asked, answer)
    assert isinstance(led, Request)
    kept = target == "http://example.org:80/a"
    assert ("Authorization" in led.headers) is kept
    if "other" in target:
        assert "Cookie" not in led.headers


@pytest.mark.parametrize(
    ("start", "again"),
    [
        pytest.param(b"<rss><channel>", b"<item", id="start tags"),
        pytest.param(b"<rss><channel><item", b" " * 10, id="blanks in tags"),
        pytest.param(b"<rss><channel>", b"<item x:x", id="names"),
        pytest.param(b"<rss><channel>", b"<item>", id="nesting"),
        pytest.param(b"<rss><channel><item>", b"</item", id="ends"),
        pytest.param(b'<rss><channel><item a="', b"'\"" * 2, id="quotes"),
    ],
)
def test_feeds_made_to_stall_a_reader(start: bytes, again: bytes) -> None:
    """Eight times the bytes cost about eight times the work; a reader that goes back over them would need 64 times."""

    def work(times: int) -> None:
        discovery.read(Feed(FeedKind.RSS, "https://example.org/rss"), start + again * times)

    work(100)
    grows_like_its_input(work, 2_500, 20_000, at_most=24)
