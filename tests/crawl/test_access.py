"""What single outlets ask for: headers with secrets, a proxy, an unchecked certificate, more at once; in one crawl."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path

import pytest

from monitor.catalogue import parse_outlet
from monitor.config import ConfigError, with_secrets
from monitor.middlewares.access import concurrencies
from tests.crawl.conftest import Workspace
from tests.crawl.site import Reply, Site

SECRETS = {"MONITOR_SECRET_PARTNER": "s3cret-key", "MONITOR_SECRET_PROXY": "me:pass"}
CAPTURED = "Two Nepali citizens who fought in the Russian army were captured by Ukrainian forces, officials said."


@pytest.mark.long
def test_each_outlet_is_asked_as_its_file_says(
    site: Site, elsewhere: Site, self_signed: Site, workspace: Workspace
) -> None:
    workspace.allow(site.address, elsewhere.address, self_signed.address)
    secure = f"https://{self_signed.address}"
    here = site.page("/1", "Captured", CAPTURED)
    elsewhere.page("/2", "Bread", "Flour is dearer.")
    site.routes["/away"] = Reply(status=302, headers={"Location": f"{elsewhere.url}/2"})
    site.feed("http://news.example/rss", ("Bread", "http://news.example/3"))
    site.routes["http://news.example/3"] = Reply("<article><p>Flour is dearer.</p></article>")
    self_signed.feed("/rss", ("Bread", f"{secure}/4"))
    self_signed.page("/4", "Bread", "Flour is dearer.")
    partner = '[access.headers]\nX-Partner-Key = "${MONITOR_SECRET_%s}"'
    workspace.outlet(
        "dressed",
        ("rss", site.feed("/rss", ("Captured", here), ("Bread", f"{site.url}/away"))),
        extra=partner % "PARTNER",
        homepage=site.url,
    )
    workspace.outlet("forgotten", ("rss", site.feed("/never")), extra=partner % "MISSING", homepage=site.url)
    proxy = f'[access]\nproxy = "http://${{MONITOR_SECRET_PROXY}}@{site.address}"'
    workspace.outlet("proxied", ("rss", "http://news.example/rss"), extra=proxy, homepage="http://news.example")
    workspace.outlet("lenient", ("rss", f"{secure}/rss"), extra="[access]\nverify_tls = false", homepage=secure)
    workspace.outlet("strict", ("rss", f"{secure}/other"), homepage=secure)

    done = workspace.run("crawl", "dressed", "forgotten", "proxied", "lenient", "strict", env=SECRETS)
    assert done.returncode == 0, done.stderr
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS.values())
    stored = dict(workspace.sql("SELECT outlet_id, count(*) FROM article GROUP BY outlet_id"))
    assert stored == {"dressed": 2, "proxied": 1, "lenient": 1}
    sent = {path: headers for _, path, headers in site.asked}
    assert sent["/rss"]["X-Partner-Key"] == sent["/1"]["X-Partner-Key"] == "s3cret-key"
    assert not any("X-Partner-Key" in headers for _, _, headers in elsewhere.asked)
    login = "Basic " + base64.b64encode(b"me:pass").decode()
    assert sent["http://news.example/3"]["Proxy-Authorization"] == login
    assert "Proxy-Authorization" not in sent["/1"]
    problems = dict(workspace.sql("SELECT outlet_id, problems FROM outlet_run"))
    assert "MONITOR_SECRET_MISSING" in problems["forgotten"]
    assert not site.paths("/never")
    assert "certificate" in problems["strict"].lower()
    (warc,) = (workspace.folder / "evidence").rglob("*.warc.gz")
    assert b"s3cret" not in gzip.decompress(warc.read_bytes())


def test_a_host_is_asked_by_as_many_at_once_as_all_its_outlets_allow() -> None:
    def outlet(name: str, host: str, more: str = "") -> str:
        return f'id = "{name}"\nname = "x"\nhomepage = "https://{host}/"\ncountry = "UA"\nlanguages = ["en"]\n{more}'

    files = [
        outlet("a", "one.example", "[access]\nconcurrency = 4"),
        outlet("b", "www.one.example", "[access]\nconcurrency = 3"),
        outlet("c", "two.example", "[access]\nconcurrency = 4"),
        outlet("d", "two.example"),
    ]
    assert concurrencies([parse_outlet(text, "x.toml") for text in files]) == {"one.example": 3}


def test_secrets_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    kept = tmp_path / "secret"
    kept.write_text("from a file\n")
    given = {"MONITOR_SECRET_A": "one", "MONITOR_SECRET_B_FILE": str(kept)}
    assert with_secrets("x ${MONITOR_SECRET_A}, ${MONITOR_SECRET_B}", given) == "x one, from a file"
    assert with_secrets("${HOME}", given) == "${HOME}"
    with pytest.raises(ConfigError, match="MONITOR_SECRET_C is not set"):
        with_secrets("${MONITOR_SECRET_C}", given)
