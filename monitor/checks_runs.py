"""What `monitor doctor` looks at of runs: the clock they go by, whether cron starts them, how the feeds answer.

Out     `Check`s; a database that is missing or old is another check's, and leaves these with a note
Limits  nothing is asked of the network, and nothing is changed
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor import cron
from monitor.checks_base import Check
from monitor.config import Config
from pipelines.store.feeds import is_frozen
from pipelines.store.migrations import require_current
from pipelines.store.schema import FeedStateRow, RunRow
from pipelines.store.session import DatabaseProblem, make_engine, session

SLACK = timedelta(minutes=5)
"""Two machines that share a database may differ by so much."""
SHOWN = 3
_BAD = ("dead", "failing", "blocked", "empty", "frozen")


def clock(config: Config) -> Check:
    """A clock that lags behind what the database has seen, or that nobody sets, spoils every time that is stored."""
    now = datetime.now(UTC)
    try:
        seen = _newest_run(config)
    except DatabaseProblem:
        seen = None
    if seen is not None and seen - now > SLACK:
        return Check(
            "clock", "wrong", f"it shows {now:%Y-%m-%d %H:%M} UTC, but a run began at {seen:%Y-%m-%d %H:%M}: set it"
        )
    if _kept_in_time() is False:
        return Check("clock", "note", f"{now:%Y-%m-%d %H:%M} UTC; no time server keeps it (timedatectl set-ntp true)")
    return Check("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")


def _newest_run(config: Config) -> datetime | None:
    with _opened(config) as opened:
        found: datetime | None = opened.scalar(select(func.max(RunRow.heartbeat_at)))
    return found


def _opened(config: Config) -> AbstractContextManager[Session]:
    engine = make_engine(config.database, read_only=True)
    require_current(engine)
    return session(engine)


def _kept_in_time() -> bool | None:
    """Whether a time server sets the clock; None where the system does not say."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    words = [program, "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603 - fixed words
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())


def schedule(config: Config) -> Check:
    """Whether runs are started by cron, or by a timer, and come as they should."""
    try:
        table = cron.read()
    except cron.CronProblem as problem:
        return Check("cron", "note", f"{problem}; runs come when somebody starts them")
    pause = cron.period(table, cron.Schedule(config.workspace.absolute(), socket.gethostname()).id)
    if pause is None:
        return Check(
            "cron", "note", "this workspace has no entry: nobody starts runs by the clock (`monitor cron install`)"
        )
    settings = config.workspace / "monitor.toml"
    since = datetime.fromtimestamp(settings.stat().st_mtime, UTC) if settings.is_file() else None
    try:
        state = cron.judge(pause, last_end(config), since, datetime.now(UTC))
    except DatabaseProblem:
        return Check("cron", "note", "installed; the database does not say when the last run was")
    if state.well and not _daemon():
        return Check("cron", "wrong", f"{state.words}; but no cron runs on this machine (Debian: service cron start)")
    return Check("cron", "ok" if state.well else "wrong", state.words)


def last_end(config: Config) -> datetime | None:
    """When the last crawl ended. Raises DatabaseProblem."""
    newest = select(RunRow.finished_at).where(RunRow.kind == "watch", RunRow.finished_at.is_not(None))
    with _opened(config) as opened:
        found: datetime | None = opened.scalar(newest.order_by(RunRow.finished_at.desc()).limit(1))
    return found


def _daemon() -> bool:
    """Whether a cron is alive; where processes cannot be seen, it is believed to be."""
    names = Path("/proc").glob("[0-9]*/comm")
    try:
        seen = {path.read_text().strip() for path in names if path.parent.exists()}
    except OSError:
        return True
    return not seen or bool(seen & {"cron", "crond", "fcron", "bcron-sched", "dcron", "cronie", "anacron", "busybox"})


def feeds(config: Config) -> Check:
    """How the feeds answered when they were last asked, the worst by name."""
    now = datetime.now(UTC)
    try:
        with _opened(config) as opened:
            rows = opened.scalars(select(FeedStateRow).where(FeedStateRow.verdict.is_not(None))).all()
    except DatabaseProblem:
        return Check("feeds", "note", "not known without a database")
    if not rows:
        return Check("feeds", "note", "none was asked yet (`monitor outlets check`)")
    said = [(row, "frozen" if is_frozen(row, now) else str(row.verdict)) for row in rows]
    numbers = Counter(word for _, word in said)
    told = ", ".join(f"{number} {word}" for word, number in numbers.most_common())
    worst = sorted((row for row in said if row[1] in _BAD), key=lambda one: _BAD.index(one[1]))
    if not worst:
        return Check("feeds", "ok", told)
    named = _named([f"{row.outlet_id} {word} ({row.url})" for row, word in worst])
    well = numbers["working"] + numbers["moved"]
    return Check("feeds", "note" if well else "wrong", f"{told}: {named}; `monitor outlets check` asks again")


def _named(all_of: Sequence[str]) -> str:
    more = len(all_of) - SHOWN
    return ", ".join(all_of[:SHOWN]) + (f" and {more} more" if more > 0 else "")
