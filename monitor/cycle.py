"""One `monitor run`: crawl what is due, plan what is to be told, send it. Cron and the demo run exactly this code.

Out     `CycleResult` with an exit code: 0 ok, 1 something needs a person, 2 a declaration is broken (the rest went on)
Raises  `Locked` when another run is at work; database errors as they are
Order   reap what died, crawl, judge the outlets' health, plan, health mail, send, note what it took
Limits  a mail server that is down is no failed run, its mails wait visibly; after hours of it one run a day has failed
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from monitor import disk, health, health_mail, health_store, name_index, signals
from monitor.alerts.outbox import SendResult
from monitor.alerts.planner import Planned, plan
from monitor.alerts.sending import plan_config, send_queued
from monitor.labels import plural
from monitor.lenient import WATCH_FAULTS, broken_since, events_of_missing
from monitor.run_lock import run_lock
from monitor.runner import RunResult, run_spider
from monitor.spiders.holder import dead_among, new_holder
from monitor.wiring import Workshop, utc_now
from pipelines.ports import Clock
from pipelines.store.batch import writing
from pipelines.store.schema import RunRow
from pipelines.store.session import session

HEARTBEAT_DEAD = timedelta(minutes=5)
STUCK = timedelta(hours=6)
"""A mail server that takes nothing for so long needs a person: told once a day."""
STUCK_WORDS = "no mail has gone out for hours"


@dataclass(frozen=True, slots=True)
class CycleResult:
    """What one run did. `problems` need a person, `notes` do not, `faults` are broken files, `told` alarms."""

    crawl: RunResult
    planned: Planned
    sent: SendResult
    problems: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
    faults: tuple[str, ...] = field(default=())
    told: tuple[health.Told, ...] = field(default=())

    @property
    def exit_code(self) -> int:
        """0 ok, 1 something needs a person, 2 a file of the workspace is broken."""
        if self.faults:
            return 2
        return 1 if self.problems or self.crawl.exit_code or health.alarms(self.told) else 0

    def counts(self) -> str:
        """The run in numbers: no address, no outlet's name."""
        mails = f"{plural(self.planned.messages, 'mail')} queued, {self.sent.sent} sent"
        mails += f", {self.sent.waiting} waiting" if self.sent.waiting else ""
        return f"{self.crawl.line()}; {mails}"

    def line(self) -> str:
        """The run in one line, what needs a look behind it."""
        return "; ".join([self.counts(), *self.problems, *self.notes])

    def lines(self) -> tuple[str, ...]:
        """The run in one line, then one for each alarm and broken file."""
        return (self.line(), *self.faults, *(one.line() for one in self.told))


def run_cycle(
    shop: Workshop,
    outlets: tuple[str, ...] = (),
    clock: Clock = utc_now,
    faults: tuple[str, ...] = (),
    *,
    watches_broken: bool = False,
    locked: bool = False,
) -> CycleResult:
    """Run once, alone. One call a process: the crawler's reactor starts only once.

    `faults` are files that could not be read, named in the result; `watches_broken`: a watch is among them;
    `locked`: the caller holds the lock already.
    """
    with nullcontext() if locked else run_lock(shop.engine, shop.config.workspace):
        return _run(shop, outlets, clock, faults, watches_broken)


def _run(
    shop: Workshop,
    outlets: tuple[str, ...],
    clock: Clock,
    faults: tuple[str, ...],
    watches_broken: bool,
) -> CycleResult:
    notes = list(reap(shop.engine, clock()))
    if not watches_broken:
        notes += _catch_up(shop, clock())
    problems: list[str] = []
    crawled = _crawl(shop, outlets, problems)
    name_index.bring_up_to_date(shop.engine)
    planned = Planned()
    waiting = events_of_missing(shop.engine, shop.watches) if watches_broken else 0
    if waiting:
        problems.append(f"planning waits: {waiting} alerts belong to a watch whose file is broken")
    else:
        planned = plan(shop.engine, shop.watches, shop.outlets, clock(), plan_config(shop))
        problems += planned.problems
    told = _look_after(shop, [*problems, *faults], clock())
    sent = _send(shop, clock, problems, notes)
    result = CycleResult(crawled, planned, sent, tuple(problems), tuple(notes), faults, told)
    _note(shop, result, watches_broken, clock())
    return result


def _send(shop: Workshop, clock: Clock, problems: list[str], notes: list[str]) -> SendResult:
    """Hand over what is queued. What failed for good needs a person; what waits does not."""
    sent = send_queued(shop, clock)
    if sent.failed:
        problems.append(f"{plural(sent.failed, 'mail')} failed for good: monitor alerts log")
        with writing(shop.engine) as opened:  # it goes out with the next run
            health_mail.queue(opened, shop.config.owner, (), problems[-1:], clock(), plan_config(shop))
    if sent.unknown:
        notes.append(f"nobody knows whether {plural(sent.unknown, 'mail')} arrived: monitor alerts log")
    if sent.problem:
        words = f"the mail server did not take mails, they wait: {sent.problem}"
        long = sent.longest >= STUCK and not _said_today(shop.engine, STUCK_WORDS, clock())
        (problems if long else notes).append(f"{STUCK_WORDS}: {words}" if long else words)
    return sent


def _said_today(engine: Engine, words: str, now: datetime) -> bool:
    """Whether a run of the last 24 hours said `words` already."""
    recent = RunRow.started_at.between(now - timedelta(hours=24), now)
    with session(engine) as opened:
        summaries = opened.scalars(select(RunRow.summary).where(recent)).all()
    return any(words in line for summary in summaries for line in (summary or {}).get("problems", ()))


def _crawl(shop: Workshop, outlets: tuple[str, ...], problems: list[str]) -> RunResult:
    free = disk.free_mb(shop.config)
    if free < shop.config.min_free_mb:
        needed = f"only {free} MB of disk are free, {shop.config.min_free_mb} MB are needed (min_free_mb)"
        problems.append(f"{needed}: nothing was crawled")
        return RunResult(0)
    arguments = {"outlets": ",".join(outlets)} if outlets else {"outlets": "", "due": "1"}
    with signals.kept():  # Scrapy's own handlers would swallow a SIGTERM for the rest of the run
        crawled = run_spider(shop, "watch", arguments)
    if crawled.exit_code:
        problems.append("the crawl was broken off or could not write: its pages wait for the next run")
    return crawled


def _look_after(shop: Workshop, problems: list[str], now: datetime) -> tuple[health.Told, ...]:
    """Judge the outlets and queue the owner's mail, in one transaction: no alarm is marked as told without its mail."""
    settings = plan_config(shop)
    with writing(shop.engine) as opened:
        told = health_store.check(opened, shop.outlets, now)
        health_mail.queue(opened, shop.config.owner, told, problems, now, settings)
    return told


def reap(engine: Engine, now: datetime) -> tuple[str, ...]:
    """Close the rows of runs that died: on this host those whose process is gone, elsewhere those without heartbeat."""
    me = new_holder()
    with writing(engine) as opened:
        dead = []
        for row in opened.scalars(select(RunRow).where(RunRow.finished_at.is_(None), RunRow.exit_code.is_(None))):
            holder = f"{row.host}:{row.pid}:then"
            if dead_among([holder], me) or now - row.heartbeat_at > HEARTBEAT_DEAD:
                # no end is noted: it had none, and "the last complete run" must not mean it
                row.exit_code, row.summary = 1, {**row.summary, "broken_off": True}
                dead.append(row.id)
    return (f"{len(dead)} earlier runs had been broken off; their work was taken up",) if dead else ()


def _catch_up(shop: Workshop, now: datetime) -> tuple[str, ...]:
    """After a broken watch file is mended: match what was read without that watch, as news."""
    since = broken_since(shop.engine)
    if since is None:
        return ()
    from monitor.rematch import rematch_all  # the whole analysis: only after such a mend

    done = rematch_all(shop, None, now, alert=True, since=since)
    read = plural(done.articles, "article")
    return (f"a watch is whole again: {read} read since {since:%Y-%m-%d %H:%M} UTC matched anew",)


def _note(shop: Workshop, result: CycleResult, watches_broken: bool, now: datetime) -> None:
    """Write into the run's row what happened after the crawl."""
    more: dict[str, Any] = {
        "mails": {"queued": result.planned.messages, "sent": result.sent.sent, "waiting": result.sent.waiting},
        "bytes": disk.used(shop.config, shop.engine),
        WATCH_FAULTS: watches_broken,
        "problems": [*result.problems, *result.notes],
        "faults": list(result.faults),
    }
    with writing(shop.engine) as opened:
        row = opened.get(RunRow, result.crawl.run_id)
        if row is not None:
            row.summary, row.exit_code, row.heartbeat_at = {**row.summary, **more}, result.exit_code, now
            row.finished_at = now
