"""One page's data as HTML, JSON or CSV. Templates escape everything; marks are joined of escaped pieces.

In      a `Page` whose data went through the veil
Out     starlette responses
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, JSONResponse, Response

from monitor.cli.common import csv_cell
from monitor.web import chart, found, lanes
from monitor.web.reviewing import CHOICES

_RTL = frozenset({"ar", "fa", "ur", "he", "ps"})


class Json(JSONResponse):
    """JSON as people read it: no escapes, times in ISO 8601."""

    def render(self, content: Any) -> bytes:
        """The bytes; lone surrogates of broken pages are written as a question mark."""
        text = json.dumps(content, ensure_ascii=False, default=_plain, allow_nan=False)
        return text.encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value)


def table(rows: list[dict[str, Any]], columns: tuple[str, ...], name: str) -> Response:
    """CSV that no spreadsheet takes for formulas, with a mark of its encoding."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([csv_cell(row.get(column)) for column in columns] for row in rows)
    content = ("\ufeff" + out.getvalue()).encode("utf-8", "replace")
    return Response(content, media_type="text/csv; charset=utf-8",
                    headers={"content-disposition": f'attachment; filename="{name}.csv"'})  # fmt: skip


def html(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A rendered page."""
    return HTMLResponse(environment().get_template(template).render(**values).encode("utf-8", "replace"), status)


@cache
def environment() -> Environment:
    """The templates with their filters; whatever ends in .html is escaped."""
    made = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=select_autoescape(default_for_string=True, default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "marked": marked,
        "spans": spans,
        "outside": outside,
        "day": day,
        "words": lambda text: str(text).replace("_", " "),
        "number": lambda value: f"{value:,}".replace(",", "\u202f"),
        "direction": lambda language: "rtl" if language in _RTL else "auto",
        "count": count_words,
        "flat": lambda value: ", ".join(f"{key} {one}" for key, one in value.items()),
        "pretty": lambda value: json.dumps(value, ensure_ascii=False, indent=1, default=_plain),
    }
    made.globals |= {"chart": chart.draw, "lanes": lanes.draw, "choices": CHOICES, "asset": asset, "query": query_text}
    return made


def marked(text: str | None, keys: list[str]) -> Markup:
    """`text` with the words that were looked for in <mark>."""
    parts = (Markup("<mark>{}</mark>").format(p) if hit else escape(p) for p, hit in found.pieces(text or "", keys))
    return Markup().join(parts)


def spans(text: str | None, marks: list[dict[str, Any]], field: str) -> Markup:
    """`text` with what the machine read in it marked; every piece is escaped by itself."""
    text, at, out = text or "", 0, []
    for one in marks:
        if one["field"] == field and at <= one["start"] < one["end"] <= len(text):
            out.append(escape(text[at : one["start"]]))
            piece = text[one["start"] : one["end"]]
            out.append(Markup('<mark class="{}" title="{}">{}</mark>').format(one["kind"], one["label"], piece))
            at = one["end"]
    return Markup().join([*out, escape(text[at:])])


def outside(url: str | None) -> str:
    """The address if a browser may follow it, else nothing: outlets write `javascript:` too."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def day(value: Any) -> str:
    """A time for people: `2026-04-05 12:30`, in UTC if it is an instant of the monitor."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
    return str(value or "")[:16].replace("T", " ")


def count_words(one: Mapping[str, Any]) -> str:
    """A claim's number in words: `at least 155`, `10–12`, `3 of 20`."""
    low, high = one["low"], one["high"]
    number = "unnumbered" if low is None and high is None else str(high if low is None else low)
    if low is not None and high is not None and low != high:
        number = f"{low}–{high}"
    bound = "" if one["bound"] == "exact" else str(one["bound"]).replace("_", " ") + " "
    return f"{bound}{number}" + (f" of {one['of']}" if one.get("of") else "")


def query_text(params: Mapping[str, Any], **changes: Any) -> str:
    """The query of the same page with some parameters changed; None drops one."""
    asked = {**params, **changes}
    pairs = {k: (f"{v:%Y-%m-%dT%H:%M:%SZ}" if isinstance(v, datetime) else "1" if v is True else str(v))
             for k, v in asked.items() if v not in (None, "", False)}  # fmt: skip
    return "?" + urlencode(pairs) if pairs else "?"


@cache
def asset(name: str) -> str:
    """The address of a file of our own; it changes with the file, so that browsers may keep it."""
    content = files("monitor.web").joinpath("static", name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:10]}"
