"""Every feed of the development data: never raises, never slow, nothing fetched, nothing expanded."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from monitor.discovery import feed, read
from monitor.discovery.reading import fresh
from pipelines.records import Feed, FeedKind

pytestmark = pytest.mark.data
URL = "https://news.example.org/feed/"


@pytest.fixture(scope="module")
def folder() -> Path:
    named = os.environ.get("MONITOR_TEST_DATA")
    if not named or not (Path(named) / "feeds").is_dir():
        pytest.skip("MONITOR_TEST_DATA names no folder with feeds")
    return Path(named) / "feeds"


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Record every connection and every name look-up, and refuse it."""
    asked: list[object] = []

    def refuse(*args: object, **_: object) -> object:
        asked.append(args)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return asked


def test_every_file_is_read(folder: Path, offline: list[object]) -> None:
    files = sorted(folder.rglob("*.xml"))
    assert len(files) > 1_800
    slow = []
    for path in files:
        began = time.process_time()
        for kind in (FeedKind.RSS, FeedKind.SITEMAP):
            reading = read(Feed(kind, URL), path.read_bytes(), URL)
            assert reading.listings or reading.problem or reading.children, path
            assert all(item.url.startswith(("http://", "https://")) for item in reading.listings), path
        if time.process_time() - began > 10:
            slow.append(path)
    assert (slow, offline) == ([], [])


def test_ill_formed_and_odd_feeds_give_their_links(folder: Path) -> None:
    """Files of that corpus that name a link in an item or entry: it is found."""
    found = missed = 0
    for path in sorted(folder.rglob("*.xml")):
        raw = path.read_bytes()
        if b"<item" in raw and b"<link>http" in raw.partition(b"<item")[2] and b"CDATA" not in raw:
            hit = bool(feed.parse(raw, URL).listings)
            found, missed = found + hit, missed + (not hit)
    assert found > 20
    assert missed <= found // 50


def test_two_states_of_one_feed(folder: Path) -> None:
    first, second = (feed.parse((folder / "diffengine" / f"feed{n}.xml").read_bytes(), URL) for n in (1, 2))
    for number, reading in ((1, first), (2, second)):
        written = (folder / "diffengine" / f"feed{number}.xml").read_text("utf-8").count("<item>")
        assert len(reading.listings) == written > 10
        assert (reading.problem, reading.notes) == (None, ())
    known = {(item.url, item.title, item.summary) for item in first.listings}
    new = fresh(first.listings, second.listings)
    assert set(new) == {item for item in second.listings if (item.url, item.title, item.summary) not in known}
    assert fresh(second.listings, second.listings) == ()
