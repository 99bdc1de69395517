"""The book of a run: how many pages of which outlet ended how; kept in the database as it grows.

Out     a `run` row with a heartbeat, one `outlet_run` row an outlet, and a one-line summary
"""

from __future__ import annotations

import os
import socket
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from pipelines.records import Outcome
from pipelines.store.batch import writing
from pipelines.store.schema import OutletRunRow, RunRow


@dataclass(slots=True)
class OutletTally:
    """What one outlet brought in this run."""

    listed: int = 0
    new_links: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


class RunBook:
    """Counts in memory, written by `save`; not for several threads at once."""

    def __init__(self, engine: Engine, kind: str, now: datetime) -> None:
        self.engine = engine
        self.tallies: dict[str, OutletTally] = {}
        self.faults: list[str] = []
        with writing(engine) as opened:
            row = RunRow(
                kind=kind,
                host=socket.gethostname(),
                pid=os.getpid(),
                started_at=now,
                heartbeat_at=now,
                summary={},
            )
            opened.add(row)
            opened.flush()
            self.id = row.id

    def tally(self, outlet_id: str) -> OutletTally:
        """The counts of one outlet, made on first use."""
        return self.tallies.setdefault(outlet_id, OutletTally())

    def count(self, outlet_id: str, outcome: Outcome) -> None:
        """One page of `outlet_id` ended so."""
        self.tally(outlet_id).outcomes[outcome.value] += 1

    def listed(self, outlet_id: str, links: int, new: int) -> None:
        """A feed of the outlet showed `links` links, `new` of them unknown before."""
        tally = self.tally(outlet_id)
        tally.listed += links
        tally.new_links += new

    def problem(self, outlet_id: str, words: str) -> None:
        """Something about the outlet needs a look; said once."""
        problems = self.tally(outlet_id).problems
        if words not in problems:
            problems.append(words)

    def broke(self, words: str) -> None:
        """Something failed that a person must see to (a disk, a database); said once, and the run ends with 1."""
        if words not in self.faults:
            self.faults.append(words)

    def outcomes(self) -> Counter[str]:
        """All pages of the run by outcome."""
        return sum((tally.outcomes for tally in self.tallies.values()), Counter())

    def save(self, now: datetime, exit_code: int | None = None) -> None:
        """Write the counts and the heartbeat; with an exit code the run is over."""
        with writing(self.engine) as opened:
            row = opened.get(RunRow, self.id)
            if row is None:
                return
            row.heartbeat_at, row.summary = now, {"outcomes": dict(self.outcomes()), "outlets": len(self.tallies)}
            if self.faults:
                row.summary = {**row.summary, "faults": list(self.faults)}
            if exit_code is not None:
                row.finished_at, row.exit_code = now, exit_code
            for outlet_id, tally in self.tallies.items():
                self._save_outlet(opened, outlet_id, tally)

    def _save_outlet(self, opened: Session, outlet_id: str, tally: OutletTally) -> None:
        row = opened.get(OutletRunRow, (self.id, outlet_id))
        if row is None:
            row = OutletRunRow(run_id=self.id, outlet_id=outlet_id)
            opened.add(row)
        row.listed, row.new_links = tally.listed, tally.new_links
        row.outcomes, row.problems = dict(tally.outcomes), list(tally.problems)
