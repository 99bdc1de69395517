"""What an editor changes in a page: a watch's recipients, rate and hour; who is one person. Each leaves its audit row.

In      a form's fields; the number or address of a figure; who, and when
Out     what stands afterwards
Raises  ChangeError with what would be right; PersonsError; WatchError where the file cannot be changed by a program
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from monitor import persons, watch_store
from monitor.addresses import reachable
from monitor.watch_store import Changes
from monitor.web.access import Who
from pipelines.records import Watch
from pipelines.store.schema import AuditRow

if TYPE_CHECKING:
    from monitor.web.app import Site

RATES = ("immediate", "hourly", "daily", "weekly", "off")
LINKS = ("none", "local", "original")
_HOUR = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_LOCAL = "local"


class ChangeError(ValueError):
    """A change that cannot be made; the text repeats nothing that was written."""


def settings_of(watch: Watch | None) -> dict[str, Any] | None:
    """What the form of a watch shows; None for one that no page changes."""
    if watch is None or watch.person is not None:
        return None
    told = [{"address": one.address, "rate": one.rate or watch.rate, "links": one.links} for one in watch.recipients]
    return {"rate": watch.rate, "at": watch.at, "enabled": watch.enabled, "recipients": told,
            "alert_threshold": watch.alert_threshold, "rates": RATES, "links": LINKS}  # fmt: skip


def watch(site: Site, session: Session, key: str, form: Mapping[str, str], who: Who, now: datetime) -> dict[str, Any]:
    """Change a watch as `monitor watches edit` does."""
    entry = site.declared()[1].get(key)
    if settings_of(entry) is None or entry is None:
        raise ChangeError("there is no such watch, or it is one for a person: `monitor people` changes those")
    changes = _changes(form, {one.address for one in entry.recipients})
    if not changes.values and not changes.recipients:
        raise ChangeError("nothing was changed")
    watch_store.change(site.config.workspace, key, changes)
    site.forget_declared()
    # addresses are persons' own: the audit says what kind of thing changed, the file who is told
    detail = {"changed": [*changes.values, *(["recipients"] if changes.recipients else [])]}
    session.add(AuditRow(at=now, actor=who.name or _LOCAL, action="watch edit", target=f"watch:{key}", detail=detail))
    return {"watch": key, **detail}


def _changes(form: Mapping[str, str], told: set[str]) -> Changes:
    values: dict[str, Any] = {}
    at = form.get("at", "").strip()
    if at and at != form.get("was.at", ""):
        if not _HOUR.fullmatch(at):
            raise ChangeError("an hour is written as 07:00")
        values["at"] = at
    rate = form.get("rate", "")
    if rate and rate != form.get("was.rate", ""):
        values["rate"] = _one_of(rate, RATES, "rate")
    if form.get("enabled") in ("yes", "no") and form["enabled"] != form.get("was.enabled"):
        values["enabled"] = form["enabled"] == "yes"
    score = form.get("alert_threshold", "").strip()
    if score and score != form.get("was.alert_threshold", ""):
        values["alert_threshold"] = _score(score)
    recipients: dict[str, Mapping[str, str] | None] = {}
    if form.get("to", "").strip():
        address = reachable(form["to"])
        if address is None:
            raise ChangeError("this is no mail address and no web address (https://…)")
        own = {"rate": _one_of(form["to_rate"], RATES, "rate")} if form.get("to_rate") else {}
        recipients[address] = own | ({"links": _one_of(form["links"], LINKS, "links")} if form.get("links") else {})
    gone = form.get("remove", "").strip()
    if gone:
        if gone not in told:
            raise ChangeError("nobody of that address is told")
        recipients[gone] = None
    return Changes(values, recipients)


def _one_of(value: str, known: tuple[str, ...], what: str) -> str:
    if value not in known:
        raise ChangeError(f"{what}: one of {', '.join(known)} is expected")
    return value


def _score(text: str) -> float:
    try:
        found = float(text)
    except ValueError as error:
        raise ChangeError("the score of an alert is a number") from error
    if not 0 <= found <= 1000:
        raise ChangeError("the score of an alert lies between 0 and 1000")
    return found


def merge(_site: Site, session: Session, key: str, form: Mapping[str, str], who: Who, now: datetime) -> dict[str, Any]:
    """Say that two figures are one person."""
    person = persons.merge(session, [_figure(key), _figure(form.get("other", ""))], who.name or _LOCAL, now)
    return {"person": person.id, "aliases": list(person.aliases)}


def split(_site: Site, session: Session, key: str, _form: Mapping[str, str], who: Who, now: datetime) -> dict[str, Any]:
    """Take a figure out of its person again."""
    return {"figure": _figure(key), "was": persons.split(session, _figure(key), who.name or _LOCAL, now)}


def _figure(text: str) -> int:
    """A figure by its number, or by the address of its page."""
    found = re.search("([0-9]{1,17})/?$", text.strip())
    if found is None:
        raise ChangeError("the number of a person's reading is expected, or the address of its page (/figure/12)")
    return int(found[1])
