"""Whole runs as cron calls them, against a real site and a real mail server: alone, killed, short of disk, half broken."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from monitor.cycle import reap
from monitor.disk import days_left
from pipelines.store.schema import RunRow
from pipelines.store.session import session
from tests.crawl.conftest import Workspace, article, new_database, site, workspace
from tests.crawl.site import Reply, Site
from tests.test_heartbeat import Watchdog, dog

__all__ = ["article", "dog", "new_database", "site", "workspace"]

RECIPIENT = "desk@example.org"


class Inbox:
    """A mail server's memory."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.mails.append(envelope.content)  # type: ignore[attr-defined]
        return "250 taken"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mail() -> Iterator[tuple[Inbox, int]]:
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=free_port())
    server.start()
    yield inbox, server.port
    server.stop()


def settle(workspace: Workspace, site: Site, port: int = 0, **more: object) -> None:
    """Settings with a mail server, and a watch that tells RECIPIENT at once."""
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "mail_from": "m@example.org"}
    # no reading processes: what is looked at here is the run, and each start costs seconds
    workspace.allow(site.address, **(mail if port else {}), **{"workers": -1, **more})
    (workspace.folder / "watchlists").mkdir(exist_ok=True)
    text = f'extends = "prisoners-of-war"\nrate = "immediate"\n[[recipients]]\naddress = "{RECIPIENT}"\n'
    (workspace.folder / "watchlists" / "prisoners-of-war.toml").write_text(text, encoding="utf-8")


def heartbeat(workspace: Workspace, site: Site, dog: Watchdog, port: int = 0) -> None:
    """Settings with a watchdog."""
    addresses = [site.address, dog.address]
    settle(workspace, site, port, heartbeat_url=f"http://{dog.address}/beat", allow_addresses=addresses)


def beats(dog: Watchdog) -> list[str]:
    return [path for path, _ in dog.seen]


def run(workspace: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    return workspace.run("run", "--outlet", "local", *words)


@pytest.fixture
def ready(workspace: Workspace, site: Site, article: Callable[..., str]) -> Workspace:
    """An outlet with one article on the topic."""
    workspace.outlet("local", ("rss", site.feed("/rss", ("Two Nepali fighters captured near Donetsk", article()))))
    return workspace


def test_a_run_is_quiet_tells_once_and_notes_what_it_took(
    ready: Workspace, site: Site, mail: tuple[Inbox, int], dog: Watchdog
) -> None:
    inbox, port = mail
    heartbeat(ready, site, dog, port)
    first = run(ready)
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    assert beats(dog) == ["/beat/start", "/beat"]
    assert len(inbox.mails) == 1
    again = run(ready, "-v")
    assert again.returncode == 0
    assert "0 mails queued, 0 sent" in again.stdout
    assert len(inbox.mails) == 1
    ((code, summary),) = ready.sql("SELECT exit_code, summary FROM run ORDER BY id LIMIT 1")
    assert code == 0
    assert '"sent": 1' in summary
    assert '"bytes": ' in summary


def test_a_mail_server_that_is_down_fails_no_run(ready: Workspace, site: Site) -> None:
    settle(ready, site, free_port())
    done = run(ready, "-v")
    assert done.returncode == 0, done.stderr
    assert "did not take mails, they wait" in done.stdout
    assert ready.sql("SELECT state FROM outbox") == [("pending",)]
    status = ready.run("status")
    assert "pending 1" in status.stdout or "1 pending" in status.stdout or "waiting" in status.stdout


def test_a_second_run_leaves_at_once(ready: Workspace, site: Site, dog: Watchdog) -> None:
    site.routes["/rss"] = Reply("", wait=12)
    heartbeat(ready, site, dog)
    first = ready.start("run", "--outlet", "local")
    try:
        wait_for(lambda: "/rss" in site.paths())
        began = time.monotonic()
        second = run(ready)
        took = time.monotonic() - began
        assert (second.returncode, "another run holds the lock" in second.stderr) == (75, True)
        assert run(ready, "--skip-if-locked").returncode == 0
        assert took < 10  # under a second on an idle machine: no crawler is loaded for it
        assert beats(dog) == ["/beat/start"]
        os.kill(first.pid, signal.SIGTERM)
        assert first.wait(30) != 0
        assert beats(dog) == ["/beat/start", "/beat/fail"]
    finally:
        if first.poll() is None:
            os.killpg(first.pid, signal.SIGKILL)
        first.wait()


def test_a_run_that_finds_the_lock_taken_loads_no_crawler(tmp_path: Path) -> None:
    code = (
        "import sys; from monitor.run_lock import run_lock; from pipelines.store.session import make_engine; "
        "from pathlib import Path; from monitor.cli import cli\n"
        "folder = Path(sys.argv[1])\n"
        "with run_lock(make_engine(f'sqlite:///{folder}/monitor.db'), folder):\n"
        "    code = cli.main(['-w', str(folder), 'run'], standalone_mode=False)\n"
        "print(code, [m for m in ('scrapy', 'lxml', 'numpy', 'twisted') if m in sys.modules])"
    )
    import sys

    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "75 []", done.stderr


def test_after_kill_9_the_next_run_goes_on(ready: Workspace, site: Site, mail: tuple[Inbox, int]) -> None:
    inbox, port = mail
    settle(ready, site, port)
    page = site.routes["/captured"]
    assert isinstance(page, Reply)
    site.routes["/captured"] = Reply(page.body, wait=30)
    first = ready.start("run", "--outlet", "local")
    wait_for(lambda: "/captured" in site.paths())
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    site.routes["/captured"] = page
    done = run(ready, "-v")
    assert done.returncode == 0, done.stderr
    assert "1 earlier runs had been broken off" in done.stdout
    assert len(inbox.mails) == 1
    rows = ready.sql("SELECT exit_code, finished_at IS NULL FROM run ORDER BY id")
    assert rows == [(1, 1), (0, 0)]


def wait_for(true: Callable[[], bool], seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.05)


def test_a_broken_outlet_is_named_and_the_others_go_on(ready: Workspace, site: Site, mail: tuple[Inbox, int]) -> None:
    inbox, port = mail
    settle(ready, site, port)
    (ready.folder / "outlets" / "broken.toml").write_text('id = "broken"\nnmae = "x"\n', encoding="utf-8")
    done = run(ready)
    assert done.returncode == 2
    assert "outlets/broken.toml" in done.stderr
    assert len(inbox.mails) == 1


@pytest.mark.long
def test_a_broken_watch_loses_nothing(ready: Workspace, site: Site, mail: tuple[Inbox, int]) -> None:
    inbox, port = mail
    settle(ready, site, port)
    mine = ready.folder / "watchlists" / "prisoners-of-war.toml"
    good = mine.read_text(encoding="utf-8")
    site.feed("/rss")
    assert run(ready).returncode in (0, 1)  # the watch is known from now on
    mine.write_text(good.replace("rate =", "raet ="), encoding="utf-8")
    site.feed("/rss", ("Two Nepali fighters captured near Donetsk", f"{site.url}/captured"))
    ready.sql("UPDATE feed_state SET next_due_at = NULL")
    done = run(ready)
    assert done.returncode == 2
    assert "raet: is no key" in done.stderr
    assert inbox.mails == []
    assert ready.sql("SELECT count(*) FROM match WHERE watch_id = 'prisoners-of-war'") == [(0,)]
    mine.write_text(good, encoding="utf-8")
    done = run(ready, "-v")
    assert done.returncode == 0, done.stderr
    assert "a watch is whole again" in done.stdout
    assert len(inbox.mails) == 1


def test_without_room_nothing_is_crawled_and_the_owner_hears_it(
    ready: Workspace, site: Site, mail: tuple[Inbox, int]
) -> None:
    inbox, port = mail
    settle(ready, site, port, min_free_mb=10**12, owner="owner@example.org")
    done = run(ready)
    assert done.returncode == 1
    assert "min_free_mb" in done.stderr
    assert site.paths() == []
    assert len(inbox.mails) == 1
    assert b"To: owner@example.org" in inbox.mails[0]
    assert run(ready).returncode == 1
    assert len(inbox.mails) == 1  # once a day


@pytest.mark.long
def test_an_alarm_ends_the_run_with_1_once(ready: Workspace, site: Site, mail: tuple[Inbox, int]) -> None:
    inbox, port = mail
    settle(ready, site, port, owner="owner@example.org")
    assert run(ready).returncode == 0
    inbox.mails.clear()
    site.routes["/rss"] = Reply("no", 403)
    past = "2020-01-01 00:00:00.000000"
    ready.sql(f"UPDATE feed_state SET ok_at = '{past}', next_due_at = NULL")
    ready.sql(f"UPDATE outlet SET first_seen_at = '{past}'")
    for hours in range(1, 10):
        ready.sql(
            "INSERT INTO run (kind, host, pid, started_at, heartbeat_at, finished_at, exit_code, summary) "
            f"SELECT kind, host, pid, datetime(started_at, '-{hours} hours') || '.000000', "
            f"datetime(started_at, '-{hours} hours') || '.000000', finished_at, 0, '{{}}' FROM run WHERE id = 1"
        )
    done = run(ready)
    assert done.returncode == 1
    assert "local: blocked: refuses us" in done.stderr
    assert len(inbox.mails) == 1
    assert b"blocked" in inbox.mails[0]
    ready.sql("UPDATE feed_state SET next_due_at = NULL")
    again = run(ready)
    assert (again.returncode, again.stderr) == (0, "")


def test_dead_runs_are_reaped_by_host_and_heartbeat(engine: object, now: datetime) -> None:
    old, fresh = now - timedelta(minutes=6), now - timedelta(minutes=1)
    here = socket.gethostname()
    rows = [
        (here, os.getppid(), fresh, False),
        (here, 2**22 + 5, fresh, True),
        ("elsewhere", 1, fresh, False),
        ("elsewhere", 1, old, True),
    ]
    with session(engine) as opened:  # type: ignore[arg-type]
        for host, pid, beat, _ in rows:
            opened.add(RunRow(kind="watch", host=host, pid=pid, started_at=old, heartbeat_at=beat))
    assert len(reap(engine, now)) == 1  # type: ignore[arg-type]
    with session(engine) as opened:  # type: ignore[arg-type]
        found = [(row.exit_code == 1, row.finished_at) for row in opened.query(RunRow).order_by(RunRow.id)]
    assert found == [(dead, None) for *_, dead in rows]
    assert reap(engine, now) == ()  # type: ignore[arg-type]


DAY = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("points", "days"),
    [
        ([], None),
        ([(0, 100)], None),
        ([(0, 100), (1 / 24, 900)], None),
        ([(0, 100), (2, 300)], 10),
        ([(0, 100), (1, 500), (2, 300)], 10),
        ([(0, 300), (2, 100)], None),
    ],
)
def test_days_until_the_disk_is_full(points: list[tuple[float, int]], days: float | None) -> None:
    at = [(DAY + timedelta(days=day), size) for day, size in points]
    assert days_left(at, 1000) == days
