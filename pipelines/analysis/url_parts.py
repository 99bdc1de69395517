"""An address in its parts: taken apart, spelled one way, put together.

In      any text that should be an http(s) address
Out     `Parts` (frozen), or None for text that is none
Units   `query` is a tuple of (name, value) as spelled: one percent-encoding, `+` read as a space
Raises  nothing
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from html import unescape
from urllib.parse import quote, unquote_to_bytes

import idna

_SCHEME = re.compile(r"(?i)^(https?|feed):(?=[/\\])[/\\]*")
_OTHER_SCHEME = re.compile(r"(?i)^[a-z][a-z0-9+.-]*:(?!\d)")
_HOST = re.compile(r"(?i)(?:[^\s/?#@:\[\]\\<>\"^`{|}%]+\.)+[^\s/?#@:\[\]\\<>\"^`{|}%.]+\.?(?::\d*)?(?=$|[/?#\\])")
_NOISE = re.compile(r"[\x00-\x1f\x7f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_EDGE_NOISE = re.compile(r"(?:%20|%09|%0a|%0d|%c2%a0|%e2%80%8[b-f]|%ef%bb%bf|\s)+$", re.I)
_QUERY_NOISE = re.compile(_EDGE_NOISE.pattern.replace("(?:", "(?:&|"), re.I)
_TRACKER_SEPARATOR = re.compile(r"&(?:amp;|#0?38;)*|[?;](?=(?:amp;)?(?:utm_|fbclid=|gclid=|yclid=))|;(?=amp;)", re.I)
_PATH_TRACKERS = re.compile(r"(?i)&(?:amp;)?(?=utm_|fbclid=|gclid=)")
_DOUBLE = re.compile(r"(?i)%25(?=[89a-f][0-9a-f])")
_SAFE_PATH = "!$&'()*+,;=:@~"
_SAFE_QUERY = "!$'()*,;:@~/?"


@dataclass(frozen=True, slots=True)
class Parts:
    """An http(s) address. `scheme` is "" when the text had none; `port` "" when it is the scheme's own."""

    scheme: str
    host: str
    port: str
    path: str
    query: tuple[tuple[str, str], ...]
    fragment: str

    def text(self, scheme: str | None = None) -> str:
        """Return the address as text, with `scheme` in place of its own; "" leaves it out."""
        chosen = (self.scheme or "https") if scheme is None else scheme
        netloc = f"{self.host}:{self.port}" if self.port else self.host
        query = "&".join(f"{name}={value}" if value else name for name, value in self.query)
        tail = ("?" + query if query else "") + ("#" + self.fragment if self.fragment else "")
        return (f"{chosen}://" if chosen else "") + netloc + (self.path or ("/" if chosen else "")) + tail


def tidy(text: str) -> str:
    """Return `text` without control and invisible characters, outer white space and quotes."""
    return _NOISE.sub("", text).strip().strip("<>\"'").strip()


def parse(text: str, *, deep: bool = True) -> Parts | None:
    """Take an address apart. None when the text is no http(s) address. With `deep`, HTML's `&amp;` is undone."""
    rest = tidy(unescape(text) if deep and "&" in text and "amp;" in text else text)
    found = _SCHEME.match(rest)
    scheme = ""
    if found:
        scheme, rest = found[1].lower().replace("feed", "http"), rest[found.end() :]
    elif rest.startswith("//"):
        rest = rest.lstrip("/")
    elif _OTHER_SCHEME.match(rest) or not _HOST.match(rest):
        return None
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    netloc, slash, path = rest.replace("\\", "/").partition("/")
    host, port = _netloc(netloc, scheme)
    if not host:
        return None
    cut = _PATH_TRACKERS.search(path)
    if cut:
        path, query = path[: cut.start()], path[cut.end() :] + ("&" + query if query else "")
    return Parts(scheme, host, port, clean_path(slash + path), _query(query), _fragment(fragment))


def _netloc(netloc: str, scheme: str) -> tuple[str, str]:
    """Return (ASCII host, port); the port is "" when it is a scheme's own."""
    netloc = netloc.rpartition("@")[2]
    host, colon, port = netloc.rpartition(":")
    if (
        not colon
        or not (port.isascii() and (port.isdigit() or not port))
        or (netloc.startswith("[") and netloc.endswith("]"))
    ):
        host, port = netloc, ""
    port = port.lstrip("0")
    usual = {"http": ("80",), "https": ("443",), "": ("80", "443")}[scheme]
    return ascii_host(host), "" if port in usual else port


def ascii_host(host: str) -> str:
    """Return the host in lower case and ASCII (punycode), without trailing dots."""
    if _needs_nothing("").fullmatch(host):
        return host.lower().strip(".")
    host = unicodedata.normalize("NFKC", _decode(host)).casefold().strip(". \t")
    if not host or re.search(r"[\s/?#@\\%]", host):
        return ""
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return host


def clean_path(path: str) -> str:
    """Return the path with one percent-encoding, no double slashes, dot segments or trailing spaces."""
    path = _EDGE_NOISE.sub("", path)
    while (single := _DOUBLE.sub("%", path)) != path:
        path = single
    kept: list[str] = []
    segments = [segment for segment in path.split("/") if segment]
    for segment in segments:
        if segment in {".", "%2e", "%2E"}:
            continue
        if segment in {"..", "%2e%2e", "%2E%2E"}:
            kept = kept[:-1]
        else:
            kept.append(respell(segment, _SAFE_PATH))
    tail = "/" if kept and path.endswith("/") else ""
    return ("/" + "/".join(kept) if kept else ("/" if path else "")) + tail


def respell(text: str, safe: str) -> str:
    """Return `text` in one percent-encoding: NFC, UTF-8, upper-case digits, nothing encoded without need."""
    if _needs_nothing(safe).fullmatch(text):
        return text
    decoded = _decode(text, keep=safe)
    return quote(decoded, safe=safe + "%", errors="surrogateescape")


@cache
def _needs_nothing(safe: str) -> re.Pattern[str]:
    """What is spelled the one way already: most paths and parameters are."""
    return re.compile(rf"[\w.~{re.escape(safe)}-]*", re.ASCII)


def _decode(text: str, keep: str = "") -> str:
    """Undo percent-encoding where that loses nothing: bytes that are no UTF-8, reserved ASCII and `%` stay encoded."""

    def undo(match: re.Match[str]) -> str:
        raw = unquote_to_bytes(match[0])
        try:
            decoded = raw.decode("utf-8")
        except UnicodeDecodeError:
            return match[0].upper()
        return "".join(c if _plain(c) else quote(c, safe="") for c in decoded)

    text = re.sub(r"(?:%[0-9A-Fa-f]{2})+", undo, text)
    text = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))


def _plain(char: str) -> bool:
    return char.isalnum() or char in "-._~" or (not char.isascii() and char.isprintable())


def _query(query: str) -> tuple[tuple[str, str], ...]:
    """Return the parameters as (name, value), spelled one way; empty ones are left out."""
    pairs = []
    for piece in _TRACKER_SEPARATOR.split(_QUERY_NOISE.sub("", query.replace("+", "%20"))):
        name, _, value = piece.partition("=")
        value = _EDGE_NOISE.sub("", value)  # once a tracker behind it is dropped, it stands at the end
        name = name if value else _EDGE_NOISE.sub("", name)
        if name or value:
            pairs.append((respell(name, _SAFE_QUERY), respell(value, _SAFE_QUERY + "=")))
    return tuple(pairs)


def _fragment(fragment: str) -> str:
    """Return the fragment where it is a route of the site (`#!…`, `#/…`), else ""."""
    fragment = _EDGE_NOISE.sub("", fragment.partition(":~:")[0])
    return respell(fragment, "!/?&=:@$,;'()*+~") if re.match(r"!.|/[\w%]", fragment) else ""
