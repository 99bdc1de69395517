"""The caseload: persons somebody asks for, each with the asker's own reference; every one becomes a watch.

In      a CSV with the columns reference, name, aliases (separated by ;), birth, nationality; the first two are required
Out     `Watch` records `person:<reference>`, whose name is the reference: no name of a person leaves this file by them
Kept    as `caseload.csv` and `caseload.toml` (who is told, at which rate) in the workspace, readable by its owner alone
Raises  CaseloadError naming line and column
Limits  10,000 persons
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from monitor.watches import WatchError
from pipelines.analysis.tokens import fold
from pipelines.records import Recipient, Watch, WatchedPerson

FILE = "caseload.csv"
TELLING = "caseload.toml"
COLUMNS = ("reference", "name", "aliases", "birth", "nationality")
RATES = ("immediate", "hourly", "daily", "weekly", "off")
LINKS = ("none", "local", "original")
MOST = 10_000
FAULTS = 20
"""So many faulty rows are named at once; a table with more is of another form."""
PREFIX = "person:"
_REFERENCE = re.compile(r"[^\s:;,<>@/\\]{1,64}")
_BIRTH = re.compile(r"(\d{4})(?:-\d{2}(?:-\d{2})?)?")


class CaseloadError(WatchError):
    """The file cannot be taken; the text names line and column of every fault."""

    def __init__(self, *faults: str) -> None:
        super().__init__(list(faults))


def read_csv(path: Path) -> tuple[WatchedPerson, ...]:
    """Read and check a caseload file. Raises CaseloadError; no person of a faulty file is taken."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseloadError(f"{path.name}: not UTF-8 (byte {error.start}); save the table as CSV UTF-8") from error
    delimiter = ";" if ";" in text.partition("\n")[0] and "," not in text.partition("\n")[0] else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        return _people(path.name, rows)
    except csv.Error as error:
        raise CaseloadError(f"{path.name}:{rows.line_num}: {error}") from error


def _people(name: str, rows: csv.DictReader[str]) -> tuple[WatchedPerson, ...]:
    header = [column.strip().lower() for column in rows.fieldnames or ()]
    rows.fieldnames = header
    _check_header(name, header)
    found: dict[str, WatchedPerson] = {}
    faults: list[str] = []
    for row in rows:
        where = f"{name}:{rows.line_num}"
        if not "".join(cell or "" if isinstance(cell, str | None) else "".join(cell) for cell in row.values()).strip():
            continue
        try:
            if None in row or None in row.values():
                raise CaseloadError(f"{where}: {len(header)} cells are needed; quote cells that hold a comma")
            person = _person(where, row)
            if person.reference in found:
                raise CaseloadError(f'{where}: reference: "{person.reference}" stands twice')
        except CaseloadError as error:
            faults += error.faults
            if len(faults) >= FAULTS:
                raise CaseloadError(
                    *faults, f"{name}: the rows after line {rows.line_num} were not looked at"
                ) from None
            continue
        found[person.reference] = person
        if len(found) > MOST:
            raise CaseloadError(f"{where}: more than {MOST:,} persons")
    if faults:
        raise CaseloadError(*faults)
    return tuple(found.values())


def _check_header(name: str, header: Sequence[str]) -> None:
    for column in COLUMNS[:2]:
        if column not in header:
            raise CaseloadError(f"{name}:1: the column {column} is missing; columns are {', '.join(COLUMNS)}")
    for at, column in enumerate(header):
        if column not in COLUMNS:
            raise CaseloadError(f'{name}:1: column {at + 1}: "{column}" is not one of {", ".join(COLUMNS)}')
        if column in header[:at]:
            raise CaseloadError(f"{name}:1: column {at + 1}: {column} stands twice")


def _person(where: str, row: dict[str, str]) -> WatchedPerson:
    reference, name = row["reference"].strip(), " ".join(row["name"].split())
    if not _REFERENCE.fullmatch(reference):
        raise CaseloadError(f"{where}: reference: 1 to 64 characters without blanks, commas, colons and / are needed")
    aliases = [" ".join(alias.split()) for alias in row.get("aliases", "").split(";")]
    for column, text in (("name", name), *(("aliases", alias) for alias in aliases if alias)):
        if sum(char.isalpha() for char in text) < 2:
            raise CaseloadError(f"{where}: {column}: a name of two letters at least is needed")
    birth, nationality = row.get("birth", "").strip(), row.get("nationality", "").strip().upper()
    if birth and not (_BIRTH.fullmatch(birth) and 1900 <= int(birth[:4]) <= 2100):
        raise CaseloadError(f"{where}: birth: write a year (1990) or a day (1990-05-17)")
    if nationality and not re.fullmatch("[A-Z]{2}", nationality):
        raise CaseloadError(f"{where}: nationality: write the two letters of ISO 3166 (NP, CN)")
    names = tuple(dict.fromkeys([name, *(alias for alias in aliases if alias)]))
    _check_speaks_not(where, reference, names)
    return WatchedPerson(reference, names, int(birth[:4]) if birth else None, nationality or None)


def _check_speaks_not(where: str, reference: str, names: Iterable[str]) -> None:
    """A reference stands in subjects, addresses and logs: no part of a name may stand in it."""
    said = re.findall(r"[^\W\d_]+", fold(reference))
    for part in re.findall(r"[^\W\d_]+", fold(" ".join(names))):
        if len(part) >= 3 and part in said:
            raise CaseloadError(f"{where}: reference: holds a part of the name; it is shown in mails, so use a number")


def keep(workspace: Path, people: Iterable[WatchedPerson]) -> Path:
    """Write the caseload into the workspace, for its owner alone; the file is whole or the old one stays."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in people:
        writer.writerow((one.reference, one.names[0], ";".join(one.names[1:]), one.birth or "", one.nationality or ""))
    return _write(workspace / FILE, table.getvalue())


def keep_telling(workspace: Path, recipients: Iterable[str], rate: str, links: str) -> Path:
    """Write who is told of every person of the caseload, and how often."""
    lines = [f"rate = {json.dumps(rate)}"]
    for address in recipients:
        lines += ["", "[[recipients]]", f"address = {json.dumps(address)}", f"links = {json.dumps(links)}"]
    return _write(workspace / TELLING, "\n".join(lines) + "\n")


def _write(target: Path, text: str) -> Path:
    fresh = target.with_name(target.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
        opened.write(text)
    fresh.replace(target)
    return target


def load(workspace: Path) -> tuple[WatchedPerson, ...]:
    """The caseload of a workspace, empty where there is none. Raises CaseloadError."""
    path = workspace / FILE
    return read_csv(path) if path.exists() else ()


def person_watches(workspace: Path) -> dict[str, Watch]:
    """A watch for every person of the workspace's caseload, by id. Raises CaseloadError."""
    people = load(workspace)
    if not people:
        return {}
    told = _telling(workspace / TELLING)
    recipients = tuple(
        Recipient(one["address"], one.get("rate"), one.get("links", "none")) for one in told.get("recipients", ())
    )
    rate, at = told.get("rate", "daily"), told.get("at", "07:00")
    return {
        PREFIX + person.reference: Watch(
            PREFIX + person.reference,
            person.reference,
            (),
            recipients,
            rate=rate,
            at=at,
            source_file=FILE,
            person=person,
        )
        for person in people
    }


def _telling(path: Path) -> dict[str, Any]:
    """The table of who is told, checked."""
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseloadError(f"{path.name}: is not TOML: {error}") from error
    if unknown := set(table) - {"rate", "at", "recipients"}:
        raise CaseloadError(f"{path.name}: {min(unknown)}: is not one of rate, at, recipients")
    if table.get("rate", "daily") not in RATES:
        raise CaseloadError(f"{path.name}: rate: one of {', '.join(RATES)} is needed")
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(table.get("at", "07:00"))):
        raise CaseloadError(f"{path.name}: at: an hour such as 07:00 is needed")
    for one in table.get("recipients", ()):
        sound = (
            isinstance(one, dict) and isinstance(one.get("address"), str) and set(one) <= {"address", "rate", "links"}
        )
        if not sound or one.get("rate", "daily") not in RATES or one.get("links", "none") not in LINKS:
            raise CaseloadError(f"{path.name}: recipients: address, and rate and links as a watch has them, are needed")
    return table
