"""A process that has imported everything once and is forked for each `monitor` call of the tests.

What runs in the fork is the command itself, from `main()` to the interpreter's end, in a process of its own with its
own environment, streams and exit code: all that is saved is the second and a half of imports and models that each
start costs. `python -m monitor` and the console script themselves are started in `tests/test_cli.py`.

The nursery listens on a socket; each call is one connection:
  ->  one line of JSON {argv, env, cwd, session} with the child's stdout and stderr as passed file descriptors
  <-  the pid, then, when the child has ended, its return code (negative: the signal), one line each
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NOT_LOADED = ("__main__", ".chromium", "reading_worker", "_migrations.env")
"""What runs when it is imported, or needs what may not be installed."""
ROOT = Path(__file__).resolve().parents[1]


class Child:
    """A `monitor` under way: the part of `subprocess.Popen` that tests use."""

    def __init__(
        self, argv: list[str], env: dict[str, str], out: int, err: int, *, session: bool, cwd: Path | None = None
    ) -> None:
        self.returncode: int | None = None
        self._told = b""
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(str(_nursery()))
        asked = {"argv": argv, "env": env, "session": session, "cwd": str(cwd or Path.cwd())}
        request = json.dumps(asked).encode() + b"\n"
        socket.send_fds(self._line, [request[:1]], [out, err])
        self._line.sendall(request[1:])
        self.pid = self._number(None)

    def _number(self, timeout: float | None) -> int:
        """The next line; `TimeoutError` when it does not come, and nothing of it is lost."""
        self._line.settimeout(timeout)
        while b"\n" not in self._told:
            more = self._line.recv(100)
            if not more:
                raise RuntimeError("the process that starts `monitor` for the tests has gone")
            self._told += more
        line, _, self._told = self._told.partition(b"\n")
        return int(line)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; `subprocess.TimeoutExpired` when it does not come."""
        if self.returncode is None:
            try:
                self.returncode = self._number(timeout)
            except TimeoutError as late:
                raise subprocess.TimeoutExpired("monitor", timeout or 0) from late
            self._line.close()
        return self.returncode

    def poll(self) -> int | None:
        """The return code, or None while it runs."""
        try:
            return self.wait(0.001)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: int) -> None:
        """Signal it, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def run(
    argv: list[str], env: dict[str, str], timeout: float, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `monitor` to its end and give what it wrote."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = Child(argv, env, out.fileno(), err.fileno(), session=False, cwd=cwd)
        try:
            code = child.wait(timeout)
        except subprocess.TimeoutExpired:
            os.kill(child.pid, signal.SIGKILL)
            raise
        texts = [_whole(stream) for stream in (out, err)]
    return subprocess.CompletedProcess(["monitor", *argv], code, *texts)


def _whole(stream: Any) -> str:
    stream.seek(0)
    text: str = stream.read().decode()
    return text


_address: Path | None = None


def _nursery() -> Path:
    """The socket of this run's nursery, which is started when it is first needed and ends with the run."""
    global _address
    if _address is None:
        shared = os.environ.get("PYTEST_XDIST_TESTRUNUID")  # processes that share the tests share the nursery
        folder = Path(tempfile.gettempdir()) / f"monitor-nursery-{shared}" if shared else Path(tempfile.mkdtemp())
        folder.mkdir(mode=0o700, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "socket").exists():
                _start(folder / "socket", os.getppid() if shared else os.getpid())
        _address = folder / "socket"
    return _address


def _start(path: Path, run: int) -> None:
    """Start a nursery that goes when the process `run` has gone, and wait until it listens."""
    command = [sys.executable, "-m", "tests.warm", str(path), str(run)]
    started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=bare(), start_new_session=True)
    assert started.stdout is not None
    assert started.stdout.readline() == b"ready\n"
    started.stdout.close()
    started.returncode = 0  # nobody waits for it


def bare() -> dict[str, str]:
    """This environment without the monitor's own variables."""
    return {key: value for key, value in os.environ.items() if not key.startswith("MONITOR_")}


def _preload() -> None:
    """Import what commands import, and load the models by reading one page; no reactor, no thread is started."""
    import importlib
    import pkgutil

    from scrapy.settings import default_settings

    import monitor
    import pipelines
    from monitor.watches import load_watches
    from pipelines.analysis.analyst import Analyst
    from pipelines.records import Context, Page

    ours = [
        one.name for home in (monitor, pipelines) for one in pkgutil.walk_packages(home.__path__, home.__name__ + ".")
    ]
    modules = {name for name in ours if not name.endswith(NOT_LOADED)}
    for kind in ("EXTENSIONS", "SPIDER_MIDDLEWARES", "DOWNLOADER_MIDDLEWARES"):
        modules |= {path.rpartition(".")[0] for path in getattr(default_settings, f"{kind}_BASE")}
    modules |= {"scrapy.core.downloader.handlers.http11", "scrapy.core.engine", "scrapy.pipelines"}
    for module in sorted(modules):
        importlib.import_module(module)
    if "twisted.internet.reactor" in sys.modules:
        raise RuntimeError("a module that was loaded started the reactor, which cannot be forked")
    page = Page(
        outlet_id="warm",
        url="https://example.org/captured",
        fetched_at=datetime(2026, 3, 4, tzinfo=UTC),
        content=b"<html lang=en><title>Two captured</title><article><p>Two Nepali citizens who fought in the Russian "
        b"army were captured on Tuesday, Ana Ivanova said. At least 40 of them are prisoners of war.</p></article>",
    )
    analyst, context = Analyst([one for one in load_watches().values() if one.enabled]), Context()
    article = analyst.read(page, context)
    for step in ("dates", "figures", "match"):
        article = analyst.step(step, article, context)


def _serve(path: str, parent: int) -> list[str]:
    """Answer calls; returns only in a child, with the words it shall run."""
    import gc

    gc.freeze()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()
    listening.settimeout(1.0)
    os.write(1, b"ready\n")
    os.close(1)
    os.open(os.devnull, os.O_WRONLY)
    while _lives(parent):
        try:
            line, _ = listening.accept()
        except TimeoutError:
            continue
        finally:
            _reap()
        if os.fork():
            line.close()
            continue
        listening.close()
        return _attend(line)
    shutil.rmtree(Path(path).parent, ignore_errors=True)
    os._exit(0)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _reap() -> None:
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                return
        except ChildProcessError:
            return


def _attend(line: socket.socket) -> list[str]:
    """In a process beside the nursery: fork the child, tell its pid, wait for it, tell its end."""
    line.settimeout(None)
    first, streams, _, _ = socket.recv_fds(line, 1, 2)
    request = json.loads(first + line.makefile("rb").readline())
    child = os.fork()
    if child == 0:
        line.close()
        for stream, number in zip(streams, (1, 2), strict=True):
            os.dup2(stream, number)
            os.close(stream)
        if request["session"]:
            os.setsid()
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        words: list[str] = request["argv"]
        return words
    for stream in streams:
        os.close(stream)
    line.sendall(f"{child}\n".encode())
    _, status = os.waitpid(child, 0)
    try:
        line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    finally:
        os._exit(0)


if __name__ == "__main__":
    _preload()
    words = _serve(sys.argv[1], int(sys.argv[2]))
    if words[:1] == ["-c"]:  # as `python -c` would
        sys.argv[:] = ["-c", *words[2:]]
        exec(words[1])
        sys.exit(0)
    sys.argv[:] = ["monitor", *words]
    from monitor.cli import main

    main()
