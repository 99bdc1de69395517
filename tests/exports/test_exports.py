"""What leaves is masked, complete, the same on both databases, and opens in the tools it is made for."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
import shutil
import sqlite3
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import Engine, select

from monitor import exports, review
from monitor.exports.writers import safe_cell
from monitor.protection import Policy
from monitor.query import Filter
from pipelines.store.schema import ArticleRow, ClearanceRow, FigureRow
from pipelines.store.session import session
from tests.exports.conftest import HOSTILE, MASKED, SHOWN
from tests.seeded import NAME, NOW

EVERY = [(name, "csv") for name in exports.DATASETS] + [(name, "jsonl") for name in exports.DATASETS] + [
    ("articles", "ftm"), ("persons", "ftm"), ("counts", "ftm"), ("articles", "atom"), ("matches", "atom"),
]  # fmt: skip


def made(engine: Engine, dataset: str, form: str, policy: Policy = MASKED, **more: Any) -> str:
    with session(engine) as opened:
        return b"".join(exports.stream(opened, dataset, form, policy, now=NOW, **more)).decode()


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(("dataset", "form"), EVERY)
def test_no_protected_name_leaves_unless_it_is_asked_for(base: Engine, dataset: str, form: str) -> None:
    text = made(base, dataset, form)
    assert text.strip()
    for part in NAME.split():
        assert part not in text
    assert "Reporter" not in text
    if dataset in ("persons", "stories"):
        assert NAME in made(base, dataset, form, SHOWN)


def test_every_column_is_in_the_codebook_and_filled_somewhere(base: Engine) -> None:
    empty = {"gone", "person", "confidence", "reviewed_by", "reviewed_at", "of", "side", "as_of", "period",
             "attributed_to", "high"}  # fmt: skip
    for name in exports.DATASETS:
        rows = table(made(base, name, "csv", SHOWN))
        assert tuple(rows[0]) == exports.datasets()[name].names
        never = {column for column in rows[0] if not any(row[column] for row in rows)}
        assert never <= empty, name
        assert f"`{list(rows[0])[-1]}`" in exports.as_markdown((name,))


def test_newest_revisions_alone_are_exported(base: Engine) -> None:
    with session(base) as opened:
        numbers = set(opened.scalars(select(ArticleRow.id)))
        figures = len(opened.scalars(select(FigureRow.id)).all())
    rows = table(made(base, "persons", "csv"))
    assert {int(row["article"]) for row in rows} == numbers
    assert len(rows) == len(numbers) < figures


def test_one_claim_is_one_row_however_often_it_is_printed(base: Engine) -> None:
    rows = [row for row in table(made(base, "counts", "csv")) if row["story"]]
    assert len(rows) == 1
    claim = rows[0]
    assert (claim["low"], claim["high"], claim["bound"], claim["kind"]) == ("12", "", "at_least", "unclear")
    assert (claim["articles"], claim["independent_texts"], claim["outlets"]) == ("3", "2", "river-post")
    assert (claim["analysis_version"] != "", claim["review"]) == (True, "machine reading")
    with session(base) as opened:
        review.decide(opened, f"count:{claim['id']}", "confirm", "ana", NOW)
    rows = [row for row in table(made(base, "counts", "csv")) if row["story"]]
    assert [(row["review"], row["reviewed_by"]) for row in rows] == [("confirmed", "")]
    with session(base) as opened:
        review.decide(opened, f"count:{claim['id']}", "reopen", "ana", NOW)


def test_coverage_says_how_much_was_read_and_is_not_narrowed_by_what_was_found(base: Engine) -> None:
    rows = table(made(base, "coverage", "csv", wanted=Filter(watch="nothing", nationality="XX")))
    assert [(row["outlet"], row["day"], row["articles"], row["texts"], row["relevant"]) for row in rows] == [
        ("river-post", "2031-03-04", "5", "4", "4")
    ]
    assert rows[0]["watched_since"] == "2031-02-02"


def test_a_filter_narrows_and_a_search_too(base: Engine) -> None:
    assert len(table(made(base, "articles", "csv"))) == 5
    assert len(table(made(base, "articles", "csv", wanted=Filter(language="zh")))) == 1
    assert len(table(made(base, "articles", "csv", wanted=Filter(text="战俘")))) == 1
    assert len(table(made(base, "articles", "csv", wanted=Filter(text="-")))) == 0
    assert len(table(made(base, "matches", "csv", wanted=Filter(watch="volunteers")))) == 4
    assert len(table(made(base, "articles", "csv", only=[1, 2]))) == 2


def test_a_cleared_name_is_shown_and_a_suppressed_one_never(base: Engine) -> None:
    for verdict in ("clear", "suppress"):
        with session(base) as opened:
            opened.add(ClearanceRow(name=NAME, name_key=NAME.casefold(), verdict=verdict, reason="asked",
                                    decided_by="ana", decided_at=NOW))  # fmt: skip
        with session(base) as opened:
            policy = exports.policy_of(opened, b"s")
            every = exports.policy_of(opened, b"s", with_names=True)
        assert (NAME in made(base, "persons", "csv", policy)) is (verdict == "clear")
        assert (NAME in made(base, "persons", "csv", every)) is (verdict == "clear")
    with session(base) as opened:
        for row in opened.scalars(select(ClearanceRow)):
            opened.delete(row)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠1", " =1", "\ufeff=1", HOSTILE]
)
def test_no_text_is_a_formula(text: str) -> None:
    assert str(safe_cell(text)).startswith("'")


@pytest.mark.parametrize("value", [-3, 1.5, 0, True, None])
def test_numbers_stay_numbers(value: Any) -> None:
    assert not str(safe_cell(value)).startswith("'")


def test_a_hostile_headline_is_text_in_every_form(base: Engine) -> None:
    titles = [row["title"] for row in table(made(base, "articles", "csv", SHOWN))]
    assert f"'{HOSTILE}" in titles
    assert HOSTILE in [row["title"] for row in table(made(base, "articles", "csv", SHOWN, raw=True))]
    feed = ElementTree.fromstring(made(base, "articles", "atom", SHOWN))
    assert HOSTILE in [one.text for one in feed.iter("{http://www.w3.org/2005/Atom}title")]


def test_pandas_reads_every_table_with_its_types(base: Engine, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    with session(base) as opened:
        exports.write_folder(opened, tmp_path, exports.DATASETS, "csv", MASKED, now=NOW)
    described = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert {one["path"] for one in described["resources"]} == {f"{name}.csv" for name in exports.DATASETS}
    for resource in described["resources"]:
        content = (tmp_path / resource["path"]).read_bytes()
        assert (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}") == (resource["bytes"], resource["hash"])
        frame = pandas.read_csv(tmp_path / resource["path"])
        assert list(frame.columns) == [field["name"] for field in resource["schema"]["fields"]]
        for field in resource["schema"]["fields"]:
            column = frame[field["name"]].dropna()
            if field["type"] in ("integer", "number"):
                assert column.empty or pandas.api.types.is_numeric_dtype(column), field["name"]
            if field["type"] == "boolean":
                assert column.isin([True, False]).all(), field["name"]
            if field["type"] in ("date", "datetime"):
                pandas.to_datetime(column, utc=True)
    assert (tmp_path / "articles.csv").stat().st_mode & 0o077 == 0


def test_followthemoney_takes_every_entity_and_value(base: Engine) -> None:
    pytest.importorskip("followthemoney")
    from followthemoney import model

    with session(base) as opened:
        figure = opened.scalars(select(FigureRow.id).order_by(FigureRow.id.desc())).first()
        review.decide(opened, f"figure:{figure}", "confirm", "ana", NOW)
    seen: dict[str, int] = {}
    for dataset in ("articles", "persons", "counts"):
        for line in made(base, dataset, "ftm").splitlines():
            entity = json.loads(line)
            proxy = model.get_proxy(entity, cleaned=False)
            seen[proxy.schema.name] = seen.get(proxy.schema.name, 0) + 1
            assert proxy.schema.validate(entity) is None
            for name, values in entity["properties"].items():
                assert len(proxy.get(name)) == len(set(values)), (name, values)
    with session(base) as opened:
        review.decide(opened, f"figure:{figure}", "reopen", "ana", NOW)
    assert set(seen) == {"Article", "Mention", "Person", "Documentation", "Note"}
    assert seen["Person"] == seen["Documentation"] == 1


def test_the_sqlite_file_holds_every_table_with_its_metadata(base: Engine, tmp_path: Path) -> None:
    with session(base) as opened:
        exports.write_folder(opened, tmp_path, exports.DATASETS, "sqlite", MASKED, now=NOW)
    database = sqlite3.connect(tmp_path / "monitor.db")
    described = json.loads((tmp_path / "metadata.json").read_text(encoding="utf-8"))
    tables = described["databases"]["monitor"]["tables"]
    for name in exports.DATASETS:
        rows = database.execute(f'SELECT * FROM "{name}"').fetchall()
        columns = [column[0] for column in database.execute(f'SELECT * FROM "{name}"').description]
        assert len(rows) == len(table(made(base, name, "csv")))
        assert list(tables[name]["columns"]) == columns
        assert set(tables[name]["facets"]) <= set(columns)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    assert NAME.encode() not in (tmp_path / "monitor.db").read_bytes()


def test_datasette_shows_the_file_with_what_the_columns_mean(base: Engine, tmp_path: Path) -> None:
    if base.dialect.name != "sqlite":
        pytest.skip("the file is the same from either database")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own imports
        datasette = pytest.importorskip("datasette.app")
    with session(base) as opened:
        exports.write_folder(opened, tmp_path, exports.DATASETS, "sqlite", SHOWN, now=NOW)
    described = json.loads((tmp_path / "metadata.json").read_text(encoding="utf-8"))

    async def ask(path: str) -> Any:
        return await datasette.Datasette([str(tmp_path / "monitor.db")], metadata=described).client.get(path)

    found = asyncio.run(ask("/monitor/persons.json?_shape=array&nationality=NP"))
    assert found.status_code == 200
    assert {row["name"] for row in found.json()} == {NAME}
    page = asyncio.run(ask("/monitor/counts")).text
    assert "independent_texts" in page
    assert "totals and increments must not be added up" in page


def test_the_first_bytes_come_before_the_database_is_asked() -> None:
    pieces = exports.stream(None, "articles", "csv", MASKED, now=NOW)  # type: ignore[arg-type]
    assert next(iter(pieces)).startswith(b"id,published")


def test_memory_does_not_grow_with_the_rows(base: Engine) -> None:
    with session(base) as opened:
        sizes = [len(piece) for piece in exports.rows(opened, "articles", MASKED)]
    assert max(sizes) <= 500


@pytest.mark.long
def test_masking_in_other_processes_gives_the_same_rows(base: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    if base.dialect.name != "sqlite":
        pytest.skip("no process beside this one asks a database")
    monkeypatch.setattr(sys.modules["monitor.exports.stream"], "ALONE", 1)
    monkeypatch.setattr(sys.modules["monitor.exports.rows"], "PIECE", 1)
    wanted = Filter(language="en")
    alone, helped = (made(base, "persons", "csv", wanted=wanted, workers=number) for number in (0, 2))
    assert len(table(helped)) == 4
    assert helped == alone


@pytest.mark.parametrize(
    ("dataset", "form"), [("nothing", "csv"), ("articles", "xls"), ("counts", "atom"), ("coverage", "ftm")]
)
def test_what_cannot_be_exported_is_refused(base: Engine, dataset: str, form: str) -> None:
    with pytest.raises(exports.ExportError), session(base) as opened:
        list(exports.stream(opened, dataset, form, MASKED, now=NOW))


def test_libreoffice_finds_no_formula(base: Engine, tmp_path: Path) -> None:
    if base.dialect.name != "sqlite":
        pytest.skip("the file is the same from either database")
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("no LibreOffice is installed (Debian: apt-get install libreoffice-calc-nogui)")
    (tmp_path / "articles.csv").write_text(made(base, "articles", "csv", SHOWN), encoding="utf-8")
    subprocess.run([office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "ods",
                    "--outdir", str(tmp_path), str(tmp_path / "articles.csv")], check=True, capture_output=True)  # fmt: skip
    content = zipfile.ZipFile(tmp_path / "articles.ods").read("content.xml").decode()
    assert "HYPERLINK" in content
    assert "table:formula" not in content


def test_the_docs_hold_the_codebook() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
    lines = [line for line in exports.as_markdown().splitlines() if line.startswith("|")]
    assert [line for line in lines if line not in docs] == []
