"""No protected person of the annotated articles shows in a mail, found by the machine or not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.analysis.people import find_figures
from tests.alerts.leaks import measure, rows

FOLDER = os.environ.get("MONITOR_TEST_DATA")
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not FOLDER, reason="MONITOR_TEST_DATA names no folder with development data"),
]


def nobody(title, body, language):
    return ()


def machine(title, body, language):
    return [
        {"name": f.name, "role": f.role and f.role.value, "attributes": {"aliases": list(f.aliases)}}
        for f in find_figures(title, body, language)
    ]


@pytest.mark.parametrize("finder", [pytest.param(nobody, marks=pytest.mark.long), machine])
def test_no_protected_name_leaves(engine, finder):
    found = measure(engine, rows(Path(FOLDER or "") / "articles" / "dev.jsonl"), finder)
    assert found.persons > 50
    assert found.missed == []
    assert found.sentences > found.rows, "the mails withhold nearly everything: safe, and useless"
