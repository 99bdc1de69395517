"""No request leaves for an address that is not public, in any spelling, by any way."""

from __future__ import annotations

import pytest

from monitor.middlewares.guard import refusal
from tests.crawl.conftest import Workspace
from tests.crawl.site import Reply, Site

REFUSED = [
    "http://localhost/x", "http://sub.localhost/", "http://127.0.0.1/", "http://127.1/", "http://2130706433/",
    "http://0x7f000001/", "http://0177.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://0.0.0.0/", "http://169.254.169.254/latest", "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/",
    "http://[fe80::1]/", "http://[fd00::1]/", "http://224.0.0.1/", "http://100.64.0.1/", "file:///etc/passwd",
    "ftp://example.org/", "data:text/html,x", "gopher://example.org/", "http:///x", "http://[::]/", "http://127.0.0.1.:80/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_refused(url: str) -> None:
    assert refusal(url, frozenset())


@pytest.mark.parametrize("url", ["https://example.org/", "http://8.8.8.8/", "https://xn--80ak6aa92e.com/a?b=c"])
def test_public(url: str) -> None:
    assert refusal(url, frozenset()) is None


def test_the_allow_list_opens_one_port_alone() -> None:
    allowed = frozenset({"127.0.0.1:8080"})
    assert refusal("http://127.0.0.1:8080/", allowed) is None
    assert refusal("http://127.0.0.1:8081/", allowed)


def test_no_way_leads_to_a_second_server(site: Site, workspace: Workspace) -> None:
    secret = Site().start()
    secret.page("/inside", "Inside", "Two Nepali fighters captured")
    port = secret.address.rsplit(":", 1)[1]
    ways = [secret.url, f"http://localhost:{port}", f"http://127.1:{port}", f"http://2130706433:{port}"]
    ways += [f"http://0x7f000001:{port}", f"http://[::ffff:127.0.0.1]:{port}", f"http://0.0.0.0:{port}"]
    links = []
    for number, way in enumerate(ways):
        site.routes[f"/redirect{number}"] = Reply(status=302, headers={"Location": f"{way}/inside"})
        refresh = f'<html><head><meta http-equiv="refresh" content="0; url={way}/inside"></head><body>x</body></html>'
        site.routes[f"/refresh{number}"] = Reply(refresh)
        links += [(f"r{number}", f"{site.url}/redirect{number}"), (f"m{number}", f"{site.url}/refresh{number}")]
        links.append((f"l{number}", f"{way}/inside"))
    workspace.outlet("daily", ("rss", site.feed("/rss", *links)), ("sitemap", f"http://localhost:{port}/sitemap.xml"))
    done = workspace.run("crawl", "daily")
    secret.stop()
    assert done.returncode == 0, done.stderr
    assert secret.asked == []
    assert len(site.paths("/re")) == 2 * len(ways)
