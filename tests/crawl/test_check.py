"""`monitor outlets check`: every feed is asked once, and each kind of answer has its word."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from monitor.discovery import newest
from pipelines.records import Listing
from tests.crawl.conftest import Workspace
from tests.crawl.site import Reply, Site

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def dated(site: Site, path: str, when: datetime) -> tuple[str, str]:
    item = f"<item><title>a</title><link>{site.url}/a{path}</link><pubDate>{format_datetime(when)}</pubDate></item>"
    body = f'<rss version="2.0"><channel>{item}</channel></rss>'
    site.routes[path] = Reply(body, kind="application/rss+xml")
    return "rss", site.url + path


def test_each_answer_has_its_word(site: Site, workspace: Workspace) -> None:
    shut = Site().start()
    workspace.allow(site.address, shut.address)
    now = datetime.now(UTC)
    workspace.outlet("works", dated(site, "/works", now - timedelta(hours=3)))
    workspace.outlet("sleeps", dated(site, "/sleeps", now - timedelta(days=90)))
    workspace.outlet("went", ("rss", site.url + "/old"))
    site.routes["/old"] = Reply(status=301, headers={"Location": site.url + "/works"})
    workspace.outlet("refuses", ("rss", site.url + "/403"))
    site.routes["/403"] = Reply(status=403)
    workspace.outlet("gone", ("rss", site.url + "/nowhere"))
    shut.routes["/robots.txt"] = Reply("User-agent: *\nDisallow: /", kind="text/plain")
    workspace.outlet("forbids", dated(shut, "/feed", now))
    names = ("works", "sleeps", "went", "refuses", "gone", "forbids")
    done = workspace.run("outlets", "check", *names, "--json")
    shut.stop()
    assert done.returncode == 0, done.stderr
    rows = {row["outlet"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert {name: rows[name]["verdict"] for name in names} == {
        "works": "working", "sleeps": "frozen", "went": "moved", "refuses": "blocked", "gone": "dead",
        "forbids": "blocked",
    }  # fmt: skip
    assert rows["works"]["newest"] == (now - timedelta(hours=3)).date().isoformat()
    assert rows["went"]["problem"] == site.url + "/works"
    assert "forbidden by robots.txt" in rows["forbids"]["problem"]
    assert workspace.sql("SELECT count(*) FROM article") == [(0,)]


def test_a_machine_without_network_is_said(site: Site, workspace: Workspace) -> None:
    for name in ("one", "two"):
        workspace.outlet(name, ("rss", f"http://{name}.invalid/rss"))
    done = workspace.run("outlets", "check", "one", "two")
    assert done.returncode == 1
    assert "is this machine connected?" in done.stderr


@pytest.mark.parametrize(
    ("stamps", "found"),
    [
        (["2026-03-01T10:00:00+02:00", "Sun, 01 Mar 2026 09:00:00 GMT"], datetime(2026, 3, 1, 9, tzinfo=UTC)),
        (["2026-02-01", "2025"], datetime(2026, 2, 1, tzinfo=UTC)),
        (["2031-01-01", "yesterday", ""], None),
        ([None], None),
    ],
)
def test_the_newest_date(stamps: list[str | None], found: datetime | None) -> None:
    assert newest([Listing("x", "https://x.example/a", published=one) for one in stamps], NOW) == found
