"""What reading a page costs, beside news-please on the same pages: CPU a page, in one run.

In      a folder for its virtual environment, made at first use by pip; pages of the crawl benchmark, on topic
Out     one line: CPU milliseconds a page of either, and how many times less ours is; the network is used by pip alone
Ours    decode, metadata, dates of publication, title, authors, body: `read_page` read closely; theirs: `from_html`
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.crawl_site import TOPIC, page

PAGES = 40
WARM = 4
"""So many pages are read before the clock runs: libraries and models load with the first."""
OURS = """
from datetime import UTC, datetime
from monitor.reading_worker import settle
from pipelines.analysis.page import read_page
from pipelines.records import Context, Page
settle()
def read(url, html):
    made = Page("bench", url, datetime.now(UTC), requested_url=url, status=200, content=html, content_type="text/html")
    return read_page(made, Context("bench", "UA", ("en",), "UTC")).body
"""
THEIRS = """
from newsplease import NewsPlease
def read(url, html):
    return NewsPlease.from_html(html, url).maintext
"""
CLOCK = """
import json, sys, time
from pathlib import Path
texts, spent, files = 0, 0.0, sorted(Path(sys.argv[1]).glob("*.html"))
for number, file in enumerate(files):
    html = file.read_bytes()
    before = time.process_time()
    text = read(f"https://bench.example/news/{file.stem}", html)
    if number >= %d:
        spent += time.process_time() - before
        texts += bool(text)
print(json.dumps([1000 * spent / (len(files) - %d), texts]))
"""


def beside_news_please(folder: Path, kilobytes: int) -> None:
    """Install it if need be, read the same pages with both, print the line."""
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "news-please", "newspaper4k[zh]"], check=True)
        (folder / "ready").touch()
    with tempfile.TemporaryDirectory() as pages:
        for number in range(PAGES + WARM):
            language = list(TOPIC)[number % len(TOPIC)]
            html = page(number, language, True, kilobytes)
            (Path(pages) / f"{number:03}.html").write_text(html, encoding="utf-8")
        ours, ours_read = _measure(sys.executable, OURS, pages)
        theirs, theirs_read = _measure(str(python), THEIRS, pages)
    print(
        f"news-please {theirs:.1f} ms a page ({theirs_read} of {PAGES} with a text), ours {ours:.1f} ({ours_read}): ",
        end="",
    )
    print(f"{theirs / ours:.1f} times less (owed: 8)")


def _measure(python: str, reader: str, pages: str) -> tuple[float, int]:
    """CPU milliseconds a page, and how many had a text."""
    code = reader + CLOCK % (WARM, WARM)
    done = subprocess.run([python, "-c", code, pages], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    milliseconds, read = json.loads(done.stdout.splitlines()[-1])
    return milliseconds, read
