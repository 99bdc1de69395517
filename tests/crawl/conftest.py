"""Whole crawls: a real site, a workspace, and the command as a user calls it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipelines.store.migrations import upgrade
from pipelines.store.session import make_engine
from tests import warm
from tests.calling import call
from tests.crawl.site import Site

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def site() -> Iterator[Site]:
    """A site that answers 404 to everything until a test declares more."""
    made = Site().start()
    yield made
    made.stop()


@dataclass
class Workspace:
    """A workspace and the command line on it."""

    folder: Path

    def outlet(
        self, outlet_id: str, *feeds: tuple[str, str], extra: str = "", homepage: str = "https://example.org"
    ) -> None:
        """Declare an outlet by the (kind, url) of its feeds."""
        lines = [
            f'id = "{outlet_id}"', f'name = "{outlet_id}"', f'homepage = "{homepage}"', 'country = "UA"',
            'languages = ["en"]', 'timezone = "Europe/Kyiv"', 'ownership = "independent"', extra,
        ]  # fmt: skip
        lines += [f'[[feed]]\nkind = "{kind}"\nurl = "{url}"' for kind, url in feeds]
        path = self.folder / "outlets" / f"{outlet_id}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8")

    def allow(self, *addresses: str, **settings: Any) -> None:
        """Write monitor.toml: these addresses may be fetched, without a pause; pages are read inside the crawl.

        A reading process costs two seconds to start: tests of reading processes say `workers=1`.
        """
        values: dict[str, Any] = {
            "contact": "tests@example.org",
            "allow_addresses": list(addresses),
            "delay_seconds": 0,
            "workers": -1,
        }
        text = "\n".join(f"{key} = {json.dumps(value)}" for key, value in {**values, **settings}.items())
        (self.folder / "monitor.toml").write_text(text, encoding="utf-8")

    def run(
        self, *words: str, env: dict[str, str] | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Call `monitor` on this workspace."""
        return warm.run(["-w", str(self.folder), *words], {**warm.bare(), **(env or {})}, timeout)

    def start(self, *words: str) -> warm.Child:
        """Call `monitor` on this workspace and go on; its process group is its own."""
        with (self.folder / "crawls.log").open("a") as log, open(os.devnull, "w") as nowhere:
            argv = ["-w", str(self.folder), *words]
            return warm.Child(argv, warm.bare(), nowhere.fileno(), log.fileno(), session=True)

    def spider(self, **arguments: str) -> None:
        """Run the watching spider with arguments that `monitor crawl` does not have."""
        code = (
            "import sys, json; from monitor.config import load; from monitor.runner import run_spider; "
            "from monitor.wiring import open_workshop; "
            "run_spider(open_workshop(load(sys.argv[1])), 'watch', json.loads(sys.argv[2]))"
        )
        done = warm.run(["-c", code, str(self.folder), json.dumps(arguments)], dict(os.environ), 120, ROOT)
        assert done.returncode == 0, done.stderr

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement on the workspace's database."""
        with closing(sqlite3.connect(self.folder / "monitor.db", timeout=30)) as connection:
            found = connection.execute(statement).fetchall()
            connection.commit()
        return found

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """Call `monitor … --json`, in this process, and read its rows."""
        done = call(self.folder, *words, "--json")
        assert done.code == 0, done.err
        return [json.loads(line) for line in done.out.splitlines()]

    def outcomes(self) -> dict[str, int]:
        """The last run's pages by outcome."""
        (found,) = self.rows("status")
        outcomes: dict[str, int] = found["last_run"]["outcomes"]
        return outcomes


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the newest version, without rows, to be copied."""
    path = tmp_path_factory.mktemp("new") / "monitor.db"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def workspace(tmp_path: Path, site: Site, new_database: Path) -> Workspace:
    """A fresh workspace that may fetch the site."""
    made = Workspace(tmp_path / "workspace")
    made.folder.mkdir()
    made.allow(site.address)
    shutil.copy(new_database, made.folder / "monitor.db")
    return made


@pytest.fixture
def article(site: Site) -> Callable[..., str]:
    """Declare an article on the topic; returns its address."""

    def declare(path: str = "/captured", title: str = "Two Nepali fighters captured near Donetsk") -> str:
        return site.page(
            path,
            title,
            "Two Nepali citizens who fought in the Russian army were captured by Ukrainian forces near Donetsk, "
            "officials said.",
            "The prisoners of war, one of whom gave his name as Bishan Thapaliya, asked to be exchanged and sent home.",
            "At least 40 Nepali nationals are fighting in the Russian army, the Ukrainian military said on Tuesday.",
        )

    return declare


@pytest.fixture
def self_signed(tmp_path: Path) -> Iterator[Site]:
    """A server whose certificate nobody vouches for."""
    made = Site().start()
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    pem.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    assert made.server is not None
    made.server.socket = context.wrap_socket(made.server.socket, server_side=True)
    yield made
    made.stop()


@pytest.fixture
def elsewhere() -> Iterator[Site]:
    """A second host."""
    made = Site().start()
    yield made
    made.stop()
