"""One `monitor run`: crawl, plan what is to be told, send it. Exactly this code runs from cron and in the demo.

Out     `CycleResult` with an exit code: 0 ok, 1 something needs a person
Raises  `Locked` when another run is at work; declaration and database errors as they are
Limits  a mail server that is down is no failed run: its mails wait in the outbox, visibly
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.alerts import coverage
from monitor.alerts.compose import PlanConfig
from monitor.alerts.outbox import SendResult, send
from monitor.alerts.planner import Planned, plan
from monitor.alerts.smtp import SmtpSettings
from monitor.config import Config
from monitor.overview import note_health
from monitor.protection import workspace_secret
from monitor.runner import RunResult, run_lock, run_spider
from monitor.wiring import Workshop, utc_now
from pipelines.ports import Clock
from pipelines.store.session import session

SECURITY: dict[str, Literal["none", "starttls", "tls"]] = {"none": "none", "starttls": "starttls", "tls": "tls"}


@dataclass(frozen=True, slots=True)
class CycleResult:
    """What one run did."""

    crawl: RunResult
    planned: Planned
    sent: SendResult
    problems: tuple[str, ...] = field(default=())

    @property
    def exit_code(self) -> int:
        """0 ok, 1 something needs a person."""
        return 1 if self.problems or self.crawl.exit_code else 0

    def line(self) -> str:
        """The run in one line, problems behind it."""
        mails = f"{self.planned.messages} mails queued, {self.sent.sent} sent"
        mails += f", {self.sent.waiting} waiting" if self.sent.waiting else ""
        return "; ".join([self.crawl.line(), mails, *self.problems])


def run_cycle(shop: Workshop, outlets: tuple[str, ...] = (), clock: Clock = utc_now) -> CycleResult:
    """Run once, alone. One call a process: the crawler's reactor starts only once."""
    with run_lock(shop.engine, shop.config.workspace):
        problems = list(_room(shop.config))
        if problems:
            return CycleResult(RunResult(0, finished="no room"), Planned(), SendResult(), tuple(problems))
        crawled = run_spider(shop, "watch", {"outlets": ",".join(outlets)})
        with session(shop.engine) as opened:
            note_health(opened, shop.outlets, clock())
        planned = plan(shop.engine, shop.watches, shop.outlets, clock(), plan_config(shop))
        problems += planned.problems
        sent = send_queued(shop, clock)
        if sent.failed:
            problems.append(f"{sent.failed} mails failed for good: monitor alerts log")
        if sent.problem:
            problems.append(f"mail: {sent.problem}")
        return CycleResult(crawled, planned, sent, tuple(problems))


def _room(config: Config) -> tuple[str, ...]:
    free = shutil.disk_usage(config.workspace).free // 1_000_000
    if free < config.min_free_mb:
        return (
            f"only {free} MB of disk are free, {config.min_free_mb} MB are needed (min_free_mb): nothing was crawled",
        )
    return ()


def plan_config(shop: Workshop) -> PlanConfig:
    """What planning needs, from the settings of the workspace."""
    config = shop.config
    watched = [one.id for one in shop.outlets.values() if one.enabled]
    with session(shop.engine) as opened:
        state = coverage.read(opened, watched)
    return PlanConfig(
        sender=config.mail_from or "monitor@localhost",
        bounce=config.bounce_address or parseaddr(config.mail_from)[1],
        zone=ZoneInfo(config.time_zone),
        public_url=config.public_url,
        secret=workspace_secret(config.workspace),
        coverage=state,
    )


def send_queued(shop: Workshop, clock: Clock) -> SendResult:
    """Hand over what is queued; without a mail server everything waits."""
    config = shop.config
    if not config.smtp_host:
        return SendResult()
    return send(shop.engine, smtp_settings(config), clock)


def smtp_settings(config: Config) -> SmtpSettings:
    """The mail server of the settings."""
    return SmtpSettings(
        host=config.smtp_host,
        port=config.smtp_port,
        security=SECURITY[config.smtp_security],
        user=config.smtp_user,
        password=config.smtp_password,
    )
