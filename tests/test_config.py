"""Settings: one reader, clear refusals, secrets masked, all of them in the docs."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from monitor.config import Alerts, Config, ConfigError, load

ROOT = Path(__file__).resolve().parents[1]


def test_file_then_environment_then_secret_file(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text('contact = "a@example.org"\nworkers = 2\n', encoding="utf-8")
    secret = tmp_path / "secret"
    secret.write_text("hush\n", encoding="utf-8")
    environ = {"MONITOR_WORKERS": "3", "MONITOR_SMTP_PASSWORD_FILE": str(secret), "DATABASE_URL": "postgresql://x/y"}
    config = load(tmp_path, environ)
    assert (config.contact, config.workers, config.smtp_password) == ("a@example.org", 3, "hush")
    assert config.database == "postgresql://x/y"
    assert "hush" not in str(config.masked())


def test_the_default_database_lies_in_the_workspace(tmp_path: Path) -> None:
    assert load(tmp_path, {}).database == f"sqlite:///{tmp_path}/monitor.db"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('contcat = "x"', r'monitor\.toml: unknown key "contcat"; did you mean "contact"'),
        ('workers = "many"', r"monitor\.toml: workers: 'many' is not a whole number"),
        ('smtp_security = "ssl"', r'smtp_security: "ssl" is not one of starttls, tls, none'),
        ('time_zone = "Kyiv"', r'time_zone: "Kyiv" is no zone name'),
        ('public_url = "example.org"', r"public_url: .* starts with https"),
        ("concurrency = 0", r"concurrency: 0 is too small"),
        ("contact = ", r"monitor\.toml: not TOML"),
        ("[alerts]\nflod_after = 3", r'monitor\.toml: alerts: unknown key "flod_after"; did you mean "flood_after"'),
        ("[alerts]\nflood_after = 0", r"alerts\.flood_after: 0 is too small"),
        ("[alerts]\nno_news = 1", r"monitor\.toml: alerts: no_news: 1 is not true or false"),
        ('[alerts]\npromise = "at_least"', r'promise: "at_least" is not one of .*did you mean "at_least_once"'),
        ("alerts = 3", r"monitor\.toml: alerts: 3 is not a table"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "monitor.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=words):
        load(tmp_path, {})


def test_a_missing_secret_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"MONITOR_SMTP_PASSWORD_FILE: .*nowhere"):
        load(tmp_path, {"MONITOR_SMTP_PASSWORD_FILE": "/nowhere"})


def test_a_table_of_settings_from_file_and_environment(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text("[alerts]\nflood_after = 3\nno_news = true\n", encoding="utf-8")
    found = load(tmp_path, {"MONITOR_ALERTS": 'flood_minutes = 5, promise = "at_most_once"'}).alerts
    assert found == Alerts(flood_after=3, flood_minutes=5, no_news=True, promise="at_most_once")
    with pytest.raises(ConfigError, match=r"MONITOR_.*alerts: .* is not a table"):
        load(tmp_path, {"MONITOR_ALERTS": "flood_minutes ="})


def test_few_settings_and_all_in_the_docs() -> None:
    names = [f.name for f in fields(Config)]
    assert len(names) < 25
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    names += [f.name for f in fields(Alerts)]
    missing = [name for name in names if f"`{name}`" not in documented]
    assert missing == []
