"""The tokeniser's and the words' tables of the English finder.

In      `models/spacy/tables.json`
Out     patterns, exceptions, norms, moves, as JSON gives them
Raises  FileNotFoundError when the installation lacks the file
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

HOME = files("pipelines.analysis.people") / "models" / "spacy"


@cache
def load_tables() -> dict[str, Any]:
    """The packed tables, read once."""
    tables: dict[str, Any] = json.loads((HOME / "tables.json").read_text("utf-8"))
    return tables
