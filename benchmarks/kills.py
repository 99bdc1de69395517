"""Kill the sender again and again at random moments: what is lost, what is doubled, and with which Message-ID.

usage: python benchmarks/kills.py [--kills 50] [--mails 40] [--seed 1] [--json]
Every sender is a process of its own, killed with SIGKILL after a random time; the mail server keeps what it took.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import func, select

from monitor.alerts.outbox import LEASE, send
from monitor.alerts.smtp import SmtpSettings
from pipelines.store import migrations
from pipelines.store.schema import OutboxRow
from pipelines.store.session import make_engine, session
from tests.alerts.conftest import NOW, Inbox

CHILD = """
import sys
from datetime import datetime
from monitor.alerts.outbox import send
from monitor.alerts.smtp import SmtpSettings
from pipelines.store.session import make_engine
at = datetime.fromisoformat(sys.argv[3])
print("ready", flush=True)
send(make_engine(sys.argv[1]), SmtpSettings("127.0.0.1", int(sys.argv[2]), "none", local_name="localhost"), lambda: at)
"""


class Slow(Inbox):
    """Takes its time, so that a kill meets every state."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(0.004)
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.004)
        return answer


def queue(engine: Any, start: int, count: int) -> None:
    """Queue `count` numbered messages."""
    with session(engine) as opened:
        for n in range(start, start + count):
            opened.add(
                OutboxRow(
                    dedupe=str(n),
                    kind="story",
                    recipient="reader@example.net",
                    message_id=f"<alert.{n}@example.org>",
                    sender="bounce@example.org",
                    message=f"Message-ID: <alert.{n}@example.org>\r\n\r\nText\r\n".encode(),
                    created_at=NOW,
                    next_try_at=NOW,
                )
            )


def run(kills: int, mails: int, seed: int) -> dict[str, Any]:
    """Kill `kills` senders; the last one may finish."""
    rng = random.Random(seed)
    inbox = Slow()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    states: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'monitor.db'}"
        engine = make_engine(url)
        migrations.upgrade(engine)
        for n in range(kills):
            queue(engine, n * mails, mails)
            _kill(url, port, NOW + n * 2 * LEASE, rng.uniform(0.0, 0.012 * mails))
            with session(engine) as opened:
                states += Counter(opened.scalars(select(OutboxRow.state).where(OutboxRow.state == "sending")))
        last = NOW + (kills + 1) * 2 * LEASE + timedelta(hours=1)
        send(engine, SmtpSettings("127.0.0.1", port, "none", local_name="localhost"), lambda: last)
        with session(engine) as opened:
            by_state = dict(opened.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state)).all())
        engine.dispose()
    controller.stop()
    taken = Counter(str(mail["Message-ID"]) for mail in inbox.mails)
    return {
        "kills": kills,
        "messages": kills * mails,
        "killed_in_flight": states["sending"],
        "lost": kills * mails - len(taken),
        "doubled": sum(count - 1 for count in taken.values()),
        "most_copies_of_one": max(taken.values()),
        "states": by_state,
    }


def _kill(url: str, port: int, at: Any, after: float) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(port), at.isoformat()],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(after)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()


def main() -> None:
    """Run and print; exit code 1 when something was lost, or doubled more often than killed in flight."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--mails", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = run(arguments.kills, arguments.mails, arguments.seed)
    if arguments.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name:20} {value}" for name, value in found.items()))
    sys.exit(1 if found["lost"] or found["doubled"] > found["killed_in_flight"] else 0)


if __name__ == "__main__":
    main()
