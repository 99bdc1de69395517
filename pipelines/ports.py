"""What the six stages need from the application, as protocols: handed over in one `Ports` under one settings key.

The stages import nothing of the application; tests hand over real small implementations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pipelines.records import Article, Context, EvidenceRef, Match, Outcome, Page, Watch

if TYPE_CHECKING:  # reading processes know no database
    from sqlalchemy import Engine

SETTINGS_KEY = "MONITOR_PORTS"

Step = Literal["read", "dates", "figures", "match"]


class Reader(Protocol):
    """Runs one step of the analyst, in a worker process or inline."""

    async def run(self, step: Step, thing: Page | Article, context: Context) -> Article:
        """Return the article after `step`. A worker that dies or hangs gives outcome `reading_failed`."""

    def close(self) -> None:
        """Stop the workers."""


class Renderer(Protocol):
    """Shows pages in a browser that bring no text without one."""

    async def again(self, page: Page, article: Article) -> Page | None:
        """The page to be read in place of `page`, which was read as `article`; None where there is nothing to mend.

        A page that would need a browser where there is none comes back with that as its failure.
        """


class Follower(Protocol):
    """Fetches the further pages of an article."""

    async def follow(self, page: Page, url: str) -> Page:
        """The page with those of its further parts that could be had, of which the first is at `url`."""


class Evidence(Protocol):
    """Keeps the bytes of matched pages."""

    def keep(self, pages: Sequence[tuple[Page, tuple[Match, ...]]]) -> list[EvidenceRef | None]:
        """Write the responses and what fired on each to the archive; None where the outlet forbids it.

        Raises OSError when the disk refuses and ValueError when a page cannot be put into a record; none is kept then.
        """

    def close(self) -> None:
        """Close the file under way."""


class Book(Protocol):
    """Counts how every page ended."""

    def count(self, outlet_id: str, outcome: Outcome) -> None:
        """One page of `outlet_id` ended so."""


class Clock(Protocol):
    """Says what time it is, aware, UTC."""

    def __call__(self) -> datetime: ...


@dataclass(slots=True)
class Ports:
    """Everything a stage may ask for. `held` are the pages in flight, by requested URL, until they are persisted."""

    engine: Engine
    reader: Reader
    contexts: Mapping[str, Context]
    watches: Mapping[str, Watch]
    evidence: Evidence | None
    book: Book
    clock: Clock
    held: dict[str, Page]
    renderer: Renderer | None = None
    follower: Follower | None = None

    def context(self, outlet_id: str) -> Context:
        """What is known of the outlet; an unknown one has no country, no zone, no languages."""
        return self.contexts.get(outlet_id) or Context(outlet_id=outlet_id)


def ports_of(crawler: Any) -> Ports:
    """The ports of a Scrapy crawler. Raises RuntimeError when the project's add-on did not run."""
    ports = crawler.settings.get(SETTINGS_KEY)
    if not isinstance(ports, Ports):
        raise RuntimeError(f"{SETTINGS_KEY} is not set: the add-on monitor.addon.MonitorAddon must stand in ADDONS")
    return ports
