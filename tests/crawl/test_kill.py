"""A crawl that is killed loses nothing and doubles nothing; two crawls share the work; a full disk ends cleanly."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from monitor.settings import MONITOR_PAGES_HELD
from tests import warm
from tests.crawl.conftest import Workspace
from tests.crawl.site import Reply, Site
from tests.crawl.test_evidence import check

PAGES = 60
KILLS = 3


def fill(site: Site, name: str, pages: int) -> tuple[str, str]:
    """A feed of pages, each about other captives, that are served slowly enough to be interrupted."""
    links = []
    for i in range(pages):
        title = f"{i + 2} Nepali fighters captured near Donetsk, report {name} {i}"
        text = (
            f"{i + 2} Nepali citizens who fought in the Russian army were captured by Ukrainian forces, officials said."
        )
        url = site.page(f"/{name}/{i}", title, text, f"They are prisoners of war number {i} of {name}.")
        reply = site.routes[f"/{name}/{i}"]
        assert isinstance(reply, Reply)
        reply.wait = 0.05
        links.append((title, url))
    return "rss", site.feed(f"/{name}.rss", *links)


@contextmanager
def until_its_end(crawl: warm.Child) -> Iterator[None]:
    """Whatever a test finds, the crawl does not outlive it."""
    try:
        yield
    except BaseException:
        os.killpg(crawl.pid, signal.SIGKILL)
        crawl.wait()
        raise


def assert_whole(workspace: Workspace, site: Site, pages: int, kills: int, in_flight: int) -> None:
    """Every page stored once, every event once, every reference good, nothing fetched without a reason."""
    assert workspace.sql("SELECT count(*), count(DISTINCT url_key) FROM article WHERE relevant") == [(pages, pages)]
    assert workspace.sql("SELECT count(*) FROM revision") == [(pages,)]
    doubled = "SELECT count(*) FROM (SELECT 1 FROM {} GROUP BY {} HAVING count(*) > 1)"
    assert workspace.sql(doubled.format("alert_event", "article_id, revision, watch_id, kind")) == [(0,)]
    assert workspace.sql(doubled.format("match", "article_id, revision, watch_id, rule")) == [(0,)]
    without = "SELECT count(*) FROM article WHERE id NOT IN (SELECT article_id FROM alert_event)"
    assert workspace.sql(without) == [(0,)]
    assert workspace.sql("SELECT count(*) FROM frontier WHERE state != 'done'") == [(0,)]
    assert workspace.sql("PRAGMA integrity_check") == [("ok",)]
    for warc, offset, length in workspace.sql("SELECT warc, offset, length FROM evidence"):
        assert (workspace.folder / "evidence" / warc).stat().st_size >= offset + length
    check(workspace.folder / "evidence")
    asked = Counter(path for path in site.paths() if path.count("/") == 2 and ".well" not in path)
    assert max(asked.values()) <= kills + 1
    assert sum(asked.values()) <= pages + kills * in_flight


def test_killed_at_three_moments(site: Site, workspace: Workspace) -> None:
    workspace.allow(site.address, concurrency=4)
    workspace.outlet("daily", fill(site, "daily", PAGES))
    moments = random.Random(20260304)
    for _ in range(KILLS):
        before = len(site.paths("/daily/"))
        crawl = workspace.start("crawl", "daily")
        goal = before + moments.randint(5, 15)
        until = time.monotonic() + 60
        while len(site.paths("/daily/")) < goal and crawl.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        assert crawl.poll() is None
        os.killpg(crawl.pid, signal.SIGKILL)
        crawl.wait()
        if list((workspace.folder / "evidence").rglob("*.warc.gz")):
            check(workspace.folder / "evidence")
    done = workspace.run("crawl", "daily")  # at once: the dead holder's lease does not have to run out
    assert done.returncode == 0, done.stderr
    assert_whole(workspace, site, PAGES, KILLS, in_flight=30)


def test_two_crawls_share_the_work(site: Site, workspace: Workspace) -> None:
    workspace.allow(site.address, concurrency=2)
    names = [f"outlet{i}" for i in range(8)]
    for name in names:
        workspace.outlet(name, fill(site, name, 4))
    crawls = [workspace.start("crawl", *names) for _ in range(2)]
    ended = [crawl.wait(timeout=120) for crawl in crawls]
    assert ended == [0, 0], (workspace.folder / "crawls.log").read_text()
    assert_whole(workspace, site, 32, 0, in_flight=0)
    assert set(Counter(site.paths("/outlet")).values()) == {1}
    shares = workspace.sql("SELECT count(*) FROM outlet_run GROUP BY run_id")
    assert len(shares) == 2, "one crawl did everything"


def test_fetching_waits_for_storing(site: Site, workspace: Workspace) -> None:
    """What is fetched and not stored is asked for again after a kill: it must not be hundreds of pages."""
    pages, held = 150, MONITOR_PAGES_HELD + 16  # four requests under way, and some whose answer is about to be counted
    workspace.allow(site.address, concurrency=4)
    workspace.outlet("daily", fill(site, "daily", pages))
    crawl = workspace.start("crawl", "daily")
    while not site.paths("/daily/"):
        assert crawl.poll() is None
        time.sleep(0.005)
    with until_its_end(crawl), closing(sqlite3.connect(workspace.folder / "monitor.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # nobody else can write
        stored = other.execute("SELECT count(*) FROM article").fetchone()[0]
        until = time.monotonic() + 6  # a crawl waits much longer for the database
        while time.monotonic() < until and len(site.paths("/daily/")) <= stored + held:
            time.sleep(0.05)
        assert len(site.paths("/daily/")) <= stored + held
        other.execute("ROLLBACK")
    assert crawl.wait(timeout=120) == 0, (workspace.folder / "crawls.log").read_text()
    assert_whole(workspace, site, pages, 0, in_flight=0)


@pytest.mark.long
def test_a_full_disk_ends_cleanly_and_goes_on_later(site: Site, workspace: Workspace) -> None:
    pages = 120
    workspace.outlet("daily", fill(site, "daily", pages))
    room = (workspace.folder / "monitor.db").stat().st_size + 150_000

    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1]))); "
        "sys.argv[:] = ['monitor', *sys.argv[2:]]; from monitor.cli import main; main()"
    )
    done = warm.run(["-c", code, str(room), "-w", str(workspace.folder), "crawl", "daily"], warm.bare(), 120)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "the crawl ends" in done.stderr
    assert len(site.paths("/daily/")) < pages
    assert workspace.sql("PRAGMA integrity_check") == [("ok",)]
    (stored,) = workspace.sql("SELECT count(*) FROM article")[0]
    assert stored < 60
    workspace.sql("UPDATE frontier SET next_try_at = NULL")
    assert workspace.run("crawl", "daily").returncode == 0
    assert_whole(workspace, site, pages, kills=1, in_flight=MONITOR_PAGES_HELD + 16)
