"""Pages that need JavaScript, in a real Chromium: read where they must be, guarded, and survived."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from monitor.middlewares import browser
from monitor.middlewares.browser_gate import BrowserGate
from tests.crawl.conftest import Workspace
from tests.crawl.site import Reply, Site

TEXT = (
    "Two Nepali citizens who fought in the Russian army were captured by Ukrainian forces near Donetsk, officials said. "
    "The prisoners of war, one of whom gave his name as Bishan Thapaliya, asked to be exchanged and sent home. "
)
SHELL = "<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body><div id=app></div>{script}</body></html>"


def scripted(title: str, script: str, head: str = "") -> Reply:
    """A page whose text is written by a script."""
    return Reply(SHELL.format(title=title, head=head, script=f"<script>{script}</script>"))


def writes(expression: str) -> str:
    """A script that puts the value of `expression` into the page as its article."""
    return (
        f"(async () => {{ const words = await ({expression}); document.getElementById('app').innerHTML = "
        "'<article><h1>' + document.title + '</h1>' + ('<p>' + words + '</p>').repeat(3) + '</article>' })()"
    )


@pytest.fixture
def private() -> Iterator[tuple[int, list[str]]]:
    """A server on every address of this machine, which nobody may ask; what asked it all the same."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            self.wfile.write(b"secret")

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], asked
    server.shutdown()
    server.server_close()


def ask_gate(lines: list[str], allowed: frozenset[str] = frozenset()) -> list[bytes]:
    """The first line that the gate answers to each request."""

    async def ask() -> list[bytes]:
        gate = BrowserGate(allowed)
        port = int((await gate.open()).rpartition(":")[2])
        found = []
        for line in lines:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(line.encode() + b"\r\nHost: x\r\n\r\n")
            found.append((await reader.readline()).strip())
            writer.close()
        await gate.close()
        return found

    return asyncio.run(ask())


def test_the_gate_lets_nothing_private_through(private: tuple[int, list[str]]) -> None:
    port, asked = private
    hosts = [
        "127.0.0.1", "localhost", "LOCALHOST.", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "[::1]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "169.254.169.254", socket.gethostname(),
    ]  # fmt: skip
    lines = [f"GET http://{host}:{port}/plain HTTP/1.1" for host in hosts]
    lines += [f"CONNECT {host}:{port} HTTP/1.1" for host in hosts]
    lines += ["GET file:///etc/passwd HTTP/1.1", "GET ftp://127.0.0.1/ HTTP/1.1"]
    answers = dict(zip(lines, ask_gate(lines), strict=True))
    assert {line: answer for line, answer in answers.items() if b" 403 " not in answer} == {}
    assert asked == []


@pytest.mark.parametrize("line", ["nonsense", "GET", "CONNECT :::: HTTP/1.1", "GET http:// HTTP/1.1", "GET / HTTP/1.1"])
def test_the_gate_answers_nonsense(line: str) -> None:
    assert ask_gate([line])[0].split()[1] in (b"403", b"502")


def test_the_gate_serves_what_is_allowed(site: Site) -> None:
    site.routes["/a?b=1"] = Reply("hello")
    assert ask_gate([f"GET {site.url}/a?b=1 HTTP/1.1"], frozenset({site.address})) == [b"HTTP/1.1 200 OK"]
    assert site.paths() == ["/a?b=1"]


@pytest.mark.parametrize(("name", "expected"), [("", True), ("/nowhere/chromium", False), ("sh", True)])
def test_a_configured_browser_must_exist(name: str, expected: bool, tmp_path: Path) -> None:
    assert (browser.find_chromium(name, tmp_path) is not None) is (expected if name else bool(CHROMIUM_IN_PATH))


CHROMIUM_IN_PATH = browser.find_chromium("", Path("/nowhere"))


def test_without_a_browser_pages_are_counted_and_headlines_kept(site: Site, workspace: Workspace) -> None:
    title = "Two Nepali mercenaries captured while fighting for the Russian army in Ukraine"
    site.routes["/one"] = scripted("Empty", writes("''"))
    site.routes["/two"] = scripted("Empty", writes("''"))
    workspace.allow(site.address, chromium="/nowhere/chromium")
    feed = site.feed("/rss", (title, site.url + "/one"), ("Bread", site.url + "/two"))
    workspace.outlet("always", ("rss", feed), extra='render = "always"')
    done = workspace.run("crawl", "always")
    assert done.returncode == 0, done.stderr
    assert workspace.outcomes() == {"headline_only": 1, "no_browser": 1}
    assert done.stderr.count("need a browser") == 1
    assert site.paths("/one") == []
    assert workspace.sql("SELECT DISTINCT state FROM frontier") == [("pending",)]


needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(browser.available() is None, reason="no Chromium, or scrapy-playwright is not installed"),
]


class TestChromium:
    """With a real browser."""

    pytestmark = needs_chromium

    def test_only_pages_without_text_are_rendered_and_nothing_private_is_asked(
        self, site: Site, workspace: Workspace, private: tuple[int, list[str]]
    ) -> None:
        port, asked = private
        targets = [
            f"http://{host}:{port}/{n}" for n, host in enumerate(("127.0.0.1", "localhost", socket.gethostname()))
        ]
        attempts = (
            f"for (const url of {targets}) {{ fetch(url).catch(() => 0); new Image().src = url + '/image';"
            "const frame = document.createElement('iframe'); frame.src = url + '/frame'; document.body.append(frame);"
            "try { new WebSocket(url.replace('http', 'ws') + '/socket') } catch (e) {}"
            "navigator.sendBeacon(url + '/beacon') };"
            f"fetch('/redirect').catch(() => 0); "
            f"try {{ const peer = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{port}'}}]}});"
            "peer.createDataChannel('x'); peer.createOffer().then(offer => peer.setLocalDescription(offer)) } catch (e) {}"
        )
        head = '<link rel=stylesheet href="/style.css"><link rel="preload" as="font" href="/font.woff2" crossorigin>'
        site.routes["/redirect"] = Reply(status=302, headers={"Location": targets[0] + "/redirected"})
        site.routes["/api"] = Reply(TEXT, kind="text/plain")
        site.routes["/scripted"] = scripted(
            "Captured near Donetsk",
            attempts + writes("(await fetch('/api')).text()") + "; new Image().src = '/picture.png'",
            head,
        )
        bread = [f"Bakers in district {n} said that flour has become dearer since harvest {n + 3}." for n in range(9)]
        site.page("/plain", "Bread prices rise", *bread, head="<script>1</script>")
        feed = site.feed("/rss", ("Captured", site.url + "/scripted"), ("Bread", site.url + "/plain"))
        workspace.outlet("auto", ("rss", feed), extra='render = "auto"')
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.bind(("127.0.0.1", port))
            datagrams.setblocking(False)
            done = workspace.run("crawl", "auto")
            with pytest.raises(BlockingIOError):
                datagrams.recv(100)
        assert done.returncode == 0, done.stderr
        assert workspace.outcomes() == {"stored": 1, "off_topic": 1}
        assert "Bishan Thapaliya" in workspace.sql("SELECT body FROM article WHERE relevant")[0][0]
        assert asked == []
        assert site.paths("/plain") == ["/plain"]
        assert len(site.paths("/scripted")) == 2, "plain first, then in the browser"
        assert "/api" in site.paths()
        assert not {"/picture.png", "/font.woff2"} & set(site.paths())
        sent = [{name.lower(): value for name, value in headers.items()} for _, _, headers in site.asked]
        agents = {headers.get("user-agent") for headers in sent}
        assert len(agents) == 1, agents
        assert "monitor" in str(agents.pop())
        assert not left_running(workspace)

    def test_an_outlets_headers_go_to_its_own_hosts_alone(
        self, site: Site, elsewhere: Site, workspace: Workspace
    ) -> None:
        workspace.allow(site.address, elsewhere.address)
        cors = {"Access-Control-Allow-Origin": "*"}
        site.routes["/words"] = Reply(TEXT, kind="text/plain")
        site.routes["/moved"] = Reply(status=302, headers={"Location": f"{elsewhere.url}/stolen", **cors})
        elsewhere.routes["/script"] = Reply("", kind="text/plain", headers=cors)
        elsewhere.routes["/stolen"] = Reply("", kind="text/plain", headers=cors)
        asks = f"for (const url of ['/moved', '{elsewhere.url}/script']) fetch(url).catch(() => 0); "
        site.routes["/page"] = scripted("Captured", asks + writes("(await fetch('/words')).text()"))
        site.routes["/away"] = Reply(status=302, headers={"Location": f"{elsewhere.url}/page"})
        site.routes["/near"] = Reply(status=302, headers={"Location": "/page?again"})
        site.routes["/page?again"] = site.routes["/page"]
        links = [("Captured", f"{site.url}/{name}") for name in ("page", "away", "near")]
        extra = 'render = "always"\n[access.headers]\nX-Partner-Key = "${MONITOR_SECRET_PARTNER}"'
        workspace.outlet("dressed", ("rss", site.feed("/rss", *links)), extra=extra, homepage=site.url)
        done = workspace.run("crawl", "dressed", env={"MONITOR_SECRET_PARTNER": "s3cret"})
        assert done.returncode == 0, done.stderr
        sent = {path: {k.lower(): v for k, v in headers.items()} for _, path, headers in site.asked}
        dressed = {path for path, headers in sent.items() if headers.get("x-partner-key") == "s3cret"}
        assert {"/page", "/away", "/near", "/page?again", "/words", "/moved"} <= dressed
        assert elsewhere.paths("/script"), "the browser asked other hosts too"
        assert not [path for _, path, headers in elsewhere.asked if "s3cret" in str(headers)]
        assert not elsewhere.paths("/stolen")
        assert not elsewhere.paths("/page")
        assert workspace.sql("SELECT count(*) FROM article WHERE body LIKE '%Bishan%'") == [(2,)]

    def test_any_certificate_is_taken_from_the_outlets_own_hosts_alone(
        self, site: Site, elsewhere: Site, self_signed: Site, workspace: Workspace
    ) -> None:
        workspace.allow(site.address, elsewhere.address, self_signed.address)
        secure = f"https://{self_signed.address}"
        elsewhere.routes["/other"] = Reply("", kind="text/plain", headers={"Access-Control-Allow-Origin": "*"})
        self_signed.routes["/words"] = Reply(TEXT, kind="text/plain")
        for name in ("lenient", "strict"):
            asks = f"fetch('{elsewhere.url}/other?{name}').catch(() => 0); "
            self_signed.routes[f"/{name}"] = scripted(name, asks + writes("(await fetch('/words')).text()"))
            extra = 'render = "always"\n' + ("[access]\nverify_tls = false" if name == "lenient" else "")
            feed = site.feed(f"/{name}.rss", (name, f"{secure}/{name}"))
            workspace.outlet(name, ("rss", feed), extra=extra, homepage=secure)
        for name in ("lenient", "strict"):  # one after the other: what a host answered is asked once a run
            done = workspace.run("crawl", name)
            assert done.returncode == 0, done.stderr
        read = workspace.sql("SELECT outlet_id FROM article WHERE body LIKE '%Bishan%'")
        assert read == [("lenient",)]
        assert not elsewhere.asked

    @pytest.mark.kills
    def test_a_browser_that_is_killed_is_started_again(self, site: Site, workspace: Workspace) -> None:
        for n in range(4):
            site.routes[f"/words/{n}"] = Reply(f"{TEXT} Report {n}.", kind="text/plain", wait=1.5 if n < 2 else 0)
            site.routes[f"/page/{n}"] = scripted(f"Report {n}", writes(f"(await fetch('/words/{n}')).text()"))
        feed = site.feed("/rss", *[(f"Report {n}", f"{site.url}/page/{n}") for n in range(4)])
        workspace.outlet("always", ("rss", feed), extra='render = "always"')
        crawl = workspace.start("crawl", "always")
        until = time.monotonic() + 60
        while not site.paths("/words") and time.monotonic() < until:
            time.sleep(0.02)
        for pid in chromiums(crawl.pid)[:1]:
            os.kill(pid, signal.SIGKILL)
        assert crawl.wait(timeout=120) == 0
        counted = "SELECT count(*), count(DISTINCT url_key) FROM article WHERE relevant"
        if workspace.sql(counted) != [(4, 4)]:  # what failed with the browser waits for the next run
            workspace.sql("UPDATE frontier SET next_try_at = NULL")
            assert workspace.run("crawl", "always").returncode == 0
        assert workspace.sql(counted) == [(4, 4)]
        assert not left_running(workspace)


def chromiums(pid: int) -> list[int]:
    """The browser's main processes below one, the first started first."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            line = (status.parent / "cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        below = parent == pid or pid in ancestors(parent)
        if below and b"--remote-debugging-pipe" in line and b"--type=" not in line:
            found.append(int(status.parent.name))
    return sorted(found)


def ancestors(pid: int) -> list[int]:
    """The processes above one."""
    found = []
    while pid > 1:
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            break
        found.append(pid)
    return found


def left_running(workspace: Workspace) -> list[str]:
    """Browsers that outlived the crawl, by the workspace that they were started in."""
    return [path for path in os.listdir("/proc") if path.isdigit() and _belongs(int(path), workspace)]


def _belongs(pid: int, workspace: Workspace) -> bool:
    try:
        words = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return str(workspace.folder).encode() in words and pid != os.getpid()
