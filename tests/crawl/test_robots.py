"""robots.txt is obeyed under concurrency, and its delays and the hosts' pauses are kept."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from scrapy.http import Response

from monitor.config import Config
from monitor.fetch import fetch
from monitor.middlewares.robots import read_rules
from tests.crawl.conftest import Workspace
from tests.crawl.site import Reply, Site


def test_fifty_at_once_and_none_goes_through(site: Site, workspace: Workspace) -> None:
    site.routes["/robots.txt"] = Reply("User-agent: *\nDisallow: /deny", kind="text/plain", wait=0.5)
    links = [(f"d{i}", f"{site.url}/deny/{i}") for i in range(50)]
    feed_file = site.feed("/rss", *links)
    workspace.outlet("daily", ("rss", feed_file))
    workspace.run("crawl", "daily")
    assert site.paths("/deny") == []
    assert workspace.outcomes() == {"robots_denied": 50}


@pytest.mark.parametrize(("status", "allowed"), [(200, True), (404, True), (403, True), (500, False), (503, False)])
def test_what_an_answer_means(status: int, allowed: bool) -> None:
    rules = read_rules(Response("https://example.org/robots.txt", status=status, body=b"User-agent: *\nAllow: /"))
    assert rules.allows("https://example.org/x", "monitor") is allowed


def test_an_unreachable_robots_txt_closes_the_origin(site: Site, workspace: Workspace) -> None:
    site.routes["/robots.txt"] = Reply(status=500)
    workspace.outlet("daily", ("rss", site.feed("/rss", ("a", site.url + "/a"))))
    workspace.run("crawl", "daily")
    assert site.paths("/rss") == []


def test_crawl_delay_is_kept(site: Site, workspace: Workspace) -> None:
    site.routes["/robots.txt"] = Reply("User-agent: *\nCrawl-delay: 1", kind="text/plain")
    for i in range(3):
        site.page(f"/p{i}", f"Page {i}", "Nothing to see here, but a sentence is needed.")
    workspace.outlet("daily", ("rss", site.feed("/rss", *[(f"p{i}", f"{site.url}/p{i}") for i in range(3)])))
    workspace.run("crawl", "daily")
    times = [at for at, path, _ in site.asked if path.startswith("/p")]
    assert len(times) == 3
    assert all(later - earlier >= 0.95 for earlier, later in pairwise(times))


def test_retry_after_is_kept_over_runs(site: Site, workspace: Workspace, tmp_path: Path) -> None:
    site.routes["/a"] = Reply(status=429, headers={"Retry-After": "60"})
    site.routes["/b"] = Reply("later")
    workspace.outlet("daily", ("rss", site.feed("/rss", ("b", site.url + "/b"), ("a", site.url + "/a"))))
    workspace.run("crawl", "daily")
    asked = len(site.asked)
    done = workspace.run("crawl", "daily")
    assert len(site.asked) == asked
    assert "paused by the host" in done.stderr


def test_a_short_pause_is_waited_for(site: Site, workspace: Workspace) -> None:
    """The page that was refused is tried again by a later run; those behind it are read once the pause is over."""
    site.routes["/robots.txt"] = Reply("User-agent: *\nCrawl-delay: 0.5", kind="text/plain")
    site.routes["/busy"] = Reply(status=429, headers={"Retry-After": "3"})
    others = [(f"p{i}", site.page(f"/p{i}", f"Page {i}", "Nothing to see here, but a sentence is.")) for i in range(3)]
    workspace.outlet("daily", ("rss", site.feed("/rss", *others, ("busy", site.url + "/busy"))))
    workspace.run("crawl", "daily")
    refused = next(at for at, path, _ in site.asked if path == "/busy")
    behind = [at - refused for at, path, _ in site.asked if path.startswith("/p") and at > refused]
    assert len(behind) >= 2
    assert min(behind) > 2.9
    assert workspace.outcomes() == {"blocked": 1, "off_topic": 3}


def test_commands_that_fetch_keep_the_delay_too(site: Site) -> None:
    site.routes["/robots.txt"] = Reply("User-agent: *\nCrawl-delay: 1", kind="text/plain")
    config = Config(workspace=Path("."), contact="a@example.org", allow_addresses=(site.address,), delay_seconds=0.1)
    for path in ("/a", "/b", "/c"):
        site.page(path, "Page", "Words.")
        fetch(site.url + path, config)
    times = [at for at, path, _ in site.asked if path != "/robots.txt"]
    assert all(later - earlier >= 0.95 for earlier, later in pairwise(times))
