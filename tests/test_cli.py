"""The command line as a user meets it: help at once, clear words and exit codes for what is wrong."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import cli
from tests import warm
from tests.calling import call as quick


def call(*words: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MONITOR_")}
    return warm.run([*words], {**clean, **env}, 120, cwd)


def test_help_names_every_command_and_loads_no_framework() -> None:
    code = "import sys; sys.argv = ['monitor', '--help']; from monitor.cli import main\ntry:\n main()\nexcept SystemExit: pass\n"
    code += "print([m for m in ('scrapy', 'sqlalchemy', 'lxml', 'numpy', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "search" in done.stdout


def unprivileged() -> list[str]:
    """What a command begins with so that the permissions of files hold, for root too."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and setpriv (util-linux) is not installed")
    return ["setpriv", "--bounding-set", "-dac_override"]


@pytest.mark.parametrize(
    "words",
    [
        ("crawl", "kyiv-independent"),
        pytest.param(("alerts", "send"), marks=pytest.mark.long),
        pytest.param(("init", "--contact", "a@b.org"), marks=pytest.mark.long),
    ],
)
def test_a_workspace_that_is_not_writable(tmp_path: Path, words: tuple[str, ...]) -> None:
    quick(tmp_path, "init", "--contact", "a@b.org")
    paths = [tmp_path, *tmp_path.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    command = [*unprivileged(), sys.executable, "-m", "monitor", "-w", str(tmp_path), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    for path in paths:
        path.chmod(0o755)
    assert done.returncode in (1, 2, 3), done.stderr
    assert str(tmp_path) in done.stderr
    assert "Traceback" not in done.stderr
    assert any(words in done.stderr for words in ("must be writable", "cannot be written")), done.stderr
    assert [tmp_path, *tmp_path.rglob("*")] == paths


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("serach",), 2, 'did you mean "search"'),
        (("search", "x"), 3, "monitor init"),
        (("status",), 3, "there is no database at"),
        (("crawl",), 3, "there is no database at"),
        (("analyse",), 2, "name files or addresses"),
        (("search", "--since", "yesterday-ish"), 2, "no day"),
        (("url",), 2, "Missing argument"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, words: tuple[str, ...], code: int, says: str) -> None:
    done = call("-w", str(tmp_path), *words)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr


def test_a_bad_settings_file_names_file_and_key(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text('contcat = "x"', encoding="utf-8")
    done = call("-w", str(tmp_path), "config")
    assert done.returncode == 2
    assert 'monitor.toml: unknown key "contcat"; did you mean "contact"' in done.stderr


def test_a_workspace_that_cannot_be_written_is_named() -> None:
    done = call("-w", "/proc/monitor", "init", "--contact", "x@example.org")
    assert done.returncode == 2
    assert "/proc/monitor cannot be written" in done.stderr


def test_init_makes_a_private_workspace(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    done = call("-w", str(folder), "init", "--contact", "x@example.org")
    assert done.returncode == 0, done.stderr
    assert (folder / "monitor.db").stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    again = call("-w", str(folder), "init", "--contact", "y@example.org")
    assert again.returncode == 0
    assert "x@example.org" in (folder / "monitor.toml").read_text(encoding="utf-8")


def test_beyond_loopback_a_contact_is_asked_for(tmp_path: Path) -> None:
    call("-w", str(tmp_path), "db", "upgrade")
    done = call("-w", str(tmp_path), "run")
    assert done.returncode == 2
    assert "no contact is set" in done.stderr


def test_analyse_answers_every_line_in_order(tmp_path: Path) -> None:
    lines = [
        json.dumps(
            {"id": 1, "url": "https://news.example/1", "html": "<html><body><p>Two captured.</p></body></html>"}
        ),
        "not json",
        json.dumps({"id": "three", "url": "https://news.example/3", "title": "T", "text": "Nothing.", "lang": "en"}),
        json.dumps({"id": 4, "url": "https://news.example/4"}),
        json.dumps([1]),
        json.dumps({"id": 6, "url": 6, "html": "<p>x</p>"}),
        "",
        json.dumps({"id": 7, "url": "", "html": ""}),
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    done = call("-w", str(tmp_path), "analyse", "--jsonl", str(path), "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == [1, None, "three", 4, None, 6, None, 7]
    assert ["error" in row for row in rows] == [False, True, False, True, True, True, True, False]
    fields = {"url_key", "canonical_url", "title", "authors", "published_at", "modified_at", "language", "lead", "body",
              "dates", "figures", "counts", "matches", "relevant"}  # fmt: skip
    assert fields <= set(rows[0])


def test_analyse_reads_a_page_from_a_pipe_and_tells_why_it_matched(tmp_path: Path) -> None:
    page = (
        "<title>Two Nepali fighters captured</title><p>Two Nepali citizens who fought in the Russian army were captured "
        "by Ukrainian forces near Donetsk, officials said.</p>"
    )
    done = CliRunner().invoke(cli, ["-w", str(tmp_path), "analyse", "-"], input=page, env={"COLUMNS": "300"})
    assert done.exit_code == 0, done.stderr
    why = [line.strip() for line in done.stdout.split("Why it matched (machine reading)")[1].splitlines()]
    heads = [line for line in why if line.startswith("foreign-fighters (alert): score ")]
    assert len(heads) == 1
    assert "= +" in heads[0]
    assert any("“captured”" in line for line in why[why.index(heads[0]) :])
    wrong = tmp_path / "page.html.gz"
    wrong.write_bytes(gzip.compress(page.encode())[:40])
    done = CliRunner().invoke(cli, ["-w", str(tmp_path), "analyse", str(wrong), str(tmp_path / "none.html")])
    assert done.exit_code == 1
    assert "page.html.gz: damaged" in done.stderr
    assert "none.html: No such file" in done.stderr


def test_url_says_why() -> None:
    done = call("url", "https://m.example.org/a?utm_source=x&id=7", "--json")
    row = json.loads(done.stdout)
    assert row["url_key"]
    assert row["why"]
