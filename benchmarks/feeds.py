"""Feeds a second: this project's parser beside feedparser, in one run on one machine.

    python benchmarks/feeds.py [--items 200] [--seconds 3] [--json]

In      feeds made up here, of RSS and Atom, whole and broken, about 140 kB each
Out     feeds a second and how many of the items were found, for both, and the ratio
"""

from __future__ import annotations

import argparse
import io
import json
import time
from collections.abc import Callable

import feedparser

from monitor.discovery import feed

URL = "https://news.example.org/feed/"
TEXT = "the river town council heard on monday that drivers from the valley were held at a border post after the storm"
WORDS = TEXT.split()


def sentence(seed: int, length: int) -> str:
    """Return made-up words, the same for the same seed."""
    return " ".join(WORDS[(seed * 7 + place * (seed % 5 + 1)) % len(WORDS)] for place in range(length)).capitalize()


def rss(items: int) -> str:
    """Return an RSS 2.0 feed as a newsroom system writes it."""
    rows = "".join(
        f"<item><title>{sentence(n, 9)}</title><link>https://news.example.org/2026/11/{n}-story?a=1&amp;b=2</link>"
        f'<guid isPermaLink="false">https://news.example.org/?p={n}</guid><dc:creator>Desk {n % 7}</dc:creator>'
        f"<pubDate>Mon, 23 Nov 2026 10:{n % 60:02}:00 +0000</pubDate><category><![CDATA[World]]></category>"
        f"<description><![CDATA[<p>{sentence(n + 1, 60)} &#8230;</p>]]></description></item>\n"
        for n in range(items)
    )
    head = "<channel><title>Example News</title><link>https://news.example.org/</link><language>en</language>"
    space = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {space}>{head}{rows}</channel></rss>'


def atom(items: int) -> str:
    """Return an Atom feed of the same size."""
    rows = "".join(
        f'<entry><title type="html">{sentence(n, 9)}</title><link rel="alternate" href="https://news.example.org/a/{n}"/>'
        f"<id>tag:news.example.org,2026:{n}</id><updated>2026-11-23T10:{n % 60:02}:00Z</updated>"
        f'<summary type="html">&lt;p&gt;{sentence(n + 1, 66)}&lt;/p&gt;</summary></entry>\n'
        for n in range(items)
    )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Example</title>{rows}</feed>'


def forms(items: int) -> dict[str, bytes]:
    """Return the feeds to read, by name."""
    whole = rss(items)
    return {
        "rss": whole.encode(),
        "atom": atom(items).encode(),
        "rss, bare ampersands": whole.replace("&amp;", "&").encode(),
        "rss, unclosed tag": whole.replace("</title>", "", 3).encode(),
        "rss, truncated": whole[: len(whole) // 2].encode(),
        "rss, utf-16": whole.replace("UTF-8", "UTF-16").encode("utf-16"),
    }


def ours(content: bytes) -> int:
    """Return how many items this project finds."""
    return len(feed.parse(content, URL).listings)


def theirs(content: bytes) -> int:
    """Return how many items with a link feedparser finds, with its costly extras off."""
    parsed = feedparser.parse(io.BytesIO(content), sanitize_html=False, resolve_relative_uris=False)
    return sum(1 for entry in parsed.entries if entry.get("link"))


def rate(read: Callable[[bytes], int], content: bytes, seconds: float) -> tuple[float, int]:
    """Return reads a second and the number of items found."""
    found, count = read(content), 0
    start = time.perf_counter()
    while time.perf_counter() - start < seconds or count == 0:
        read(content)
        count += 1
    return count / (time.perf_counter() - start), found


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--items", type=int, default=200)
    options.add_argument("--seconds", type=float, default=3.0)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    rows = []
    for name, content in forms(chosen.items).items():
        (fast, found), (slow, other) = (rate(read, content, chosen.seconds) for read in (ours, theirs))
        rows.append(
            {"form": name, "kB": round(len(content) / 1000), "monitor": round(fast, 1), "feedparser": round(slow, 1),
             "ratio": round(fast / slow, 1), "items": found, "items_feedparser": other}
        )  # fmt: skip
    if chosen.json:
        print(json.dumps(rows, indent=1))
        return
    print(f"{'form':<24}{'kB':>5}{'monitor/s':>11}{'feedparser/s':>14}{'ratio':>7}   items (feedparser)")
    for row in rows:
        print(
            f"{row['form']:<24}{row['kB']:>5}{row['monitor']:>11}{row['feedparser']:>14}{row['ratio']:>7}"
            f"   {row['items']} ({row['items_feedparser']})"
        )


if __name__ == "__main__":
    main()
