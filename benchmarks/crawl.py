"""Pages a second, CPU a page and peak memory of the whole path, beside bare Scrapy on the same local site, in one run.

python benchmarks/crawl.py [--pages 200] [--kilobytes 150] [--shares 1.0,0.05] [--concurrency 16]

Site    generated pages in English, Ukrainian, Russian and Chinese, so that a worker loads the models of four languages;
        served by a process of their own on loopback, no delay; `share` of them is on the topic
Bare    a Scrapy spider that fetches the same pages, ten times over, and looks at nothing
Whole   `monitor crawl` in a fresh workspace on SQLite: feed, frontier, reading in workers, persons, rules, rows, WARC
Units   CPU is user + system of the process and its children, in milliseconds a page; memory is resident, in MB.
        Start-up (imports, models, compiling the watches) is measured with half of the pages and taken off both
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROUNDS = 10
"""How often bare Scrapy fetches each page: it takes so little that once is lost in the noise of its start."""
FILLER = {
    "en": "The council met on Monday to speak about roads, schools and the price of bread in the coming year. ",
    "uk": "У понеділок рада говорила про дороги, школи та ціну хліба в наступному році. ",
    "ru": "В понедельник совет говорил о дорогах, школах и цене хлеба в следующем году. ",
    "zh": "市议会星期一讨论了明年的道路、学校和面包价格问题。",
}
TOPIC = {
    "en": "Two Nepali citizens who fought in the Russian army were captured by Ukrainian forces near Donetsk, officials "
    "said. The prisoners of war, one of whom gave his name as Bishan Thapaliya, asked to be exchanged and sent home. "
    "At least 40 Nepali nationals are fighting in the Russian army, the Ukrainian military said on Tuesday. ",
    "uk": "Двоє громадян Непалу, які воювали в російській армії, потрапили в полон під Донецьком, повідомив речник "
    "Остап Вербенко. Військовополонені просять про обмін. У російській армії воюють щонайменше 40 непальців. ",
    "ru": "Двое граждан Непала, воевавших в российской армии, попали в плен под Донецком, сообщил представитель "
    "Остап Вербенко. Военнопленные просят об обмене. В российской армии воюют не менее 40 непальцев. ",
    "zh": "乌克兰军方发言人奥斯塔普·韦尔边科说，两名在俄军作战的尼泊尔公民在顿涅茨克附近被俘。战俘要求交换回国。至少有40名尼泊尔人在俄军作战。",
}
BARE = """
import sys, scrapy
from scrapy.crawler import AsyncCrawlerProcess
class Bare(scrapy.Spider):
    name = "bare"
    async def start(self):
        for n in range(int(sys.argv[2]) * int(sys.argv[4])):
            yield scrapy.Request(f"{sys.argv[1]}/page/{n % int(sys.argv[2])}", dont_filter=True)
    def parse(self, response):
        return None
process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS": int(sys.argv[3]),
    "CONCURRENT_REQUESTS_PER_DOMAIN": int(sys.argv[3]), "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
    "DOWNLOAD_DELAY": 0})
process.crawl(Bare)
process.start()
"""


def page(number: int, language: str, topic: bool, kilobytes: int) -> str:
    """A page of about `kilobytes`, most of it markup around the text, as real ones are."""
    random.seed(number)
    paragraphs = [TOPIC[language] if topic and i == 0 else FILLER[language] * random.randint(2, 5) for i in range(10)]
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    menu = "".join(
        f'<li class="menu-item item-{i}"><a href="/s/{i}" data-x="{i * 7}">Section {i}</a></li>' for i in range(200)
    )
    filling = (
        "<script>var a="
        + json.dumps(["x" * 97] * max(1, (kilobytes * 1000 - len(text) - len(menu)) // 101))
        + ";</script>"
    )
    head = f"<title>Report {number}</title>"
    return (
        f"<!doctype html><html lang={language}><head>{head}{filling}</head><body><ul>{menu}</ul><article><h1>Report {number}: "
        f"{'captured fighters' if topic else 'council news'}</h1>{text}</article></body></html>"
    )


def serve(pages: int, share: float, kilobytes: int) -> None:
    """Serve the site until the parent goes; print the port."""
    step = round(1 / share) if share else 0
    languages, topical = list(TOPIC), range(0, pages, step) if step else ()
    bodies = [page(n, languages[n // max(step, 1) % 4], n in topical, kilobytes).encode() for n in range(pages)]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, body = 200, "text/html; charset=utf-8", b""
            base = f"http://127.0.0.1:{self.server.server_address[1]}"
            if self.path == "/rss":
                items = "".join(
                    f"<item><title>Report {n}</title><link>{base}/page/{n}</link></item>" for n in range(pages)
                )
                kind, body = "application/rss+xml", f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()
            elif self.path.startswith("/page/"):
                body = bodies[int(self.path.rsplit("/", 1)[1])]
            else:
                status = 404
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(server.server_address[1], flush=True)
    server.serve_forever()


@dataclass
class Figure:
    """What one command cost."""

    wall: float
    cpu: float
    main_mb: float
    worker_mb: float


def measure(command: list[str], env: dict[str, str] | None = None) -> Figure:
    """Run a command to its end, watching the memory of its process tree."""
    peak = {"main": 0.0, "worker": 0.0}
    before, start = os.times(), time.monotonic()
    child = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    while child.poll() is None:
        peak["main"] = max(peak["main"], resident(child.pid))
        peak["worker"] = max([peak["worker"], *map(resident, descendants(child.pid))])
        time.sleep(0.05)
    wall, after = time.monotonic() - start, os.times()
    if child.returncode:
        sys.exit(f"{command[:4]} ended with {child.returncode}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Figure(wall, cpu, peak["main"], peak["worker"])


def resident(pid: int) -> float:
    """Resident memory of a process in MB; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, IndexError):
        return 0.0


def descendants(pid: int) -> list[int]:
    """All processes below one."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in task.read_text().split()]
        except OSError:
            continue
        for one in children:
            found += [one, *descendants(one)]
    return found


def whole(base: str, folder: Path, concurrency: int) -> Figure:
    """`monitor crawl` on the site, in a fresh workspace."""
    (folder / "outlets").mkdir(parents=True)
    address = base.removeprefix("http://")
    settings = f'contact = "benchmark"\nallow_addresses = ["{address}"]\ndelay_seconds = 0\nconcurrency = {concurrency}\npages_per_run = 100000\n'
    (folder / "monitor.toml").write_text(settings)
    (folder / "outlets" / "bench.toml").write_text(
        f'id = "bench"\nname = "Bench"\nhomepage = "{base}/"\ncountry = "UA"\nlanguages = ["en"]\ntimezone = "UTC"\n'
        f'ownership = "independent"\n[[feed]]\nkind = "rss"\nurl = "{base}/rss"\n'
    )
    monitor = [sys.executable, "-m", "monitor", "-w", str(folder)]
    subprocess.run([*monitor, "db", "upgrade"], check=True)
    return measure([*monitor, "crawl", "bench"])


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--kilobytes", type=int, default=150)
    parser.add_argument("--shares", default="1.0,0.05,0.01")
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--serve", type=float, help=argparse.SUPPRESS)
    o = parser.parse_args()
    if o.serve is not None:
        serve(o.pages, o.serve, o.kilobytes)
        return
    few = max(10, o.pages // 2)
    print(
        f"{o.pages} pages of {o.kilobytes} kB, {os.cpu_count()} cores; start-up measured with {few} pages and taken off"
    )
    print(f"{'':28}{'pages/s':>9}{'CPU ms/page':>13}{'ratio':>7}{'start-up s':>12}{'main MB':>9}{'worker MB':>11}")
    for share in [float(x) for x in o.shares.split(",")]:
        runs = {pages: both(pages, share, o) for pages in (few, o.pages)}
        rows = {}
        for name, index in (("bare Scrapy", 0), (f"monitor, {share:.0%} on topic", 1)):
            small, large = runs[few][index], runs[o.pages][index]
            extra = (o.pages - few) * (1 if index else ROUNDS)
            rows[name] = (extra / (large.wall - small.wall), 1000 * (large.cpu - small.cpu) / extra)
            ratio = rows[name][1] / rows["bare Scrapy"][1]
            start = small.cpu - rows[name][1] / 1000 * few * (1 if index else ROUNDS)
            print(
                f"{name:28}{rows[name][0]:9.1f}{rows[name][1]:13.1f}{ratio:7.1f}{start:12.1f}"
                f"{large.main_mb:9.0f}{large.worker_mb:11.0f}"
            )


def both(pages: int, share: float, o: argparse.Namespace) -> tuple[Figure, Figure]:
    """Bare Scrapy and the whole path on one site of `pages`."""
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve", str(share), "--pages", str(pages), "--kilobytes", str(o.kilobytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{int(server.stdout.readline())}"
        bare = measure([sys.executable, "-c", BARE, base, str(pages), str(o.concurrency), str(ROUNDS)])
        with tempfile.TemporaryDirectory() as folder:
            return bare, whole(base, Path(folder) / "workspace", o.concurrency)
    finally:
        server.kill()


if __name__ == "__main__":
    main()
