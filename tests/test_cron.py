"""Scheduled runs: the block in a crontab, alone and by Debian's own crontab and cron."""

from __future__ import annotations

import http.server
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cron import (
    CronProblem,
    Schedule,
    block,
    difference,
    find,
    installed,
    judge,
    only_in_shell,
    period,
    removed,
    systemd,
)
from tests.calling import call

USER = os.environ.get("MONITOR_TEST_CRON") or "nobody"
"""Whose crontab the tests with the real cron use; it is put back afterwards."""
HERE = Schedule(Path("/srv/watch"), "host-a", python="/opt/venv/bin/python")
OTHERS = [
    b"",
    b"0 4 * * * /usr/bin/backup --all\n",
    b'# by hand\nMAILTO=""\n\n*/7 * * * * date +\\%F >> log\n\n\n',
    "# ключ ü \n1 2 3 4 5 true\n".encode(),
    b"# latin \xe9\xff\n1 2 3 4 5 true\n",
    b"# BEGIN monitor:other\n1 * * * * x\n# END monitor:other\n",
]


@pytest.mark.parametrize("others", OTHERS)
def test_everything_else_stays_byte_for_byte(others: bytes) -> None:
    once = installed(others, HERE)
    assert once.startswith(others)
    assert installed(once, HERE) == once
    assert removed(once, HERE.id) == others
    assert removed(others, HERE.id) == others


@given(
    st.lists(st.binary(max_size=30).filter(lambda b: b"\n" not in b and b"\r" not in b), max_size=6), st.integers(0, 6)
)
def test_a_block_among_any_lines_is_renewed_in_its_place(lines: list[bytes], at: int) -> None:
    whole = [line + b"\n" for line in lines]
    at = min(at, len(whole))
    old = Schedule(HERE.workspace, "host-a", python="/old/python", every=60)
    before, after = b"".join(whole[:at]), b"".join(whole[at:])
    assert installed(before + block(old) + after, HERE) == before + block(HERE) + after
    assert removed(before + block(HERE) + after, HERE.id) == before + after


def test_a_crontab_without_a_last_line_end_gets_one() -> None:
    assert installed(b"1 2 3 4 5 true", HERE) == b"1 2 3 4 5 true\n" + block(HERE)


@pytest.mark.parametrize(
    "damaged",
    [
        block(HERE).replace(b"# END", b"# END of"),
        block(HERE).split(b"\n", 1)[1],
        block(HERE) * 2,
        b"\n".join(reversed(block(HERE).splitlines())) + b"\n",
    ],
)
def test_a_damaged_block_is_left_to_a_person(damaged: bytes) -> None:
    with pytest.raises(CronProblem, match="damaged"):
        installed(damaged, HERE)


@pytest.mark.parametrize(("every", "times"), [(5, 12), (15, 4), (30, 2), (60, 1)])
def test_the_minutes_are_spread_by_host(every: int, times: int) -> None:
    firsts = set()
    for number in range(200):
        schedule = Schedule(Path("/srv/watch"), f"host-{number}", every=every)
        minutes = [int(one) for one in block(schedule).split(b"\n")[1].split(b" ")[0].split(b",")]
        assert len(minutes) == times
        assert all(0 <= one < 60 for one in minutes)
        assert {later - first for first, later in itertools.pairwise(minutes)} <= {every}
        assert period(block(schedule), schedule.id) == timedelta(minutes=every)
        firsts.add(minutes[0])
    assert len(firsts) == every if every < 60 else len(firsts) > 50


def test_paths_are_absolute_and_quoted_for_shell_and_cron() -> None:
    odd = Schedule(Path("/srv/100% mine/it's"), "h", python="/opt/my venv/bin/python", source=Path("/src/a b"))
    line = block(odd).decode().splitlines()[1]
    command = line.split(" ", 5)[5]
    assert not re.search(r"(?<!\\)%", command)
    # what cron does with the line, and then the shell
    words = subprocess.run(
        ["sh", "-c", command.replace(r"\%", "%").replace("cd ", "printf '%s\\n' ", 1).replace("&& exec", "") + " | cat"],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert words == [
        "/src/a b",
        "/opt/my venv/bin/python",
        "-m",
        "monitor",
        "-w",
        "/srv/100% mine/it's",
        "run",
        "--skip-if-locked",
    ]
    with pytest.raises(CronProblem, match="line break"):
        block(Schedule(Path("/srv/a\nb"), "h"))


def test_nothing_in_the_block_reaches_other_lines() -> None:
    assert not re.search(rb"^\s*\w+\s*=", block(HERE), re.MULTILINE)


def test_two_workspaces_have_two_blocks() -> None:
    other = Schedule(Path("/srv/other"), "host-a")
    both = installed(installed(b"", HERE), other)
    assert find(both, HERE.id) is not None
    assert removed(both, HERE.id) == block(other)


def test_the_difference_names_the_lines() -> None:
    assert "+# BEGIN monitor:" in difference(b"1 2 3 4 5 true\n", installed(b"1 2 3 4 5 true\n", HERE))


def test_settings_of_the_shell_are_named() -> None:
    assert only_in_shell({"MONITOR_SMTP_PASSWORD": "x", "PATH": "/bin", "DATABASE_URL": "y", "MONITOR_WORKSPACE": "."}) == (
        "DATABASE_URL", "MONITOR_SMTP_PASSWORD",
    )  # fmt: skip


NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pause", "ended", "since", "well", "says"),
    [
        (None, None, None, False, "not installed"),
        (15, 10, 9000, True, "last run ended"),
        (15, 50, 9000, True, "last run ended"),
        (15, 70, 9000, False, "stale"),
        (60, 70, 9000, True, "last run ended"),
        (60, 300, 9000, False, "is cron running"),
        (15, None, 5, True, "no run has ended yet"),
        (15, None, 9000, False, "no run ever ended"),
        (15, 9000, 5, True, "last run"),
    ],
)
def test_stale_or_not(pause: int | None, ended: int | None, since: int | None, well: bool, says: str) -> None:
    def ago(minutes: int | None) -> datetime | None:
        return None if minutes is None else NOON - timedelta(minutes=minutes)

    state = judge(timedelta(minutes=pause) if pause else None, ago(ended), ago(since), NOON)
    assert (state.well, says in state.words) == (well, True), state.words


def test_units_are_taken_by_systemd(tmp_path: Path) -> None:
    units = systemd(Schedule(tmp_path / "my ws 5%", "h", python=sys.executable))
    assert sorted(name.rpartition(".")[2] for name in units) == ["service", "timer"]
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    for name, text in units.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", "--user", *(str(tmp_path / name) for name in units)],
        capture_output=True, text=True, env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if any(name in line for name in units)]
    assert not [line for line in ours if "Unknown key" in line or "Failed to parse" in line]


# ── with Debian's crontab and cron ──────────────────────────────────────────


@pytest.fixture
def crontab() -> Iterator[list[str]]:
    """`crontab -u nobody`; what stood there before comes back."""
    if os.geteuid() != 0 or shutil.which("crontab") is None:
        pytest.skip("needs root and Debian's cron (apt-get install cron)")
    command = ["crontab", "-u", USER]
    before = subprocess.run([*command, "-l"], capture_output=True, check=False)
    yield command
    if before.returncode == 0:
        subprocess.run([*command, "-"], input=before.stdout, check=True)
    else:
        subprocess.run([*command, "-r"], capture_output=True, check=False)


@pytest.fixture
def workspace() -> Iterator[Path]:
    """A workspace that belongs to the user of the crontab, with a name that needs quoting."""
    folder = Path(tempfile.mkdtemp(prefix="cron 5% "))
    yield folder
    shutil.rmtree(folder)


def test_install_status_uninstall(crontab: list[str], workspace: Path) -> None:
    mine = b'# mine\nMAILTO=""\n0 4 * * * true\n'
    subprocess.run([*crontab, "-"], input=mine, check=True)
    call(workspace, "init", "--contact", "me@example.org")

    def stands() -> bytes:
        return subprocess.run([*crontab, "-l"], capture_output=True, check=True).stdout

    assert call(workspace, "cron", "status", "--user", USER).code == 1
    asked = call(workspace, "cron", "install", "--user", USER)
    assert (asked.code, "--yes" in asked.err, stands()) == (2, True, mine)
    done = call(workspace, "cron", "install", "--user", USER, "--yes", MONITOR_SMTP_PASSWORD="x")
    assert done.code == 0, done.err
    assert "MONITOR_SMTP_PASSWORD is set in this shell only" in done.err
    assert stands().startswith(mine)
    backup = next(workspace.glob("crontab.*.backup"))
    assert (backup.read_bytes(), backup.stat().st_mode & 0o077) == (mine, 0)
    assert call(workspace, "cron", "install", "--user", USER, "--yes").out == "nothing to change\n"
    assert "no run has ended yet" in call(workspace, "cron", "status", "--user", USER).out
    assert call(workspace, "cron", "uninstall", "--user", USER, "--yes").code == 0
    assert stands() == mine


class Listener(http.server.BaseHTTPRequestHandler):
    """Notes every sign of life."""

    def do_POST(self) -> None:
        self.server.seen.append(self.path)  # type: ignore[attr-defined]
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def test_debians_cron_runs_it(crontab: list[str], workspace: Path) -> None:
    if shutil.which("cron") is None or not os.environ.get("MONITOR_TEST_CRON"):
        pytest.skip("takes up to two minutes and needs cron's own daemon to be free: set MONITOR_TEST_CRON=USER")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.seen = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    call(workspace, "init", "--contact", "me@example.org")
    address = f"127.0.0.1:{server.server_port}"
    # no disk is that large: the run says so and asks no outlet, which is all that cron needs to show
    settings = f'contact = "me@example.org"\nmin_free_mb = 99999999999\nheartbeat_url = "http://{address}/beat"\n'
    (workspace / "monitor.toml").write_text(settings + f'allow_addresses = ["{address}"]\n', encoding="utf-8")
    for path in (workspace, *workspace.rglob("*")):
        shutil.chown(path, USER)
    every_minute = Schedule(workspace, "h", every=1, source=Path(__file__).resolve().parents[1])
    subprocess.run([*crontab, "-"], input=installed(b'MAILTO=""\n', every_minute), check=True)
    daemon = subprocess.Popen(["cron", "-f", "-L", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        limit = time.monotonic() + 130
        while len(server.seen) < 2 and time.monotonic() < limit:  # type: ignore[attr-defined]
            time.sleep(0.2)
    finally:
        daemon.terminate()
        daemon.wait(10)
        server.shutdown()
        server.server_close()
    assert server.seen[:2] == ["/beat/start", "/beat/fail"]  # type: ignore[attr-defined]
