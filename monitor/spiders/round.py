"""One outlet's round in a crawl: what was asked, what is under way, which gaps are open. Memory only."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.records import Outlet
from pipelines.store.feeds import Gap


@dataclass(slots=True)
class Round:
    """The state of one leased outlet. It is over when nothing is under way."""

    outlet: Outlet
    budget: int
    under_way: int = 0
    ok: bool = False
    failed: bool = False
    feeds_asked: set[str] = field(default_factory=set)
    links_asked: set[str] = field(default_factory=set)
    readings: list[frozenset[str]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def read(self, keys: frozenset[str], gap: Gap | None) -> list[Gap]:
        """Note a reading; return the gaps that are filled by now."""
        self.ok = True
        self.readings.append(keys)
        if gap is not None:
            self.gaps.append(gap)
        filled = [one for one in self.gaps if any(one.filled_by(keys) for keys in self.readings)]
        self.gaps = [one for one in self.gaps if one not in filled]
        return filled
