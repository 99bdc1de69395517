"""The site of the crawl benchmark: pages of about 150 kB, and their feed, served by a process of its own.

Pages   English, Ukrainian, Russian and Chinese in turn; 400 elements, the rest script, as real pages have it; what real
        pages say of themselves (title, address, date, description) stands in their heads
"""

from __future__ import annotations

import gzip
import json
import os
import random
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HEAD = (
    "<title>Report {number} - Bench</title><meta property='og:title' content='Report {number}'>"
    "<meta property='article:published_time' content='2026-03-04T10:{minute:02}:00+02:00'>"
    "<meta property='og:site_name' content='Bench'><meta name='description' content='What the council said.'>"
)
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
WARM = 12
"""So many pages are read first, by which everything is loaded."""
LISTED = 4_000
"""So many links stand in one feed; more are in further feeds, since no feed is read without end."""
MADE = 400
"""So many different pages are made."""


def page(number: int, language: str, topic: bool, kilobytes: int) -> str:
    """A page of about `kilobytes`, most of it markup around the text, as real ones are."""
    random.seed(number)
    paragraphs = [TOPIC[language] if topic and i == 0 else FILLER[language] * random.randint(2, 5) for i in range(10)]
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    menu = "".join(
        f'<li class="menu-item item-{i}"><a href="/s/{i}" data-x="{i * 7}">Section {i}</a></li>' for i in range(200)
    )
    room = max(1, kilobytes * 1000 - len(text.encode()) - len(menu))
    filling = "<script>var a=" + json.dumps(f"{random.getrandbits(room * 4):x}") + ";</script>"
    head = HEAD.format(number=number, minute=number % 60)
    return (
        f"<!doctype html><html lang={language}><head>{head}{filling}</head><body><ul>{menu}</ul><article><h1>Report {number}: "
        f"{'captured fighters' if topic else 'council news'}</h1>{text}</article></body></html>"
    )


def serve(pages: int, share: float, kilobytes: int, packed: bool) -> None:
    """Serve the site until the parent goes; print the port. `packed`: with Content-Encoding gzip."""
    step = round(1 / share) if share else 0
    languages = list(TOPIC)
    topical = range(0, pages, step) if step else ()
    opened = threading.Event()
    kept: dict[int, bytes] = {}

    def body_of(n: int) -> bytes:
        if n < 0:  # the warm ones: every language, on topic and off it
            n = -n
            return page(n, languages[n % len(languages)], n % 2 == 0 or n > len(languages), kilobytes).encode()
        if n >= MADE:  # a long run meets the same texts again, at other addresses and with other titles
            n %= MADE
        if n not in kept:
            turn = n // step if n in topical and step > 1 else n
            made = page(n, languages[turn % len(languages)], n in topical, kilobytes).encode()
            kept[n] = gzip.compress(made, 6) if packed else made
        return kept[n]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, kind, body = 200, "text/html; charset=utf-8", b""
            base = f"http://127.0.0.1:{self.server.server_address[1]}"
            if self.path == "/go":
                opened.set()
            elif self.path.endswith(".rss"):
                numbers = range(-WARM, 0)
                if self.path.startswith("/bench"):
                    opened.wait()
                    first = LISTED * int(self.path.removeprefix("/bench").removesuffix(".rss"))
                    numbers = range(first, min(pages, first + LISTED))
                items = "".join(f"<item><title>Report {n}</title><link>{base}/page/{n}</link></item>" for n in numbers)
                kind, body = "application/rss+xml", f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()
            elif self.path.startswith("/page/"):
                body = body_of(int(self.path.rsplit("/", 1)[1]))
            else:
                status = 404
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if packed and self.path.startswith("/page/"):
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(server.server_address[1], flush=True)
    server.serve_forever()
