"""The newsroom's server over real HTTP, and the process that carries it."""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.robotparser import RobotFileParser

import pytest

from monitor.catalogue import load_outlets
from monitor.demo.newsroom import Newsroom, NewsroomError, outlet_ids, start, write_outlets
from monitor.demo.server import accepts_gzip, not_modified
from monitor.demo.site.build import Resource, build
from monitor.demo.site.content import load
from monitor.demo.site.story import Press
from monitor.demo.truth import load_truth, urls

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
BASE = "http://127.0.0.1:1"
REPOSITORY = Path(__file__).resolve().parents[2]
CONTENT = load()
SITE = build(CONTENT, Press(NOW, BASE))
EXCHANGE = urls(Press(NOW, ""))["dnipro-herald/exchange-205-home"]


# ── the server ──────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with start(NOW) as running:
        yield running


def ask(room: Newsroom, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    """One request of a client that is not ours."""
    connection = HTTPConnection("127.0.0.1", room.port, timeout=10)
    try:
        connection.request(method, path, headers={key.replace("_", "-"): value for key, value in headers.items()})
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def test_the_server_answers_conditionally_compressed_and_without_a_body(newsroom: Newsroom) -> None:
    path = "/dnipro-herald/feed/"
    answer, body = ask(newsroom, path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/rss+xml; charset=utf-8")
    assert answer.headers["Content-Encoding"] is None
    again, nothing = ask(newsroom, path, If_None_Match=answer.headers["ETag"] or "")
    assert (again.status, nothing) == (304, b"")
    assert ask(newsroom, path, If_Modified_Since=answer.headers["Last-Modified"] or "")[0].status == 304
    zipped, packed = ask(newsroom, path, Accept_Encoding="gzip, deflate")
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == body
    head, empty = ask(newsroom, path, "HEAD")
    assert (head.status, empty, head.headers["Content-Length"]) == (200, b"", str(len(body)))


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/", "GET", 404),
        ("/dnipro-herald/2026/03/no-such-story/", "GET", 404),
        ("/dnipro-herald/about/", "GET", 200),
        ("/slobidskyi-kurier/index.php?id=184211", "GET", 200),
        ("/slobidskyi-kurier/index.php?id=1", "GET", 404),
        ("/dnipro-herald/feed/?utm_source=rss", "GET", 200),
        ("/dnipro-herald/feed/", "POST", 405),
        ("/dnipro-herald/feed/", "DELETE", 501),
        ("/_newsroom/edition?n=two", "POST", 400),
    ],
)
def test_the_server_answers_with(newsroom: Newsroom, path: str, method: str, status: int) -> None:
    assert ask(newsroom, path, method)[0].status == status


def test_robots_are_kept_out_of_what_the_answer_sheet_says(newsroom: Newsroom) -> None:
    robots = RobotFileParser()
    robots.parse(ask(newsroom, "/robots.txt")[1].decode().splitlines())
    addresses = urls(Press(NOW, newsroom.base_url))
    shut = {page for page, url in addresses.items() if not robots.can_fetch("monitor", url)}
    assert shut == {truth.page for truth in load_truth() if truth.outcome == "robots_denied"} != set()


def test_turning_to_the_second_edition_invalidates_the_clients_copy() -> None:
    with start(NOW) as room:
        etag = ask(room, EXCHANGE)[0].headers["ETag"] or ""
        room.turn_to(2, NOW + timedelta(minutes=5))
        answer, body = ask(room, EXCHANGE, If_None_Match=etag)
        assert answer.status == 200
        assert b"207 prisoners" in body
        with pytest.raises(NewsroomError, match="no edition 0"):
            room.turn_to(0, NOW)


@pytest.mark.parametrize(
    ("header", "taken"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("gzip; q=0", False), ("", False), ("*", True), ("identity", False)],
)
def test_gzip_is_used_only_when_asked_for(header: str, taken: bool) -> None:
    assert accepts_gzip(header) is taken


def test_a_stale_validator_wins_over_a_fresh_date() -> None:
    page = Resource(b"x", "text/html", NOW)
    assert not not_modified(page, '"other"', "Wed, 04 Mar 2026 12:00:00 GMT")
    assert not_modified(page, f'"other", {page.etag}', None)
    assert not not_modified(page, None, "yesterday")
    assert not not_modified(page, None, "Wed, 04 Mar 2026 11:59:59 GMT")


# ── the process ─────────────────────────────────────────────────────────────


def test_a_taken_port_is_replaced_and_named(newsroom: Newsroom) -> None:
    with start(NOW, newsroom.port) as other:
        assert other.port != newsroom.port
        assert str(newsroom.port) in other.note
        assert "another port" in other.note
    other.stop()
    assert other.process.returncode is not None


def test_a_start_that_fails_says_why() -> None:
    with pytest.raises(NewsroomError, match="has no offset"):
        start(datetime(2026, 3, 4))


def test_it_starts_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "monitor.py").write_text("raise SystemExit('the wrong monitor')")
    tmp_path.chmod(0o500)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setenv("LC_ALL", "C")
    with start(NOW) as room:
        assert ask(room, "/daoyu-ribao/")[0].status == 200


def test_the_child_goes_with_its_parent() -> None:
    script = (
        "import time; from datetime import UTC, datetime; from monitor.demo.newsroom import start;"
        "room = start(datetime.now(UTC)); print(room.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 10
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child)


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip() != "" and not shown.stdout.startswith("Z")


def test_its_outlets_are_read_by_the_catalogue(tmp_path: Path) -> None:
    written = write_outlets(BASE, tmp_path / "outlets")
    outlets = load_outlets(tmp_path)
    assert [path.stem for path in written] == list(outlet_ids())
    for outlet_id in outlet_ids():
        assert outlets[outlet_id].name == CONTENT.outlets[outlet_id].name
        assert all(feed.url.removeprefix(BASE) in SITE for feed in outlets[outlet_id].feeds)
