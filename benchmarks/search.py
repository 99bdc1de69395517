"""Measure the site on many articles: API and pages, one client and eight, beside Datasette on the same SQLite file.

    python benchmarks/search.py [--articles 200000] [--database URL] [--keep FOLDER] [--rounds 4] [--clients 8]

Makes the corpus (`search_corpus.py`; kept and used again with --keep), starts `monitor serve`, asks twenty queries, prints
a line for each and the p95 of all. `new`: no answer to it is remembered yet (each asks for another `until` and words); `again`: the
same address once more; `api cpu`: processor time of the server (SQLite's work is in it, PostgreSQL's is not), in steps
of 10 ms, for machines that do other work too. PostgreSQL: --database postgresql://…/empty. The long form: --articles 1000000.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import search_corpus
from monitor import name_index
from pipelines.store.migrations import upgrade
from pipelines.store.session import make_engine

QUERIES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("frequent word", "search", {"q": "captured"}),
    ("most frequent word", "search", {"q": "soldiers"}),
    ("rare word", "search", {"q": "zanzibarite"}),
    ("two words", "search", {"q": "captured contract"}),
    ("phrase", "search", {"q": '"prisoners of war"'}),
    ("phrase of three", "search", {"q": '"a military court"'}),
    ("prefix", "search", {"q": "mercenar*"}),
    ("Chinese, two characters", "search", {"q": "战俘"}),
    ("Chinese phrase", "search", {"q": "乌克兰军队"}),
    ("Ukrainian, every form", "search", {"q": "полонений"}),
    ("word without another", "search", {"q": "captured -contract"}),
    ("by relevance", "search", {"q": "exchange", "order": "relevance"}),
    ("word and outlet", "search", {"q": "captured", "outlet": "outlet-3"}),
    ("word, role, status", "search", {"q": "captured", "role": "captive", "status": "captured"}),
    ("everything", "search", {}),
    ("country", "search", {"country": "NP"}),
    ("nationality", "search", {"nationality": "NP"}),
    ("watch", "search", {"watch": "exchange"}),
    ("persons by nationality", "persons", {"nationality": "NP"}),
    ("counts of a nationality over time", "counts", {"nationality": "NP"}),
)
DATASETTE = ("captured", "soldiers", "zanzibarite", "captured contract", '"prisoners of war"', "战俘", "乌克兰军队")


@dataclass(slots=True)
class Server:
    """A server of ours or of a peer, and its process."""

    port: int
    process: subprocess.Popen[bytes]

    def ask(self, path: str) -> tuple[float, int, bytes]:
        """Milliseconds, status, body."""
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return (time.perf_counter() - begun) * 1000, answer.status, body

    def memory(self) -> tuple[float, float]:
        """Resident and anonymous memory in MB."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        found = {
            line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("VmRSS", "RssAnon"))
        }
        return found["VmRSS"], found["RssAnon"]

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(*command: str, **env: str) -> Iterator[Server]:
    """Run a server until the block ends; `{port}` in the command is a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [word.replace("{port}", str(port)) for word in command]
    process = subprocess.Popen(words, env={**os.environ, **env}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(30)


def p95(values: list[float]) -> float:
    """The value that 95 % stay below."""
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def path_of(kind: str, view: str, asked: dict[str, str], until: int | None) -> str:
    """An address; `until` makes it one that nobody asked before, words and all, without changing what is found."""
    more = {"until": f"2040-01-01T00:{until // 60 % 60:02}:{until % 60:02}"} if until is not None else {}
    if until is not None and asked.get("q"):
        asked = {**asked, "q": f"{asked['q']} -nobody{until}"}  # no hits of these words are remembered either
    return f"{'/api' if kind == 'api' else ''}/{view}?{urlencode({**asked, **more})}"


def one_client(server: Server, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Times by query and kind (`api new`, `api again`, `page new`, `page again`)."""
    found: dict[str, dict[str, list[float]]] = {}
    fresh = 0
    for name, view, asked in QUERIES:
        times = found.setdefault(name, {})
        for kind in ("api", "page"):
            for number in range(rounds):
                fresh += 1
                took, status, body = server.ask(path_of(kind, view, asked, fresh))
                assert status == 200, (name, status, body[:200])
                if number:  # the first opens connections and fills the page cache
                    times.setdefault(f"{kind} new", []).append(took)
                times.setdefault(f"{kind} again", []).append(server.ask(path_of(kind, view, asked, fresh))[0])
        before = server.cpu()
        for _ in range(rounds):
            fresh += 1
            server.ask(path_of("api", view, asked, fresh))
        times["api cpu"] = [(server.cpu() - before) * 1000 / rounds]
    return found


def many_clients(server: Server, clients: int) -> tuple[int, int, list[float]]:
    """Requests, errors and times of clients who all ask at once."""
    took: list[float] = []
    errors: list[str] = []

    def ask(first: int) -> None:
        for at in range(len(QUERIES)):
            _, view, asked = QUERIES[(first + at) % len(QUERIES)]
            try:
                one, status, _ = server.ask(path_of("api" if at % 2 else "page", view, asked, 1000 + first * 100 + at))
                took.append(one)
                if status != 200:
                    errors.append(str(status))
            except OSError as error:
                errors.append(type(error).__name__)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    return len(took) + len(errors), len(errors), took


def beside(server: Server, folder: Path, rounds: int) -> None:
    """The same file in Datasette, and in ours at the same time, query by query."""
    datasette = shutil.which("datasette", path=str(Path(sys.executable).parent))
    if datasette is None:
        print("Datasette is not installed: pip install datasette")
        return
    with served(
        datasette, str(folder / "monitor.db"), "--port", "{port}", "--setting", "sql_time_limit_ms", "10000"
    ) as peer:
        print(f"\n{'beside Datasette, p50 ms of pages':34}{'ours':>8}{'Datasette':>11}{'found':>10}{'found':>10}")
        ratios = []
        for number, words in enumerate(DATASETTE):
            ours, theirs = [], []
            for again in range(rounds):
                ours.append(server.ask(path_of("page", "search", {"q": words}, 2000 + number * 20 + again))[0])
                theirs.append(
                    peer.ask(f"/monitor/article?_search={quote(words)}&_size=20&_searchmode=raw&_nosuggest=1")[0]
                )
            hits = json.loads(server.ask(path_of("api", "search", {"q": words}, None))[2])["count"]
            there = json.loads(peer.ask(f"/monitor/article.json?_search={quote(words)}&_size=1&_searchmode=raw")[2])
            found = there.get("filtered_table_rows_count", there.get("count"))
            if found:
                ratios.append(statistics.median(theirs) / statistics.median(ours))
            print(f"{words:34}{statistics.median(ours):8.0f}{statistics.median(theirs):11.0f}{hits:10}{found!s:>10}")
        print(f"Datasette over ours, median of those it finds: {statistics.median(ratios):.2f}; "
              f"memory {peer.memory()[0]:.0f} MB")  # fmt: skip


def size_of(url: str, folder: Path) -> str:
    """The size of the database in GB."""
    if url.startswith("sqlite"):
        return f"{sum(one.stat().st_size for one in folder.glob('monitor.db*')) / 1e9:.2f} GB"
    with make_engine(url).connect() as connection:
        return f"{connection.exec_driver_sql('SELECT pg_database_size(current_database())').scalar() / 1e9:.2f} GB"


def measure(url: str, folder: Path, rounds: int, clients: int) -> None:
    """Print the tables."""
    command = (sys.executable, "-m", "monitor", "-w", str(folder), "serve", "--port", "{port}")
    with served(*command, MONITOR_DATABASE_URL=url) as server:
        before, begun = server.cpu(), time.perf_counter()
        found = one_client(server, rounds)
        share = (server.cpu() - before) / (time.perf_counter() - begun)
        kinds = ("api new", "api again", "page new", "page again", "api cpu")
        print(f"{url.split(':')[0]}, {size_of(url, folder)}; p50 ms{'':24}" + "".join(f"{kind:>12}" for kind in kinds))
        for name, times in found.items():
            print(f"{name:50}" + "".join(f"{statistics.median(times[kind]):12.0f}" for kind in kinds))
        every = {kind: [one for times in found.values() for one in times[kind]] for kind in kinds}
        print(f"{'p50 of all':50}" + "".join(f"{statistics.median(every[kind]):12.0f}" for kind in kinds))
        print(f"{'p95 of all':50}" + "".join(f"{p95(every[kind]):12.0f}" for kind in kinds))
        print(f"processor time of the server over the clock's: {share:.2f}; load {os.getloadavg()[0]:.1f}")
        asked, errors, took = many_clients(server, clients)
        print(
            f"{clients} clients at once: {asked} requests, {errors} errors, p50 {statistics.median(took):.0f}, p95 {p95(took):.0f} ms"
        )
        print("memory of the server: {:.0f} MB resident, {:.0f} MB of its own".format(*server.memory()))
        if url.startswith("sqlite"):
            beside(server, folder, rounds)


def main() -> None:
    """Make what is missing, then measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--database", help="address of a PostgreSQL database; else SQLite in the folder")
    parser.add_argument("--keep", type=Path, help="folder in which the corpus stays")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--clients", type=int, default=8)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (asked.keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        url = asked.database or f"sqlite:///{folder / 'monitor.db'}"
        engine = make_engine(url)
        upgrade(engine)
        with engine.connect() as connection:
            empty = connection.exec_driver_sql("SELECT 1 FROM article LIMIT 1").first() is None
        if empty:
            search_corpus.fill(engine, asked.articles)
        name_index.bring_up_to_date(engine)
        engine.dispose()
        measure(url, folder, max(2, asked.rounds), asked.clients)


if __name__ == "__main__":
    main()
