"""`monitor demo` as a user runs it: whole, without a network, interrupted, in odd surroundings.

A reader that leaves early (`| head`) is `test_tour.py`'s.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor import open_workspace
from monitor.middlewares.browser import available

DEMO = [sys.executable, "-m", "monitor", "demo"]
NO_NETWORK = """
import socket, sys
connect = socket.socket.connect
def guarded(self, address):
    if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
        raise OSError(f"the demo wanted to reach {address}")
    return connect(self, address)
socket.socket.connect = guarded
"""


def run(tmp_path: Path, *words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run the demo in an empty folder."""
    return subprocess.run([*DEMO, *words], cwd=tmp_path, env=env, capture_output=True, timeout=180)


@pytest.mark.long
def test_whole_without_a_network_a_home_a_locale_or_its_port(tmp_path: Path) -> None:
    patch = tmp_path / "site"
    patch.mkdir()
    (patch / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    keep = tmp_path / "kept"
    env = {"PATH": os.environ["PATH"], "LANG": "C", "PYTHONPATH": str(patch)}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(tmp_path, "--keep", str(keep), "--port", str(taken.getsockname()[1]), env=env)
    assert done.returncode == 0, done.stderr.decode()
    out = done.stdout.decode("utf-8")
    for part in ("What was read", "What matched", "The mail", "Subject:"):
        assert part in out
    mails = out.split("The mail")[1]
    if available():  # then the page that a script writes was read, too
        with open_workspace(keep) as workspace:
            found = {one["name"] for one in workspace.figures(outlet="harbour-wire")}
        assert {"Kojo Ansabrah", "Emmanuel Tetteku"} <= found
    for captive in ("Zhou Anping", "Anping", "Lu Desheng", "Desheng", "Смілен"):
        assert captive not in mails
    again = run(tmp_path, "--keep", str(keep))
    assert again.returncode == 1
    assert b"needs a new folder" in again.stderr


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    child = subprocess.Popen(DEMO, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(4)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert child.returncode != 0
    assert b"Traceback" not in err
    time.sleep(1)
    assert [pid for pid in Path("/proc").glob("[0-9]*") if _lives_in(pid, tmp_path)] == []


def _lives_in(process: Path, folder: Path) -> bool:
    """Whether a process was started with this temporary folder."""
    try:
        return f"TMPDIR={folder}".encode() in (process / "environ").read_bytes()
    except OSError:
        return False


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; the next test covers an unwritable folder")
def test_from_a_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert run(tmp_path).returncode == 0


def test_without_any_temporary_folder_it_says_so(tmp_path: Path) -> None:
    env = {**os.environ, "TMPDIR": "/proc/nothing"}
    code = "import tempfile; tempfile._candidate_tempdir_list = lambda: ['/proc/nothing']\n"
    code += "import sys; sys.argv = ['monitor', 'demo']\nfrom monitor.cli import main\nmain()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, timeout=60)
    assert done.returncode == 1
    assert b"no temporary folder can be written" in done.stderr
