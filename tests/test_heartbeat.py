"""The sign of life: three requests at most, under the address guard, and never any harm to the run."""

from __future__ import annotations

import http.server
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor import heartbeat, signals
from monitor.config import Config
from monitor.heartbeat import ping
from monitor.run_lock import run_lock
from pipelines.store.session import make_engine
from tests.calling import call


class Watchdog(http.server.ThreadingHTTPServer):
    """Notes what arrives; answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, bytes]] = []
        self.status = 200
        self.wait = 0.0
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Watchdog

    def do_POST(self) -> None:
        self.server.seen.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        time.sleep(self.server.wait)
        self.send_response(self.server.status)
        self.send_header("Location", f"http://{self.server.address}/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def dog() -> Iterator[Watchdog]:
    made = Watchdog()
    yield made
    made.shutdown()
    made.server_close()


def test_start_success_and_fail_have_their_paths(dog: Watchdog) -> None:
    url = f"http://{dog.address}/ping/secret?rid=7"
    for happened in ("start", "success", "fail"):
        assert ping(url, happened, "3 outlets ü", [dog.address]) is None  # type: ignore[arg-type]
    paths = ["/ping/secret/start?rid=7", "/ping/secret?rid=7", "/ping/secret/fail?rid=7"]
    assert [path for path, _ in dog.seen] == paths
    assert dog.seen[0][1] == "3 outlets ü".encode()


def test_without_an_address_nothing_happens() -> None:
    assert ping("", "start") is None


@pytest.mark.parametrize("status", [301, 302, 404, 500])
def test_a_refusal_is_said_and_no_redirect_followed(dog: Watchdog, status: int) -> None:
    dog.status = status
    said = ping(f"http://{dog.address}/secret", "success", "", [dog.address])
    assert said == f"heartbeat (success) not delivered: answered {status}"
    assert len(dog.seen) == 1


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}/x", "http://2130706433:{port}/x", "http://0x7f.1:{port}/x", "http://[::ffff:127.0.0.1]:{port}/x",
     "http://localhost:{port}/x", "http://localhost.:{port}/x", "file:///etc/passwd", "http://:1/", "nonsense"],
)  # fmt: skip
def test_the_address_guard_holds(dog: Watchdog, url: str) -> None:
    said = ping(url.format(port=dog.server_port), "start")
    assert said is not None
    assert dog.seen == []


def test_a_name_that_means_this_machine_is_refused(dog: Watchdog, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def named(host: str, port: int, *args: object, **more: object) -> object:
        return real("127.0.0.1" if host == "watchdog.example" else host, port, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", named)
    assert "not a public address" in (ping(f"http://watchdog.example:{dog.server_port}/x", "start") or "")
    assert dog.seen == []


def test_a_watchdog_that_hangs_costs_seconds_alone(dog: Watchdog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "PATIENCE", 0.3)
    dog.wait = 4.0
    began = time.monotonic()
    said = ping(f"http://{dog.address}/secret", "success", "", [dog.address])
    assert said is not None
    assert "secret" not in said
    assert time.monotonic() - began < 3


def heard(dog: Watchdog) -> list[str]:
    return [path for path, _ in dog.seen]


def settings(folder: Path, dog: Watchdog) -> None:
    text = (
        f'contact = "me@example.org"\nheartbeat_url = "http://{dog.address}/k"\nallow_addresses = ["{dog.address}"]\n'
    )
    (folder / "monitor.toml").write_text(text, encoding="utf-8")


def test_a_run_that_cannot_even_begin_is_told_as_failed(dog: Watchdog, tmp_path: Path) -> None:
    settings(tmp_path, dog)
    assert call(tmp_path, "run").code == 3  # there is no database
    assert heard(dog) == ["/k/start", "/k/fail"]
    assert dog.seen[1][1] == b"the run was broken off: DatabaseProblem"


def test_a_run_that_finds_the_lock_taken_says_nothing(dog: Watchdog, tmp_path: Path) -> None:
    settings(tmp_path, dog)
    with run_lock(make_engine(f"sqlite:///{tmp_path}/monitor.db"), tmp_path):
        assert call(tmp_path, "run").code == 75
        assert call(tmp_path, "run", "--skip-if-locked").code == 0
    assert heard(dog) == []


def be_stopped(number: signal.Signals) -> None:
    with signals.kept():
        signal.signal(number, signal.SIG_IGN)  # as a crawler that installs handlers of its own
    os.kill(os.getpid(), number)
    time.sleep(5)


@pytest.fixture
def heeded(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    """A signal that is not ignored, as it is in what nohup or a script's & starts."""
    number: signal.Signals = request.param
    before = signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield number
    signal.signal(number, before)


@pytest.mark.parametrize("heeded", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], indirect=True)
def test_a_run_that_is_told_to_stop_says_so(dog: Watchdog, heeded: signal.Signals) -> None:
    number = heeded
    config = Config(heartbeat_url=f"http://{dog.address}/k", allow_addresses=(dog.address,))
    before = signal.getsignal(number)
    with pytest.raises((SystemExit, KeyboardInterrupt)) as ended, heartbeat.watched(config):
        be_stopped(number)
    assert getattr(ended.value, "code", 128 + number) == 128 + number
    assert heard(dog) == ["/k/start", "/k/fail"]
    assert signal.getsignal(number) is before


def test_nobody_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    said = ping(f"http://{address}/secret", "fail", "", [address])
    assert said == "heartbeat (fail) not delivered: ConnectionRefusedError"
