"""The import contracts hold, and break when somebody crosses them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"]
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
        env={"PYTHONPATH": str(folder), "LC_ALL": "C.UTF-8"},
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, to plant violations in."""
    folder = tmp_path_factory.mktemp("house")
    skip = shutil.ignore_patterns("__pycache__", "*.toml", "*.crfsuite", "*.html", "*.tsv")
    for name in ("monitor", "pipelines"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_contracts_hold(house: Path) -> None:
    done = lint(house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("pipelines/store/session.py", "import monitor.config"),
        ("pipelines/analysis/counts.py", "import sqlalchemy"),
        ("pipelines/analysis/urls.py", "import logging"),
        ("pipelines/store/writer.py", "import pipelines.analysis.urls"),
        ("pipelines/records/words.py", "import pipelines.store.session"),
        ("pipelines/utils.py", ""),
    ],
)
def test_a_planted_violation_breaks_them(house: Path, file: str, line: str) -> None:
    path = house / file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text((before or "") + f"\n{line}\n", encoding="utf-8")
    try:
        assert lint(house).returncode != 0
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")


def test_a_run_loads_the_analysis_in_its_workers_alone() -> None:
    """A second of each run and 35 MB, also where the feeds bring nothing new."""
    stages = ", ".join(f"pipelines.{name}" for name in ("normalise", "dedupe", "dates", "figures", "match", "persist"))
    code = f"import sys, monitor.cycle, monitor.spiders.watch, {stages}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not {"pipelines.analysis.analyst", "pipelines.analysis.people", "trafilatura"} & set(loaded.split())
