"""The Python API gives what the codebook says, in its types, and cannot write."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import monitor
from monitor import Workspace, open_workspace
from monitor.exports.codebook import datasets
from monitor.workspace_records import RECORDS
from pipelines.store.session import DatabaseProblem, session
from tests import seeded
from tests.calling import call
from tests.seeded import NAME

PYTHON = {"integer": int, "number": float, "boolean": bool, "string": str, "date": date, "datetime": datetime,
          "list": list}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("workspace")
    engine = seeded.made(f"sqlite:///{made / 'monitor.db'}")
    for number in range(3):
        seeded.new(engine, body=f"{number}. {seeded.BODY}")
    engine.dispose()
    return made


@pytest.fixture(scope="module")
def ws(folder: Path) -> Iterator[Workspace]:
    with open_workspace(folder) as opened:
        yield opened


def test_reading(ws: Workspace) -> None:
    hits = ws.search("captured", nationality="NP", since="2031-03-01", limit=2)
    assert [hit["title"] for hit in hits] == ["Nepali soldiers captured near the river"] * 2
    shown = ws.article(hits[0]["id"])
    assert shown is not None
    assert shown["figures"][0]["name"] == NAME
    assert ws.article(99999) is None
    assert {one["name"] for one in ws.figures(role="fighter")} == {NAME}
    assert [one["low"] for one in ws.counts()] == [12, 12, 12]
    assert [one["articles"] for one in ws.coverage()] == [3]
    assert len(list(ws.matches(watch="volunteers"))) == 3
    assert list(ws.stories()) == []
    assert list(ws.articles(until=date(2031, 3, 1))) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("outlet", "example-pots", "did you mean"),
        ("language", "ua", "meant is uk"),
        ("role", "fihgter", 'did you mean "fighter"'),
        ("watch", "nobodys", "there is none of this name"),
    ],
)
def test_a_value_that_nobody_knows(folder: Path, ws: Workspace, name: str, value: str, said: str) -> None:
    for asked in (lambda: ws.search("captured", **{name: value}), lambda: list(ws.articles(**{name: value}))):
        with pytest.raises(ValueError, match=said):
            asked()
    done = call(folder, "search", "captured", f"--{name}", value)
    assert (done.code, name == "role" or said in done.err) == (2, True)


def _plain(hint: Any) -> Any:
    """The type of a hint without "not known"."""
    if get_origin(hint) in (Union, types.UnionType):
        return _plain(next(one for one in get_args(hint) if one is not type(None)))
    return get_origin(hint) or hint


@pytest.mark.parametrize("name", list(RECORDS))
def test_records_are_the_columns_of_the_codebook(ws: Workspace, name: str) -> None:
    hints = get_type_hints(RECORDS[name])
    table = datasets()[name]
    assert set(hints) == set(table.names)
    for column in table.columns:
        assert _plain(hints[column.name]) is PYTHON[column.type], column.name
    for row in ws._rows(name, {}):
        for key, value in row.items():
            assert value is None or isinstance(value, _plain(hints[key])), (key, value)


@pytest.mark.parametrize("name", [*RECORDS, "figures"])
def test_frames_have_typed_columns(ws: Workspace, name: str) -> None:
    pytest.importorskip("pandas")
    frame = ws.frame(name)
    table = datasets()["persons" if name == "figures" else name]
    assert list(frame.columns) == list(table.names)
    kinds = {c.name: str(frame[c.name].dtype) for c in table.columns}
    wanted = {"integer": "Int64", "boolean": "boolean", "datetime": "datetime64[us, UTC]", "date": "datetime64[s]"}
    assert all(kinds[c.name] == wanted[c.type] for c in table.columns if c.type in wanted)


def test_a_masked_workspace_shows_no_name(folder: Path) -> None:
    with open_workspace(folder, names=False) as masked:
        assert NAME not in str([*masked.articles(), *masked.figures(), *masked.matches(), *masked.counts()])
        for call in (lambda: masked.search("x"), lambda: masked.article(1)):
            with pytest.raises(PermissionError):
                call()


def test_nothing_can_be_written(ws: Workspace) -> None:
    with pytest.raises(SQLAlchemyError), session(ws._engine) as opened:
        opened.execute(text("DELETE FROM article"))


def test_mistakes_are_named(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="there is no filter 'colour'; one of country"):
        ws.articles(colour="red")
    with pytest.raises(KeyError):
        ws.frame("nothing")
    with pytest.raises(DatabaseProblem, match="monitor init"):
        open_workspace(tmp_path)
    with pytest.raises(AttributeError):
        _ = monitor.nothing
