"""The site in a real browser: no console error, nothing from another host, no page wider than a phone."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.alerts.conftest import World, engine, world  # noqa: F401
from tests.conftest import free_port

CHROMIUM = Path("/usr/bin/chromium")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_on_a_phone(tmp_path, world: World, scheme):  # noqa: F811
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at /usr/bin/chromium")
    world.article(counts=({"low": 5, "quote": "five"},))
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "monitor", "-w", str(tmp_path), "serve", "--port", str(port)])
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        with api.sync_playwright() as play:
            browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
            said, hosts = [], set()
            page.on("console", lambda message: said.append(message.text))
            page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
            for path in ("", "search?q=captured", "article/1", "persons", "counts", "watches", "outlets", "alerts"):
                page.goto(f"http://127.0.0.1:{port}/{path}")
                assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
            browser.close()
        assert said == []
        assert hosts == {f"127.0.0.1:{port}"}
    finally:
        server.terminate()
        server.wait(20)
