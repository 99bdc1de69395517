"""The site in a real browser: every page in light, dark and on a phone, hostile texts in everything an outlet writes.

No error on the console (a breach of the content policy is one), no request to another host, no page wider than a phone,
none over 150 kB, no serious finding of axe-core where it is installed, no hostile text that became markup.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from monitor.config import Config
from pipelines.store.schema import ArticleRow, StoryRow
from pipelines.store.session import session
from tests.alerts.conftest import NOW, World, engine, world  # noqa: F401
from tests.conftest import free_port
from tests.web.hostile import HOSTILE

CHROMIUM = Path("/usr/bin/chromium")
LOOKS = (("light", 1200), ("dark", 1200), ("light", 390))
MOST_BYTES = 150_000
PAGES = (
    "", "?days=30", "search", "search?q=captured", "search?rule=captured+AND+NOT+film", "article/1", "article/2", "story/1",
    "persons", "figure/1", "counts", "watches", "watch/volunteers", "outlets", "alerts", "review", "review/person:1",
    "cite/article:1", "searches", "audit", "nowhere",
)  # fmt: skip
SAMPLE = ("?days=30", "search", "article/2", "story/1", "review", "counts")
"""What is looked at in the dark, too: the colours are the same everywhere."""
MARKUP = "() => document.querySelectorAll('main script, main img, main iframe, main object, main embed, main style, main link, main base, main meta, [onload], [onerror], [onclick], [onfocus], [onmouseover], [href^=javascript i], [href^=data i]').length"


@pytest.fixture
def address(tmp_path, world: World):  # noqa: F811
    import uvicorn

    from monitor.protection import workspace_secret
    from monitor.web.app import make_app
    from monitor.web.guard import Door

    every = " ".join(HOSTILE)
    for number, text in enumerate(HOSTILE):
        world.article(
            title=text, quote=f"Captured. {text}", url=text if number % 2 else f"https://x.example/{number}",
            figures=({"name": f"Anping {text[:60]}", "role": "captive", "status": "captured", "quote": text},),
            counts=({"low": 5 + number, "quote": text, "bound": "at_least", "attributed_to": text},),
        )  # fmt: skip
    with session(world.engine) as opened:
        opened.add(StoryRow(id=1, title=every[:200], created_at=NOW, first_seen_at=NOW, updated_at=NOW, facts={}))
        opened.flush()
        opened.execute(update(ArticleRow).values(story_id=1, authors=[every[:300]], body=f"Captured. {every}"))
    port = free_port()
    door = Door(tmp_path, workspace_secret(tmp_path), local="administrator")
    app = make_app(Config(workspace=tmp_path), door)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)
    app.state.site.engine.dispose()


def _axe() -> str | None:
    try:
        import axe_playwright_python
    except ModuleNotFoundError:
        return None
    return Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()


EVERY = "MONITOR_TEST_LOOK" in os.environ
"""All pages take most of a minute: MONITOR_TEST_LOOK=all looks at them, else a few stand for all."""


@pytest.mark.browser
@pytest.mark.long
def test_every_page_in_every_look(address):
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at /usr/bin/chromium")
    axe, said, hosts = _axe(), [], set()
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for scheme, width in LOOKS:
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("dialog", lambda dialog: (said.append("a dialog"), dialog.dismiss()))
            page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
            for path in PAGES if EVERY and scheme == "light" else SAMPLE:
                answer = page.goto(f"{address}/{path}")
                assert answer.status == (404 if path == "nowhere" else 200), path
                assert len(answer.body()) < MOST_BYTES, path
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
                assert page.evaluate(MARKUP) == 0, path
                if axe and width == 1200:
                    page.evaluate(axe)
                    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
                    worst = [
                        (one["id"], one["nodes"][0]["html"][:120])
                        for one in found
                        if one["impact"] in ("serious", "critical")
                    ]
                    assert worst == [], (path, scheme)
            page.close()
        browser.close()
    assert [text for text in said if "404 (Not Found)" not in text] == []
    assert hosts == {address.removeprefix("http://")}
