"""The archive spider: WARC files and folders of saved pages, read through the same stages (backfill).

scrapy crawl archive -a path=pages.warc.gz [-a outlet=ukrinform]

What it finds is historical: it is matched, stored and searchable, and never alerts by itself. Nothing is fetched.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy import Spider, signals
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from monitor.spiders.own import OwnSpider
from monitor.spiders.pages import outcome_of_status
from pipelines.records import Outlet, Page

HTML_TYPES = ("text/html", "application/xhtml+xml")
MAX_BYTES = 32 * 1024 * 1024


class ArchiveSpider(OwnSpider):
    """Reads what was saved before."""

    name = "archive"

    def __init__(self, path: str = "", outlet: str = "", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.path, self.outlet = path, outlet

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> ArchiveSpider:
        """Scrapy's constructor. The add-on has not run yet: ports are looked up when they are used."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.finish, signal=signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Page]:
        """Yield every saved page; no request is made."""
        by_host = hosts_of(self.shop.outlets.values())
        for saved in read_saved(Path(self.path), self.ports.clock()):
            outlet_id = self.outlet or by_host.get(host_of(saved.url), "archive")
            yield Page(
                outlet_id=outlet_id,
                url=saved.url,
                requested_url=saved.url,
                fetched_at=saved.fetched_at,
                status=saved.status,
                content=saved.content,
                content_type=saved.content_type,
                charset=saved.charset,
                historical=True,
                failure=outcome_of_status(saved.status),
            )

    def finish(self, spider: Spider, reason: str) -> None:
        """Write the book; called by Scrapy when the spider closes."""
        self.ports.reader.close()
        self.book.save(self.ports.clock(), exit_code=0 if reason == "finished" else 1)


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved page."""

    url: str
    fetched_at: datetime
    status: int
    content: bytes
    content_type: str | None = None
    charset: str | None = None


def host_of(url: str) -> str:
    """The host of an address without `www.`."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def hosts_of(outlets: Any) -> dict[str, str]:
    """Host of an outlet's home page and feeds -> outlet id."""
    found: dict[str, str] = {}
    outlet: Outlet
    for outlet in outlets:
        for url in (outlet.homepage, *(feed.url for feed in outlet.feeds)):
            found.setdefault(host_of(url), outlet.id)
    return found


def read_saved(path: Path, now: datetime) -> Iterator[Saved]:
    """Every page of a WARC file, of one saved page, or of a folder of either.

    A folder may hold `pages.jsonl` or `truth.jsonl` with lines `{"id" or "file", "url", "crawl_date"?}` that name the
    address of `<id>.html` or `<id>.html.gz`. Raises FileNotFoundError with the path.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder")
    if path.is_dir():
        yield from _folder(path, now)
    elif path.name.endswith((".warc", ".warc.gz")):
        yield from read_warc(path)
    else:
        yield Saved(path.absolute().as_uri(), now, 200, _bytes(path), "text/html")


def _folder(path: Path, now: datetime) -> Iterator[Saved]:
    listed = next((path / name for name in ("pages.jsonl", "truth.jsonl") if (path / name).is_file()), None)
    if listed is not None:
        for line in listed.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            file = _file_of(path, row)
            if file is not None:
                yield Saved(row["url"], _when(row.get("crawl_date"), now), 200, _bytes(file), "text/html", "utf-8")
        return
    for file in sorted(path.iterdir()):
        if file.name.endswith((".warc", ".warc.gz", ".html", ".htm", ".html.gz")):
            yield from read_saved(file, now)


def _file_of(path: Path, row: dict[str, Any]) -> Path | None:
    name = Path(str(row.get("file") or row.get("id") or "")).name
    return next((path / f"{name}{end}" for end in ("", ".html", ".html.gz") if (path / f"{name}{end}").is_file()), None)


def _bytes(file: Path) -> bytes:
    if file.suffix == ".gz":
        with gzip.open(file) as opened:
            return opened.read(MAX_BYTES)
    return file.read_bytes()[:MAX_BYTES]


def _when(text: Any, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return now
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def read_warc(path: Path) -> Iterator[Saved]:
    """The HTML responses of a WARC file, in order. Raises ValueError naming the file when it is none."""
    with path.open("rb") as opened:
        try:
            for record in ArchiveIterator(opened):
                if record.rec_type != "response" or record.http_headers is None:
                    continue
                kind = (record.http_headers.get_header("Content-Type") or "").lower()
                if not kind.startswith(HTML_TYPES):
                    continue
                yield Saved(
                    record.rec_headers.get_header("WARC-Target-URI"),
                    datetime.fromisoformat(record.rec_headers.get_header("WARC-Date").replace("Z", "+00:00")),
                    int(record.http_headers.get_statuscode() or 200),
                    record.content_stream().read(MAX_BYTES),
                    kind.split(";")[0],
                    kind.split("charset=")[1].split(";")[0].strip() if "charset=" in kind else None,
                )
        except ArchiveLoadFailed as error:
            raise ValueError(f"{path}: not a WARC file: {error}") from error
