"""Look at single pages with the crawl's own analyst; nothing is stored.

In      files, web addresses, or JSON lines `{"id","url","html"}` / `{"id","url","title","text","lang"}`
Out     one dictionary for each input, in order, its `id` echoed; `error` instead of a reading where a line is bad
"""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.caseload import person_watches
from monitor.catalogue import load_outlets
from monitor.config import Config
from monitor.fetch import FetchProblem, fetch
from monitor.reading_worker import settle
from monitor.spiders.archive import host_of, hosts_of
from monitor.watches import load_watches
from monitor.wiring import context_of
from pipelines.analysis.analyst import Analyst
from pipelines.records import Article, Context, Page


class Examiner:
    """An analyst with the workspace's watches and outlets."""

    def __init__(self, config: Config, *, only_page: bool, clock: datetime) -> None:
        self.config, self.only_page, self.now = config, only_page, clock
        self.outlets = load_outlets(config.workspace)
        self.by_host = hosts_of(self.outlets.values())
        known = {} if only_page else {**load_watches(config.workspace), **person_watches(config.workspace)}
        watches = [one for one in known.values() if one.enabled]
        self.analyst = Analyst(watches)
        settle()

    def lines(self, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """A reading for each line of a JSONL stream."""
        for number, line in enumerate(lines, 1):
            yield self.line(line, number)

    def line(self, line: bytes, number: int) -> dict[str, Any]:
        """A reading of one line; a bad one gives its number and what is wrong."""
        if not line.strip():
            return {"id": None, "error": f"line {number}: empty"}
        try:
            row = json.loads(line)
        except ValueError as error:
            return {"id": None, "error": f"line {number}: not JSON: {error}"}
        if not isinstance(row, dict):
            return {"id": None, "error": f"line {number}: not an object"}
        identity = row.get("id")
        html, text, address = row.get("html"), row.get("text"), row.get("url") or ""
        if not isinstance(html, str) and not isinstance(text, str):
            return {"id": identity, "error": f'line {number}: neither "html" nor "text" is a text'}
        if not isinstance(address, str):
            return {"id": identity, "error": f'line {number}: "url" is not a text'}
        if isinstance(html, str):
            content = html.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode()
            page = Page("", address, self.now, content=content, content_type="text/html", charset="utf-8")
        else:
            page = Page(
                "", address, self.now, text=text, title=_text(row.get("title")), language=_lang(row.get("lang"))
            )
        return {"id": identity, **self.read(page)}

    def source(self, source: str, page_url: str = "") -> dict[str, Any]:
        """A reading of one file (`-`: standard input) or web address."""
        try:
            return {"id": source, **self.read(self._page(source, page_url))}
        except FetchProblem as error:
            return {"id": source, "error": str(error)}
        except (OSError, EOFError, zlib.error) as error:
            return {"id": source, "error": getattr(error, "strerror", None) or f"damaged: {error}"}

    def _page(self, source: str, page_url: str) -> Page:
        if urlsplit(source).scheme in ("http", "https"):
            answer = fetch(source, self.config)
            return Page(
                "",
                answer.url,
                self.now,
                content=answer.content,
                content_type=answer.content_type,
                charset=answer.charset,
            )
        if source == "-":
            return Page("", page_url, self.now, content=sys.stdin.buffer.read(), content_type="text/html")
        path = Path(source)
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if path.suffix == ".txt":
            return Page("", page_url, self.now, text=content.decode("utf-8", "replace"))
        return Page("", page_url, self.now, content=content, content_type="text/html")

    def read(self, page: Page) -> dict[str, Any]:
        """What is understood of a page, as `monitor analyse --json` prints it."""
        outlet = self.outlets.get(self.by_host.get(host_of(page.url), ""))
        context = context_of(outlet) if outlet else Context()
        return as_row(self.analyst.analyse(page, context, only_page=self.only_page))


def as_row(article: Article) -> dict[str, Any]:
    """An article in the words of the command's contract."""
    return {
        "url_key": article.url_key,
        "canonical_url": article.canonical_url,
        "title": article.title,
        "authors": list(article.authors),
        "published_at": article.published.isoformat() if article.published else None,
        "modified_at": article.modified.isoformat() if article.modified else None,
        "language": article.language,
        "section": article.section,
        "lead": article.lead,
        "body": article.body,
        "dates": [asdict(one) for one in article.dates],
        "figures": [asdict(one) for one in article.figures],
        "counts": [asdict(one) for one in article.counts],
        "matches": [asdict(one) for one in article.matches],
        "relevant": article.relevant,
        "flags": list(article.flags),
        "outcome": article.outcome.value if article.outcome else None,
    }


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _lang(value: Any) -> str | None:
    return value.split("-")[0].lower() if isinstance(value, str) and value else None
