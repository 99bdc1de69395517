"""Find the address meant inside another: redirectors, share links, AMP caches, archives.

In      `Parts` of an address
Out     `Parts` of the innermost address meant (itself when there is none); the steps are added to `why`
Raises  nothing
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from pipelines.analysis.url_parts import Parts, parse
from pipelines.analysis.url_rules import Redirector, default_rules, split_host

_MAX_DEPTH = 5
_AMP_CACHE = re.compile(r"^/(?:[a-z]{1,3}/)?(?:s/)?(?=[^/]+\.[^/]+)")
_AMP_VIEWER = re.compile(r"^/amp/(?:s/)?(?=[^/]+\.[^/]+)")
_ARCHIVED = re.compile(r"^/(?:web/)?\d{4,14}(?:[a-z]{2}_)?/(?=https?:|[^/]+\.)")
_DEFENSE = re.compile(r"^/v3/__(.+?)__")
_YAHOO = re.compile(r"/RU=([^/]+)")
_CACHES = {
    "ampproject.org": _AMP_CACHE,
    "bing-amp.com": _AMP_CACHE,
    "web.archive.org": _ARCHIVED,
    "bing.com": _AMP_VIEWER,
}


def unwrap(parts: Parts, why: list[str]) -> Parts:
    """Return the innermost address meant by `parts`."""
    for _ in range(_MAX_DEPTH):
        inner = _cached(parts) or _redirected(parts)
        if inner is None:
            return parts
        why.append(f"taken out of {parts.host}")
        parts = inner
    return parts


def _under(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


@lru_cache(maxsize=4096)
def _cache_of(host: str) -> re.Pattern[str] | None:
    """What stands before the address meant, where a host keeps copies of others' pages."""
    pattern = next((p for domain, p in _CACHES.items() if _under(host, domain)), None)
    if pattern is None and re.search(r"(?:^|\.)google\.[a-z.]+$", host):
        pattern = _AMP_VIEWER
    return pattern


@lru_cache(maxsize=4096)
def _redirectors_of(host: str) -> tuple[Redirector, ...]:
    """The redirectors that a host may be."""
    return tuple(row for row in default_rules().redirectors if _under(host, row.host))


def _cached(parts: Parts) -> Parts | None:
    """Return the address whose copy this is, when the path holds it."""
    text, pattern = None, _cache_of(parts.host)
    if pattern and (found := pattern.match(parts.path)):
        text = parts.path[found.end() :]
    elif _under(parts.host, "urldefense.com") and (found := _DEFENSE.match(parts.path)):
        text = found[1]
    elif _under(parts.host, "search.yahoo.com") and (found := _YAHOO.search(parts.path)):
        text = unquote(found[1])
    if not text:
        return None
    text = re.sub(r"^(https?):/+", r"\1://", text.replace("%3A", ":", 1) if text[:8].startswith("http") else text)
    query = "&".join(f"{name}={value}" for name, value in parts.query)
    return parse(
        text + (f"?{query}" if query and "?" not in text else "") + (f"#{parts.fragment}" if parts.fragment else "")
    )


def _redirected(parts: Parts) -> Parts | None:
    """Return the address that a redirector hands over in a parameter."""
    values = dict(reversed(parts.query))
    for row in _redirectors_of(parts.host):
        if row.path is None or row.path.fullmatch(parts.path):
            return next(filter(None, (_address(values.get(name)) for name in row.parameters)), None)
    if re.search(r"(?:^|\.)(?:google|yandex)\.[a-z.]+$", parts.host) and parts.path in {
        "/url",
        "/clck/jsredir",
        "/imgres",
    }:
        return next(filter(None, (_address(values.get(name)) for name in ("url", "q", "imgrefurl"))), None)
    if parts.query and parts.path in {"", "/"} and re.match(r"(?i)https?://", unquote(parts.query[0][0])):
        # Referrer hiders take the whole query as the address meant.
        return _address("&".join(f"{name}={value}" if value else name for name, value in parts.query))
    return _generic(parts, values)


def _generic(parts: Parts, values: dict[str, str]) -> Parts | None:
    rules = default_rules()
    word = parts.path.rstrip("/").rpartition("/")[2].casefold().partition(".")[0]
    if word not in rules.generic_words:
        return None
    for name in rules.generic_parameters:
        inner = _address(values.get(name))
        if inner is not None and split_host(inner.host)[1] != split_host(parts.host)[1]:
            return inner
    return None


def _address(value: str | None) -> Parts | None:
    """Return a whole http(s) address out of a parameter's value, None when it is none."""
    text = unquote(value) if value else ""
    if re.match(r"(?i)https?%3a", text):
        text = unquote(text)
    return parse(text) if re.match(r"(?i)https?://[^/]", text) else None
