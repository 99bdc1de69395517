"""Kill a crawl at random moments, run it again each time, and say whether anything was lost or doubled.

python benchmarks/kill.py [--pages 400] [--kills 10] [--outlets 4] [--seed 1] [--victims crawl,worker] [--database URL]

Victims in turn, of those named:
        crawl     the crawl with all its children (kill -9 of the group)
        worker    one reading worker alone, then the crawl
        browser   Chromium alone, then the crawl; one outlet's pages are rendered (needs the extra `browser`)
        postgres  the database's server, stopped at once and started again, then the crawl; it is made for this and goes
                  afterwards
        disk      the disk is full for the crawl, each time a little later (a limit on the size of its files)
Site    served by this process on loopback, every page on the topic, 20 ms each
Holds   every page stored once, every event once, every archived record whole, links all closed, requests explained:
        an address is asked for again only after a kill, and no more than what was in flight then
Exit    0 when all holds, 1 with what does not
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from monitor.middlewares.browser import available
from pipelines.store.session import make_engine, session
from tests.crawl.site import Reply, Site

IN_FLIGHT = 104
"""Requests under way (16) and pages in the stages (80) when a crawl dies, with some room."""
STORING = 20.0
"""Seconds: so long a kill that waits for rows is put off."""


DISK_STEP = 120_000
"""So many bytes more than the database has may a crawl write into one file; each time as many more."""


def be_quiet(site: Site) -> None:
    """A client that is killed breaks its connections off: no traceback for each."""
    assert site.server is not None
    site.server.handle_error = lambda request, address: None  # type: ignore[method-assign]


def fill(site: Site, folder: Path, outlets: int, pages: int, *, rendered: bool) -> None:
    """Declare outlets whose feeds list all pages; `rendered`: those of the first are shown by a browser."""
    (folder / "outlets").mkdir(parents=True)
    (folder / "monitor.toml").write_text(
        f'contact = "benchmark"\nallow_addresses = ["{site.address}"]\ndelay_seconds = 0\npages_per_run = 100000\n'
    )
    for number in range(outlets):
        links = []
        for i in range(pages // outlets):
            title = f"{i + 2} Nepali fighters captured near Donetsk, report {number} {i}"
            words = f"{i + 2} Nepali citizens who fought in the Russian army were captured by Ukrainian forces, officials said."
            path = f"/page/{number}/{i}"
            links.append((title, site.page(path, title, words, f"These are prisoners of war {i} of {number}. " * 20)))
            reply = site.routes[path]
            assert isinstance(reply, Reply)
            reply.wait = 0.02
        feed = site.feed(f"/rss/{number}", *links)
        render = 'render = "always"' if rendered and not number else ""
        (folder / "outlets" / f"kill{number}.toml").write_text(
            f'id = "kill{number}"\nname = "Kill {number}"\nhomepage = "{site.url}/"\ncountry = "UA"\nlanguages = ["en"]\n'
            f'timezone = "UTC"\nownership = "independent"\n{render}\n[[feed]]\nkind = "rss"\nurl = "{feed}"\n'
        )


def children(pid: int) -> list[int]:
    """The processes below one that read pages: all but the resource tracker."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for word in task.read_text().split():
            line = Path(f"/proc/{word}/cmdline").read_bytes()
            if b"resource_tracker" not in line:
                found.append(int(word))
    return found


def wait_for(site: Site, more: int, crawl: subprocess.Popen[bytes]) -> bool:
    """Wait until so many more pages were asked for; False when the crawl ended before."""
    goal = len(site.paths("/page/")) + more
    while len(site.paths("/page/")) < goal:
        if crawl.poll() is not None:
            return False
        time.sleep(0.005)
    return True


def browsers(pid: int) -> list[int]:
    """The Chromium processes below one that have children of their own: the browser itself comes first."""
    found, todo = [], [pid]
    while todo:
        for task in Path(f"/proc/{todo.pop()}/task").glob("*/children"):
            try:
                below = [int(word) for word in task.read_text().split()]
            except OSError:
                continue
            todo += below
            found += [one for one in below if b"chrom" in command_of(one)]
    return found


def command_of(pid: int) -> bytes:
    """A process's command line; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


class Executioner:
    """Starts crawls and breaks them off."""

    def __init__(self, site: Site, command: list[str], env: dict[str, str], seed: int, server: Server | None) -> None:
        self.site, self.command, self.env, self.server = site, command, env, server
        self.engine = make_engine(env["DATABASE_URL"])
        self.chance = random.Random(seed)
        self.full = 0

    def start(self, room: int | None = None) -> subprocess.Popen[bytes]:
        """A crawl in a group of its own; `room`: no file of it may grow larger."""

        def narrow() -> None:
            if room is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

        nowhere = subprocess.DEVNULL
        return subprocess.Popen(
            self.command, env=self.env, stdout=nowhere, stderr=nowhere, start_new_session=True, preexec_fn=narrow
        )

    def once(self, victim: str, database: Path) -> str:
        """Break one crawl off; return what was done."""
        if victim == "disk":
            self.full += 1
            size = database.stat().st_size if database.exists() else 0
            crawl = self.start(size + self.full * DISK_STEP)
            code = crawl.wait()
            return f"full disk after {self.full * DISK_STEP // 1000} kB: ended by itself with {code}"
        crawl = self.start()
        if not wait_for(self.site, self.chance.randint(5, 40), crawl):
            return "ended before it could be killed"
        if self.chance.random() < 0.5:
            self.wait_for_rows(self.chance.randint(1, 30), crawl)
        time.sleep(self.chance.random())
        done = self.hurt(victim, crawl)
        if crawl.poll() is None:
            os.killpg(crawl.pid, signal.SIGKILL)
        crawl.wait()
        return done

    def wait_for_rows(self, more: int, crawl: subprocess.Popen[bytes]) -> None:
        """Wait until so many more articles are stored: a crawl reads for some seconds before it writes the first."""
        end, goal = time.monotonic() + STORING, self.stored() + more
        while crawl.poll() is None and self.stored() < goal and time.monotonic() < end:
            time.sleep(0.02)

    def stored(self) -> int:
        """How many articles the database has."""
        with session(self.engine) as opened:
            return opened.scalar(text("SELECT count(*) FROM article")) or 0

    def hurt(self, victim: str, crawl: subprocess.Popen[bytes]) -> str:
        """Do to a crawl what its turn says."""
        if victim == "postgres" and self.server is not None:
            self.server.stop()
            time.sleep(self.chance.uniform(0.2, 3))
            self.server.start()
            went_on = wait_for(self.site, 20, crawl)
            end = "went on, then it was killed" if went_on else f"ended with {crawl.wait()}"
            return f"the database's server; the crawl {end}"
        victims = {"worker": children, "browser": browsers}.get(victim, lambda pid: [])(crawl.pid)
        if not victims:
            return "the crawl"
        os.kill(self.chance.choice(victims) if victim == "worker" else victims[0], signal.SIGKILL)
        wait_for(self.site, 20, crawl)
        return f"a {victim}, then the crawl"


class Server:
    """A PostgreSQL of its own on a free port of loopback."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        self.binaries = found[0] if found else Path("/usr/bin")
        self.folder = folder / "data"
        self.user = "postgres" if os.geteuid() == 0 else None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if self.user:
            shutil.chown(folder, self.user)
            folder.chmod(0o755)
        self.call("initdb", "-D", str(self.folder), "-U", "kill", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()
        self.url = f"postgresql://kill@127.0.0.1:{self.port}/postgres"

    def call(self, program: str, *words: str) -> None:
        """Run one of its programs, not as root."""
        out = subprocess.DEVNULL
        subprocess.run([str(self.binaries / program), *words], user=self.user, check=True, stdout=out, stderr=out)

    def start(self) -> None:
        """Serve."""
        options = f"-p {self.port} -h 127.0.0.1 -k ''"
        self.call("pg_ctl", "-D", str(self.folder), "-w", "-l", f"{self.folder}.log", "-o", options, "start")

    def stop(self) -> None:
        """Die at once, as a machine without power does."""
        self.call("pg_ctl", "-D", str(self.folder), "-m", "immediate", "stop")


def faults(site: Site, folder: Path, url: str, pages: int, kills: int) -> list[str]:
    """What does not hold."""
    found = []
    engine = make_engine(url)
    doubled = "SELECT count(*) FROM (SELECT 1 FROM {} GROUP BY {} HAVING count(*) > 1) AS d"
    wanted = {
        "SELECT count(*) FROM article WHERE relevant": pages,
        "SELECT count(DISTINCT url_key) FROM article": pages,
        "SELECT count(*) FROM revision": pages,
        "SELECT count(*) FROM frontier WHERE state != 'done'": 0,
        "SELECT count(*) FROM article WHERE id NOT IN (SELECT article_id FROM alert_event)": 0,
        "SELECT count(*) FROM article WHERE evidence_id IS NULL": 0,
        doubled.format("alert_event", "article_id, revision, watch_id, kind"): 0,
        doubled.format("match", "article_id, revision, watch_id, rule"): 0,
    }
    with session(engine) as opened:
        for query, expected in wanted.items():
            got = opened.scalar(text(query))
            if got != expected:
                found.append(f"{query}: {got}, not {expected}")
        for warc, offset, length in opened.execute(text('SELECT warc, "offset", length FROM evidence')):
            if (folder / "evidence" / warc).stat().st_size < offset + length:
                found.append(f"{warc}: nothing at {offset}")
    engine.dispose()
    files = [str(path) for path in (folder / "evidence").rglob("*.warc.gz")]
    checked = subprocess.run([sys.executable, "-m", "warcio.cli", "check", *files], capture_output=True, text=True)
    if checked.returncode:
        found.append(f"warcio check: {checked.stdout[:500]}")
    asked = Counter(site.paths("/page/"))
    again = sum(asked.values()) - len(asked)
    print(
        f"{len(asked)} addresses, {again} asked for again, at most {max(asked.values())} times; {len(files)} WARC files"
    )
    if max(asked.values()) > kills + 1 or again > kills * IN_FLIGHT:
        found.append("requests that no kill explains")
    return found


def make_folder(place: str) -> Path:
    """A folder for a database's server, which its user may enter."""
    Path(place).chmod(0o755)
    folder = Path(place) / "server"
    folder.mkdir()
    return folder


def main() -> int:
    """Kill, run to the end, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--outlets", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--victims", default="crawl,worker", help="crawl, worker, browser, postgres, disk")
    parser.add_argument("--database", default="", help="SQLAlchemy address of an empty database; default: SQLite")
    o = parser.parse_args()
    victims = o.victims.split(",")
    if "browser" in victims and available() is None:
        sys.exit("no browser to kill: it needs Chromium and the extra `browser`")
    pages = o.pages // o.outlets * o.outlets
    if {"postgres", "disk"} <= set(victims):
        sys.exit("a full disk is tried on SQLite: name postgres and disk in two runs")
    site = Site().start()
    be_quiet(site)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "workspace"
        server = Server(make_folder(place)) if "postgres" in victims else None
        fill(site, folder, o.outlets, pages, rendered="browser" in victims)
        monitor = [sys.executable, "-m", "monitor", "-w", str(folder)]
        url = o.database or (server.url if server else f"sqlite:///{folder / 'monitor.db'}")
        env = {**os.environ, "DATABASE_URL": url}
        subprocess.run([*monitor, "db", "upgrade"], check=True, env=env)
        crawl = [*monitor, "crawl", *(f"kill{n}" for n in range(o.outlets))]
        hand = Executioner(site, crawl, env, o.seed, server)
        for number in range(o.kills):
            done = hand.once(victims[number % len(victims)], folder / "monitor.db")
            print(f"kill {number + 1}: {done}", flush=True)
        with session(make_engine(url)) as opened:  # what failed in passing is not waited for
            opened.execute(text("UPDATE frontier SET next_try_at = NULL"))
            opened.execute(text("UPDATE outlet SET paused_until_at = NULL"))
        last = subprocess.run(crawl, env=env, capture_output=True, text=True)
        found = faults(site, folder, url, pages, o.kills)
        if last.returncode:
            found.append(f"the last run ended with {last.returncode}: {last.stderr[-500:]}")
        if server:
            server.stop()
    site.stop()
    print("\n".join(found) if found else f"{pages} pages, {o.kills} kills: nothing lost, nothing doubled")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
