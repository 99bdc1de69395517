"""What planning needs, from the settings of a workspace."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from monitor.alerts.compose import PlanConfig
from monitor.alerts.coverage import Coverage
from monitor.config import Config
from monitor.protection import workspace_secret


def plan_config(config: Config, coverage: Coverage | None = None) -> PlanConfig:
    """The settings of the planner; `coverage` stands at the end of every digest."""
    return PlanConfig(
        sender=config.mail_from or "monitor@localhost",
        bounce=config.bounce_address or parseaddr(config.mail_from)[1],
        zone=ZoneInfo(config.time_zone),
        public_url=config.public_url,
        secret=workspace_secret(config.workspace),
        quiet_after=config.alerts.flood_after,
        flood_window=timedelta(minutes=config.alerts.flood_minutes),
        digest_stories=config.alerts.digest_stories,
        say_no_news=config.alerts.no_news,
        coverage=coverage,
    )
