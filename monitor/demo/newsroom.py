"""Start and stop the demo's newsroom, and declare its outlets in a workspace.

In      the start instant (aware), a wished port (0 = any)
Out     `Newsroom`: base URL, its process, `turn_to(edition)`, `stop()`; a context manager
Raises  `NewsroomError` with the reason when the server does not come up
Limits  the child runs in its own session, so Ctrl-C reaches the parent alone; it ends when the parent is gone
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import IO
from urllib.parse import quote

from monitor.demo.site.content import DemoOutlet, load

START_SECONDS = 20.0
"""How long the server may take to print its port, on a busy machine."""

STOP_SECONDS = 5.0
_EXIT_PORT = 3

# the child must find this very package, never one in the current folder (-P), installed or not
_CHILD = "import sys; sys.path.insert(0, sys.argv.pop(1)); from monitor.demo.server import main; sys.exit(main())"


class NewsroomError(RuntimeError):
    """The newsroom could not be started; the message says why."""


class _PortTakenError(NewsroomError):
    pass


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A running newsroom. `note` says when another port than the wished one was taken, else it is empty."""

    base_url: str
    process: subprocess.Popen[str]
    note: str = ""

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.base_url.rsplit(":", 1)[1])

    def turn_to(self, edition: int, at: datetime) -> None:
        """Print another edition whose changes carry the instant `at`. Raises `NewsroomError`, `OSError`."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=STOP_SECONDS)
        try:
            connection.request("POST", f"/_newsroom/edition?n={edition}&at={quote(at.isoformat())}")
            answer = connection.getresponse()
            words = answer.read().decode(errors="replace").strip()
        finally:
            connection.close()
        if answer.status != 204:
            raise NewsroomError(f"the newsroom did not turn to edition {edition}: {answer.status} {words}")

    def stop(self) -> None:
        """End the server and wait for it; safe to call twice."""
        process = self.process
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()

    def __enter__(self) -> Newsroom:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(now: datetime, port: int = 0, *, delay: float = 0.0, browser: bool = False) -> Newsroom:
    """Start the server in its own process; a taken `port` is replaced by a free one and named in `note`.

    `delay` is seconds before every answer; with `browser`, the pages that need one are printed. Raises `NewsroomError`.
    """
    try:
        return _start(now, port, delay, browser, note="")
    except _PortTakenError as problem:
        if port == 0:
            raise
        return _start(now, 0, delay, browser, note=f"{problem}; another port was taken")


def outlet_ids() -> tuple[str, ...]:
    """Return the ids of the invented newspapers; a demo crawls these and leaves the packaged catalogue alone."""
    return tuple(load().outlets)


def write_outlets(base_url: str, folder: Path, *, browser: bool = False) -> tuple[Path, ...]:
    """Write one outlet file per newspaper into `folder` (made when missing); returns the paths. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    written, content = [], load()
    scripted = {page.outlet for page in content.pages if page.scripted} if browser else set()
    for outlet in content.outlets.values():
        path = folder / f"{outlet.id}.toml"
        path.write_text(outlet_toml(outlet, base_url, browser=outlet.id in scripted), encoding="utf-8")
        written.append(path)
    return tuple(written)


def outlet_toml(outlet: DemoOutlet, base_url: str, *, browser: bool = False) -> str:
    """Return the declaration of an outlet as the catalogue reads it; with `browser`, empty pages are rendered."""
    home = f"{base_url}/{outlet.id}/"
    lines = [
        f"# {outlet.name}: an invented newspaper of the demo.",
        f"id = {_word(outlet.id)}",
        f"name = {_word(outlet.name)}",
        f"homepage = {_word(home)}",
        f"country = {_word(outlet.country)}",
        f"languages = [{', '.join(_word(language) for language in outlet.languages)}]",
        f"timezone = {_word(outlet.timezone)}",
        "timezone_assumed = false",
        f"ownership = {_word(outlet.ownership)}",
        "delay_seconds = 0.01",
        'tags = ["demo"]',
        *(['render = "auto"'] if browser else []),
    ]
    for feed in outlet.feeds:
        lines += ["", "[[feed]]", f"kind = {_word(feed.kind)}", f"url = {_word(home + feed.path)}"]
    return "\n".join(lines) + "\n"


def _word(text: str) -> str:
    """Return a TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False)


def _start(now: datetime, port: int, delay: float, browser: bool, note: str) -> Newsroom:
    command = [sys.executable, "-P", "-c", _CHILD, str(Path(__file__).resolve().parents[2]), "--with-parent"]
    command += [
        "--port",
        str(port),
        "--now",
        now.isoformat(),
        "--delay",
        str(delay),
        *(["--browser"] if browser else []),
    ]
    with tempfile.TemporaryFile() as complaints:  # a file, because a full pipe would stop the server
        process = subprocess.Popen(  # noqa: S603 - our own module, our own arguments
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        newsroom = Newsroom("", process)
        try:
            line = _first_line(process).strip()
            if not line.isdigit():
                raise _failure(process, port, complaints)
        except BaseException:  # Ctrl-C too: no server may outlive the start that failed; then it goes on up
            newsroom.stop()
            raise
    return Newsroom(f"http://127.0.0.1:{line}", process, note)


def _first_line(process: subprocess.Popen[str]) -> str:
    """Return what the child prints first; empty when it ends or stays silent for too long (it is then killed)."""
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    try:
        return process.stdout.readline() if process.stdout else ""
    finally:
        watchdog.cancel()
        watchdog.join()


def _failure(process: subprocess.Popen[str], port: int, complaints: IO[bytes]) -> NewsroomError:
    try:
        code = process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        return NewsroomError("the newsroom closed its output and did not start")
    complaints.seek(0)
    words = complaints.read().decode(errors="replace").strip()
    if code == _EXIT_PORT:
        return _PortTakenError(words or f"port {port} cannot be had")
    last = words.splitlines()[-1] if words else f"no answer within {START_SECONDS:.0f} s"
    return NewsroomError(f"the newsroom did not start (exit code {code}): {last}")
