"""What `monitor doctor` looks at: each check is a small function that says ok, note or wrong, and the mend."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace

from monitor import checks_runs
from monitor.addresses import usable
from monitor.alerts.message import parse_address
from monitor.alerts.smtp import Line, settings_of
from monitor.caseload import CaseloadError, person_watches
from monitor.catalogue import CatalogueError, load_outlets
from monitor.checks_base import Check
from monitor.config import Config
from monitor.labels import plural
from monitor.watches import WatchError, load_watches
from pipelines.analysis import name_models
from pipelines.store import integrity
from pipelines.store.migrations import require_current
from pipelines.store.session import DatabaseProblem, make_engine

MAIL_SECONDS = 10.0
"""How long a mail server is waited for at each step."""
_MENDS = {
    "STARTTLS extension not supported": "another port or smtp_security?",
    "WRONG_VERSION_NUMBER": "the port speaks no TLS at once; smtp_security = starttls?",
    "certificate verify failed": "its certificate is not trusted for this name",
    "Connection unexpectedly closed": "the port may want TLS at once; smtp_security = tls?",
    "ConnectionRefusedError": "nobody listens there",
    "gaierror": "there is no such name",
}


def examine(config: Config) -> Iterator[Check]:
    """Run every check; none of them changes anything."""
    for check in CHECKS:
        yield check(config)


def _outlets(config: Config) -> Check:
    try:
        outlets = load_outlets(config.workspace)
    except CatalogueError as error:
        return Check("outlets", "wrong", str(error))
    tried = sum(any(feed.verified_at for feed in outlet.feeds) for outlet in outlets.values())
    return Check("outlets", "ok", f"{plural(len(outlets), 'outlet')}; {tried} with an address that was tried")


def _watches(config: Config) -> Check:
    try:
        watches = {**load_watches(config.workspace), **person_watches(config.workspace)}
    except (WatchError, CaseloadError) as error:
        return Check("watches", "wrong", str(error))
    told, declared = sum(bool(watch.recipients) for watch in watches.values()), plural(len(watches), "watch", "watches")
    if told == 0:
        return Check("watches", "note", f"{declared}, none with a recipient: nothing will be mailed")
    return Check("watches", "ok", f"{declared}, {told} with recipients")


def _database(config: Config) -> Check:
    try:
        engine = make_engine(config.database)
        require_current(engine)
    except DatabaseProblem as error:
        return Check("database", "wrong", str(error))
    if words := integrity.spare(engine):
        return Check("database", "note", f"of this program's version; {words}")
    return Check("database", "ok", "of this program's version")


def _finders(_: Config) -> Check:
    """Models that the user installed are loaded; the packaged ones need no look."""
    better = {language: name for language in name_models.BETTER if (name := name_models.installed(language))}
    broken = [f"{name}: {problem}" for name in better.values() if (problem := name_models.load(name)[1])]
    if broken:
        return Check("name finders", "wrong", f"{'; '.join(broken)}; the packaged ones read on: mend or uninstall it")
    return Check("name finders", "ok", ", ".join(["packaged", *(f"{a} + {name}" for a, name in better.items())]))


def _disk(config: Config) -> Check:
    folder = config.workspace if config.workspace.exists() else config.workspace.parent
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < config.min_free_mb:
        return Check("disk", "wrong", f"{free} MB free, {config.min_free_mb} MB are needed (min_free_mb)")
    return Check("disk", "ok", f"{free} MB free")


def _contact(config: Config) -> Check:
    if config.contact:
        return Check("contact", "ok", config.contact)
    return Check("contact", "wrong", "no contact is set; outlets must be able to reach who crawls them (contact = …)")


def _mail(config: Config) -> Check:
    if not config.smtp_host:
        return Check("mail", "note", "no smtp_host: alerts are queued, not sent")
    if not config.mail_from:
        return Check("mail", "wrong", "smtp_host is set, mail_from is not")
    for name in ("mail_from", "bounce_address", "owner"):
        value = getattr(config, name)
        if value and usable(parse_address(value)) is None:
            return Check("mail", "wrong", f"{name}: {value!r} is no mail address")
    return _server(config, _first_mailbox(config))


def _first_mailbox(config: Config) -> str:
    """Whom a mail would go to: some recipient of a watch, else the owner; empty when nobody is told by mail."""
    try:
        watches = load_watches(config.workspace)
    except WatchError:
        watches = {}  # named by a check of its own
    told = [who.address for watch in watches.values() if watch.enabled for who in watch.recipients]
    boxes = (usable(address) for address in [*told, parse_address(config.owner) if config.owner else ""])
    return next((box for box in boxes if box), "")


def _server(config: Config, recipient: str) -> Check:
    """Connect to the mail server as a sending would, log in, name `recipient`, and send nothing."""
    where = f"{config.smtp_host}:{config.smtp_port} ({config.smtp_security})"
    with Line(replace(settings_of(config), timeout_seconds=MAIL_SECONDS)) as line:
        answer = line.login()
        if answer.verdict == "sent" and recipient:
            answer = line.would_take(parse_address(config.bounce_address or config.mail_from), recipient)
    if answer.verdict != "sent":
        return Check("mail", "wrong", f"{where}: {answer.answer}{_mend(config, answer.answer)}")
    if config.smtp_user and config.smtp_security == "none":
        return Check("mail", "note", f"{where}: it takes the login, but the password goes over an open line")
    return Check("mail", "ok", f"{where}: it {'takes the login' if config.smtp_user else 'answers'}")


def _mend(config: Config, said: str) -> str:
    """What is usually the matter with a mail server that says so."""
    for sign, mend in _MENDS.items():
        if sign in said:
            return f"; {mend}"
    if "elay" in said and not config.smtp_user:
        return "; it wants a login first: smtp_user and smtp_password"
    return "; is smtp_password set?" if said.startswith("login") and not config.smtp_password else ""


def _browser(config: Config) -> Check:
    from monitor.middlewares.browser import available

    found = available(config.chromium)
    if found:
        return Check("browser", "ok", found)
    return Check("browser", "note", "no Chromium that can be driven: outlets that need one are skipped and counted")


CHECKS: tuple[Callable[[Config], Check], ...] = (
    _outlets, _watches, _database, _disk, checks_runs.clock, checks_runs.schedule, _contact, _finders, _mail, _browser,
    checks_runs.feeds,
)  # fmt: skip
