"""The packaged watches on the development data: relevance on annotated rows, and the seed article."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from monitor.watches import load_watches
from pipelines.analysis.rules import compile_watches
from tests.rules.conftest import article

DATA = os.environ.get("MONITOR_TEST_DATA")
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(DATA is None, reason="MONITOR_TEST_DATA does not name the development data"),
]
PRECISION, RECALL = 0.92, 0.93


def folder() -> Path:
    """The development data."""
    return Path(DATA or "")


def test_relevance_on_annotated_rows() -> None:
    book = compile_watches([watch for watch in load_watches().values() if watch.enabled])
    right = wrong = missed = 0
    for line in (folder() / "articles" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if (row.get("negative_kind") or "").startswith("borderline"):
            continue
        matched = bool(book.match(article(row["text"], row.get("title"), language=row["lang"])))
        positive = row["label"] == "positive"
        right += positive and matched
        wrong += matched and not positive
        missed += positive and not matched
        assert not matched or book.on_topic(f"{row.get('title') or ''}\n{row['text']}")
    assert right / (right + wrong) >= PRECISION
    assert right / (right + missed) >= RECALL


def test_the_seed_article_alerts() -> None:
    book = compile_watches(list(load_watches().values()))
    text = (folder() / "seed" / "article.txt").read_text(encoding="utf-8")
    alerts = {match.watch for match in book.match(article(text, language="en")) if match.level == "alert"}
    assert {"foreign-fighters", "prisoners-of-war"} <= alerts
