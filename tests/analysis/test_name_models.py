"""A model that the user installed is read beside the packaged finder; one that cannot be loaded stops nothing and is told of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor import checks
from monitor.config import Config
from pipelines.analysis import name_models
from pipelines.analysis.people.finders import find_spans

TEXT = "Gestern kam Qwertzu Uiopa nach Hause."
READS = """
from types import SimpleNamespace

def load(exclude):
    def read(text):
        at = text.index("Qwertzu")
        return SimpleNamespace(ents=[SimpleNamespace(start_char=at, end_char=at + 13, label_="PER")])
    return read
"""
BROKEN = "def load(exclude):\n    raise OSError('[E053] written for another version')\n"


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Install a model: a package with a function `load`, as spaCy's are."""

    def write(name: str, code: str) -> None:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(code)
        monkeypatch.syspath_prepend(str(tmp_path))
        forget()

    yield write
    forget()


def forget() -> None:
    name_models.installed.cache_clear()
    name_models.load.cache_clear()


def sources() -> set[str]:
    return {span.source for span in find_spans(TEXT, "de", ())}


def test_the_best_model_installed_is_read(put: Callable[[str, str], None]) -> None:
    assert not any(source.startswith("de_core") for source in sources())
    put("de_core_news_sm", READS)
    put("de_core_news_md", READS)
    assert name_models.active_models()["de"] == "Latin CRF + de_core_news_md"
    assert sources() == {"de_core_news_md"}
    assert checks._finders(Config()).row() == {
        "check": "name finders", "result": "ok", "detail": "packaged, de + de_core_news_md",
    }  # fmt: skip


def test_a_broken_model_is_told_of_and_passed_over(put: Callable[[str, str], None]) -> None:
    put("de_core_news_lg", BROKEN)
    assert not any(source.startswith("de_core") for source in sources())
    found = checks._finders(Config())
    assert found.result == "wrong"
    assert "de_core_news_lg: OSError: [E053] written for another version" in found.detail
