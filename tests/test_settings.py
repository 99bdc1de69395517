"""The crawler's effective settings: polite, bounded, with the risky doors shut."""

from __future__ import annotations

import pytest
from scrapy.settings import Settings

from monitor import settings as project


@pytest.fixture(scope="module")
def effective() -> Settings:
    made = Settings()
    made.setmodule(project, priority="project")
    return made


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REMOTE_CONTROL_ENABLED", False),
        ("TELNETCONSOLE_ENABLED", False),
        ("DOWNLOAD_VERIFY_CERTIFICATES", True),
        ("ROBOTSTXT_OBEY", True),
        ("COOKIES_ENABLED", False),
        ("HTTPCACHE_ENABLED", False),
        ("REFERRER_POLICY", "no-referrer"),
        ("REDIRECT_MAX_TIMES", 5),
        ("TWISTED_DNS_RESOLVER", "monitor.middlewares.guard.GuardedResolver"),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", 1),
    ],
)
def test_value(effective: Settings, name: str, value: object) -> None:
    assert effective[name] == value


def test_limits(effective: Settings) -> None:
    assert effective.getint("DOWNLOAD_MAXSIZE") <= 16 * 2**20
    assert effective.getint("DOWNLOAD_TIMEOUT") <= 30


def test_only_the_web_is_spoken(effective: Settings) -> None:
    handlers = {**effective.getdict("DOWNLOAD_HANDLERS_BASE"), **effective.getdict("DOWNLOAD_HANDLERS")}
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}
