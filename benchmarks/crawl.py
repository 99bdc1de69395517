"""CPU a page, memory and loop lag of the whole path, beside bare Scrapy on the same local site, in one run.

python benchmarks/crawl.py                                       the table: four ratios beside what is owed, lag, memory
python benchmarks/crawl.py --rows 1% --pages 300 --repeats 3     some rows alone, from more pages, medians of runs
python benchmarks/crawl.py --slope --pages 20000                 one run alone: memory over many pages, 1 % on topic
python benchmarks/crawl.py --news-please FOLDER                  reading alone beside news-please, which is installed there

Site    `crawl_site.py`, in a process of its own on loopback, no delay; a share of the pages is on the topic
Bare    a Scrapy spider that fetches the same pages over the same HTTP, some times over, and looks at nothing; run before
        and after the crawl, the mean of both
Whole   `monitor crawl` in a fresh workspace on SQLite: feed, frontier, reading in workers, persons, rules, rows, WARC;
        "reading" is the same crawl without what looks for dates, persons, counts and rules, and writes nothing
Units   CPU is user + system, in milliseconds a page, apart for the crawl's process and its reading workers; memory is
        the sum of the proportional sets of all processes, in MB. What is loaded once (libraries, models, watches) is
        loaded by pages of another outlet before the clock runs, and stands in a column of its own. Run it on one core
        (`taskset -c 1`) where others work on the machine, and read the ratios
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crawl_inside import descendants
from benchmarks.crawl_peer import beside_news_please
from benchmarks.crawl_site import LISTED, serve

ROUNDS = 5
"""How often bare Scrapy fetches each page: it takes so little that once is lost in the noise of its start."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: how much is on topic, from how many pages, and the ratio owed."""

    share: float
    pages: int
    owed: float
    mode: str = ""


ROWS = {
    "reading": Row(1.0, 100, 4.0, "--reading"),
    "all": Row(1.0, 100, 14.0),
    "5%": Row(0.05, 300, 2.5),
    "1%": Row(0.01, 300, 2.0),
}
BARE = """
import sys, time, scrapy
from scrapy.crawler import AsyncCrawlerProcess
class Bare(scrapy.Spider):
    name = "bare"
    before, fetched = None, 0
    async def start(self):
        for n in range(int(sys.argv[2]) * int(sys.argv[4])):
            yield scrapy.Request(f"{sys.argv[1]}/page/{n % int(sys.argv[2])}", dont_filter=True)
    def parse(self, response):
        self.before, self.fetched = self.before or time.process_time(), self.fetched + 1
    def closed(self, reason):
        print(1000 * (time.process_time() - self.before) / (self.fetched - 1))
process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS": int(sys.argv[3]),
    "CONCURRENT_REQUESTS_PER_DOMAIN": int(sys.argv[3]), "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
    "DOWNLOAD_DELAY": 0})
process.crawl(Bare)
process.start()
"""


@dataclass
class Figure:
    """What one command cost. `memory` is (seconds since the start, MB of all processes) while it ran."""

    wall: float = 0.0
    memory: list[tuple[float, float]] = field(default_factory=list)
    inside: dict[str, float] = field(default_factory=dict)

    @property
    def peak(self) -> float:
        """The most memory of all processes together."""
        return max((mb for _, mb in self.memory), default=0.0)

    def slope(self, pages: int) -> float:
        """MB gained in 1,000 pages, by least squares over the later two thirds of the run."""
        late = [(at, mb) for at, mb in self.memory if at > self.wall / 3]
        middle, mean = sum(at for at, _ in late) / len(late), sum(mb for _, mb in late) / len(late)
        spread = sum((at - middle) ** 2 for at, _ in late) or 1.0
        return sum((at - middle) * (mb - mean) for at, mb in late) / spread * self.wall / pages * 1000


def measure(command: list[str]) -> Figure:
    """Run a command to its end, watching the memory of its process tree."""
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    found = Figure()
    while child.poll() is None:
        found.memory.append((time.monotonic() - start, sum(map(megabytes, [child.pid, *descendants(child.pid)]))))
        time.sleep(1.0)
    if child.returncode:
        sys.exit(f"{command[:4]} ended with {child.returncode}")
    found.wall = time.monotonic() - start
    return found


def megabytes(pid: int) -> float:
    """The proportional set of a process in MB: what it shares counts by share; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("Pss:")), 0.0)
    except (OSError, IndexError):
        return 0.0


def whole(base: str, folder: Path, pages: int, mode: list[str], o: argparse.Namespace) -> Figure:
    """`monitor crawl` on the site, in a fresh workspace."""
    (folder / "outlets").mkdir(parents=True)
    address = base.removeprefix("http://")
    settings = f'contact = "benchmark"\nallow_addresses = ["{address}"]\ndelay_seconds = 0\npages_per_run = 100000\n'
    (folder / "monitor.toml").write_text(f"{settings}concurrency = {o.concurrency}\n")
    listed = [f"bench{number}" for number in range(-(-pages // LISTED))]
    for name, feeds in (("warm", ["warm"]), ("bench", listed)):
        (folder / "outlets" / f"{name}.toml").write_text(
            f'id = "{name}"\nname = "Bench"\nhomepage = "{base}/"\ncountry = "UA"\nlanguages = ["en"]\ntimezone = "UTC"\n'
            f'ownership = "independent"\n'
            + "".join(f'[[feed]]\nkind = "rss"\nurl = "{base}/{feed}.rss"\n' for feed in feeds)
        )
    words = ["-w", str(folder)]
    subprocess.run([sys.executable, "-m", "monitor", *words, "db", "upgrade"], check=True)
    inside, report = Path(__file__).with_name("crawl_inside.py"), folder / "inside.json"
    found = measure(
        [sys.executable, str(inside), str(report), base, str(pages), *mode, *words, "crawl", "warm", "bench"]
    )
    found.inside = json.loads(report.read_text())
    return found


def both(pages: int, share: float, mode: list[str], o: argparse.Namespace) -> tuple[float, Figure]:
    """CPU milliseconds a page of bare Scrapy, and the whole path, on one site of `pages`."""
    words = ["--serve", str(share), "--pages", str(pages), "--kilobytes", str(o.kilobytes), *(["--gzip"] * o.gzip)]
    server = subprocess.Popen(
        [sys.executable, __file__, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{int(server.stdout.readline())}"
        bare = [sys.executable, "-c", BARE, base, str(min(pages, 400)), str(o.concurrency), str(ROUNDS)]
        took: list[float] = []
        with tempfile.TemporaryDirectory() as folder:
            for turn in range(2):  # before and after: what a machine gives a process changes within a minute
                if not o.slope:
                    took.append(float(subprocess.run(bare, check=True, capture_output=True).stdout))
                if not turn:
                    found = whole(base, Path(folder) / "workspace", pages, mode, o)
        return sum(took) / 2, found
    finally:
        server.kill()


def compare(name: str, row: Row, o: argparse.Namespace) -> None:
    """Print one line."""
    pages = o.pages or row.pages
    runs = [both(pages, row.share, [row.mode] if row.mode else [], o) for _ in range(o.repeats)]
    bare = median(one for one, _ in runs)
    inside = {key: median(run.inside[key] for _, run in runs) for key in runs[0][1].inside}
    ratio = median((run.inside["crawl"] + run.inside["workers"]) / one for one, run in runs)
    peak = median(run.peak for _, run in runs)
    print(
        f"{TITLES[name]:30}{bare:8.1f}{inside['crawl'] + inside['workers']:9.1f}{ratio:7.1f}{row.owed:7.1f}"
        f"{inside['crawl']:9.1f}{inside['workers']:9.1f}{inside['start']:9.1f}{inside['pace']:9.1f}"
        f"{inside['p50']:8.1f}{inside['p99']:8.1f}{peak:8.0f}",
        flush=True,
    )


TITLES = {
    "reading": "reading alone, all on topic",
    "all": "everything, all on topic",
    "5%": "everything, 5 % on topic",
    "1%": "everything, 1 % on topic",
}
HEAD = ("bare ms", "CPU ms", "ratio", "owed", "crawl", "workers", "start s", "pages/s", "lag p50", "p99", "MB")
WIDTHS = (8, 9, 7, 7, 9, 9, 9, 9, 8, 8, 8)


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default=",".join(ROWS), help=f"some of {', '.join(ROWS)}".replace("%", "%%"))
    parser.add_argument("--pages", type=int, help="pages of a row, in place of its own number")
    parser.add_argument("--kilobytes", type=int, default=150)
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--repeats", type=int, default=1, help="medians of so many runs")
    parser.add_argument("--gzip", action="store_true", help="pages are packed, as most servers send them")
    parser.add_argument("--slope", action="store_true", help="one run of the monitor alone, and how its memory grows")
    parser.add_argument("--news-please", metavar="FOLDER", help="read the same pages with it; it is installed there")
    parser.add_argument("--serve", type=float, help=argparse.SUPPRESS)
    o = parser.parse_args()
    if o.serve is not None:
        serve(o.pages, o.serve, o.kilobytes, o.gzip)
        return
    print(f"pages of {o.kilobytes} kB, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    if o.news_please:
        beside_news_please(Path(o.news_please), o.kilobytes)
    elif o.slope:
        pages = o.pages or 2_000
        _, run = both(pages, 0.01, [], o)
        slope = f"{run.slope(pages):+.2f} MB in 1,000 pages over the later two thirds"
        print(f"{pages} pages, 1 % on topic: {slope}, most {run.peak:.0f} MB, {run.wall:.0f} s")
    else:
        print(" " * 30 + "".join(f"{word:>{width}}" for word, width in zip(HEAD, WIDTHS, strict=True)))
        for name in o.rows.split(","):
            compare(name, ROWS[name], o)


if __name__ == "__main__":
    main()
