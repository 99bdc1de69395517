"""The strict reading of one outlet table: every key known, every value checked, every fault named with its mend.

In      a table as TOML gives it, the name of its source
Out     `Outlet`; faults as lines `source: key: what is wrong (did you mean "…"?)`
Raises  nothing: the caller raises with all faults at once
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pipelines.analysis.codes import COUNTRIES, COUNTRY_SLIPS, LANGUAGE_SLIPS, LANGUAGES
from pipelines.records import Access, Expect, Feed, FeedKind, Keep, Outlet, Ownership, Render, Select

REQUIRED = ("id", "name", "homepage", "country", "languages")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))})

Fault = Callable[[str, str], None]
"""Report a fault: the key, what is wrong with it."""


def nearest(word: object, words: Iterable[str]) -> str:
    """Return ` (did you mean "…"?)` for the closest of `words`, or an empty string."""
    choice = list(words)
    folded = {item.lower(): item for item in choice}
    found = get_close_matches(str(word).lower(), list(folded), 1, 0.5)
    return f' (did you mean "{folded[found[0]]}"?)' if found else ""


def _text(key: str, value: object, fault: Fault, limit: int = 200) -> str | None:
    if not isinstance(value, str):
        fault(key, f"must be text, not {_kind_of(value)}")
    elif not value.strip() or value != value.strip():
        fault(key, "must not be empty or begin or end with white space")
    elif len(value) > limit or any(ord(char) < 32 or ord(char) == 127 for char in value):
        fault(key, f"must be one line of at most {limit} characters")
    else:
        return value
    return None


def _kind_of(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "a table"}
    return names.get(type(value), type(value).__name__)


def _long(key: str, value: object, fault: Fault) -> str | None:
    return _text(key, value, fault, 600)


def _flag(key: str, value: object, fault: Fault) -> bool | None:
    if isinstance(value, bool):
        return value
    fault(key, f"must be true or false, not {_kind_of(value)}")
    return None


def _number(key: str, value: object, fault: Fault) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        fault(key, f"must be a number, not {_kind_of(value)}")
    elif not 0 < value <= 100_000:
        fault(key, f"{value} is not between 0 and 100000")
    else:
        return float(value)
    return None


def _day(key: str, value: object, fault: Fault) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    fault(key, "must be a date such as 2026-05-01, without quotes")
    return None


def _enum(words: type[StrEnum]) -> Callable[[str, object, Fault], Any]:
    valid = [word.value for word in words]

    def read(key: str, value: object, fault: Fault) -> StrEnum | None:
        if isinstance(value, str) and value in valid:
            return words(value)
        fault(key, f'"{value}" is not one of {", ".join(valid)}{nearest(value, valid)}')
        return None

    return read


def _texts(key: str, value: object, fault: Fault) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        fault(key, f"must be a list of texts, not {_kind_of(value)}")
        return None
    read = tuple(_text(f"{key}[{place}]", item, fault, 60) for place, item in enumerate(value))
    good = tuple(item for item in read if item is not None)
    if len(set(good)) != len(good):
        fault(key, "names the same word twice")
    return good


def _language(key: str, value: object, fault: Fault) -> str | None:
    if isinstance(value, str) and value in LANGUAGES:
        return value
    slip = LANGUAGE_SLIPS.get(str(value).lower())
    hint = f' (did you mean "{slip}"?)' if slip else nearest(value, LANGUAGES)
    fault(key, f'"{value}" is not a two-letter language code (ISO 639-1){hint}')
    return None


def _languages(key: str, value: object, fault: Fault) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        fault(key, f'must be a list such as ["uk", "en"], not {_kind_of(value)}')
        return None
    read = tuple(_language(f"{key}[{place}]", item, fault) for place, item in enumerate(value))
    if len(set(read)) != len(read):
        fault(key, "names the same language twice")
    return tuple(item for item in read if item is not None)


def _country(key: str, value: object, fault: Fault) -> str | None:
    if isinstance(value, str) and value in COUNTRIES:
        return value
    upper = str(value).upper()
    hint = f' (did you mean "{COUNTRY_SLIPS[upper]}"?)' if upper in COUNTRY_SLIPS else nearest(value, COUNTRIES)
    fault(key, f'"{value}" is not a two-letter country code in capitals (ISO 3166; XX = cannot be said){hint}')
    return None


@lru_cache(maxsize=512)
def _zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError):
        return False
    return "/" in name or name == "UTC"


def _zone(key: str, value: object, fault: Fault) -> str | None:
    # ZoneInfoNotFoundError is a KeyError; the path tricks among names are ValueError
    if isinstance(value, str) and _known_zone(value):
        return value
    fault(key, f'"{value}" is not a time zone such as Europe/Kyiv{nearest(value, sorted(available_timezones()))}')
    return None


def _known_zone(name: str) -> bool:
    try:
        return _zone_exists(name)
    except KeyError:
        return False


def _id(key: str, value: object, fault: Fault) -> str | None:
    if isinstance(value, str) and len(value) <= 64 and _ID.fullmatch(value) and value not in _RESERVED:
        return value
    fault(
        key,
        f"{str(value)[:80]!r} must be small letters, digits and single hyphens, at most 64, and no reserved file name",
    )
    return None


def _url(key: str, value: object, fault: Fault) -> str | None:
    if not isinstance(value, str):
        fault(key, f"must be an address, not {_kind_of(value)}")
        return None
    wrong = url_fault(value)
    if wrong:
        fault(key, f'"{value[:200]}" {wrong}')
        return None
    return value


def url_fault(url: str) -> str | None:
    """Return what is wrong with an address of an outlet, None if nothing is."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        return f"is not an address: {error}"
    if parts.scheme not in ("http", "https"):
        return "must begin with https:// or http://"
    if re.search(r"[\x00-\x20\x7f\\\\<>\"]", url) or len(url) > 2_000:
        return "holds a space or another character that addresses do not have"
    if parts.username is not None or parts.password is not None:
        return "must not carry a user name or password"
    if not host or not re.fullmatch(r"[\w.:-]+", host) or ("." not in host and ":" not in host and host != "localhost"):
        return "has no complete host name"
    return "must not end in a #fragment" if parts.fragment else None


_FEED: dict[str, Callable[[str, object, Fault], Any]] = {
    "kind": _enum(FeedKind),
    "url": _url,
    "enabled": _flag,
    "confidence": _text,
    "verified_at": _day,
    "language": _language,
    "discovery_only": _flag,
}
_EXPECT: dict[str, Callable[[str, object, Fault], Any]] = {"articles_per_day": _number, "silent_after_hours": _number}


def _feeds(key: str, value: object, fault: Fault) -> tuple[Feed, ...] | None:
    if not isinstance(value, list):
        fault(key, "must be tables: [[feed]]")
        return None
    read: list[Feed] = []
    for place, item in enumerate(value):
        values = read_table(f"{key}[{place}]", item, _FEED, ("kind", "url"), fault)
        if values is None:
            continue
        if any(other.url == values["url"] for other in read):
            fault(f"{key}[{place}].url", f'"{values["url"]}" stands twice in this file')
        read.append(Feed(**values))
    return tuple(read)


def _expect(key: str, value: object, fault: Fault) -> Expect | None:
    values = read_table(key, value, _EXPECT, (), fault)
    return None if values is None else Expect(**values)


def _count(key: str, value: object, fault: Fault) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 16:
        return value
    fault(key, f"must be a whole number from 1 to 16, not {str(value)[:40]}")
    return None


def _proxy(key: str, value: object, fault: Fault) -> str | None:
    """`http://host:port`, perhaps with `${MONITOR_SECRET_…}@` before the host; the wire to it is not encrypted."""
    if isinstance(value, str) and _PROXY.fullmatch(value):
        return value
    fault(key, f'"{str(value)[:80]}" is not http://host:port; a login stands before it as ${{MONITOR_SECRET_NAME}}@')
    return None


def _headers(key: str, value: object, fault: Fault) -> tuple[tuple[str, str], ...] | None:
    if not isinstance(value, dict):
        fault(key, f"must be a table of texts, not {_kind_of(value)}")
        return None
    for name, text in value.items():
        if not _HEADER.fullmatch(name):
            fault(f"{key}.{name}", "is not the name of a header")
        elif name.lower() in _OURS:
            fault(f"{key}.{name}", "is set by the monitor itself and cannot be changed")
        elif not isinstance(text, str) or not text.isascii() or not text.isprintable() or len(text) > 600:
            fault(f"{key}.{name}", "must be one line of at most 600 plain characters")
        elif re.search(r"authorization|cookie|token|key|secret", name, re.I) and not _SECRET.search(text):
            fault(f"{key}.{name}", 'must not stand in a file: write "${MONITOR_SECRET_NAME}" and set that variable')
    return tuple(value.items())


_PROXY = re.compile(r"http://(?:\$\{MONITOR_SECRET_[A-Z0-9_]+\}@)?(?:[\w.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}")
_SECRET = re.compile(r"\$\{MONITOR_SECRET_[A-Z0-9_]+\}")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
_OURS = (
    *("user-agent", "host", "connection", "content-length", "transfer-encoding", "accept-encoding", "range", "te"),
    *("upgrade", "cookie", "proxy-authorization", "if-none-match", "if-modified-since", "referer"),
)
"""Headers that say who asks, or that the wire, the archive and the conditional requests depend on."""
_ACCESS: dict[str, Callable[[str, object, Fault], Any]] = {
    "concurrency": _count,
    "proxy": _proxy,
    "verify_tls": _flag,
    "headers": _headers,
}


def _access(key: str, value: object, fault: Fault) -> Access | None:
    values = read_table(key, value, _ACCESS, (), fault)
    return None if values is None else Access(**values)


def _selector(key: str, value: object, fault: Fault) -> str | None:
    from pipelines.analysis import selectors  # only for the few outlets that have any

    text = _text(key, value, fault, 500)
    if text is not None:
        try:
            selectors.check(text)
        except ValueError as error:
            fault(key, f'"{text}" {error}')
            return None
    return text


_SELECT: dict[str, Callable[[str, object, Fault], Any]] = {item.name: _selector for item in fields(Select)}


def _select(key: str, value: object, fault: Fault) -> Select | None:
    values = read_table(key, value, _SELECT, (), fault)
    return None if values is None else Select(**values)


OUTLET: dict[str, Callable[[str, object, Fault], Any]] = {
    "id": _id,
    "name": _text,
    "homepage": _url,
    "country": _country,
    "languages": _languages,
    "timezone": _zone,
    "timezone_assumed": _flag,
    "ownership": _enum(Ownership),
    "enabled": _flag,
    "render": _enum(Render),
    "store": _enum(Keep),
    "share": _enum(Keep),
    "legal": _long,
    "tags": _texts,
    "conflicts": _texts,
    "delay_seconds": _number,
    "note": _long,
    "access": _access,
    "expect": _expect,
    "select": _select,
    "feed": _feeds,
}
"""Every key of an outlet file and its reader, in the order in which files are written."""


def read_table(
    where: str,
    value: object,
    schema: Mapping[str, Callable[[str, object, Fault], Any]],
    required: Iterable[str],
    fault: Fault,
) -> dict[str, Any] | None:
    """Return the checked values of a table, None if any is wrong; every fault is reported."""
    prefix = f"{where}." if where else ""
    if not isinstance(value, dict):
        fault(where, f"must be a table, not {_kind_of(value)}")
        return None
    values: dict[str, Any] = {}
    complete = True
    for key, raw in value.items():
        if key not in schema:
            fault(prefix + key, f"is not a key of {where or 'an outlet file'}{nearest(key, schema)}")
            complete = False
            continue
        values[key] = schema[key](prefix + key, raw, fault)
        complete = complete and values[key] is not None
    for key in required:
        if key not in value:
            fault(prefix + key, "is missing")
            complete = False
    return values if complete else None


def read_outlet(table: object, source: str) -> tuple[Outlet | None, tuple[str, ...]]:
    """Return the outlet of a table, or None and its faults, one line each."""
    faults: list[str] = []

    def fault(key: str, wrong: str) -> None:
        faults.append(f"{source}: {key}: {wrong}")

    values = read_table("", table, OUTLET, REQUIRED, fault)
    if values is None or faults:
        return None, tuple(faults)
    if values.get("access", Access()).proxy and values.get("render", Render.NEVER) is not Render.NEVER:
        fault("access.proxy", 'needs render = "never": the browser has its own way out, which checks addresses')
        return None, tuple(faults)
    values["feeds"] = values.pop("feed", ())
    return Outlet(**values, source_file=source), ()


assert {*OUTLET, "feeds", "source_file"} - {"feed"} == {item.name for item in fields(Outlet)}, (
    "a field without a reader"
)
