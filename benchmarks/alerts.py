"""Measure alerts: mails a second through a real local server, a digest of many matches, peak memory.

usage: python benchmarks/alerts.py [--mails 1000] [--matches 1000] [--json]
The mail server runs in its own process. All texts are invented. The store is SQLite in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import smtplib
import socket
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import select, update

from monitor.alerts.outbox import send
from monitor.alerts.planner import plan
from monitor.alerts.smtp import SmtpSettings
from pipelines.store import migrations
from pipelines.store.schema import OutboxRow
from pipelines.store.session import make_engine, session
from tests.alerts.conftest import CONFIG, NOW, World, watch


class Sink:
    """Takes every message and forgets it."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return "250 taken"


def serve(port: int) -> None:
    """Run the mail server until the process is ended."""
    Controller(Sink(), hostname="127.0.0.1", port=port).start()
    time.sleep(3600)


def peak_mb() -> float:
    """Peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def spelt(number: int) -> str:
    """A name of its own for each number: names that sound alike would be one person, and their reports one story."""
    syllables = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
    chosen = random.Random(number).sample(syllables, 7)
    return f"{''.join(chosen[:3])} {''.join(chosen[3:])}".title()


def fill(engine: Any, matches: int) -> None:
    """Write `matches` articles, each a story of its own."""
    world = World(engine)
    for n in range(matches):
        person = {"name": spelt(n), "role": "captive", "status": "captured", "nationality": "XA"}
        count = {"low": n, "status": "captured", "nationality": "XA"}
        told = f"{person['name']} captured near {spelt(10**6 + n)}"  # the same words would be the same story, too
        world.article(title=told, quote=f"{told}.", figures=(person,), counts=(count,))


def digest(folder: Path, matches: int) -> dict[str, float]:
    """Plan `matches` at once for one recipient: the flood's single digest."""
    engine = make_engine(f"sqlite:///{folder / 'digest.db'}")
    migrations.upgrade(engine)
    fill(engine, matches)
    watches = {"volunteers": watch(rate="daily")}
    start = time.perf_counter()
    plan(engine, watches, {}, NOW, CONFIG)
    planned, worked = time.perf_counter(), time.process_time()
    plan(engine, watches, {}, NOW + timedelta(days=1), CONFIG)
    rendered, worked = time.perf_counter(), time.process_time() - worked
    with session(engine) as opened:
        (row,) = opened.scalars(select(OutboxRow))
    return {
        "matches": matches,
        "facts_seconds": planned - start,
        "digest_seconds": rendered - planned,
        "digest_cpu_seconds": worked,
        "digest_kb": len(row.message) / 1024,
    }


def stories(folder: Path, mails: int) -> dict[str, float]:
    """Make `mails` story mails, then send them through the local server; smtplib alone beside it."""
    engine = make_engine(f"sqlite:///{folder / 'mails.db'}")
    migrations.upgrade(engine)
    fill(engine, mails)
    start = time.perf_counter()
    plan(engine, {"volunteers": watch()}, {}, NOW, replace(CONFIG, quiet_after=10**6))
    made = time.perf_counter() - start
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(port,), daemon=True)
    server.start()
    _wait(port)
    before = peak_mb()
    start, worked = time.perf_counter(), time.process_time()
    result = send(engine, SmtpSettings("127.0.0.1", port, "none", local_name="localhost"), lambda: NOW)
    sent, worked = time.perf_counter() - start, time.process_time() - worked
    bare = _bare(engine, port)
    server.terminate()
    server.join()
    return {
        "mails": result.sent,
        "made_per_second": mails / made,
        "sent_per_second": result.sent / sent,
        "sent_per_cpu_second": result.sent / worked,
        "bare_smtplib_per_second": bare,
        "peak_mb_before_sending": before,
        "peak_mb": peak_mb(),
    }


def _bare(engine: Any, port: int) -> float:
    with session(engine) as opened:
        contents = list(opened.scalars(select(OutboxRow.message)))
        opened.execute(update(OutboxRow).values(state="pending"))
    start = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as client:
        for content in contents:
            client.sendmail("bounce@example.org", ["reader@example.net"], content)
    return len(contents) / (time.perf_counter() - start)


def _wait(port: int) -> None:
    for _ in range(900):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the mail server did not start")


def main() -> None:
    """Run both and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--matches", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = stories(Path(folder), arguments.mails) | digest(Path(folder), arguments.matches)
    if arguments.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name:28} {value:10.1f}" for name, value in found.items()))


if __name__ == "__main__":
    main()
