"""What is known about addresses in general: trackers, sessions, variants, redirectors, and what single sites do.

In      `data/trackers.toml`, read once
Out     `UrlRules`, compiled; `SiteRule` is what an outlet may declare for itself
Raises  nothing after the packaged file was read
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import tldextract

_SESSION_VALUE = re.compile(r"(?=[^\W_]*\d)(?=[^\W_]*[A-Za-z])[^\W_]{16,}")
# The packaged snapshot of the public suffix list: no network, no disk cache.
_EXTRACT = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


@dataclass(frozen=True, slots=True)
class SiteRule:
    """How one site writes one article in several ways.

    `host` covers its sub-domains; `drop` are parameters that do not matter there; with `keep`, only these matter;
    `rewrite` are (regular expression, replacement) pairs for the path, tried in order.
    """

    host: str
    aliases: tuple[str, ...] = ()
    drop: frozenset[str] = frozenset()
    keep: frozenset[str] | None = None
    rewrite: tuple[tuple[re.Pattern[str], str], ...] = ()

    def covers(self, host: str) -> bool:
        """Say whether `host` is this site or one of its sub-domains."""
        return host == self.host or host.endswith("." + self.host)


@dataclass(frozen=True, slots=True)
class Redirector:
    """An address whose parameter is the address meant."""

    host: str
    path: re.Pattern[str] | None
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UrlRules:
    """Everything in the data file, ready to ask."""

    prefixes: tuple[str, ...]
    names: frozenset[str]
    channel: tuple[frozenset[str], frozenset[str]]
    variants: tuple[frozenset[str], frozenset[str]]
    flags: tuple[frozenset[str], frozenset[str]]
    sessions: tuple[frozenset[str], frozenset[str]]
    mobile: frozenset[str]
    redirectors: tuple[Redirector, ...]
    generic_words: frozenset[str]
    generic_parameters: tuple[str, ...]
    sites: tuple[SiteRule, ...] = field(default=())

    def why_dropped(self, name: str, value: str) -> str | None:
        """Return what kind of noise this parameter is, None when it may name the article."""
        low, val = name.casefold().removeprefix("amp;"), value.casefold()
        if low in self.names or low.startswith(self.prefixes):
            return "tracking"
        if low in self.channel[0] and val in self.channel[1]:
            return "tracking"
        if (low in self.variants[0] and val in self.variants[1]) or (low in self.flags[0] and val in self.flags[1]):
            return "variant"
        # old servers of one kind add letters of their own to the name
        if (
            low in self.sessions[0]
            or low.startswith("aspsessionid")
            or (low in self.sessions[1] and _SESSION_VALUE.fullmatch(value))
        ):
            return "session"
        if low in {"page", "paged", "pagewanted"} and val in {"1", "all"}:
            return "first page"
        return "cache" if low in {"_", "rnd", "rand"} and val.replace(".", "").isdigit() and len(val) > 5 else None


@cache
def default_rules() -> UrlRules:
    """Return the packaged rules."""
    data: dict[str, Any] = tomllib.loads((files(__package__) / "data" / "trackers.toml").read_text("utf-8"))
    variants, sessions, generic = data["variants"], data["sessions"], data["generic_redirector"]
    return UrlRules(
        prefixes=tuple(data["parameters"]["prefixes"]),
        names=frozenset(data["parameters"]["names"]),
        channel=(frozenset(data["channel"]["names"]), frozenset(data["channel"]["values"])),
        variants=(frozenset(variants["names"]), frozenset(variants["values"])),
        flags=(frozenset(variants["flags"]), frozenset(variants["flag_values"])),
        sessions=(frozenset(sessions["names"]), frozenset(sessions["maybe"])),
        mobile=frozenset(data["hosts"]["mobile"]),
        redirectors=tuple(_redirector(row) for row in data["redirector"]),
        generic_words=frozenset(generic["words"]),
        generic_parameters=tuple(generic["parameters"]),
        sites=tuple(_site(row) for row in data["site"]),
    )


def _redirector(row: dict[str, Any]) -> Redirector:
    return Redirector(row["host"], re.compile(row["path"]) if row["path"] else None, tuple(row["parameters"]))


def _site(row: dict[str, Any]) -> SiteRule:
    return SiteRule(
        host=row["host"],
        aliases=tuple(row.get("aliases", ())),
        drop=frozenset(row.get("drop", ())),
        keep=frozenset(row["keep"]) if "keep" in row else None,
        rewrite=tuple((re.compile(pattern), to) for pattern, to in row.get("rewrite", ())),
    )


@lru_cache(maxsize=4096)
def split_host(host: str) -> tuple[str, str]:
    """Return (sub-domain, registrable domain) of an ASCII host; the domain is the whole host when it has none."""
    parts = _EXTRACT.extract_str(host)
    if not parts.domain or not parts.suffix:
        return "", host
    return parts.subdomain, f"{parts.domain}.{parts.suffix}"


@lru_cache(maxsize=4096)
def plain_host(host: str) -> str:
    """Return `host` without the labels that only say how it is served (www, m, amp, …).

    >>> plain_host("en.m.example.org")
    'en.example.org'
    """
    sub, domain = split_host(host)
    if not sub:
        bare = host.removeprefix("www.")
        return bare if "." in bare else host
    mobile = default_rules().mobile
    kept = [label for label in sub.split(".") if label not in mobile and not re.fullmatch(r"www?\d{0,2}", label)]
    return ".".join([*kept, domain])
