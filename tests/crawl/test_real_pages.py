"""Real pages through the real path: over HTTP by the watch spider, and out of a WARC by the archive spider."""

from __future__ import annotations

import gzip
import json
import tomllib
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.crawl.conftest import Workspace
from tests.crawl.site import Reply, Site

pytestmark = pytest.mark.data
PAGES = 14
"""So many of the saved pages are crawled here; `benchmarks/saved_pages.py` crawls all of them."""


def saved(test_data: Path, limit: int = PAGES) -> list[tuple[str, str, bytes]]:
    """(id, address, bytes) of saved pages, the seed article first."""
    found = [("seed", "https://euromaidanpress.com/seed", (test_data / "seed" / "article.html").read_bytes())]
    folder = test_data / "pages" / "fundus"
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()[: limit - 1]:
        row = json.loads(line)
        found.append((row["id"], row["url"], gzip.decompress((folder / f"{row['id']}.html.gz").read_bytes())))
    return found


def test_every_saved_page_is_stored_and_a_second_run_changes_nothing(
    site: Site, workspace: Workspace, test_data: Path
) -> None:
    pages = saved(test_data)
    for identity, _, content in pages:
        site.routes[f"/p/{identity}"] = Reply(content)
    feed = site.feed("/rss", *[(identity, f"{site.url}/p/{identity}") for identity, _, _ in pages])
    workspace.outlet("daily", ("rss", feed))
    done = workspace.run("crawl", "daily", timeout=300)
    assert done.returncode == 0, done.stderr
    outcomes = workspace.outcomes()
    assert set(outcomes) <= {"stored", "off_topic", "headline_only"}  # one page has its text in a picture
    assert sum(outcomes.values()) == len(pages)
    before = workspace.rows("search", "--limit", "1000")
    assert len(before) == len(pages)
    (relevant, *_) = [row for row in before if "seed" in row["url"] or "155" in (row["title"] or "")]
    assert {"foreign-fighters", "prisoners-of-war"} <= set(relevant["watches"])
    (state,) = workspace.rows("status")
    assert workspace.run("crawl", "daily").returncode == 0
    assert workspace.rows("search", "--limit", "1000") == before
    (again,) = workspace.rows("status")
    assert again["events_unplanned"] == state["events_unplanned"]


def test_a_warc_of_them_is_read_and_is_historical(workspace: Workspace, test_data: Path, tmp_path: Path) -> None:
    pages = saved(test_data, 6)
    path = tmp_path / "pages.warc.gz"
    with path.open("wb") as opened:
        writer = WARCWriter(opened, gzip=True)
        for _, url, content in pages:
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    url, "response", payload=BytesIO(content), length=len(content), http_headers=headers
                )
            )
    done = workspace.run("archive", str(path), timeout=200)
    assert done.returncode == 0, done.stderr
    rows = workspace.rows("search", "--limit", "100")
    assert len(rows) == len(pages)
    (relevant,) = [row for row in workspace.rows("search", "--relevant") if row["outlet"] == "euromaidan-press"]
    (found,) = workspace.rows("show", str(relevant["id"]))
    assert found["historical"] is True
    assert all(match["historical"] for match in found["matches"])
    (state,) = workspace.rows("status")
    sent = workspace.run("alerts", "send")
    assert sent.returncode == 0, sent.stderr
    assert workspace.rows("status")[0]["mails"] == {}
    assert state["articles"] == len(pages)


def test_a_folder_of_saved_pages_is_read(workspace: Workspace, test_data: Path) -> None:
    done = workspace.run("archive", str(test_data / "seed"), "--outlet", "euromaidan-press", timeout=200)
    assert done.returncode == 0, done.stderr
    (row,) = workspace.rows("search", "--relevant")
    assert row["outlet"] == "euromaidan-press"


def test_the_seed_article_is_read_as_it_should_be(workspace: Workspace, test_data: Path) -> None:
    (row,) = workspace.rows("analyse", str(test_data / "seed" / "article.html"))
    expected = tomllib.loads(_expected(test_data))
    assert row["language"] == "en"
    assert row["title"] == expected["title"]
    assert row["body"].startswith(expected["body_starts"])
    assert row["body"].endswith(expected["body_ends"])
    assert [words for words in expected["body_lacks"] if words in row["body"]] == []
    assert {figure["name"]: figure["role"] for figure in row["figures"]} == expected["figures"]
    (body,) = [count for count in row["counts"] if count["field"] == "body"]
    assert (body["low"], body["nationality"], body["status"], body["bound"]) == (155, "CN", "fighting", "at_least")
    assert "Zelenskyy" in body["attributed_to"]
    assert all((count["low"], count["nationality"]) == (155, "CN") for count in row["counts"])
    assert [date["value"] for date in row["dates"]] == ["2025-04"]
    assert {"foreign-fighters", "prisoners-of-war"} <= {match["watch"] for match in row["matches"]}
    assert all(match["reason"] for match in row["matches"])


def _expected(test_data: Path) -> str:
    """The seed's expected values, taken from its README: no captive's name stands here."""
    text = (test_data / "seed" / "README.md").read_text(encoding="utf-8")
    figures = text.split("figures: ")[1].split("; counts")[0]
    captives, rest = figures.split(" (captives", 1)
    lines = [f'"{name.strip()}" = "captive"' for name in captives.split(" and ")]
    for part in rest.split("), ", 1)[1].split("), "):
        name, role = part.rstrip(")").split(" (")
        word = role.split(",")[0].strip().replace(" ", "_")
        lines.append(f'"{name.strip()}" = "{word}"')
    article = (test_data / "seed" / "article.txt").read_text(encoding="utf-8")
    return (
        f'title = "{article.splitlines()[0]}"\nbody_starts = "The Chinese government has denied"\n'
        'body_ends = "Volodymyr Zelenskyy."\n'
        'body_lacks = ["cup of coffee", "Ctrl", "suggest a correction", "ad blocker", "Related Posts", "UkrInform\\n"]\n'
        "[figures]\n" + "\n".join(lines) + "\n"
    )
