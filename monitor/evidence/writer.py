"""Keep the bytes of matched pages in WARC files of the workspace.

In      pages as received, the rules that fired
Out     `EvidenceRef`: file below the evidence folder, offset, length, sha256 of the payload as received
Safe    the records of pages kept together are one write followed by fsync; a tail that a crash cut is taken off when
        the next file is opened, so that `warcio check` passes on every file
Raises  OSError when the disk refuses; the file keeps no half record
"""

from __future__ import annotations

import fcntl
import os
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from monitor.evidence.records import info_record, page_records
from pipelines.ports import Clock
from pipelines.records import EvidenceRef, Keep, Match, Outlet, Page

MAX_FILE_BYTES = 512 * 1024 * 1024
"""A file that has grown so far is closed; the next record opens a new one."""

OPEN = ".open"
"""Mark beside a file that is being written: its end has not been looked at since."""


class WarcEvidence:
    """One open WARC file a process; safe for several threads."""

    def __init__(
        self, folder: Path, outlets: Mapping[str, Outlet], clock: Clock, *, max_bytes: int = MAX_FILE_BYTES
    ) -> None:
        self.folder = folder
        self.outlets = outlets
        self.clock = clock
        self.max_bytes = max_bytes
        self.lock = threading.Lock()
        self.file: IO[bytes] | None = None
        self.path: Path | None = None
        self.files = 0

    def keep(self, pages: Sequence[tuple[Page, tuple[Match, ...]]]) -> list[EvidenceRef | None]:
        """Append the records of `pages`, all or none; None where the outlet's policy keeps no bytes."""
        groups = [page_records(page, matches) if self._may_keep(page) else None for page, matches in pages]
        data = b"".join(group.data for group in groups if group is not None)
        if not data:
            return [None] * len(pages)
        with self.lock:
            file, path = self._open()
            offset = file.seek(0, os.SEEK_END)
            _append(file, data, offset)
            if offset + len(data) >= self.max_bytes:
                self._close()
        name, found = path.relative_to(self.folder).as_posix(), list[EvidenceRef | None]()
        for group in groups:
            found.append(None if group is None else EvidenceRef(name, offset, group.length, group.sha256))
            offset += 0 if group is None else len(group.data)
        return found

    def _may_keep(self, page: Page) -> bool:
        outlet = self.outlets.get(page.outlet_id)
        return outlet is None or outlet.store is Keep.FULL

    def _open(self) -> tuple[IO[bytes], Path]:
        if self.file is None or self.path is None:
            mend_folder(self.folder)
            now = self.clock()
            folder = self.folder / f"{now:%Y-%m}"
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / f"{now:%Y%m%dT%H%M%S}-{os.getpid()}-{self.files:04d}.warc.gz"
            # unbuffered: nothing of a record waits in this process when it dies
            file = path.open("x+b", buffering=0)
            path.chmod(0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            _mark(path).touch(mode=0o600)
            self.files += 1
            self.file, self.path = file, path
            _append(file, info_record(path.name), 0)
        return self.file, self.path

    def close(self) -> None:
        """Close the file; the next record opens a new one."""
        with self.lock:
            self._close()

    def _close(self) -> None:
        if self.file is not None and self.path is not None:
            self.file.close()
            _mark(self.path).unlink(missing_ok=True)
        self.file, self.path = None, None


def _mark(path: Path) -> Path:
    return path.with_name(path.name + OPEN)


def _append(file: IO[bytes], data: bytes, offset: int) -> None:
    try:
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]
        os.fsync(file.fileno())
    except OSError:
        file.truncate(offset)  # half a record would spoil the file for every reader
        raise


# ── after a crash ──


def mend_folder(folder: Path) -> tuple[Path, ...]:
    """Take the cut tails off files whose writer died; return those that were shortened.

    A living writer holds its file's lock, so its file is left alone.
    """
    mended = []
    for mark in sorted(folder.glob(f"*/*{OPEN}")):
        path = mark.with_name(mark.name.removesuffix(OPEN))
        if not path.exists():
            mark.unlink(missing_ok=True)
            continue
        with path.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            whole = whole_bytes(file)
            if whole < file.seek(0, os.SEEK_END):
                file.truncate(whole)
                os.fsync(file.fileno())
                mended.append(path)
            mark.unlink(missing_ok=True)
            if whole == 0:
                path.unlink()
    return tuple(mended)


def whole_bytes(file: IO[bytes]) -> int:
    """How many bytes from the start of `file` are whole gzip members."""
    file.seek(0)
    whole = 0
    for end in _member_ends(file):
        whole = end
    return whole


def _member_ends(file: IO[bytes]) -> Iterator[int]:
    member, place, chunk = zlib.decompressobj(wbits=31), 0, file.read(1 << 20)
    while chunk:
        try:
            member.decompress(chunk)
        except zlib.error:
            return
        place += len(chunk) - len(member.unused_data)
        if member.eof:
            yield place
            chunk, member = member.unused_data, zlib.decompressobj(wbits=31)
            chunk = chunk or file.read(1 << 20)
        else:
            chunk = file.read(1 << 20)
