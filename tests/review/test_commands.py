"""The commands of review, citing, exports, persons, purging and keeping, in this process."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from pipelines.store.schema import AuditRow, ClearanceRow
from pipelines.store.session import make_engine, session
from tests import seeded
from tests.calling import call
from tests.seeded import NAME


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with three articles."""
    folder = tmp_path_factory.mktemp("commands")
    engine = seeded.made(f"sqlite:///{folder / 'monitor.db'}")
    for number in range(3):
        seeded.new(engine, body=f"{number}. {seeded.BODY}")
    engine.dispose()
    return folder


def actions(ws: Path) -> list[tuple[str, str]]:
    with session(make_engine(f"sqlite:///{ws / 'monitor.db'}", read_only=True)) as opened:
        return [(row.action, row.target) for row in opened.scalars(select(AuditRow).order_by(AuditRow.id))]


def test_a_review_from_the_queue_to_precision(ws: Path) -> None:
    queue = [json.loads(line) for line in call(ws, "review", "queue", "--json").out.splitlines()]
    assert [one["kind"] for one in queue[:3]] == ["match", "person", "count"]
    match, person, count = (one["target"] for one in queue[:3])
    assert call(ws, "review", "confirm", match, "--by", "ana").code == 0
    said = call(ws, "review", "correct", person, "role=captive", "status=exchanged", "--note", "seen", "--by", "ana")
    assert {"captive", "(machine:", "captured),"} <= set(said.out.split())
    assert "REJECTED" in call(ws, "review", "reject", count, "--by", "ana").out
    assert call(ws, "review", "reopen", count, "--by", "ana").code == 0
    shown = json.loads(call(ws, "review", "show", person, "--json").out)
    assert [(one["field"], one["value"], one["by"]) for one in shown["history"]] == [
        ("role", "captive", "ana"), ("status", "exchanged", "ana"),
    ]  # fmt: skip
    row = json.loads(call(ws, "review", "precision", "--json").out)
    assert (row["watch"], row["judged"], row["precision"], row["open"]) == ("volunteers", 1, 1.0, 2)
    figures = [json.loads(line) for line in call(ws, "figures", "--json").out.splitlines()]
    mine = next(one for one in figures if f"figure:{one['id']}" == person)
    day = mine["reviewed_at"][:10]
    assert mine["label"] == f"role reviewed by ana, {day}; status reviewed by ana, {day}; the rest machine reading"


BESIDE = (  # one after another: the later ones ask what the earlier ones wrote
    (("note", "article:1", "Ask the family."), "Ask the family."),
    (("tag", "article:1", "urgent", "--json"), '"value": "urgent"'),
    (("folder", "article:1", "Case 7"), "Case 7"),
    (("assign", "article:1", "bo"), "bo"),
    (("folders",), "Case 7"),
    (("queue", "--folder", "Case 7", "--assigned", "bo"), "match:1"),
)


def test_what_stands_beside_an_article(ws: Path) -> None:
    for words, out in BESIDE:
        said = call(ws, "review", *words)
        assert (said.code, out in said.out) == (0, True), said


def test_a_mistake_ends_with_a_reason(ws: Path) -> None:
    said = call(ws, "review", "confirm", "person:99")
    assert (said.code, "there is no figure:99" in said.err) == (2, True)
    assert call(ws, "review", "correct", "person:1", "role").code == 2
    assert call(ws, "cite", "article:99").code == 2
    assert call(ws, "export", "all").code == 2
    assert call(ws, "export", "coverage", "--format", "ftm").code == 2


@pytest.mark.parametrize("form", ["text", "csl-json", "ris", "json"])
def test_citing_masks_names_and_showing_them_leaves_a_trace(ws: Path, form: str) -> None:
    before = len(actions(ws))
    assert NAME not in call(ws, "cite", "person:1", "--format", form).out
    assert len(actions(ws)) == before
    assert NAME in call(ws, "cite", "person:1", "--format", form, "--with-names").out
    assert actions(ws)[before:] == [("export with names", "citation figure:1")]


def test_an_export_goes_to_a_stream_a_file_or_a_folder_and_leaves_a_trace(ws: Path, tmp_path: Path) -> None:
    before = len(actions(ws))
    rows = list(csv.DictReader(io.StringIO(call(ws, "export", "persons", "-q", "river").out)))
    assert len(rows) == 3
    assert NAME not in {row["name"] for row in rows}
    assert call(ws, "export", "persons", "--with-names", "--to", str(tmp_path / "p.csv")).code == 0
    assert NAME in (tmp_path / "p.csv").read_text(encoding="utf-8")
    assert call(ws, "export", "counts", "--folder", "Case 7", "--to", str(tmp_path / "f")).code == 0
    names = {"counts.csv", "coverage.csv", "codebook.md", "datapackage.json"}
    assert {path.name for path in (tmp_path / "f").iterdir()} == names
    assert call(ws, "export", "all", "--format", "sqlite", "--to", str(tmp_path / "s.db")).code == 0
    traces = actions(ws)[before:]
    assert traces[:3] == [("export", "persons"), ("export with names", "persons"), ("export", "counts")]
    assert len(traces) == 9


def test_a_workspace_is_kept_and_a_person_erased(ws: Path, tmp_path: Path) -> None:
    assert call(ws, "db", "check").out.startswith("ok: sqlite")
    assert "missing" in call(ws, "db", "check", "--evidence").err
    assert call(ws, "db", "backup", str(tmp_path / "b.backup")).code == 0
    held = json.loads(call(ws, "person", "export", "figure:1").out)
    assert (held["names"], len(held["mentions"])) == ([NAME], 3)
    dry = [json.loads(line) for line in call(ws, "person", "erase", "figure:1", "--dry-run", "--json").out.splitlines()]
    assert call(ws, "figures", "--json").out.count(NAME) >= 3
    assert NAME.split()[1].encode() in (ws / "monitor.db").read_bytes()
    done = call(ws, "person", "erase", "figure:1", "--yes", "--json").out.splitlines()
    with session(make_engine(f"sqlite:///{ws / 'monitor.db'}")) as opened:
        opened.execute(delete(ClearanceRow))
    call(ws, "purge")
    for file in ws.glob("monitor.db*"):
        assert NAME.split()[1].encode() not in file.read_bytes(), file  # nothing is left in freed places either
        assert b"smilenko" not in file.read_bytes(), file
    assert dry == [json.loads(line) for line in done]
    assert NAME not in call(ws, "figures", "--json").out
    assert NAME not in call(ws, "search", "river", "--json").out
    assert {json.loads(line)["rows"] for line in call(ws, "purge", "--dry-run", "--json").out.splitlines()} <= {0, 3}
    assert call(tmp_path / "new", "db", "restore", str(tmp_path / "b.backup")).code == 0
    assert NAME in call(tmp_path / "new", "figures", "--json").out
    assert call(tmp_path / "new", "db", "restore", str(tmp_path / "b.backup")).code == 3
    assert call(ws, "db", "copy", f"sqlite:///{tmp_path / 'copy.db'}", "--json").code == 0
