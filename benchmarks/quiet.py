"""How long a crawl takes that finds nothing new: 430 unchanged feeds of 130 outlets, each on a host of its own.

python benchmarks/quiet.py [--feeds 430] [--outlets 130] [--delay 1.0]

Site    loopback addresses 127.1.0.1, 127.1.0.2, … stand for hosts; every feed of 30 entries has an ETag, every page too
Runs    the first crawl takes all in; the second finds every feed unchanged; politeness (one request at a time a host,
        `--delay` seconds between two) as in real crawls, the packaged watches, SQLite
Out     seconds and CPU of both runs, requests by answer, bytes of bodies sent
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ENTRIES = 30


class Site:
    """Feeds and pages that never change; counts what it answers."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                kind = self.path.split("/")[1] if self.path.count("/") > 1 else "other"
                body = site.body_of(self.headers["Host"], self.path, kind)
                same = self.headers.get("If-None-Match") == '"1"'
                status = 404 if body is None else 304 if same else 200
                sent = body.encode() if body is not None and status == 200 else b""
                site.answers[f"{kind} {status}"] += 1
                site.answers[f"{kind} bytes"] += len(sent)
                self.send_response(status)
                self.send_header("ETag", '"1"')
                self.send_header(
                    "Content-Type", "application/rss+xml" if kind == "feed" else "text/html; charset=utf-8"
                )
                if status != 304:
                    self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def body_of(self, host: str, path: str, kind: str) -> str | None:
        """A feed, a page, or nothing."""
        number = path.rsplit("/", 1)[1]
        if kind == "feed":
            items = "".join(
                f"<item><title>Bread {number} {n}</title><link>http://{host}/page/{number}</link></item>"
                for n in range(ENTRIES)
            )
            return f'<rss version="2.0"><channel>{items}</channel></rss>'
        words = "The council spoke about the price of bread. " * 20
        return (
            f"<html lang=en><title>Bread {number}</title><article><p>{words}</p></article>" if kind == "page" else None
        )


def declare(folder: Path, site: Site, feeds: int, outlets: int, delay: float) -> None:
    """Write the workspace."""
    hosts = [f"127.1.{n // 250}.{n % 250 + 1}:{site.port}" for n in range(outlets)]
    (folder / "outlets").mkdir(parents=True)
    allowed = ", ".join(f'"{host}"' for host in hosts)
    (folder / "monitor.toml").write_text(
        f'contact = "benchmark"\nallow_addresses = [{allowed}]\ndelay_seconds = {delay}\n', encoding="utf-8"
    )
    for n, host in enumerate(hosts):
        mine = "".join(
            f'[[feed]]\nkind = "rss"\nurl = "http://{host}/feed/{number}"\n' for number in range(n, feeds, outlets)
        )
        (folder / "outlets" / f"quiet{n}.toml").write_text(
            f'id = "quiet{n}"\nname = "Quiet {n}"\nhomepage = "http://{host}/"\ncountry = "UA"\nlanguages = ["en"]\n'
            f'timezone = "UTC"\nownership = "independent"\n{mine}',
            encoding="utf-8",
        )


def main() -> None:
    """Crawl twice and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=430)
    parser.add_argument("--outlets", type=int, default=130)
    parser.add_argument("--delay", type=float, default=1.0)
    o = parser.parse_args()
    site = Site()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "workspace"
        declare(folder, site, o.feeds, o.outlets, o.delay)
        monitor = [sys.executable, "-m", "monitor", "-w", str(folder)]
        subprocess.run([*monitor, "db", "upgrade"], check=True)
        names = [f"quiet{n}" for n in range(o.outlets)]
        for turn in ("first", "second, nothing new"):
            site.answers.clear()
            before, start = os.times(), time.monotonic()
            subprocess.run([*monitor, "crawl", *names], check=True, stdout=subprocess.DEVNULL)
            after = os.times()
            cpu = after.children_user + after.children_system - before.children_user - before.children_system
            print(f"{turn}: {time.monotonic() - start:.1f} s, CPU {cpu:.1f} s; {dict(sorted(site.answers.items()))}")


if __name__ == "__main__":
    main()
