"""A real mail server of Debian and its moods: nothing lost, nothing doubled but what was in flight, nothing changed.

usage: python benchmarks/mail.py [--kills 50] [--seed 1] [--only NAME] [--json]   (root; postfix or opensmtpd installed)
Each line is one scenario: what was queued, what arrived, how often the same Message-ID came, the states at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.mail_servers import BAD, DOMAIN, GREY, USERS, Manner, Server, certificate, installed
from monitor.alerts.outbox import LEASE, again, send
from monitor.alerts.planner import plan
from monitor.alerts.smtp import SmtpSettings
from pipelines.store import migrations
from pipelines.store.schema import OutboxRow
from pipelines.store.session import make_engine, session
from tests.alerts.conftest import CONFIG, NOW, World, parse, watch

CHILD = """
import os, signal, smtplib, sys
from datetime import datetime
from monitor.alerts import outbox
from monitor.alerts.smtp import SmtpSettings
from pipelines.store.session import make_engine
url, port, where, turn, at = sys.argv[1:]
left = int(turn)
def die():
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
def hook(owner, name, after):
    real = getattr(owner, name)
    def run(*given, **more):
        if not after:
            die()
        done = real(*given, **more)
        if after:
            die()
        return done
    setattr(owner, name, run)
when, place = where.split()
owner, name = {"claim": (outbox, "_claim"), "mark": (outbox, "_mark"), "mail": (smtplib.SMTP, "mail"),
               "rcpt": (smtplib.SMTP, "rcpt"), "data": (smtplib.SMTP, "data")}[place]
hook(owner, name, when == "after")
now = datetime.fromisoformat(at)
outbox.send(make_engine(url), SmtpSettings("127.0.0.1", int(port), "none", local_name="localhost"), lambda: now)
"""
PLACES = ("before claim", "after claim", "after mail", "after rcpt", "before data", "after data", "after mark")
"""Moments of a sending: pending, sending with more and more of it told, taken and not yet marked, sent."""

TITLES = (
    "Two fighters captured near the river",
    "被俘的两名士兵",
    "أسر مقاتلين قرب النهر",
    "नदी के पास दो लड़ाके पकड़े गए",
    ".\r\n.\r\nBcc: victim@example.com",
    "x" * 3000,
)
LANGUAGES = ("en", "zh", "ar", "hi", "en", "en")


class Bench:
    """One server, and a fresh outbox for each scenario."""

    def __init__(self, server: Server, kills: int, seed: int) -> None:
        self.server, self.kills, self.random = server, kills, random.Random(seed)
        self.engine: Any = None
        self.world: Any = None
        self.url, self.stories = "", 0

    @contextmanager
    def outbox(self) -> Iterator[None]:
        """A database without a message."""
        with tempfile.TemporaryDirectory() as folder:
            self.url = f"sqlite:///{Path(folder) / 'monitor.db'}"
            self.engine = make_engine(self.url)
            migrations.upgrade(self.engine)
            self.server.forget()
            self.world = World(self.engine)
            yield
            self.engine.dispose()

    def queue(self, *boxes: str, stories: int = len(TITLES)) -> int:
        """Plan `stories` story mails for each mailbox; returns how many messages wait."""
        for n in range(self.stories, self.stories + stories):
            language, title = LANGUAGES[n % len(TITLES)], f"{TITLES[n % len(TITLES)]} {n}"
            person = {
                "name": f"Ivan Smil{'abcdefghij'[n % 10] * (n // 10 + 2)}",
                "role": "captive",
                "status": "captured",
            }
            self.world.article(title=title, figures=(person,), language=language)
        self.stories += stories
        to = tuple(f"{box}@{DOMAIN}" for box in boxes)
        plan(self.engine, {"volunteers": watch(to=to)}, {}, NOW, replace(CONFIG, quiet_after=10**6))
        with session(self.engine) as opened:
            return opened.scalar(select(func.count()).select_from(OutboxRow)) or 0

    def smtp(self, **more: Any) -> SmtpSettings:
        """How the server is reached."""
        return SmtpSettings("127.0.0.1", self.server.port, "none", local_name="localhost", timeout_seconds=20)

    def send(self, minutes: float = 0, smtp: SmtpSettings | None = None) -> Any:
        """One sending, so many minutes after the messages were queued."""
        at = NOW + timedelta(minutes=minutes)
        return send(self.engine, smtp or self.smtp(), lambda: at)

    def states(self) -> dict[str, int]:
        """How many messages are in each state."""
        with session(self.engine) as opened:
            query = select(OutboxRow.state, func.count()).group_by(OutboxRow.state)
            return {state: count for state, count in opened.execute(query)}  # noqa: C416 - rows are no tuples to mypy

    def result(self, queued: int, wanted: int, **more: Any) -> dict[str, Any]:
        """What arrived of what was queued, compared with what was meant to."""
        arrived = self.server.wait_for(wanted)
        ids = Counter(str(parse(content)["Message-ID"]) for content in arrived)
        with session(self.engine) as opened:
            made = {row.message_id: bytes(row.message) for row in opened.scalars(select(OutboxRow))}
        changed = sum(not _same(made[id_], content) for content in arrived for id_ in [parse(content)["Message-ID"]])
        return {
            "queued": queued,
            "wanted": wanted,
            "arrived": len(ids),
            "doubled": sum(ids.values()) - len(ids),
            "changed": changed,
            "states": self.states(),
            **more,
        }


def _same(made: bytes, arrived: bytes) -> bool:
    """Whether a mailbox holds our message: our headers and both parts, whatever the server put above them."""
    ours, theirs = parse(made), parse(arrived)
    heads = all(str(ours[name]) == str(theirs[name]) for name in ours)
    bodies = [made.partition(b"\r\n\r\n")[2], arrived.replace(b"\r\n", b"\n").partition(b"\n\n")[2]]
    return heads and bodies[0].replace(b"\r\n", b"\n") == bodies[1]


def all_arrive(bench: Bench) -> dict[str, Any]:
    """Mails of every script, to two readers."""
    queued = bench.queue("one", "two")
    bench.send()
    return bench.result(queued, queued)


def killed(bench: Bench) -> dict[str, Any]:
    """kill -9 at every moment of a sending; then the next run."""
    total = in_flight = 0
    places: Counter[str] = Counter()
    for n in range(bench.kills):
        total = bench.queue("one", stories=4)
        where = PLACES[n % len(PLACES)]
        at = NOW + n * 2 * LEASE
        words = [bench.url, str(bench.server.port), where, str(bench.random.randint(1, 4)), at.isoformat()]
        child = subprocess.run([sys.executable, "-c", CHILD, *words], check=False, timeout=120)
        places[where] += child.returncode == -signal.SIGKILL
        in_flight += bench.states().get("sending", 0)
    bench.send(minutes=(bench.kills + 1) * 20 + 60)
    return bench.result(total, total, kills=places.total(), in_flight=in_flight)


def down_for_a_day(bench: Bench) -> dict[str, Any]:
    """No server for a day of runs every hour, then there is one."""
    queued = bench.queue("one")
    bench.server.settle()
    bench.server.stop()
    problems = {bench.send(60 * hour).problem.split(":")[0] for hour in range(24)}
    bench.server.start(Manner())
    bench.send(24 * 60 + 5)
    return bench.result(queued, queued, said=sorted(problems))


def greylisted(bench: Bench) -> dict[str, Any]:
    """One of two mailboxes is refused for now; later it is not."""
    queued = bench.queue("one", GREY)
    bench.send()
    before = bench.states()
    bench.server.start(Manner(grey=False))
    bench.send(2)
    return bench.result(queued, queued, before=before)


def one_bad_address(bench: Bench) -> dict[str, Any]:
    """A mailbox that does not exist between two that do."""
    queued = bench.queue("one", BAD, "two")
    bench.send()
    return bench.result(queued, queued * 2 // 3)


def too_big(bench: Bench) -> dict[str, Any]:
    """The server takes no mail as long as our longest; when it takes more, `alerts retry` brings it."""
    queued = bench.queue("one")
    with session(bench.engine) as opened:
        lengths = sorted(len(row) for row in opened.scalars(select(OutboxRow.message)))
    bench.server.start(Manner(size=lengths[-1] - 250))
    bench.send()
    before = bench.states()
    bench.server.start(Manner())
    with session(bench.engine) as opened:
        again(opened, None, NOW)
    bench.send(5)
    return bench.result(queued, queued, before=before)


def bare(bench: Bench) -> dict[str, Any]:
    """Neither 8BITMIME nor SMTPUTF8."""
    bench.server.start(Manner(bare=True))
    queued = bench.queue("one")
    bench.send()
    return bench.result(queued, queued)


def starttls_required(bench: Bench) -> dict[str, Any]:
    """STARTTLS is required: set up without it the mails wait, with it they arrive."""
    bench.server.start(Manner(starttls=True))
    queued = bench.queue("one")
    refused = bench.send().problem
    before = bench.states()
    os.environ["SSL_CERT_FILE"] = str(certificate(bench.server.folder)[0])
    then = bench.send(5, replace(bench.smtp(), host="localhost", security="starttls")).problem
    return bench.result(queued, queued if bench.server.tls else 0, before=before, said=refused, then=then)


def login_required(bench: Bench) -> dict[str, Any]:
    """A login over STARTTLS is required: without it, and with a wrong one, the mails wait; with it they arrive."""
    bench.server.start(Manner(starttls=True, login=bench.server.logins))
    queued = bench.queue("one")
    os.environ["SSL_CERT_FILE"] = str(certificate(bench.server.folder)[0])
    line = replace(bench.smtp(), host="localhost", security="starttls")
    said = [bench.send(0, line).problem, bench.send(60, replace(line, user="desk", password="wrong")).problem]
    before = bench.states()
    more = 0
    for hours, (user, password) in enumerate(USERS.items(), 3):
        said.append(bench.send(60 * hours, replace(line, user=user, password=password)).problem)
        more = bench.queue("one", stories=1)
    bench.send(60 * 9, replace(line, user=user, password=password))
    return bench.result(more, more if bench.server.logins else 0, before=before, first=queued, said=said)


SCENARIOS: dict[str, Callable[[Bench], dict[str, Any]]] = {
    one.__name__: one
    for one in (
        all_arrive,
        killed,
        down_for_a_day,
        greylisted,
        one_bad_address,
        too_big,
        bare,
        starttls_required,
        login_required,
    )
}


def main() -> None:
    """Run and print; exit code 1 when something was lost, changed, or doubled more often than killed in flight."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=SCENARIOS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    bad = False
    with tempfile.TemporaryDirectory(prefix="monitor-mail-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        bench = Bench(installed(folder), given.kills, given.seed)
        try:
            for name, scenario in SCENARIOS.items():
                if given.only in (None, name):
                    bench.server.start(Manner())
                    with bench.outbox():
                        found = scenario(bench)
                    bad |= found["arrived"] != found["wanted"] or bool(found["changed"])
                    bad |= found["doubled"] > found.get("in_flight", 0)
                    print(json.dumps({name: found}) if given.json else f"{name:18} {found}", flush=True)
        finally:
            bench.server.stop()
    sys.exit(bad)


if __name__ == "__main__":
    main()
