"""The forms of an export: CSV that no spreadsheet takes for formulas, JSON Lines, Atom.

In      pieces of masked rows
Out     pieces of bytes, UTF-8; the first of them stands before any row is read
"""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from xml.sax.saxutils import escape

from monitor.exports.codebook import Dataset

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NUL = str.maketrans({"\x00": None, "\r": " "})

Pieces = Iterable[list[dict[str, Any]]]


def as_csv(dataset: Dataset, pieces: Pieces, *, raw: bool = False) -> Iterator[bytes]:
    """CSV with a header, RFC 4180. Texts that begin like a formula get a leading apostrophe, unless `raw`."""
    cell = plain_cell if raw else safe_cell
    yield _lines([dataset.names])
    for piece in pieces:
        yield _lines([[cell(row[name]) for name in dataset.names] for row in piece])


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def plain_cell(value: Any) -> Any:
    """A value as it stands in a table: times in UTC, lists joined by `; `, yes and no as true and false."""
    if value is None or isinstance(value, str):
        return value.translate(_NUL) if value and not value.isprintable() else value
    if isinstance(value, (int, float)):
        return str(value).lower() if isinstance(value, bool) else value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "; ".join(str(plain_cell(part)) for part in value)
    return str(value).translate(_NUL)


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers.

    >>> safe_cell("=1+1"), safe_cell(-3), safe_cell("a"), safe_cell(" @x")
    ("'=1+1", -3, 'a', "' @x")
    """
    made = plain_cell(value)
    if not isinstance(made, str) or not made or made[0].isalnum():
        return made
    return f"'{made}" if made.lstrip(" \u00a0\ufeff\u3000")[:1] in _FORMULA else made


def as_jsonl(pieces: Pieces) -> Iterator[bytes]:
    """JSON Lines: an object a row, keys as in the codebook."""
    for piece in pieces:
        yield "".join(json.dumps(row, ensure_ascii=False, default=_json) + "\n" for row in piece).encode(
            "utf-8", "replace"
        )


def _json(value: Any) -> str:
    return str(plain_cell(value))


def as_atom(dataset: Dataset, pieces: Pieces, title: str, now: datetime, public_url: str = "") -> Iterator[bytes]:
    """An Atom feed of articles or matches, in the order of the rows."""
    head = f"{_element('title', title)}{_element('id', _urn(f'export {dataset.name} {title}'))}"
    yield (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n{head}'
        f"{_element('updated', now.isoformat())}<author><name>News monitor</name></author>\n"
    ).encode()
    for piece in pieces:
        yield "".join(_entry(dataset, row, now, public_url) for row in piece).encode("utf-8", "replace")
    yield b"</feed>\n"


def _entry(dataset: Dataset, row: Mapping[str, Any], now: datetime, public_url: str) -> str:
    number = row.get("article") or row["id"]
    when = row.get("published") or row.get("first_seen") or row.get("matched") or now
    words = [row.get("outlet_name"), row.get("language"), row.get("quote"), row.get("review")]
    link = f"{public_url.rstrip('/')}/article/{number}" if public_url else row.get("url")
    parts = [
        _element("id", _urn(f"{dataset.name} {row['id']}")),
        _element("title", str(row.get("title") or "(no title)")),
        _element("updated", plain_cell(when)),
        f'<link rel="alternate" href="{escape(_clean(str(link)), {chr(34): "&quot;"})}"/>' if link else "",
        '<content type="text">' + escape(_clean(" · ".join(str(word) for word in words if word))) + "</content>",
    ]
    return f"<entry>{''.join(parts)}</entry>\n"


def _element(tag: str, text: str) -> str:
    return f"<{tag}>{escape(_clean(text))}</{tag}>"


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)


def _urn(thing: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"monitor {thing}").urn
