"""Kill a crawl at random moments, run it again each time, and say whether anything was lost or doubled.

python benchmarks/kill.py [--pages 400] [--kills 10] [--outlets 4] [--seed 1] [--database URL]

Kills   in turn: the crawl with all its children (kill -9 of the group), or one reading worker alone
Site    served by this process on loopback, every page on the topic, 20 ms each
Holds   every page stored once, every event once, every archived record whole, links all closed, requests explained:
        an address is asked for again only after a kill, and no more than what was in flight then
Exit    0 when all holds, 1 with what does not
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines.store.session import make_engine, session
from tests.crawl.site import Reply, Site

IN_FLIGHT = 130
"""Requests under way (16) and pages in the stages (100) when a crawl dies, with some room."""


def fill(site: Site, folder: Path, outlets: int, pages: int) -> None:
    """Declare outlets whose feeds list all pages."""
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
        (folder / "outlets" / f"kill{number}.toml").write_text(
            f'id = "kill{number}"\nname = "Kill {number}"\nhomepage = "{site.url}/"\ncountry = "UA"\nlanguages = ["en"]\n'
            f'timezone = "UTC"\nownership = "independent"\n[[feed]]\nkind = "rss"\nurl = "{feed}"\n'
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


def kill_once(site: Site, command: list[str], env: dict[str, str], chance: random.Random, whole: bool) -> str:
    """Start a crawl, kill it or a worker of it after some pages; return what was done."""
    crawl = subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    if not wait_for(site, chance.randint(5, 40), crawl):
        return "ended before it could be killed"
    time.sleep(chance.random())
    victims = [] if whole else children(crawl.pid)
    if victims:
        os.kill(chance.choice(victims), signal.SIGKILL)
        wait_for(site, 20, crawl)
    done = "a worker, then the crawl" if victims else "the crawl"
    if crawl.poll() is None:
        os.killpg(crawl.pid, signal.SIGKILL)
    crawl.wait()
    return done


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


def main() -> int:
    """Kill, run to the end, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--outlets", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="", help="SQLAlchemy address of an empty database; default: SQLite")
    o = parser.parse_args()
    chance = random.Random(o.seed)
    pages = o.pages // o.outlets * o.outlets
    site = Site().start()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "workspace"
        fill(site, folder, o.outlets, pages)
        monitor = [sys.executable, "-m", "monitor", "-w", str(folder)]
        url = o.database or f"sqlite:///{folder / 'monitor.db'}"
        env = {**os.environ, "DATABASE_URL": url}
        subprocess.run([*monitor, "db", "upgrade"], check=True, env=env)
        crawl = [*monitor, "crawl", *(f"kill{n}" for n in range(o.outlets))]
        for number in range(o.kills):
            print(f"kill {number + 1}: {kill_once(site, crawl, env, chance, whole=number % 2 == 0)}", flush=True)
        last = subprocess.run(crawl, env=env, capture_output=True, text=True)
        found = faults(site, folder, url, pages, o.kills)
        if last.returncode:
            found.append(f"the last run ended with {last.returncode}: {last.stderr[-500:]}")
    site.stop()
    print("\n".join(found) if found else f"{pages} pages, {o.kills} kills: nothing lost, nothing doubled")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
