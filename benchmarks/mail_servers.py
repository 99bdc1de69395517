"""Debian's own mail servers on a port of loopback, keeping what they take in folders: Postfix or OpenSMTPD.

In      a folder, a `Manner` (what the server refuses or lacks); root, and one of the two packages installed
Out     a running server; `taken()` are the messages as they were put into mailboxes
Limits  mails for example.net stay here; nothing is relayed anywhere
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

DOMAIN = "example.net"
USERS = {"desk": "open sesame", "büro": "geheim ü"}
"""Who may log in, and with which password."""
BAD, GREY = "bad", "grey"
"""Mailboxes that the server refuses for good, and for now."""


@dataclass(frozen=True, slots=True)
class Manner:
    """What the server refuses or lacks. `bare`: it offers neither 8BITMIME nor SMTPUTF8 (Postfix can be told so);
    `login`: it takes nothing from who has not logged in (Postfix, with Dovecot's passwords)."""

    size: int = 10_000_000
    bare: bool = False
    starttls: bool = False
    grey: bool = True
    login: bool = False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    chain, key = folder / "cert.pem", folder / "key.pem"
    if not chain.exists():
        words = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -keyout {key} -out {chain}"
        _run(*words.split(), "-addext", "subjectAltName=DNS:localhost")
        key.chmod(0o600)
    return chain, key


class Server:
    """What both have in common."""

    name = ""
    tls = logins = True

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.mail = folder / "mail"
        for path in (folder, self.mail):
            path.mkdir(mode=0o755, exist_ok=True)
        shutil.chown(self.mail, "nobody")

    def start(self, manner: Manner) -> None:
        """Start it, or start it anew with other manners."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop it."""
        raise NotImplementedError

    def taken(self) -> list[bytes]:
        """Every message in a mailbox."""
        return [path.read_bytes() for path in self.mail.glob("**/new/*") if path.is_file()]

    def wait_for(self, count: int, seconds: float = 30.0) -> list[bytes]:
        """The messages, once there are `count` of them and no more come."""
        until = time.monotonic() + seconds
        found = self.taken()
        while time.monotonic() < until and len(found) < count:
            time.sleep(0.2)
            found = self.taken()
        time.sleep(1.0)  # a copy too many would still be on its way
        return self.taken()

    def settle(self) -> None:
        """Wait until no more messages come: a server that is stopped in the middle delivers some of them again."""
        before = -1
        while before != len(self.taken()):
            before = len(self.taken())
            time.sleep(1.5)

    def forget(self) -> None:
        """Empty the mailboxes."""
        for path in self.mail.glob("**/new/*"):
            path.unlink()

    def _listening(self) -> None:
        for _ in range(100):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                    line.recv(100)
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.name} does not listen")


class Postfix(Server):
    """Postfix with a configuration and a queue of its own."""

    name = "postfix"
    _passwords: subprocess.Popen[bytes] | None = None

    @property
    def logins(self) -> bool:  # type: ignore[override]
        """Whether somebody can say who may log in."""
        return shutil.which("dovecot", path="/usr/sbin") is not None

    def start(self, manner: Manner) -> None:
        """Start it, or start it anew with other manners."""
        self.settle()
        self.stop()
        f = self.folder
        for part in ("queue", "data", "etc"):
            (f / part).mkdir(exist_ok=True)
        shutil.chown(f / "data", "postfix")
        grey = f"/^{GREY}/ 450 4.2.0 Greylisted, come again\n" if manner.grey else ""
        (f / "etc/access").write_text(f"/^{BAD}@/ 550 5.1.1 No such mailbox\n{grey}/./ OK\n")
        if manner.login:
            self._start_passwords()
        (f / "etc/main.cf").write_text(self._main(manner))
        kept = Path("/etc/postfix/master.cf").read_text().replace("smtp      inet", f"127.0.0.1:{self.port} inet", 1)
        lines = [line.split() if line[:1].isalnum() else line for line in kept.splitlines()]
        lines = [" ".join([*x[:4], "n", *x[5:]]) if isinstance(x, list) and len(x) > 7 else x for x in lines]
        (f / "etc/master.cf").write_text("\n".join(x if isinstance(x, str) else " ".join(x) for x in lines) + "\n")
        _run("postfix", "-c", str(f / "etc"), "start")
        self._listening()

    def _main(self, manner: Manner) -> str:
        f = self.folder
        chain, key = certificate(f)
        lines = {
            "compatibility_level": "3.6",
            "queue_directory": f / "queue",
            "data_directory": f / "data",
            "maillog_file": f / "log",
            "maillog_file_prefixes": f,
            "myhostname": "localhost",
            "mydestination": "",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "virtual_mailbox_domains": DOMAIN,
            "virtual_mailbox_base": self.mail,
            "virtual_mailbox_maps": "static:all/",
            "virtual_uid_maps": "static:65534",
            "virtual_gid_maps": "static:65534",
            "smtpd_recipient_restrictions": f"check_recipient_access regexp:{f}/etc/access, reject_unauth_destination",
            "message_size_limit": manner.size,
            "mailbox_size_limit": 0,
            "virtual_mailbox_limit": 0,
            "smtpd_tls_cert_file": chain,
            "smtpd_tls_key_file": key,
            "smtpd_tls_security_level": "encrypt" if manner.starttls else "none",
            "smtpd_sasl_auth_enable": "yes" if manner.login else "no",
            "smtpd_sasl_type": "dovecot",
            "smtpd_sasl_path": f / "auth",
            "smtpd_client_restrictions": "permit_sasl_authenticated, reject" if manner.login else "",
            "smtpd_tls_auth_only": "yes",
            "smtpd_helo_required": "yes",
            "smtpd_discard_ehlo_keywords": "8bitmime, smtputf8" if manner.bare else "",
        }
        return "".join(f"{name} = {value}\n" for name, value in lines.items())

    def _start_passwords(self) -> None:
        f = self.folder
        (f / "users").write_text("".join(f"{user}:{password}\n" for user, password in USERS.items()))
        parts = [
            f"base_dir = {f}/dovecot",
            f"log_path = {f}/dovecot.log",
            "protocols =",
            "ssl = no",
            "auth_mechanisms = plain login cram-md5",
            "disable_plaintext_auth = no",
            "auth_username_chars =",
            f"passdb {{\n driver = passwd-file\n args = scheme=PLAIN {f}/users\n}}",
            "userdb {\n driver = static\n args = uid=nobody gid=nogroup home=/tmp\n}",
            f"service auth {{\n unix_listener {f}/auth {{\n mode = 0666\n }}\n}}",
        ]
        (f / "dovecot.conf").write_text("\n".join(parts) + "\n")
        self._passwords = subprocess.Popen(["dovecot", "-F", "-c", str(f / "dovecot.conf")], stdout=subprocess.DEVNULL)
        while not (f / "auth").exists() and self._passwords.poll() is None:
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it."""
        if self._passwords is not None:
            self._passwords.terminate()
            self._passwords.wait(20)
            self._passwords = None
        if (self.folder / "etc/main.cf").exists():
            words = ("postfix", "-c", str(self.folder / "etc"), "stop")
            subprocess.run(words, check=False, capture_output=True)


class OpenSmtpd(Server):
    """OpenSMTPD; its queue lies where the package says."""

    name = "opensmtpd"
    tls = logins = False
    """Debian 12's build gives TLS to no client: its key lives in a process of its own, reached by an engine, and since
    OpenSSL 3 the library asks the engine no more ("missing private key", RSA and EC alike). Logins want TLS here."""
    _child: subprocess.Popen[bytes] | None = None

    def start(self, manner: Manner) -> None:
        """Start it, or start it anew with other manners."""
        self.settle()
        self.stop()
        chain, key = certificate(self.folder)
        tls = " tls-require pki localhost" if manner.starttls else ""
        filters = [f'filter "f1" phase rcpt-to match rcpt-to regex "^<?{BAD}@" reject "550 No such mailbox"']
        if manner.grey:
            filters.append(f'filter "f2" phase rcpt-to match rcpt-to regex "^<?{GREY}" reject "451 Greylisted"')
        names = ", ".join(f'"f{n + 1}"' for n in range(len(filters)))
        text = "\n".join(
            [
                f'pki localhost cert "{chain}"\npki localhost key "{key}"',
                f"smtp max-message-size {manner.size}",
                *filters,
                f"filter all chain {{ {names} }}",
                f"listen on 127.0.0.1 port {self.port}{tls} hostname localhost filter all",
                f'action keep maildir "{self.mail}/%{{rcpt.user}}" virtual {{ "@" = nobody }}',
                f'match from any for domain "{DOMAIN}" action keep',
            ]
        )
        path = self.folder / "smtpd.conf"
        path.write_text(text + "\n")
        path.chmod(0o600)
        log = (self.folder / "log").open("ab")
        self._child = subprocess.Popen(["smtpd", "-d", "-f", str(path)], stdout=log, stderr=log)
        log.close()
        self._listening()

    def stop(self) -> None:
        """Stop it."""
        if self._child is not None:
            self._child.terminate()
            self._child.wait(20)
            self._child = None


def installed(folder: Path) -> Server:
    """The server of this machine. Raises RuntimeError where there is none, or nobody may start it."""
    if os.geteuid() != 0:
        raise RuntimeError("mail servers are started by root")
    for made, program in ((Postfix, "postfix"), (OpenSmtpd, "smtpd")):
        if shutil.which(program, path="/usr/sbin"):
            return made(folder)
    raise RuntimeError("install one: apt-get install postfix, or apt-get install opensmtpd")


def _run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{words[0]}: {done.stderr[-500:]}")
    return done.stdout
