"""Plan and send for a workspace: what a run and `monitor alerts send` do alike, without loading the crawler.

In      a `Workshop`, a clock
Out     the planner's settings with the coverage of now; the result of a sending
"""

from __future__ import annotations

from monitor.alerts import coverage, settings
from monitor.alerts.compose import PlanConfig
from monitor.alerts.outbox import SendResult, send
from monitor.alerts.smtp import settings_of
from monitor.wiring import Workshop
from pipelines.ports import Clock
from pipelines.store.session import session


def plan_config(shop: Workshop) -> PlanConfig:
    """What planning needs, from the settings of the workspace."""
    watched = [one.id for one in shop.outlets.values() if one.enabled]
    with session(shop.engine) as opened:
        return settings.plan_config(shop.config, coverage.read(opened, watched))


def send_queued(shop: Workshop, clock: Clock) -> SendResult:
    """Hand over what is queued; without a mail server the mails wait, and webhooks are posted to."""
    config = shop.config
    smtp = settings_of(config) if config.smtp_host else None
    return send(shop.engine, smtp, clock, promise=config.alerts.promise, allow_addresses=config.allow_addresses)
