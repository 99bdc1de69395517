"""The one reader of settings: `monitor.toml` in the workspace, then `MONITOR_*` from the environment.

Out     a frozen `Config`; fewer than 25 settings, each described in `SETTINGS` (the docs are made from there)
Secrets may come from a file: `MONITOR_SMTP_PASSWORD_FILE=/run/secrets/smtp`
Raises  `ConfigError` naming file, key and the nearest valid word
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FILE_NAME = "monitor.toml"
T = TypeVar("T", "Config", "Alerts")


class ConfigError(ValueError):
    """A setting is wrong; the text names the place and the mend."""


def _setting(default: Any, about: str, *, secret: bool = False, choices: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"about": about, "secret": secret, "choices": choices})


@dataclass(frozen=True, slots=True)
class Alerts:
    """How alerts are paced: the table `[alerts]` of `monitor.toml`, or MONITOR_ALERTS="flood_after = 5, …"."""

    flood_after: int = _setting(10, "Story mails that one recipient gets within flood_minutes; then comes a digest")
    flood_minutes: int = _setting(60, "The window of flood_after, and the pause between two digests of a flood")
    digest_stories: int = _setting(25, "Stories that a digest shows in full; the others have a line each")
    no_news: bool = _setting(False, "Whether a daily or weekly digest comes when there is no news, with the coverage")
    promise: str = _setting(
        "at_least_once",
        "When nobody knows whether a mail arrived: try once more, or leave it to a person",
        choices=("at_least_once", "at_most_once"),
    )

    def __str__(self) -> str:
        return ", ".join(f"{f.name} = {getattr(self, f.name)}" for f in fields(self))


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, with its default. `workspace` is where everything lies that belongs to one installation."""

    workspace: Path = _setting(Path(), "Folder with monitor.toml, outlets/, watchlists/, the database and evidence")
    database_url: str = _setting("", "SQLAlchemy address; empty = sqlite file monitor.db in the workspace", secret=True)
    contact: str = _setting("", "Mail or web address of the operator, sent in the user agent of every request")
    smtp_host: str = _setting("", "Mail server; empty = alerts are queued but not sent")
    smtp_port: int = _setting(587, "Port of the mail server")
    smtp_security: str = _setting("starttls", "How the line is secured", choices=("starttls", "tls", "none"))
    smtp_user: str = _setting("", "Login at the mail server; empty = none")
    smtp_password: str = _setting("", "Password at the mail server", secret=True)
    mail_from: str = _setting("", "Sender of the mails, for example Monitor <monitor@example.org>")
    bounce_address: str = _setting("", "Envelope sender; empty = the address in mail_from")
    owner: str = _setting("", "Who gets health mails: alarms about the monitor itself")
    public_url: str = _setting("", "Address under which `monitor serve` is reached by recipients; empty = none")
    time_zone: str = _setting("UTC", "Zone of the recipients, for the hour of digests (IANA name)")
    alerts: Alerts = _setting(Alerts(), "How alerts are paced: flood, digest, no news (a table of its own)")
    heartbeat_url: str = _setting("", "Pinged at start, success and failure of a run; empty = none", secret=True)
    workers: int = _setting(
        0, "Reading processes; 0 = one less than the cores; -1 = none, pages are read inside the crawl"
    )
    delay_seconds: float = _setting(1.0, "Least pause between two requests to one host")
    concurrency: int = _setting(16, "Requests under way at once, over all hosts")
    pages_per_run: int = _setting(200, "Most article pages of one outlet in one run; the rest waits for the next")
    keep_days: int = _setting(365, "How long the text of pages off topic is kept for later rules")
    min_free_mb: int = _setting(200, "A run stops cleanly when less disk is free")
    chromium: str = _setting("", "Path of a Chromium for outlets that need a browser; empty = looked for")
    allow_addresses: tuple[str, ...] = _setting((), "host:port that may be fetched although not public (tests, demo)")
    log_level: str = _setting("WARNING", "What is logged", choices=("DEBUG", "INFO", "WARNING", "ERROR"))

    @property
    def database(self) -> str:
        """The database's address, the default filled in."""
        return self.database_url or f"sqlite:///{self.workspace / 'monitor.db'}"

    def masked(self) -> dict[str, object]:
        """Name and value of every setting, secrets as dots."""
        return {
            f.name: "•••" if f.metadata["secret"] and getattr(self, f.name) else getattr(self, f.name)
            for f in fields(self)
        }


def load(workspace: Path | str | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings of a workspace (default: MONITOR_WORKSPACE, else the current folder)."""
    environ = os.environ if environ is None else environ
    folder = Path(workspace or environ.get("MONITOR_WORKSPACE") or ".").expanduser().absolute()
    config = Config(workspace=folder)
    path = folder / FILE_NAME
    if path.is_file():
        config = _apply(config, _read(path), str(path))
    found = {}
    for known in fields(Config):
        value = _from_environment(known.name, environ)
        if value is not None and known.name != "workspace":
            found[known.name] = value
    config = _apply(config, found, "environment MONITOR_*")
    return _checked(config)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error


def _from_environment(name: str, environ: Mapping[str, str]) -> str | None:
    variable = f"MONITOR_{name.upper()}"
    value = environ.get(variable)
    if value is None and name == "database_url":
        value = environ.get("DATABASE_URL")
    secret = environ.get(f"{variable}_FILE")
    if value is None and secret:
        try:
            value = Path(secret).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(f"{variable}_FILE: {secret} cannot be read: {error.strerror}") from error
    return value


_SECRET = re.compile(r"\$\{(MONITOR_SECRET_[A-Z0-9_]+)\}")


def with_secrets(text: str, environ: Mapping[str, str] | None = None) -> str:
    """`text` of an outlet's file with its `${MONITOR_SECRET_…}` filled in, each from the environment or its `_FILE`.

    Raises `ConfigError` naming the variable that is not set.
    """
    environ = os.environ if environ is None else environ

    def value(found: re.Match[str]) -> str:
        secret = _from_environment(found[1].removeprefix("MONITOR_"), environ)
        if not secret or not secret.isprintable():
            raise ConfigError(f"{found[1]} is not set, or is no single line")
        return secret

    return _SECRET.sub(value, text)


def _apply(config: T, values: Mapping[str, Any], place: str) -> T:
    known = {f.name: f for f in fields(config) if f.name != "workspace"}
    changes: dict[str, Any] = {}
    for key, value in values.items():
        if key not in known:
            raise ConfigError(f'{place}: unknown key "{key}"{nearest(key, known)}')
        default = known[key].default
        try:
            if isinstance(default, Alerts):
                changes[key] = _table(value, getattr(config, key), f"{place}: {key}")
            else:
                changes[key] = _convert(value, default)
        except ConfigError:
            raise
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{place}: {key}: {value!r} is not {_kind(default)}") from error
        choices = known[key].metadata["choices"]
        if choices and changes[key] not in choices:
            near = nearest(str(value), choices)
            raise ConfigError(f'{place}: {key}: "{value}" is not one of {", ".join(choices)}{near}')
    return replace(config, **changes)


def _table(value: Any, default: Alerts, place: str) -> Alerts:
    """A table of settings within the settings, checked like them."""
    if isinstance(value, str):
        value = tomllib.loads(f"table = {{ {value} }}")["table"]
    if not isinstance(value, Mapping):
        raise TypeError(value)
    return _apply(default, value, place)


def _convert(value: Any, default: Any) -> Any:
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise TypeError(value)
        return value
    if isinstance(default, tuple):
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(str(part).strip() for part in parts if str(part).strip())
    if isinstance(value, bool):
        raise TypeError(value)
    return type(default)(value)


def _kind(default: Any) -> str:
    kinds = {Alerts: "a table", bool: "true or false", int: "a whole number", float: "a number", tuple: "a list"}
    return kinds.get(type(default), "a text")


def nearest(word: str, known: Any) -> str:
    """`; did you mean "x"?` for the most similar known word, or nothing."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f'; did you mean "{found[0]}"?' if found else ""


def _checked(config: Config) -> Config:
    try:
        ZoneInfo(config.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(f'time_zone: "{config.time_zone}" is no zone name; write for example Europe/Kyiv') from error
    for key in ("public_url", "heartbeat_url"):
        value = getattr(config, key)
        if value and urlsplit(value).scheme not in ("http", "https"):
            raise ConfigError(f'{key}: "{value}" is no web address; it starts with https://')
    for key, least in (
        ("workers", -1),
        ("delay_seconds", 0),
        ("concurrency", 1),
        ("pages_per_run", 1),
        ("keep_days", 1),
    ):
        if getattr(config, key) < least:
            raise ConfigError(f"{key}: {getattr(config, key)} is too small; at least {least}")
    for key in ("flood_after", "flood_minutes", "digest_stories"):
        if getattr(config.alerts, key) < 1:
            raise ConfigError(f"alerts.{key}: {getattr(config.alerts, key)} is too small; at least 1")
    return config
