"""What tests share: databases that are real, the development data where it is, and small records."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from pipelines.store.migrations import upgrade
from pipelines.store.session import make_engine

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


LONG = "MONITOR_TEST_LONG"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the long tests to those who ask for them, so that everybody else runs the others often."""
    if os.environ.get(LONG):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason=f"takes most of a minute: {LONG}=1 runs it, as .ci/run does"))


@pytest.fixture
def now() -> datetime:
    """The instant of a test."""
    return NOW


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The development data, or a skip that says how to have it."""
    named = os.environ.get("MONITOR_TEST_DATA")
    if not named or not Path(named).is_dir():
        pytest.skip("MONITOR_TEST_DATA names no folder with the development data")
    return Path(named)


def _postgres_bin() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    if found:
        return found[0].parent
    return Path(on_path).parent if on_path else None


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of our own on a free port, run by an unprivileged user; its URL without a database."""
    binaries = _postgres_bin()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    user = None
    folder = Path(tempfile.mkdtemp(prefix="postgres-of-tests-"))  # other runs tidy up pytest's own folders
    if os.geteuid() == 0:
        user = next((n for n in ("postgres", "nobody") if _has_user(n)), None)
        shutil.chown(folder, user)
    port = free_port()

    def call(*command: str) -> None:
        subprocess.run(command, check=True, user=user, cwd=folder, capture_output=True, env={"LC_ALL": "C.UTF-8"})

    call(str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", options]
    call(*control, "start")
    try:
        yield f"postgresql://tester@127.0.0.1:{port}"
    finally:
        call(str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'monitor.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"t{abs(hash(request.node.nodeid)) % 10**12}"
    admin = make_engine(f"{server}/postgres")
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    yield f"{server}/{name}"


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    """An engine on a database of the newest version, on SQLite and on PostgreSQL."""
    made = make_engine(empty_url)
    upgrade(made)
    yield made
    made.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine on a SQLite database of the newest version."""
    made = make_engine(f"sqlite:///{tmp_path / 'monitor.db'}")
    upgrade(made)
    yield made
    made.dispose()
