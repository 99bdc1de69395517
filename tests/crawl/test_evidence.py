"""The bytes of a match are kept as received, provable, and whole after a crash."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from monitor.evidence.writer import OPEN, WarcEvidence, mend_folder
from pipelines.records import EvidenceRef, Exchange, Keep, Match, Outlet, Page
from tests.crawl.conftest import Workspace
from tests.crawl.site import Reply, Site

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PAGE = Page(
    "daily", "https://news.example/a", NOW, content=b"<p>unpacked</p>", content_type="text/html",
    exchange=Exchange(
        200, (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")),
        gzip.compress(b"<p>unpacked</p>", mtime=0), request_headers=(("User-Agent", "test"),), ip="192.0.2.7",
    ),
)  # fmt: skip
MATCH = Match("prisoners", "captured", 4.0)


def records(path: Path) -> list[Any]:
    found = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, no_record_parse=False, check_digests="raise"):
            record.payload = record.raw_stream.read()  # as it stands in the file, nothing undone
            found.append(record)
    return found


def check(folder: Path) -> None:
    files = [str(path) for path in folder.rglob("*.warc.gz")]
    assert files
    done = subprocess.run([sys.executable, "-m", "warcio.cli", "check", *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def evidence(folder: Path, keep: Keep = Keep.FULL, **settings: Any) -> WarcEvidence:
    outlet = Outlet("daily", "Daily", "https://news.example", "UA", ("en",), store=keep)
    return WarcEvidence(folder, {"daily": outlet}, lambda: NOW, **settings)


def keep(archive: WarcEvidence, page: Page, matches: tuple[Match, ...] = ()) -> EvidenceRef | None:
    (ref,) = archive.keep([(page, matches)])
    return ref


def test_the_wire_is_kept_and_says_why(tmp_path: Path) -> None:
    kept = evidence(tmp_path)
    ref = keep(kept, PAGE, (MATCH,))
    kept.close()
    assert ref is not None
    assert PAGE.exchange is not None
    _, response, request, metadata = records(tmp_path / ref.warc)
    assert response.payload == PAGE.exchange.body
    assert response.http_headers.get_header("Content-Encoding") == "gzip"
    assert response.http_headers.get_header("Transfer-Encoding") is None
    assert response.rec_headers.get_header("WARC-Payload-Digest") == f"sha256:{ref.sha256}"
    assert ref.sha256 == hashlib.sha256(PAGE.exchange.body).hexdigest()
    assert request.http_headers.get_header("User-Agent") == "test"
    assert b"rule: prisoners/captured version 1 score 4" in metadata.payload
    raw = (tmp_path / ref.warc).read_bytes()[ref.offset : ref.offset + ref.length]
    (alone,) = ArchiveIterator(BytesIO(raw))
    assert alone.rec_headers.get_header("WARC-Target-URI") == PAGE.url
    check(tmp_path)


@pytest.mark.parametrize("policy", [Keep.EXCERPT, Keep.LINK_ONLY])
def test_the_outlets_policy_rules(tmp_path: Path, policy: Keep) -> None:
    assert keep(evidence(tmp_path, policy), PAGE) is None
    assert not list(tmp_path.rglob("*.gz"))


def test_pages_kept_together_are_found_each_at_its_place(tmp_path: Path) -> None:
    kept = evidence(tmp_path)
    pages = [
        replace(PAGE, url=f"https://news.example/{i}", outlet_id=name) for i, name in enumerate(["daily", "x", "x"])
    ]
    kept.outlets = {"x": replace(kept.outlets["daily"], store=Keep.LINK_ONLY), **kept.outlets} | {
        "y": kept.outlets["daily"]
    }
    pages[2] = replace(pages[2], outlet_id="y", exchange=None)
    first, none, last = kept.keep([(page, (MATCH,)) for page in pages])
    kept.close()
    assert none is None
    for ref, page in ((first, pages[0]), (last, pages[2])):
        assert ref is not None
        raw = (tmp_path / ref.warc).read_bytes()[ref.offset : ref.offset + ref.length]
        (alone,) = ArchiveIterator(BytesIO(raw))
        assert alone.rec_headers.get_header("WARC-Target-URI") == page.url
        assert alone.rec_headers.get_header("WARC-Payload-Digest") == f"sha256:{ref.sha256}"
    check(tmp_path)


def test_files_change_when_they_are_full(tmp_path: Path) -> None:
    kept = evidence(tmp_path, max_bytes=3000)
    refs = [keep(kept, replace(PAGE, url=f"https://news.example/{i}")) for i in range(6)]
    kept.close()
    assert len({ref.warc for ref in refs if ref}) > 1
    assert not list(tmp_path.rglob(f"*{OPEN}"))
    check(tmp_path)


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_a_cut_tail_is_taken_off(tmp_path: Path, cut: int) -> None:
    kept = evidence(tmp_path)
    ref = keep(kept, PAGE)
    assert ref is not None
    path = tmp_path / ref.warc
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(whole[ref.offset : ref.offset + cut])
    assert mend_folder(tmp_path) == ()  # its writer lives
    assert kept.file is not None
    kept.file.close()  # as death does
    assert mend_folder(tmp_path) == (path,)
    assert path.read_bytes() == whole
    check(tmp_path)


def test_a_full_disk_leaves_no_half_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = evidence(tmp_path)
    assert keep(kept, PAGE) is not None

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep(kept, PAGE)
    monkeypatch.undo()
    assert keep(kept, PAGE) is not None
    kept.close()
    check(tmp_path)


def test_a_crawl_keeps_what_the_server_sent(site: Site, workspace: Workspace, article: Callable[..., str]) -> None:
    url = article()
    reply = site.routes["/captured"]
    assert isinstance(reply, Reply)
    assert isinstance(reply.body, str)
    packed = gzip.compress(reply.body.encode())
    site.routes["/packed"] = Reply(packed, headers={"Content-Encoding": "gzip"})
    site.routes["/captured"] = Reply(status=302, headers={"Location": "/packed"})
    workspace.outlet("daily", ("rss", site.feed("/rss", ("Captured", url))))
    assert workspace.run("crawl", "daily").returncode == 0
    assert workspace.outcomes() == {"stored": 1}
    folder = workspace.folder / "evidence"
    (path,) = folder.rglob("*.warc.gz")
    _, response, request, metadata = records(path)
    assert response.payload == packed
    assert request.http_headers.get_header("User-Agent").startswith("fighters-pow-monitor/")
    assert f"redirectedFrom: {url}".encode() in metadata.payload
    assert b"rule: prisoners-of-war/" in metadata.payload
    check(folder)
