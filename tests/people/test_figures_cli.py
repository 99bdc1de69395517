"""`monitor figures`: the listing as it was, and merge, alias and split by hand."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select

from pipelines.store.schema import AuditRow
from pipelines.store.session import session
from tests.calling import call
from tests.people.test_persons import tell


def test_figures_are_listed_merged_named_and_split(sqlite_engine: Engine, tmp_path: Path, now: datetime) -> None:
    for name in ("Chen Liguo", "陈立国"):
        tell(sqlite_engine, now, name)
    listed = [json.loads(line) for line in call(tmp_path, "figures", "--json").out.splitlines()]
    assert {row["name"] for row in listed} == {"Chen Liguo", "陈立国"}
    assert call(tmp_path, "figures", "--name", "Chen", "--csv").out.count("Chen Liguo") == 1
    numbers = sorted(str(row["id"]) for row in listed)
    assert call(tmp_path, "figures", "merge", *numbers).out == "person 1: Chen Liguo, 陈立国\n"
    assert call(tmp_path, "figures", "alias", "1", "Чэнь Лиго").out == "person 1: Chen Liguo, 陈立国, Чэнь Лиго\n"
    assert call(tmp_path, "figures", "split", numbers[1]).out == f"figure {numbers[1]} is no longer person 1\n"
    with session(sqlite_engine) as opened:
        assert opened.scalars(select(AuditRow.action).order_by(AuditRow.id)).all() == ["merge", "alias", "split"]
