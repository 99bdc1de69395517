"""The watch spider end to end: feeds, pages, outcomes, a second run, two runs at once."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests import warm
from tests.analysis.test_pdf import document
from tests.crawl.conftest import Workspace
from tests.crawl.site import Reply, Site


def test_a_page_is_found_read_stored_and_matched(site: Site, workspace: Workspace, article: Callable[..., str]) -> None:
    ordinary = site.page("/bread", "Bread prices rise", "Bakers said on Monday that flour has become dearer again.")
    lines = [
        "Statement of the court",
        "Two Nepali mercenaries were captured near the river, fighting for the Russian army.",
    ]
    site.routes["/statement.pdf"] = Reply(document(lines), kind="application/pdf")
    report = ("Report", site.url + "/statement.pdf")
    workspace.outlet("daily", ("rss", site.feed("/rss", ("Captured", article()), ("Bread", ordinary), report)))
    done = workspace.run("crawl", "daily")
    assert done.returncode == 0, done.stderr
    assert workspace.outcomes() == {"stored": 2, "off_topic": 1}
    pdf, found = sorted(workspace.rows("search", "--relevant"), key=lambda row: row["title"])
    assert (pdf["title"], pdf["outlet"]) == (lines[0], "daily")
    assert found["title"] == "Two Nepali fighters captured near Donetsk"
    assert {"foreign-fighters", "prisoners-of-war"} <= set(found["watches"])
    assert [row["title"] for row in workspace.rows("search", "flour")] == ["Bread prices rise"]


def test_a_second_run_changes_nothing(site: Site, workspace: Workspace, article: Callable[..., str]) -> None:
    workspace.outlet("daily", ("rss", site.feed("/rss", ("Captured", article()))))
    assert workspace.run("crawl", "daily").returncode == 0
    before = workspace.rows("search"), workspace.rows("status")[0]["events_unplanned"]
    assert before[1] >= 2
    assert workspace.run("crawl", "daily").returncode == 0
    assert (workspace.rows("search"), workspace.rows("status")[0]["events_unplanned"]) == before
    assert site.paths("/captured") == ["/captured"]


def test_an_article_over_several_pages_is_one_text(site: Site, workspace: Workspace) -> None:
    """Two ways of numbering; what `rel=next` calls next is another article, and a page of comments says nothing new."""
    said = (
        "Two Nepali mercenaries were captured near the river, fighting for the Russian army, officials said on Monday."
    )
    more = "The {} of them had worked in a bakery for years before he signed the contract, his brother told the paper."
    other = site.page("/other", "Another article", "This is another article, about flour and bread in the town.")
    links = '</p><nav><a href="/long?page=2">2</a><a href="/long?page=3">3</a></nav><p>'
    first = site.page("/long", "Two Nepali fighters captured", said, links, head=f'<link rel=next href="{other}">')
    site.page("/long?page=2", "Two Nepali fighters captured", said, more.format("first"), links)
    site.page("/long?page=3", "Two Nepali fighters captured", more.format("second"), links)
    short = site.page("/short/", "Three Nepali fighters freed", said, '<a href="/short/2/">Comments</a>')
    site.page("/short/2/", "Three Nepali fighters freed", said)
    workspace.outlet("daily", ("rss", site.feed("/rss", ("Captured", first), ("Freed", short))))
    assert workspace.run("crawl", "daily").returncode == 0
    assert workspace.outcomes() == {"stored": 2}
    bodies = dict(workspace.sql("SELECT url, body FROM article"))
    expected = [one.strip() for one in (said, more.format("first"), more.format("second"))]
    assert bodies[first].split("\n\n") == expected
    assert bodies[short].count(said.strip()) == 1
    assert "/other" not in site.paths()


def test_an_unchanged_feed_is_not_sent_again(site: Site, workspace: Workspace, article: Callable[..., str]) -> None:
    url = site.feed("/rss", ("Captured", article()))
    feed = site.routes["/rss"]
    assert isinstance(feed, Reply)
    feed.headers["ETag"] = '"one"'
    workspace.outlet("daily", ("rss", url))
    workspace.run("crawl", "daily")
    workspace.run("crawl", "daily")
    sent = [headers.get("If-None-Match") for _, path, headers in site.asked if path == "/rss"]
    assert sent == [None, '"one"']


def test_every_end_has_its_outcome(site: Site, workspace: Workspace) -> None:
    ends = {
        "/gone": Reply(status=404),
        "/forbidden": Reply(status=403),
        "/broken": Reply(status=500),
        "/picture": Reply(b"\x89PNG\r\n\x1a\n" + bytes(200), kind="image/png"),
        "/empty": Reply("<html><body></body></html>"),
        "/huge": Reply(b"x" * (17 * 2**20)),
        "/scanned.pdf": Reply(document([]), kind="application/pdf"),
    }
    site.routes.update(ends)
    site.routes["/robots.txt"] = Reply("User-agent: *\nDisallow: /private", kind="text/plain")
    links = [(path.strip("/"), site.url + path) for path in [*ends, "/private/page"]]
    workspace.outlet("daily", ("rss", site.feed("/rss", *links)))
    assert workspace.run("crawl", "daily").returncode == 0
    assert workspace.outcomes() == {
        "gone": 1, "blocked": 1, "http_error": 1, "not_html": 1, "empty_body": 2, "too_large": 1, "robots_denied": 1,
    }  # fmt: skip
    assert site.paths("/private") == []


def test_a_telling_headline_is_kept_where_the_page_is_not(site: Site, workspace: Workspace) -> None:
    site.routes["/wall"] = Reply("subscribe", status=403)
    title = "Two Nepali mercenaries captured while fighting for the Russian army in Ukraine"
    workspace.outlet("daily", ("rss", site.feed("/rss", (title, site.url + "/wall"))))
    assert workspace.run("crawl", "daily").returncode == 0
    assert workspace.outcomes() == {"headline_only": 1}
    (found,) = workspace.rows("search", "--relevant")
    assert (found["title"], found["reading"]) == (title, "headline")


def test_a_broken_outlet_does_not_stop_the_others(
    site: Site, workspace: Workspace, article: Callable[..., str]
) -> None:
    site.routes["/not-xml"] = Reply("<html>we moved</html>")
    workspace.outlet("broken", ("rss", site.url + "/not-xml"))
    workspace.outlet("dead", ("rss", "http://127.0.0.1:9/rss"))
    workspace.outlet("daily", ("rss", site.feed("/rss", ("Captured", article()))))
    done = workspace.run("crawl", "broken", "dead", "daily")
    assert workspace.outcomes() == {"stored": 1}
    assert re.search(r"broken: rss feed: ", done.stderr)
    assert re.search(r"dead: rss feed: AddressRefused", done.stderr)
    states = {row["outlet"]: row["state"] for row in workspace.rows("status", "--outlets")}
    assert (states["daily"], states["dead"]) == ("healthy", "failing")


def test_an_unknown_outlet_is_refused_with_the_nearest(workspace: Workspace) -> None:
    workspace.outlet("daily", ("rss", "https://example.org/rss"))
    done = workspace.run("crawl", "dayli")
    assert done.returncode == 2
    assert 'did you mean "daily"' in done.stderr


def test_scrapy_itself_runs_the_spider(site: Site, workspace: Workspace, article: Callable[..., str]) -> None:
    import os
    import subprocess
    import sys
    from pathlib import Path

    import monitor

    workspace.outlet("daily", ("rss", site.feed("/rss", ("Captured", article()))))
    root = Path(monitor.__file__).parent.parent
    env = {**os.environ, "MONITOR_WORKSPACE": str(workspace.folder)}
    command = [sys.executable, "-m", "scrapy"]
    listed = subprocess.run([*command, "list"], cwd=root, env=env, capture_output=True, text=True, timeout=60)
    assert listed.stdout.split() == ["archive", "watch"]
    code = "import sys; from scrapy.cmdline import execute; execute(['scrapy', *sys.argv[1:]])"  # as its script does
    crawled = warm.run(["-c", code, "crawl", "watch", "-a", "outlets=daily"], env, 120, root)
    assert crawled.returncode == 0, crawled.stderr
    assert workspace.outcomes() == {"stored": 1}
