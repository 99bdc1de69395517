"""What is read again and when: conditional requests, revisions, deletions, due times, gaps, failing hosts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise

from tests.crawl.conftest import Workspace
from tests.crawl.site import Reply, Site

PAST = "2000-01-01 00:00:00.000000"


def test_recent_articles_are_read_again(site: Site, workspace: Workspace, article: Callable[..., str]) -> None:
    links = [(path, article(path, f"Two Nepali fighters captured near Donetsk, report {path}")) for path in
             ("/tagged", "/plain", "/edited", "/gone", "/notice", "/moved")]  # fmt: skip
    tagged = site.routes["/tagged"]
    assert isinstance(tagged, Reply)
    tagged.headers["ETag"] = '"one"'
    workspace.outlet("daily", ("rss", site.feed("/rss", *links)))
    assert workspace.run("crawl", "daily").returncode == 0
    assert workspace.outcomes() == {"stored": 6}
    assert workspace.run("crawl", "daily").returncode == 0
    assert workspace.outcomes() == {}  # not due: no article is asked for
    site.asked.clear()
    workspace.sql(f"UPDATE fetch_state SET next_due_at = '{PAST}'")
    site.page(
        "/edited", "Three Nepali fighters captured near Donetsk", "Three prisoners of war from Nepal, officials said."
    )
    site.routes["/gone"] = Reply(status=410)
    site.routes["/moved/here"] = site.routes["/moved"]
    site.routes["/moved"] = Reply(status=301, headers={"Location": "/moved/here"})
    site.page(
        "/notice", "Two Nepali fighters captured near Donetsk", "This article has been withdrawn by the publisher."
    )
    assert workspace.run("crawl", "daily").returncode == 0
    assert workspace.outcomes() == {"unchanged": 3, "revised": 1, "gone": 2}
    assert workspace.sql("SELECT why FROM url_merge WHERE url LIKE '%/moved/here'") == [("redirected",)]
    assert [headers.get("If-None-Match") for _, path, headers in site.asked if path == "/tagged"] == ['"one"']
    assert workspace.sql("SELECT count(DISTINCT article_id) FROM alert_event WHERE kind = 'gone'") == [(2,)]
    [(revision, body, gone)] = workspace.sql("SELECT revision, body, gone_at FROM article WHERE url LIKE '%/notice'")
    assert (revision, "withdrawn" in body, gone is not None) == (1, False, True)  # what was read last is kept
    due = dict(workspace.sql("SELECT url, next_due_at FROM fetch_state"))
    assert due[site.url + "/gone"] is None
    assert due[site.url + "/plain"] > datetime.now(UTC).strftime("%Y-%m-%d %H:%M")


def entries(site: Site, numbers: range) -> list[tuple[str, str]]:
    return [(f"n{i}", f"{site.url}/n/{i}") for i in reversed(numbers)]


def sitemap(site: Site, numbers: range) -> str:
    today = datetime.now(UTC).date().isoformat()
    urls = "".join(f"<url><loc>{site.url}/n/{i}</loc><lastmod>{today}</lastmod></url>" for i in numbers)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


def test_two_hundred_between_two_readings(site: Site, workspace: Workspace) -> None:
    """One outlet's robots.txt names a sitemap that fills the gap; the other has none, and the gap is named."""
    workspace.allow(site.address, pages_per_run=1)
    blind = Site().start()
    workspace.allow(site.address, blind.address, pages_per_run=1)
    for one in (site, blind):
        one.feed("/rss", *entries(one, range(30)))
    workspace.outlet("daily", ("rss", f"{site.url}/rss"), homepage=site.url)
    workspace.outlet("blind", ("rss", f"{blind.url}/rss"), homepage=blind.url)
    assert workspace.run("crawl", "daily", "blind").returncode == 0
    for one in (site, blind):
        one.feed("/rss", *entries(one, range(200, 230)))
    site.routes["/robots.txt"] = Reply(f"User-agent: *\nSitemap: {site.url}/sitemap.xml", kind="text/plain")
    site.routes["/sitemap.xml"] = Reply(sitemap(site, range(230)), kind="application/xml")
    done = workspace.run("crawl", "daily", "blind")
    blind.stop()
    assert "blind: a feed moved on between two readings" in done.stderr
    assert "daily: a feed moved on" not in done.stderr
    assert workspace.sql("SELECT count(*) FROM frontier WHERE outlet_id = 'daily'") == [(230,)]
    gaps = dict(workspace.sql("SELECT outlet_id, gap_at IS NOT NULL FROM feed_state WHERE url LIKE '%/rss'"))
    assert gaps == {"daily": 0, "blind": 1}
    intervals = dict(workspace.sql("SELECT outlet_id, interval_seconds FROM feed_state WHERE url LIKE '%/rss'"))
    assert intervals["blind"] <= 300


def test_only_what_is_due_is_asked_for(site: Site, workspace: Workspace) -> None:
    workspace.allow(site.address, delay_seconds=0.02)
    workspace.outlet("daily", ("rss", site.feed("/rss", *[(f"p{i}", f"{site.url}/p/{i}") for i in range(9)])))
    for i in range(9):
        site.routes[f"/p/{i}"] = Reply(status=500)
    workspace.spider(due="1", outlets="daily")
    assert len(site.paths("/p/")) in (5, 6)  # five failures in a row: the host is left alone; one may be on its way
    assert workspace.sql("SELECT pause_reason LIKE 'failing: 5 in a row%' FROM outlet WHERE id = 'daily'") == [(1,)]
    asked = len(site.asked)
    workspace.spider(due="1", outlets="daily")
    assert len(site.asked) == asked
    workspace.sql(f"UPDATE outlet SET paused_until_at = '{PAST}'")
    workspace.sql(f"UPDATE frontier SET next_try_at = '{PAST}'")
    for i in range(9):
        site.page(f"/p/{i}", f"Page {i}", "Nothing to see here, but a sentence is needed for a page to have a body.")
    workspace.spider(due="1", outlets="daily")
    assert workspace.outcomes() == {"off_topic": 9}
    assert len(site.paths("/rss")) == 1  # the feed itself was not due again
    assert workspace.sql("SELECT paused_until_at FROM outlet WHERE id = 'daily'") == [(None,)]


def test_sitemaps_of_robots_txt_stand_in_for_feeds(site: Site, workspace: Workspace) -> None:
    site.routes["/robots.txt"] = Reply(f"User-agent: *\nDisallow: /n/3\nSitemap: {site.url}/s.xml", kind="text/plain")
    site.routes["/s.xml"] = Reply(sitemap(site, range(4)), kind="application/xml")
    for i in range(4):
        site.page(f"/n/{i}", f"Page {i}", "Nothing to see here, but a sentence is needed for a page to have a body.")
    workspace.outlet("daily", homepage=site.url)
    assert workspace.run("crawl", "daily").returncode == 0
    assert workspace.outcomes() == {"off_topic": 3, "robots_denied": 1}


def test_two_outlets_on_one_host_are_one_neighbour(site: Site, workspace: Workspace) -> None:
    for name in ("one", "two", "three"):
        workspace.outlet(name, ("rss", site.feed(f"/rss/{name}")), extra="delay_seconds = 0.7")
    assert workspace.run("crawl", "one", "two", "three").returncode == 0
    times = [at for at, path, _ in site.asked if path.startswith("/rss")]
    assert len(times) == 3
    assert all(later - earlier >= 0.65 for earlier, later in pairwise(times))
