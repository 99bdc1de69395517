"""`monitor doctor`: each check by the row; the mail server is a real one on loopback, with STARTTLS and login."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monitor import checks, checks_runs, cron
from monitor.config import Config
from pipelines.store.migrations import upgrade
from pipelines.store.schema import FeedStateRow, RunRow
from pipelines.store.session import make_engine, session
from tests.calling import call


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))  # fmt: skip
    return files


def login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    known = [(b"monitor", b"right"), ("büro".encode(), "ge right ü".encode())]
    right = isinstance(data, LoginPassword) and (data.login, data.password) in known
    return AuthResult(success=right, handled=right)


class Desk:
    """A server that takes mail for other domains only from who has logged in."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.endswith("@abroad.example") and not session.authenticated:
            return "554 5.7.1 Relay access denied"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def serve(files: tuple[Path, Path]) -> Iterator[Callable[..., int]]:
    running: list[Controller] = []

    def start(*, tls: bool) -> int:
        more: dict[str, Any] = {"authenticator": login, "auth_require_tls": False}
        if tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*files)
            more |= {"tls_context": context, "require_starttls": True}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        running.append(Controller(Desk(), hostname="127.0.0.1", port=port, **more))
        running[-1].start()
        return port

    yield start
    for one in running:
        one.stop()


def mail(port: int, **more: Any) -> checks.Check:
    given = {"smtp_host": "127.0.0.1", "smtp_port": port, "mail_from": "Monitor <m@example.org>"} | more
    return checks._mail(Config(**given))


@pytest.mark.parametrize(
    ("tls", "trusted", "settings", "result", "says"),
    [
        (True, True, {"smtp_user": "monitor", "smtp_password": "right"}, "ok", "takes the login"),
        (True, True, {"smtp_user": "büro", "smtp_password": "ge right ü"}, "ok", "takes the login"),
        (True, True, {"smtp_user": "büro", "smtp_password": "wrong"}, "wrong", "login: 535"),
        (True, True, {}, "ok", "it answers"),
        (True, True, {"owner": "desk@abroad.example"}, "wrong", "it wants a login first"),
        (True, True, {"smtp_user": "monitor", "smtp_password": "wrong"}, "wrong", "login: 535"),
        (True, True, {"smtp_user": "monitor"}, "wrong", "is smtp_password set?"),
        (True, False, {}, "wrong", "STARTTLS: SSLCertVerificationError"),
        (False, True, {}, "wrong", "another port or smtp_security?"),
        (False, True, {"smtp_security": "tls"}, "wrong", "smtp_security = starttls?"),
        (False, True, {"smtp_security": "none"}, "ok", "it answers"),
        (False, True, {"smtp_security": "none", "smtp_user": "monitor", "smtp_password": "right"}, "note", "open line"),
        (False, True, {"mail_from": "nobody"}, "wrong", "mail_from"),
        (False, True, {"mail_from": ""}, "wrong", "mail_from"),
    ],
)
def test_the_mail_server_is_tried(
    serve: Callable[..., int],
    files: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    tls: bool,
    trusted: bool,
    settings: dict[str, str],
    result: str,
    says: str,
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    found = mail(serve(tls=tls), **settings)
    assert (found.result, says in found.detail) == (result, True), found
    assert "right" not in found.detail


def test_nobody_listens_and_no_such_name() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    assert "nobody listens there" in mail(port).detail
    assert mail(25, smtp_host="mail.invalid").result == "wrong"
    assert mail(25, smtp_host="").result == "note"


def test_a_broken_caseload_is_named(tmp_path: Path) -> None:
    from monitor.caseload import FILE

    (tmp_path / FILE).write_text("nonsense;here\n1;2\n", encoding="utf-8")
    assert checks._watches(Config(workspace=tmp_path)).result == "wrong"


def test_the_browser_is_looked_for_as_the_crawl_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    from monitor.middlewares.browser import available

    found = checks._browser(Config())
    assert (found.result == "ok") is (available("") is not None)
    assert checks._browser(Config(chromium="/nowhere/chromium")).result == "note"


class TestRuns:
    """Clock, schedule and feeds, from a real database."""

    @pytest.fixture
    def config(self, tmp_path: Path) -> Config:
        made = Config(workspace=tmp_path)
        upgrade(make_engine(made.database))
        return made

    def test_a_clock_behind_the_last_run_is_wrong(self, config: Config) -> None:
        assert checks_runs.clock(config).result in ("ok", "note")
        ahead = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
        with session(make_engine(config.database)) as opened:
            opened.add(RunRow(kind="watch", host="h", pid=1, started_at=ahead, heartbeat_at=ahead))
        found = checks_runs.clock(config)
        assert found.result == "wrong"
        assert f"{ahead:%Y-%m-%d}" in found.detail

    def test_feeds_are_counted_and_the_worst_named(self, config: Config) -> None:
        assert "monitor outlets check" in checks_runs.feeds(config).detail
        now = dt.datetime.now(dt.UTC)
        rows = [("a", "working", now), ("b", "dead", None), ("c", "working", now - dt.timedelta(days=400))]
        with session(make_engine(config.database)) as opened:
            for name, verdict, newest in rows:
                opened.add(
                    FeedStateRow(
                        url=f"https://{name}.example/rss",
                        outlet_id=name,
                        kind="rss",
                        verdict=verdict,
                        newest_entry_at=newest,
                    )
                )
        found = checks_runs.feeds(config)
        assert found.result == "note"
        assert found.detail.startswith("1 working, 1 dead, 1 frozen: b dead (https://b.example/rss), c frozen")

    def test_a_missing_database_leaves_a_note(self, tmp_path: Path) -> None:
        config = Config(workspace=tmp_path)
        assert checks_runs.feeds(config).result == "note"
        assert checks_runs.clock(config).result in ("ok", "note")

    @pytest.mark.parametrize(
        ("table", "result", "words"),
        [("", "note", "monitor cron install"), ("# ours", "wrong", "no run ever ended"), (None, "note", "no crontab")],
    )
    def test_the_schedule(
        self, config: Config, monkeypatch: pytest.MonkeyPatch, table: str | None, result: str, words: str
    ) -> None:
        schedule = cron.Schedule(config.workspace.absolute(), socket.gethostname())
        program = config.workspace / "bin" / "crontab"
        program.parent.mkdir()
        if table is not None:
            (config.workspace / "table").write_bytes(cron.block(schedule) if table else b"")
            program.write_text(f"#!/bin/sh\nexec cat {config.workspace / 'table'}\n")
            program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{':/usr/bin:/bin' if table is not None else ''}")
        settings = config.workspace / "monitor.toml"
        settings.touch()
        old = (dt.datetime.now(dt.UTC) - dt.timedelta(days=3)).timestamp()
        os.utime(settings, (old, old))
        found = checks_runs.schedule(config)
        assert found.result == result
        assert words in found.detail


def test_free_room_of_the_database_is_said_and_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'monitor.db'}")
    upgrade(engine)
    config = Config(workspace=tmp_path)
    with engine.begin() as write:
        write.exec_driver_sql("CREATE TABLE old AS SELECT zeroblob(3000000) AS text")
        write.exec_driver_sql("DROP TABLE old")
    assert checks._database(config).result == "ok"  # 3 MB are not worth a word
    monkeypatch.setattr("pipelines.store.integrity.SPARE_BYTES", 1_000_000)
    found = checks._database(config)
    assert (found.result, "monitor db vacuum" in found.detail) == ("note", True)
    done = call(tmp_path, "db", "vacuum")
    assert (done.code, "free again" in done.err) == (0, True)
    assert checks._database(config).result == "ok"
