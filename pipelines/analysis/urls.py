"""The two values of an article's address: the URL to show, and the key to compare by.

In      any text as address; `declared` are the page's own words for it (canonical, og:url), best first
Out     `key`: host, path and the parameters that matter, without scheme · `canonical`: `UrlReading` with its reasons
Rules   a parameter is dropped only when it is known as noise; language editions stay apart; a key's key is itself
Raises  nothing, whatever the text
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import urljoin

from pipelines.analysis.url_declared import refusal
from pipelines.analysis.url_parts import Parts, clean_path, parse, tidy
from pipelines.analysis.url_rules import SiteRule, default_rules, plain_host
from pipelines.analysis.url_unwrap import unwrap

__all__ = ["SiteRule", "UrlReading", "canonical", "key"]

_INDEX = re.compile(r"(?i)^(?:index|default)\.(?:html?|php\d?|aspx?|jsp|shtml|cfm|xhtml)$")
_PATH_SESSION = re.compile(r"(?i);(?:jsessionid|phpsessid|sid|sessionid)=[^/;]*|(?<=/)\((?:[A-Z]\([^()/]*\))+\)(?:/|$)")
_ENDING = re.compile(r"(?i)\.s?html?$")
_VARIANT_WORD = frozenset(
    {"amp", "print", "printversion", "print-version", "printable", "mobile", "amp.html", "print.html"}
)
_VARIANT_TAIL = re.compile(r"(?i)(?:[._-]amp|[.,]print|\.amp)(?=(?:\.s?html?)?$)|(?<=\.html)\.amp$|(?<=\.htm)\.amp$")


@dataclass(frozen=True, slots=True)
class UrlReading:
    """The URL to show, the key to compare by, and every step that led there, in order."""

    url: str
    key: str
    why: tuple[str, ...]


def key(url: str, rules: Sequence[SiteRule] = ()) -> str:
    """Return what two addresses of one article have in common; `rules` are the outlet's own.

    >>> key("https://m.example.com/news/amp/story-12/?utm_source=x&id=3")
    'example.com/news/story-12?id=3'
    """
    return _key(url, rules, []) if rules else _plain_key(url)


@lru_cache(maxsize=8192)
def _plain_key(url: str) -> str:
    """The key without rules; kept, since a page is met as listed, as asked for, as fetched and as declared."""
    return _key(url, (), [])


def canonical(
    url: str, declared: Iterable[str | None] = (), home: str | None = None, rules: Sequence[SiteRule] = ()
) -> UrlReading:
    """Return the URL to show for a page fetched at `url`, with its key and the reasons.

    The first of `declared` that belongs to the same site (or to the outlet's `home`), is no front page and names no
    other edition is shown; otherwise the cleaned address is.
    """
    why: list[str] = []
    cleaned = _clean(url, rules, why)
    shown = cleaned.text() if cleaned else tidy(url)
    for candidate in declared:
        if not candidate or not tidy(candidate) or cleaned is None:
            continue
        other = _clean(_absolute(shown, candidate), rules, [])
        problem = "no web address" if other is None else refusal(cleaned, other, home)
        if other is not None and problem is None:
            why.append("declared by the page")
            shown = other.text()
            break
        why.append(f"declared address not used: {problem}")
    steps: list[str] = []
    found = _key(shown, rules, steps)
    return UrlReading(shown, found, tuple(dict.fromkeys([*why, *(f"key: {step}" for step in steps)])))


def _absolute(base: str, candidate: str) -> str:
    try:
        return urljoin(base, tidy(candidate))
    except ValueError:
        return ""


def _clean(url: str, rules: Sequence[SiteRule], why: list[str]) -> Parts | None:
    """Unwrap redirectors and caches, then drop what is noise in any case; host, path and order stay."""
    if rules:
        return _cleaned(url, rules, why)
    parts, steps = _plainly_cleaned(url)
    why.extend(steps)
    return parts


@lru_cache(maxsize=1024)
def _plainly_cleaned(url: str) -> tuple[Parts | None, tuple[str, ...]]:
    """An address cleaned without rules, and why; kept for a while, as one reading asks several times."""
    why: list[str] = []
    return _cleaned(url, (), why), tuple(why)


def _cleaned(url: str, rules: Sequence[SiteRule], why: list[str]) -> Parts | None:
    parts = parse(url)
    if parts is None:
        why.append("no web address")
        return None
    parts = unwrap(parts, why)
    path = _PATH_SESSION.sub("", parts.path)
    if path != parts.path:
        why.append("session id dropped from the path")
    site = _site(plain_host(parts.host), rules)
    kept = tuple(pair for pair in parts.query if not _noise(pair, site, why))
    return replace(parts, path=clean_path(path), query=kept)


def _noise(pair: tuple[str, str], site: SiteRule | None, why: list[str]) -> bool:
    name, value = pair
    if site and (name in site.drop or (site.keep is not None and name not in site.keep)):
        reason: str | None = "rule of the site"
    elif site and site.keep is not None:
        reason = None
    else:
        reason = default_rules().why_dropped(name, value)
    if reason:
        why.append(f"parameter {name} dropped: {reason}")
    return reason is not None


def _site(host: str, rules: Sequence[SiteRule]) -> SiteRule | None:
    return next((rule for rule in rules if _covers(rule, host)), None) or _known_site(host)


@lru_cache(maxsize=4096)
def _known_site(host: str) -> SiteRule | None:
    return next((rule for rule in default_rules().sites if _covers(rule, host)), None)


def _covers(rule: SiteRule, host: str) -> bool:
    return rule.covers(host) or any(host == a or host.endswith("." + a) for a in rule.aliases)


def _key(url: str, rules: Sequence[SiteRule], why: list[str]) -> str:
    seen: list[str] = []
    text = url
    # Every step can uncover another (a session in a print view in a cache), so run to the fixed point.
    while text not in seen and len(seen) < 8:
        seen.append(text)
        text = _pass(text, rules, why)
    return text


def _pass(url: str, rules: Sequence[SiteRule], why: list[str]) -> str:
    parts = _clean(url, rules, why)
    if parts is None:
        return " ".join(tidy(url).split())
    host = plain_host(parts.host)
    if host != parts.host:
        why.append(f"host {parts.host} read as {host}")
    path, query = parts.path, dict.fromkeys(parts.query)
    site = _site(host, rules)
    if site:
        host, path, query = _apply(site, host, path, query)
    escaped = [pair for pair in query if pair[0] == "_escaped_fragment_" and pair[1]]
    fragment = "!" + escaped[0][1] if escaped else parts.fragment
    ordered = tuple(sorted(pair for pair in query if pair[0] != "_escaped_fragment_"))
    bare = replace(parts, host=host, path=_plain_path(path, why), query=ordered, fragment=fragment)
    # A host without a dot would not be known again as one, so it keeps its slashes.
    return ("" if "." in host and not host.startswith("[") else "//") + bare.text(scheme="")


def _apply(
    site: SiteRule, host: str, path: str, query: dict[tuple[str, str], None]
) -> tuple[str, str, dict[tuple[str, str], None]]:
    """Write host, path and parameters as the site's rule says."""
    if not site.covers(host):
        host = site.host
    for pattern, to in site.rewrite:
        path, count = pattern.subn(to, path)
        if count and "?" in path:
            path, _, extra = path.partition("?")
            query = {**query, **dict.fromkeys([(extra.partition("=")[0], extra.partition("=")[2])])}
    return host, path, query


def _plain_path(path: str, why: list[str]) -> str:
    """Drop what only says how the page is served: index files, AMP, print and mobile words, the last slash."""
    segments = [segment for segment in path.split("/") if segment]
    if segments and _INDEX.match(segments[-1]):
        why.append(f"{segments.pop()} dropped")
    before = list(segments)
    segments = _without_variant(segments)
    if segments and (tail := _VARIANT_TAIL.sub("", segments[-1])):
        segments[-1] = tail
    if segments and _names_article(stem := _ENDING.sub("", segments[-1])):
        segments[-1] = stem
    if segments != before:
        why.append("AMP, print or mobile path read as the plain one")
    return "/" + "/".join(segments) if segments else ""


def _without_variant(segments: list[str]) -> list[str]:
    """Return the segments without the words that name a variant; a lone segment is never one."""
    low = [segment.casefold() for segment in segments]
    if len(segments) > 1 and low[-1] in _VARIANT_WORD:
        segments, low = segments[:-1], low[:-1]
    if len(segments) > 1 and low[0] in {"amp", "m", "mobile", "print", "a", "article"} and _names_article(segments[-1]):
        # `/a/title/123.html` and `/amp/title/123.html` are one article: the first word only says how it is served.
        segments, low = segments[1:], low[1:]
    if len(segments) > 1 and "amp" in low[:-1]:
        segments = [segment for segment, word in zip(segments, low, strict=True) if word != "amp"]
    return segments


def _names_article(segment: str) -> bool:
    """Say whether a last segment looks like one article's: a number of four digits or three words."""
    return bool(re.search(r"\d{4}", segment)) or segment.count("-") + segment.count("_") >= 2 or "%" in segment
