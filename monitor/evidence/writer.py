"""Keep the bytes of matched pages in WARC files of the workspace: `evidence/YYYY-MM/…​.warc.gz`.

In      a `Page` whose rules fired, under the outlet's `store` policy (only `full` keeps bytes)
Out     `EvidenceRef(warc, offset, length, sha256)`; the record is on the disk before the row is committed
Honest  the body is kept after Content-Encoding was undone, headers in their order of arrival; warcinfo says so
Raises  OSError when the disk refuses
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import IO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor import __version__
from pipelines.ports import Clock
from pipelines.records import EvidenceRef, Keep, Outlet, Page

DROPPED_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""They describe the wire, not the bytes that are kept."""


class WarcEvidence:
    """One open WARC file a process; safe for several threads."""

    def __init__(self, folder: Path, outlets: Mapping[str, Outlet], clock: Clock) -> None:
        self.folder = folder
        self.outlets = outlets
        self.clock = clock
        self.lock = threading.Lock()
        self.file: IO[bytes] | None = None
        self.path: Path | None = None

    def keep(self, page: Page) -> EvidenceRef | None:
        """Append the response of `page`; None where the outlet's policy keeps no bytes."""
        outlet = self.outlets.get(page.outlet_id)
        if outlet is not None and outlet.store is not Keep.FULL:
            return None
        with self.lock:
            file, path = self._open()
            offset = file.seek(0, os.SEEK_END)
            digest = hashlib.sha256(page.content).hexdigest()
            try:
                WARCWriter(file, gzip=True).write_record(self._record(file, page, digest))
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(offset)  # half a record would spoil the file for every reader
                raise
            length = file.tell() - offset
        return EvidenceRef(str(path.relative_to(self.folder)), offset, length, digest)

    def _record(self, file: IO[bytes], page: Page, digest: str) -> object:
        headers = [(k, v) for k, v in page.headers if k.lower() not in DROPPED_HEADERS]
        headers.append(("Content-Length", str(len(page.content))))
        return WARCWriter(file, gzip=True).create_warc_record(
            page.url,
            "response",
            payload=BytesIO(page.content),
            http_headers=StatusAndHeaders(f"{page.status} OK", headers, protocol="HTTP/1.1"),
            warc_headers_dict={
                "WARC-Date": page.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "WARC-Payload-Digest": f"sha256:{digest}",
            },
        )

    def _open(self) -> tuple[IO[bytes], Path]:
        if self.file is None or self.path is None:
            now = self.clock()
            folder = self.folder / f"{now:%Y-%m}"
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path = folder / f"{now:%Y%m%dT%H%M%S}-{os.getpid()}.warc.gz"
            self.file = self.path.open("a+b")
            self.path.chmod(0o600)
            if self.file.seek(0, os.SEEK_END) == 0:
                writer = WARCWriter(self.file, gzip=True)
                writer.write_record(writer.create_warcinfo_record(self.path.name, _about()))
        return self.file, self.path

    def close(self) -> None:
        """Close the file; the next record opens a new one."""
        with self.lock:
            if self.file is not None:
                self.file.close()
            self.file, self.path = None, None


def _about() -> dict[str, str]:
    return {
        "software": f"fighters-pow-monitor/{__version__}",
        "format": "WARC File Format 1.0",
        "description": "Responses of matched pages. Content-Encoding undone, header order reconstructed.",
    }
